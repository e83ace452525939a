//! `at` equals the state that was captured live, for a hundred random moments: the hash, and every table that is printed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use engine::State;
use model::{Command, EngineTime, Seq};
use tools::evidence::at::{self, Part};
use tools::evidence::fold::fold;
use tools::evidence::moment::Moment;
use tools::evidence::table::Table;
use tools::evidence::versions::Versions;

use crate::flow::Flow;
use crate::recorder::Recorder;

const PARTS: [Part; 5] = [Part::Positions, Part::Orders, Part::AllOrders, Part::Limits, Part::Risk];
const MOMENTS: usize = 100;
const COMMANDS: usize = 6_000;
const START: i64 = 1_790_000_000_000_000_000;

/// What was so at a moment of the engine that ran.
struct Captured {
    state: State,
    /// The frames that last set something else of each name.
    set: BTreeMap<String, (Seq, Vec<u8>)>,
}

/// What a bystander notes of definitions: by name and by bytes.
fn note(set: &mut BTreeMap<String, (Seq, Vec<u8>)>, seq: Seq, command: &Command) {
    let name = match command {
        Command::DefineAccount(c) => c.account.to_string(),
        Command::DefineInstrument(c) => c.symbol.to_string(),
        Command::DefineSession(c) => c.target_comp_id.to_string(),
        _ => return,
    };
    let bytes = command.as_bytes().to_vec();
    match set.get(&name) {
        Some((_, known)) if *known == bytes => {}
        _ => drop(set.insert(name, (seq, bytes))),
    }
}

/// Runs the flow and looks at the engine at random moments.
fn run(seed: u64, dir: &Path) -> (Recorder, Vec<Captured>) {
    let mut recorder = Recorder::new(dir, START);
    let mut set = BTreeMap::new();
    let mut flow = Flow::begin(seed, &mut recorder);
    fold_definitions(dir, &mut recorder, &mut set);
    let mut rng = fastrand::Rng::with_seed(seed ^ 0xa5a5);
    let mut chosen: Vec<usize> = (0..COMMANDS).collect();
    rng.shuffle(&mut chosen);
    chosen.truncate(MOMENTS);
    let mut captured = Vec::new();
    for number in 0..COMMANDS {
        let command = flow.next(&mut recorder);
        recorder.put(command);
        note(&mut set, recorder.state().last_seq(), &command);
        if chosen.contains(&number) {
            captured.push(Captured { state: recorder.state().clone(), set: set.clone() });
        }
    }
    (recorder, captured)
}

/// The definitions with which the market began.
fn fold_definitions(dir: &Path, recorder: &mut Recorder, set: &mut BTreeMap<String, (Seq, Vec<u8>)>) {
    recorder.prove();
    let everything = Moment::Frame(recorder.state().last_seq());
    fold(dir, everything, |_, frame| note(set, frame.seq, &frame.command)).expect("the beginning folds");
}

/// The tables without versions: those are the bystander's to say.
fn shown(part: Part, state: &State, versions: &Versions) -> Vec<Table> {
    at::tables(part, state, versions, state.last_time())
}

#[test]
fn at_equals_what_was_captured_live_at_a_hundred_random_moments() {
    let folder = tempfile::tempdir().expect("a folder");
    let live = folder.path().join("live");
    let (mut recorder, captured) = run(7, &live);
    assert_eq!(captured.len(), MOMENTS);
    recorder.prove();
    // The writer still has it open; and a copy elsewhere has nothing but the files.
    let copied = folder.path().join("copied");
    copy(&live, &copied);
    let seen: Vec<usize> = captured
        .iter()
        .enumerate()
        .map(|(number, captured)| {
            let dir = if number % 2 == 0 { &live } else { &copied };
            same(dir, captured)
        })
        .collect();
    let rows: usize = seen.iter().sum();
    assert!(rows > 20 * MOMENTS, "the moments had something to show: {rows} rows");
    assert!(captured.iter().any(|captured| captured.state.holdings().any(|holding| holding.realised.units() != 0)));
}

/// How many rows were compared.
fn same(dir: &Path, captured: &Captured) -> usize {
    let seq = captured.state.last_seq();
    let past = fold(dir, Moment::Frame(seq), |_, _| {}).expect("the moment is there");
    assert_eq!(past.frames, seq.0);
    assert_eq!(past.state.hash(), captured.state.hash(), "state after frame {seq}");
    let mut rows = 0;
    for part in PARTS {
        let then = shown(part, &past.state, &past.versions);
        let live = shown(part, &captured.state, &past.versions);
        assert_eq!(then, live, "{part:?} after frame {seq}");
        rows += then.iter().map(|table| table.rows().len()).sum::<usize>();
    }
    // Versions are not in the state: they are held against what a bystander wrote down of the definitions.
    let defined = |table: &Table| ["accounts", "instruments", "sessions"].contains(&table.title());
    for table in shown(Part::Limits, &past.state, &past.versions).into_iter().filter(defined) {
        for row in table.rows() {
            let name = row[0].as_str().expect("a name");
            assert_eq!(row[1], captured.set[name].0.0, "version of {name} after frame {seq}");
        }
    }
    rows
}

#[test]
fn time_means_the_last_frame_that_is_not_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut recorder, _) = run(8, folder.path());
    recorder.prove();
    let mut times: Vec<(EngineTime, Seq)> = Vec::new();
    let last = Moment::Frame(recorder.state().last_seq());
    fold(folder.path(), last, |_, frame| times.push((frame.time, frame.seq))).expect("all of it");
    let mut rng = fastrand::Rng::with_seed(1);
    let (first, last) = (times[0].0.0, times[times.len() - 1].0.0);
    for _ in 0..20 {
        let time = EngineTime(rng.i64(first..=last + 1_000_000));
        let expected = times.iter().rev().find(|(of, _)| *of <= time).expect("not before the first").1;
        let past = fold(folder.path(), Moment::Time(time), |_, _| {}).expect("the time is covered");
        assert_eq!(past.state.last_seq(), expected, "at {}", time.0);
    }
    let before = fold(folder.path(), Moment::Time(EngineTime(first - 1)), |_, _| {});
    assert!(before.expect_err("nothing was so").to_string().contains("nothing was so at"));
}

#[test]
fn frame_that_is_not_proven_durable_is_not_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recorder = Recorder::new(folder.path(), START);
    let mut flow = Flow::begin(9, &mut recorder);
    recorder.prove();
    let proven = recorder.state().last_seq();
    for _ in 0..10 {
        let command = flow.next(&mut recorder);
        recorder.put(command);
    }
    assert!(fold(folder.path(), Moment::Frame(proven), |_, _| {}).is_ok());
    let beyond = fold(folder.path(), Moment::Frame(proven.next()), |_, _| {});
    assert!(beyond.expect_err("it may be lost").to_string().contains("is not proven durable yet"));
    let never = fold(folder.path(), Moment::Frame(Seq(1_000_000)), |_, _| {});
    assert!(never.expect_err("it is not there").to_string().contains("is not there; the last one is"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("it lists") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("it copies");
    }
}
