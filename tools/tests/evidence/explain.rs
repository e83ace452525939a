//! What is explained is what was decided: every request of a random flow is judged again as it was, every fill's sums come to what
//! the journal says, and a bust by hand comes to what a calculator says.

use std::path::Path;

use model::{
    ClOrdId, Command, Event, ExecId, InstrumentId, NewOrder, OrdType, OrderId, Origin, Px, Qty, Quote, ReportKind, Seq,
    SessionId, Side, Symbol, VenueId, VenueReport,
};
use tools::evidence::explain::{self, Name, Place, Subject};
use tools::evidence::fold::fold;
use tools::evidence::moment::Moment;

use crate::flow::Flow;
use crate::recorder::Recorder;

const START: i64 = 1_790_000_000_000_000_000;

fn record(seed: u64, dir: &Path, commands: usize) {
    let mut recorder = Recorder::new(dir, START);
    let mut flow = Flow::begin(seed, &mut recorder);
    for _ in 0..commands {
        let command = flow.next(&mut recorder);
        recorder.put(command);
    }
    recorder.prove();
}

fn explained(dir: &Path, subject: Subject) -> String {
    let place = Place { journal: dir.to_owned(), messages: dir.join("messages") };
    explain::run(&place, &subject).expect("it is in the journal").0.to_text()
}

#[test]
fn every_request_is_judged_again_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    record(41, folder.path(), 6_000);
    let (mut refused, mut taken) = (0, 0);
    fold(folder.path(), Moment::END, |before, frame| {
        let replaced = frame.as_slice().iter().find_map(|event| match event {
            Event::ReplaceRequested(e) => Some(e.order.order_id),
            Event::CancelRejected(e) if e.by_risk == 1 => Some(e.order_id),
            _ => None,
        });
        let recorded = frame.as_slice().iter().find_map(|event| match event {
            Event::OrderRefused(e) => Some(Some(e.refusal)),
            Event::CancelRejected(e) if e.by_risk == 1 => Some(Some(e.refusal)),
            Event::OrderAccepted(_) | Event::ReplaceRequested(_) => Some(None),
            _ => None,
        });
        let is_request = matches!(frame.command, Command::NewOrder(_) | Command::ReplaceOrder(_));
        let Some(recorded) = recorded.filter(|_| is_request) else { return };
        let again = match before.state.judged(frame.time, &frame.command, replaced).expect("a request is judged") {
            Ok(judged) => {
                let first = judged.trace().into_iter().find(|finding| finding.verdict == engine::Verdict::Refused);
                assert_eq!(first.map(|finding| finding.seen), judged.refusal(), "frame {}", frame.seq);
                judged.refusal()
            }
            Err(refusal) => Some(refusal),
        };
        assert_eq!(again, recorded, "frame {}", frame.seq);
        if recorded.is_some() { refused += 1 } else { taken += 1 }
    })
    .expect("it folds");
    assert!(refused > 100 && taken > 500, "{refused} refused, {taken} taken");
}

#[test]
fn sums_of_fills_busts_and_corrections_come_to_what_the_journal_says() {
    let folder = tempfile::tempdir().expect("a folder");
    record(42, folder.path(), 4_000);
    let (mut fills, mut amended) = (Vec::new(), Vec::new());
    fold(folder.path(), Moment::END, |_, frame| {
        for (index, event) in frame.as_slice().iter().enumerate() {
            let exec_id = ExecId { seq: frame.seq, index: u8::try_from(index).expect("few events") };
            match event {
                Event::OrderFilled(_) => fills.push(exec_id),
                Event::TradeCanceled(_) | Event::TradeCorrected(_) => amended.push(exec_id),
                _ => {}
            }
        }
    })
    .expect("it folds");
    assert!(fills.len() > 300 && amended.len() > 20, "{} fills, {} amended", fills.len(), amended.len());
    for exec_id in fills.iter().step_by(fills.len() / 40).chain(amended.iter().take(20)) {
        let text = explained(folder.path(), Subject::Fill(exec_id.to_string()));
        assert!(!text.contains("DIFFERS") && !text.contains("neither average"), "{text}");
        assert!(text.contains("the journal says"), "{text}");
    }
    for account in crate::flow::ACCOUNTS {
        for symbol in crate::flow::SYMBOLS {
            let subject = Subject::Pnl { account: account.to_owned(), symbol: symbol.to_owned() };
            let text = explained(folder.path(), subject);
            assert!(text.contains("fills come to exactly that, by average cost"), "{text}");
        }
    }
}

