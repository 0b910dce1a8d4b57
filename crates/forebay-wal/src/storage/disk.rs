//! The real storage: a directory of the file system.

use super::io::write_zeroes;
use super::{Storage, StorageFile};
use core::any::Any;
use core::hash::{BuildHasher, Hasher};
use core::time::Duration;
use rustix::fs::{self, AtFlags, FallocateFlags, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use std::collections::hash_map::RandomState;
use std::fs::DirBuilder;
use std::io::{Error, ErrorKind, Result};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

const LOCK: &str = "LOCK";

/// A directory of the file system. The directory has mode 0700 and its files have 0600; symbolic
/// links in it are not followed.
///
/// # Examples
/// ```
/// use forebay_wal::{DiskStorage, Storage};
///
/// let path = std::env::temp_dir().join(format!("forebay-doc-{}", std::process::id()));
/// let storage = DiskStorage::new(&path);
/// let lock = storage.lock()?;
/// assert!(storage.lock().is_err(), "one at a time");
/// drop(lock);
/// std::fs::remove_dir_all(path)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct DiskStorage {
    path: PathBuf,
    directory: OnceLock<OwnedFd>,
    start: Instant,
    access: OFlags,
}

impl DiskStorage {
    /// The directory `path`, which need not be there yet; the directory above it must be.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self::with(path.as_ref(), OFlags::RDWR)
    }

    /// The same, to look at and not to touch: whatever would change something fails with
    /// [`ReadOnlyFilesystem`](ErrorKind::ReadOnlyFilesystem), and so does taking the lock.
    #[must_use]
    pub fn read_only(path: impl AsRef<Path>) -> Self {
        Self::with(path.as_ref(), OFlags::RDONLY)
    }

    fn with(path: &Path, access: OFlags) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the clock that tests replace"
        )]
        let start = Instant::now();
        Self {
            path: path.to_owned(),
            directory: OnceLock::new(),
            start,
            access,
        }
    }

    fn check_writable(&self) -> Result<()> {
        if self.access == OFlags::RDONLY {
            return Err(Error::from(ErrorKind::ReadOnlyFilesystem));
        }
        Ok(())
    }

    fn directory(&self) -> Result<&OwnedFd> {
        if let Some(directory) = self.directory.get() {
            return Ok(directory);
        }
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let opened = fs::open(&self.path, flags, Mode::empty())?;
        Ok(self.directory.get_or_init(|| opened))
    }

    fn open_with(&self, name: &str, flags: OFlags) -> Result<OwnedFd> {
        let flags = flags | self.access | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(fs::openat(
            self.directory()?,
            name,
            flags,
            Mode::RUSR | Mode::WUSR,
        )?)
    }
}

impl Storage for DiskStorage {
    fn lock(&self) -> Result<Box<dyn Any + Send + Sync>> {
        self.check_writable()?;
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Ok(()) => {
                // The new directory's own name is durable before anything in it is.
                let parent = self
                    .path
                    .parent()
                    .filter(|path| !path.as_os_str().is_empty());
                let parent = parent.unwrap_or_else(|| Path::new("."));
                let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
                fs::fsync(fs::open(parent, flags, Mode::empty())?)?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        let file = self.open_with(LOCK, OFlags::CREATE)?;
        fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Box::new(Lock(file)))
    }

    fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(self.directory()?)? {
            if let Ok(name) = entry?.file_name().to_str()
                && ![".", "..", LOCK].contains(&name)
            {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    fn create(&self, name: &str) -> Result<Arc<dyn StorageFile>> {
        self.check_writable()?;
        let file = self.open_with(name, OFlags::CREATE | OFlags::EXCL)?;
        Ok(Arc::new(DiskFile(file)))
    }

    fn open(&self, name: &str) -> Result<Arc<dyn StorageFile>> {
        Ok(Arc::new(DiskFile(self.open_with(name, OFlags::empty())?)))
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.check_writable()?;
        let directory = self.directory()?;
        Ok(fs::renameat(directory, from, directory, to)?)
    }

    fn remove(&self, name: &str) -> Result<()> {
        self.check_writable()?;
        Ok(fs::unlinkat(self.directory()?, name, AtFlags::empty())?)
    }

    fn sync_names(&self) -> Result<()> {
        Ok(fs::fsync(self.directory()?)?)
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn random(&self) -> Result<u64> {
        // The keys of a `RandomState` come from the system's source of randomness.
        Ok(RandomState::new().build_hasher().finish())
    }
}

/// The locked file.
#[derive(Debug)]
struct Lock(OwnedFd);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a process that is just being started has the file too, until it is
        // its own program. If this fails, closing unlocks it soon.
        let _ = fs::flock(&self.0, FlockOperation::Unlock);
    }
}

#[derive(Debug)]
struct DiskFile(OwnedFd);

impl StorageFile for DiskFile {
    fn read_at(&self, into: &mut [u8], offset: u64) -> Result<usize> {
        Ok(rustix::io::pread(&self.0, into, offset)?)
    }

    fn write_at(&self, from: &[u8], offset: u64) -> Result<usize> {
        Ok(rustix::io::pwrite(&self.0, from, offset)?)
    }

    fn reserve(&self, bytes: u64) -> Result<()> {
        let reserve = || fs::fallocate(&self.0, FallocateFlags::empty(), 0, bytes);
        match rustix::io::retry_on_intr(reserve) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => write_zeroes(self, bytes),
            reserved => Ok(reserved?),
        }
    }

    fn sync(&self) -> Result<()> {
        Ok(fs::fdatasync(&self.0)?)
    }

    fn len(&self) -> Result<u64> {
        let stat = fs::fstat(&self.0)?;
        u64::try_from(stat.st_size).map_err(Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_a_starting_process_has_inherited_is_let_go() {
        let path = std::env::temp_dir().join(format!("forebay-lock-{}", std::process::id()));
        let storage = DiskStorage::new(&path);
        let lock = storage.lock().unwrap();
        let inherited = lock.downcast_ref::<Lock>().unwrap().0.try_clone().unwrap();
        drop(lock);
        let again = storage.lock();
        drop(inherited);
        std::fs::remove_dir_all(path).unwrap();
        assert!(again.is_ok(), "{again:?}");
    }
}
