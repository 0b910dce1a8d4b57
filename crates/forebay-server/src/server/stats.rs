//! What a loop counts.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;

use ahash::AHashMap;
use parking_lot::Mutex;

use crate::command::table;
use crate::users::Denial;

/// A number that one thread counts up and others read.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Only the loop that owns the counter calls this.
    #[inline]
    pub(crate) fn add(&self, amount: u64) {
        // Relaxed, in two steps: nobody else writes but `reset`, which may get lost.
        self.0
            .store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }

    pub(crate) fn reset(&self) {
        self.0.store(0, Relaxed);
    }
}

/// What a loop counts of one command.
#[derive(Debug, Default)]
pub(crate) struct CommandStats {
    pub(crate) calls: Counter,
    /// Time for executing it, without waiting.
    pub(crate) ticks: Counter,
    /// Refused before it was executed.
    pub(crate) rejected: Counter,
    /// Refused by what it works on.
    pub(crate) failed: Counter,
}

/// What a loop counts. It is the only one that writes.
#[derive(Debug)]
pub(crate) struct LoopStats {
    pub(crate) commands: Box<[CommandStats]>,
    pub(crate) connections: Counter,
    pub(crate) rejected_connections: Counter,
    pub(crate) input_bytes: Counter,
    pub(crate) output_bytes: Counter,
    pub(crate) unblocked: Counter,
    /// Commands, keys and channels that users were refused, and wrong passwords.
    pub(crate) denied_commands: Counter,
    pub(crate) denied_keys: Counter,
    pub(crate) denied_channels: Counter,
    pub(crate) denied_logins: Counter,
    errors: Mutex<AHashMap<String, u64>>,
}

/// Different codes of errors that are counted apart.
const ERROR_CODES_MAX: usize = 128;

impl LoopStats {
    pub(crate) fn new() -> Self {
        Self {
            commands: table::all()
                .iter()
                .map(|_| CommandStats::default())
                .collect(),
            connections: Counter::default(),
            rejected_connections: Counter::default(),
            input_bytes: Counter::default(),
            output_bytes: Counter::default(),
            unblocked: Counter::default(),
            denied_commands: Counter::default(),
            denied_keys: Counter::default(),
            denied_channels: Counter::default(),
            denied_logins: Counter::default(),
            errors: Mutex::default(),
        }
    }

    pub(crate) fn count_error(&self, code: &str) {
        let mut errors = self.errors.lock();
        if let Some(count) = errors.get_mut(code) {
            *count += 1;
        } else if errors.len() < ERROR_CODES_MAX {
            errors.insert(code.to_owned(), 1);
        }
    }

    pub(crate) fn count_denial(&self, denial: Denial<'_>) {
        match denial {
            Denial::Command => self.denied_commands.add(1),
            Denial::Key(_) => self.denied_keys.add(1),
            Denial::Channel(_) => self.denied_channels.add(1),
        }
    }

    pub(crate) fn errors(&self) -> Vec<(String, u64)> {
        let errors = self.errors.lock();
        errors
            .iter()
            .map(|(code, &count)| (code.clone(), count))
            .collect()
    }

    /// CONFIG RESETSTAT.
    pub(crate) fn reset(&self) {
        for command in &self.commands {
            command.calls.reset();
            command.ticks.reset();
            command.rejected.reset();
            command.failed.reset();
        }
        for counter in [
            &self.connections,
            &self.rejected_connections,
            &self.input_bytes,
            &self.output_bytes,
            &self.unblocked,
            &self.denied_commands,
            &self.denied_keys,
            &self.denied_channels,
            &self.denied_logins,
        ] {
            counter.reset();
        }
        self.errors.lock().clear();
    }
}
