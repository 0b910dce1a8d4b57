//! The plain model: every command on a map of deques, one after the other, with no thread in sight.

use alloc::collections::{BTreeSet, VecDeque};
use std::collections::HashMap;

use bytes::Bytes;
use forebay::{ExpireCondition, How, Order, Position, Side};

use crate::command::{Command, ExpireUnit, Fault, RemainingUnit, Reply};

/// What the engine must behave like.
#[derive(Debug, Default)]
pub(crate) struct Model {
    lists: HashMap<Bytes, VecDeque<Bytes>>,
    expiries: HashMap<Bytes, i64>,
    now_ms: i64,
}

impl Model {
    /// An empty one whose clock stands at `now_ms`.
    pub(crate) fn at(now_ms: i64) -> Self {
        Self {
            now_ms,
            ..Self::default()
        }
    }

    /// Carries `command` out.
    pub(crate) fn apply(&mut self, command: &Command) -> Reply {
        self.remove_due();
        let reply = self.carry_out(command).unwrap_or_else(Reply::Fault);
        self.remove_empty();
        reply
    }

    fn remove_due(&mut self) {
        let now_ms = self.now_ms;
        self.expiries.retain(|key, &mut at_ms| {
            if at_ms <= now_ms {
                self.lists.remove(key);
            }
            at_ms > now_ms
        });
    }

    /// A list without elements is a key that does not exist, and what does not exist never expires.
    fn remove_empty(&mut self) {
        self.lists.retain(|_, list| !list.is_empty());
        self.expiries.retain(|key, _| self.lists.contains_key(key));
    }

    fn list(&self, key: &Bytes) -> Vec<Bytes> {
        self.lists
            .get(key)
            .map(|list| list.iter().cloned().collect())
            .unwrap_or_default()
    }

    fn len(&self, key: &Bytes) -> usize {
        self.lists.get(key).map_or(0, VecDeque::len)
    }

    fn push(&mut self, key: &Bytes, side: Side, element: Bytes) {
        let list = self.lists.entry(key.clone()).or_default();
        match side {
            Side::Left => list.push_front(element),
            Side::Right => list.push_back(element),
        }
    }

    fn pop(&mut self, key: &Bytes, side: Side) -> Option<Bytes> {
        let list = self.lists.get_mut(key)?;
        match side {
            Side::Left => list.pop_front(),
            Side::Right => list.pop_back(),
        }
    }

    fn pop_up_to(&mut self, key: &Bytes, side: Side, count: u64) -> Vec<Bytes> {
        let count = usize::try_from(count)
            .unwrap_or(usize::MAX)
            .min(self.len(key));
        (0..count).filter_map(|_| self.pop(key, side)).collect()
    }

