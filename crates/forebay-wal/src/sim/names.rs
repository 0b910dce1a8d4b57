//! The directory of the simulated disk: which names are durable, and which are seen.

use super::random::Random;
use std::collections::BTreeMap;

/// A change that no sync of the names has covered yet.
#[derive(Clone, Debug)]
enum Change {
    Create(String, usize),
    Rename(String, String),
    Remove(String),
}

/// Names and the numbers of the files that they lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    durable: BTreeMap<String, usize>,
    seen: BTreeMap<String, usize>,
    pending: Vec<Change>,
}

impl Names {
    pub(super) fn seen(&self) -> &BTreeMap<String, usize> {
        &self.seen
    }

    pub(super) fn create(&mut self, name: &str, file: usize) {
        self.change(Change::Create(name.to_owned(), file));
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        self.change(Change::Rename(from.to_owned(), to.to_owned()));
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.change(Change::Remove(name.to_owned()));
    }

    fn change(&mut self, change: Change) {
        apply(&mut self.seen, &change);
        self.pending.push(change);
    }

    pub(super) fn sync(&mut self) {
        self.pending.clear();
        self.durable.clone_from(&self.seen);
    }

    /// What a crash leaves: the first few changes, or any of them.
    pub(super) fn crash(&mut self, random: &mut Random) {
        let pending = core::mem::take(&mut self.pending);
        let in_order = random.chance(50);
        let first = random.below(pending.len() + 1);
        for (index, change) in pending.iter().enumerate() {
            let kept = if in_order {
                index < first
            } else {
                random.chance(50)
            };
            if kept {
                apply(&mut self.durable, change);
            }
        }
        self.seen.clone_from(&self.durable);
    }
}

fn apply(names: &mut BTreeMap<String, usize>, change: &Change) {
    match change {
        Change::Create(name, file) => {
            names.insert(name.clone(), *file);
        }
        // Without what made its source, a rename cannot have happened.
        Change::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Change::Remove(name) => {
            names.remove(name);
        }
    }
}
