//! Stop orders that Millrace holds, by the price that they wait for: for each instrument and side, the one that the price
//! meets first comes first.
//!
//! A treap in one slab that is allocated once. The priorities are a hash of the OrderID, so the same orders make the same
//! tree on every machine.

use model::{OrderId, Px, Side};

use crate::hash;
use crate::order::NONE;

/// A tree: the stops of one side of one instrument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Root(u32);

impl Default for Root {
    fn default() -> Root {
        Root(NONE)
    }
}

/// Where an order stands: at equal prices the older one goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key {
    /// The price, turned for sells, so that what triggers first is least.
    px: i64,
    order_id: OrderId,
}

impl Key {
    fn of(side: Side, stop_px: Px, order_id: OrderId) -> Key {
        Key { px: stop_px.units() * side.sign(), order_id }
    }
}

#[derive(Clone, Copy, Debug)]
struct Node {
    key: Key,
    priority: u64,
    slot: u32,
    /// The next free place while the node is free.
    left: u32,
    right: u32,
}

/// All trees.
#[derive(Clone, Debug)]
pub(crate) struct Triggers {
    nodes: Vec<Node>,
    free: u32,
    len: usize,
    /// Stops that are to come: they wait for something else first.
    to_come: usize,
    capacity: usize,
}

impl Triggers {
    pub(crate) fn new(capacity: usize) -> Triggers {
        Triggers { nodes: Vec::with_capacity(capacity), free: NONE, len: 0, to_come: 0, capacity }
    }

