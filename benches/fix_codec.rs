//! A FIX message costs well under a microsecond in and out: NewOrderSingle(D) from bytes to a command, ExecutionReport(8)
//! from an event to bytes.
//!
//! `parse_new_order_single` is what the acceptor does to a client's order before the session's own rules: find the
//! message and sum its bytes (`frame`), index its fields (`index`), judge and translate them. `format_fill` is a whole
//! report of a fill with header, checksum and body length. A rise means a pass over the bytes, or text, too many.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gateway::fix::client::NewOrderSingle;
use gateway::fix::encode::Encoder;
use gateway::fix::form::missing_required;
use gateway::fix::frame::{Framed, frame};
use gateway::fix::limits::MESSAGE_BYTES_MAX;
use gateway::fix::message::FieldIndex;
use gateway::fix::msg_type;
use gateway::fix::report::{Names, write_body};
use gateway::fix::session::{SequenceNumbers, Session, SessionConfig};
use gateway::fix::translate::{Translated, translate};
use gateway::fix::version::Version;
use model::*;

const NOW: i64 = 1_700_000_000_123_000_000;

fn codec(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fix_codec");
    group.sample_size(30).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    let order = new_order_single();
    let mut index = FieldIndex::new();

    group.throughput(Throughput::Bytes(order.len() as u64));
    group.bench_function("frame", |bencher| bencher.iter(|| frame(black_box(&order), MESSAGE_BYTES_MAX)));
    group.bench_function("index", |bencher| {
        bencher.iter(|| index.parse(black_box(&order)).expect("it is whole").msg_type().len());
    });
    group.bench_function("parse_new_order_single", |bencher| {
        bencher.iter(|| {
            let Framed::Message { len } = frame(black_box(&order), MESSAGE_BYTES_MAX) else { panic!("it is whole") };
            let message = index.parse(&order[..len]).expect("it is whole");
            assert!(missing_required(&message).is_none());
            match translate(SessionId(3), 17, false, &message) {
                Translated::Command(command) => command,
                other => panic!("it is in order: {other:?}"),
            }
        });
    });

    let (names, fill) = (names(), fill());
    let mut out = Encoder::with_capacity(4096);
    let mut session = Session::new(SessionConfig::acceptor("MILLRACE", "CLIENT01"), SequenceNumbers::FIRST);
    let mut seq = 1_000_000;
    let mut report = || {
        seq += 1;
        out.clear();
        session.begin_app_message(NOW, msg_type::EXECUTION_REPORT, &mut out);
        write_body(
            Version::Fix44,
            black_box(&fill),
            ExecId { seq: Seq(seq), index: 0 },
            EngineTime(NOW),
            &names,
            &mut out,
        );
        out.finish().len()
    };
    group.throughput(Throughput::Bytes(report() as u64));
    group.bench_function("format_fill", |bencher| bencher.iter(&mut report));
    group.finish();
}

/// As a client of ours writes it.
fn new_order_single() -> Vec<u8> {
    let mut out = Encoder::with_capacity(1024);
    let mut session = Session::new(SessionConfig::initiator("CLIENT01", "MILLRACE"), SequenceNumbers::FIRST);
    session.begin_app_message(NOW, msg_type::NEW_ORDER_SINGLE, &mut out);
    NewOrderSingle {
        cl_ord_id: b"C000000123456",
        account: b"A0000042",
        symbol: b"ACME",
        side: b'1',
        ord_type: b'2',
        time_in_force: b'0',
        order_qty: Qty::whole(100).units(),
        price: Some(10_125_000_000),
        transact_time_ns: NOW,
    }
    .write_body(&mut out);
    out.finish().to_vec()
}

fn fill() -> Event {
    let order = OrderView {
        cum_notional: Notional::of(Px::from_units(10_125_000_000), Qty::whole(40)),
        order_id: OrderId(987_654),
        order_qty: Qty::whole(100),
        price: Px::from_units(10_150_000_000),
        cum_qty: Qty::whole(40),
        cl_ord_id: ClOrdId::literal("C000000123456"),
        orig_cl_ord_id: ClOrdId::EMPTY,
        session: SessionId(3),
        account: AccountId(0),
        instrument: InstrumentId(0),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        time_in_force: TimeInForce::Day,
        ord_status: OrdStatus::PartiallyFilled,
    };
    let (last_qty, last_px) = (Qty::whole(40), Px::from_units(10_125_000_000));
    Event::OrderFilled(OrderFilled { order, last_qty, last_px, venue_exec_id: 7, reserved: 0 })
}

fn names() -> Names {
    let mut names = Names::default();
    let account = DefineAccount {
        max_order_notional: Notional::ZERO,
        max_order_qty: Qty::ZERO,
        max_long: Qty::ZERO,
        max_short: Qty::ZERO,
        fee_rate: 0,
        open_orders_max: 0,
        cash_account: 0,
        reserved: [0; 3],
        account: AccountName::literal("A0000042"),
        currency: Currency::literal("USD"),
    };
    let instrument = DefineInstrument {
        tick: Px::from_units(1),
        lot: Qty::whole(1),
        max_order_qty: Qty::ZERO,
        multiplier: 1,
        collar: 0,
        reference_age_max: 0,
        symbol: Symbol::literal("ACME"),
        currency: Currency::literal("USD"),
        tradable: 1,
        reserved: [0; 3],
        venue: VenueId::PAPER,
    };
    names.learn(&Event::AccountDefined(AccountDefined {
        definition: account,
        account: AccountId(0),
        reserved: [0; 12],
    }));
    names.learn(&Event::InstrumentDefined(InstrumentDefined {
        definition: instrument,
        instrument: InstrumentId(0),
        reserved: 0,
    }));
    names
}

criterion_group!(benches, codec);
criterion_main!(benches);
