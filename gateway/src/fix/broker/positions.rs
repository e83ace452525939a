//! Asking the broker for positions: a RequestForPositions(AN) for one account after the other, and what comes back,
//! RequestForPositionsAck(AO) and PositionReport(AP)s.
//!
//! Nothing of it changes state, so nothing of it is a command: whoever asked compares, and reports what differs. All that the
//! broker had said before its last answer is in the journal when the answer is given, so that both sides mean the same moment.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::SyncSender;

use model::AccountName;
use serde::{Deserialize, Serialize};

use super::super::encode::Encoder;
use super::super::limits::MSG_SEQ_NUM_MAX;
use super::super::message::Message;
use super::super::value::parse_decimal;
use super::super::version::Version;
use super::super::{msg_type, tag};
use super::desk::Desk;

/// How long the broker may take for all its answers.
pub(in super::super) const ANSWERS_MAX_NS: i64 = 20_000_000_000;
/// Positions that are taken in.
const POSITIONS_MAX: usize = 100_000;
/// Longest Symbol(55) that is taken in.
const SYMBOL_BYTES_MAX: usize = 64;
/// Longest Text(58) that is passed on.
const TEXT_MAX: usize = 200;

/// PosReqType(724) of positions.
const POSITIONS: u64 = 0;
/// AccountType(581) of a customer's account.
const CUSTOMER: u64 = 1;
/// PosReqResult(728): there is something to tell; there is no position.
const VALID: u64 = 0;
const NO_POSITIONS: u64 = 2;
/// PosReqStatus(729).
const REJECTED: u64 = 2;
/// PosType(703)s that are the whole position, the best first: total, final, of transactions.
const WHOLE: [&[u8]; 3] = [b"TOT", b"FIN", b"TQ"];

/// A position as the broker has it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct VenuePosition {
    /// Account(1) as the broker knows it.
    pub account: String,
    /// Symbol(55).
    pub symbol: String,
    /// LongQty(704) less ShortQty(705), in 1e-8.
    pub qty: i64,
}

/// What the broker has told of.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct VenuePositions {
    /// The accounts that were asked for.
    pub accounts: Vec<String>,
    /// The one account is that of all our own together.
    pub is_omnibus: bool,
    /// The instruments whose orders go there.
    pub symbols: Vec<String>,
    /// What it told of them; what it does not mention it has none of.
    pub positions: Vec<VenuePosition>,
    /// The frame by which all is journaled that the broker had said until then.
    pub through: u64,
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PositionsRefused {
    /// No such broker.
    #[error("there is no broker of that name")]
    Unknown,
    /// Nobody to ask.
    #[error("the broker is not logged on; ask when it is")]
    NotLoggedOn,
    /// The version has no words for it.
    #[error("FIX.4.2 has no RequestForPositions(AN); compare with a file of the broker's")]
    Version,
    /// One question at a time.
    #[error("the broker is being asked for its positions already; try again")]
    Busy,
    /// The broker will not say.
    #[error("the broker refused to tell positions: {0}")]
    Refused(String),
    /// The broker said something that is no position.
    #[error("an answer of the broker cannot be read: {0}")]
    Unreadable(String),
    /// It took too long.
    #[error("the broker has not told all its positions within 20 s")]
    Silent,
}

/// Where whoever asked waits.
pub(in super::super) type PositionsAnswer = SyncSender<Result<VenuePositions, PositionsRefused>>;

/// The account that is asked for at the moment.
#[derive(Clone, Copy, Debug)]
struct Asked {
    account: AccountName,
    /// MsgSeqNum(34) of the question, which is its PosReqID(710) too.
    number: u64,
    /// PositionReport(AP)s that came.
    reports: u64,
    /// TotalNumPosReports(727).
    of: Option<u64>,
}

/// What is wrong with the answers about one account.
#[derive(Debug)]
enum Wrong {
    Refused(String),
    Unreadable(String),
}

/// One question about all accounts.
#[derive(Debug)]
pub(super) struct PositionQuestion {
    waiting: VecDeque<AccountName>,
    asked: Option<Asked>,
    told: BTreeMap<(AccountName, String), i64>,
    until_ns: i64,
    /// Reports that went to the engine before the last answer came; once they are in the journal, it is given.
    engine_has: Option<u64>,
    refused: Option<PositionsRefused>,
    answer: PositionsAnswer,
    about: VenuePositions,
}

impl PositionQuestion {
    fn new(accounts: Vec<AccountName>, about: VenuePositions, answer: PositionsAnswer, now_ns: i64) -> Self {
        PositionQuestion {
            waiting: accounts.into(),
            asked: None,
            told: BTreeMap::new(),
            until_ns: now_ns.saturating_add(ANSWERS_MAX_NS),
            engine_has: None,
            refused: None,
            answer,
            about,
        }
    }

