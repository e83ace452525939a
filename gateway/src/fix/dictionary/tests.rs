//! Tests of [`super`]: rule 15 in every version, and counterparties' dictionaries.

use super::*;
use crate::fix::message::FieldIndex;
use proptest::prelude::*;

/// A message with a sound header in the version, the body, and a check sum that nobody looks at here.
fn bytes(version: Version, msg_type: &str, body: &str) -> Vec<u8> {
    let begin = core::str::from_utf8(version.begin_string()).expect("letters");
    let text = format!("8={begin}|9=1|35={msg_type}|49=A|56=B|34=1|52=20240101-00:00:00|{body}10=000|");
    text.replace('|', "\x01").into_bytes()
}

fn checked(dictionary: &Dictionary, level: Level, msg_type: &str, body: &str) -> Option<(u64, u32)> {
    let bytes = bytes(dictionary.version(), msg_type, body);
    let mut index = FieldIndex::new();
    index.use_dictionary(dictionary);
    let message = index.parse(&bytes).expect("readable");
    dictionary.check(&message, level).map(|problem| (problem.reason.code(), problem.ref_tag))
}

fn strict(version: Version, msg_type: &str, body: &str) -> Option<(u64, u32)> {
    checked(&Dictionary::standard(version), Level::Strict, msg_type, body)
}

fn lenient(version: Version, msg_type: &str, body: &str) -> Option<(u64, u32)> {
    checked(&Dictionary::standard(version), Level::Lenient, msg_type, body)
}

/// What each version requires of a NewOrderSingle(D).
const ORDER: &str = "11=a|21=1|55=X|54=1|60=20240101-00:00:00|40=1|";

#[test]
fn tables_are_sound_and_hold_every_message_that_millrace_speaks() {
    for version in Version::ALL {
        let dictionary = Dictionary::standard(version);
        let types =
            ["0", "1", "2", "3", "4", "5", "A", "D", "F", "G", "H", "8", "9", "r", "Q", "j", "V", "W", "X", "Y"];
        let since_44 = ["q", "AF", "AE", "AN", "AP", "BE", "BF"];
        for msg_type in types.iter().filter(|msg_type| **msg_type != "r" || version != Version::Fix42) {
            let known = dictionary.types.get(msg_type.as_bytes()).expect("in the table");
            assert!(!known.is_open, "{msg_type} of {version:?}");
        }
        for msg_type in since_44 {
            let known = dictionary.types.get(msg_type.as_bytes()).is_some_and(|known| !known.is_open);
            assert_eq!(known, version != Version::Fix42, "{msg_type} of {version:?}");
        }
        assert!(dictionary.types.get(b"B").is_some_and(|news| news.is_open));
        assert_eq!(dictionary.field(54).map(|side| (side.name(), side.word(b"1"))), Some(("Side", Some("BUY"))));
        assert_eq!(Version::of(version.begin_string()), Some(version));
        // The parser has its own list of data fields, header and groups; the dictionary would tell it what that lacks.
        let lacking = dictionary.tags_that_form_does_not_know();
        for field in &dictionary.fields {
            let class = lacking.as_ref().map_or(TagClass::of(0), |tags| tags.class(field.tag()));
            let known = !class.is_data() && !class.is_header() && !class.is_trailer() && !class.is_group_count();
            assert!(known || field.tag() == 1527, "{} {}", field.tag(), field.name());
        }
    }
}

#[test]
fn rule_15_sound_messages_pass_in_every_version() {
    for version in Version::ALL {
        assert_eq!(strict(version, "D", &format!("{ORDER}38=10|44=1.5|59=0|")), None);
        assert_eq!(strict(version, "0", ""), None);
        assert_eq!(strict(version, "2", "7=1|16=0|"), None);
        let logon = if version == Version::Fix50Sp2 { "98=0|108=30|1137=9|" } else { "98=0|108=30|" };
        assert_eq!(strict(version, "A", logon), None);
        assert_eq!(strict(version, "V", "262=q|263=1|264=0|267=2|269=0|269=1|146=2|55=A|55=B|"), None);
    }
}

#[test]
fn rule_15_unknown_tag_is_0() {
    for version in Version::ALL {
        assert_eq!(strict(version, "D", &format!("{ORDER}4999=x|")), Some((0, 4999)));
        assert_eq!(lenient(version, "D", &format!("{ORDER}4999=x|")), None);
    }
    assert_eq!(strict(Version::Fix42, "D", &format!("{ORDER}453=0|")), Some((0, 453)));
}

