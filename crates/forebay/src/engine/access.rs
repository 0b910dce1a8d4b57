//! The engine as a handle has it.

use core::fmt;
use core::ops::Deref;
use std::sync::Arc;

use forebay_wal::{Durable, Level, Ticket};

use super::Core;
use crate::command::keys::KeyType;
use crate::error::{Error, Result};
use crate::journal::{Cost, Journal};
use crate::object::Object;

/// The engine as a handle has it: with the durability that its calls wait for.
#[derive(Clone)]
pub(crate) struct Access {
    core: Arc<Core>,
    /// `None` is the engine's.
    level: Option<Level>,
}

impl Access {
    pub(crate) const fn new(core: Arc<Core>) -> Self {
        Self { core, level: None }
    }

    /// The same engine, with another level.
    pub(crate) fn at_level(&self, level: Level) -> Self {
        Self {
            core: Arc::clone(&self.core),
            level: Some(level),
        }
    }

    pub(crate) const fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// What calls wait for.
    pub(crate) fn level(&self) -> Level {
        let of_engine = || self.core.journal().map(Journal::level);
        self.level.or_else(of_engine).unwrap_or(Level::None)
    }

    /// This thread has got something from another one.
    pub(crate) fn note(&self, ticket: Ticket) {
        if let Some(journal) = self.core.journal() {
            journal.note(ticket);
        }
    }

    /// What [`wait`](Self::wait) waits for, for a task; `None` when that is nothing.
    pub(crate) fn wait_async(&self) -> Option<Durable> {
        let journal = self.core.journal()?;
        let level = self.level.unwrap_or(journal.level());
        let ticket = journal.ticket();
        (!journal.wal().is_durable(ticket, level)).then(|| journal.wait_async(ticket, level))
    }

    /// Waits until all that this thread has done, and has seen of what others have done, is as
    /// durable as it should be. Nothing is frozen.
    #[inline]
    pub(crate) fn wait(&self) -> Result<()> {
        match self.core.journal() {
            None => Ok(()),
            Some(journal) => {
                let level = self.level.unwrap_or(journal.level());
                journal.wait(journal.ticket(), level)
            }
        }
    }
}

impl Access {
    /// The same, for a call that has changed nothing: when the log has failed, reads go on.
    pub(crate) fn wait_to_read(&self) -> Result<()> {
        self.wait().or_else(|error| match error {
            Error::Indeterminate { .. } => Ok(()),
            error => Err(error),
        })
    }

    /// LLEN.
    #[inline]
    pub(crate) fn len(&self, object: &Arc<Object>) -> Result<u64> {
        // In this order: a list that needs no attention now can be due before the next line only by
        // an expiry that is set in between, and then this call came before that.
        if object.list.is_attended() {
            return self.read(object, |list| list.len());
        }
        Ok(object.list.len())
    }

    /// TYPE: what the key holds.
    pub(crate) fn key_type(&self, object: &Arc<Object>) -> Result<Option<KeyType>> {
        if object.list.is_attended() {
            return self.edit_key(object, Cost::NONE, |key| key.key_type());
        }
        Ok((!object.list.is_empty()).then_some(KeyType::List))
    }
}

impl Deref for Access {
    type Target = Core;

    #[inline]
    fn deref(&self) -> &Core {
        &self.core
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}
