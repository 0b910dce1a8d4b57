//! What producers have sent before.

use alloc::collections::BTreeMap;

use bytes::Bytes;
use forebay::StreamId;
use forebay::stream::{Idempotence, XcfgsetOptions};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Remembered {
    pub(super) duration_s: u64,
    pub(super) maxsize: u64,
    pub(super) added: u64,
    pub(super) duplicates: u64,
    /// By producer, the oldest first.
    producers: BTreeMap<Bytes, Vec<(Name, StreamId)>>,
}

/// How an entry is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Name {
    Given(Bytes),
    /// Sorted.
    Fields(Vec<(Bytes, Bytes)>),
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            duration_s: XcfgsetOptions::IDMP_DURATION_S_DEFAULT,
            maxsize: XcfgsetOptions::IDMP_MAXSIZE_DEFAULT,
            added: 0,
            duplicates: 0,
            producers: BTreeMap::new(),
        }
    }
}

impl Remembered {
    /// The id that this entry got the first time.
    pub(super) fn find(
        &mut self,
        now_ms: i64,
        idempotence: &Idempotence,
        fields: &[(Bytes, Bytes)],
    ) -> Option<StreamId> {
        self.expire(now_ms);
        let name = name(idempotence, fields);
        let sent = self.producers.get(idempotence.producer())?;
        let (_, id) = sent.iter().find(|(each, _)| *each == name)?;
        self.duplicates += 1;
        Some(*id)
    }

    pub(super) fn remember(
        &mut self,
        idempotence: &Idempotence,
        fields: &[(Bytes, Bytes)],
        id: StreamId,
    ) {
        let producer = idempotence.producer().clone();
        let sent = self.producers.entry(producer).or_default();
        sent.push((name(idempotence, fields), id));
        if sent.len() as u64 > self.maxsize {
            sent.remove(0);
        }
        self.added += 1;
    }

    pub(super) fn configure(&mut self, options: &XcfgsetOptions) {
        let duration_s = options.idmp_duration_s.unwrap_or(self.duration_s);
        let maxsize = options.idmp_maxsize.unwrap_or(self.maxsize);
        if (duration_s, maxsize) != (self.duration_s, self.maxsize) {
            self.producers.clear();
        }
        self.duration_s = duration_s;
        self.maxsize = maxsize;
    }

    pub(super) fn expire(&mut self, now_ms: i64) {
        let age_max_ms = self.duration_s * 1000;
        let is_old = |id: StreamId| id.ms.saturating_add(age_max_ms) <= now_ms.unsigned_abs();
        for sent in self.producers.values_mut() {
            sent.retain(|&(_, id)| !is_old(id));
        }
        self.producers.retain(|_, sent| !sent.is_empty());
    }

    /// How many producers, and how many of their entries.
    pub(super) fn tracked(&self) -> (u64, u64) {
        let entries: usize = self.producers.values().map(Vec::len).sum();
        (self.producers.len() as u64, entries as u64)
    }
}

fn name(idempotence: &Idempotence, fields: &[(Bytes, Bytes)]) -> Name {
    match idempotence {
        Idempotence::Idmp { id, .. } => Name::Given(id.clone()),
        Idempotence::IdmpAuto { .. } => {
            let mut fields = fields.to_vec();
            fields.sort();
            Name::Fields(fields)
        }
    }
}