#[test]
fn rule_15_required_tag_missing_is_1() {
    for version in Version::ALL {
        for level in [Level::Strict, Level::Lenient] {
            let dictionary = Dictionary::standard(version);
            let without_side = ORDER.replace("54=1|", "");
            assert_eq!(checked(&dictionary, level, "D", &without_side), Some((1, 54)));
            assert_eq!(checked(&dictionary, level, "1", ""), Some((1, 112)));
            assert_eq!(checked(&dictionary, Level::Off, "1", ""), None);
        }
    }
    assert_eq!(strict(Version::Fix42, "D", &ORDER.replace("21=1|", "")), Some((1, 21)));
    assert_eq!(strict(Version::Fix44, "D", &ORDER.replace("21=1|", "")), None);
    assert_eq!(strict(Version::Fix50Sp2, "A", "98=0|108=30|"), Some((1, 1137)));
}

#[test]
fn rule_15_tag_of_another_message_is_2() {
    for version in Version::ALL {
        assert_eq!(strict(version, "D", &format!("{ORDER}41=x|")), Some((2, 41)));
        assert_eq!(lenient(version, "D", &format!("{ORDER}41=x|")), None);
        assert_eq!(strict(version, "0", "55=X|"), Some((2, 55)));
    }
}

#[test]
fn rule_15_undefined_msg_type_is_11() {
    for version in Version::ALL {
        for level in [Level::Strict, Level::Lenient] {
            let dictionary = Dictionary::standard(version);
            assert_eq!(checked(&dictionary, level, "zz", "58=x|"), Some((11, 35)));
            assert_eq!(checked(&dictionary, level, "*", "58=x|"), Some((11, 35)));
            assert_eq!(checked(&dictionary, level, "U7", "7000=x|"), None);
        }
    }
    assert_eq!(strict(Version::Fix42, "AE", ""), Some((11, 35)));
}

#[test]
fn rule_15_value_outside_an_enumeration_is_5() {
    for version in Version::ALL {
        let order = ORDER.replace("54=1|", "54=x|");
        assert_eq!(strict(version, "D", &order), Some((5, 54)));
        assert_eq!(lenient(version, "D", &order), None);
        assert_eq!(strict(version, "D", &format!("{ORDER}18=1 G|")), None);
        assert_eq!(strict(version, "D", &format!("{ORDER}18=1 !|")), Some((5, 18)));
    }
    assert_eq!(strict(Version::Fix42, "3", "45=1|373=12|"), Some((5, 373)));
    assert_eq!(strict(Version::Fix44, "3", "45=1|373=12|"), None);
}

#[test]
fn rule_15_wrong_format_is_6() {
    for version in Version::ALL {
        for level in [Level::Strict, Level::Lenient] {
            let dictionary = Dictionary::standard(version);
            for (field, tag) in [("38=ten|", 38), ("44=1.2.3|", 44), ("114=X|", 114), ("126=now|", 126), ("54=11|", 54)]
            {
                let order = if tag == 54 { ORDER.replace("54=1|", "") } else { ORDER.to_owned() };
                assert_eq!(checked(&dictionary, level, "D", &(order + field)), Some((6, tag)));
            }
        }
    }
}

#[test]
fn rule_15_form_is_checked_at_every_level() {
    for level in [Level::Strict, Level::Lenient, Level::Off] {
        let dictionary = Dictionary::standard(Version::Fix44);
        assert_eq!(checked(&dictionary, level, "D", &format!("{ORDER}58=|")), Some((4, 58)));
        assert_eq!(checked(&dictionary, level, "D", &format!("{ORDER}50=late|")), Some((14, 50)));
        assert_eq!(checked(&dictionary, level, "D", &format!("{ORDER}11=b|")), Some((13, 11)));
        assert_eq!(checked(&dictionary, level, "D", &format!("{ORDER}x=b|")), Some((0, 0)));
    }
}

