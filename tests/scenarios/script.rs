//! A scenario file, read: its settings and its steps. The form is told in `README.md`; what does not have it is an error that
//! names the line.

use super::act::Act;
use super::fields::{self, Field};

/// Which side of the session with the scenario's messages Millrace is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// A client sends us orders.
    Broker,
    /// We send a broker our client's orders.
    Client,
}

/// One scenario.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// As the catalogue has it, like `B.1.b`.
    pub(crate) id: String,
    pub(crate) title: String,
    settings: Vec<Setting>,
    pub(crate) steps: Vec<Step>,
}

/// A line of the daemon's configuration that differs from what the other scenarios have.
#[derive(Clone, Debug)]
struct Setting {
    only: Option<Role>,
    section: String,
    line: String,
}

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Its number in the file.
    pub(crate) at: usize,
    /// The role that it is for, where it is not for both.
    pub(crate) only: Option<Role>,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    /// From the client to the broker.
    Request(Line, Ways),
    /// From the broker to the client.
    Answer(Line),
    /// What the market behind Millrace does, when Millrace is the broker.
    Venue(Act),
}

/// How far a request goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    /// On to the broker behind, at once.
    Through,
    /// On to it, but not before what is pending is decided.
    Later,
    /// Millrace answers by itself; the broker behind hears nothing.
    Here,
}

/// The same in each role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ways {
    broker: Way,
    client: Way,
}

impl Ways {
    const THROUGH: Ways = Ways { broker: Way::Through, client: Way::Through };

    pub(crate) fn of(self, role: Role) -> Way {
        match role {
            Role::Broker => self.broker,
            Role::Client => self.client,
        }
    }

    fn set(&mut self, only: Option<Role>, way: Way) {
        match only {
            Some(Role::Broker) => self.broker = way,
            Some(Role::Client) => self.client = way,
            None => *self = Ways { broker: way, client: way },
        }
    }
}

/// A message as the table has it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) msg_type: &'static [u8],
    pub(crate) cl_ord_id: String,
    pub(crate) orig_cl_ord_id: String,
    /// The fields that the line names.
    pub(crate) fields: Vec<Field>,
    /// The columns that it leaves blank: the message does not have the field, or it is 0.
    pub(crate) blank: Vec<u32>,
}

/// MsgTypes by their names.
const MESSAGES: [(&str, &[u8]); 6] = [
    ("NewOrderSingle", b"D"),
    ("OrderCancelRequest", b"F"),
    ("OrderCancelReplaceRequest", b"G"),
    ("OrderStatusRequest", b"H"),
    ("ExecutionReport", b"8"),
    ("OrderCancelReject", b"9"),
];

/// The last column: any further fields, each with its name.
const FURTHER: &str = "and";

impl Line {
    pub(crate) fn get(&self, tag: u32) -> Option<&str> {
        fields::get(&self.fields, tag)
    }

    /// Does it come from the broker?
    pub(crate) fn is_answer(&self) -> bool {
        matches!(self.msg_type, b"8" | b"9")
    }
}

impl Script {
    /// Reads a file.
    pub(crate) fn read(text: &str) -> Result<Script, String> {
        let mut lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let (_, first) = lines.next().ok_or("the file is empty")?;
        let (id, title) = first.split_once("  ").ok_or("the first line is not an id, two spaces and a title")?;
        let mut script = Script { id: id.into(), title: title.into(), settings: Vec::new(), steps: Vec::new() };
        let columns = loop {
            let (at, line) = lines.next().ok_or("the file has no table")?;
            if line.starts_with("Message ") {
                break columns(line).map_err(|why| format!("line {at}: {why}"))?;
            }
            if line.starts_with("Setting") {
                script.settings.push(setting(line).ok_or_else(|| format!("line {at}: not a setting"))?);
            }
        };
        let mut reader = Reader { columns, only: None, next: Ways::THROUGH };
        for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            if let Some(what) = reader.line(line).map_err(|why| format!("line {at}: {why}"))? {
                script.steps.push(Step { at, only: reader.only, what });
            }
        }
        if script.steps.is_empty() { Err("the table is empty".into()) } else { Ok(script) }
    }

    /// What the configuration has to say more in one of its sections.
    pub(crate) fn settings(&self, role: Role, section: &str) -> String {
        let ours = |setting: &&Setting| setting.section == section && setting.only.is_none_or(|only| only == role);
        self.settings.iter().filter(ours).map(|setting| format!("{}\n", setting.line)).collect()
    }

    /// The steps of a role.
    pub(crate) fn steps(&self, role: Role) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.only.is_none_or(|only| only == role))
    }
}

