//! What producers have sent before: IDMP, IDMPAUTO and XCFGSET.

#[expect(
    deprecated,
    reason = "the only one of the library that says what it computes"
)]
use core::hash::{Hasher, SipHasher};
use std::collections::{HashMap, VecDeque};

use ahash::RandomState;
use bytes::Bytes;
use forebay_sync::stream_log::Field;

use crate::stream::id::StreamId;
use crate::stream::{Idempotence, XcfgsetOptions};

/// The entries of producers that a stream remembers, with the ids that they got.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub(super) duration_s: u64,
    pub(super) maxsize: u64,
    /// Entries that were ever added to be remembered.
    pub(super) added: u64,
    /// Entries that were not added, for they had been before.
    pub(super) duplicates: u64,
    pub(super) producers: HashMap<Bytes, Producer, RandomState>,
    /// All producers are looked at when there are so many.
    pub(super) sweep_at: usize,
}

/// Producers that may be remembered without a look whether they are all needed.
const SWEEP_MIN: usize = 16;

#[derive(Clone, Debug, Default)]
pub(super) struct Producer {
    pub(super) ids: HashMap<Name, StreamId, RandomState>,
    /// In the order in which they were added, which is that of ids.
    pub(super) names: VecDeque<Name>,
}

/// How an entry is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// The producer says it.
    Given(Bytes),
    /// Sum and exclusive or of two hashes of each field: the same in any order.
    Fields([u64; 4]),
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            duration_s: XcfgsetOptions::IDMP_DURATION_S_DEFAULT,
            maxsize: XcfgsetOptions::IDMP_MAXSIZE_DEFAULT,
            added: 0,
            duplicates: 0,
            producers: HashMap::default(),
            sweep_at: SWEEP_MIN,
        }
    }
}

impl Name {
    pub(super) fn of(idempotence: &Idempotence, fields: &[Field<'_>]) -> Self {
        match idempotence {
            Idempotence::Idmp { id, .. } => Self::Given(id.clone()),
            Idempotence::IdmpAuto { .. } => {
                let mut hash = [0_u64; 4];
                for field in fields {
                    let [a, b] = KEYS.map(|keys| hash_of(keys, *field));
                    let [sum_a, sum_b, xor_a, xor_b] = hash;
                    hash = [
                        sum_a.wrapping_add(a),
                        sum_b.wrapping_add(b),
                        xor_a ^ a,
                        xor_b ^ b,
                    ];
                }
                Self::Fields(hash)
            }
        }
    }
}

/// Keys of two hashes that have nothing to do with each other. They are the same for ever, for
/// names are kept in checkpoints.
const KEYS: [(u64, u64); 2] = [
    (0x8f1d_27c3_5a90_e64b, 0x31c4_d2a8_7be5_096f),
    (0xd605_9eb1_43f7_2c8a, 0x7a28_f06d_b913_5ec4),
];

/// The hash of a field. What it gives never changes.
#[expect(
    deprecated,
    reason = "the only one of the library that says what it computes"
)]
fn hash_of((first, second): (u64, u64), (name, value): Field<'_>) -> u64 {
    let mut hasher = SipHasher::new_with_keys(first, second);
    hasher.write(&(name.len() as u64).to_le_bytes());
    hasher.write(name);
    hasher.write(value);
    hasher.finish()
}

impl Remembered {
    /// The id that this entry got the first time.
    pub(super) fn find(&mut self, now_ms: u64, producer: &[u8], name: &Name) -> Option<StreamId> {
        let sent = self.producers.get_mut(producer)?;
        sent.expire(self.duration_s, now_ms);
        if sent.names.is_empty() {
            self.producers.remove(producer);
            return None;
        }
        let id = *sent.ids.get(name)?;
        self.duplicates += 1;
        Some(id)
    }

    /// An entry was added.
    pub(super) fn remember(&mut self, now_ms: u64, producer: &Bytes, name: Name, id: StreamId) {
        self.added += 1;
        if self.producers.len() >= self.sweep_at {
            self.expire(now_ms);
            self.sweep_at = SWEEP_MIN.max(2 * self.producers.len());
        }
        // What the caller passed may be part of something large.
        if !self.producers.contains_key(producer) {
            let producer = Bytes::copy_from_slice(producer);
            self.producers.insert(producer, Producer::default());
        }
        let Some(sent) = self.producers.get_mut(producer) else {
            return;
        };
        let name = match name {
            Name::Given(name) => Name::Given(Bytes::copy_from_slice(&name)),
            name @ Name::Fields(_) => name,
        };
        sent.ids.insert(name.clone(), id);
        sent.names.push_back(name);
        while sent.names.len() as u64 > self.maxsize {
            sent.forget_oldest();
        }
    }

    /// XCFGSET.
    pub(super) fn configure(&mut self, options: &XcfgsetOptions) {
        let duration_s = options.idmp_duration_s.unwrap_or(self.duration_s);
        let maxsize = options.idmp_maxsize.unwrap_or(self.maxsize);
        if (duration_s, maxsize) != (self.duration_s, self.maxsize) {
            self.producers.clear();
        }
        (self.duration_s, self.maxsize) = (duration_s, maxsize);
    }

    /// Forgets what is too old.
    pub(super) fn expire(&mut self, now_ms: u64) {
        let duration_s = self.duration_s;
        self.producers.retain(|_, sent| {
            sent.expire(duration_s, now_ms);
            !sent.names.is_empty()
        });
    }

    /// How many producers, and how many of their entries.
    pub(super) fn tracked(&self) -> (u64, u64) {
        let entries: usize = self.producers.values().map(|sent| sent.names.len()).sum();
        (self.producers.len() as u64, entries as u64)
    }
}

impl Producer {
    fn expire(&mut self, duration_s: u64, now_ms: u64) {
        let is_old = |id: &StreamId| id.ms.saturating_add(duration_s * 1000) <= now_ms;
        while let Some(name) = self.names.front()
            && self.ids.get(name).is_none_or(is_old)
        {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(name) = self.names.pop_front() {
            self.ids.remove(&name);
        }
    }
}
