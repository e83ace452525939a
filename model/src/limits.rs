//! Every bound of the nouns, each with its reason. Capacities that an operator chooses are configuration, not here.

/// Commands that wait in one queue towards the hot loop; a full queue is a refusal at the edge.
pub const COMMAND_QUEUE_SLOTS: usize = 1 << 14;

/// Commands of operators and of the configuration that wait at once.
pub const OPERATOR_QUEUE_SLOTS: usize = 1 << 10;

/// Commands that the hot loop takes before it lets the journal commit; bounds one group commit.
pub const BATCH_MAX: usize = 1024;

/// Events that one command may cause; `decide` never yields more.
pub const EVENTS_PER_COMMAND_MAX: usize = 12;

/// Greatest limit of fills within a window: the time of each is remembered.
pub const REPEATED_EXECUTIONS_MAX: usize = 4_096;

/// Largest quantity or price, in 1e-8 units: 9e17, so that sums of two stay inside `i64`.
pub const UNITS_MAX: i64 = 900_000_000_000_000_000;

const _: () = {
    assert!(COMMAND_QUEUE_SLOTS.is_power_of_two());
    assert!(BATCH_MAX <= COMMAND_QUEUE_SLOTS);
    assert!(UNITS_MAX <= i64::MAX / 2);
};
