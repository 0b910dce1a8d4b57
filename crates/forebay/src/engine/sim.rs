//! Engines over a simulated disk, for tests.

use core::cell::RefCell;
use std::sync::Arc;

use forebay_wal::sim::Hand;
use forebay_wal::{CheckpointWriter, Storage};

use super::access::Access;
use super::{Core, Engine};
use crate::config::Config;
use crate::error::{Error, Result};

impl Config {
    /// As [`Config::at`], on any medium.
    #[doc(hidden)]
    pub fn on_storage(storage: Arc<dyn Storage>) -> Self {
        Self::on(storage)
    }
}

impl Engine {
    /// An engine whose log is turned by hand. Calls must not wait for the log: see
    /// [`Engine::at_level`].
    ///
    /// # Errors
    /// As [`Engine::open`].
    #[doc(hidden)]
    pub fn open_by_hand(config: Config) -> Result<(Self, Hand)> {
        let mut taken = None;
        let core = Core::open_log(config, |store| {
            let opened = Hand::open(Arc::clone(&store.storage), store.log.clone());
            let (wal, hand, recovery) = opened.map_err(Error::from_log)?;
            taken = Some(hand);
            Ok((wal, recovery))
        })?;
        let hand = taken.ok_or(Error::Closed)?;
        let core = Access::new(core);
        Ok((Self { core }, hand))
    }

    /// Takes a checkpoint of an engine whose log is turned by hand; `meanwhile` is called again and
    /// again while it is written.
    ///
    /// # Errors
    /// As [`Engine::checkpoint`].
    #[doc(hidden)]
    pub fn checkpoint_by_hand(
        &self,
        hand: &mut Hand,
        mut meanwhile: impl FnMut(&mut Hand),
    ) -> Result<()> {
        // Both closures need it, one after the other.
        let hand = RefCell::new(hand);
        self.core.take_checkpoint(
            || meanwhile(&mut hand.borrow_mut()),
            |writer: CheckpointWriter| hand.borrow_mut().commit(writer),
        )?;
        Ok(())
    }
}
