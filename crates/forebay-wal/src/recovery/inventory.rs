//! Which files there are, and whether there is a store at all.

use super::Segment;
use crate::error::{Damage, Error, Result};
use crate::format::{FRAMES_START, FileName, STORE_NAME, Store, TEMPORARY_SUFFIX};
use crate::storage::Storage;
use crate::storage::io::{read_small, write_all};
use std::io::ErrorKind;

/// The numbered files of a directory, each kind in order.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    pub(crate) segments: Vec<u64>,
    pub(crate) checkpoints: Vec<u64>,
    pub(crate) spares: Vec<u64>,
}

impl Inventory {
    /// Looks at the directory and removes what was never finished.
    pub(crate) fn take(storage: &dyn Storage) -> Result<Self> {
        let mut inventory = Self::default();
        for name in storage
            .names()
            .map_err(Error::io("reading the directory"))?
        {
            if name.ends_with(TEMPORARY_SUFFIX) {
                storage
                    .remove(&name)
                    .map_err(Error::io("removing a temporary file"))?;
                continue;
            }
            match FileName::parse(&name) {
                Some(FileName::Segment(number)) => inventory.segments.push(number),
                Some(FileName::Checkpoint(number)) => inventory.checkpoints.push(number),
                Some(FileName::Spare(number)) => inventory.spares.push(number),
                None => {}
            }
        }
        inventory.segments.sort_unstable();
        inventory.checkpoints.sort_unstable();
        inventory.spares.sort_unstable();
        Ok(inventory)
    }

    /// Keeps the spare files that have the right size.
    pub(crate) fn check_spares(&mut self, storage: &dyn Storage, bytes: u32) -> Result<()> {
        for number in core::mem::take(&mut self.spares) {
            let name = FileName::Spare(number).to_string();
            let file = storage
                .open(&name)
                .map_err(Error::io("opening a spare segment"))?;
            if file.len().map_err(Error::io("opening a spare segment"))? == u64::from(bytes) {
                self.spares.push(number);
            } else {
                storage
                    .remove(&name)
                    .map_err(Error::io("removing a spare segment"))?;
            }
        }
        Ok(())
    }

    /// The segments from `first` on, which must be without a gap.
    pub(crate) fn segments_from(&self, first: u64) -> Result<Vec<u64>> {
        let needed = self
            .segments
            .iter()
            .copied()
            .filter(|number| *number >= first);
        let needed: Vec<u64> = needed.collect();
        for (number, expected) in needed.iter().zip(first..) {
            if *number != expected {
                return Err(Error::corrupt(&Segment::name(expected), 0, Damage::Missing));
            }
        }
        Ok(needed)
    }

    /// The store of this directory; `None` if there is none, and then nothing of one is left.
    pub(crate) fn store(&mut self, storage: &dyn Storage) -> Result<Option<Store>> {
        let file = match storage.open(STORE_NAME) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.clear_unborn(storage)?;
                return Ok(None);
            }
            Err(error) => return Err(Error::io("opening the store")(error)),
        };
        let bytes = read_small(&*file, Store::BYTES).map_err(Error::io("reading the store"))?;
        let store = Store::decode(&bytes);
        store
            .map(Some)
            .map_err(|damage| Error::corrupt(STORE_NAME, 0, damage))
    }

    /// A crash while a store was made leaves a first segment without frames. Anything else without
    /// the file `STORE` has lost it.
    fn clear_unborn(&mut self, storage: &dyn Storage) -> Result<()> {
        let lost = || Err(Error::corrupt(STORE_NAME, 0, Damage::Missing));
        if !self.checkpoints.is_empty() || self.segments.iter().any(|number| *number != 1) {
            return lost();
        }
        if self.segments.pop().is_some() {
            let name = Segment::name(1);
            let file = storage
                .open(&name)
                .map_err(Error::io("opening a segment"))?;
            let limit = 1 << 30;
            let length = file.len().map_err(Error::io("reading a segment"))?;
            let length = usize::try_from(length.min(limit)).unwrap_or(usize::MAX);
            let bytes = read_small(&*file, length).map_err(Error::io("reading a segment"))?;
            let frames = bytes.get(FRAMES_START as usize..).unwrap_or_default();
            if frames.iter().any(|byte| *byte != 0) {
                return lost();
            }
            storage
                .remove(&name)
                .map_err(Error::io("removing an unborn segment"))?;
        }
        Ok(())
    }
}

/// Writes the file that makes a directory a store. All else is there already.
pub(crate) fn write_store(storage: &dyn Storage, store: &Store) -> std::io::Result<()> {
    let temporary = format!("{STORE_NAME}{TEMPORARY_SUFFIX}");
    let file = storage.create(&temporary)?;
    write_all(&*file, &store.encode(), 0)?;
    file.sync()?;
    storage.rename(&temporary, STORE_NAME)?;
    storage.sync_names()
}
