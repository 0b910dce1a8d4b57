//! Real files, of which one call fails.

use core::any::Any;
use core::time::Duration;
use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use forebay_wal::{DiskStorage, Storage, StorageFile};

/// The kinds of calls, by what they ask of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Names,
    Create,
    Open,
    Rename,
    Remove,
    SyncNames,
    Read,
    Write,
    Sync,
    Len,
}

pub(crate) const CALLS: [Call; 10] = [
    Call::Names,
    Call::Create,
    Call::Open,
    Call::Rename,
    Call::Remove,
    Call::SyncNames,
    Call::Read,
    Call::Write,
    Call::Sync,
    Call::Len,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `EIO`.
    Io,
    /// `ENOSPC`.
    NoSpace,
    /// `EINTR`, and nothing is done.
    Interrupted,
    /// Half is written or read.
    Short,
}

impl Fault {
    fn error(self) -> Option<Error> {
        match self {
            Self::Io => Some(Error::from_raw_os_error(5)),
            Self::NoSpace => Some(Error::from(ErrorKind::StorageFull)),
            Self::Interrupted => Some(Error::from(ErrorKind::Interrupted)),
            Self::Short => None,
        }
    }
}

#[derive(Debug, Default)]
struct State {
    counts: BTreeMap<Call, u64>,
    /// What goes wrong, and with which call of its kind.
    fault: Option<(Call, u64, Fault)>,
    has_failed: bool,
    /// No file becomes longer.
    is_full: bool,
}

/// A directory, one of whose calls goes wrong.
#[derive(Clone, Debug)]
pub(crate) struct Failing {
    disk: Arc<DiskStorage>,
    state: Arc<Mutex<State>>,
}

impl Failing {
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            disk: Arc::new(DiskStorage::new(path)),
            state: Arc::default(),
        }
    }

    /// Lets call number `at`, from 0, of a kind go wrong.
    pub(crate) fn with(self, call: Call, at: u64, fault: Fault) -> Self {
        self.set(|state| state.fault = Some((call, at, fault)));
        self
    }

    /// Lets the file system be full, or not any more.
    pub(crate) fn set_full(&self, is_full: bool) {
        self.set(|state| state.is_full = is_full);
    }

    /// Whether there was such a call.
    pub(crate) fn has_failed(&self) -> bool {
        self.set(|state| state.has_failed)
    }

    fn set<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts a call; it fails, or is shorter, or is as it should be.
    fn count(&self, call: Call) -> Result<Option<Fault>> {
        let fault = self.set(|state| {
            let count = state.counts.entry(call).or_default();
            let at = core::mem::replace(count, *count + 1);
            let (_, _, fault) = state
                .fault
                .filter(|(which, when, _)| (*which, *when) == (call, at))?;
            state.has_failed = true;
            Some(fault)
        });
        fault.and_then(Fault::error).map_or(Ok(fault), Err)
    }

    fn file(&self, file: Arc<dyn StorageFile>) -> Arc<dyn StorageFile> {
        Arc::new(FailingFile {
            storage: self.clone(),
            file,
        })
    }
}

impl Storage for Failing {
    fn lock(&self) -> Result<Box<dyn Any + Send + Sync>> {
        self.disk.lock()
    }

    fn names(&self) -> Result<Vec<String>> {
        self.count(Call::Names)?;
        self.disk.names()
    }

    fn create(&self, name: &str) -> Result<Arc<dyn StorageFile>> {
        self.count(Call::Create)?;
        Ok(self.file(self.disk.create(name)?))
    }

    fn open(&self, name: &str) -> Result<Arc<dyn StorageFile>> {
        self.count(Call::Open)?;
        Ok(self.file(self.disk.open(name)?))
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.count(Call::Rename)?;
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> Result<()> {
        self.count(Call::Remove)?;
        self.disk.remove(name)
    }

    fn sync_names(&self) -> Result<()> {
        self.count(Call::SyncNames)?;
        self.disk.sync_names()
    }

    fn now(&self) -> Duration {
        self.disk.now()
    }

    fn random(&self) -> Result<u64> {
        self.disk.random()
    }
}

#[derive(Debug)]
struct FailingFile {
    storage: Failing,
    file: Arc<dyn StorageFile>,
}

impl StorageFile for FailingFile {
    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize> {
        let fault = self.storage.count(Call::Read)?;
        let length = shortened(into.len(), fault);
        self.file.read_at(&mut into[..length], offset)
    }

    fn write_at(&self, from: &[u8], offset: u64) -> Result<usize> {
        let fault = self.storage.count(Call::Write)?;
        let end = offset + from.len() as u64;
        if self.storage.set(|state| state.is_full) && end > self.file.len()? {
            return Err(Error::from(ErrorKind::StorageFull));
        }
        self.file
            .write_at(&from[..shortened(from.len(), fault)], offset)
    }

    fn reserve(&self, bytes: u64) -> Result<()> {
        self.storage.count(Call::Write)?;
        if self.storage.set(|state| state.is_full) && bytes > self.file.len()? {
            return Err(Error::from(ErrorKind::StorageFull));
        }
        self.file.reserve(bytes)
    }

    fn sync(&self) -> Result<()> {
        self.storage.count(Call::Sync)?;
        self.file.sync()
    }

    fn len(&self) -> Result<u64> {
        self.storage.count(Call::Len)?;
        self.file.len()
    }
}

fn shortened(length: usize, fault: Option<Fault>) -> usize {
    if fault == Some(Fault::Short) {
        length.div_ceil(2)
    } else {
        length
    }
}
