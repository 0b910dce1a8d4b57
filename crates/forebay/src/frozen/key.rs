//! One key in exclusive mode.

use core::mem;
use std::sync::Arc;

use forebay_sync::{Contents, Exclusive, Side};

use super::FrozenList;
use crate::command::keys::KeyType;
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::journal::{Code, Logged, Pen};
use crate::object::{Attention, Object, Watch};
use crate::stream::body::{FrozenStream, StreamContents};
use crate::value::Value;
use crate::watch::Trace;

/// A key in exclusive mode: its list, and the stream that it holds or has held.
pub(crate) struct FrozenKey<'a> {
    object: &'a Arc<Object>,
    list: FrozenList<'a>,
    /// `None` when the key has never held one. Boxed, for it is large, and most keys have none: this
    /// is moved about.
    stream: Option<Box<FrozenStream<'a>>>,
    /// Whether it is noted as changed in its set.
    changed: bool,
    /// Whether its list was given away to be changed.
    pub(super) is_touched: bool,
    /// How the key was before, if somebody watches it.
    pub(super) before: Option<Box<Trace>>,
}

/// What a key held, taken out as a whole.
pub(crate) enum Held {
    List(Contents),
    Stream(StreamContents),
    Value(Value),
}

impl<'a> FrozenKey<'a> {
    pub(crate) fn new(core: &'a Core, object: &'a Arc<Object>) -> Self {
        Self::with_list(core, object, object.list.freeze())
    }

    /// The same, of an object whose list is frozen already.
    #[inline]
    pub(crate) fn with_list(
        core: &'a Core,
        object: &'a Arc<Object>,
        list: Exclusive<'a, Attention>,
    ) -> Self {
        let pen = core
            .journal()
            .map(|journal| Pen::new(journal, object.key()));
        let mut key = Self {
            object,
            list: FrozenList::new(list, pen),
            stream: object
                .stream()
                .map(|stream| Box::new(stream.freeze_with(pen))),
            changed: false,
            is_touched: false,
            before: None,
        };
        key.begin_trace();
        key
    }

    /// Notes whether the key has changed, and returns what was noted before.
    pub(super) const fn note_changed(&mut self, changed: bool) -> bool {
        mem::replace(&mut self.changed, changed)
    }