/// A market in which the numbers are small enough to be done in the head.
fn small(dir: &Path) -> (Recorder, [OrderId; 3]) {
    let mut recorder = Recorder::new(dir, START);
    drop(Flow::begin(1, &mut recorder));
    recorder.put(Command::Quote(Quote {
        bid_px: Px::whole(100),
        bid_qty: Qty::whole(1),
        ask_px: Px::whole(102),
        ask_qty: Qty::whole(1),
        last_px: Px::whole(100),
        source_time: recorder.now,
        instrument: InstrumentId(0),
        reserved: 0,
    }));
    recorder.now.0 += 5_000;
    let orders =
        [("a", Side::Buy, 10, 100), ("b", Side::Buy, 10, 104), ("c", Side::Sell, 5, 101)].map(|(id, side, qty, px)| {
            recorder.put(new_order(id, side, qty, px));
            OrderId(recorder.state().last_seq().0)
        });
    (recorder, orders)
}

fn new_order(id: &str, side: Side, qty: i64, px: i64) -> Command {
    let plain = NewOrder::plain(
        Origin::fix(SessionId(1), 7),
        ClOrdId::literal(id),
        Symbol::literal("ACME"),
        side,
        OrdType::Limit,
    );
    Command::NewOrder(NewOrder { order_qty: Qty::whole(qty), price: Px::whole(px), ..plain })
}

fn filled(order_id: OrderId, exec_id: u64, qty: i64, px: i64) -> Command {
    let report = VenueReport::about(VenueId::PAPER, order_id, exec_id, ReportKind::Filled);
    Command::VenueReport(VenueReport { last_qty: Qty::whole(qty), last_px: Px::whole(px), ..report })
}

/// Bought 10 at 100 and 10 at 104, sold 5 at 101, and the first never was: 5 are left of 10 at 104, so 15 were lost on the sale.
#[test]
fn busted_order_comes_to_what_a_calculator_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut recorder, [first, second, sale]) = small(folder.path());
    for (exec_id, order_id, qty, px) in [(1, first, 10, 100), (2, second, 10, 104), (3, sale, 5, 101)] {
        recorder.put(filled(order_id, exec_id, qty, px));
    }
    let sold = recorder.state().last_seq();
    let bust = VenueReport::about(VenueId::PAPER, first, 4, ReportKind::TradeCanceled);
    recorder.put(Command::VenueReport(VenueReport { venue_ref_id: 1, ..bust }));
    recorder.prove();

    let sale = explained(folder.path(), Subject::Fill(format!("{sold}-0")));
    for line in [
        "value: -5 x 101 x 1 = -505",
        "position: 20 + -5 = 15",
        "it closes the lesser of 5 and 20: 5; the rest, 0, opens",
        "cost released, by average cost: 2040 x 5 / 20 = 510",
        "realised by it: what closing brought, 505, less the cost released, 510: -5",
        "fee: 505 x 0.0001 = 0.0505",
        "cash of the account: -2040.204 - (-505) - 0.0505 = -1535.2545",
        "the journal says the same",
    ] {
        assert!(sale.contains(line), "{line} is not in\n{sale}");
    }
    let order = explained(folder.path(), Subject::Order(Name::Id(first.to_string())));
    for line in [
        "10 at 100, never was",
        "position: 15 before, 5 after",
        "cost: 1530 before, 520 after",
        "realised: -5 before, -15 after",
        "fees: 0.2545 + (-0.1) = 0.1545",
        "cash of the account: -1535.2545 + -535 - (-1535) - (-0.1) = -535.1545",
        "the journal says what the 2 fills below come to, by average cost",
        "filled 10 -> 0",
    ] {
        assert!(order.contains(line), "{line} is not in\n{order}");
    }
}

#[test]
fn refused_order_tells_what_would_have_passed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut recorder, _) = small(folder.path());
    recorder.put(new_order("big", Side::Buy, 450, 100));
    recorder.put(new_order("far", Side::Buy, 1, 107));
    recorder.prove();
    let named = |id: &str| Subject::Reject(Name::ClOrdId { cl_ord_id: id.to_owned(), session: "TWO".to_owned() });
    let big = explained(folder.path(), named("big"));
    assert!(big.contains("MAX_ORDER_QTY                REFUSED        450       400"), "{big}");
    assert!(big.contains("MAX_ORDER_QTY would have passed up to a quantity of 400, and with it the order"), "{big}");
    assert!(big.contains("ACME 100 (last trade); bid 100, offer 102"), "{big}");
    let far = explained(folder.path(), named("far"));
    assert!(far.contains("COLLAR_HIGH would have passed at 106 or lower, and with it the order"), "{far}");
    let place = Place { journal: folder.path().to_owned(), messages: folder.path().join("messages") };
    let unknown = explain::run(&place, &named("nothing")).expect_err("nobody sent it").to_string();
    assert!(unknown.contains("session TWO sent no order with ClOrdID nothing"), "{unknown}");
    let wrong = explain::run(&place, &Subject::Fill(format!("{}-9", Seq(1)))).expect_err("no such event").to_string();
    assert!(wrong.contains("there is no ExecID 1-9"), "{wrong}");
}

