//! What fuzzing begins with: one input of each kind that the targets read, all of them sound.

use super::bytes::piped;
use super::offer::OFFERS;

/// A counterparty's dictionary with all that one may have: own fields of each kind that the parser must know, an own header
/// field, an own group in an own message, a value more, a field less that is required.
pub(crate) const CUSTOM_XML: &str = r#"<fix major="4" minor="4">
  <header><field name="RouterHop" required="N"/></header>
  <trailer/>
  <messages>
    <message name="NewOrderSingle" msgtype="D" msgcat="app">
      <field name="Desk" required="N"/><component name="Parties" required="N"/><field name="Side" required="N"/>
    </message>
    <message name="Basket" msgtype="U1" msgcat="app">
      <field name="BlobLength" required="N"/><field name="Blob" required="N"/>
      <group name="NoLines" required="Y"><field name="LineID" required="Y"/><field name="LineQty" required="N"/></group>
    </message>
  </messages>
  <components>
    <component name="Parties"><group name="NoPartyIDs" required="N">
      <field name="PartyID" required="Y"/><field name="PartyRole" required="N"/><field name="PartyIDSource" required="N"/>
    </group></component>
  </components>
  <fields>
    <field number="5001" name="Desk" type="STRING"><value enum="x" description="EXOTIC"/></field>
    <field number="5002" name="BlobLength" type="LENGTH"/><field number="5003" name="Blob" type="DATA"/>
    <field number="5004" name="RouterHop" type="INT"/>
    <field number="6000" name="NoLines" type="NUMINGROUP"/>
    <field number="6001" name="LineID" type="STRING"/><field number="6002" name="LineQty" type="QTY"/>
    <field number="54" name="Side" type="CHAR"><value enum="Q" description="QUIET"/></field>
  </fields>
</fix>"#;

const TIME: &str = "20251009-08:53:20.123456";

/// Bodies for the parser beside those of the session's offers: data with SOH, groups in groups, long tags, long messages.
const BODIES: [&str; 9] = [
    "95=5|96=a|b|c|58=end|",
    "354=3|355=\u{1}\u{1}x|93=2|89=ab|",
    "11=o|55=X|54=1|60=20251009-08:53:60.5|38=00100.500000000000|40=2|44=-0.00000001|59=6|18=G|",
    "78=2|79=a|539=1|524=n|525=D|538=1|804=1|545=s|805=2|80=5|79=b|80=6|11=a|55=X|54=1|60=20251009-08:53:20|40=1|",
    "5001=x|5002=3|5003=a|b|6000=2|6001=1|6002=2|6001=2|99999999=z|",
    "11=a|11=b|55=|0=1|x=y|007=3|=|38=1e5|",
    "627=2|628=hop|629=20251009-08:53:20|628=hop|115=A|128=B|58=header behind the body|34=9|",
    "268=3|269=0|270=1.1|271=2|269=1|270=1.2|271=3|269=2|270=1.3|271=4|",
    "37=1|17=2|150=F|39=1|55=X|54=1|151=60|14=40|6=101.25|32=40|31=101.25|60=20251009-08:53:20.123456789|",
];

/// Those of one target.
pub(crate) fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "parser" => parser(),
        "session" => session(),
        "dictionary" => dictionary(),
        other => panic!("there is no target {other}"),
    }
}

/// For the parser.
fn parser() -> Vec<Vec<u8>> {
    let bodies = OFFERS.iter().map(|(kind, body)| {
        let body = body.replace('#', "3").replace('@', TIME).replace('%', "a long text that goes on and on and on");
        (kind.replace('%', "9"), body)
    });
    let more =
        ["D", "8", "U1", "AE"].iter().flat_map(|kind| BODIES.iter().map(|b| ((*kind).to_owned(), (*b).to_owned())));
    let mut seeds: Vec<Vec<u8>> = bodies
        .chain(more)
        .enumerate()
        .map(|(at, (kind, body))| {
            let text = format!("35={kind}|49=CLIENT|56=MILL|34={at}|52={TIME}|{body}");
            [&[at as u8 & 0x7F][..], &piped(&text)].concat()
        })
        .collect();
    let streams: Vec<Vec<u8>> = seeds.chunks(3).map(streamed).collect();
    seeds.extend(streams);
    seeds
}

/// Several messages one after the other with something between them, to be framed as they are.
fn streamed(bodies: &[Vec<u8>]) -> Vec<u8> {
    let mut stream = vec![0x81];
    let mut whole = Vec::new();
    for body in bodies {
        super::bytes::whole(super::bytes::version(1), &body[1..], &mut whole);
        stream.extend_from_slice(&whole);
        stream.extend_from_slice(b"8=FI");
    }
    stream
}

/// For the session: each version and role with a Logon and then a bit of everything, or with messages that are asked for again.
fn session() -> Vec<Vec<u8>> {
    let first = |of: &str| OFFERS.iter().position(|(kind, _)| *kind == of).expect("it is there") as u8;
    let (logon, resend_request) = (first("A"), first("2"));
    let mut seeds = Vec::new();
    for who in 0..64u8 {
        let mut seed = vec![who << 1 | who >> 5, 0, 0, 0, 0, logon + (who & 1), 0, 0, 0];
        // Some that the owner keeps and some that it does not, then all of them once more, one by one and the rest.
        for kept in [0, 3, 0, 0, 3, 3, 0] {
            seed.extend_from_slice(&[15, 0, kept]);
        }
        seed.extend_from_slice(&[0, resend_request, 0, 0, 0, 0xA1 + who % 4, 17, 1, 17, 1, 17, 0]);
        seeds.push(seed);
        // The settings as they come, and some others.
        for (what, resets) in [(0, 0), (0x10, 0), (0x60, 0x2E), (0x81, 0x04)] {
            let mut seed = vec![who << 1 | who >> 5, what, resets, who & 0x11];
            seed.extend_from_slice(&[0, logon + (who & 1), 0, 0, 0]);
            for step in 0..20u8 {
                let kind = (who.wrapping_mul(7).wrapping_add(step * 5)) % OFFERS.len() as u8;
                let number = if step % 4 == 3 { 161 } else { 0 };
                seed.extend_from_slice(&[step, kind, 0, number, 0, step, who, 3]);
            }
            seeds.push(seed);
        }
    }
    seeds
}

/// For the dictionary: the whole file, and its sections alone.
fn dictionary() -> Vec<Vec<u8>> {
    let section = |name: &str| {
        let (_, rest) = CUSTOM_XML.split_once(&format!("<{name}>")).expect("it is there");
        rest.split_once(&format!("</{name}>")).expect("it ends").0.as_bytes().to_vec()
    };
    let with = |choice: u8, text: Vec<u8>| [vec![choice], text].concat();
    let mut seeds = Vec::new();
    for version in 0..3u8 {
        seeds.push(with(version, CUSTOM_XML.as_bytes().to_vec()));
        seeds.push(with(version | 0x14, section("fields")));
        seeds.push(with(version | 0x0C, section("components")));
        seeds.push(with(
            version | 0x08,
            br#"<message name="News" msgtype="B"><field name="Side" required="Y"/></message>"#.to_vec(),
        ));
    }
    seeds
}
