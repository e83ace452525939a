//! A message that came against the line that says what must come.

use std::collections::BTreeMap;

use gateway::fix::tag;

use super::fields::{Field, get, name, same, word};
use super::prime::Heard;
use super::script::Line;

/// Names that a scenario has for identifiers, with what stands on the wire for them.
pub(crate) type Names = BTreeMap<String, String>;

/// Is the field absent, or as good as that?
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
        match *tag {
            tag::EXEC_ID => {
                let is = is.ok_or_else(|| differs(*tag, None, should))?;
                if let Some(other) = exec_ids.insert(should.clone(), is.to_owned()) {
                    return Err(differs(*tag, Some(is), &format!("another {should} than {other}")));
                }
            }
            tag::EXEC_REF_ID if is == exec_ids.get(should).map(String::as_str) && is.is_some() => {}
            tag::EXEC_REF_ID => return Err(differs(*tag, is, &format!("that of {should}: {exec_ids:?}"))),
            _ if is.is_some_and(|is| same(*tag, is, should)) => {}
            _ => return Err(differs(*tag, is, should)),
        }
    }
    let may_be_there = |tag: u32| tag == tag::EXEC_ID || !line.is_answer();
    match line.blank.iter().find(|tag| !may_be_there(**tag) && !is_nothing(get(heard, **tag))) {
        Some(tag) => Err(differs(*tag, get(heard, *tag), "absent")),
        None => Ok(()),
    }
}

/// A message as people read it, without what belongs to the session.
pub(crate) fn shown(heard: &[Field]) -> String {
    let of_session = [8, 9, 10, 34, 49, 52, 56, 43, 122, 1128];
    let told = heard.iter().filter(|(tag, _)| !of_session.contains(tag));
    told.map(|(tag, value)| format!("{}={}", name(*tag), word(*tag, value))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::scripts;
    use crate::script::What;

    /// The message that a line asks for.
    fn asked_for(line: &Line) -> Heard {
        let mut heard = vec![(tag::MSG_TYPE, String::from_utf8_lossy(line.msg_type).into_owned())];
        heard.extend([(tag::CL_ORD_ID, line.cl_ord_id.clone()), (tag::ORIG_CL_ORD_ID, line.orig_cl_ord_id.clone())]);
        heard.extend(line.fields.iter().cloned());
        heard
    }

    fn names(line: &Line) -> Names {
        line.get(tag::EXEC_REF_ID).map(|name| (name.to_owned(), name.to_owned())).into_iter().collect()
    }

    #[test]
    fn changed_field_of_any_answer_is_noticed() {
        let mut fields = 0;
        for script in scripts() {
            let answers = script
                .steps
                .iter()
                .filter_map(|step| if let What::Answer(line) = &step.what { Some(line) } else { None });
            for line in answers {
                let heard = asked_for(line);
                let judge = |line: &Line, ids| message(&heard, line, ids, &mut names(line));
                let ids = [line.cl_ord_id.as_str(), line.orig_cl_ord_id.as_str()];
                assert_eq!(judge(line, ids), Ok(()), "{}", script.id);
                assert!(judge(line, [ids[0], "other"]).is_err() && judge(line, ["other", ids[1]]).is_err());
                assert!(judge(&Line { msg_type: b"j", ..line.clone() }, ids).is_err());
                // The name of an ExecID is free.
                for at in (0..line.fields.len()).filter(|at| line.fields[*at].0 != tag::EXEC_ID) {
                    let mut changed = line.clone();
                    changed.fields[at].1.push('1');
                    let known = names(line);
                    assert!(message(&heard, &changed, ids, &mut known.clone()).is_err(), "{}: {changed:?}", script.id);
                    let (tag, value) = line.fields[at].clone();
                    let mut blank = line.clone();
                    blank.fields.remove(at);
                    blank.blank.push(tag);
                    let is_zero = same(tag::CUM_QTY, &value, "0");
                    assert_eq!(
                        message(&heard, &blank, ids, &mut known.clone()).is_err(),
                        !is_zero,
                        "{}: {blank:?}",
                        script.id
                    );
                    fields += 1;
                }
            }
        }
        assert!(fields > 1_000, "only {fields} fields");
    }
}
