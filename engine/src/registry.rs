//! What the configuration defined, by name and by index. Indexes follow the order of definition in the journal, so
//! they outlive any change of the configuration file.

use hashbrown::HashMap;
use rustc_hash::FxBuildHasher;

/// Named things in the order in which they were defined.
#[derive(Clone, Debug)]
pub(crate) struct Registry<K, T> {
    items: Vec<T>,
    by_name: HashMap<K, u32, FxBuildHasher>,
}

impl<K: Copy + Eq + core::hash::Hash, T> Registry<K, T> {
    pub(crate) fn new() -> Registry<K, T> {
        Registry { items: Vec::new(), by_name: HashMap::with_hasher(FxBuildHasher) }
    }

    #[inline]
    pub(crate) fn find(&self, name: &K) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The name of the one with this index. Looks through all of them.
    pub(crate) fn name(&self, index: u32) -> Option<K> {
        self.by_name.iter().find(|(_, at)| **at == index).map(|(name, _)| *name)
    }

    #[inline]
    pub(crate) fn get(&self, index: u32) -> Option<&T> {
        self.items.get(index as usize)
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.items.get_mut(index as usize)
    }
    /// How many there are.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.items.len()).expect("definitions fit 32 bits")
    }

    /// The index that the name has, or would get.
    pub(crate) fn index_for(&self, name: &K) -> u32 {
        self.find(name).unwrap_or(u32::try_from(self.items.len()).expect("definitions fit 32 bits"))
    }

    /// Adds the next one.
    pub(crate) fn push(&mut self, name: K, item: T) {
        let index = self.index_for(&name);
        assert!(index as usize == self.items.len(), "a name is defined once");
        self.items.push(item);
        self.by_name.insert(name, index);
    }

    /// Another name for what has this one.
    pub(crate) fn rename(&mut self, name: &K, new: K) {
        let index = self.by_name.remove(name).expect("decide found the name");
        assert!(self.by_name.insert(new, index).is_none(), "a name is defined once");
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }
}
