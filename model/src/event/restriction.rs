//! The restricted list: what was asked for, and what came of it.

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes};

use super::LimitOutcome;
use crate::bodies::bodies;
use crate::command::RestrictInstrument;
use crate::ids::{EngineTime, InstrumentId, Seq};
use crate::text::Text;

bodies! {
    /// See [`super::Event::RestrictionChanged`].
    RestrictionChanged {
        /// What was asked for.
        change: RestrictInstrument,
        /// The frame that set the restriction; 0 where there is none.
        restriction: Seq,
        /// The frame that proposed to take it away; 0 where nobody did.
        proposal: Seq,
        /// When the proposal ends by itself; 0 where there is none.
        expires: EngineTime,
        /// Symbol(55); [`InstrumentId::NONE`] where it is unknown.
        instrument: InstrumentId,
        /// What came of it.
        outcome: LimitOutcome,
        /// Zero.
        reserved: [u8; 3],
        /// Who settled the proposal; empty where nobody did.
        settled_by: Text<24>,
        /// Why.
        settled_because: Text<64>,
    }
}
