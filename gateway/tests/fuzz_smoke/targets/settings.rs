//! The settings of a fuzzed session: every version and role, with and without a dictionary, each switch both ways.

use std::sync::{Arc, LazyLock};

use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::session::{BadLogonAnswer, SessionConfig, Version};
use gateway::fix::value::TimePrecision;

use super::bytes::{self, Choices};
use super::seeds::CUSTOM_XML;

pub(crate) const OURS: &str = "MILL";
pub(crate) const PEERS: &str = "CLIENT";

pub(crate) fn chosen(choices: &mut Choices<'_>) -> SessionConfig {
    static CUSTOM: LazyLock<Arc<Dictionary>> =
        LazyLock::new(|| Arc::new(Dictionary::with_xml(Version::Fix44, CUSTOM_XML).expect("it is sound")));
    let (who, what, resets) = (choices.byte(), choices.byte(), choices.byte());
    let version = bytes::version(who & 3);
    let base = match who & 4 {
        0 => SessionConfig::acceptor(OURS, PEERS),
        _ => SessionConfig::initiator(OURS, PEERS),
    };
    let dictionary = match who >> 3 & 3 {
        0 => None,
        1 if version == Version::Fix44 => Some(Arc::clone(&CUSTOM)),
        _ => Some(Dictionary::standard(version)),
    };
    let bit = |of: u8, place: u8| of >> place & 1 == 1;
    SessionConfig {
        version,
        dictionary,
        validation: [Level::Strict, Level::Lenient, Level::Off, Level::Strict][usize::from(who >> 5 & 3)],
        check_sending_time: !bit(what, 0),
        time_precision: [TimePrecision::Millis, TimePrecision::Micros, TimePrecision::Nanos]
            [usize::from(what >> 1) % 3],
        next_expected_msg_seq_num: bit(what, 4) && version != Version::Fix42,
        last_msg_seq_num_processed: bit(what, 5),
        bad_logon_answer: if bit(what, 6) { BadLogonAnswer::Silence } else { BadLogonAnswer::Logout },
        heart_bt_secs_min: u32::from(!bit(what, 7)),
        allow_reset: !bit(resets, 0),
        reset_on_logon: bit(resets, 1) && bit(resets, 5),
        reset_on_logout: bit(resets, 2),
        reset_on_disconnect: bit(resets, 3) && bit(resets, 5),
        ..base
    }
}
