//! The owner's part in numbers that start again, and what differs by version.

use super::*;

fn config(change: impl FnOnce(&mut SessionConfig)) -> SessionConfig {
    let mut config = SessionConfig::acceptor("MILL", "CLIENT");
    change(&mut config);
    config
}

#[test]
fn rule_07_owner_may_take_a_due_reset_before_the_next_logon_and_only_when_nobody_is_connected() {
    let mut peer = Played::with(config(|config| config.reset_on_disconnect = true), SequenceNumbers::FIRST);
    assert_eq!(peer.send("35=A|34=1|98=0|108=30|").0, Disposition::LoggedOn { reset: false });
    assert!(!peer.session.reset_if_due(), "connected");
    peer.session.disconnected();
    assert_eq!(peer.numbers(), (2, 2), "numbers stay until the reset is taken");
    assert!(peer.session.reset_if_due());
    assert_eq!(peer.numbers(), (1, 1));
    assert!(!peer.session.reset_if_due(), "once");
    peer.session.connected(peer.now, &mut peer.out);
    assert_eq!(peer.send("35=A|34=1|98=0|108=30|").0, Disposition::LoggedOn { reset: false });
}

#[test]
fn rule_07_owner_is_told_which_logon_may_reset() {
    let plain = b"8=FIX.4.4\x019=1\x0135=A\x0134=1\x0110=000\x01";
    let flagged = b"8=FIX.4.4\x019=1\x0135=A\x0134=1\x01141=Y\x0110=000\x01";
    let order = b"8=FIX.4.4\x019=1\x0135=D\x0134=1\x01141=Y\x0110=000\x01";
    let told = |session: &Session, bytes: &[u8]| {
        let mut index = FieldIndex::new();
        session.may_reset_with(&index.parse(bytes).expect("readable"))
    };
    let usual = Played::new().session;
    assert_eq!([told(&usual, plain), told(&usual, flagged), told(&usual, order)], [false, true, false]);
    let always = Played::with(config(|config| config.reset_on_logon = true), SequenceNumbers::FIRST).session;
    assert!(told(&always, plain));
    let mut due = Played::new().session;
    due.reset_at_next_logon();
    assert!(told(&due, plain));
}

#[test]
fn rule_19_closed_session_refuses_logons_until_it_is_open() {
    let mut peer = Played::new();
    peer.session.refuse_logons("too early");
    assert!(!peer.session.is_open());
    let (disposition, answers) = peer.send("35=A|34=1|98=0|108=30|");
    assert_eq!((disposition, answers), (disconnect(Why::OutOfHours), vec!["35=5|34=1|58=too early|".to_owned()]));
    peer.session.disconnected();
    peer.session.open();
    peer.session.connected(peer.now, &mut peer.out);
    assert_eq!(peer.send("35=A|34=1|98=0|108=30|").0, Disposition::LoggedOn { reset: false });
}

#[test]
fn rule_14_versions_have_names_and_begin_strings() {
    for version in Version::ALL {
        assert_eq!(Version::named(version.name()), Some(version));
    }
    assert_eq!(Version::named("FIX.4.1"), None);
    assert_eq!(Version::Fix50Sp2.begin_string(), b"FIXT.1.1");
    assert_eq!(Version::Fix50Sp2.appl_ver_id(), Some(&b"9"[..]));
}

#[test]
#[should_panic(expected = "NextExpectedMsgSeqNum came with FIX 4.4")]
fn rule_17_next_expected_is_no_setting_of_fix_42() {
    let config = config(|config| (config.version, config.next_expected_msg_seq_num) = (Version::Fix42, true));
    Session::new(config, SequenceNumbers::FIRST);
}
