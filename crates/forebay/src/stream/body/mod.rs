//! What a key that holds a stream holds.

use forebay_sync::stream_log::{Field, NewId, StreamExclusive, StreamLog};

pub(crate) use forebay_sync::stream_log::StreamContents;

/// A stream; its fast paths refuse while its log is attended.
pub(crate) struct StreamBody {
    log: StreamLog<()>,
}

impl StreamBody {
    /// An empty stream, attended: no key holds it yet.
    pub(crate) fn new() -> Self {
        let log = StreamLog::new();
        log.freeze().set_attended(true);
        Self { log }
    }
}

/// A stream in exclusive mode.
pub(crate) struct FrozenStream<'a> {
    log: StreamExclusive<'a, ()>,
}

impl<'a> FrozenStream<'a> {
    pub(crate) fn new(body: &'a StreamBody) -> Self {
        Self {
            log: body.log.freeze(),
        }
    }

    /// Takes everything out and leaves the stream as new. O(1).
    pub(crate) fn take_contents(&mut self) -> StreamContents {
        self.log.take_all()
    }

    /// Puts what was taken out of another stream into this one, which is empty.
    pub(crate) fn put_contents(&mut self, contents: StreamContents) {
        self.log.put_all(contents);
    }

    /// A copy of everything.
    pub(crate) fn copy_contents(&self) -> StreamContents {
        let state = self.log.state();
        let copy = StreamLog::<()>::new();
        let mut alone = copy.freeze();
        for entry in self.log.iter() {
            let fields: Vec<Field<'_>> = entry.fields().collect();
            let added = alone.add(NewId::Exact(entry.id()), &fields);
            debug_assert!(added.is_ok(), "the ids rise");
        }
        alone.set_last_id(state.last_id);
        alone.set_entries_added(state.entries_added);
        alone.set_max_deleted_id(state.max_deleted_id);
        alone.take_all()
    }

    /// Closes the fast paths of the stream, or opens them, when it is let go.
    pub(crate) fn set_attended(&mut self, attended: bool) {
        self.log.set_attended(attended);
    }
}