#[test]
fn rule_15_num_in_group_that_lies_is_16() {
    for version in [Version::Fix44, Version::Fix50Sp2] {
        for level in [Level::Strict, Level::Lenient] {
            let dictionary = Dictionary::standard(version);
            let order =
                |parties: &str| checked(&dictionary, level, "D", &format!("11=a|21=1|{parties}{}", &ORDER[10..]));
            assert_eq!(order("453=2|448=x|447=D|452=1|448=y|447=D|452=3|"), None);
            assert_eq!(order("453=2|448=x|447=D|452=1|802=2|523=p|803=1|523=q|803=2|448=y|"), None);
            assert_eq!(order("453=0|"), None);
            for bad in ["453=1|448=x|448=y|", "453=3|448=x|448=y|", "453=1|", "453=99999999999999999999|448=x|"] {
                assert_eq!(order(bad), Some((16, 453)), "{bad}");
            }
            assert_eq!(order("453=1|448=x|802=2|523=p|"), Some((16, 802)));
        }
    }
    assert_eq!(strict(Version::Fix42, "8", "37=1|17=1|20=0|150=0|39=0|382=2|375=b|55=X|54=1|"), Some((16, 382)));
}

#[test]
fn rule_15_group_fields_out_of_order_are_15() {
    for version in [Version::Fix44, Version::Fix50Sp2] {
        let order = |parties: &str| strict(version, "D", &format!("11=a|21=1|{parties}{}", &ORDER[10..]));
        assert_eq!(order("453=1|447=D|448=x|"), Some((15, 447)));
        assert_eq!(order("453=1|448=x|452=1|447=D|"), Some((15, 447)));
        assert_eq!(order("453=1|448=x|447=D|447=D|"), Some((13, 447)));
        // Not a member, then members again: the group has ended.
        assert_eq!(order("453=1|448=x|1=acc|447=D|"), Some((2, 447)));
    }
}

#[test]
fn rule_15_groups_of_the_header_and_of_market_data_are_groups() {
    let hops = "627=2|628=h|630=1|628=i|";
    assert_eq!(strict(Version::Fix44, "0", hops), None);
    assert_eq!(strict(Version::Fix44, "0", "627=2|628=h|"), Some((16, 627)));
    let entries = "55=X|268=2|269=0|270=1|271=5|269=1|270=2|271=5|";
    for version in Version::ALL {
        let updated = if version == Version::Fix50Sp2 { "779=20240101-00:00:00|" } else { "" };
        assert_eq!(strict(version, "W", &format!("262=r|{updated}{entries}")), None);
        assert_eq!(strict(version, "W", "55=X|268=1|270=1|"), Some((15, 270)));
    }
    assert_eq!(strict(Version::Fix44, "W", "55=X|268=1|"), Some((16, 268)));
}

#[test]
fn rule_15_required_member_of_a_group_is_1() {
    // MDEntryType(269) is the first member and required; MDUpdateAction(279) is of an incremental refresh.
    assert_eq!(strict(Version::Fix44, "V", "262=q|263=1|264=0|267=1|269=0|146=1|"), Some((16, 146)));
    assert_eq!(strict(Version::Fix42, "V", "262=q|263=1|264=0|267=1|269=0|146=1|65=x|"), Some((15, 65)));
    let sides = "571=t|487=0|570=N|55=X|32=1|31=1|75=20240101|60=20240101-00:00:00|552=1|54=1|";
    assert_eq!(strict(Version::Fix44, "AE", &format!("{sides}37=o|")), None);
    assert_eq!(strict(Version::Fix44, "AE", sides), Some((1, 37)));
}

#[test]
fn rule_15_user_defined_tags_pass_unless_told_otherwise() {
    let dictionary = Dictionary::standard(Version::Fix44);
    let custom = format!("{ORDER}5000=x|99999=y|");
    assert_eq!(checked(&dictionary, Level::Strict, "D", &custom), None);
    assert_eq!(checked(&dictionary, Level::Strict, "D", &format!("{ORDER}5001=x|5001=y|")), Some((13, 5001)));
    let told = Dictionary::clone(&dictionary).refuse_user_defined();
    assert_eq!(checked(&told, Level::Strict, "D", &custom), Some((0, 5000)));
    assert_eq!(checked(&told, Level::Lenient, "D", &custom), None);
    assert_eq!(checked(&told, Level::Strict, "U7", "58=x|"), Some((11, 35)));
}

#[test]
fn rule_15_types_that_are_known_by_name_are_open() {
    assert_eq!(strict(Version::Fix44, "B", "148=news|33=2|58=a|58=b|"), None);
    assert_eq!(strict(Version::Fix44, "B", "148=news|42=yesterday|"), Some((6, 42)));
}

