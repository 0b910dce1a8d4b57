//! What a mix runs on: lists and streams whose consumers sleep until there is something, each used
//! as a program would use it.

pub mod blocking;
pub mod both;
pub mod forebay_list;
pub mod forebay_stream;
pub mod keyed;
pub mod reliable;
pub mod stream;

use core::time::Duration;
use std::sync::OnceLock;

use ::forebay::{Config, Engine, Level};

use crate::engine::Named;
use crate::engine::durable::Directory;
use crate::fault::Fault;

/// What there has to be.
#[derive(Debug, Default)]
pub struct Setup {
    /// How many keys.
    pub keys: usize,
    /// How many consumers each group has.
    pub groups: Vec<usize>,
    /// Entries that a consumer of a stream asks for at once.
    pub count: usize,
    /// How durable Forebay is; nothing else is.
    pub level: Option<Level>,
    /// Forebay, once somebody has needed it, and its directory.
    pub home: OnceLock<(Engine, Option<Directory>)>,
}

impl Setup {
    /// Everything but the engine, which is opened when somebody needs it.
    #[must_use]
    pub const fn new(keys: usize, groups: Vec<usize>, count: usize, level: Option<Level>) -> Self {
        Self {
            keys,
            groups,
            count,
            level,
            home: OnceLock::new(),
        }
    }

    /// How many consumers there are.
    #[must_use]
    pub fn consumers(&self) -> usize {
        self.groups.iter().sum()
    }

    /// The one engine of this run. Its directory goes with this setup.
    ///
    /// # Errors
    /// Why there is none.
    pub fn engine(&self) -> Result<Engine, Fault> {
        if let Some((engine, _)) = self.home.get() {
            return Ok(engine.clone());
        }
        let (config, directory) = match self.level {
            None => (Config::in_memory(), None),
            Some(level) => {
                let directory = Directory::new().map_err(|error| failed(&error))?;
                (Config::at(directory.path()).level(level), Some(directory))
            }
        };
        let engine = Engine::open(config).map_err(|error| failed(&error))?;
        Ok(self.home.get_or_init(|| (engine, directory)).0.clone())
    }
}

fn failed(error: &impl core::fmt::Display) -> Fault {
    Fault::Failed(format!("cannot be opened: {error}"))
}

/// Lists or streams of one engine, which any number of threads use at once.
pub trait Target: Named + Send + Sync + Sized + 'static {
    /// What one producer sends through.
    type Sender<'a>: Sender
    where
        Self: 'a;
    /// What one consumer receives through.
    type Receiver<'a>: Receiver
    where
        Self: 'a;

    /// Empty ones.
    ///
    /// # Errors
    /// Why there are none.
    fn open(setup: &Setup) -> Result<Self, Fault>;

    /// For the calling thread.
    fn sender(&self) -> Self::Sender<'_>;

    /// For the calling thread, as one consumer of one group.
    fn receiver(&self, group: usize, member: usize) -> Self::Receiver<'_>;

    /// What must hold when each producer has sent so many messages and all of them are done.
    ///
    /// # Errors
    /// What is left.
    fn conclude(&self, sent: &[u64]) -> Result<(), Fault>;
}

/// A producer's way in.
pub trait Sender {
    /// Adds a message, and wakes who waits for it.
    fn send(&mut self, key: usize, message: &[u8]);
}

/// A consumer's way out.
pub trait Receiver {
    /// Shows messages with their keys as soon as there are some; none when there are none for
    /// `limit`.
    fn receive(&mut self, limit: Duration, visit: impl FnMut(usize, &[u8]));

    /// Says that what was shown last is done. False when that cannot be.
    fn finish(&mut self) -> bool {
        true
    }

    /// The consumer has died of what it was shown last. From now on this is another one in its
    /// place.
    fn die(&mut self) {}

    /// Whether nothing of the group waits to be done.
    fn is_settled(&mut self) -> bool {
        true
    }
}

/// That nothing is left of so many.
pub(super) fn emptied(left: u64) -> Result<(), Fault> {
    if left == 0 {
        Ok(())
    } else {
        Err(Fault::Length {
            least: 0,
            most: 0,
            found: left,
        })
    }
}