/// `Setting: engine acknowledge = "venue"`, or `Setting as the client: ...`.
fn setting(line: &str) -> Option<Setting> {
    let (who, rest) = line.strip_prefix("Setting")?.split_once(": ")?;
    let only = match who {
        "" => None,
        " as the broker" => Some(Role::Broker),
        " as the client" => Some(Role::Client),
        _ => return None,
    };
    let (section, line) = rest.split_once(' ')?;
    Some(Setting { only, section: section.into(), line: line.into() })
}

/// A column: where it begins, and its field; the last one has none.
type Column = (usize, Option<u32>);

fn columns(header: &str) -> Result<Vec<Column>, String> {
    let words = words(header);
    let field = |(at, name): &(usize, &str)| match *name {
        FURTHER => Ok((*at, None)),
        name => Ok((*at, Some(fields::tag(name)?))),
    };
    words.iter().skip(1).map(field).collect()
}

/// The words of a line, each with where it begins.
fn words(line: &str) -> Vec<(usize, &str)> {
    line.split(' ')
        .scan(0, |at, word| {
            let begins = *at;
            *at += word.len() + 1;
            Some((begins, word))
        })
        .filter(|(_, word)| !word.is_empty())
        .collect()
}

struct Reader {
    columns: Vec<Column>,
    only: Option<Role>,
    next: Ways,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<Option<What>, String> {
        match line.get(..2) {
            Some("> ") => {
                let request = self.message(line)?;
                Ok(Some(What::Request(request, std::mem::replace(&mut self.next, Ways::THROUGH))))
            }
            Some("< ") => Ok(Some(What::Answer(self.message(line)?))),
            Some("  ") => self.direction(line.trim()),
            _ => Err("begins with neither >, < nor two spaces".into()),
        }
    }

    /// What is not a message. A reason stands behind each colon.
    fn direction(&mut self, line: &str) -> Result<Option<What>, String> {
        if let Some(words) = line.strip_prefix("venue ") {
            return Ok(Some(What::Venue(Act::read(words)?)));
        }
        match line.split_once(": ").map_or(line, |(direction, _)| direction) {
            "only as the broker" => self.only = Some(Role::Broker),
            "only as the client" => self.only = Some(Role::Client),
            "in both roles" => self.only = None,
            "Millrace answers the next request by itself" => self.next.set(self.only, Way::Here),
            "Millrace keeps the next request back" => self.next.set(self.only, Way::Later),
            _ => return Err(format!("no direction {line:?}")),
        }
        Ok(None)
    }

