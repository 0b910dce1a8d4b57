//! What all handles of an engine share.

use core::mem;
use core::time::Duration;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use forebay_sync::loom::AtomicBool;
use forebay_sync::loom::Ordering::{Acquire, Relaxed, Release};

use forebay_wal::{Recovery, Ticket, Wal};

use crate::blocking::{Reply, Wakes, claimable_at_ms, push_wake};
use crate::clock::Clock;
use crate::command::keys::{Dropped, delete};
use crate::config::{Config, StoreConfig};
use crate::error::{Error, Result};
use crate::frozen::FrozenKey;
use crate::journal::{Cost, Journal, Logged, recover, start_upkeep};
use crate::keyspace::{Keyspace, SLICES, Swept};
use crate::object::Object;
use crate::shard::{Shard, Signal, start_workers};
use crate::timeout::Timeout;

/// What all handles of an engine share. The last one to go closes it.
pub(crate) struct Core {
    // What the hot paths read stands first and never changes.
    message_bytes_max: usize,
    key_bytes_max: usize,
    keyspace: Keyspace,
    closed: AtomicBool,
    /// Whether `close` has been through all lists.
    emptied: AtomicBool,
    clock: Clock,
    pub(crate) shards: Box<[Shard]>,
    signals: Box<[Arc<Signal>]>,
    workers: Mutex<Vec<JoinHandle<()>>>,
    journal: OnceLock<Arc<Journal>>,
}

impl Core {
    pub(crate) fn open(config: Config) -> Result<Arc<Self>> {
        Self::open_log(config, |store| {
            let opened = Wal::open(Arc::clone(&store.storage), store.log.clone());
            opened.map_err(Error::from_log)
        })
    }

    /// The same, with a log that `open` opens.
    pub(crate) fn open_log(
        config: Config,
        open: impl FnOnce(&StoreConfig) -> Result<(Wal, Recovery)>,
    ) -> Result<Arc<Self>> {
        let workers = config.workers.min(config.shards);
        let signals: Box<[_]> = (0..workers).map(|_| Arc::new(Signal::default())).collect();
        let shards = (0..config.shards)
            .map(|shard| {
                let slices = (shard..SLICES).step_by(config.shards).collect();
                Shard::new(slices, signals.get(shard % workers.max(1)).cloned())
            })
            .collect();
        let core = Arc::new(Self {
            message_bytes_max: config.message_bytes_max,
            key_bytes_max: config.key_bytes_max,
            keyspace: Keyspace::new(if config.store.is_some() {
                Object::new_logged
            } else {
                Object::new
            }),
            closed: AtomicBool::new(false),
            emptied: AtomicBool::new(false),
            clock: config.clock,
            shards,
            signals,
            workers: Mutex::new(Vec::new()),
            journal: OnceLock::new(),
        });
        if let Some(store) = &config.store {
            let (wal, recovery) = open(store)?;
            let floor = recover(&core, recovery)?;
            core.settle_all();
            let journal = Journal::new(wal, store.log.level, store.lengths(), floor);
            let is_first = core.journal.set(Arc::new(journal)).is_ok();
            debug_assert!(is_first, "an engine has one journal");
        }
        // When one cannot be started, dropping the core ends those that were.
        start_workers(&core, &core.signals, |worker| {
            core.workers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(worker);
        })?;
        let has_writer = |journal: &Journal| journal.wal().has_writer();
        if workers > 0 && core.journal().is_some_and(has_writer) {
            let upkeep = start_upkeep(&core)?;
            core.workers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(upkeep);
        }
        Ok(core)
    }