/// What a person says of what another one asked for.
fn approve(recorder: &mut Recorder, proposal: Seq) {
    let (actor, reason) = (model::Text::literal("bob"), model::Text::literal("seen"));
    recorder.put(Command::DecideLimit(model::DecideLimit {
        proposal,
        is_approved: 1,
        reserved: [0; 7],
        actor,
        reason,
    }));
}

fn buy(recorder: &mut Recorder, id: &str, qty: i64) -> Seq {
    let origin = Origin::fix(SessionId(0), 1);
    recorder.put(Command::NewOrder(NewOrder {
        order_qty: Qty::whole(qty),
        price: Px::whole(100),
        ..NewOrder::plain(origin, ClOrdId::literal(id), Symbol::literal("ACME"), Side::Buy, OrdType::Limit)
    }));
    recorder.state().last_seq()
}

#[test]
fn order_that_two_persons_let_pass_says_which_check_and_who() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recorder = Recorder::new(folder.path(), START);
    let mut flow = Flow::begin(44, &mut recorder);
    let quote = flow.next(&mut recorder);
    recorder.put(quote);
    let limit = model::ChangeLimit::of(
        model::KillScope::Account,
        model::Text::literal("CASH"),
        model::LimitKind::OrderQty,
        Some(i128::from(Qty::whole(10).units())),
    );
    let (ann, why) = (model::Text::literal("ann"), model::Text::literal("client called"));
    recorder.put(Command::ChangeLimit(model::ChangeLimit { actor: ann, reason: why, ..limit }));
    recorder.put(Command::GrantOverride(model::GrantOverride {
        order_qty: Qty::whole(20),
        price: Px::whole(101),
        expires: model::EngineTime(recorder.now.0 + 60_000_000_000),
        session: model::Text::literal("ONE"),
        account: model::Text::literal("CASH"),
        symbol: model::Text::literal("ACME"),
        side: Side::Buy,
        reserved: [0; 7],
        actor: ann,
        reason: why,
    }));
    let asked = recorder.state().last_seq();
    approve(&mut recorder, asked);
    let passed = buy(&mut recorder, "large", 20);
    recorder.prove();
    let told = explained(folder.path(), Subject::Order(Name::Id(passed.to_string())));
    for words in [
        "it would have been refused: MAX_ORDER_QTY",
        "one buy of up to 20 ACME at 101 at worst, of session ONE for account CASH",
        &format!("asked for by ann in frame {asked}: client called"),
        &format!("approved by bob in frame {}: seen", asked.0 + 1),
        &format!("accepted as order {passed}"),
        "overridden",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
    assert!(!told.contains("REFUSED"), "{told}");
}

#[test]
fn refusal_by_the_restricted_list_says_whose_and_until_when() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recorder = Recorder::new(folder.path(), START);
    let mut flow = Flow::begin(45, &mut recorder);
    let quote = flow.next(&mut recorder);
    recorder.put(quote);
    recorder.put(Command::RestrictInstrument(model::RestrictInstrument {
        from: model::EngineTime(0),
        until: model::EngineTime(START + 86_400_000_000_000),
        removes: Seq(0),
        symbol: Symbol::literal("ACME"),
        account: model::Text::literal("CASH"),
        forbids: model::Forbidden::Trading,
        reserved: [0; 7],
        actor: model::Text::literal("ann"),
        reason: model::Text::literal("insider list"),
    }));
    let set = recorder.state().last_seq();
    let refused = buy(&mut recorder, "restricted", 1);
    recorder.prove();
    let told = explained(folder.path(), Subject::Reject(Name::Id(refused.to_string())));
    for words in [
        &format!("restriction of frame {set}, for account CASH: no trading, from then on, until 20"),
        "set by ann: insider list",
        "RESTRICTED",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
}