    fn carry_out(&mut self, command: &Command) -> Result<Reply, Fault> {
        Ok(match command {
            Command::Push {
                side,
                only_existing,
                key,
                elements,
            } => {
                if elements.is_empty() {
                    return Err(Fault::NoElements);
                }
                if !only_existing || self.lists.contains_key(key) {
                    for element in elements {
                        self.push(key, *side, element.clone());
                    }
                }
                integer(self.len(key))
            }
            Command::Pop { side, key } | Command::PopWith { side, key } => {
                self.pop(key, *side).map_or(Reply::Nothing, Reply::Element)
            }
            Command::PopCount { side, key, count } => {
                if self.lists.contains_key(key) {
                    Reply::Elements(self.pop_up_to(key, *side, *count))
                } else {
                    Reply::Nothing
                }
            }
            Command::PopEach { side, key, max } => {
                Reply::Elements(self.pop_up_to(key, *side, *max as u64))
            }
            Command::Llen { key } => integer(self.len(key)),
            Command::Lrange { key, start, stop } => {
                let (start, end) = bounds(*start, *stop, self.len(key));
                Reply::Elements(self.list(key)[start..end].to_vec())
            }
            Command::Lindex { key, index } => match position(*index, self.len(key)) {
                Some(at) => Reply::Element(self.list(key)[at].clone()),
                None => Reply::Nothing,
            },
            Command::Lset {
                key,
                index,
                element,
            } => {
                let list = self.lists.get_mut(key).ok_or(Fault::NoSuchKey)?;
                let at = position(*index, list.len()).ok_or(Fault::IndexOutOfRange)?;
                list[at] = element.clone();
                Reply::Done
            }
            Command::Linsert {
                key,
                position,
                pivot,
                element,
            } => match self.lists.get_mut(key) {
                None => Reply::Integer(0),
                Some(list) => match list.iter().position(|each| each == pivot) {
                    None => Reply::Integer(-1),
                    Some(at) => {
                        let at = at + usize::from(*position == Position::After);
                        list.insert(at, element.clone());
                        integer(list.len())
                    }
                },
            },
            Command::Lrem {
                key,
                count,
                element,
            } => self.lrem(key, *count, element),
            Command::Ltrim { key, start, stop } => {
                let (start, end) = bounds(*start, *stop, self.len(key));
                if let Some(list) = self.lists.get_mut(key) {
                    list.truncate(end);
                    list.drain(..start);
                }
                Reply::Done
            }
            Command::Lpos { key, element } => {
                let found = self.list(key).iter().position(|each| each == element);
                found.map_or(Reply::Nothing, integer)
            }
            Command::LposWith {
                key,
                element,
                rank,
                count,
                maxlen,
            } => {
                return self.lpos_with(key, element, *rank, *count, *maxlen);
            }
            Command::Lmove { src, dst, from, to } | Command::Blmove { src, dst, from, to } => {
                self.lmove(src, dst, *from, *to)
            }
            Command::Rpoplpush { src, dst } | Command::Brpoplpush { src, dst } => {
                self.lmove(src, dst, Side::Right, Side::Left)
            }
            Command::Lmpop { keys, side, count } | Command::Blmpop { keys, side, count } => {
                return self.lmpop(keys, *side, *count);
            }
            Command::Lmovem {
                src,
                dst,
                from,
                to,
                how,
            } => {
                return self.lmovem(src, dst, *from, *to, how);
            }
            Command::Blmovem {
                src,
                dst,
                from,
                to,
                how,
            } => {
                let moved = self.lmovem(src, dst, *from, *to, how)?;
                if moved == Reply::Elements(Vec::new()) {
                    Reply::Nothing
                } else {
                    moved
                }
            }
            Command::BlockingPop { side, keys } => return self.lmpop(keys, *side, 1),
            Command::Del { keys } | Command::Unlink { keys } => {
                if keys.is_empty() {
                    return Err(Fault::NoKeys);
                }
                integer(keys.iter().filter(|key| self.delete(key)).count())
            }
            Command::Exists { keys } => {
                if keys.is_empty() {
                    return Err(Fault::NoKeys);
                }
                integer(
                    keys.iter()
                        .filter(|key| self.lists.contains_key(*key))
                        .count(),
                )
            }
            Command::Type { key } => {
                Reply::Element(Bytes::from_static(if self.lists.contains_key(key) {
                    b"list"
                } else {
                    b"none"
                }))
            }
            Command::Rename { src, dst } => {
                self.rename(src, dst)?;
                Reply::Done
            }
            Command::Renamenx { src, dst } => {
                if !self.lists.contains_key(src) {
                    return Err(Fault::NoSuchKey);
                }
                let free = !self.lists.contains_key(dst);
                if free {
                    self.rename(src, dst)?;
                }
                Reply::Integer(i64::from(free))
            }
            Command::Copy { src, dst, replace } => {
                if src == dst {
                    return Err(Fault::SameKey);
                }
                let copied =
                    self.lists.contains_key(src) && (*replace || !self.lists.contains_key(dst));
                if copied {
                    let at_ms = self.expiries.get(src).copied();
                    self.place(dst, self.lists[src].clone(), at_ms);
                }
                Reply::Integer(i64::from(copied))
            }
            Command::Keys { pattern } => Reply::Keys(self.keys_like(pattern)),
            Command::Scan { pattern, .. } => Reply::Keys(match pattern {
                Some(pattern) => self.keys_like(pattern),
                None => self.lists.keys().cloned().collect(),
            }),
            // Any of them will do: see `agree`.
            Command::Randomkey => Reply::Keys(self.lists.keys().cloned().collect()),
            Command::Dbsize => integer(self.lists.len()),
            Command::Flushall => {
                self.lists.clear();
                Reply::Done
            }
            Command::Expire {
                unit,
                key,
                when,
                condition,
            } => {
                return self.expire(*unit, key, *when, *condition);
            }
            Command::Remaining { unit, key } => Reply::Integer(self.remaining(*unit, key)),
            Command::Persist { key } => {
                Reply::Integer(i64::from(self.expiries.remove(key).is_some()))
            }
            Command::Advance { ms } => {
                self.now_ms += i64::try_from(*ms).expect("a short time");
                Reply::Done
            }
            Command::Transaction { commands } => {
                Reply::All(commands.iter().map(|command| self.apply(command)).collect())
            }
        })
    }

