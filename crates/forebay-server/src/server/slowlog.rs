//! The commands that took longest.

use std::collections::VecDeque;

use bytes::Bytes;
use parking_lot::Mutex;

/// Arguments of a command that are kept, and bytes of one of them.
const ARGUMENTS_MAX: usize = 32;
const ARGUMENT_BYTES_MAX: usize = 128;

/// A command that took long.
#[derive(Clone, Debug)]
pub(crate) struct Slow {
    pub(crate) id: i64,
    pub(crate) unix_seconds: i64,
    pub(crate) micros: u64,
    pub(crate) arguments: Vec<Bytes>,
    pub(crate) address: String,
    pub(crate) name: Bytes,
}

/// The last commands that took long, the last one first.
#[derive(Debug, Default)]
pub(crate) struct Slowlog(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    next_id: i64,
    entries: VecDeque<Slow>,
}

impl Slowlog {
    /// Adds a command, and forgets those that are too many.
    pub(crate) fn add(
        &self,
        unix_seconds: i64,
        micros: u64,
        words: &[&[u8]],
        client: &super::Client,
        max: usize,
    ) {
        let slow = Slow {
            id: 0,
            unix_seconds,
            micros,
            arguments: shorten(words),
            address: client.address.clone(),
            name: client.names().name,
        };
        let mut log = self.0.lock();
        let id = log.next_id;
        log.next_id += 1;
        log.entries.push_front(Slow { id, ..slow });
        log.entries.truncate(max);
    }

    /// The last `count` of them.
    pub(crate) fn last(&self, count: usize) -> Vec<Slow> {
        self.0.lock().entries.iter().take(count).cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().entries.len()
    }

    pub(crate) fn reset(&self) {
        self.0.lock().entries.clear();
    }
}

fn shorten(words: &[&[u8]]) -> Vec<Bytes> {
    let shown = if words.len() > ARGUMENTS_MAX {
        ARGUMENTS_MAX - 1
    } else {
        words.len()
    };
    let shorten = |word: &&[u8]| match word.len().checked_sub(ARGUMENT_BYTES_MAX) {
        None | Some(0) => Bytes::copy_from_slice(word),
        Some(more) => {
            let mut text = word[..ARGUMENT_BYTES_MAX].to_vec();
            text.extend_from_slice(format!("... ({more} more bytes)").as_bytes());
            text.into()
        }
    };
    let mut arguments: Vec<Bytes> = words[..shown].iter().map(shorten).collect();
    if shown < words.len() {
        let more = words.len() - shown;
        arguments.push(format!("... ({more} more arguments)").into());
    }
    arguments
}
