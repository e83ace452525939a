//! The life of an order as one table: OrdStatus(39) × step. The picture of the whole table is
//! `snapshots/order_transitions.txt`; a test compares the two.

use model::OrdStatus;

/// What can happen to an order, told apart as far as the next status depends on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The venue has it.
    Acknowledge,
    /// The venue will not have it.
    Reject,
    /// A fill that leaves something.
    FillPart,
    /// A fill that leaves nothing.
    FillRest,
    /// A cancel was sent to the venue.
    RequestCancel,
    /// A replace was sent to the venue.
    RequestReplace,
    /// Canceled, asked for or not.
    Cancel,
    /// Its time is over.
    Expire,
    /// Replaced, nothing filled yet.
    ReplaceUntouched,
    /// Replaced, something filled, something left.
    ReplacePartly,
    /// Replaced by a quantity that is filled already.
    ReplaceDone,
    /// Replaced while a cancel is still pending.
    ReplaceCanceling,
    /// What was pending was refused; nothing is filled and nothing else is pending.
    RefuseUntouched,
    /// What was pending was refused; something is filled and nothing else is pending.
    RefusePartly,
    /// The cancel was refused while a replace is still pending.
    RefuseReplacing,
    /// The replace was refused while a cancel is still pending.
    RefuseCanceling,
}

impl Step {
    /// Every step, for the picture of the table.
    pub const ALL: [Step; 16] = [
        Step::Acknowledge,
        Step::Reject,
        Step::FillPart,
        Step::FillRest,
        Step::RequestCancel,
        Step::RequestReplace,
        Step::Cancel,
        Step::Expire,
        Step::ReplaceUntouched,
        Step::ReplacePartly,
        Step::ReplaceDone,
        Step::ReplaceCanceling,
        Step::RefuseUntouched,
        Step::RefusePartly,
        Step::RefuseReplacing,
        Step::RefuseCanceling,
    ];
}

/// The status after the step; `None` where the step cannot happen in that status.
///
/// A pending request shows over what lies under it (PendingCancel over PendingReplace over PartiallyFilled), as the
/// precedence of OrdStatus(39) asks. A complete fill shows even over a pending request. Fills are booked whatever the
/// status: a late fill changes quantities, not that the order is closed.
pub const fn next(status: OrdStatus, step: Step) -> Option<OrdStatus> {
    use OrdStatus as S;
    match status {
        S::PendingNew => match step {
            Step::Acknowledge => Some(S::New),
            _ => working(status, step),
        },
        S::New => match step {
            Step::Acknowledge => Some(S::New),
            _ => working(status, step),
        },
        S::PartiallyFilled => match step {
            Step::Acknowledge => Some(S::PartiallyFilled),
            Step::Reject => None,
            _ => working(status, step),
        },
        S::PendingReplace => match step {
            Step::Acknowledge | Step::FillPart => Some(S::PendingReplace),
            Step::RequestReplace | Step::RefuseReplacing | Step::ReplaceCanceling | Step::RefuseCanceling => None,
            Step::ReplaceUntouched | Step::RefuseUntouched => Some(S::New),
            Step::ReplacePartly | Step::RefusePartly => Some(S::PartiallyFilled),
            Step::ReplaceDone => Some(S::Filled),
            _ => working(status, step),
        },
        S::PendingCancel => match step {
            Step::Acknowledge | Step::FillPart | Step::ReplaceCanceling | Step::RefuseCanceling => {
                Some(S::PendingCancel)
            }
            Step::RequestCancel | Step::RequestReplace | Step::ReplaceUntouched | Step::ReplacePartly => None,
            Step::RefuseUntouched => Some(S::New),
            Step::RefusePartly => Some(S::PartiallyFilled),
            Step::RefuseReplacing => Some(S::PendingReplace),
            Step::ReplaceDone => Some(S::Filled),
            _ => working(status, step),
        },
        S::Filled => match step {
            Step::RefuseUntouched | Step::RefusePartly | Step::RefuseReplacing | Step::RefuseCanceling => {
                Some(S::Filled)
            }
            _ => None,
        },
        S::Canceled | S::Expired | S::Rejected => match step {
            Step::FillPart
            | Step::FillRest
            | Step::RefuseUntouched
            | Step::RefusePartly
            | Step::RefuseReplacing
            | Step::RefuseCanceling => Some(status),
            _ => None,
        },
    }
}

/// The steps that mean the same for every status in which an order works.
const fn working(status: OrdStatus, step: Step) -> Option<OrdStatus> {
    use OrdStatus as S;
    assert!(status.is_working());
    match step {
        Step::Reject => Some(S::Rejected),
        Step::FillPart => Some(S::PartiallyFilled),
        Step::FillRest => Some(S::Filled),
        Step::RequestCancel => Some(S::PendingCancel),
        Step::RequestReplace => Some(S::PendingReplace),
        Step::Cancel => Some(S::Canceled),
        Step::Expire => Some(S::Expired),
        Step::Acknowledge
        | Step::ReplaceUntouched
        | Step::ReplacePartly
        | Step::ReplaceDone
        | Step::ReplaceCanceling
        | Step::RefuseUntouched
        | Step::RefusePartly
        | Step::RefuseReplacing
        | Step::RefuseCanceling => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> String {
        use std::fmt::Write as _;
        let mut picture = format!("{:<18}", "");
        for status in OrdStatus::ALL {
            write!(picture, "{:<16}", format!("{status:?}")).unwrap();
        }
        for step in Step::ALL {
            write!(picture, "\n{:<18}", format!("{step:?}")).unwrap();
            for status in OrdStatus::ALL {
                let to = next(*status, step).map_or("-".to_owned(), |to| format!("{to:?}"));
                write!(picture, "{to:<16}").unwrap();
            }
        }
        picture.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n"
    }

    #[test]
    fn table_is_the_reviewed_picture() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/snapshots/order_transitions.txt");
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(path, picture()).unwrap();
        }
        assert_eq!(picture(), std::fs::read_to_string(path).unwrap(), "run with UPDATE_SNAPSHOTS=1 and review");
    }

    #[test]
    fn closed_order_never_works_again() {
        for status in OrdStatus::ALL.iter().filter(|status| !status.is_working()) {
            for step in Step::ALL {
                assert!(next(*status, step).is_none_or(|to| to == *status), "{status:?} {step:?}");
            }
        }
    }
}
