//! Looking for elements before registering.
//!
//! Who registers makes the list attended: the next push goes through exclusive mode, and wakes a
//! thread, which takes many microseconds. So a thread looks first for about as long as being woken
//! would take it. What is pushed meanwhile goes in and out by the fast paths. Nobody is overtaken:
//! a list that somebody waits for is attended, and then there is nothing to look for.

use core::hint;

use forebay_sync::{Attended, Side};
use forebay_wal::Ticket;
use smallvec::smallvec;

use super::{Delivery, Got, Keys, Request, Want};
use crate::engine::Core;
use crate::object::Object;

/// How often a thread looks: for about seven microseconds, where a spin takes 27 ns. Two threads
/// that answer each other must find their way back from sleeping, which a look half as long does
/// not.
///
/// It never yields. On a busy machine that would give a whole slice of time to anybody, while a
/// thread that sleeps is woken before them.
const LOOKS: u32 = 64;
/// Between two looks.
const SPINS: u32 = 4;

/// What a look found.
enum Found {
    Nothing,
    Delivery(Delivery),
    /// It has to be settled with the lists frozen.
    Registering,
}

impl Request {
    /// Looks for a moment. Nothing found means that the command must [begin](Request::begin).
    pub(super) fn look(&mut self, core: &Core) -> Option<Delivery> {
        if !self.waits {
            return None;
        }
        if let Want::Read(_) | Want::GroupRead(_) = &self.want {
            return self.look_for_entries(core);
        }
        for _ in 0..LOOKS {
            match self.look_once() {
                Found::Delivery(delivery) => return Some(delivery),
                Found::Registering => return None,
                Found::Nothing => (0..SPINS).for_each(|_| hint::spin_loop()),
            }
        }
        None
    }

    fn look_once(&self) -> Found {
        match (&self.keys[..], &self.want) {
            ([object], Want::Pop { side, count: 1 }) => pop(object, *side),
            // Of several keys, the first that has elements at one moment gives them, and that
            // moment is one in which all of them are frozen.
            (keys, _) => {
                if keys.iter().all(|object| object.list.is_empty()) {
                    Found::Nothing
                } else {
                    Found::Registering
                }
            }
        }
    }

    /// As [`Request::look`], for entries of one stream that nobody else waits for.
    fn look_for_entries(&mut self, core: &Core) -> Option<Delivery> {
        let [object] = &self.keys[..] else {
            return None;
        };
        let stream = object.stream()?;
        let mut last_id = stream.glimpse()?;
        if let Want::Read(read) = &mut self.want {
            read.begin_to_look(last_id);
        }
        let mut delivery = glance(core, &self.keys, &self.want);
        for _ in 0..LOOKS {
            if delivery.is_some() {
                break;
            }
            (0..SPINS).for_each(|_| hint::spin_loop());
            // Whether there is anything new is seen without the lock of a group.
            let now = stream.glimpse()?;
            if now != last_id {
                last_id = now;
                delivery = glance(core, &self.keys, &self.want);
            }
        }
        delivery
    }
}

/// What a call that reads one stream finds there without freezing it.
pub(super) fn glance(core: &Core, keys: &Keys, want: &Want) -> Option<Delivery> {
    let [object] = &keys[..] else { return None };
    let (got, is_nothing) = match want {
        Want::Pop { .. } | Want::Move { .. } => return None,
        Want::Read(read) => {
            let entries = read.glance(object);
            let is_nothing = entries.is_empty();
            (Got::Entries(vec![(0, entries)]), is_nothing)
        }
        Want::GroupRead(read) => {
            let delivered = read.glance(object, core.clock().unix_ms());
            let is_nothing = delivered.is_empty();
            (Got::Delivered(vec![(0, delivered)]), is_nothing)
        }
    };
    (!is_nothing).then_some(Delivery {
        key: 0,
        registration: None,
        got,
        ticket: Ticket::default(),
    })
}

fn pop(object: &Object, side: Side) -> Found {
    match object.list.pop(side) {
        Ok(Some(element)) => Found::Delivery(Delivery {
            key: 0,
            registration: None,
            got: Got::Elements(smallvec![element]),
            ticket: Ticket::default(),
        }),
        Ok(None) => Found::Nothing,
        Err(Attended) => Found::Registering,
    }
}