    fn lrem(&mut self, key: &Bytes, count: i64, element: &Bytes) -> Reply {
        let limit = match usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX) {
            0 => usize::MAX,
            limit => limit,
        };
        let before = self.list(key);
        let mut matching: Vec<usize> = (0..before.len())
            .filter(|&at| before[at] == *element)
            .collect();
        if count < 0 {
            matching.reverse();
        }
        matching.truncate(limit);
        if let Some(list) = self.lists.get_mut(key) {
            let mut at = 0;
            list.retain(|_| {
                at += 1;
                !matching.contains(&(at - 1))
            });
        }
        integer(matching.len())
    }

    fn lpos_with(
        &self,
        key: &Bytes,
        element: &Bytes,
        rank: i64,
        count: Option<i64>,
        maxlen: i64,
    ) -> Result<Reply, Fault> {
        match rank {
            0 => return Err(Fault::RankZero),
            i64::MIN => return Err(Fault::RankOutOfRange),
            _ => {}
        }
        let count = match count {
            None => 1,
            Some(0) => usize::MAX,
            Some(count) => usize::try_from(count).map_err(|_| Fault::NegativeCount)?,
        };
        let maxlen = match usize::try_from(maxlen).map_err(|_| Fault::NegativeMaxlen)? {
            0 => usize::MAX,
            maxlen => maxlen,
        };
        let list = self.list(key);
        let mut order: Vec<usize> = (0..list.len()).collect();
        if rank < 0 {
            order.reverse();
        }
        let skip = usize::try_from(rank.unsigned_abs() - 1).unwrap_or(usize::MAX);
        Ok(Reply::Integers(
            order
                .into_iter()
                .take(maxlen)
                .filter(|&at| list[at] == *element)
                .skip(skip)
                .take(count)
                .map(|at| i64::try_from(at).expect("a short list"))
                .collect(),
        ))
    }

    fn lmove(&mut self, src: &Bytes, dst: &Bytes, from: Side, to: Side) -> Reply {
        match self.pop(src, from) {
            None => Reply::Nothing,
            Some(element) => {
                self.push(dst, to, element.clone());
                Reply::Element(element)
            }
        }
    }

    fn lmpop(&mut self, keys: &[Bytes], side: Side, count: u64) -> Result<Reply, Fault> {
        if keys.is_empty() {
            return Err(Fault::NoKeys);
        }
        if count == 0 {
            return Err(Fault::CountZero);
        }
        Ok(
            match keys.iter().find(|key| self.lists.contains_key(*key)) {
                None => Reply::Nothing,
                Some(key) => Reply::From(key.clone(), self.pop_up_to(key, side, count)),
            },
        )
    }

    /// The block leaves the source before any of it reaches the destination, so one by one onto
    /// its own list reverses it. The reply is in the order of the destination.
    fn lmovem(
        &mut self,
        src: &Bytes,
        dst: &Bytes,
        from: Side,
        to: Side,
        how: &How,
    ) -> Result<Reply, Fault> {
        let (count, order) = match how {
            How::One => (1, Order::OneByOne),
            How::Count { n, order } | How::Exactly { n, order } => (*n, *order),
        };
        if count == 0 {
            return Err(Fault::CountZero);
        }
        if !matches!(how, How::Count { .. }) && (self.len(src) as u64) < count {
            return Ok(Reply::Nothing);
        }
        let mut block = self.pop_up_to(src, from, count);
        let kept_order = match order {
            Order::OneByOne => to == Side::Right,
            Order::Bulk => from == Side::Left,
        };
        if !kept_order {
            block.reverse();
        }
        match to {
            Side::Left => {
                for element in block.iter().rev() {
                    self.push(dst, to, element.clone());
                }
            }
            Side::Right => {
                for element in &block {
                    self.push(dst, to, element.clone());
                }
            }
        }
        Ok(Reply::Elements(block))
    }

    fn delete(&mut self, key: &Bytes) -> bool {
        self.expiries.remove(key);
        self.lists.remove(key).is_some()
    }

    fn place(&mut self, key: &Bytes, list: VecDeque<Bytes>, at_ms: Option<i64>) {
        self.delete(key);
        self.lists.insert(key.clone(), list);
        if let Some(at_ms) = at_ms {
            self.expiries.insert(key.clone(), at_ms);
        }
    }

    fn rename(&mut self, src: &Bytes, dst: &Bytes) -> Result<(), Fault> {
        let at_ms = self.expiries.get(src).copied();
        let list = self.lists.remove(src).ok_or(Fault::NoSuchKey)?;
        self.expiries.remove(src);
        self.place(dst, list, at_ms);
        Ok(())
    }

    fn keys_like(&self, pattern: &[u8]) -> BTreeSet<Bytes> {
        self.lists
            .keys()
            .filter(|key| matches_glob(pattern, key))
            .cloned()
            .collect()
    }

    fn expire(
        &mut self,
        unit: ExpireUnit,
        key: &Bytes,
        when: i64,
        condition: ExpireCondition,
    ) -> Result<Reply, Fault> {
        let ms = match unit {
            ExpireUnit::Seconds | ExpireUnit::AtSeconds => when.checked_mul(1000),
            ExpireUnit::Milliseconds | ExpireUnit::AtMilliseconds => Some(when),
        };
        let base_ms = match unit {
            ExpireUnit::Seconds | ExpireUnit::Milliseconds => self.now_ms,
            ExpireUnit::AtSeconds | ExpireUnit::AtMilliseconds => 0,
        };
        let at_ms = ms
            .and_then(|ms| ms.checked_add(base_ms))
            .ok_or(Fault::ExpireOutOfRange)?;
        if !self.lists.contains_key(key) {
            return Ok(Reply::Integer(0));
        }
        // A key without an expiry counts as one that expires at the end of time.
        let current = self.expiries.get(key).copied();
        let applies = match condition {
            ExpireCondition::Always => true,
            ExpireCondition::Nx => current.is_none(),
            ExpireCondition::Xx => current.is_some(),
            ExpireCondition::Gt => current.is_some_and(|current| at_ms > current),
            ExpireCondition::Lt => current.is_none_or(|current| at_ms < current),
        };
        if applies {
            if at_ms <= self.now_ms {
                self.delete(key);
            } else {
                self.expiries.insert(key.clone(), at_ms);
            }
        }
        Ok(Reply::Integer(i64::from(applies)))
    }

    fn remaining(&self, unit: RemainingUnit, key: &Bytes) -> i64 {
        if !self.lists.contains_key(key) {
            return -2;
        }
        let Some(&at_ms) = self.expiries.get(key) else {
            return -1;
        };
        match unit {
            RemainingUnit::Seconds => (at_ms - self.now_ms).saturating_add(500) / 1000,
            RemainingUnit::Milliseconds => at_ms - self.now_ms,
            RemainingUnit::AtSeconds => at_ms.saturating_add(500) / 1000,
            RemainingUnit::AtMilliseconds => at_ms,
        }
    }
}

