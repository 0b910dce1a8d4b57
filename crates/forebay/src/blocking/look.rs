//! Looking for elements before registering.
//!
//! Who registers makes the list attended: the next push goes through exclusive mode, and wakes a
//! thread, which takes many microseconds. So a thread looks first for about as long as being woken
//! would take it. What is pushed meanwhile goes in and out by the fast paths. Nobody is overtaken:
//! a list that somebody waits for is attended, and then there is nothing to look for.

use core::hint;

use forebay_sync::{Attended, Side};
use smallvec::smallvec;

use super::{Delivery, Got, Keys, Request, Want};
use crate::engine::Core;
use crate::object::Object;
use crate::stream::ReadFrom;

/// How often a thread looks: for about seven microseconds, where a spin takes 27 ns. Two threads that
/// answer each other must find their way back from sleeping, which a look half as long does not.
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
    pub(super) fn look(&self, core: &Core) -> Option<Delivery> {
        let looks = if self.waits { LOOKS } else { 0 };
        for _ in 0..looks {
            match self.look_once(core) {
                Found::Delivery(delivery) => return Some(delivery),
                Found::Registering => return None,
                Found::Nothing => (0..SPINS).for_each(|_| hint::spin_loop()),
            }
        }
        None
    }

    fn look_once(&self, core: &Core) -> Found {
        match (&self.keys[..], &self.want) {
            ([object], Want::Pop { side, count: 1 }) => pop(object, *side),
            ([object], Want::Read(_) | Want::GroupRead(_)) if is_open(object, &self.want) => {
                glance(core, &self.keys, &self.want).map_or(Found::Nothing, Found::Delivery)
            }
            (_, Want::Read(_) | Want::GroupRead(_)) => Found::Registering,
            // Of several keys, the first that has elements at one moment gives them, and that moment
            // is one in which all of them are frozen.
            (keys, Want::Pop { .. } | Want::Move { .. }) => {
                if keys.iter().all(|object| object.list.is_empty()) {
                    Found::Nothing
                } else {
                    Found::Registering
                }
            }
        }
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
    })
}

/// Whether entries that a call waits for may come and go by the fast paths. `$` is settled when the
/// call registers.
fn is_open(object: &Object, want: &Want) -> bool {
    let is_settled = match want {
        Want::Read(read) => !read.from.contains(&ReadFrom::Now),
        _ => true,
    };
    is_settled && object.stream().is_some_and(|stream| !stream.is_attended())
}

fn pop(object: &Object, side: Side) -> Found {
    match object.list.pop(side) {
        Ok(Some(element)) => Found::Delivery(Delivery {
            key: 0,
            registration: None,
            got: Got::Elements(smallvec![element]),
        }),
        Ok(None) => Found::Nothing,
        Err(Attended) => Found::Registering,
    }
}
