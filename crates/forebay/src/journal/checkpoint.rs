//! Checkpoints of an engine: what a checkpoint has of a key, and who writes it.

use std::io::{self, Write};

use bytes::Bytes;
use forebay_sync::Side;
use forebay_sync::loom::AtomicU64;
use forebay_sync::loom::Ordering::{Acquire, Release};
use forebay_wal::{CheckpointReader, CheckpointWriter};
use parking_lot::Mutex;

use super::bytes::{Malformed, put_bytes, put_number, put_optional, put_signed};
use super::journal::Journal;
use super::recovery::unreadable;
use super::source::Source;
use crate::command::keys::KeyType;
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;
use crate::keyspace::SLICES;
use crate::value::Value;
use crate::value::set::Members;

/// The version of what is in a checkpoint.
const VERSION: u64 = 1;
/// What a key holds.
const NOTHING: u8 = 0;
const LIST: u8 = 1;
const STREAM: u8 = 2;
const STRING: u8 = 3;
const SET: u8 = 4;
/// Behind the last key.
const END: u8 = 0xff;
/// What is kept in memory before it is written.
const BUFFER_BYTES: usize = 64 << 10;

/// The checkpoint that is being taken, if one is.
#[derive(Default)]
pub(super) struct Taking {
    /// Its number since the engine was opened; 0 while none is taken.
    number: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many were committed.
    committed: u64,
    /// How many were begun.
    begun: u64,
    sink: Option<Sink>,
    /// Records that had been written when the last one began.
    records: Option<u64>,
}

/// Where a checkpoint is written to.
struct Sink {
    writer: CheckpointWriter,
    buffer: Vec<u8>,
    error: Option<io::Error>,
}

impl Sink {
    fn write_some(&mut self, at_least: usize) {
        if self.buffer.len() >= at_least && self.error.is_none() {
            self.error = self.writer.write_all(&self.buffer).err();
            self.buffer.clear();
        }
    }

    /// Writes a key down: its name, its order, its expiry, and what it holds.
    fn write_key(&mut self, key: &FrozenKey<'_>, order: u64) {
        let buffer = &mut self.buffer;
        let (kind, expire_at_ms) = match key.key_type() {
            None => (NOTHING, None),
            Some(KeyType::List) => (LIST, key.expire_at_ms()),
            Some(KeyType::Stream) => (STREAM, key.expire_at_ms()),
            Some(KeyType::String) => (STRING, key.expire_at_ms()),
            Some(KeyType::Set) => (SET, key.expire_at_ms()),
        };
        buffer.push(kind);
        put_bytes(buffer, key.object().key());
        put_number(buffer, order);
        match expire_at_ms {
            None => put_optional(buffer, None),
            Some(at_ms) => {
                buffer.push(1);
                put_signed(buffer, at_ms);
            }
        }
        match kind {
            LIST => {
                put_number(&mut self.buffer, key.bare_list().len());
                for element in &**key.bare_list() {
                    put_bytes(&mut self.buffer, element);
                    self.write_some(BUFFER_BYTES);
                }
            }
            STREAM => {
                let Self {
                    writer,
                    buffer,
                    error,
                } = self;
                if let Ok(Some(stream)) = key.stream() {
                    stream.save(buffer, |buffer| {
                        if buffer.len() >= BUFFER_BYTES && error.is_none() {
                            *error = writer.write_all(buffer).err();
                            buffer.clear();
                        }
                    });
                }
            }
            _ => match key.any_value() {
                None => {}
                Some(Value::String(string)) => put_bytes(&mut self.buffer, string),
                Some(Value::Set(members)) => {
                    put_number(&mut self.buffer, members.len() as u64);
                    for member in members {
                        put_bytes(&mut self.buffer, member);
                        self.write_some(BUFFER_BYTES);
                    }
                }
            },
        }
        self.write_some(BUFFER_BYTES);
    }
}

impl Journal {
    /// Puts a frozen key into the checkpoint that is being taken, if one is and does not have it.
    pub(crate) fn keep_for_checkpoint(&self, key: &mut FrozenKey<'_>) {
        // Acquire: the keys that the checkpoint has by now, of which this may be one; pairs with the
        // release in `begin`. Who does not see the number froze all its keys before any was written.
        let number = self.taking.number.load(Acquire);
        if number == 0 {
            return;
        }
        let Some(logged) = key.logged_mut() else {
            return;
        };
        if core::mem::replace(&mut logged.checkpoint, number) == number || logged.order == 0 {
            return;
        }
        let order = logged.order;
        let mut state = self.taking.state.lock();
        if state.begun == number
            && let Some(sink) = &mut state.sink
        {
            sink.write_key(key, order);
        }
    }

    /// How many checkpoints were taken.
    pub(crate) fn checkpoints(&self) -> u64 {
        self.taking.state.lock().committed
    }

    /// Whether anything was written since the last checkpoint began.
    fn has_news(&self) -> bool {
        self.taking.state.lock().records != Some(self.wal.stats().records)
    }