    /// Room for more from now on. At start only.
    pub(crate) fn grow(&mut self, capacity: usize) {
        if capacity > self.capacity {
            self.nodes.reserve_exact(capacity - self.nodes.len());
            self.capacity = capacity;
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len + self.to_come >= self.capacity
    }

    /// Room is kept for one stop more, or given back.
    pub(crate) fn keep_room(&mut self, is_kept: bool) {
        self.to_come = if is_kept { self.to_come + 1 } else { self.to_come - 1 };
    }

    pub(crate) fn insert(&mut self, root: &mut Root, side: Side, stop_px: Px, order_id: OrderId, slot: u32) {
        assert!(self.len < self.capacity, "decide checks that a stop has room");
        let priority = hash::of_words(&[order_id.0]);
        let node = Node { key: Key::of(side, stop_px, order_id), priority, slot, left: NONE, right: NONE };
        let at = if self.free == NONE {
            self.nodes.push(node);
            self.nodes.len() as u32 - 1
        } else {
            let at = self.free;
            self.free = self.nodes[at as usize].left;
            self.nodes[at as usize] = node;
            at
        };
        self.len += 1;
        let (less, more) = self.split(root.0, node.key);
        let less = self.merge(less, at);
        root.0 = self.merge(less, more);
    }

    /// Takes an order out; false where it is not there.
    pub(crate) fn remove(&mut self, root: &mut Root, side: Side, stop_px: Px, order_id: OrderId) -> bool {
        let key = Key::of(side, stop_px, order_id);
        let (less, rest) = self.split(root.0, key);
        let (at, more) = self.split_first(rest, key);
        root.0 = self.merge(less, more);
        if at == NONE {
            return false;
        }
        self.nodes[at as usize].left = self.free;
        self.free = at;
        self.len -= 1;
        true
    }

    /// The slots of the orders that `price` has reached, the first to be met first, while `each` wants more. Where `after` is
    /// given, only those behind it.
    pub(crate) fn reached(
        &self,
        root: Root,
        side: Side,
        price: Px,
        after: Option<(Px, OrderId)>,
        each: &mut impl FnMut(u32) -> bool,
    ) {
        let after = after.map(|(stop_px, order_id)| Key::of(side, stop_px, order_id));
        self.walk(root.0, price.units() * side.sign(), after, each);
    }

    /// Has `price` reached any?
    pub(crate) fn is_reached(&self, root: Root, side: Side, price: Px) -> bool {
        let mut any = false;
        self.reached(root, side, price, None, &mut |_| {
            any = true;
            false
        });
        any
    }

    /// False once nobody wants more.
    fn walk(&self, at: u32, limit: i64, after: Option<Key>, each: &mut impl FnMut(u32) -> bool) -> bool {
        if at == NONE {
            return true;
        }
        let node = &self.nodes[at as usize];
        if after.is_some_and(|after| node.key <= after) {
            return self.walk(node.right, limit, after, each);
        }
        self.walk(node.left, limit, after, each)
            && node.key.px <= limit
            && each(node.slot)
            && self.walk(node.right, limit, None, each)
    }

    /// Those below `key`, and the others.
    fn split(&mut self, at: u32, key: Key) -> (u32, u32) {
        if at == NONE {
            return (NONE, NONE);
        }
        let node = self.nodes[at as usize];
        if node.key < key {
            let (less, more) = self.split(node.right, key);
            self.nodes[at as usize].right = less;
            (at, more)
        } else {
            let (less, more) = self.split(node.left, key);
            self.nodes[at as usize].left = more;
            (less, at)
        }
    }

    /// The node with this key, which is the least if it is there, and the others.
    fn split_first(&mut self, at: u32, key: Key) -> (u32, u32) {
        if at == NONE {
            return (NONE, NONE);
        }
        let node = self.nodes[at as usize];
        if node.left == NONE {
            if node.key != key {
                return (NONE, at);
            }
            return (at, node.right);
        }
        let (first, rest) = self.split_first(node.left, key);
        self.nodes[at as usize].left = rest;
        (first, at)
    }

    /// All of `less` are below all of `more`.
    fn merge(&mut self, less: u32, more: u32) -> u32 {
        if less == NONE {
            return more;
        }
        if more == NONE {
            return less;
        }
        if self.nodes[less as usize].priority > self.nodes[more as usize].priority {
            let right = self.nodes[less as usize].right;
            self.nodes[less as usize].right = self.merge(right, more);
            less
        } else {
            let left = self.nodes[more as usize].left;
            self.nodes[more as usize].left = self.merge(less, left);
            more
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn stops_come_in_the_order_in_which_the_price_meets_them() {
        let mut random = fastrand::Rng::with_seed(5);
        for side in [Side::Buy, Side::Sell] {
            let mut triggers = Triggers::new(256);
            let (mut root, mut twin) = (Root::default(), BTreeSet::new());
            for serial in 1..20_000u64 {
                let (px, order_id) = (Px::from_units(random.i64(1..40)), OrderId(serial));
                if !triggers.is_full() && random.bool() {
                    triggers.insert(&mut root, side, px, order_id, serial as u32);
                    twin.insert((px.units() * side.sign(), serial));
                } else if let Some((key, old)) = twin.iter().nth(random.usize(..twin.len().max(1))).copied() {
                    assert!(triggers.remove(&mut root, side, Px::from_units(key * side.sign()), OrderId(old)));
                    assert!(!triggers.remove(&mut root, side, Px::from_units(key * side.sign()), OrderId(old)));
                    twin.remove(&(key, old));
                }
                let price = Px::from_units(random.i64(1..40));
                let mut reached = Vec::new();
                triggers.reached(root, side, price, None, &mut |slot| {
                    reached.push(u64::from(slot));
                    reached.len() < 5
                });
                let mut behind = Vec::new();
                let after = reached.first().and_then(|first| twin.iter().find(|(_, serial)| serial == first));
                let after = after.map(|(key, serial)| (Px::from_units(key * side.sign()), OrderId(*serial)));
                triggers.reached(root, side, price, after, &mut |slot| {
                    behind.push(u64::from(slot));
                    behind.len() < 4
                });
                assert_eq!(behind, reached.get(1..).unwrap_or_default());
                let expected = twin.iter().filter(|(key, _)| *key <= price.units() * side.sign());
                assert_eq!(reached, expected.map(|(_, serial)| *serial).take(5).collect::<Vec<_>>());
                assert_eq!(triggers.is_reached(root, side, price), !reached.is_empty());
            }
        }
    }
}
