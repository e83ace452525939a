//! Every bound of a dictionary, by name. The whole FIX 5.0 SP2 with all extension packs fits with room.

/// Longest XML dictionary, in bytes.
pub(super) const XML_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Most elements and texts of an XML dictionary.
pub(super) const XML_NODES_MAX: u32 = 400_000;

/// Longest name, type or value in a dictionary, in bytes.
pub(super) const NAME_BYTES_MAX: usize = 128;

/// Most fields.
pub(super) const FIELDS_MAX: usize = 20_000;

/// Most values of one enumeration.
pub(super) const VALUES_MAX: usize = 4_096;

/// Most message types.
pub(super) const TYPES_MAX: usize = 1_024;

/// Most members of one message or group; the longest of FIX 5.0 SP2 with all extension packs has 643.
pub(super) const MEMBERS_MAX: usize = 1_024;

/// Most members of all messages and groups, before equal groups are put together.
pub(super) const TOTAL_MEMBERS_MAX: usize = 1_500_000;

/// Most different messages and groups.
pub(super) const BODIES_MAX: usize = 32_768;

/// How deep components and groups may stand in each other.
pub(super) const NESTING_MAX: usize = 32;

/// How deep groups may stand in each other; FIX 5.0 SP2 has six.
pub(super) const GROUP_DEPTH_MAX: usize = 8;

/// Tags below this are found by an array access; all of the standards' that we carry.
pub(super) const DIRECT_TAGS: usize = 2_048;

const _: () = {
    assert!(FIELDS_MAX < u16::MAX as usize);
    assert!(BODIES_MAX < u16::MAX as usize);
    assert!(MEMBERS_MAX.is_multiple_of(64) && MEMBERS_MAX < u16::MAX as usize);
    assert!(TYPES_MAX < u16::MAX as usize);
};