    fn message(&self, line: &str) -> Result<Line, String> {
        let mut words = words(line).into_iter().skip(1);
        let (at, message) = words.next().ok_or("no message")?;
        let (name, ids) = message.strip_suffix(')').and_then(|it| it.split_once('(')).ok_or("no (ClOrdID)")?;
        let (_, msg_type) = MESSAGES.iter().find(|(known, _)| *known == name).ok_or("no such message")?;
        let (cl_ord_id, orig_cl_ord_id) = ids.split_once(',').unwrap_or((ids, ""));
        let (mut named, mut blank): (Vec<Field>, Vec<u32>) = (Vec::new(), Vec::new());
        if at != 2 {
            return Err("the message does not follow its arrow".into());
        }
        for (at, word) in words {
            let column = self.columns.iter().rev().find(|(begins, _)| *begins <= at);
            let (tag, value) = match column {
                Some((begins, Some(tag))) if *begins == at => (*tag, word),
                Some((_, None)) => {
                    let (name, value) = word.split_once('=').ok_or_else(|| format!("{word:?} is not Name=Value"))?;
                    (fields::tag(name)?, value)
                }
                _ => return Err(format!("{word:?} does not stand under a column's first letter")),
            };
            named.push((tag, fields::value(tag, value)?));
        }
        for tag in self.columns.iter().filter_map(|(_, tag)| *tag) {
            if fields::get(&named, tag).is_none() {
                blank.push(tag);
            }
        }
        Ok(Line { msg_type, cl_ord_id: cl_ord_id.into(), orig_cl_ord_id: orig_cl_ord_id.into(), fields: named, blank })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "A.1.a  Title\nText.\nSetting as the client: engine idle = \"park\"\n\n\
                        Message               ExecType  OrderQty  and\n";

    fn read(table: &str) -> Result<Script, String> {
        Script::read(&format!("{HEAD}{table}"))
    }

    #[test]
    fn words_stand_for_the_fields_of_their_columns() {
        let script = read("< ExecutionReport(Y,X)  Trade     100       TimeInForce=Day LastQty=5\n").unwrap_err();
        assert_eq!(script, "line 6: \"Trade\" does not stand under a column's first letter");
        let script = read("< ExecutionReport(Y)  Trade               TimeInForce=Day LastQty=5\n").unwrap();
        assert_eq!((script.id.as_str(), script.title.as_str()), ("A.1.a", "Title"));
        assert_eq!(script.settings(Role::Client, "engine"), "idle = \"park\"\n");
        assert_eq!(script.settings(Role::Broker, "engine"), "");
        let [Step { at: 6, only: None, what: What::Answer(line) }] = &script.steps[..] else { panic!("{script:?}") };
        assert_eq!((line.msg_type, line.cl_ord_id.as_str(), line.orig_cl_ord_id.as_str()), (&b"8"[..], "Y", ""));
        let fields = [(150, "F"), (59, "0"), (32, "5")].map(|(tag, value)| (tag, value.to_owned()));
        assert_eq!((line.fields.as_slice(), line.blank.as_slice()), (&fields[..], &[38][..]));
    }

    #[test]
    fn directions_hold_for_the_role_that_they_are_for() {
        let script = read(
            "  only as the broker: a reason\n  Millrace answers the next request by itself: a reason\n  venue suspends\n\
             \x20 in both roles\n> NewOrderSingle(X)\n> NewOrderSingle(Y)\n",
        )
        .unwrap();
        assert_eq!((script.steps(Role::Broker).count(), script.steps(Role::Client).count()), (3, 2));
        let ways = |step: &Step| match &step.what {
            What::Request(_, ways) => Some((ways.of(Role::Broker), ways.of(Role::Client))),
            _ => None,
        };
        let ways: Vec<_> = script.steps(Role::Client).filter_map(ways).collect();
        assert_eq!(ways, [(Way::Here, Way::Through), (Way::Through, Way::Through)]);
    }

    #[test]
    fn what_nobody_would_understand_is_an_error() {
        for (table, why) in [
            ("", "the table is empty"),
            ("NewOrderSingle(X)\n", "line 6: begins with neither >, < nor two spaces"),
            ("> Allocation(X)\n", "line 6: no such message"),
            ("> NewOrderSingle\n", "line 6: no (ClOrdID)"),
            (">  NewOrderSingle(X)\n", "line 6: the message does not follow its arrow"),
            ("> NewOrderSingle(X)   Fill\n", "line 6: ExecType(150) has no value \"Fill\""),
            ("> NewOrderSingle(X)                       Colour=red\n", "line 6: no field \"Colour\""),
            ("> NewOrderSingle(X)                       red\n", "line 6: \"red\" is not Name=Value"),
            ("  venue dances\n", "line 6: a venue cannot do [\"dances\"]"),
            ("  venue fills many at 100\n", "line 6: \"many\" is no amount"),
            ("  now and then: why\n", "line 6: no direction \"now and then: why\""),
        ] {
            assert_eq!(read(table).map(|_| ()), Err(why.to_owned()), "{table}");
        }
    }
}
