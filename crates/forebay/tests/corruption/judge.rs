//! What becomes of a damaged store.

use std::sync::{Mutex, MutexGuard, PoisonError};

use forebay::{Error, LogFile};
use forebay_wal::sim::SimDisk;

use crate::ALLOCATOR;
use crate::dump::Dump;
use crate::store::{Outcome, Store, image, open};

/// What one opening may take at most: two segments in memory, a chunk of a checkpoint, the engine,
/// and the spare files that it makes, which on this disk are memory too.
const BYTES_MAX: u64 = 6 << 20;

/// One test at a time, or they count one another's memory.
static ALONE: Mutex<()> = Mutex::new(());

/// Opens damaged stores.
pub(crate) struct Judge<'a> {
    pub(crate) store: &'a Store,
    /// What the next damage is done to.
    disk: SimDisk,
    pub(crate) cases: u64,
    pub(crate) refused: u64,
    _alone: MutexGuard<'static, ()>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(store: &'a Store) -> Self {
        Self {
            store,
            disk: store.disk.fork(),
            cases: 0,
            refused: 0,
            _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// One file has other bytes; they are right again afterwards. Says what became of it.
    pub(crate) fn judge_bytes(&mut self, name: &str, damaged: &[u8], case: &str) -> Outcome {
        self.disk.set_bytes(name, damaged.to_vec());
        let outcome = self.open(&format!("{name} {case}"), Some(name));
        if outcome == Outcome::Refused {
            let seen = self.disk.bytes(name);
            assert!(seen.as_deref() == Some(damaged), "{name} {case}: changed");
            self.disk.set_bytes(name, self.store.files[name].clone());
        } else {
            self.disk = self.store.disk.fork();
        }
        outcome
    }

    /// Something else is done to the disk.
    pub(crate) fn judge(&mut self, damage: impl FnOnce(&SimDisk), case: &str) -> Outcome {
        damage(&self.disk);
        let before = image(&self.disk);
        let outcome = self.open(case, None);
        if outcome == Outcome::Refused {
            assert!(
                image(&self.disk) == before,
                "{case}: a refusal changes nothing"
            );
        }
        self.disk = self.store.disk.fork();
        outcome
    }

    fn open(&mut self, case: &str, damaged: Option<&str>) -> Outcome {
        self.cases += 1;
        ALLOCATOR.take_peak();
        let before = ALLOCATOR.bytes();
        let opened = open(&self.disk);
        let peak = ALLOCATOR.take_peak().saturating_sub(before);
        assert!(peak < BYTES_MAX, "{case}: {peak} bytes of memory");
        let (engine, _hand) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.check_refusal(&error, case, damaged);
                return Outcome::Refused;
            }
        };
        let found = Dump::of(&engine);
        if found == self.store.full {
            return Outcome::Whole;
        }
        assert!(
            self.store.cut.as_ref() == Some(&found),
            "{case}: found\n{}\ninstead of\n{}",
            found.text(),
            self.store.full.text()
        );
        Outcome::Cut
    }

    /// A refusal names a file of a store and a place that is in it, or at its end.
    fn check_refusal(&mut self, error: &Error, case: &str, damaged: Option<&str>) {
        self.refused += 1;
        let Error::Corrupt {
            file,
            number,
            offset,
        } = error
        else {
            panic!("{case}: {error}");
        };
        let name = match file {
            LogFile::Segment => format!("segment-{number:016x}"),
            LogFile::Checkpoint => format!("checkpoint-{number:016x}"),
            _ => "STORE".to_owned(),
        };
        let length = self.disk.bytes(&name).map_or(0, |bytes| bytes.len());
        let longest = length.max(self.store.files.get(&name).map_or(0, Vec::len));
        assert!(*offset <= longest as u64, "{case}: {error}");
        assert!(damaged.is_none_or(|file| file == name), "{case}: {error}");
    }
}
