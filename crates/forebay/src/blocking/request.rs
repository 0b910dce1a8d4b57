//! How a blocking command begins and ends.

use core::{iter, slice};
use std::sync::{Arc, OnceLock};

use forebay_sync::{Side, Waiter};
use smallvec::{SmallVec, smallvec};

use super::look::glance;
use super::read::check_types;
use super::serve_left;
use super::{Call, Delivery, Got, GroupReading, Keys, Read, Registration, Reply, Want};
use crate::command::{movement, pop};
use crate::engine::Core;
use crate::error::Result;
use crate::frozen::{FrozenKey, FrozenSet};
use crate::journal::Cost;
use crate::object::Object;

/// A blocking command that has not begun.
pub(crate) struct Request {
    pub(super) keys: Keys,
    pub(super) want: Want,
    /// Whether it waits at all when there is nothing.
    pub(super) waits: bool,
}

/// What became of a request.
pub(crate) enum Begun {
    Served {
        delivery: Delivery,
        keys: Keys,
    },
    /// There is nothing, and it does not wait.
    Nothing,
    Blocked(Blocked),
}

/// A call that has registered, as its owner has it.
pub(crate) struct Blocked {
    pub(crate) call: Arc<Call>,
    pub(crate) waiter: Waiter<Reply>,
}

impl Request {
    pub(crate) fn pop(keys: Keys, side: Side, count: u64) -> Self {
        Self {
            keys,
            want: Want::Pop { side, count },
            waits: true,
        }
    }

    pub(crate) fn shift(from: Arc<Object>, to: Arc<Object>, route: movement::Route) -> Self {
        Self {
            keys: smallvec![from],
            want: Want::Move { to, route },
            waits: true,
        }
    }

    /// XREAD; there are as many places to read from as keys.
    pub(crate) fn read(keys: Keys, read: Read) -> Self {
        debug_assert_eq!(keys.len(), read.from.len(), "one for each key");
        Self {
            keys,
            waits: read.options.block.is_some(),
            want: Want::Read(Box::new(read)),
        }
    }

    /// XREADGROUP; there are as many places to read from as keys.
    pub(crate) fn group_read(keys: Keys, read: GroupReading) -> Self {
        debug_assert_eq!(keys.len(), read.from.len(), "one for each key");
        Self {
            keys,
            waits: read.options.block.is_some() && read.can_wait(),
            want: Want::GroupRead(Box::new(read)),
        }
    }

    /// Takes what is there at the first key that has it, or, of streams, at all keys; when there is
    /// nothing, registers with all of them, in the same step.
    pub(crate) fn begin(self, core: &Core) -> Result<Begun> {
        let Self {
            keys,
            mut want,
            waits,
        } = self;
        if let Some(delivery) = glance(core, &keys, &want) {
            return Ok(Begun::Served { delivery, keys });
        }
        let destination = match &want {
            Want::Move { to, .. } => Some(Arc::clone(to)),
            _ => None,
        };
        let asked = keys.clone();
        let mut set = FrozenSet::new(core, asked.iter().chain(&destination))?;
        set.admit(cost(&want, &set, &asked))?;
        if let Some((key, got)) = take(core, &mut set, &asked, &want)? {
            let (left, mut wakes, committed) = set.let_go();
            serve_left(core, left, &mut wakes);
            let delivery = Delivery {
                key,
                registration: None,
                got,
                ticket: committed?,
            };
            return Ok(Begun::Served { delivery, keys });
        }
        if !waits {
            return Ok(Begun::Nothing);
        }
        if let Want::Read(read) = &mut want {
            read.begin_to_wait(&keys, set.keys());
        }
        let waiter = Waiter::new();
        let call = Arc::new(Call {
            waiter: waiter.handle(),
            keys,
            want,
            registrations: OnceLock::new(),
        });
        let mut is_registered: SmallVec<[bool; 8]> =
            iter::repeat_n(false, asked.len() + 1).collect();
        let mut registrations = SmallVec::new();
        for (key, object) in asked.iter().enumerate() {
            let at = set.position(object);
            if !is_registered[at] {
                is_registered[at] = true;
                let registration = Registration {
                    call: Arc::clone(&call),
                    key,
                };
                let token = set.key_mut(at).watch().waiters.push(registration);
                registrations.push((key, token));
            }
        }
        let is_first = call.registrations.set(registrations).is_ok();
        debug_assert!(is_first, "a call registers once");
        drop(set);
        Ok(Begun::Blocked(Blocked { call, waiter }))
    }
}

/// What taking what is there costs.
fn cost(want: &Want, set: &FrozenSet<'_>, keys: &Keys) -> Cost {
    match want {
        Want::Pop { .. } => Cost::DRAIN,
        Want::Move { route, .. } => route.cost(set.key(set.position(&keys[0])).bare_list()),
        Want::Read(_) => Cost::NONE,
        Want::GroupRead(read) => read.cost(),
    }
}

/// Takes what is there, and says from which key; `None` when nothing is.
fn take(
    core: &Core,
    set: &mut FrozenSet<'_>,
    keys: &Keys,
    want: &Want,
) -> Result<Option<(usize, Got)>> {
    match want {
        Want::Pop { side, count } => {
            for (key, object) in keys.iter().enumerate() {
                let at = set.position(object);
                let list = set.key_mut(at).list_mut()?;
                if !list.is_empty() {
                    let elements = pop::elements(list, *side, *count);
                    return Ok(Some((key, Got::Elements(elements))));
                }
            }
            Ok(None)
        }
        Want::Move { to, route } => {
            let at = set.position(&keys[0]);
            let list = set.key(at).list()?;
            if list.is_empty() {
                return Ok(None);
            }
            let is_enough = list.len() >= route.how.len_min();
            let destination = set.position(to);
            set.key(destination).list()?;
            if !is_enough {
                return Ok(None);
            }
            let (from, to) = set.pair_mut(at, destination);
            let to = to.map(FrozenKey::bare_list_mut);
            let elements = movement::carry_out(from.bare_list_mut(), to, *route);
            // Who waits at the destination may move them back.
            from.forget_expiry_if_gone();
            set.has_changed(destination);
            Ok(Some((0, Got::Elements(elements))))
        }
        Want::Read(read) => {
            check_types(keys, set.keys())?;
            let entries = read.read(keys, set.keys());
            Ok((!entries.is_empty()).then_some((0, Got::Entries(entries))))
        }
        Want::GroupRead(read) => {
            let delivered = read.read(keys, set.keys(), core.clock().unix_ms())?;
            Ok((!delivered.is_empty()).then_some((0, Got::Delivered(delivered))))
        }
    }
}

impl Blocked {
    /// Removes the registrations but `served`, which the server has removed. Must be called once,
    /// when the call has ended (W2).
    pub(crate) fn unregister(&self, core: &Core, served: Option<usize>) {
        for &(key, token) in self.call.registrations() {
            if Some(key) == served {
                continue;
            }
            let object = &self.call.keys[key];
            let mut key = FrozenKey::new(core, object);
            // Without attention: the engine has been closed.
            if let Some(watch) = key.watched_mut() {
                let removed = watch.waiters.remove(token);
                core.settle(&mut key);
                // Errors: the log has failed, and nothing was changed that it has to know.
                let _ = core.commit(slice::from_mut(&mut key));
                drop((key, removed));
            }
        }
    }
}
