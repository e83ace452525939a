//! What uses a limit up, and what does not: cancels, busts, and replaces that ask for no more.

use model::*;

use crate::bench::{Bench, SESSION, report};
use crate::pre_trade::{limit, refused};

const SECOND: i64 = 1_000_000_000;

fn accepted(events: &[Event]) -> OrderId {
    match events[0] {
        Event::OrderAccepted(e) => e.order.order_id,
        other => panic!("{other:?}"),
    }
}

fn everything(cl_ord_id: ClOrdId) -> Command {
    Command::MassCancel(MassCancel {
        origin: Origin::fix(SESSION, 0),
        transact_time: EngineTime(0),
        cl_ord_id,
        symbol: Symbol::EMPTY,
        account: AccountName::EMPTY,
        request_type: b'7',
        side: 0,
        reserved: [0; 6],
    })
}

#[test]
fn cancels_fill_the_bucket_and_always_pass() {
    let mut bench = Bench::new(64);
    for id in ["a", "b", "c", "d", "e"] {
        accepted(&bench.order(id, Side::Buy, 1, 90));
    }
    limit(&mut bench, KillScope::Account, "CASH", LimitKind::MessageRate, 3);
    for (id, orig) in [("f", "a"), ("g", "b"), ("h", "c"), ("i", "d"), ("j", "e")] {
        assert!(matches!(bench.cancel(id, orig)[0], Event::CancelRequested(_)), "nothing holds up a cancel");
    }
    let full = Some((Check::MessageRate, Some(KillScope::Account)));
    assert_eq!(refused(&bench.order("k", Side::Buy, 1, 90)), full);
    bench.now.0 += SECOND / 3 + 1;
    assert_eq!(refused(&bench.order("l", Side::Buy, 1, 90)), None, "five cancels leave no more debt than three");
    assert_eq!(refused(&bench.order("m", Side::Buy, 1, 90)), full);
}

#[test]
fn cancels_of_every_kind_count_for_their_session() {
    let cancels: [fn(&mut Bench, &str); 3] = [
        |bench, id| assert!(matches!(bench.cancel(id, "a")[0], Event::CancelRequested(_) | Event::CancelRejected(_))),
        |bench, id| assert!(matches!(bench.cancel(id, "nothing")[0], Event::CancelRejected(_))),
        |bench, id| {
            let id = ClOrdId::literal(id);
            bench.settle(everything(id));
        },
    ];
    for cancel in cancels {
        let mut bench = Bench::new(64);
        let session = *bench.state.session_at(SESSION).unwrap();
        bench.run(Command::DefineSession(DefineSession { messages_per_second: 2, ..session }));
        accepted(&bench.order("a", Side::Buy, 1, 90));
        cancel(&mut bench, "b");
        let full = Some((Check::MessageRate, Some(KillScope::Session)));
        assert_eq!(refused(&bench.order("c", Side::Buy, 1, 90)), full);
    }
}
