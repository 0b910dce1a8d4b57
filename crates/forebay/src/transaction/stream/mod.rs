//! The commands of streams, in a transaction.

mod add;
mod group;
mod info;
mod read;
mod remove;
mod work;

use super::Transaction;
use crate::command::stream::NO_GROUP;
use crate::error::{Error, Result};
use crate::journal::Cost;
use crate::stream::body::FrozenStream;

impl<'a> Transaction<'a> {
    /// The stream of a key; `None` when there is no such key.
    fn stream(&self, key: impl AsRef<[u8]>) -> Result<Option<&FrozenStream<'a>>> {
        self.key(key)?.stream()
    }

    /// Calls `f` with the stream of a key, which it may change; `None` when there is no such key.
    fn edit_stream<R>(
        &mut self,
        key: impl AsRef<[u8]>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'a>) -> R,
    ) -> Result<Option<R>> {
        let at = self.place(key)?;
        self.set.admit(cost)?;
        let result = self.set.key_mut(at).stream_mut()?.map(f);
        self.edited(at);
        Ok(result)
    }

    /// Calls `f` with the stream of a key, which is made if there is no such key.
    fn make_stream<R>(
        &mut self,
        key: impl AsRef<[u8]>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'a>) -> Result<R>,
    ) -> Result<R> {
        let at = self.place(key)?;
        self.set.admit(cost)?;
        let result = self.set.key_mut(at).make_stream(f)?;
        self.edited(at);
        Ok(result)
    }

    /// Calls `f` with the stream of a key; it answers `None` when there is no such group.
    fn edit_group<R>(
        &mut self,
        key: impl AsRef<[u8]>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'a>) -> Option<R>,
    ) -> Result<R> {
        self.edit_stream(key, cost, f)?.flatten().ok_or(NO_GROUP)
    }

    /// The same for XGROUP, which says so when there is no such key.
    fn manage_group<R>(
        &mut self,
        key: impl AsRef<[u8]>,
        cost: Cost,
        f: impl FnOnce(&mut FrozenStream<'a>) -> Option<R>,
    ) -> Result<R> {
        let result = self
            .edit_stream(key, cost, f)?
            .ok_or(Error::GroupNeedsKey)?;
        result.ok_or(NO_GROUP)
    }
}
