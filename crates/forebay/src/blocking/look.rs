//! Looking for elements before registering.
//!
//! Who registers makes the list attended: the next push goes through exclusive mode, and wakes a
//! thread, which takes many microseconds. So a thread looks first for about as long as being woken
//! would take it. What is pushed meanwhile goes in and out by the fast paths. Nobody is overtaken:
//! a list that somebody waits for is attended, and then there is nothing to look for.

use core::hint;

use forebay_sync::{Attended, Side};
use smallvec::smallvec;

use super::{Delivery, Request, Want};
use crate::object::Object;

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
    pub(super) fn look(&self) -> Option<Delivery> {
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
            // Of several keys, the first that has elements at one moment gives them, and that moment
            // is one in which all of them are frozen.
            (keys, want) => {
                let is_there = keys
                    .iter()
                    .any(|object| want.is_served_by(object.list.len()));
                if is_there {
                    Found::Registering
                } else {
                    Found::Nothing
                }
            }
        }
    }
}

fn pop(object: &Object, side: Side) -> Found {
    match object.list.pop(side) {
        Ok(Some(element)) => Found::Delivery(Delivery {
            key: 0,
            registration: None,
            elements: smallvec![element],
        }),
        Ok(None) => Found::Nothing,
        Err(Attended) => Found::Registering,
    }
}
