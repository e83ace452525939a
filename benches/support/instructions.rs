//! A fixed number of blocks for an instruction counter; `benches/instructions.sh` runs it and divides.
//!
//! `instructions [OPEN_ORDERS] [BLOCKS]`. Only [`mix::Engine::apply_all`] is to be counted, and only what it does after
//! the warm-up: the first line says how many commands it had by then, so two runs with different `BLOCKS` differ by
//! exactly the measured ones.

mod mix;

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<usize>().expect("a number"));
    let open = arguments.next().unwrap_or(1_000);
    let blocks = arguments.next().unwrap_or(10);
    let mut engine = mix::Engine::new(open);
    let mut mix = mix::Mix::new(42);
    while mix.open() < open {
        mix.fill_up(engine.state.last_seq().next());
        engine.apply_all(&mix.clients);
    }
    let mut commands = 0;
    for _ in 0..blocks {
        mix.next_block(engine.state.last_seq().next());
        engine.apply_all(&mix.clients);
        engine.apply_all(&mix.reports);
        commands += mix.clients.len() + mix.reports.len();
    }
    assert_eq!(engine.state.working_count(), open, "every command did what the mix meant");
    println!("{commands}");
}
