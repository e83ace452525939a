//! How an order stands: what is true of it beside its quantities, what can happen to it, and the OrdStatus(39) that shows.
//!
//! Several things can be true at once (part-filled, and a cancel pending). The status is the one with the highest
//! precedence, as FIX's order state matrices have it: PendingCancel 12, PendingReplace 11, DoneForDay 10, Filled 8,
//! Stopped 7, Suspended 6, Canceled and Expired 5, PartiallyFilled 4, New, PendingNew and Rejected 2. So nothing is
//! remembered as a status; it follows from the facts. `snapshots/order_transitions.txt` is the picture of all of it,
//! status by step; a test compares the two.

use model::OrdStatus;

/// How an order ended at its venue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Canceled.
    Canceled,
    /// Its time was over.
    Expired,
    /// The venue would not have it.
    Rejected,
}

/// How much of an order is filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Filled {
    /// Nothing.
    None,
    /// Something, and something is left.
    Part,
    /// All of it.
    All,
}

/// Everything that the status depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The order outlives its trading day.
    pub good_till: bool,
    /// The client was told that the order is New.
    pub acknowledged: bool,
    /// Its end at the venue.
    pub end: Option<End>,
    /// Nothing more today.
    pub done_for_day: bool,
    /// Guaranteed at a price.
    pub stopped: bool,
    /// It does not trade for now.
    pub suspended: bool,
    /// A cancel of the client waits for an answer.
    pub canceling: bool,
    /// A replace waits for an answer.
    pub replacing: bool,
    /// What is filled.
    pub filled: Filled,
}

/// What can happen to an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The venue has it.
    Acknowledge,
    /// The venue will not have it.
    Reject,
    /// A fill.
    Fill,
    /// A fill never happened, or was another one.
    Amend,
    /// The client asks for a cancel.
    RequestCancel,
    /// The client asks for a replace.
    RequestReplace,
    /// Canceled, asked for or not.
    Cancel,
    /// Its time is over.
    Expire,
    /// The first replace that waits is granted; `true` where another one waits behind it.
    Replace(bool),
    /// The cancel is refused.
    RefuseCancel,
    /// The first replace that waits is refused; `true` where another one waits behind it.
    RefuseReplace(bool),
    /// Nothing more today.
    DoneForDay,
    /// Another quantity or price without a request, or a new day.
    Restate,
    /// Guaranteed at a price.
    Guarantee,
    /// It does not trade for now.
    Suspend,
    /// What was held goes to work.
    Trigger,
}

impl Step {
    /// Every step, for the picture of the table.
    pub const ALL: [Step; 18] = [
        Step::Acknowledge,
        Step::Reject,
        Step::Fill,
        Step::Amend,
        Step::RequestCancel,
        Step::RequestReplace,
        Step::Cancel,
        Step::Expire,
        Step::Replace(false),
        Step::Replace(true),
        Step::RefuseCancel,
        Step::RefuseReplace(false),
        Step::RefuseReplace(true),
        Step::DoneForDay,
        Step::Restate,
        Step::Guarantee,
        Step::Suspend,
        Step::Trigger,
    ];
}

impl Standing {
    /// OrdStatus(39).
    pub const fn status(self) -> OrdStatus {
        if self.end.is_none() {
            if self.canceling {
                return OrdStatus::PendingCancel;
            }
            if self.replacing {
                return OrdStatus::PendingReplace;
            }
            // Of an order that is filled nothing is left for another day.
            if self.done_for_day && !matches!(self.filled, Filled::All) {
                return OrdStatus::DoneForDay;
            }
        }
        match (self.end, self.filled) {
            (_, Filled::All) => OrdStatus::Filled,
            (Some(End::Canceled), _) => OrdStatus::Canceled,
            (Some(End::Expired), _) => OrdStatus::Expired,
            (Some(End::Rejected), _) => OrdStatus::Rejected,
            (None, _) if self.stopped => OrdStatus::Stopped,
            (None, _) if self.suspended => OrdStatus::Suspended,
            (None, Filled::Part) => OrdStatus::PartiallyFilled,
            (None, Filled::None) if self.acknowledged => OrdStatus::New,
            (None, Filled::None) => OrdStatus::PendingNew,
        }
    }

    /// Can the venue still fill it?
    pub const fn can_fill(self) -> bool {
        self.end.is_none() && !matches!(self.filled, Filled::All) && (self.good_till || !self.done_for_day)
    }

    /// How it stands after the step, with `filled` of it filled by then; `None` where the step cannot happen now.
    ///
    /// Fills, busts and corrections happen whatever the order's state: a late fill is money. They change what is filled,
    /// not that the order has ended.
    pub const fn after(self, step: Step, filled: Filled) -> Option<Standing> {
        let lives = self.end.is_none();
        let waits = self.canceling || self.replacing;
        let works = self.can_fill() || (lives && waits);
        let heard = Standing { acknowledged: true, filled, ..self };
        match step {
            Step::Acknowledge if lives => Some(heard),
            Step::Reject if lives && matches!(self.filled, Filled::None) => Some(heard.ended(End::Rejected)),
            Step::Fill if matches!(self.filled, Filled::All) => None,
            Step::Fill if lives => Some(heard),
            Step::Fill => Some(Standing { filled, ..self }),
            Step::Amend if matches!(self.filled, Filled::None) => None,
            Step::Amend => Some(Standing { filled, ..self }),
            Step::RequestCancel if works && !self.canceling => Some(Standing { canceling: true, ..self }),
            // A filled order may grow.
            Step::RequestReplace if lives && !self.canceling && (works || !self.done_for_day) => {
                Some(Standing { replacing: true, ..self })
            }
            Step::Cancel if works => Some(heard.ended(End::Canceled)),
            Step::Expire if works => Some(heard.ended(End::Expired)),
            Step::Replace(more) if lives && self.replacing => Some(Standing { replacing: more, ..heard }),
            // Also of one that ended otherwise meanwhile.
            Step::RefuseCancel if self.canceling => Some(Standing { canceling: false, ..self }),
            Step::RefuseReplace(more) if self.replacing => Some(Standing { replacing: more, ..self }),
            Step::DoneForDay if self.can_fill() && !self.done_for_day => Some(Standing { done_for_day: true, ..heard }),
            Step::Restate if lives && (self.good_till || !self.done_for_day) => {
                Some(Standing { done_for_day: false, suspended: false, ..heard })
            }
            Step::Guarantee if self.can_fill() => Some(Standing { stopped: true, ..heard }),
            Step::Suspend if self.can_fill() && !self.done_for_day => Some(Standing { suspended: true, ..heard }),
            Step::Trigger if self.can_fill() => Some(Standing { filled, ..self }),
            Step::Acknowledge
            | Step::Reject
            | Step::RequestCancel
            | Step::RequestReplace
            | Step::Cancel
            | Step::Expire
            | Step::Replace(_)
            | Step::RefuseCancel
            | Step::RefuseReplace(_)
            | Step::DoneForDay
            | Step::Restate
            | Step::Guarantee
            | Step::Suspend
            | Step::Trigger => None,
        }
    }

    const fn ended(self, end: End) -> Standing {
        Standing { end: Some(end), done_for_day: false, stopped: false, suspended: false, canceling: false, ..self }
    }
}

#[cfg(test)]
mod tests;
