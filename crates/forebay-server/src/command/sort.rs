//! SORT of lists and sets.

use core::cmp::Ordering;

use bytes::Bytes;
use forebay::{Error, KeyType, Transaction};
use smallvec::SmallVec;

use super::arguments::{float, integer, is};
use super::spec::{Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Keys, Refusal, Store};

pub(super) static COMMANDS: &[Spec] = rows! { Generic:
    "sort" -2
        "key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]"
        "1.0.0" [WRITE DENYOOM MOVABLEKEYS DANGEROUS] FIRST |words| parse(words, true),
        "Returns the elements of a list or a set in order, or stores them as a list.";
    "sort_ro" -2
        "key [BY by-pattern] [LIMIT offset count] [GET get-pattern [GET get-pattern ...]] [ASC | DESC] [ALPHA]"
        "7.0.0" [READONLY MOVABLEKEYS DANGEROUS] FIRST |words| parse(words, false),
        "Returns the elements of a list or a set in order.";
};

/// SORT.
#[derive(Debug)]
pub(crate) struct Command<'a> {
    key: &'a [u8],
    by: Option<&'a [u8]>,
    get: SmallVec<[&'a [u8]; 2]>,
    offset: i64,
    count: i64,
    is_descending: bool,
    is_alpha: bool,
    destination: Option<&'a [u8]>,
}

