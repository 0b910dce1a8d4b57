//! Who waits for one key.

use forebay_sync::{Token, WaitQueue};

use super::{Registration, Want};

/// The calls that wait for one key, in order of arrival, and how many of which kind there are.
#[derive(Default)]
pub(crate) struct Waiters {
    queue: WaitQueue<Registration>,
    /// Those that wait for entries of a stream.
    readers: usize,
    /// Those of them that also wait until others have left entries for too long.
    claimers: usize,
}

impl Waiters {
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether anybody waits for entries of a stream.
    pub(crate) fn has_readers(&self) -> bool {
        self.readers > 0
    }

    /// Whether anybody waits for entries that others have left.
    pub(crate) fn has_claimers(&self) -> bool {
        self.claimers > 0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Registration> {
        self.queue.iter()
    }

    pub(super) fn push(&mut self, registration: Registration) -> Token {
        let (reads, claims) = kind(&registration);
        self.readers += usize::from(reads);
        self.claimers += usize::from(claims);
        self.queue.push_back(registration)
    }

    pub(super) fn remove(&mut self, token: Token) -> Option<Registration> {
        let removed = self.queue.remove(token);
        self.count_out(removed)
    }

    /// Takes out who waits longest.
    pub(crate) fn pop(&mut self) -> Option<Registration> {
        let first = self.queue.pop_front();
        self.count_out(first)
    }

    fn count_out(&mut self, removed: Option<Registration>) -> Option<Registration> {
        if let Some(registration) = &removed {
            let (reads, claims) = kind(registration);
            self.readers -= usize::from(reads);
            self.claimers -= usize::from(claims);
        }
        removed
    }
}

/// Whether a call reads a stream, and whether it claims.
fn kind(registration: &Registration) -> (bool, bool) {
    match &registration.call.want {
        Want::Pop { .. } | Want::Move { .. } => (false, false),
        Want::Read(_) => (true, false),
        Want::GroupRead(read) => (true, read.options.claim.is_some()),
    }
}
