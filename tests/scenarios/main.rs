//! The scenarios of FIX's order state matrices, each a text file in this folder, with the real daemon between a client and a
//! broker: as the broker of that client, and as the client of that broker; each again with the daemon killed between every
//! two messages. `README.md` here is written by these tests, and says how the files are read.

mod act;
mod as_client;
mod compare;
#[path = "../support/daemon.rs"]
#[expect(dead_code, reason = "these tests have a configuration of their own")]
mod daemon;
mod fields;
mod market;
mod memory;
mod page;
mod play;
mod prime;
mod request;
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
    a_1_a "A.1.a",
    a_1_b "A.1.b",
    b_1_a "B.1.a",
    b_1_b "B.1.b",
    b_1_c "B.1.c",
    b_1_d "B.1.d",
    b_1_e "B.1.e",
    b_1_f "B.1.f",
    c_1_a "C.1.a",
    c_1_b "C.1.b",
    c_1_c "C.1.c",
    c_2_a "C.2.a",
    c_3_a "C.3.a",
    c_3_b "C.3.b",
    c_3_c "C.3.c",
    d_1_a "D.1.a",
    d_1_b "D.1.b",
    d_1_c "D.1.c",
    d_2_a "D.2.a",
    d_2_b "D.2.b",
    d_2_c "D.2.c",
    e_1_a "E.1.a",
    e_1_b "E.1.b",
    e_1_c "E.1.c",
    e_1_d "E.1.d",
    e_1_e "E.1.e",
    e_1_f "E.1.f",
    f_1_a "F.1.a",
    f_1_b "F.1.b",
    f_1_c "F.1.c",
    g_1_a "G.1.a",
    g_1_b "G.1.b",
    g_1_c "G.1.c",
    h_1_a "H.1.a",
    h_1_b "H.1.b",
    h_1_c "H.1.c",
    h_1_d "H.1.d",
    i_1_a "I.1.a",
    i_1_b "I.1.b",
    j_1_a "J.1.a",
    j_1_b "J.1.b",
    j_1_c "J.1.c",
    j_1_d "J.1.d",
    k_1_a "K.1.a",
    k_1_b "K.1.b",
    l_1_a "L.1.a",
    l_1_b "L.1.b",
}
