//! Much at once: long resends, many of them, and more reports than a reservation of numbers holds.

use super::super::super::settings::Access;
use super::*;
use model::{AccountName, CancelOnDisconnect, CompId, PendingReplaces};

#[test]
fn resends_of_many_sessions_take_turns_and_all_come_to_their_end() {
    let mut rig = Rig::new(4_096, |settings| {
        settings.templates.push(Template {
            prefix: CompId::new(b"DESK-").unwrap(),
            sender_comp_id: CompId::new(b"MILL").unwrap(),
            sessions_max: 20,
            accounts: vec![AccountName::new(b"ONE").unwrap()],
            messages_per_second: 100,
            pending_replaces: PendingReplaces::Refuse,
            cancel_on_disconnect: CancelOnDisconnect::Tagged,
            config: SessionConfig::acceptor("MILL", "DESK-"),
            access: Access::default(),
        });
    });
    rig.reports_per_order = 50;
    let names: Vec<String> = (0..20).map(|n| format!("DESK-{n}")).collect();
    let mut again = Vec::new();
    for name in &names {
        let mut client = rig.client(name, SequenceNumbers::FIRST);
        (0..4).for_each(|n| _ = client.order(rig.now, &format!("{name}-{n}")));
        rig.until(&mut [&mut client], |_, clients| clients[0].count(&["35=8"]) == 200);
        again.push(SequenceNumbers { next_in: 1, ..client.session.sequence_numbers() });
    }
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 20);
    let mut live = rig.client("ALPHA", SequenceNumbers::FIRST);
    let address = rig.acceptor().local_addr();
    let connect = |(name, numbers): (&String, SequenceNumbers)| Client::connect(address, name, numbers);
    let mut clients: Vec<Client> = names.iter().zip(again).map(connect).collect();
    clients.iter_mut().for_each(|client| client.session.connected(START_NS, &mut client.out));
    let mut all: Vec<&mut Client> = clients.iter_mut().collect();
    rig.until(&mut all, |_, clients| clients.iter().all(|client| client.count(&["35=8", "43=Y"]) == 200));
    live.order(rig.now, "fine");
    rig.until(&mut [&mut live], |_, clients| clients[0].count(&["35=8", "11=fine"]) == 50);
}

#[test]
fn session_that_is_told_more_than_a_reservation_during_one_flush_waits_for_the_rest_only() {
    let mut rig = Rig::new(4_096, |settings| settings.output_bytes_max = 256 << 20);
    rig.reports_per_order = 100;
    let mut client = rig.client("ALPHA", SequenceNumbers::FIRST);
    *rig.store.permits.lock() = Some(0);
    let mut sent = 0;
    rig.until(&mut [&mut client], |rig, clients| {
        for _ in 0..4.min(1_100 - sent) {
            sent += 1;
            clients[0].order(rig.now, &format!("o{sent}"));
        }
        rig.counter("reports_out") == 110_000
    });
    (0..1_000).for_each(|_| rig.until(&mut [&mut client], |_, _| true));
    let first = client.count(&["35=8"]);
    assert!((30_000..=65_537).contains(&first), "{first}");
    *rig.store.permits.lock() = Some(1);
    rig.until(&mut [&mut client], |_, clients| clients[0].seen.len() > first + 10_000);
    *rig.store.permits.lock() = None;
    rig.until(&mut [&mut client], |_, clients| clients[0].seen.len() == 110_001);
    assert_eq!(client.numbers(), (1..=110_001).collect::<Vec<_>>());
}

#[test]
fn long_resend_goes_in_pieces_and_skips_other_sessions() {
    let mut rig = Rig::new(4096, |_| {});
    let mut alpha = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut beta = rig.client("BETA", SequenceNumbers::FIRST);
    for n in 0..1_500 {
        alpha.order(rig.now, &format!("a{n}"));
        beta.order(rig.now, &format!("b{n}"));
    }
    rig.until(&mut [&mut alpha, &mut beta], |_, clients| clients.iter().all(|client| client.count(&["35=8"]) == 1_500));
    assert_eq!(alpha.numbers(), (1..=1_501).collect::<Vec<_>>());
    let numbers = SequenceNumbers { next_in: 1, ..alpha.session.sequence_numbers() };
    drop(alpha);
    rig.until(&mut [&mut beta], |rig, _| rig.counter("disconnects") == 1);
    let mut alpha = rig.client("ALPHA", numbers);
    rig.until(&mut [&mut alpha, &mut beta], |_, clients| clients[0].session.sequence_numbers().next_in == 1_503);
    assert_eq!(alpha.count(&["35=8", "43=Y"]), 1_500);
    assert_eq!(alpha.seen.iter().filter(|message| message.contains("|11=b")).count(), 0);
}
