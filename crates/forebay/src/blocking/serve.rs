//! Serving the waiters of keys that have changed.

use std::collections::VecDeque;
use std::sync::Arc;

use forebay_wal::{Purpose, Ticket};
use smallvec::{SmallVec, smallvec};

use super::group_read::Exhausted;
use super::{Call, Delivery, Got, Reply, Served, Wakes, Want};
use crate::command::{movement, pop};
use crate::engine::Core;
use crate::error::Result;
use crate::frozen::{FrozenKey, FrozenSet, pair_mut, position};
use crate::journal::Cost;
use crate::object::Object;

/// Keys whose first waiter could not be served with the lists that were frozen.
pub(crate) type Left = SmallVec<[Unserved; 1]>;

/// A key whose first waiter moves elements to a list that was not frozen.
pub(crate) struct Unserved {
    from: Arc<Object>,
    to: Arc<Object>,
}

/// Serves the waiters of the members that have `changed`, in that order, and of the lists to which
/// that moves elements, as far as the frozen lists go. Returns the keys at which they did not.
///
/// A key's waiters are served completely before those of the next key, as Redis does.
pub(crate) fn serve(
    core: &Core,
    members: &mut [FrozenKey<'_>],
    changed: SmallVec<[usize; 4]>,
    served: &mut Served,
) -> Left {
    let mut ready = changed;
    let mut left = Left::new();
    let mut next = 0;
    while let Some(&at) = ready.get(next) {
        next += 1;
        // Nothing is added to a stream from here on.
        let mut exhausted = Exhausted::new();
        loop {
            match serve_first(core, members, at, &mut exhausted, served) {
                Step::Served { grown } => ready.extend(grown),
                Step::Missed => {}
                Step::Needs(to) => {
                    left.push(Unserved {
                        from: Arc::clone(members[at].object()),
                        to,
                    });
                    break;
                }
                Step::Done => break,
            }
        }
    }
    left
}

/// What became of the first waiter that a key could serve.
enum Step {
    /// It was served, and that list has grown.
    Served { grown: Option<usize> },
    /// It was finished by somebody else at this moment.
    Missed,
    /// This list must be frozen too.
    Needs(Arc<Object>),
    /// There is none.
    Done,
}

fn serve_first(
    core: &Core,
    members: &mut [FrozenKey<'_>],
    at: usize,
    exhausted: &mut Exhausted,
    served: &mut Served,
) -> Step {
    let key = &members[at];
    let Some(watch) = key.watched() else {
        return Step::Done;
    };
    // 0 when the key holds a stream.
    let len = key.bare_list().len();
    if len == 0 && !watch.waiters.has_readers() {
        return Step::Done;
    }
    let first = watch.waiters.iter().find(|registration| {
        let call = &registration.call;
        let is_served = match &call.want {
            Want::Pop { .. } | Want::Move { .. } => call.want.is_served_by(len),
            Want::Read(read) => read.is_served_by(&call.keys, key),
            Want::GroupRead(read) => read.is_served_by(key, core.clock().unix_ms(), exhausted),
        };
        is_served && call.waiter.is_waiting()
    });
    let Some(registration) = first else {
        return Step::Done;
    };
    let call = Arc::clone(&registration.call);
    let registered_at = registration.key;

    let destination = match &call.want {
        Want::Move { to, .. } => match position(members, to) {
            None => return Step::Needs(Arc::clone(to)),
            found => found,
        },
        _ => None,
    };
    let Some(claim) = call.waiter.claim() else {
        return Step::Missed;
    };
    if let (Some(watch), Some(token)) = (members[at].watched_mut(), call.token(registered_at)) {
        watch.waiters.remove(token);
    }
    let admitted = core.admit(cost(&call.want, &members[at]), members[at].object());
    let taken = admitted.and_then(|()| {
        let destination = destination.unwrap_or(at);
        take(core, members, at, destination, &call, registered_at)
    });
    let reply = match taken {
        Ok((key, got)) => Reply::Served(Delivery {
            key,
            registration: Some(registered_at),
            got,
            ticket: Ticket::default(),
        }),
        Err(error) => Reply::Failed {
            error,
            registration: registered_at,
        },
    };
    served.push(claim, reply);
    Step::Served { grown: destination }
}

/// What serving costs.
fn cost(want: &Want, key: &FrozenKey<'_>) -> Cost {
    match want {
        Want::Pop { .. } => Cost::DRAIN,
        // It was counted when it came, and leaves its list.
        Want::Move { route, .. } => Cost {
            purpose: Purpose::Drain,
            ..route.cost(key.bare_list())
        },
        Want::Read(_) => Cost::NONE,
        Want::GroupRead(read) => read.cost(),
    }
}

/// Takes what a call gets that is served through one of its keys, and says from which one.
fn take(
    core: &Core,
    members: &mut [FrozenKey<'_>],
    at: usize,
    destination: usize,
    call: &Call,
    registered_at: usize,
) -> Result<(usize, Got)> {
    match &call.want {
        Want::Pop { side, count } => {
            let (key, source) =
                first_ready(members, call, registered_at).unwrap_or((registered_at, at));
            let elements = pop::elements(members[source].bare_list_mut(), *side, *count);
            members[source].forget_expiry_if_gone();
            Ok((key, Got::Elements(elements)))
        }
        Want::Move { route, .. } => {
            let (source, destination) = pair_mut(members, at, destination);
            let destination = destination.map(FrozenKey::list_mut).transpose()?;
            let elements = movement::carry_out(source.bare_list_mut(), destination, *route);
            source.forget_expiry_if_gone();
            Ok((registered_at, Got::Elements(elements)))
        }
        Want::Read(read) => {
            let entries = read.read(&call.keys, members);
            Ok((registered_at, Got::Entries(entries)))
        }
        Want::GroupRead(read) => {
            let delivered = read.read(&call.keys, members, core.clock().unix_ms())?;
            Ok((registered_at, Got::Delivered(delivered)))
        }
    }
}

/// The first of the call's keys before `registered_at` that is frozen and has elements: several
/// keys have become ready in one step, and the order of the arguments decides.
fn first_ready(
    members: &[FrozenKey<'_>],
    call: &Call,
    registered_at: usize,
) -> Option<(usize, usize)> {
    call.keys[..registered_at]
        .iter()
        .enumerate()
        .find_map(|(key, object)| {
            let at = position(members, object)?;
            (!members[at].bare_list().is_empty()).then_some((key, at))
        })
}

/// Goes on where [`serve`] could not, with nothing frozen at first. Chains of moves end here too.
pub(crate) fn serve_left(core: &Core, left: Left, wakes: &mut Wakes) {
    if left.is_empty() {
        return;
    }
    let mut left = VecDeque::from_iter(left);
    while let Some(Unserved { from, to }) = left.pop_front() {
        let Ok(mut set) = FrozenSet::freeze(core, &mut smallvec![&from, &to]) else {
            // The engine has been closed, and with it all calls.
            return;
        };
        set.has_changed(set.position(&from));
        let (more, mut woken, _) = set.let_go();
        left.extend(more);
        wakes.append(&mut woken);
    }
}