/// Whether `actual` is a right answer to `command` where the model says `expected`.
pub(crate) fn agree(command: &Command, expected: &Reply, actual: &Reply) -> bool {
    match (command, expected, actual) {
        (Command::Randomkey, Reply::Keys(keys), Reply::Nothing) => keys.is_empty(),
        (Command::Randomkey, Reply::Keys(keys), Reply::Element(key)) => keys.contains(key),
        (Command::Transaction { commands }, Reply::All(expected), Reply::All(actual)) => {
            expected.len() == actual.len()
                && commands
                    .iter()
                    .zip(expected.iter().zip(actual))
                    .all(|(command, (expected, actual))| agree(command, expected, actual))
        }
        _ => expected == actual,
    }
}

fn integer(value: usize) -> Reply {
    Reply::Integer(i64::try_from(value).expect("a short list"))
}

/// The place that an index from either end means in a list of `len`.
fn position(index: i64, len: usize) -> Option<usize> {
    let from_left = if index < 0 {
        index.checked_add_unsigned(len as u64)?
    } else {
        index
    };
    usize::try_from(from_left).ok().filter(|&at| at < len)
}

/// The inclusive range of Redis as a half-open one that lies inside the list.
fn bounds(start: i64, stop: i64, len: usize) -> (usize, usize) {
    let clamp = |index: i128| usize::try_from(index.clamp(0, len as i128)).expect("inside");
    let from_left = |index: i64| i128::from(index) + if index < 0 { len as i128 } else { 0 };
    let start = clamp(from_left(start));
    let end = clamp(from_left(stop) + 1);
    if start < end { (start, end) } else { (0, 0) }
}

/// Glob patterns by plain recursion: `*`, `?`, `[a-c]`, `[^a]`, `\x`.
fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => (0..=text.len()).any(|skip| matches_glob(rest, &text[skip..])),
        [b'?', rest @ ..] => !text.is_empty() && matches_glob(rest, &text[1..]),
        [b'[', rest @ ..] => {
            let Some((&byte, text)) = text.split_first() else {
                return false;
            };
            let (negated, set) = match rest {
                [b'^', set @ ..] => (true, set),
                set => (false, set),
            };
            let (found, rest) = matches_set(set, byte);
            found != negated && matches_glob(rest, text)
        }
        [b'\\', byte, rest @ ..] | [byte, rest @ ..] => {
            text.first() == Some(byte) && matches_glob(rest, &text[1..])
        }
    }
}

/// Whether `byte` is in the set, and what follows its closing bracket.
fn matches_set(mut set: &[u8], byte: u8) -> (bool, &[u8]) {
    let mut found = false;
    loop {
        match set {
            [] => return (found, set),
            [b']', rest @ ..] => return (found, rest),
            [b'\\', one, rest @ ..] => {
                found |= *one == byte;
                set = rest;
            }
            [low, b'-', high, rest @ ..] => {
                found |= (low.min(high)..=low.max(high)).contains(&&byte);
                set = rest;
            }
            [one, rest @ ..] => {
                found |= *one == byte;
                set = rest;
            }
        }
    }
}