    /// The broker's answers, as far as the message is one of them.
    pub(super) fn hear(&mut self, message: &Message<'_>) {
        let Some(asked) = self.asked.as_mut().filter(|asked| asked.is_meant_by(message)) else { return };
        let account = asked.account;
        let heard = match message.msg_type() {
            msg_type::REQUEST_FOR_POSITIONS_ACK => asked.on_ack(message),
            msg_type::POSITION_REPORT => asked.on_report(message).and_then(|position| self.take_in(account, position)),
            _ => Err(Wrong::Refused(text(message, "it cannot take a RequestForPositions(AN)"))),
        };
        if let Err(wrong) = heard {
            self.refused.get_or_insert(match wrong {
                Wrong::Refused(why) => PositionsRefused::Refused(format!("{account}: {why}")),
                Wrong::Unreadable(why) => PositionsRefused::Unreadable(format!("{account}: {why}")),
            });
        }
    }

    fn take_in(&mut self, account: AccountName, position: Option<(String, i64)>) -> Result<(), Wrong> {
        let Some((symbol, qty)) = position else { return Ok(()) };
        if self.told.len() >= POSITIONS_MAX {
            return Err(Wrong::Unreadable(format!("more than {POSITIONS_MAX} positions")));
        }
        match self.told.insert((account, symbol.clone()), qty) {
            Some(_) => Err(Wrong::Unreadable(format!("{symbol} was told twice"))),
            None => Ok(()),
        }
    }

    /// Is the account that was asked for told of?
    fn is_answered(&self) -> bool {
        self.asked.is_some_and(|asked| asked.of.is_some_and(|of| asked.reports >= of))
    }

    fn outcome(&self, through: u64) -> VenuePositions {
        let told = self.told.iter().map(|((account, symbol), qty)| VenuePosition {
            account: account.to_string(),
            symbol: symbol.clone(),
            qty: *qty,
        });
        VenuePositions { positions: told.collect(), through, ..self.about.clone() }
    }
}

impl Asked {
    /// PosReqID(710) says so, or RefSeqNum(45) of a refusal of the question itself.
    fn is_meant_by(&self, message: &Message<'_>) -> bool {
        match message.msg_type() {
            msg_type::REQUEST_FOR_POSITIONS_ACK | msg_type::POSITION_REPORT => {
                message.get(tag::POS_REQ_ID) == Some(itoa::Buffer::new().format(self.number).as_bytes())
            }
            msg_type::BUSINESS_MESSAGE_REJECT | msg_type::REJECT => {
                message.get_u64(tag::REF_SEQ_NUM, MSG_SEQ_NUM_MAX) == Ok(self.number)
            }
            _ => false,
        }
    }

    fn on_ack(&mut self, message: &Message<'_>) -> Result<(), Wrong> {
        let result = message.get_u64(tag::POS_REQ_RESULT, u64::from(u8::MAX)).unwrap_or(VALID);
        let status = message.get_u64(tag::POS_REQ_STATUS, u64::from(u8::MAX)).unwrap_or(0);
        match result {
            NO_POSITIONS => self.of = Some(0),
            VALID if status != REJECTED => self.count_on(message),
            _ => return Err(Wrong::Refused(text(message, &format!("PosReqResult(728)={result}")))),
        }
        Ok(())
    }

    fn count_on(&mut self, message: &Message<'_>) {
        if let Ok(of) = message.get_u64(tag::TOTAL_NUM_POS_REPORTS, POSITIONS_MAX as u64) {
            self.of = Some(of);
        }
    }

    /// `None` where the report says that there is no position.
    fn on_report(&mut self, message: &Message<'_>) -> Result<Option<(String, i64)>, Wrong> {
        self.reports += 1;
        self.count_on(message);
        let account = message.get(tag::ACCOUNT).unwrap_or(self.account.as_bytes());
        if account != self.account.as_bytes() {
            return Err(Wrong::Unreadable("a PositionReport(AP) of another Account(1) than was asked for".to_owned()));
        }
        if message.get_u64(tag::POS_REQ_RESULT, u64::from(u8::MAX)) == Ok(NO_POSITIONS) {
            return Ok(None);
        }
        let symbol = message.get(tag::SYMBOL).filter(|symbol| symbol.len() <= SYMBOL_BYTES_MAX);
        let symbol = symbol.map(|symbol| String::from_utf8_lossy(symbol).into_owned());
        let symbol =
            symbol.ok_or_else(|| Wrong::Unreadable("a PositionReport(AP) without a Symbol(55) of ours".to_owned()))?;
        let qty = quantity(message).map_err(|why| Wrong::Unreadable(format!("{symbol}: {why}")))?;
        Ok(Some((symbol, qty)))
    }
}

