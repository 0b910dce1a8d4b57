//! Doing again what a record says.

use std::sync::Arc;

use smallvec::SmallVec;

use super::bytes::{Malformed, Parsed};
use super::operation::{Code, Operation, Operations};
use crate::command::keys::{Dropped, copy, delete, rename};
use crate::engine::Core;
use crate::error::Result;
use crate::frozen::FrozenKey;
use crate::object::Object;
use crate::value::{set, string};

/// The keys of a record: each object, and whether it lacks the effect of the record, once that is
/// known. It has the record's order from then on.
type Touched = SmallVec<[(Arc<Object>, Option<bool>); 4]>;

/// Does the operations of a step of this order again, on an engine that writes nothing down.
/// Nobody else uses it.
pub(super) fn apply(core: &Core, floor: u64, order: u64, operations: &[u8]) -> Parsed<()> {
    let mut operations = Operations::new(operations);
    let mut touched = Touched::new();
    while let Some((key, operation)) = operations.next()? {
        let at = touch(core, &mut touched, key);
        if let Operation::Rename { to } | Operation::Copy { to } = operation {
            let to = touch(core, &mut touched, to);
            let is_rename = matches!(operation, Operation::Rename { .. });
            let lacks = [at, to].map(|at| {
                let (object, lacks) = &mut touched[at];
                let mut key = FrozenKey::new(core, object);
                *lacks.get_or_insert_with(|| take_order(&mut key, floor, order))
            });
            carry(core, [&touched[at].0, &touched[to].0], lacks, is_rename)?;
            continue;
        }
        let (object, lacks) = &mut touched[at];
        let mut key = FrozenKey::new(core, object);
        if *lacks.get_or_insert_with(|| take_order(&mut key, floor, order)) {
            apply_one(&mut key, &operation)?;
        }
    }
    Ok(())
}

/// Gives a key the order of a step, and says whether it lacked its effect (J3).
fn take_order(key: &mut FrozenKey<'_>, floor: u64, order: u64) -> bool {
    let Some(logged) = key.logged_mut() else {
        return false;
    };
    // A key that neither a checkpoint nor a record has is as the floor says.
    let known = if logged.order == 0 {
        floor
    } else {
        logged.order
    };
    // Also when this record is passed over: the floor holds for those that come behind it, too.
    logged.order = known.max(order);
    known < order
}

fn touch(core: &Core, touched: &mut Touched, key: &[u8]) -> usize {
    if let Some(at) = touched.iter().position(|(object, _)| object.key() == key) {
        return at;
    }
    touched.push((core.object_to_recover(key), None));
    touched.len() - 1
}

/// RENAME and COPY.
fn carry(
    core: &Core,
    [from, to]: [&Arc<Object>; 2],
    [from_lacks, to_lacks]: [bool; 2],
    is_rename: bool,
) -> Parsed<()> {
    if Arc::ptr_eq(from, to) {
        return Err(Malformed);
    }
    // Nobody else is there, and so any order will do.
    let (mut from, mut to) = (FrozenKey::new(core, from), FrozenKey::new(core, to));
    let mut dropped = Dropped::new();
    match (from_lacks, to_lacks, is_rename) {
        (true, true, true) => {
            let renamed = rename(&mut from, Some(&mut to), false, &mut dropped);
            renamed.map_err(|_| Malformed)?;
        }
        (true, true, false) => {
            if !copy(&from, &mut to, true, &mut dropped) {
                return Err(Malformed);
            }
        }
        // The destination has it already.
        (true, false, true) => {
            delete(&mut from, &mut dropped);
        }
        (true, false, false) | (false, false, _) => {}
        // This is what J4 rules out.
        (false, true, _) => return Err(Malformed),
    }
    drop((from, to));
    Ok(())
}

/// Whether an operation makes the key hold a stream.
const fn makes_stream(code: Code) -> bool {
    matches!(code, Code::Add | Code::CreateGroup)
}

/// What is written down of sets has changed them.
fn changed_one(members: Result<u64>) -> Parsed<()> {
    let count = members.map_err(|_| Malformed)?;
    if count == 1 { Ok(()) } else { Err(Malformed) }
}

fn apply_one(key: &mut FrozenKey<'_>, operation: &Operation<'_>) -> Parsed<()> {
    if let Operation::Delete = operation {
        let mut dropped = Dropped::new();
        delete(key, &mut dropped);
        return Ok(());
    }
    if let Operation::Expire { at_ms } = operation {
        key.watch().expire_at_ms = Some(*at_ms);
        return Ok(());
    }
    if let Operation::Persist = operation {
        key.forget_expiry();
        return Ok(());
    }
    if let Operation::Stream { code, arguments } = operation {
        let mut arguments = *arguments;
        let redone = if makes_stream(*code) {
            key.make_stream(|stream| Ok(stream.redo(*code, &mut arguments)?))
        } else {
            let stream = key.stream_mut();
            let stream = stream.ok().flatten().ok_or(Malformed)?;
            Ok(stream.redo(*code, &mut arguments)?)
        };
        redone.map_err(|_| Malformed)?;
        return if arguments.is_at_end() {
            Ok(())
        } else {
            Err(Malformed)
        };
    }
    match *operation {
        Operation::SetString { string } => {
            return string::replace(key, string).map_err(|_| Malformed);
        }
        Operation::AddMember { member } => return changed_one(set::add(key, &[member])),
        Operation::RemoveMember { member } => return changed_one(set::remove(key, &[member])),
        _ => {}
    }
    let list = key.list_mut().map_err(|_| Malformed)?;
    match *operation {
        Operation::Push { side, element } => list.push(side, element),
        Operation::Pop { side, count } => {
            for _ in 0..count {
                list.pop(side).ok_or(Malformed)?;
            }
        }
        Operation::Set { index, element } => {
            if !list.set(index, element) {
                return Err(Malformed);
            }
        }
        Operation::Insert { index, element } => {
            if index > list.len() {
                return Err(Malformed);
            }
            list.insert(index, element);
        }
        Operation::Remove {
            from,
            limit,
            element,
        } => {
            list.remove_equal(from, limit, element);
        }
        Operation::Truncate { start, end } => {
            if start > end || end > list.len() {
                return Err(Malformed);
            }
            list.truncate_to(start, end);
        }
        Operation::Delete
        | Operation::Rename { .. }
        | Operation::Copy { .. }
        | Operation::Expire { .. }
        | Operation::Persist
        | Operation::SetString { .. }
        | Operation::AddMember { .. }
        | Operation::RemoveMember { .. }
        | Operation::Stream { .. } => return Err(Malformed),
    }
    Ok(())
}
