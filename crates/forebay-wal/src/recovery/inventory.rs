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
    /// What was never finished.
    pub(crate) temporary: Vec<String>,
    /// What is no part of a store.
    pub(crate) strange: Vec<String>,
}

impl Inventory {
    /// Looks at the directory.
    pub(crate) fn look(storage: &dyn Storage) -> Result<Self> {
        let mut inventory = Self::default();
        for name in storage
            .names()
            .map_err(Error::io("reading the directory"))?
        {
            if name.ends_with(TEMPORARY_SUFFIX) {
                inventory.temporary.push(name);
                continue;
            }
            match FileName::parse(&name) {
                Some(FileName::Segment(number)) => inventory.segments.push(number),
                Some(FileName::Checkpoint(number)) => inventory.checkpoints.push(number),
                Some(FileName::Spare(number)) => inventory.spares.push(number),
                None if name == STORE_NAME => {}
                None => inventory.strange.push(name),
            }
        }
        inventory.segments.sort_unstable();
        inventory.checkpoints.sort_unstable();
        inventory.spares.sort_unstable();
        Ok(inventory)
    }

    /// Removes what was never finished, and spare files of a wrong size. Only when nothing can make
    /// the store be refused any more, for a refusal changes nothing.
    pub(crate) fn clean(&mut self, storage: &dyn Storage, bytes: u32) -> Result<()> {
        for name in core::mem::take(&mut self.temporary) {
            storage
                .remove(&name)
                .map_err(Error::io("removing a temporary file"))?;
        }
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
        let store = read_store(storage)?;
        if store.is_none() {
            self.check_unborn(storage)?;
            if self.segments.pop().is_some() {
                let removed = storage.remove(&Segment::name(1));
                removed.map_err(Error::io("removing an unborn segment"))?;
            }
        }
        Ok(store)
    }

    /// A crash while a store was made leaves a first segment without frames. Anything else without
    /// the file `STORE` has lost it.
    pub(crate) fn check_unborn(&self, storage: &dyn Storage) -> Result<()> {
        let lost = || Err(Error::corrupt(STORE_NAME, 0, Damage::Missing));
        if !self.checkpoints.is_empty() || self.segments.iter().any(|number| *number != 1) {
            return lost();
        }
        if !self.segments.is_empty() {
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
        }
        Ok(())
    }
}

/// What the file `STORE` says; `None` if it is not there.
pub(crate) fn read_store(storage: &dyn Storage) -> Result<Option<Store>> {
    let file = match storage.open(STORE_NAME) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("opening the store")(error)),
    };
    let bytes = read_small(&*file, Store::BYTES).map_err(Error::io("reading the store"))?;
    let store = Store::decode(&bytes);
    store
        .map(Some)
        .map_err(|damage| Error::corrupt(STORE_NAME, 0, damage))
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
