//! What a seal must find, against a forger who can write every file and knows every checksum but not the key.

mod forger;
mod forgeries;
mod sealing;
mod seals;

use std::path::{Path, PathBuf};

use journal::{Opened, Settings};
use model::{AccountName, ClOrdId, Command, EngineTime, NewOrder, OrdType, Origin, Px, Qty};
use model::{Seq, SessionId, Side, Symbol, Tick, Ticked};
use tempfile::TempDir;

use super::{Day, Finding, Key, PublicKey, Request, Sealed, check, generate, seal};

/// Midnight UTC, in nanoseconds since 1970.
fn midnight(day: &str) -> i64 {
    i64::from(of(day).number()) * 86_400_000_000_000
}

fn of(day: &str) -> Day {
    day.parse().unwrap()
}

const FRIDAY: &str = "2026-11-20";
const SATURDAY: &str = "2026-11-21";
const SUNDAY: &str = "2026-11-22";
const MONDAY: &str = "2026-11-23";
const HOUR: i64 = 3_600_000_000_000;

/// A journal, its seals, and a pair of keys.
struct World {
    folder: TempDir,
    key: Key,
    public: PublicKey,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let (public, _) = generate(&folder.path().join("key")).unwrap();
        let key = Key::load(&folder.path().join("key")).unwrap();
        World { key, public: PublicKey::load(&public).unwrap(), folder }
    }

    /// Friday with 12 frames, Saturday with one at each end, Sunday with none, Monday with 8; sealed through Sunday.
    fn sealed() -> World {
        let world = World::new();
        let (friday, saturday, monday) = (midnight(FRIDAY), midnight(SATURDAY), midnight(MONDAY));
        let mut times: Vec<i64> = (0..12).map(|frame| friday + frame * HOUR).collect();
        times.extend([saturday, saturday + 24 * HOUR - 1]);
        times.extend((0..8).map(|frame| monday + frame * HOUR));
        write(&world.journal(), &times, small());
        let done = world.seal(monday + 9 * HOUR).unwrap();
        let days: Vec<String> = done.sealed.iter().map(|seal| format!("{} {}", seal.day(), seal.frames())).collect();
        assert_eq!(days, ["2026-11-20 12", "2026-11-21 2", "2026-11-22 0"]);
        assert_eq!(done.waits.unwrap().0, of(MONDAY));
        world
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal")
    }

    fn seals(&self) -> PathBuf {
        self.folder.path().join("seals")
    }

    fn seal_file(&self, day: &str) -> PathBuf {
        self.seals().join(format!("{day}.seal"))
    }

    fn seal(&self, now: i64) -> anyhow::Result<Sealed> {
        self.seal_day(None, now)
    }

    fn seal_day(&self, day: Option<&str>, now: i64) -> anyhow::Result<Sealed> {
        let (dir, seals) = (self.journal(), self.seals());
        let now = EngineTime(now);
        seal(&Request { dir: &dir, seals: &seals, key: &self.key, day: day.map(of), now })
    }

    fn check(&self) -> Vec<(Day, Finding)> {
        self.check_in(&self.journal())
    }

    fn check_in(&self, dir: &Path) -> Vec<(Day, Finding)> {
        check(dir, &self.seals(), self.public, None).unwrap()
    }

    /// What contradicts a seal.
    fn mismatches(&self) -> Vec<String> {
        words(&self.check())
    }
}

fn words(findings: &[(Day, Finding)]) -> Vec<String> {
    let wrong = findings.iter().filter(|(_, finding)| finding.is_mismatch());
    wrong.map(|(day, finding)| format!("{day}: {finding}")).collect()
}

fn refusal(done: anyhow::Result<Sealed>) -> String {
    format!("{:#}", done.unwrap_err())
}

/// The smallest segments, so that days lie across them.
fn small() -> Settings {
    Settings { chunks: 72, ..Settings::default().with_segment_bytes(256 << 10) }
}

/// Appends a frame for each time, in batches of three.
fn append(opened: &mut Opened, times: &[i64]) {
    for batch in times.chunks(3) {
        for time in batch {
            let seq = opened.log.next_seq().0;
            opened.log.append(EngineTime(*time), &command(seq), &[Ticked { reserved: 0 }.into()][..seq as usize % 2]);
        }
        opened.log.flush();
        while opened.writer.write_group(EngineTime(times[0])).unwrap() > 0 {}
    }
}

/// A journal that was closed, or goes on and is closed again.
fn write(dir: &Path, times: &[i64], settings: Settings) {
    let mut opened = journal::open(dir, settings).unwrap();
    append(&mut opened, times);
    opened.writer.close(EngineTime(*times.last().unwrap())).unwrap();
}

/// Mostly orders, a tick now and then.
fn command(seq: u64) -> Command {
    if seq.is_multiple_of(4) {
        return Command::Tick(Tick { reserved: 0 });
    }
    let cl_ord_id = ClOrdId::new(format!("order-{seq}").as_bytes()).unwrap();
    let origin = Origin::fix(SessionId(1), seq);
    Command::NewOrder(NewOrder {
        order_qty: Qty::from_units(seq as i64),
        price: Px::from_units(100),
        account: AccountName::literal("A"),
        ..NewOrder::plain(origin, cl_ord_id, Symbol::literal("MILL"), Side::Buy, OrdType::Limit)
    })
}

/// Every frame as it lies on disk.
fn frames(dir: &Path) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let each = |_: &_, bytes: &[u8]| {
        frames.push(bytes.to_vec());
        core::ops::ControlFlow::Continue(())
    };
    journal::records(dir, Seq(1), each).unwrap().unwrap();
    frames
}