    pub(crate) const fn object(&self) -> &'a Arc<Object> {
        self.object
    }

    /// What the key holds.
    pub(crate) fn key_type(&self) -> Option<KeyType> {
        if self.object.holds_stream() {
            Some(KeyType::Stream)
        } else if let Some(value) = self.watched().and_then(|watch| watch.value.as_ref()) {
            Some(value.key_type())
        } else {
            (!self.list.is_empty()).then_some(KeyType::List)
        }
    }

    pub(crate) fn exists(&self) -> bool {
        self.key_type().is_some()
    }

    /// The list; it is empty when there is no such key.
    pub(crate) fn list(&self) -> Result<&FrozenList<'a>> {
        if self.object.holds_stream() || self.holds_value() {
            return Err(Error::WrongType);
        }
        Ok(&self.list)
    }

    /// The list, to be changed.
    pub(crate) fn list_mut(&mut self) -> Result<&mut FrozenList<'a>> {
        if self.object.holds_stream() || self.holds_value() {
            return Err(Error::WrongType);
        }
        self.is_touched = true;
        Ok(&mut self.list)
    }

    /// The list, for who knows that the key holds no stream, or looks at the length only, which is
    /// 0 then.
    #[inline]
    pub(crate) const fn bare_list(&self) -> &FrozenList<'a> {
        &self.list
    }

    /// The list, for who knows that the key holds no stream or that the list stays empty.
    #[inline]
    pub(crate) const fn bare_list_mut(&mut self) -> &mut FrozenList<'a> {
        self.is_touched = true;
        &mut self.list
    }

    /// The stream. `None` when there is no such key.
    pub(crate) fn stream(&self) -> Result<Option<&FrozenStream<'a>>> {
        match self.key_type() {
            Some(KeyType::Stream) => Ok(self.stream.as_deref()),
            Some(_) => Err(Error::WrongType),
            None => Ok(None),
        }
    }

    /// The stream, to be changed. `None` when there is no such key.
    pub(crate) fn stream_mut(&mut self) -> Result<Option<&mut FrozenStream<'a>>> {
        match self.key_type() {
            Some(KeyType::Stream) => Ok(self.stream.as_deref_mut()),
            Some(_) => Err(Error::WrongType),
            None => Ok(None),
        }
    }

    /// Calls `f` with the stream, an empty one when there is no such key. It exists from then on,
    /// unless `f` fails, which must have changed nothing then.
    pub(crate) fn make_stream<R>(
        &mut self,
        f: impl FnOnce(&mut FrozenStream<'a>) -> Result<R>,
    ) -> Result<R> {
        if !self.list.is_empty() || self.holds_value() {
            return Err(Error::WrongType);
        }
        let result = f(self.stream_or_new())?;
        self.object.set_holds_stream(true);
        Ok(result)
    }

    fn stream_or_new(&mut self) -> &mut FrozenStream<'a> {
        let (object, pen) = (self.object, self.list.pen());
        self.stream
            .get_or_insert_with(|| Box::new(object.stream_or_new().freeze_with(pen)))
    }

    /// Takes out what the key holds; it does not exist any more. Nothing changes but the contents.
    pub(crate) fn take(&mut self) -> Option<Held> {
        self.is_touched = true;
        match self.key_type()? {
            KeyType::String | KeyType::Set => self.take_value().map(Held::Value),
            KeyType::List => Some(Held::List(self.list.take_all())),
            KeyType::Stream => {
                self.object.set_holds_stream(false);
                Some(Held::Stream(self.stream.as_mut()?.take_contents()))
            }
        }
    }

    /// Puts what another key held into this one, which does not exist.
    pub(crate) fn put(&mut self, held: Held) {
        debug_assert!(!self.exists(), "what was there has been taken out");
        self.is_touched = true;
        match held {
            Held::Value(value) => self.put_value(value),
            Held::List(contents) => self.list.put_all(contents),
            Held::Stream(contents) => {
                self.stream_or_new().put_contents(contents);
                self.object.set_holds_stream(true);
            }
        }
    }

    /// Empties the list. This is not written down.
    pub(crate) fn clear_list(&mut self) {
        self.list.clear();
    }

    /// Adds the elements of another list. This is not written down.
    pub(crate) fn copy_list(&mut self, source: &FrozenList<'_>) {
        for element in &**source {
            self.list.add(Side::Right, element);
        }
    }

    /// Writes down an operation on the key.
    #[inline]
    pub(crate) fn write(&self, code: Code, arguments: impl FnOnce(&mut Vec<u8>)) {
        if let Some(pen) = self.list.pen() {
            pen.write(code, arguments);
        }
    }

    /// What the journal knows of the key.
    #[inline]
    pub(crate) fn logged(&self) -> Option<&Logged> {
        self.watched().and_then(|watch| watch.logged.as_ref())
    }

    /// What the journal knows of the key.
    #[inline]
    pub(crate) fn logged_mut(&mut self) -> Option<&mut Logged> {
        self.watched_mut().and_then(|watch| watch.logged.as_mut())
    }

    /// The key's attention, if it has any.
    #[inline]
    pub(crate) fn watched(&self) -> Option<&Watch> {
        self.list.extra().as_deref()
    }

    /// The key's attention, if it has any.
    #[inline]
    pub(crate) fn watched_mut(&mut self) -> Option<&mut Watch> {
        self.list.extra_mut().as_deref_mut()
    }

    /// The attention of a key that begins to need some.
    pub(crate) fn watch(&mut self) -> &mut Watch {
        self.list.extra_mut().get_or_insert_default()
    }

    /// When the key expires, if ever.
    pub(crate) fn expire_at_ms(&self) -> Option<i64> {
        self.watched().and_then(|watch| watch.expire_at_ms)
    }

    /// The key never expires.
    pub(crate) fn forget_expiry(&mut self) {
        if let Some(watch) = self.watched_mut() {
            watch.expire_at_ms = None;
        }
    }

    /// What does not exist has no expiry. To be called where a key may have ceased to exist that
    /// may exist again before it is let go.
    pub(crate) fn forget_expiry_if_gone(&mut self) {
        if self.expire_at_ms().is_some() && !self.exists() {
            self.forget_expiry();
            self.write(Code::Persist, |_| ());
        }
    }

    /// Opens and closes the fast paths, by rule 5. To be called last.
    pub(crate) fn open_and_close(&mut self) {
        if self.watched().is_some_and(Watch::is_idle) {
            *self.list.extra_mut() = None;
        }
        if self.logged().is_some() {
            self.object.set_vacant(self.is_vacant());
        }
        let is_watched = self.watched().is_some();
        let holds_stream = self.object.holds_stream();
        self.list.set_attended(is_watched || holds_stream);
        if let Some(stream) = &mut self.stream {
            stream.set_attended(is_watched || !holds_stream);
        }
    }

    /// Whether nothing would be lost with the object but what the journal knows of it.
    fn is_vacant(&self) -> bool {
        self.watched().is_some_and(Watch::is_only_logged) && !self.exists()
    }

    /// Empties the key for good: nothing gets past the closed fast paths again.
    pub(crate) fn close(&mut self) -> (Option<Held>, Option<Box<Watch>>) {
        let held = self.take();
        let watch = self.list.extra_mut().take();
        self.list.set_attended(true);
        if let Some(stream) = &mut self.stream {
            stream.set_attended(true);
        }
        (held, watch)
    }
}
