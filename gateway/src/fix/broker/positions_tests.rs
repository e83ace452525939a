//! What the broker's answers come to, without sockets.

use std::sync::mpsc::{Receiver, sync_channel};

use super::super::super::message::FieldIndex;
use super::*;

const NUMBER: u64 = 17;

type Outcome = Result<VenuePositions, PositionsRefused>;

/// A question that was asked for one account.
fn asked() -> (PositionQuestion, Receiver<Outcome>) {
    let (answer, heard) = sync_channel(1);
    let mut question = PositionQuestion::new(Vec::new(), VenuePositions::default(), answer, 0);
    question.asked = Some(Asked { account: AccountName::literal("FUND"), number: NUMBER, reports: 0, of: None });
    (question, heard)
}

fn hear(question: &mut PositionQuestion, msg_type: &str, body: &str) {
    let text = format!("8=FIX.4.4|9=1|35={msg_type}|49=B|56=M|34=2|52=20240101-00:00:00|{body}10=000|");
    let bytes = text.replace('|', "\x01").into_bytes();
    question.hear(&FieldIndex::new().parse(&bytes).expect("readable"));
}

fn told(question: &PositionQuestion) -> Vec<(String, i64)> {
    question.outcome(7).positions.into_iter().map(|one| (one.symbol, one.qty)).collect()
}

#[test]
fn reports_are_counted_until_all_are_there() {
    let (mut question, _heard) = asked();
    hear(&mut question, "AO", "721=a|710=17|727=2|728=0|729=0|1=FUND|");
    assert!(!question.is_answered());
    hear(&mut question, "AP", "721=b|710=17|728=0|1=FUND|55=ACME|702=1|703=TQ|704=100|705=30|");
    assert!(!question.is_answered());
    hear(&mut question, "AP", "721=c|710=99|728=0|1=FUND|55=ELSE|702=1|703=TQ|704=1|");
    assert!(!question.is_answered(), "it answers another question");
    hear(&mut question, "AP", "721=d|710=17|728=0|1=FUND|55=BOLT|702=1|703=TQ|705=12.5|");
    assert!(question.is_answered() && question.refused.is_none(), "{question:?}");
    let hundred_millions = 100_000_000;
    let expected = [("ACME".to_owned(), 70 * hundred_millions), ("BOLT".to_owned(), -1_250_000_000)];
    assert_eq!(told(&question), expected);
    assert_eq!(question.outcome(7).through, 7);
}

#[test]
fn count_may_come_with_the_reports_alone_and_nothing_is_an_answer_too() {
    let (mut question, _heard) = asked();
    hear(&mut question, "AP", "710=17|727=1|728=0|1=FUND|55=ACME|702=1|703=FIN|704=5|");
    assert!(question.is_answered());
    let (mut question, _heard) = asked();
    hear(&mut question, "AO", "721=a|710=17|728=2|729=0|1=FUND|");
    assert!(question.is_answered() && told(&question).is_empty());
    let (mut question, _heard) = asked();
    hear(&mut question, "AP", "710=17|727=1|728=2|1=FUND|");
    assert!(question.is_answered() && told(&question).is_empty());
}

#[test]
fn total_is_taken_of_several_kinds_and_none_is_guessed() {
    let with = |groups: &str| {
        let (mut question, _heard) = asked();
        hear(&mut question, "AP", &format!("710=17|727=1|728=0|1=FUND|55=ACME|{groups}"));
        (told(&question).first().map(|(_, qty)| qty / 100_000_000), question.refused)
    };
    assert_eq!(with("702=3|703=SOD|704=90|703=TQ|704=7|703=TOT|704=97|705=2|").0, Some(95));
    assert_eq!(with("702=2|703=SOD|704=90|703=TQ|705=7|").0, Some(-7));
    assert_eq!(with("702=1|703=IAS|704=3|").0, Some(3), "the only one there is");
    for wrong in ["", "702=2|703=SOD|704=90|703=IAS|704=1|", "702=1|703=TQ|704=many|", "704=4|702=1|703=TQ|"] {
        let (qty, refused) = with(wrong);
        assert!(qty.is_none() && matches!(refused, Some(PositionsRefused::Unreadable(_))), "{wrong}: {refused:?}");
    }
}

#[test]
fn refusals_are_passed_on_in_the_brokers_words() {
    for (msg_type, body, says) in [
        ("AO", "710=17|728=1|729=2|1=FUND|58=no such account|", "FUND: no such account"),
        ("AO", "710=17|728=4|729=2|1=FUND|", "PosReqResult(728)=4"),
        ("AO", "710=17|728=0|729=2|1=FUND|58=not now|", "not now"),
        ("j", "45=17|372=AN|380=3|58=unsupported|", "unsupported"),
        ("3", "45=17|373=11|", "cannot take a RequestForPositions(AN)"),
    ] {
        let (mut question, _heard) = asked();
        hear(&mut question, msg_type, body);
        match &question.refused {
            Some(PositionsRefused::Refused(why)) => assert!(why.contains(says), "{why}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    let (mut question, _heard) = asked();
    hear(&mut question, "j", "45=16|372=D|380=3|");
    assert!(question.refused.is_none(), "it is of another message");
}

#[test]
fn position_told_twice_or_of_another_account_is_no_answer() {
    let report = "710=17|727=2|728=0|1=FUND|55=ACME|702=1|703=TQ|704=5|";
    let (mut question, _heard) = asked();
    hear(&mut question, "AP", report);
    hear(&mut question, "AP", report);
    assert!(matches!(question.refused, Some(PositionsRefused::Unreadable(_))));
    let (mut question, _heard) = asked();
    hear(&mut question, "AP", &report.replace("FUND", "OTHER"));
    assert!(matches!(question.refused, Some(PositionsRefused::Unreadable(_))));
}

#[test]
fn request_has_what_fix_asks_for() {
    let mut out = Encoder::with_capacity(256);
    out.begin(Version::Fix44.begin_string(), msg_type::REQUEST_FOR_POSITIONS);
    write_request(NUMBER, &AccountName::literal("FUND"), 1_760_000_000_000_000_000, &mut out);
    let text = String::from_utf8_lossy(out.finish()).replace('\x01', "|");
    assert!(text.contains("35=AN|710=17|724=0|1=FUND|581=1|715=20251009|60=20251009-08:53:20.000|"), "{text}");
}
