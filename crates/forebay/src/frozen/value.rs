//! The value of a frozen key, and what watchers are told.

use super::FrozenKey;
use crate::value::Value;
use crate::watch::Trace;

impl FrozenKey<'_> {
    /// Whether the key holds a string or a set.
    pub(crate) fn holds_value(&self) -> bool {
        self.any_value().is_some()
    }

    /// The string or the set that the key holds.
    pub(crate) fn any_value(&self) -> Option<&Value> {
        self.watched()?.value.as_ref()
    }

    /// The same, to be changed. A set that is empty then has to be taken.
    pub(crate) fn any_value_mut(&mut self) -> Option<&mut Value> {
        self.is_touched = true;
        self.watched_mut()?.value.as_mut()
    }

    /// The key holds a value from now on. It does not exist, or holds one already.
    pub(crate) fn put_value(&mut self, value: Value) {
        self.is_touched = true;
        self.watch().value = Some(value);
    }

    /// Takes out the value; the key does not exist any more.
    pub(crate) fn take_value(&mut self) -> Option<Value> {
        self.is_touched = true;
        self.watched_mut()?.value.take()
    }

    /// Notes how a key is that somebody watches, before anything is done to it.
    pub(super) fn begin_trace(&mut self) {
        if self
            .watched()
            .is_some_and(|watch| !watch.watchers.is_empty())
        {
            self.before = Some(Box::new(self.trace()));
        }
    }

    /// Tells who watches the key whether it has changed. To be called before it is let go.
    pub(crate) fn end_trace(&mut self) {
        let Some(before) = self.before.take() else {
            return;
        };
        let after = self.trace();
        let is_changed = *before != after || (self.is_touched && after.exists());
        if is_changed && let Some(watch) = self.watched_mut() {
            watch.watchers.tell();
        }
    }

    fn trace(&self) -> Trace {
        Trace {
            key_type: self.key_type(),
            expire_at_ms: self.expire_at_ms(),
            stream: match self.stream() {
                Ok(Some(stream)) => Some(stream.trace()),
                _ => None,
            },
        }
    }
}
