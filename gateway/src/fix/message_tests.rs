//! Tests of [`super`]: problems of form, data fields, and the index used again.

use super::*;

fn problem_of(body: &str) -> Option<(u64, u32)> {
    let text = format!("8=FIX.4.4|9=1|35=D|49=A|56=B|34=1|52=20240101-00:00:00|{body}10=000|");
    let bytes = text.replace('|', "\x01").into_bytes();
    let mut index = FieldIndex::new();
    let message = index.parse(&bytes).expect("readable");
    message.problem().map(|problem| (problem.reason.code(), problem.ref_tag))
}

#[test]
fn rule_15_problems_of_form_are_noted_with_their_tag() {
    assert_eq!(problem_of("11=a|55=X|"), None);
    assert_eq!(problem_of("11=|55=X|"), Some((4, 11)));
    assert_eq!(problem_of("11=a|50=late|55=X|"), Some((14, 50)));
    assert_eq!(problem_of("11=a|11=b|"), Some((13, 11)));
    assert_eq!(problem_of("9000=a|9000=b|"), Some((13, 9000)));
    for bad in ["0=a|", "011=a|", "x=a|", "=a|", "11|", "-1=a|", "99999999999=1|", "|", "1 1=a|"] {
        assert_eq!(problem_of(bad), Some((0, 0)), "{bad}");
    }
}

#[test]
fn rule_15_tags_repeat_inside_groups_only() {
    assert_eq!(problem_of("11=a|453=2|448=x|447=D|452=1|448=y|447=D|452=3|55=X|"), None);
    assert_eq!(problem_of("448=x|448=y|453=2|"), Some((13, 448)));
    assert_eq!(problem_of("453=2|448=x|448=y|55=A|55=B|"), Some((13, 55)));
    assert_eq!(problem_of("453=2|448=x|11=a|34=9|"), Some((14, 34)));
}

#[test]
fn data_field_may_hold_soh_when_its_length_says_so() {
    assert_eq!(problem_of("354=6|355=a|58=b|11=a|"), None);
    for guessed in ["355=a|11=a|", "354=1|11=a|355=a|"] {
        assert_eq!(problem_of(guessed), Some((14, 355)), "{guessed}");
    }
    let unreadable = "8=FIX.4.4|9=1|35=D|354=99|355=a|10=000|".replace('|', "\x01");
    assert!(FieldIndex::new().parse(unreadable.as_bytes()).is_err());
}

#[test]
fn too_many_fields_are_a_problem_and_memory_stays() {
    let many: String = (0..FIELDS_MAX).map(|n| format!("{}=x|", 6000 + n)).collect();
    assert_eq!(problem_of(&many), Some((99, 0)));
}

#[test]
fn index_used_again_forgets_the_message_before() {
    let mut index = FieldIndex::new();
    let first = "8=FIX.4.4|9=1|35=D|11=a|55=X|9999=q|10=000|".replace('|', "\x01");
    let second = "8=FIX.4.4|9=1|35=0|10=000|".replace('|', "\x01");
    assert_eq!(index.parse(first.as_bytes()).expect("readable").get(11), Some(&b"a"[..]));
    let message = index.parse(second.as_bytes()).expect("readable");
    assert_eq!((message.get(11), message.get(9999), message.msg_type()), (None, None, &b"0"[..]));
    assert_eq!(message.fields().count(), 4);
}

#[test]
fn rule_15_groups_that_the_form_cannot_know_may_repeat() {
    let market_data =
        "8=FIX.4.4|9=1|35=W|49=A|56=B|34=1|52=20240101-00:00:00|55=X|268=2|269=0|270=1|269=1|270=2|10=000|";
    let bytes = market_data.replace('|', "\x01").into_bytes();
    let mut index = FieldIndex::new();
    assert_eq!(index.parse(&bytes).expect("readable").problem(), None);
}