fn parse<'a>(words: &'a [&'a [u8]], may_store: bool) -> Result<AnyCommand<'a>, Refusal> {
    let mut command = Command {
        key: words[1],
        by: None,
        get: SmallVec::new(),
        offset: 0,
        count: -1,
        is_descending: false,
        is_alpha: false,
        destination: None,
    };
    let mut rest = &words[2..];
    while let [option, others @ ..] = rest {
        rest = match others {
            others if is(option, "ASC") => {
                command.is_descending = false;
                others
            }
            others if is(option, "DESC") => {
                command.is_descending = true;
                others
            }
            others if is(option, "ALPHA") => {
                command.is_alpha = true;
                others
            }
            [offset, count, others @ ..] if is(option, "LIMIT") => {
                command.offset = integer(offset)?;
                command.count = integer(count)?;
                others
            }
            [destination, others @ ..] if is(option, "STORE") && may_store => {
                command.destination = Some(destination);
                others
            }
            [pattern, others @ ..] if is(option, "BY") => {
                command.by = Some(pattern);
                others
            }
            [pattern, others @ ..] if is(option, "GET") => {
                command.get.push(pattern);
                others
            }
            _ => return Err(Refusal::SYNTAX),
        };
    }
    Ok(AnyCommand::Sort(command))
}

/// An element with what it is sorted by.
struct Weighed {
    element: Bytes,
    number: f64,
    text: Option<Bytes>,
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        keys.push(self.key);
        keys.extend(self.destination);
    }

    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        // Which other keys BY and GET name is known when the elements are. An element that comes
        // in between finds none of them.
        let is_free = context.session.is_free || context.session.user.may_read_all();
        if !is_free && self.by.is_some_and(|by| by.contains(&b'*')) {
            return Err(Refusal::new(
                "ERR BY option of SORT denied due to insufficient ACL permissions.",
            ));
        }
        if !is_free && !self.get.is_empty() {
            return Err(Refusal::new(
                "ERR GET option of SORT denied due to insufficient ACL permissions.",
            ));
        }
        let others: Vec<Vec<u8>> = if self.patterns().next().is_some() {
            let Store::Engine(engine) = &context.store else {
                return Err(Refusal::new(
                    "ERR BY and GET of other keys are not possible inside MULTI",
                ));
            };
            let elements = engine.transaction(&[self.key], |tx| self.elements(tx))??;
            self.patterns()
                .flat_map(|pattern| elements.iter().map(move |one| other_key(pattern, one)))
                .collect()
        } else {
            Vec::new()
        };
        let mut keys: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
        keys.push(self.key);
        keys.extend(self.destination);
        let sorted = context.store.atomically(&keys, |tx| Ok(self.sort(tx)))??;
        let mut reply = context.reply();
        if self.destination.is_some() {
            reply.integer(i64::try_from(sorted.len()).unwrap_or(i64::MAX));
        } else {
            reply.array(sorted.len());
            for element in sorted {
                match element {
                    Some(element) => reply.bulk(element),
                    None => reply.null(),
                }
            }
        }
        Ok(Flow::Next)
    }

    /// The patterns that name other keys.
    fn patterns(&self) -> impl Iterator<Item = &'a [u8]> {
        let get = self.get.clone();
        self.by
            .into_iter()
            .chain(get)
            .filter(|pattern| pattern.contains(&b'*'))
    }

    fn elements(&self, tx: &Transaction<'_>) -> forebay::Result<Vec<Bytes>> {
        match tx.key_type(self.key)? {
            Some(KeyType::Set) => tx.smembers(self.key),
            _ => tx.lrange(self.key, 0, -1),
        }
    }

    /// The elements in order, or what GET asks for instead; stored if a destination is given.
    fn sort(&self, tx: &mut Transaction<'_>) -> Result<Vec<Option<Bytes>>, Refusal> {
        let elements = self.elements(tx)?;
        let mut weighed = elements
            .into_iter()
            .map(|element| self.weigh(element, tx))
            .collect::<Result<Vec<_>, _>>()?;
        if self.by.is_none_or(|pattern| pattern.contains(&b'*')) {
            weighed.sort_by(|one, other| self.compare(one, other));
        }
        let mut sorted = Vec::new();
        for Weighed { element, .. } in self.limit(weighed) {
            if self.get.is_empty() {
                sorted.push(Some(element));
                continue;
            }
            for pattern in &self.get {
                sorted.push(match *pattern {
                    b"#" => Some(element.clone()),
                    pattern if pattern.contains(&b'*') => look_up(pattern, &element, tx)?,
                    _ => None,
                });
            }
        }
        if let Some(destination) = self.destination {
            tx.del(&[destination])?;
            let stored: Vec<Bytes> = sorted
                .iter()
                .cloned()
                .map(Option::unwrap_or_default)
                .collect();
            if !stored.is_empty() {
                tx.rpush(destination, &stored)?;
            }
        }
        Ok(sorted)
    }

    fn weigh(&self, element: Bytes, tx: &Transaction<'_>) -> Result<Weighed, Refusal> {
        let text = match self.by {
            Some(pattern) if pattern.contains(&b'*') => look_up(pattern, &element, tx)?,
            Some(_) => None,
            None => Some(element.clone()),
        };
        let number = match &text {
            // As `strtod` reads nothing.
            Some(text) if !self.is_alpha && text.is_empty() => 0.0,
            Some(text) if !self.is_alpha => float(text).ok_or(Refusal::new(
                "ERR One or more scores can't be converted into double",
            ))?,
            _ => 0.0,
        };
        Ok(Weighed {
            element,
            number,
            text,
        })
    }

    fn compare(&self, one: &Weighed, other: &Weighed) -> Ordering {
        let order = if self.is_alpha {
            one.text.cmp(&other.text)
        } else {
            one.number.total_cmp(&other.number)
        };
        let order = order.then_with(|| one.element.cmp(&other.element));
        if self.is_descending {
            order.reverse()
        } else {
            order
        }
    }

    fn limit(&self, mut elements: Vec<Weighed>) -> Vec<Weighed> {
        let start = usize::try_from(self.offset.max(0)).unwrap_or(usize::MAX);
        let mut rest = elements.split_off(start.min(elements.len()));
        if let Ok(count) = usize::try_from(self.count) {
            rest.truncate(count);
        }
        rest
    }
}

/// The key that a pattern of BY or GET means for an element.
fn other_key(pattern: &[u8], element: &[u8]) -> Vec<u8> {
    let star = pattern.iter().position(|&byte| byte == b'*');
    let (before, after) = pattern.split_at(star.unwrap_or(pattern.len()));
    [before, element, after.get(1..).unwrap_or_default()].concat()
}

/// The string of the key that a pattern means for an element, if it holds one.
fn look_up(pattern: &[u8], element: &[u8], tx: &Transaction<'_>) -> Result<Option<Bytes>, Refusal> {
    match tx.get(other_key(pattern, element)) {
        Err(Error::WrongType | Error::KeyNotDeclared) => Ok(None),
        found => Ok(found?),
    }
}
