//! Operators' acts: the last of them, and what each came to.

use std::collections::VecDeque;

use model::{Command, EngineTime, ScopeState, Seq, Text, TradingState};

use super::outcome::Outcome;

/// Operator acts that are kept for `/status`; older ones are in the journal.
pub const ACTS_KEPT: usize = 64;

/// One operator act in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Its place among all acts, from 1.
    pub number: u64,
    /// The frame.
    pub seq: Seq,
    /// When.
    pub time: EngineTime,
    /// What was asked.
    pub command: Command,
    /// What came of it.
    pub outcome: Outcome,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Acts {
    kept: VecDeque<Act>,
    total: u64,
}

impl Acts {
    /// One more, if it is the act of a person.
    pub(super) fn keep(&mut self, seq: Seq, time: EngineTime, command: &Command, outcome: Outcome) {
        if signed(command).is_none() {
            return;
        }
        if self.kept.len() == ACTS_KEPT {
            self.kept.pop_front();
        }
        self.total += 1;
        self.kept.push_back(Act { number: self.total, seq, time, command: *command, outcome });
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Act> {
        self.kept.iter()
    }

    /// Ever kept.
    pub(super) fn total(&self) -> u64 {
        self.total
    }
}

/// A person's name under what was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Signed {
    /// What, in a word.
    pub(super) act: &'static str,
    /// Who.
    pub(super) actor: Text<24>,
    /// Why.
    pub(super) reason: Text<64>,
}

/// Who signed the command, if it is the act of a person. The compiler asks for every command: one that is left out here is an act
/// that nobody hears the end of.
pub(super) fn signed(command: &Command) -> Option<Signed> {
    let by = |act, actor, reason| Some(Signed { act, actor, reason });
    match command {
        Command::SetTradingState(c) => {
            by(if c.state == TradingState::Halted { "halt" } else { "resume" }, c.actor, c.reason)
        }
        Command::SetScopeState(c) => {
            by(if c.state == ScopeState::Killed { "kill" } else { "scope" }, c.actor, c.reason)
        }
        // The file says many at once.
        Command::ChangeLimit(c) if c.is_configured != 0 => None,
        Command::ChangeLimit(c) => by("limit", c.actor, c.reason),
        Command::DecideLimit(c) => by(if c.is_approved == 1 { "approve" } else { "decline" }, c.actor, c.reason),
        Command::RestrictInstrument(c) => by("restricted", c.actor, c.reason),
        Command::GrantOverride(c) => by("override", c.actor, c.reason),
        Command::AdjustCash(c) => by("cash", c.actor, c.reason),
        Command::AdjustForeignCash(c) => by("cash", c.actor, c.reason),
        Command::SetFxRate(c) => by("fx-rate", c.actor, c.reason),
        Command::SetSequenceNumbers(c) => by("set-seq", c.actor, c.reason),
        Command::Reload(c) => by("reload", c.actor, c.reason),
        Command::EnterOrder(c) => by("order", c.actor, c.reason),
        Command::SplitOrders(c) => by("split", c.actor, c.reason),
        Command::SplitInstrument(c) => by("split", c.actor, c.reason),
        Command::PayDividend(c) => by("dividend", c.actor, c.reason),
        Command::SettleInstrument(c) => by("settle", c.actor, c.reason),
        Command::ChangeSymbol(c) => by("symbol", c.actor, c.reason),
        Command::AdjustPosition(c) => by("position", c.actor, c.reason),
        Command::ReportBreaks(c) => by("breaks", c.actor, c.reason),
        Command::CloseDay(c) => by("close", c.actor, c.reason),
        Command::Arm(c) => by("arm", c.actor, c.reason),
        Command::ResolveOrder(c) => by("resolve", c.actor, c.reason),
        // Those that a calendar says by itself would crowd out the others.
        Command::SetTradingPhase(c) if c.actor.is_empty() => None,
        Command::SetTradingPhase(c) => by("phase", c.actor, c.reason),
        Command::NewOrder(_)
        | Command::ReplaceOrder(_)
        | Command::CancelOrder(_)
        | Command::OrderStatusRequest(_)
        | Command::MassCancel(_)
        | Command::MassStatusRequest(_)
        | Command::DisputeTrade(_)
        | Command::VenueReport(_)
        | Command::CommissionedReport(_)
        | Command::CommissionedOrder(_)
        | Command::VenueLink(_)
        | Command::ForeignOrder(_)
        | Command::Quote(_)
        | Command::DefineInstrument(_)
        | Command::DefineAccount(_)
        | Command::DefineAccountCurrency(_)
        | Command::DefineSession(_)
        | Command::DefineAttribution(_)
        | Command::DefineFirm(_)
        | Command::CheckStart(_)
        | Command::Start(_)
        | Command::ReportJournalRoom(_)
        | Command::Tick(_)
        | Command::Step(_)
        | Command::SessionEnded(_) => None,
    }
}
