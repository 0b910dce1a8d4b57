//! How a blocking command begins and ends.

use core::iter;
use std::sync::{Arc, OnceLock};

use forebay_sync::{Side, Waiter};
use smallvec::{SmallVec, smallvec};

use super::{Call, Delivery, Elements, Keys, Registration, Reply, Want};
use crate::command::{movement, pop};
use crate::engine::Core;
use crate::error::Result;
use crate::frozen::{FrozenKey, FrozenSet};
use crate::object::Object;

/// A blocking command that has not begun.
pub(crate) struct Request {
    pub(crate) keys: Keys,
    pub(crate) want: Want,
}

/// What became of a request.
pub(crate) enum Begun {
    Served { delivery: Delivery, keys: Keys },
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
        }
    }

    pub(crate) fn shift(from: Arc<Object>, to: Arc<Object>, route: movement::Route) -> Self {
        Self {
            keys: smallvec![from],
            want: Want::Move { to, route },
        }
    }

    /// Takes what is there at the first key that has it; when none has, registers with all of them,
    /// in the same step.
    pub(crate) fn begin(self, core: &Core) -> Result<Begun> {
        let Self { keys, want } = self;
        let destination = match &want {
            Want::Pop { .. } => None,
            Want::Move { to, .. } => Some(Arc::clone(to)),
        };
        let asked = keys.clone();
        let mut set = FrozenSet::new(core, asked.iter().chain(&destination))?;
        for (key, object) in asked.iter().enumerate() {
            let at = set.position(object);
            if want.is_served_by(set.key(at).list()?.len()) {
                let elements = take(&mut set, at, &want)?;
                return Ok(Begun::Served {
                    delivery: Delivery {
                        key,
                        registration: None,
                        elements,
                    },
                    keys,
                });
            }
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
                let token = set.key_mut(at).watch().waiters.push_back(registration);
                registrations.push((key, token));
            }
        }
        let is_first = call.registrations.set(registrations).is_ok();
        debug_assert!(is_first, "a call registers once");
        drop(set);
        Ok(Begun::Blocked(Blocked { call, waiter }))
    }
}

fn take(set: &mut FrozenSet<'_>, at: usize, want: &Want) -> Result<Elements> {
    Ok(match want {
        Want::Pop { side, count } => pop::elements(set.key_mut(at).list_mut()?, *side, *count),
        Want::Move { to, route } => {
            let destination = set.position(to);
            let (from, to) = set.pair_mut(at, destination);
            let to = to.map(FrozenKey::list_mut).transpose()?;
            let elements = movement::carry_out(from.list_mut()?, to, *route);
            set.has_changed(destination);
            elements
        }
    })
}

impl Blocked {
    /// Removes the registrations but `served`, which the server has removed. Must be called once, when
    /// the call has ended (W2).
    pub(crate) fn unregister(&self, core: &Core, served: Option<usize>) {
        for &(key, token) in self.call.registrations() {
            if Some(key) == served {
                continue;
            }
            let object = &self.call.keys[key];
            let mut key = FrozenKey::new(object);
            // Without attention: the engine has been closed.
            if let Some(watch) = key.watched_mut() {
                let removed = watch.waiters.remove(token);
                core.settle(&mut key);
                drop((key, removed));
            }
        }
    }
}
