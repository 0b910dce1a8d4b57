//! Trimming.

use alloc::collections::BTreeMap;

use forebay::StreamId;
use forebay::stream::{References, Trim, TrimTo};

use super::stream::Stream;

/// The nodes of Redis, for a trim with `~` removes whole ones: runs of entries in the order in
/// which they were added, deleted ones included. (Redis ends a node also after 4096 bytes.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Nodes {
    entries_max: u64,
    /// By the number of the node.
    by_number: BTreeMap<u64, Node>,
    /// Of each entry.
    node_of: BTreeMap<StreamId, u64>,
    /// Entries ever added.
    added: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Node {
    added: u64,
    live: u64,
    /// Of the entries ever added to it.
    last_id: StreamId,
}

impl Nodes {
    pub(super) fn new(entries_max: u64) -> Self {
        Self {
            entries_max,
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, id: StreamId) {
        self.added += 1;
        let number = match self.by_number.last_key_value() {
            _ if self.entries_max == 0 => (self.added - 1) / 100,
            Some((&number, node)) if node.added < self.entries_max => number,
            Some((&number, _)) => number + 1,
            None => 0,
        };
        let node = self.by_number.entry(number).or_default();
        node.added += 1;
        node.live += 1;
        node.last_id = id;
        self.node_of.insert(id, number);
    }

    pub(super) fn remove(&mut self, id: StreamId) {
        let Some(number) = self.node_of.remove(&id) else {
            return;
        };
        let node = self.by_number.get_mut(&number).expect("it has this entry");
        node.live -= 1;
        if node.live == 0 {
            self.by_number.remove(&number);
        } else if self.entries_max == 0 && node.last_id == id {
            // The engine looks at what is there.
            let last = self.entries(number).last().copied();
            self.by_number
                .get_mut(&number)
                .expect("it is there")
                .last_id = last.expect("a live one");
        }
    }

    fn entries(&self, number: u64) -> Vec<StreamId> {
        let entries = self.node_of.iter().filter(|&(_, &each)| each == number);
        entries.map(|(&id, _)| id).collect()
    }
}

impl Stream {
    /// Returns how many entries went.
    pub(super) fn trim(&mut self, trim: &Trim) -> u64 {
        if trim.is_approximate() {
            return self.trim_nodes(trim);
        }
        let mut removed = 0;
        let ids: Vec<StreamId> = self.entries.keys().copied().collect();
        for id in ids {
            let enough = match trim.to {
                TrimTo::Maxlen(len) => self.len() <= len,
                TrimTo::Minid(min) => id >= min,
            };
            if enough {
                break;
            }
            removed += self.trim_entry(id, trim.references);
        }
        removed
    }

    fn trim_nodes(&mut self, trim: &Trim) -> u64 {
        let mut removed = 0;
        let nodes: Vec<(u64, Node)> = (self.nodes.by_number.iter())
            .map(|(&number, node)| (number, node.clone()))
            .collect();
        for (number, node) in nodes {
            let whole = match trim.to {
                TrimTo::Maxlen(len) => self.len() > len && self.len() - node.live >= len,
                TrimTo::Minid(min) => node.last_id < min,
            };
            let too_many = trim
                .limit()
                .is_some_and(|limit| removed + node.live > limit);
            if !whole || too_many {
                break;
            }
            for id in self.nodes.entries(number) {
                removed += self.trim_entry(id, trim.references);
            }
        }
        removed
    }

    /// 1 if it went.
    fn trim_entry(&mut self, id: StreamId, references: References) -> u64 {
        match references {
            References::Delete => self.forget(id),
            References::Acked if self.is_referenced(id) => return 0,
            References::Keep | References::Acked => {}
        }
        u64::from(self.remove(id))
    }
}
