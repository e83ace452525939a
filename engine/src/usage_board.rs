//! Where the hot loop tells how much of limits is used, when somebody asks. It never waits for who asks, allocates nothing, and
//! does no more than [`USES_MAX`] look-ups for one question, and [`LOOKS_MAX`] looks at positions.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Release};

use model::{KillScope, LimitKind, Seq};

use crate::state::State;

/// Limits that one question may be about.
pub const USES_MAX: usize = 256;

/// Looks at single positions for one question, together: the limits of positions ask for them.
pub const LOOKS_MAX: usize = 4_096;

/// A limit of a scope, by the scope's index among its kind.
pub type LimitAsked = (KillScope, u32, LimitKind);

/// How much of each is used, as of a frame; see [`State::limit_use`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitUses {
    /// The frame. It may not be durable yet.
    pub seq: Seq,
    /// As many as were asked for, in that order.
    pub used: Vec<Option<i128>>,
}

/// One question at a time, and its answer.
#[derive(Debug, Default)]
pub struct UsageBoard {
    is_asked: AtomicBool,
    page: Mutex<Page>,
    /// Who asks waits for who asked before.
    turn: Mutex<()>,
}

#[derive(Debug, Default)]
struct Page {
    asked: Vec<LimitAsked>,
    used: Vec<Option<i128>>,
    seq: Option<Seq>,
}

impl UsageBoard {
    /// Asks, and looks for the answer for as long as `waits` comes back with true; `None` where there was none by then.
    ///
    /// # Panics
    /// Where more than [`USES_MAX`] are asked for.
    pub fn ask(&self, asked: &[LimitAsked], mut waits: impl FnMut() -> bool) -> Option<LimitUses> {
        assert!(asked.len() <= USES_MAX, "a question has a bound");
        let _turn = self.turn.lock().ok()?;
        {
            let mut page = self.page.lock().ok()?;
            let used = vec![None; asked.len()];
            *page = Page { asked: asked.to_vec(), used, seq: None };
        }
        self.is_asked.store(true, Release);
        loop {
            if !self.is_asked.load(Acquire)
                && let Ok(page) = self.page.lock()
                && let Some(seq) = page.seq
            {
                return Some(LimitUses { seq, used: page.used.clone() });
            }
            if !waits() {
                self.is_asked.store(false, Release);
                return None;
            }
        }
    }

    /// Answers, where somebody asked. One load where nobody did.
    pub(crate) fn answer(&self, state: &State) {
        if !self.is_asked.load(Acquire) {
            return;
        }
        let Ok(mut page) = self.page.try_lock() else { return };
        let Page { asked, used, seq } = &mut *page;
        let mut looks = LOOKS_MAX;
        for ((scope, index, kind), used) in asked.iter().zip(used) {
            *used = state.limit_use_within(&mut looks, *scope, *index, *kind);
        }
        *seq = Some(state.last_seq());
        self.is_asked.store(false, Release);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::state::Capacities;

    #[test]
    fn answer_comes_from_the_state_of_that_moment() {
        let board = UsageBoard::default();
        let state = State::new(Capacities::as_recorded());
        board.answer(&state);
        let asked = [(KillScope::Firm, 0, LimitKind::OpenOrders), (KillScope::Firm, 0, LimitKind::OrderQty)];
        let told = thread::scope(|scope| {
            let asker = scope.spawn(|| board.ask(&asked, || true));
            while !asker.is_finished() {
                board.answer(&state);
                thread::yield_now();
            }
            asker.join().unwrap()
        });
        assert_eq!(told, Some(LimitUses { seq: state.last_seq(), used: vec![Some(0), None] }));
        assert_eq!(board.ask(&asked, || false), None);
    }
}
