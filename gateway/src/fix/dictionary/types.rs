//! MsgType(35) to what is known of the message.

/// One message type.
#[derive(Clone, Debug)]
pub(super) struct MessageType {
    pub(super) msg_type: Box<str>,
    pub(super) name: Box<str>,
    /// Its members, header and trailer among them.
    pub(super) body: u16,
    /// Only header and trailer are known.
    pub(super) is_open: bool,
}

/// Types of one or two letters and digits, which are all of the standard's, are found by an array access.
#[derive(Clone, Debug)]
pub(super) struct TypeMap {
    types: Vec<MessageType>,
    /// Position in `types` plus one.
    short: Box<[u16]>,
}

/// Letters and digits, and one for "none".
const SYMBOLS: usize = 63;

impl TypeMap {
    /// The types, sorted by MsgType(35).
    pub(super) fn new(types: Vec<MessageType>) -> TypeMap {
        let mut short = vec![0; SYMBOLS * SYMBOLS].into_boxed_slice();
        for (at, message) in (1u16..).zip(&types) {
            if let Some(place) = place(message.msg_type.as_bytes()) {
                short[place] = at;
            }
        }
        TypeMap { types, short }
    }

    #[inline]
    pub(super) fn get(&self, msg_type: &[u8]) -> Option<&MessageType> {
        match place(msg_type) {
            Some(place) => self.types.get(self.short[place].checked_sub(1)? as usize),
            None => {
                let found = self.types.binary_search_by(|message| message.msg_type.as_bytes().cmp(msg_type));
                found.ok().map(|at| &self.types[at])
            }
        }
    }
}

#[inline]
fn place(msg_type: &[u8]) -> Option<usize> {
    match msg_type {
        [one] => Some(symbol(*one)? * SYMBOLS),
        [one, two] => Some(symbol(*one)? * SYMBOLS + symbol(*two)?),
        _ => None,
    }
}

/// 1 to 62.
#[inline]
fn symbol(byte: u8) -> Option<usize> {
    let number = match byte {
        b'0'..=b'9' => byte - b'0' + 1,
        b'A'..=b'Z' => byte - b'A' + 11,
        b'a'..=b'z' => byte - b'a' + 37,
        _ => return None,
    };
    Some(usize::from(number))
}
