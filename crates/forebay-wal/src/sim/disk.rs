//! The simulated disk itself: its state, and the storage that it is.

use super::fault::Fault;
use super::image::Image;
use super::names::Names;
use super::random::Random;
use crate::storage::io::write_zeroes;
use crate::storage::{Storage, StorageFile};
use core::any::Any;
use core::time::Duration;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;

/// A disk in memory. Clones are the same disk.
///
/// # Examples
/// ```
/// use forebay_wal::sim::SimDisk;
/// use forebay_wal::Storage;
///
/// let disk = SimDisk::new(7);
/// let file = disk.create("kept")?;
/// file.write_at(b"synced", 0)?;
/// file.sync()?;
/// disk.sync_names()?;
/// disk.create("lost")?.write_at(b"not synced", 0)?;
///
/// disk.restart();
/// assert_eq!(disk.bytes("kept").as_deref(), Some(&b"synced"[..]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SimDisk(Arc<Mutex<State>>);

#[derive(Clone, Debug)]
struct State {
    files: Vec<Image>,
    names: Names,
    random: Random,
    /// Which life of the machine this is: files that were opened in an earlier one are dead.
    life: u64,
    locked: Option<u64>,
    stopped: bool,
    operations: u64,
    faults: BTreeMap<u64, Fault>,
    /// New bytes that still fit; `None` is as many as one likes.
    room: Option<u64>,
    now: Duration,
}

impl SimDisk {
    /// An empty disk whose chances are those of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            files: Vec::new(),
            names: Names::default(),
            random: Random::new(seed),
            life: 0,
            locked: None,
            stopped: false,
            operations: 0,
            faults: BTreeMap::new(),
            room: None,
            now: Duration::ZERO,
        })))
    }

    /// Another disk with the same contents and the same future.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.0.lock().clone())))
    }

    /// Lets the operation with number `operation`, as [`operations`](Self::operations) counts, go
    /// wrong.
    pub fn inject(&self, operation: u64, fault: Fault) {
        self.0.lock().faults.insert(operation, fault);
    }

    /// How many operations there were that can go wrong: also the number of the next one.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.0.lock().operations
    }

    /// Stops the machine if it is running and starts it again, with what the crash has left.
    pub fn restart(&self) {
        let state = &mut *self.0.lock();
        for file in &mut state.files {
            file.crash(&mut state.random);
        }
        state.names.crash(&mut state.random);
        state.life += 1;
        state.locked = None;
        state.stopped = false;
        state.faults.clear();
    }

    /// Other chances from here on.
    pub fn reseed(&self, seed: u64) {
        self.0.lock().random = Random::new(seed);
    }

    /// Lets files grow by `bytes` more in all, and then no further; `None` is without a limit.
    pub fn limit(&self, bytes: Option<u64>) {
        self.0.lock().room = bytes;
    }

    /// Lets time pass.
    pub fn advance(&self, time: Duration) {
        self.0.lock().now += time;
    }

    /// Whether the machine has stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.lock().stopped
    }

    /// What is in a file, as a program would see it.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.0.lock();
        let file = *state.names.seen().get(name)?;
        Some(state.files[file].seen().to_vec())
    }

    /// What is in a file for sure: what a sync has covered.
    #[must_use]
    pub fn durable_bytes(&self, name: &str) -> Option<Vec<u8>> {
        let state = self.0.lock();
        let file = *state.names.seen().get(name)?;
        Some(state.files[file].durable().to_vec())
    }

    /// Changes a file behind everybody's back, as a failing medium does.
    ///
    /// # Panics
    /// If there is no such file.
    pub fn set_bytes(&self, name: &str, bytes: Vec<u8>) {
        let mut state = self.0.lock();
        let file = state.names.seen().get(name).copied();
        #[expect(
            clippy::expect_used,
            reason = "documented: a test names a file that is there"
        )]
        let file = file.expect("no such file");
        state.files[file].set(bytes);
    }

    /// Runs an operation, unless it is to go wrong.
    fn operation<R>(
        &self,
        life: Option<u64>,
        run: impl FnOnce(&mut State, Option<Fault>) -> Result<R>,
    ) -> Result<R> {
        let state = &mut *self.0.lock();
        if state.stopped || life.is_some_and(|life| life != state.life) {
            return Err(Error::other("the simulated machine has stopped"));
        }
        let fault = state.faults.remove(&state.operations);
        state.operations += 1;
        state.stopped |= fault == Some(Fault::Crash);
        run(state, fault)
    }
}

/// The error of `fault`, if it makes an operation fail.
fn check(fault: Option<Fault>) -> Result<()> {
    fault.and_then(Fault::error).map_or(Ok(()), Err)
}

