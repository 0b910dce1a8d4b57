//! An engine on real files whose medium fails: every kind of call, the first time, the second time,
//! and so on; and a file system that is full.
//!
//! Whatever fails, calls say what to do, nothing that was acknowledged is lost, what was refused is
//! not there, and what takes away goes on as long as it can be written down.
//!
//! The short form tries some calls of each kind; `cargo xtask torture medium` tries all of them, and
//! also lets the kernel fail them, where `strace` can.
#![cfg(test)]

mod calls;
mod failing;
mod full;
mod kernel;
mod life;

use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// A directory of its own, removed when this is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        Self::within(&env::temp_dir(), name)
    }

    /// Where syncs cost nothing, if there is such a place: for what syncs thousands of times.
    fn quick(name: &str) -> Self {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() {
            Self::within(memory, name)
        } else {
            Self::new(name)
        }
    }

    fn within(path: &Path, name: &str) -> Self {
        let path = path.join(format!("forebay-medium-{name}-{}", process::id()));
        drop(fs::remove_dir_all(&path));
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
