//! A moment of a journal, as a person names it: a frame, or a time.

use core::fmt;
use core::str::FromStr;

use jiff::Timestamp;
use model::{EngineTime, Seq};

use crate::figures;

/// A frame, or the last frame that is not later than a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// Right after this frame.
    Frame(Seq),
    /// At this time.
    Time(EngineTime),
}

impl Moment {
    /// After all that there is.
    pub const END: Moment = Moment::Time(EngineTime(i64::MAX));

    /// Does a frame lie in the past of the moment, or make it up?
    pub fn includes(self, seq: Seq, time: EngineTime) -> bool {
        match self {
            Moment::Frame(last) => seq <= last,
            Moment::Time(last) => time <= last,
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Moment, String> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let seq = text.parse().map_err(|_| format!("'{text}' is no frame: frames are numbered from 1"))?;
            return Ok(Moment::Frame(Seq(seq)));
        }
        let timestamp: Timestamp = text.parse().map_err(|wrong| {
            format!("'{text}' is neither a frame nor a time; write 4711 or 2026-11-22T10:31:07.5Z ({wrong})")
        })?;
        let nanos = i64::try_from(timestamp.as_nanosecond()).map_err(|_| format!("'{text}' is out of range"))?;
        Ok(Moment::Time(EngineTime(nanos)))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::Frame(seq) => write!(f, "frame {seq}"),
            Moment::Time(time) => f.write_str(&figures::time(*time)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_frames_or_times_with_a_zone() {
        assert_eq!("4711".parse(), Ok(Moment::Frame(Seq(4711))));
        let time = Moment::Time(EngineTime(1_000_000_000_000_000_001));
        assert_eq!("2001-09-09T01:46:40.000000001Z".parse(), Ok(time));
        assert_eq!("2001-09-09T03:46:40.000000001+02:00".parse(), Ok(time));
        for wrong in ["", "yesterday", "2001-09-09T01:46:40", "-1", "99999999999999999999"] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}