    pub(crate) fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        // Relaxed: whoever has to be sure looks in exclusive mode of a list, or when it has held a
        // lock of the directory; `close` takes all of them after it has raised the flag.
        self.closed.load(Relaxed)
    }

    /// The journal, if the engine has one.
    #[inline]
    pub(crate) fn journal(&self) -> Option<&Journal> {
        self.journal.get().map(|journal| &**journal)
    }

    /// The journal, to keep.
    pub(crate) fn shared_journal(&self) -> Option<Arc<Journal>> {
        self.journal.get().map(Arc::clone)
    }

    /// Waits for a checkpoint if the log is about to be full. Nothing is frozen.
    #[inline]
    pub(crate) fn give_way(&self) {
        if let Some(journal) = self.journal() {
            journal.give_way();
        }
    }

    /// Whether the log may have become long enough for what it had no room for: a checkpoint was
    /// taken. Nothing is frozen.
    #[cold]
    pub(crate) fn is_long_enough_after(&self, error: &Error) -> bool {
        *error == Error::LogFull && self.journal().is_some_and(Journal::make_room)
    }

    /// Whether the engine has a journal.
    #[inline]
    pub(crate) fn is_logged(&self) -> bool {
        self.journal().is_some()
    }

    /// Makes room in the journal for a step on a key that is frozen, before anything is done.
    #[inline]
    pub(crate) fn admit(&self, cost: Cost, object: &Object) -> Result<()> {
        match self.journal() {
            Some(journal) if !cost.is_none() => journal.admit(cost, object.key().len()),
            _ => Ok(()),
        }
    }

    /// Writes what this thread has done with the keys, which are frozen, into the journal.
    #[inline]
    pub(crate) fn commit(&self, keys: &mut [FrozenKey<'_>]) -> Result<Ticket> {
        match self.journal() {
            Some(journal) => journal.commit(keys),
            None => Ok(Ticket::default()),
        }
    }

    /// The object of a key that is recovered.
    pub(crate) fn object_to_recover(&self, key: &[u8]) -> Arc<Object> {
        let hash = self.keyspace.hash(key);
        let (object, is_new) = self.keyspace.find_or_insert(hash, key);
        if is_new {
            self.shard_of(hash).count_new_object();
        }
        object
    }

    /// Makes the attention of all keys true, after they were recovered.
    fn settle_all(&self) {
        for slice in 0..SLICES {
            for object in self.keyspace.collect(slice, |_| true) {
                self.settle(&mut FrozenKey::new(self, &object));
            }
        }
    }

    /// Drops the husks of one slice; `None` when a checkpoint needs them for now.
    pub(crate) fn sweep(&self, slice: usize) -> Option<Swept> {
        let Some(journal) = self.journal() else {
            return Some(self.keyspace.sweep(slice, |_| ()));
        };
        let _sweeping = journal.try_sweep()?;
        let note = |logged: &Logged| journal.raise_floor(logged.order);
        Some(self.keyspace.sweep(slice, note))
    }

    /// Refuses a message that is too long.
    #[inline]
    pub(crate) fn check_message(&self, message: &[u8]) -> Result<()> {
        self.check_len(message.len())
    }

    /// Refuses a message of so many bytes that is too long.
    #[inline]
    pub(crate) fn check_len(&self, len: usize) -> Result<()> {
        let max = self.message_bytes_max;
        if len <= max {
            return Ok(());
        }
        Err(Error::MessageTooLarge { len, max })
    }

    /// Milliseconds since the beginning of 1970, as ids have them.
    #[inline]
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.unix_ms().max(0).unsigned_abs()
    }

    /// Refuses messages that are too long, or none at all.
    #[inline]
    pub(crate) fn check_messages<T: AsRef<[u8]>>(&self, messages: &[T]) -> Result<()> {
        if messages.is_empty() {
            return Err(Error::NoElements);
        }
        messages
            .iter()
            .try_for_each(|message| self.check_message(message.as_ref()))
    }

    /// Calls `f` with the object of `key`; `None` when there is none.
    #[inline]
    pub(crate) fn with_existing<R>(
        &self,
        key: &[u8],
        f: impl FnOnce(&Arc<Object>) -> Result<R>,
    ) -> Result<Option<R>> {
        let hash = self.keyspace.hash(key);
        match self.keyspace.recall(hash, key, f) {
            Ok(result) => result.map(Some),
            Err(f) => match self.find(hash, key)? {
                Some(object) => f(&object).map(Some),
                None => Ok(None),
            },
        }
    }

    /// Calls `f` with the object of `key`, which is made if there is none.
    #[inline]
    pub(crate) fn with<R>(
        &self,
        key: &[u8],
        f: impl FnOnce(&Arc<Object>) -> Result<R>,
    ) -> Result<R> {
        let hash = self.keyspace.hash(key);
        match self.keyspace.recall(hash, key, f) {
            Ok(result) => result,
            Err(f) => f(&self.find_or_insert(hash, key)?),
        }
    }

    /// The object of `key`, to keep.
    pub(crate) fn object(&self, key: &[u8]) -> Result<Arc<Object>> {
        self.with(key, |object| {
            self.check_open()?;
            Ok(Arc::clone(object))
        })
    }

    /// The object of `key` if there is one, to keep.
    pub(crate) fn existing(&self, key: &[u8]) -> Result<Option<Arc<Object>>> {
        self.with_existing(key, |object| Ok(Arc::clone(object)))
    }

    #[inline(never)]
    fn find(&self, hash: u64, key: &[u8]) -> Result<Option<Arc<Object>>> {
        self.check_key(key)?;
        let found = self.keyspace.find(hash, key);
        self.check_open()?;
        Ok(found)
    }

    #[inline(never)]
    fn find_or_insert(&self, hash: u64, key: &[u8]) -> Result<Arc<Object>> {
        self.check_key(key)?;
        let (object, is_new) = self.keyspace.find_or_insert(hash, key);
        if is_new {
            self.shard_of(hash).count_new_object();
        }
        self.check_open()?;
        Ok(object)
    }

    /// To be called when the directory has been asked: `close` goes through the directory after it
    /// has raised the flag. So of an object that `close` missed, nobody gets hold.
    fn check_open(&self) -> Result<()> {
        if self.is_closed() {
            Err(Error::Closed)
        } else {
            Ok(())
        }
    }

    /// Only what is not remembered need be checked: a key that is too long never was.
    fn check_key(&self, key: &[u8]) -> Result<()> {
        if key.len() <= self.key_bytes_max {
            return Ok(());
        }
        Err(Error::KeyTooLarge {
            len: key.len(),
            max: self.key_bytes_max,
        })
    }

    /// The shard that looks after keys with this hash.
    pub(crate) fn shard_of(&self, hash: u64) -> &Shard {
        &self.shards[self.shard_index(hash)]
    }

    pub(crate) fn shard_index(&self, hash: u64) -> usize {
        Keyspace::slice_of(hash) % self.shards.len()
    }

    /// Whether a list has no element, and nobody has to be asked about it.
    pub(crate) fn is_surely_empty(object: &Arc<Object>) -> bool {
        !object.list.is_attended() && object.list.is_empty()
    }

    /// Deletes a key whose time is over; whether it was.
    pub(crate) fn delete_if_due(
        &self,
        key: &mut FrozenKey<'_>,
        dropped: &mut Dropped,
    ) -> Result<bool> {
        let is_due = key
            .expire_at_ms()
            .is_some_and(|at_ms| at_ms <= self.clock.unix_ms());
        if !is_due {
            return Ok(false);
        }
        match self.admit(Cost::DRAIN, key.object()) {
            // It is as good as deleted when the log has ended: it is due after the next opening.
            Ok(()) | Err(Error::Poisoned { .. }) => Ok(delete(key, dropped)),
            Err(error) => Err(error),
        }
    }

    /// How long a call waits that may be told to; `None` is for ever, or not at all.
    pub(crate) fn limit(&self, block: Option<Timeout>) -> Result<Option<Duration>> {
        block.map_or(Ok(None), |timeout| timeout.resolve(&self.clock))
    }

    /// Makes what a key's attention says true again, and the fast paths agree with it. To be called
    /// before a key is let go that has changed.
    pub(crate) fn settle(&self, key: &mut FrozenKey<'_>) {
        // What `close` has gone through stays as that has left it.
        if self.is_closed() {
            return;
        }
        key.forget_expiry_if_gone();
        key.end_trace();
        let object = key.object();
        let look_at_ms = key.expire_at_ms().into_iter().chain(claimable_at_ms(key));
        let look_at_ms = look_at_ms.min();
        if let Some(watch) = key.watched_mut()
            && watch.timer_at_ms != look_at_ms
        {
            let shard = self.shard_of(self.keyspace.hash(object.key()));
            shard.move_timer(object, watch.timer_at_ms, look_at_ms);
            watch.timer_at_ms = look_at_ms;
        }
        key.open_and_close();
    }

    /// Ends everything: see [`Engine::close`](crate::Engine::close).
    pub(crate) fn close(&self) {
        // Relaxed: see `is_closed`.
        self.closed.store(true, Relaxed);
        // Whoever comes while another one is still at it goes through the lists too: when its call
        // returns, they are closed. Acquire: the lists as the other one left them; pairs with the
        // store below.
        if self.emptied.load(Acquire) {
            return;
        }
        for signal in &self.signals {
            signal.stop();
        }
        self.close_journal();
        for slice in 0..SLICES {
            for object in self.keyspace.collect(slice, |_| true) {
                let _wakes = close_key(self, &object);
            }
        }
        // Release: the closed lists; pairs with the load above.
        self.emptied.store(true, Release);
        for shard in &self.shards {
            shard.clear_timers();
        }
        let workers = mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        for worker in workers {
            // The worker itself may be the one who drops the last handle.
            if worker.thread().id() != thread::current().id() {
                // Errors: it has panicked, and said so.
                drop(worker.join());
            }
        }
    }
}

impl Core {
    /// Writes down what there is, and ends the log.
    fn close_journal(&self) {
        if let Some(journal) = self.journal() {
            journal.end_upkeep();
            // What cannot be written down is in the log.
            if journal.wal().has_writer() {
                drop(self.checkpoint());
            }
            // `Engine::flush` says how it went.
            drop(journal.wal().close());
        }
    }
}

/// Empties a key for good; its waiters are told. From now on every command on it looks whether the
/// engine is closed. What is returned is woken when it is dropped, after the key is let go.
fn close_key(core: &Core, object: &Arc<Object>) -> Wakes {
    let mut wakes = Wakes::new();
    let mut key = FrozenKey::new(core, object);
    let (_held, watch) = key.close();
    if let Some(mut watch) = watch {
        while let Some(registration) = watch.waiters.pop() {
            if let Some(claim) = registration.call.waiter.claim() {
                push_wake(&mut wakes, claim.deliver(Reply::Closed));
            }
        }
    }
    drop(key);
    wakes
}

impl Drop for Core {
    fn drop(&mut self) {
        self.close();
    }
}
