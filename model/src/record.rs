//! The bytes of commands and events: `#[repr(C)]`, little-endian, without padding; the kind is one byte beside them.
//!
//! Kinds and layouts are part of the journal's format: a kind is never given to another layout, a new layout gets a
//! new kind.

/// Declares a closed enum of record bodies, with their kinds and their bytes.
macro_rules! records {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $kind:literal, $size:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[allow(clippy::large_enum_variant, reason = "fixed size by design: values travel through preallocated queues")]
        pub enum $name {
            $($(#[$variant_doc])* $variant($variant),)+
        }

        $(const _: () = assert!(core::mem::size_of::<$variant>() == $size);)+

        impl $name {
            /// Every kind with its name, for dumps and documentation.
            pub const KINDS: &'static [(u8, &'static str)] = &[$(($kind, stringify!($variant)),)+];

            /// The kind that stands beside the bytes in the journal.
            pub const fn kind(&self) -> u8 {
                match self {
                    $($name::$variant(_) => $kind,)+
                }
            }

            /// The name of the variant.
            pub const fn name(&self) -> &'static str {
                match self {
                    $($name::$variant(_) => stringify!($variant),)+
                }
            }

            /// The body as it stands in the journal.
            pub fn as_bytes(&self) -> &[u8] {
                match self {
                    $($name::$variant(body) => zerocopy::IntoBytes::as_bytes(body),)+
                }
            }

            /// From the journal's bytes; `None` for a kind, a length or a value that this version does not know.
            pub fn decode(kind: u8, bytes: &[u8]) -> Option<$name> {
                match kind {
                    $($kind => <$variant as zerocopy::TryFromBytes>::try_read_from_bytes(bytes).ok().map($name::$variant),)+
                    _ => None,
                }
            }
        }

        $(impl From<$variant> for $name {
            fn from(body: $variant) -> $name {
                $name::$variant(body)
            }
        })+
    };
}

pub(crate) use records;

#[cfg(not(target_endian = "little"))]
compile_error!("records are little-endian as they stand in memory");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Command, Event};

    #[test]
    fn kinds_are_distinct() {
        for kinds in [Command::KINDS, Event::KINDS] {
            let mut seen: Vec<u8> = kinds.iter().map(|(kind, _)| *kind).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), kinds.len());
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_decode_to_a_value_or_to_nothing(kind: u8, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(command) = Command::decode(kind, &bytes) {
                prop_assert_eq!(command.as_bytes(), bytes.as_slice());
            }
            if let Some(event) = Event::decode(kind, &bytes) {
                prop_assert_eq!(event.as_bytes(), bytes.as_slice());
            }
        }
    }
}
