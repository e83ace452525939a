//! The agent that tells the engine what time it is: a tick each second, and each part of each trading day when it begins.
//!
//! At the start it goes on from what the engine knew when it stopped. A day that was open then is closed first, however long ago
//! it ended, and then comes what is so now: so no day order outlives its day because nobody was there to say that it was over.
//! Nothing ever goes back, not even when the clock is set back.

use model::queue::Producer;
use model::{Agent, Command, EngineTime, SetTradingPhase, Stopped, Text, Tick, TradingPhase};

use super::days::{Calendar, Standing};

/// Between ticks, in nanoseconds.
const TICK_NS: i64 = 1_000_000_000;

/// The agent "timer".
pub struct Timer {
    commands: Producer<Command>,
    kept: Vec<Kept>,
    ticked_ns: i64,
}

/// A calendar, and what the engine was told of it last.
struct Kept {
    calendar: Calendar,
    told: Option<Standing>,
    /// It is to be looked at again.
    due_ns: i64,
}

impl Timer {
    /// Keeps these calendars; beside each what the engine knows of it.
    pub fn new(
        calendars: impl IntoIterator<Item = (Calendar, Option<Standing>)>,
        commands: Producer<Command>,
    ) -> Timer {
        let kept = calendars.into_iter().filter(|(calendar, _)| !calendar.is_kept_by_hand());
        let kept = kept.map(|(calendar, told)| Kept { calendar, told, due_ns: i64::MIN }).collect();
        Timer { commands, kept, ticked_ns: i64::MIN }
    }

    fn tick(&mut self, now_ns: i64) -> usize {
        let is_due = now_ns < self.ticked_ns || now_ns.saturating_sub(self.ticked_ns) >= TICK_NS;
        if !is_due || self.commands.try_push(Command::Tick(Tick { reserved: 0 })).is_err() {
            return 0;
        }
        self.ticked_ns = now_ns;
        1
    }
}

impl Kept {
    /// Tells what has begun. A full queue is tried again in the next round.
    fn follow(&mut self, now_ns: i64, commands: &Producer<Command>) -> usize {
        if now_ns < self.due_ns {
            return 0;
        }
        let mut told = 0;
        while let Some(next) = self.calendar.standing(now_ns).and_then(|now| after(self.told, now)) {
            let set = SetTradingPhase {
                calendar: self.calendar.name(),
                trading_day: next.trading_day,
                phase: next.phase,
                reserved: [0; 3],
                actor: Text::EMPTY,
                reason: Text::EMPTY,
            };
            if commands.try_push(Command::SetTradingPhase(set)).is_err() {
                return told;
            }
            self.told = Some(next);
            told += 1;
        }
        self.due_ns = self.calendar.next_change(now_ns).unwrap_or(i64::MAX);
        told
    }
}

/// What is to be told next, on the way from what was told last to what is so.
fn after(told: Option<Standing>, now: Standing) -> Option<Standing> {
    match told {
        Some(told) if told >= now => None,
        Some(Standing { trading_day, phase }) if trading_day < now.trading_day && phase != TradingPhase::Closed => {
            Some(Standing { trading_day, phase: TradingPhase::Closed })
        }
        _ => Some(now),
    }
}

impl Agent for Timer {
    fn name(&self) -> &'static str {
        "timer"
    }

    fn work(&mut self, now: EngineTime) -> Result<usize, Stopped> {
        let mut done = self.tick(now.0);
        for kept in &mut self.kept {
            done += kept.follow(now.0, &self.commands);
        }
        Ok(done)
    }
}
