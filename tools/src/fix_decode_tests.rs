//! Tests of [`super`]: what is found in a log, how it is shown, and what is not shown.

use super::*;

fn framed(body: &str) -> String {
    let body = body.replace('|', "\x01");
    let start = format!("8=FIX.4.4\x019={}\x01{body}", body.len());
    format!("{start}10={:03}\x01", checksum(start.as_bytes()))
}

fn order() -> String {
    framed("35=D|49=A|56=B|34=2|52=20240101-00:00:00|11=o1|55=ACME|54=1|60=20240101-00:00:00|40=2|44=1.5|58=FIX it|")
}

fn decoded(log: &str, form: Form) -> String {
    let mut out = Vec::new();
    run(&mut log.as_bytes(), None, form, &mut out).expect("decodes");
    String::from_utf8(out).expect("text")
}

fn decoded_json(log: &str) -> Vec<Value> {
    decoded(log, Form::Json).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn messages_are_found_anywhere_in_a_line_with_any_separator() {
    let order = order();
    for (separator, cut) in [("\x01", ""), ("|", ""), ("^A", ""), ("|", "|")] {
        let text = order.replace('\x01', separator);
        let text = text.strip_suffix(cut).expect("ends so");
        let shown = decoded_json(&format!("nothing\n2024-01-01 in <{text} and {text}\n"));
        assert_eq!(shown.len(), 2, "{separator}");
        assert_eq!(shown[0]["line"], 2);
        assert_eq!(shown[0]["message"], "NewOrderSingle");
        assert_eq!(shown[1]["problems"], json!([]), "{separator}");
        let fields = shown[1]["fields"].as_array().expect("a list");
        assert!(fields.contains(&json!({ "tag": 54, "name": "Side", "value": "1", "word": "BUY" })));
        assert!(fields.contains(&json!({ "tag": 58, "name": "Text", "value": "FIX it" })));
    }
}

#[test]
fn text_has_a_line_for_each_field_and_colour_only_when_asked() {
    let text = decoded(&order(), Form::Text { coloured: false });
    assert!(text.starts_with("line 1: NewOrderSingle\n"), "{text}");
    assert!(text.contains("     40 OrdType                  2 LIMIT\n"), "{text}");
    assert!(!text.contains('\x1b'));
    assert!(decoded(&order(), Form::Text { coloured: true }).contains("\x1b[36mLIMIT"));
}

#[test]
fn passwords_are_masked() {
    let logon =
        framed("35=A|49=A|56=B|34=1|52=20240101-00:00:00|98=0|108=30|95=6|96=hidden|553=me|554=secret|925=newer|");
    for form in [Form::Json, Form::Text { coloured: false }] {
        let shown = decoded(&logon, form);
        for secret in ["hidden", "secret", "newer"] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(shown.contains(MASK) && shown.contains("Password"));
    }
    let garbled = logon.replace("10=", "11=");
    assert!(!decoded(&garbled, Form::Json).contains("secret"));
}

#[test]
fn garbled_messages_are_named_with_their_line_and_reason() {
    let log = "8=FIX.4.4|9=5|35=0|\n8=FIX\n8=FIX.4.4|9=x|35=0|10=000|\n";
    let text = decoded(log, Form::Text { coloured: false });
    assert!(text.contains("line 1: garbled: ") && text.contains("line 2: garbled: "), "{text}");
    assert!(text.contains("BodyLength(9) is missing or no number"), "{text}");
    let wrong_sum = order().replace("34=2", "34=3");
    assert!(decoded(&wrong_sum, Form::Text { coloured: false }).contains("! CheckSum(10) should be "));
    let no_side = framed("35=D|49=A|56=B|34=2|52=20240101-00:00:00|11=o1|55=ACME|60=20240101-00:00:00|40=1|");
    assert_eq!(decoded_json(&no_side)[0]["problems"], json!(["Required tag missing: 54"]));
}

#[test]
fn no_bytes_make_it_panic_and_none_reach_the_terminal_raw() {
    let order = order();
    for at in 0..order.len() {
        for put in ["", "\x01", "8=FIX", "=", "\x1b[2J", "10=", "9", "\u{9b}"] {
            let log = format!("{}{put}{}", &order[..at], &order[at + 1..]);
            let shown = decoded(&log, Form::Text { coloured: false });
            assert!(!shown.chars().any(|character| character.is_control() && character != '\n'), "{shown:?}");
        }
    }
}
