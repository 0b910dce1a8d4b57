//! A real server to compare with: its own process, on a socket in a directory of its own.
#![expect(clippy::disallowed_methods, reason = "a test measures real time")]

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::time::Duration;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::resp::Client;

/// A running `redis-server`, stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct RedisServer {
    process: Child,
    directory: PathBuf,
}

impl RedisServer {
    /// Starts one, or says why there is none.
    pub(crate) fn start() -> io::Result<Self> {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let number = STARTED.fetch_add(1, Relaxed);
        let name = format!("forebay-redis-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory)?;
        let process = Command::new("redis-server")
            .args([
                "--port",
                "0",
                "--save",
                "",
                "--appendonly",
                "no",
                "--unixsocket",
            ])
            .arg(directory.join("socket"))
            .arg("--dir")
            .arg(&directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = match process {
            Ok(process) => process,
            Err(error) => {
                std::fs::remove_dir_all(&directory)?;
                return Err(error);
            }
        };
        let server = Self { process, directory };
        let started = Instant::now();
        while server.connect().is_err() {
            if started.elapsed() > Duration::from_secs(10) {
                return Err(io::Error::other("redis-server does not answer"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(server)
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> io::Result<Client> {
        Client::connect(&self.socket())
    }

    fn socket(&self) -> PathBuf {
        Path::new(&self.directory).join("socket")
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // Nothing is to be kept, and a destructor has nobody to tell.
        drop(self.process.kill());
        drop(self.process.wait());
        drop(std::fs::remove_dir_all(&self.directory));
    }
}
