//! The scenarios of FIX's order state matrices, each a text file in this folder, with the real daemon between a client and a
//! broker: as the broker of that client, and as the client of that broker; each again with the daemon killed between every
//! two messages. `README.md` here is written by these tests, and says how the files are read.

mod as_client;
mod compare;
#[path = "../support/daemon.rs"]
#[expect(dead_code, reason = "these tests have a configuration of their own")]
mod daemon;
mod fields;
mod market;
mod page;
mod play;
mod prime;
mod script;
mod street;

/// What does not pass yet, and what it waits for. It is to be empty.
const WAITING: &[(&str, &str)] = &[];

/// One test for each scenario, by its id.
macro_rules! scenarios {
    ($($test:ident $id:literal,)+) => {
        const ALL: &[&str] = &[$($id,)+];
        $(
            #[test]
            fn $test() {
                page::scenario($id);
            }
        )+
    };
}

scenarios! {
    b_1_b "B.1.b",
}