fn find(state: &State, name: &str) -> Result<usize> {
    let found = state.names.seen().get(name).copied();
    found.ok_or_else(|| Error::from(ErrorKind::NotFound))
}

impl Storage for SimDisk {
    fn lock(&self) -> Result<Box<dyn Any + Send + Sync>> {
        let mut state = self.0.lock();
        if state.locked.is_some() {
            return Err(Error::from(ErrorKind::WouldBlock));
        }
        state.locked = Some(state.life);
        let life = state.life;
        Ok(Box::new(SimLock {
            disk: self.clone(),
            life,
        }))
    }

    fn names(&self) -> Result<Vec<String>> {
        self.operation(None, |state, fault| {
            check(fault)?;
            Ok(state.names.seen().keys().cloned().collect())
        })
    }

    fn create(&self, name: &str) -> Result<Arc<dyn StorageFile>> {
        self.operation(None, |state, fault| {
            check(fault)?;
            if state.names.seen().contains_key(name) {
                return Err(Error::from(ErrorKind::AlreadyExists));
            }
            state.files.push(Image::default());
            let file = state.files.len() - 1;
            state.names.create(name, file);
            Ok(self.file(file, state.life))
        })
    }

    fn open(&self, name: &str) -> Result<Arc<dyn StorageFile>> {
        self.operation(None, |state, fault| {
            check(fault)?;
            Ok(self.file(find(state, name)?, state.life))
        })
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.operation(None, |state, fault| {
            check(fault)?;
            find(state, from)?;
            state.names.rename(from, to);
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> Result<()> {
        self.operation(None, |state, fault| {
            check(fault)?;
            let file = find(state, name)?;
            if let Some(room) = &mut state.room {
                *room += state.files[file].seen().len() as u64;
            }
            state.names.remove(name);
            Ok(())
        })
    }

    fn sync_names(&self) -> Result<()> {
        self.operation(None, |state, fault| {
            check(fault)?;
            if fault != Some(Fault::Lie) {
                state.names.sync();
            }
            Ok(())
        })
    }

    fn now(&self) -> Duration {
        self.0.lock().now
    }

    fn random(&self) -> Result<u64> {
        Ok(self.0.lock().random.next())
    }
}

impl SimDisk {
    fn file(&self, file: usize, life: u64) -> Arc<dyn StorageFile> {
        Arc::new(SimFile {
            disk: self.clone(),
            file,
            life,
        })
    }
}

#[derive(Debug)]
struct SimLock {
    disk: SimDisk,
    life: u64,
}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut state = self.disk.0.lock();
        if state.locked == Some(self.life) {
            state.locked = None;
        }
    }
}

#[derive(Debug)]
struct SimFile {
    disk: SimDisk,
    file: usize,
    life: u64,
}

impl StorageFile for SimFile {
    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize> {
        self.disk.operation(Some(self.life), |state, fault| {
            check(fault)?;
            let bytes = state.files[self.file].seen();
            let start = usize::try_from(offset).map_or(bytes.len(), |at| at.min(bytes.len()));
            let count = into.len().min(bytes.len() - start);
            into[..count].copy_from_slice(&bytes[start..start + count]);
            Ok(count)
        })
    }

    fn write_at(&self, from: &[u8], offset: u64) -> Result<usize> {
        self.disk.operation(Some(self.life), |state, fault| {
            let offset = usize::try_from(offset).map_err(Error::other)?;
            let file = &mut state.files[self.file];
            if fault == Some(Fault::Crash) {
                let reached = state.random.below(from.len() + 1);
                file.write(&from[..reached], offset);
            }
            check(fault)?;
            let mut count = from.len();
            if fault == Some(Fault::Short) {
                count = count.div_ceil(2);
            }
            let grows = (offset + count).saturating_sub(file.seen().len()) as u64;
            if let Some(room) = &mut state.room {
                if *room < grows {
                    return Err(Error::from(ErrorKind::StorageFull));
                }
                *room -= grows;
            }
            file.write(&from[..count], offset);
            Ok(count)
        })
    }

    fn reserve(&self, bytes: u64) -> Result<()> {
        write_zeroes(self, bytes)
    }

    fn sync(&self) -> Result<()> {
        self.disk.operation(Some(self.life), |state, fault| {
            let file = &mut state.files[self.file];
            match fault {
                None | Some(Fault::Short) => file.sync(),
                Some(Fault::Lie | Fault::Io | Fault::NoSpace) => file.forget(),
                Some(Fault::Crash | Fault::Interrupted) => {}
            }
            check(fault)
        })
    }

    fn len(&self) -> Result<u64> {
        self.disk.operation(Some(self.life), |state, fault| {
            check(fault)?;
            Ok(state.files[self.file].seen().len() as u64)
        })
    }
}