const CUSTOM: &str = r#"<fix type="FIX" major="4" minor="4">
  <header><field name="VenueKey" required="N"/></header>
  <messages>
    <message name="NewOrderSingle" msgtype="D" msgcat="app">
      <field name="Symbol" required="N"/>
      <field name="Desk" required="Y"/>
      <group name="NoLots" required="N"><field name="LotId" required="Y"/><field name="LotQty" required="N"/></group>
      <component name="Blob" required="N"/>
    </message>
    <message name="Ping" msgtype="Uping" msgcat="app"><field name="Text" required="Y"/></message>
  </messages>
  <components><component name="Blob"><field name="BlobSize" required="N"/><field name="Blob" required="N"/></component></components>
  <fields>
    <field number="6001" name="Desk" type="STRING"><value enum="EQ" description="EQUITIES"/></field>
    <field number="6002" name="NoLots" type="NUMINGROUP"/>
    <field number="6003" name="LotId" type="STRING"/>
    <field number="6004" name="LotQty" type="QTY"/>
    <field number="6010" name="BlobSize" type="LENGTH"/>
    <field number="6020" name="Blob" type="DATA"/>
    <field number="6030" name="VenueKey" type="STRING"/>
    <field number="54" name="Side" type="CHAR"><value enum="x" description="BOTH"/></field>
  </fields>
</fix>"#;

#[test]
fn rule_15_counterpartys_dictionary_adds_and_relaxes() {
    let dictionary = Dictionary::with_xml(Version::Fix44, CUSTOM).expect("sound").refuse_user_defined();
    let check = |msg_type, body: &str| checked(&dictionary, Level::Strict, msg_type, body);
    assert_eq!(check("D", ORDER), Some((1, 6001)));
    assert_eq!(check("D", &format!("{ORDER}6001=EQ|")), None);
    assert_eq!(check("D", &format!("{}6001=EQ|", ORDER.replace("55=X|", ""))), None);
    assert_eq!(check("D", &format!("{ORDER}6001=FX|")), Some((5, 6001)));
    assert_eq!(check("D", &format!("{}6001=EQ|", ORDER.replace("54=1|", "54=x|"))), None);
    assert_eq!(check("D", &format!("{ORDER}6001=EQ|6002=2|6003=a|6004=5|6003=b|")), None);
    assert_eq!(check("D", &format!("{ORDER}6001=EQ|6002=2|6003=a|6004=5|")), Some((16, 6002)));
    assert_eq!(check("D", &format!("{ORDER}6001=EQ|6002=1|6003=a|6004=five|")), Some((6, 6004)));
    assert_eq!(check("D", &format!("{ORDER}6001=EQ|6010=3|6020=a|b|")), None);
    assert_eq!(check("D", &format!("6030=k|{ORDER}6001=EQ|")), None);
    assert_eq!(check("D", &format!("{ORDER}6001=EQ|6030=k|")), Some((14, 6030)));
    assert_eq!(check("F", "6001=EQ|"), Some((2, 6001)));
    assert_eq!(check("Uping", ""), Some((1, 58)));
    assert_eq!(check("Uping", "58=hello|"), None);
    assert_eq!(dictionary.field(6001).and_then(|desk| desk.word(b"EQ")), Some("EQUITIES"));
    assert_eq!(dictionary.field(54).and_then(|side| side.word(b"2")), Some("SELL"));
    assert_eq!(dictionary.message_name(b"Uping"), Some("Ping"));
}

