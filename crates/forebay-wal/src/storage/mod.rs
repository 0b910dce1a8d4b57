//! The one door to files: every byte of a log goes through a [`Storage`].
//!
//! A storage is one flat directory. What a method promises about crashes is the least that a file
//! system may be trusted with; the simulated disk gives exactly that and nothing more:
//!
//! * what was written to a file is there after a crash once [`StorageFile::sync`] has returned;
//!   before that, each sector may be old, new, torn or garbage;
//! * a name that was created, changed or removed is so after a crash once [`Storage::sync_names`]
//!   has returned; before that, it may or may not be; a rename is all or nothing;
//! * after a failed sync nothing is known about what was written since the last good one.

mod disk;
pub(crate) mod io;

pub use disk::DiskStorage;

use core::any::Any;
use core::fmt::Debug;
use core::time::Duration;
use std::io::Result;
use std::sync::Arc;

/// A file of a [`Storage`], open for reading and writing.
#[expect(
    clippy::len_without_is_empty,
    reason = "the length of a file can fail to be known"
)]
pub trait StorageFile: Debug + Send + Sync {
    /// Reads at most `into.len()` bytes at `offset`; 0 at the end of the file.
    ///
    /// # Errors
    /// Any error of the medium.
    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize>;

    /// Writes at most `from.len()` bytes at `offset`, and says how many.
    ///
    /// # Errors
    /// Any error of the medium. What has been written then is not known.
    fn write_at(&self, from: &[u8], offset: u64) -> Result<usize>;

    /// Gives an empty file this length, and all the room that writing into it will need. What has
    /// not been written reads as zeroes. It may be cheaper than writing zeroes, and the first sync of
    /// what is written then dearer.
    ///
    /// # Errors
    /// Any error of the medium, above all that there is no room.
    fn reserve(&self, bytes: u64) -> Result<()>;

    /// Makes durable what was written to the file before, and its length.
    ///
    /// # Errors
    /// Any error of the medium. Calling it again proves nothing: what was lost stays lost.
    fn sync(&self) -> Result<()>;

    /// The length of the file.
    ///
    /// # Errors
    /// Any error of the medium.
    fn len(&self) -> Result<u64>;
}

/// A directory that holds one log, with a clock and a source of chance.
pub trait Storage: Debug + Send + Sync {
    /// Makes the directory if it is not there, and locks it until the guard is dropped.
    ///
    /// # Errors
    /// [`WouldBlock`](std::io::ErrorKind::WouldBlock) if somebody else has the lock.
    fn lock(&self) -> Result<Box<dyn Any + Send + Sync>>;

    /// The names of all files.
    ///
    /// # Errors
    /// Any error of the medium.
    fn names(&self) -> Result<Vec<String>>;

    /// Makes a new, empty file.
    ///
    /// # Errors
    /// [`AlreadyExists`](std::io::ErrorKind::AlreadyExists) if the name is taken.
    fn create(&self, name: &str) -> Result<Arc<dyn StorageFile>>;

    /// Opens a file.
    ///
    /// # Errors
    /// [`NotFound`](std::io::ErrorKind::NotFound) if there is none.
    fn open(&self, name: &str) -> Result<Arc<dyn StorageFile>>;

    /// Gives a file another name; what had that name is gone.
    ///
    /// # Errors
    /// Any error of the medium.
    fn rename(&self, from: &str, to: &str) -> Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// Any error of the medium.
    fn remove(&self, name: &str) -> Result<()>;

    /// Makes durable which names there are and what they lead to.
    ///
    /// # Errors
    /// Any error of the medium.
    fn sync_names(&self) -> Result<()>;

    /// The time since some moment in the past; it never goes back.
    fn now(&self) -> Duration;

    /// A number that nobody can foresee.
    ///
    /// # Errors
    /// If there is no source of chance.
    fn random(&self) -> Result<u64>;
}
