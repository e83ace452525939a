//! What a FIX message costs in and out, beside another codec that does the same work in the same run.
//!
//! `cargo bench -p gateway --bench fix_codec`; instructions, which mean the same on a busy machine: `gateway/benches/instructions.sh`.
//! The claims that it protects: a NewOrderSingle(D) is parsed in under 250 ns, and so is all of it up to the command that the
//! engine takes (`to_command`: also judged, and every field of it read). `report` is an event of the engine as ExecutionReport(8).

#[path = "support/codec.rs"]
mod codec;

use std::hint::black_box;
use std::time::Duration;

use codec::{MESSAGES, NOW, Other, Ours, sample};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gateway::fix::encode::Encoder;
use gateway::fix::msg_type;
use gateway::fix::report::{Names, write_body};
use gateway::fix::session::{SequenceNumbers, Session, SessionConfig};
use gateway::fix::version::Version;
use model::*;

fn fix_codec(criterion: &mut Criterion) {
    let (mut ours, mut other) = (Ours::new(), Other::new());
    for (kind, fields) in MESSAGES {
        let bytes = sample(kind, fields);
        let mut group = criterion.benchmark_group(kind);
        group.sample_size(40).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("parse", |bencher| bencher.iter(|| black_box(ours.parse(black_box(&bytes))).side));
        group.bench_function("parse, ironfix", |bencher| {
            bencher.iter(|| black_box(other.parse(black_box(&bytes))).side)
        });
        if kind != "8" {
            group.bench_function("to_command", |bencher| bencher.iter(|| ours.parse_to_command(black_box(&bytes))));
        }
        group.bench_function("format", |bencher| bencher.iter(|| ours.format(kind, black_box(fields)).len()));
        group.bench_function("format, ironfix", |bencher| bencher.iter(|| other.format(kind, black_box(fields)).len()));
        group.finish();
    }
    report(criterion);
}

/// An event of the engine, to the bytes that its client reads.
fn report(criterion: &mut Criterion) {
    let (names, fill) = (names(), fill());
    let mut out = Encoder::with_capacity(4096);
    let mut session = Session::new(SessionConfig::acceptor("MILLRACE", "CLIENT01"), SequenceNumbers::FIRST);
    let mut seq = 1_000_000;
    criterion.bench_function("8/report", |bencher| {
        bencher.iter(|| {
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
        });
    });
}

fn fill() -> Event {
    let order = OrderView {
        cum_notional: Notional::of(Px::from_units(10_125_000_000), Qty::whole(40)),
        order_id: OrderId(987_654),
        order_qty: Qty::whole(100),
        price: Px::from_units(10_150_000_000),
        cum_qty: Qty::whole(40),
        account: AccountId(0),
        instrument: InstrumentId(0),
        side: Side::Buy,
        ord_type: OrdType::Limit,
        ord_status: OrdStatus::PartiallyFilled,
        ..OrderView::unknown(SessionId(3), ClOrdId::literal("C000000123456"))
    };
    let (last_qty, last_px) = (Qty::whole(40), Px::from_units(10_125_000_000));
    Event::OrderFilled(OrderFilled { order, last_qty, last_px, venue_exec_id: 7, missing: Qty::ZERO })
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
        cost_method: CostMethod::Average,
        reserved: [0; 2],
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
        calendar: CalendarName::EMPTY,
        abilities: Abilities::PAPER,
        tradable: 1,
        stop_trigger: StopTrigger::Last,
        fx_rate: 0,
        fx_places: 0,
        contract_kind: ContractKind::Linear,
        valuation: ValuationMethod::Premium,
        mark: MarkPolicy::Conservative,
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

criterion_group!(benches, fix_codec);
criterion_main!(benches);
