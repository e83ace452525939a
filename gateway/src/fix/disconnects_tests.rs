//! Sessions that go, in each way, and come back in time or not.

use super::*;

/// Lets time pass, with nobody connected but those that are.
fn wait(rig: &mut Rig, ns: i64) {
    // Once to begin with what has ended, once when the time is over, and once for what was told.
    rig.round();
    rig.now += ns;
    for _ in 0..8 {
        rig.round();
    }
}

fn ended(rig: &Rig) -> Vec<(u32, SessionEnd)> {
    rig.ended.iter().map(|ended| (ended.session.0, ended.how)).collect()
}

#[test]
fn session_is_told_to_be_gone_once_its_grace_is_over() {
    let mut rig = Rig::new(64, |settings| settings.sessions[1].access.disconnect_grace_ns = 60 * SECOND);
    let alpha = rig.client("ALPHA", SequenceNumbers::FIRST);
    let beta = rig.client("BETA", SequenceNumbers::FIRST);
    drop((alpha, beta));
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 2);
    wait(&mut rig, 4 * SECOND);
    assert_eq!(ended(&rig), [], "the grace is not over");
    wait(&mut rig, 2 * SECOND);
    assert_eq!(ended(&rig), [(0, SessionEnd::ConnectionLost)]);
    wait(&mut rig, 120 * SECOND);
    assert_eq!(ended(&rig), [(0, SessionEnd::ConnectionLost), (1, SessionEnd::ConnectionLost)], "each once");
}

#[test]
fn session_that_comes_back_in_time_was_never_gone() {
    let mut rig = Rig::new(64, |_| {});
    let mut alpha = rig.client("ALPHA", SequenceNumbers::FIRST);
    let numbers = alpha.session.sequence_numbers();
    alpha.closed = true;
    drop(alpha);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 1);
    wait(&mut rig, 3 * SECOND);
    // A Logon that is refused is no coming back, and its end no second going.
    let mut refused =
        Client::connect(rig.acceptor().local_addr(), "ALPHA", SequenceNumbers { next_in: 1, next_out: 1 });
    refused.session.connected(rig.now, &mut refused.out);
    rig.until(&mut [&mut refused], |_, clients| clients[0].closed);
    let alpha = rig.client("ALPHA", numbers);
    wait(&mut rig, 20 * SECOND);
    assert_eq!(ended(&rig), []);
    drop(alpha);
}

#[test]
fn logout_and_silence_are_told_as_what_they_are() {
    let mut rig = Rig::new(64, |_| {});
    let mut alpha = rig.client("ALPHA", SequenceNumbers::FIRST);
    let mut beta = rig.client("BETA", SequenceNumbers::FIRST);
    let now = rig.now;
    alpha.session.logout(now, "good night", &mut alpha.out);
    rig.until(&mut [&mut alpha], |_, clients| clients[0].count(&["35=5"]) == 1);
    drop(alpha);
    wait(&mut rig, 6 * SECOND);
    assert_eq!(ended(&rig), [(0, SessionEnd::Logout)]);
    // BETA says nothing any more, with a heartbeat of 30 s.
    beta.reads = false;
    for _ in 0..120 {
        wait(&mut rig, SECOND);
    }
    assert_eq!(ended(&rig), [(0, SessionEnd::Logout), (1, SessionEnd::HeartbeatTimeout)]);
}

#[test]
fn full_queue_is_tried_again() {
    let mut rig = Rig::new(1, |_| {});
    let alpha = rig.client("ALPHA", SequenceNumbers::FIRST);
    drop(alpha);
    rig.until(&mut [], |rig, _| rig.counter("disconnects") == 1);
    rig.engine_runs = false;
    rig.producer.try_push(Command::Tick(model::Tick { reserved: 0 })).unwrap();
    wait(&mut rig, 10 * SECOND);
    let tick = rig.consumer.pop();
    assert!(matches!(tick, Some(Command::Tick(_))) && rig.consumer.pop().is_none(), "nothing was lost, nothing told");
    rig.engine_runs = true;
    wait(&mut rig, SECOND);
    assert_eq!(ended(&rig), [(0, SessionEnd::ConnectionLost)]);
}

#[test]
fn session_with_orders_that_does_not_come_back_after_a_restart_is_gone() {
    let mut rig = Rig::new(64, |settings| settings.with_orders = vec![SessionId(0), SessionId(1)]);
    let beta = rig.client("BETA", SequenceNumbers::FIRST);
    wait(&mut rig, 4 * SECOND);
    assert_eq!(ended(&rig), []);
    wait(&mut rig, 2 * SECOND);
    assert_eq!(ended(&rig), [(0, SessionEnd::ConnectionLost)]);
    drop(beta);
}
