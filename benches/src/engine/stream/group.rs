//! The groups of the peers: under a lock each, a cursor and one hash map of pending entries for
//! each consumer.
//!
//! A map for each consumer, and not one for the group, makes it cheap to find what a consumer has
//! left when it died. What it cannot do is name the pending entries in the order of their ids,
//! which the workloads do not ask for.

use std::collections::HashMap;

use ahash::RandomState;
use forebay::StreamId;
use parking_lot::Mutex;

use crate::engine::stream::Member;
use crate::engine::stream::copies::Copies;
use crate::engine::stream::peer::{Log, now_ms};

type Pending = HashMap<StreamId, Delivery, RandomState>;

/// When and how often an entry was delivered.
#[derive(Debug, Clone, Copy)]
struct Delivery {
    at_ms: u64,
    count: u64,
}

/// Where a group is, and what its consumers have.
#[derive(Debug, Default)]
pub struct Group(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last_delivered: StreamId,
    pending: Vec<Pending>,
}

/// One consumer of a group.
#[derive(Debug)]
pub struct Consumer<'a, L> {
    log: &'a L,
    group: &'a Group,
    number: usize,
    /// What a call finds; here, so that it is not allocated each time.
    copies: Copies,
    claimed: Vec<(StreamId, Delivery)>,
    ids: Vec<StreamId>,
}

impl<'a, L> Consumer<'a, L> {
    pub(super) fn new(log: &'a L, group: &'a Group, number: usize) -> Self {
        let mut state = group.0.lock();
        if state.pending.len() <= number {
            state.pending.resize_with(number + 1, Pending::default);
        }
        drop(state);
        Self {
            log,
            group,
            number,
            copies: Copies::default(),
            claimed: Vec::new(),
            ids: Vec::new(),
        }
    }
}

impl<L: Log> Member for Consumer<'_, L> {
    #[inline]
    fn take(&mut self, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        let delivery = Delivery {
            at_ms: now_ms(),
            count: 1,
        };
        self.copies.clear();
        let mut state = self.group.0.lock();
        let State {
            last_delivered,
            pending,
        } = &mut *state;
        let own = &mut pending[self.number];
        let Some(from) = last_delivered.next() else {
            return;
        };
        self.log.visit(from, StreamId::MAX, count, |id, message| {
            own.insert(id, delivery);
            *last_delivered = id;
            self.copies.push(id, message);
        });
        drop(state);
        self.copies.show(visit);
    }

    #[inline]
    fn ack(&mut self, ids: &[StreamId]) {
        let mut state = self.group.0.lock();
        let own = &mut state.pending[self.number];
        for id in ids {
            own.remove(id);
        }
    }

    fn claim(&mut self, min_idle_ms: u64, count: usize, visit: impl FnMut(StreamId, &[u8])) {
        let at_ms = now_ms();
        self.claimed.clear();
        self.ids.clear();
        let mut state = self.group.0.lock();
        for (number, pending) in state.pending.iter_mut().enumerate() {
            if number != self.number {
                let idle = pending
                    .extract_if(|_, delivery| at_ms.saturating_sub(delivery.at_ms) >= min_idle_ms);
                self.claimed.extend(idle.take(count - self.claimed.len()));
            }
        }
        let own = &mut state.pending[self.number];
        for &(id, Delivery { count, .. }) in &self.claimed {
            let count = count + 1;
            own.insert(id, Delivery { at_ms, count });
            self.ids.push(id);
        }
        drop(state);
        self.copies.clear();
        let copy = |id, message: &[u8]| self.copies.push(id, message);
        self.log.visit_each(&self.ids, copy);
        self.copies.show(visit);
    }

    fn pending(&mut self) -> u64 {
        let state = self.group.0.lock();
        let all: usize = state.pending.iter().map(HashMap::len).sum();
        all as u64
    }
}
