//! A message that came against the line that says what must come.

use std::collections::BTreeMap;

use gateway::fix::tag;

use super::fields::{Field, get, name, same, word};
use super::prime::Heard;
use super::script::Line;

/// Names that a scenario has for identifiers, with what stands on the wire for them.
pub(crate) type Names = BTreeMap<String, String>;

/// Fields of an identifier: in the file stand names, which mean the same wherever they stand again.
const IDENTIFIERS: [u32; 2] = [tag::EXEC_ID, tag::EXEC_REF_ID];

/// Fields whose absence is as good as their being 0.
fn is_nothing(value: Option<&str>) -> bool {
    value.is_none_or(|value| same(tag::CUM_QTY, value, "0"))
}

/// Is it the message of the line, with these ClOrdIDs? A name of an ExecID that is new is learned.
///
/// # Errors
/// What differs, for people.
pub(crate) fn message(heard: &Heard, line: &Line, cl_ord_ids: [&str; 2], exec_ids: &mut Names) -> Result<(), String> {
    let differs = |tag, is: Option<&str>, should: &str| {
        let is = is.map_or("absent".to_owned(), |is| word(tag, is));
        format!("{} is {is}, not {}; the message: {}", name(tag), word(tag, should), shown(heard))
    };
    let msg_type = get(heard, tag::MSG_TYPE);
    if msg_type.map(str::as_bytes) != Some(line.msg_type) {
        return Err(differs(tag::MSG_TYPE, msg_type, &String::from_utf8_lossy(line.msg_type)));
    }
    for (tag, should) in [tag::CL_ORD_ID, tag::ORIG_CL_ORD_ID].into_iter().zip(cl_ord_ids) {
        if get(heard, tag).unwrap_or_default() != should {
            return Err(differs(tag, get(heard, tag), should));
        }
    }
    for (tag, should) in &line.fields {
        let is = get(heard, *tag);
        if IDENTIFIERS.contains(tag) {
            let is = is.ok_or_else(|| differs(*tag, None, should))?;
            let known = exec_ids.entry(should.clone()).or_insert_with(|| is.to_owned());
            if known != is {
                return Err(differs(*tag, Some(is), &format!("that of {should}, {known}")));
            }
        } else if !is.is_some_and(|is| same(*tag, is, should)) {
            return Err(differs(*tag, is, should));
        }
    }
    match line.blank.iter().find(|tag| !IDENTIFIERS.contains(tag) && !is_nothing(get(heard, **tag))) {
        Some(tag) if line.is_answer() => Err(differs(*tag, get(heard, *tag), "absent")),
        _ => Ok(()),
    }
}

/// A message as people read it, without what belongs to the session.
pub(crate) fn shown(heard: &[Field]) -> String {
    let of_session = [8, 9, 10, 34, 49, 52, 56, 43, 122, 1128];
    let told = heard.iter().filter(|(tag, _)| !of_session.contains(tag));
    told.map(|(tag, value)| format!("{}={}", name(*tag), word(*tag, value))).collect::<Vec<_>>().join(" ")
}
