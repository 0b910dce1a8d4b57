//! XTRIM, and what XADD trims.
//!
//! With `~` whole nodes go: runs of entries whose ordinals share everything but the last two
//! digits. Redis' nodes are runs of 100 entries too, or of 4096 bytes.

use core::iter::Peekable;

use forebay_sync::stream_log::{EntryRef, Id, Place, Snapshot};

use super::body::StreamBody;
use super::frozen::FrozenStream;
use super::groups::LockedGroup;
use super::ids::{id_of, log_id, place_of};
use crate::stream::{References, StreamId, Trim, TrimTo};

/// Entries of a node, deleted ones included.
const NODE_ENTRIES: u64 = 100;

impl StreamBody {
    /// Whether a trim with `~` would remove anything.
    pub(super) fn would_trim(&self, trim: &Trim) -> bool {
        let reader = self.log.pin();
        let snapshot = reader.snapshot();
        let (Some(first), Some(last)) = (snapshot.first(), snapshot.last()) else {
            return false;
        };
        match trim.to {
            TrimTo::Minid(min) if id_of(first.id()) >= min => false,
            TrimTo::Maxlen(len) if snapshot.len() <= len => false,
            TrimTo::Maxlen(len) if last.ordinal() - first.ordinal() < snapshot.len() => {
                // No entry is missing between the first and the last one.
                let node = (NODE_ENTRIES - first.ordinal() % NODE_ENTRIES).min(snapshot.len());
                snapshot.len() - len >= node && trim.limit().is_none_or(|limit| limit >= node)
            }
            _ => Plan::new(&snapshot, trim, |_| true).removed > 0,
        }
    }
}

impl FrozenStream<'_> {
    /// XTRIM: how many entries went.
    pub(crate) fn trim(&mut self, trim: &Trim) -> u64 {
        let plan = match (trim.references, trim.to) {
            (References::Keep, TrimTo::Maxlen(len)) if !trim.is_approximate() => {
                Plan::prefix(self.log.len().saturating_sub(len))
            }
            (References::Keep | References::Delete, _) => {
                Plan::new(&self.snapshot(), trim, |_| true)
            }
            (References::Acked, _) => self.body.groups.with_all(|groups| {
                let goes = |entry: EntryRef<'_>| !is_referenced(groups, entry);
                Plan::new(&self.snapshot(), trim, goes)
            }),
        };
        if plan.removed == 0 {
            return 0;
        }
        self.write_trimmed(trim.references, plan.prefix, &plan.others);
        self.carry_out(trim.references, plan.prefix, &plan.others)
    }

    /// Removes the first `prefix` entries, and `others`.
    pub(super) fn carry_out(
        &mut self,
        references: References,
        prefix: u64,
        others: &[Place],
    ) -> u64 {
        if references == References::Delete {
            self.ack_prefix(prefix);
        }
        // In this order: the others are named by their places.
        let mut removed = self.log.trim(prefix);
        let max_deleted_id = self.log.state().max_deleted_id;
        for &place in others {
            removed += u64::from(self.log.delete(place));
        }
        if !others.is_empty() {
            // This is not deleting.
            self.log.set_max_deleted_id(max_deleted_id);
        }
        self.retire();
        removed
    }

    fn ack_prefix(&self, count: u64) {
        let snapshot = self.snapshot();
        let all = snapshot.range(Id::MIN, Id::MAX);
        self.body.groups.with_all(|groups| {
            for entry in all.take(usize::try_from(count).unwrap_or(usize::MAX)) {
                for group in &mut *groups {
                    group.ack_at(place_of(entry.place()));
                }
            }
        });
    }
}

/// Whether a group has not come to an entry yet, or has it pending.
pub(super) fn is_referenced(groups: &[LockedGroup<'_>], entry: EntryRef<'_>) -> bool {
    let (id, place) = (id_of(entry.id()), place_of(entry.place()));
    groups.iter().any(|group| group.is_referenced(id, place))
}

/// What a trim removes.
#[derive(Debug, Default)]
struct Plan {
    removed: u64,
    /// How many of these are in front of everything that stays.
    prefix: u64,
    /// The rest of these.
    others: Vec<Place>,
    has_skipped: bool,
}

impl Plan {
    /// So many from the front.
    fn prefix(count: u64) -> Self {
        Self {
            removed: count,
            prefix: count,
            ..Self::default()
        }
    }

    /// Of what a trim reaches, only that goes which `goes` agrees to.
    fn new(snapshot: &Snapshot<'_>, trim: &Trim, goes: impl Fn(EntryRef<'_>) -> bool) -> Self {
        let mut plan = Self::default();
        let len = snapshot.len();
        let mut entries = snapshot.range(Id::MIN, Id::MAX).peekable();
        let mut node = Vec::new();
        if trim.is_approximate() {
            while next_node(&mut entries, &mut node) {
                let node_len = node.len() as u64;
                let left = len - plan.removed;
                let is_whole = match trim.to {
                    TrimTo::Maxlen(len) => left > len && left - node_len >= len,
                    TrimTo::Minid(min) => node.last().is_some_and(|last| is_below(*last, min)),
                };
                let is_limited = |limit| plan.removed + node_len > limit;
                if !is_whole || trim.limit().is_some_and(is_limited) {
                    break;
                }
                for &entry in &node {
                    plan.note(entry, goes(entry));
                }
            }
        } else {
            for entry in entries {
                let is_enough = match trim.to {
                    TrimTo::Maxlen(max) => len - plan.removed <= max,
                    TrimTo::Minid(min) => !is_below(entry, min),
                };
                if is_enough {
                    break;
                }
                plan.note(entry, goes(entry));
            }
        }
        plan
    }

    fn note(&mut self, entry: EntryRef<'_>, goes: bool) {
        if !goes {
            self.has_skipped = true;
            return;
        }
        self.removed += 1;
        if self.has_skipped {
            self.others.push(entry.place());
        } else {
            self.prefix += 1;
        }
    }
}

fn is_below(entry: EntryRef<'_>, min: StreamId) -> bool {
    entry.id() < log_id(min)
}

/// Takes the entries of the next node from the front; `false` at the end.
fn next_node<'g>(
    entries: &mut Peekable<impl Iterator<Item = EntryRef<'g>>>,
    node: &mut Vec<EntryRef<'g>>,
) -> bool {
    node.clear();
    let number = |entry: &EntryRef<'_>| entry.ordinal() / NODE_ENTRIES;
    while let Some(entry) = entries.next_if(|next| {
        node.first()
            .is_none_or(|first| number(first) == number(next))
    }) {
        node.push(entry);
    }
    !node.is_empty()
}