    fn begin(&self, now_ms: i64) -> Result<()> {
        let records = self.wal.stats().records;
        let writer = self.wal.checkpoint().map_err(Error::from_log)?;
        let mut buffer = Vec::with_capacity(BUFFER_BYTES);
        put_number(&mut buffer, VERSION);
        put_number(&mut buffer, self.floor());
        put_signed(&mut buffer, now_ms);
        let mut state = self.taking.state.lock();
        state.begun += 1;
        state.records = Some(records);
        state.sink = Some(Sink {
            writer,
            buffer,
            error: None,
        });
        // Release: pairs with the acquire in `keep_for_checkpoint`.
        self.taking.number.store(state.begun, Release);
        Ok(())
    }

    /// Ends the walk, and gives back what is to be committed.
    fn end(&self) -> Result<CheckpointWriter> {
        // Release: nobody needs to see anything with it; as in `begin`.
        self.taking.number.store(0, Release);
        let mut state = self.taking.state.lock();
        let sink = state.sink.take();
        let Some(mut sink) = sink else {
            return Err(Error::CheckpointRunning);
        };
        sink.buffer.push(END);
        sink.write_some(0);
        let Sink { writer, error, .. } = sink;
        match error {
            None => Ok(writer),
            Some(error) => {
                state.records = None;
                Err(Error::LogUnavailable { kind: error.kind() })
            }
        }
    }
}

impl Core {
    /// Writes a checkpoint, and calls `pause` between slices of the keyspace; `commit` makes it the
    /// newest one. `None` when there was nothing to do.
    pub(crate) fn take_checkpoint<R>(
        &self,
        mut pause: impl FnMut(),
        commit: impl FnOnce(CheckpointWriter) -> forebay_wal::Result<R>,
    ) -> Result<Option<R>> {
        let Some(journal) = self.journal() else {
            return Ok(None);
        };
        // No key leaves the keyspace from here on.
        let _keeping = journal.keep_keys();
        if !journal.has_news() {
            return Ok(None);
        }
        journal.begin(self.clock().unix_ms())?;
        for slice in 0..SLICES {
            for object in self.keyspace().collect(slice, |_| true) {
                journal.keep_for_checkpoint(&mut FrozenKey::new(self, &object));
            }
            pause();
        }
        let writer = journal.end()?;
        let committed = commit(writer).map_err(Error::from_log);
        let mut state = journal.taking.state.lock();
        match &committed {
            Ok(_) => state.committed += 1,
            Err(_) => state.records = None,
        }
        committed.map(Some)
    }

    /// Takes a checkpoint, so that the log before it can go.
    pub(crate) fn checkpoint(&self) -> Result<()> {
        self.take_checkpoint(|| (), CheckpointWriter::commit)?;
        Ok(())
    }
}

/// What a checkpoint says beside its keys.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) floor: u64,
    pub(super) order_max: u64,
}

/// Makes an empty engine what a checkpoint says.
pub(super) fn load(core: &Core, reader: CheckpointReader) -> Result<Loaded> {
    let mut source = Source::new(reader);
    let version = source.number().map_err(|error| unreadable(&error))?;
    if version != VERSION {
        return Err(Malformed.into());
    }
    load_keys(core, &mut source).map_err(|error| unreadable(&error))
}

fn load_keys(core: &Core, source: &mut Source) -> io::Result<Loaded> {
    let floor = source.number()?;
    source.signed()?;
    let mut loaded = Loaded {
        floor,
        order_max: floor,
    };
    loop {
        let kind = source.byte()?;
        if kind == END {
            return Ok(loaded);
        }
        let order = load_key(core, kind, source)?;
        loaded.order_max = loaded.order_max.max(order);
    }
}

fn load_key(core: &Core, kind: u8, source: &mut Source) -> io::Result<u64> {
    let object = core.object_to_recover(source.bytes()?);
    let order = source.number()?;
    let expire_at_ms = source.flag()?.then(|| source.signed()).transpose()?;
    let mut key = FrozenKey::new(core, &object);
    if let Some(logged) = key.logged_mut() {
        logged.order = order;
    }
    match kind {
        NOTHING => {}
        LIST => {
            let count = source.number()?;
            for _ in 0..count {
                key.bare_list_mut().push(Side::Right, source.bytes()?);
            }
        }
        STREAM => {
            let mut loaded = Ok(());
            let made = key.make_stream(|stream| {
                loaded = stream.load(source);
                Ok(())
            });
            made.map_err(|_| Source::malformed())?;
            loaded?;
        }
        STRING => {
            let string = Bytes::copy_from_slice(source.bytes()?);
            key.put_value(Value::String(string));
        }
        SET => {
            let mut members = Members::default();
            for _ in 0..source.number()? {
                members.insert(Bytes::copy_from_slice(source.bytes()?));
            }
            key.put_value(Value::Set(members));
        }
        _ => return Err(Source::malformed()),
    }
    if expire_at_ms.is_some() {
        key.watch().expire_at_ms = expire_at_ms;
    }
    Ok(order)
}