/// LongQty(704) less ShortQty(705) of the entry of NoPositions(702) that is the whole position.
fn quantity(message: &Message<'_>) -> Result<i64, String> {
    let mut entries: Vec<(&[u8], i64)> = Vec::new();
    for (tag, value) in message.fields() {
        let sign = match tag {
            tag::POS_TYPE => {
                entries.push((value, 0));
                continue;
            }
            tag::LONG_QTY => 1,
            tag::SHORT_QTY => -1,
            _ => continue,
        };
        let units = parse_decimal(value).map_err(|_| "a quantity that is no decimal of eight places")?;
        let (_, qty) = entries.last_mut().ok_or("a quantity before its PosType(703)")?;
        *qty = units.checked_mul(sign).and_then(|units| qty.checked_add(units)).ok_or("quantities out of range")?;
    }
    let whole = WHOLE.iter().find_map(|kind| entries.iter().find(|(own, _)| own == kind));
    match (whole, entries.as_slice()) {
        (Some((_, qty)), _) | (None, [(_, qty)]) => Ok(*qty),
        (None, []) => Err("no PosType(703)".to_owned()),
        (None, _) => Err("which PosType(703) is the whole position is not said: TOT, FIN or TQ would be".to_owned()),
    }
}

/// Text(58), or else what stands for it.
fn text(message: &Message<'_>, otherwise: &str) -> String {
    let said = message.get(tag::TEXT).map(|text| String::from_utf8_lossy(text).chars().take(TEXT_MAX).collect());
    said.unwrap_or_else(|| otherwise.to_owned())
}

/// The body of RequestForPositions(AN).
fn write_request(number: u64, account: &AccountName, now_ns: i64, out: &mut Encoder) {
    out.field_u64(tag::POS_REQ_ID, number);
    out.field_u64(tag::POS_REQ_TYPE, POSITIONS);
    out.field_bytes(tag::ACCOUNT, account.as_bytes());
    out.field_u64(tag::ACCOUNT_TYPE, CUSTOMER);
    out.field_date(tag::CLEARING_BUSINESS_DATE, now_ns);
    out.field_time(tag::TRANSACT_TIME, now_ns);
}

impl Desk {
    /// Somebody wants to know the broker's positions.
    pub(super) fn ask_positions(&mut self, wanted: Vec<AccountName>, answer: PositionsAnswer, now_ns: i64) {
        let refused = if self.positions.is_some() {
            PositionsRefused::Busy
        } else if self.slots[0].session.config().version == Version::Fix42 {
            PositionsRefused::Version
        } else if !self.slots[0].session.is_active() {
            PositionsRefused::NotLoggedOn
        } else {
            let is_omnibus = !self.account.is_empty();
            let accounts: Vec<AccountName> = match wanted.is_empty() {
                _ if is_omnibus => vec![self.account],
                true => self.names.accounts().copied().collect(),
                false => wanted,
            };
            let symbols = self.route.instruments().map(|instrument| self.names.symbol(instrument));
            let about = VenuePositions {
                accounts: accounts.iter().map(AccountName::to_string).collect(),
                is_omnibus,
                symbols: symbols.map(|symbol| String::from_utf8_lossy(symbol).into_owned()).collect(),
                ..VenuePositions::default()
            };
            self.positions = Some(PositionQuestion::new(accounts, about, answer, now_ns));
            return;
        };
        let _gone = answer.try_send(Err(refused));
    }

    /// Goes on with the question: the next account, or the answer.
    pub(super) fn go_on_with_positions(&mut self, now_ns: i64) -> usize {
        let Some(mut question) = self.positions.take() else { return 0 };
        if let Some(outcome) = self.positions_of(&mut question, now_ns) {
            // Whoever asked may be gone by now.
            let _gone = question.answer.try_send(outcome);
            return 1;
        }
        self.positions = Some(question);
        0
    }

    fn positions_of(
        &mut self,
        question: &mut PositionQuestion,
        now_ns: i64,
    ) -> Option<Result<VenuePositions, PositionsRefused>> {
        if let Some(refused) = question.refused.take() {
            return Some(Err(refused));
        }
        if !self.slots[0].session.is_active() {
            return Some(Err(PositionsRefused::NotLoggedOn));
        }
        if now_ns >= question.until_ns {
            return Some(Err(PositionsRefused::Silent));
        }
        if question.asked.is_some() && !question.is_answered() {
            return None;
        }
        if let Some(account) = question.waiting.pop_front() {
            question.asked = self.request_positions(account, now_ns);
            return None;
        }
        let due = *question.engine_has.get_or_insert(self.slots[0].sent());
        let is_journaled = self.slots[0].shown() >= due;
        is_journaled.then(|| Ok(question.outcome(self.ledger.cursor.0.saturating_sub(1))))
    }

    fn request_positions(&mut self, account: AccountName, now_ns: i64) -> Option<Asked> {
        let Desk { slots: [slot], link, .. } = self;
        let out = &mut link.opened()?.out;
        let number = slot.session.begin_app_message(now_ns, msg_type::REQUEST_FOR_POSITIONS, out);
        write_request(number, &account, now_ns, out);
        out.finish();
        Some(Asked { account, number, reports: 0, of: None })
    }
}

#[cfg(test)]
#[path = "positions_tests.rs"]
mod tests;
