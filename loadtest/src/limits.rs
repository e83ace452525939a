//! Every bound of the load generator, by name.

/// Most FIX sessions of one run; one thread serves them all.
pub const SESSIONS_MAX: usize = 256;

/// Requests that may wait for an answer at once. When all slots wait, sending stops until answers come; the wait shows in
/// the latency, which is counted from the intended time.
pub const IN_FLIGHT_SLOTS: usize = 1 << 19;

/// Own live orders that a session remembers as targets for cancels and replaces; older ones are forgotten and stay open.
pub const LIVE_ORDERS_PER_SESSION: usize = 1 << 15;

/// Numbers per session for which the request behind MsgSeqNum(34) is remembered, so that RefSeqNum(45) finds it.
pub const SEQUENCE_SLOTS: usize = 1 << 16;

/// Messages written before the sockets are read again.
pub const SEND_BATCH_MAX: usize = 128;

/// Bytes waiting for the peer at which a session gets no further requests.
pub const OUTPUT_BYTES_MAX: usize = 1 << 20;

/// Receive buffer of one connection, in bytes.
pub const INPUT_BYTES: usize = 256 * 1024;

/// Longest prefix of ClOrdID(11), in bytes; ten digits follow it.
pub const CL_ORD_ID_PREFIX_MAX: usize = 24;

/// Longest CompID, account or symbol that is written, in bytes.
pub const NAME_BYTES_MAX: usize = 40;

/// Distinct reasons for refusals that are told apart; the rest is counted as `other`.
pub const REASONS_MAX: usize = 64;

/// Longest reason kept, in bytes.
pub const REASON_BYTES_MAX: usize = 64;

/// Largest latency that is told apart, in nanoseconds; a minute.
pub const LATENCY_NS_MAX: u64 = 60_000_000_000;

/// Resolution of the smallest latencies, in nanoseconds.
pub const LATENCY_NS_MIN: u64 = 64;

/// Highest rate that may be asked for, in messages per second.
pub const RATE_MAX: u64 = 10_000_000;

/// Connections that the floor server accepts.
pub const FLOOR_CONNECTIONS_MAX: usize = 256;

const _: () = {
    assert!(IN_FLIGHT_SLOTS.is_power_of_two());
    assert!(SEQUENCE_SLOTS.is_power_of_two());
    assert!(INPUT_BYTES >= 2 * gateway::fix::limits::MESSAGE_BYTES_MAX);
    assert!(CL_ORD_ID_PREFIX_MAX + 10 <= NAME_BYTES_MAX);
};