#[test]
fn broken_dictionaries_say_where_and_what() {
    let wrong = |from: &str, to: &str| {
        assert!(CUSTOM.contains(from), "{from}");
        Dictionary::with_xml(Version::Fix44, &CUSTOM.replace(from, to)).expect_err(to).to_string()
    };
    assert_eq!(wrong(r#"<field name="Symbol""#, r#"<field name="Simbol""#), r#"line 5: field "Simbol" is not defined"#);
    assert_eq!(
        wrong(r#"<component name="Blob" r"#, r#"<component name="Blub" r"#),
        r#"line 8: component "Blub" is not defined"#
    );
    assert_eq!(wrong(r#"number="6001""#, r#"number="x""#), r#"line 14: "x" is no tag"#);
    assert_eq!(wrong(r#"number="6001""#, r#"number="0""#), r#"line 14: "0" is no tag"#);
    assert_eq!(wrong(r#"name="LotQty" type"#, r#"name="LotId" type"#), "line 17: LotId is the name of tag 6003 too");
    assert_eq!(wrong(r#"number="6004""#, r#"number="6003""#), "line 17: tag 6003 is defined twice");
    assert_eq!(wrong(r#"type="QTY""#, r#"type="QQQ""#), r#"line 17: "QQQ" is not a type of the standard"#);
    assert_eq!(
        wrong(r#"name="Desk" required="Y""#, r#"name="Desk" required="?""#),
        r#"line 6: required is "?", neither Y nor N"#
    );
    assert!(wrong("</messages>", "</massages>").starts_with("line 11: not well-formed XML: "));
    let all = [r#"<fix"#, "<!DOCTYPE fix [<!ENTITY a 'b'>]><fix"];
    assert!(wrong(all[0], all[1]).starts_with("line 1: not well-formed XML"));
    assert!(Dictionary::with_xml(Version::Fix44, "").is_err());
    assert!(Dictionary::with_xml(Version::Fix44, "<xml/>").is_err_and(|error| error.problem.contains("<fix>")));
}

#[test]
fn hostile_dictionaries_are_refused_in_bounded_time_and_memory() {
    let error = |text: &str| Dictionary::with_xml(Version::Fix44, text).expect_err("refused").problem;
    let own = "<fix><components><component name='A'><component name='A'/></component></components>\
               <messages><message name='M' msgtype='U1'><component name='A'/></message></messages></fix>";
    assert!(error(own).contains("nested more than"));
    // Each component holds the one before twice: 2^40 fields, if one let it.
    let doubling: String = (1..30)
        .map(|n| format!("<component name='C{n}'><component name='C{0}'/><component name='C{0}'/></component>", n - 1))
        .collect();
    let doubling = format!(
        "<fix><components><component name='C0'><field name='Text'/></component>{doubling}</components>\
         <messages><message name='M' msgtype='U1'><component name='C29'/></message></messages></fix>"
    );
    assert!(error(&doubling).contains("in all messages"));
    let deep = format!(
        "<fix><messages><message name='M' msgtype='U1'>{}<field name='Text'/>{}</message></messages></fix>",
        "<group name='NoHops'>".repeat(9),
        "</group>".repeat(9)
    );
    assert!(error(&deep).contains("deep"));
    let deeper = deep.replace("<field name='Text'/>", &"<group name='NoHops'>".repeat(50_000));
    assert!(!error(&deeper).is_empty());
    let fields: String =
        (5_000..30_000).map(|tag| format!("<field number='{tag}' name='F{tag}' type='INT'/>")).collect();
    assert!(error(&format!("<fix><fields>{fields}</fields></fix>")).contains("more than 20000 fields"));
    assert!(error(&" ".repeat(limits::XML_BYTES_MAX + 1)).contains("longer than"));
    let long = format!("<fix><fields><field number='6000' name='{}' type='INT'/></fields></fix>", "n".repeat(200));
    assert!(error(&long).contains("name is longer than 128 bytes"));
}

proptest! {
    #[test]
    fn nothing_in_a_message_makes_the_check_panic(
        fields in proptest::collection::vec((prop_oneof![1u32..2000, Just(453), Just(448), Just(802), Just(523)], "[0-9A-Z]{1,3}"), 0..60),
        kind in prop_oneof![Just("D"), Just("8"), Just("AE"), Just("W"), Just("A"), Just("U1")],
    ) {
        let body: String = fields.iter().filter(|(tag, _)| !TagClass::of(*tag).is_data()).map(|(tag, value)| format!("{tag}={value}|")).collect();
        for version in Version::ALL {
            for level in [Level::Strict, Level::Lenient, Level::Off] {
                checked(&Dictionary::standard(version), level, kind, &body);
            }
        }
    }

    #[test]
    fn broken_xml_is_an_error_and_no_panic(at in 0usize..CUSTOM.len(), cut in 1usize..40, put in "[<>/\"a=& ]{0,4}") {
        let end = (at + cut).min(CUSTOM.len());
        let text = format!("{}{put}{}", &CUSTOM[..at], &CUSTOM[end..]);
        let _ = Dictionary::with_xml(Version::Fix44, &text);
    }
}
