//! Which orders are in doubt, and until when.

use model::*;

use super::*;

const BROKER: VenueId = VenueId::broker(SessionId(1));
const ORDER: OrderId = OrderId(7);

struct Followed {
    doubt: Doubt,
}

impl Followed {
    /// An instrument whose orders go there, and one order.
    fn at(venue: VenueId) -> Followed {
        let mut followed = Followed { doubt: Doubt::default() };
        followed.doubt.instrument(InstrumentId(0), venue);
        followed.link(Link::Up);
        followed.follow(OrderAccepted::plain(order(OrdStatus::New), Px::whole(10), EngineTime(0)));
        followed
    }

    fn follow(&mut self, event: impl Into<Event>) {
        self.doubt.follow(&event.into());
    }

    fn link(&mut self, link: Link) {
        self.follow(VenueLinked { venue: BROKER, link, reserved: [0; 3] });
    }

    fn accepted(&mut self) {
        self.follow(VenueAccepted { order_id: ORDER, venue_exec_id: 1 });
    }

    fn is_in_doubt(&self) -> bool {
        self.doubt.orders().any(|doubtful| doubtful.order.order_id == ORDER)
    }
}

fn order(ord_status: OrdStatus) -> OrderView {
    OrderView {
        order_id: ORDER,
        order_qty: Qty::whole(10),
        price: Px::whole(10),
        account: AccountId(0),
        instrument: InstrumentId(0),
        ord_status,
        ..OrderView::unknown(SessionId(0), ClOrdId::literal("a"))
    }
}

fn request(cl_ord_id: &str) -> OrderView {
    OrderView { cl_ord_id: ClOrdId::literal(cl_ord_id), ..order(OrdStatus::PendingCancel) }
}

#[test]
fn what_was_not_answered_is_in_doubt_once_the_connection_is_lost_until_it_is_answered() {
    let mut followed = Followed::at(BROKER);
    assert!(!followed.is_in_doubt(), "the answer may be on its way");
    followed.link(Link::Down);
    assert!(followed.is_in_doubt());
    followed.link(Link::Up);
    assert!(followed.is_in_doubt(), "a connection is no answer");
    followed.accepted();
    assert!(!followed.is_in_doubt());
    followed.link(Link::Down);
    assert!(!followed.is_in_doubt(), "the broker has it");
    assert!(!{
        let mut paper = Followed::at(VenueId::PAPER);
        paper.link(Link::Down);
        paper.is_in_doubt()
    });
}

#[test]
fn requests_that_were_not_answered_are_in_doubt_too() {
    let mut followed = Followed::at(BROKER);
    followed.accepted();
    followed.follow(CancelRequested { order: request("c"), cause: CancelCause::Client, reserved: [0; 15] });
    followed.follow(Started {
        start: Start { orders_max: 1, build: Text::EMPTY, acknowledge_at_venue: 0, reserved: [0; 7] },
    });
    assert!(followed.is_in_doubt(), "a start loses the connection");
    followed.accepted();
    assert!(followed.is_in_doubt(), "that it stands does not answer the cancel");
    let (restatement, cause) = (ExecRestatementReason::NotGiven, CancelCause::Client);
    let order = order(OrdStatus::Canceled);
    followed.follow(OrderCanceled { order, venue_exec_id: 2, restatement, cause, reserved: [0; 6] });
    assert!(!followed.is_in_doubt());
    assert!(followed.doubt.orders.is_empty(), "nothing is kept of what is over");
}

#[test]
fn lost_numbers_put_every_order_in_doubt() {
    let mut followed = Followed::at(BROKER);
    followed.accepted();
    followed.link(Link::Void);
    assert!(followed.is_in_doubt());
    followed.accepted();
    assert!(!followed.is_in_doubt());
}

#[test]
fn two_people_settle_it() {
    let mut followed = Followed::at(BROKER);
    followed.accepted();
    followed.link(Link::Void);
    let word = |actor| ResolveOrder {
        order_id: ORDER,
        last_qty: Qty::ZERO,
        last_px: Px::ZERO,
        kind: ReportKind::Accepted,
        reserved: [0; 7],
        actor: Text::literal(actor),
        reason: Text::literal("by telephone"),
    };
    followed.follow(ResolutionGiven { resolution: word("ann"), outcome: Resolution::Proposed, reserved: [0; 7] });
    let proposed = followed.doubt.orders().next().and_then(|doubtful| doubtful.proposal.copied());
    assert_eq!(proposed, Some(word("ann")));
    followed.follow(ResolutionGiven { resolution: word("bob"), outcome: Resolution::Approved, reserved: [0; 7] });
    assert!(!followed.is_in_doubt());
}
