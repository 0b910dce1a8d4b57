//! A real server to compare with: its own process, on a socket in a directory of its own.

use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running `redis-server`, stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct RedisServer {
    process: Child,
    directory: PathBuf,
}

impl RedisServer {
    /// Starts one with these further options, or says why there is none.
    pub(crate) fn start(name: &str, options: &[&str]) -> io::Result<Self> {
        let name = format!("forebay-resp-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&directory)?;
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--unixsocket"])
            .arg(directory.join("socket"))
            .arg("--dir")
            .arg(&directory)
            .args(options)
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
        for _ in 0..1000 {
            if UnixStream::connect(server.directory.join("socket")).is_ok() {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(io::Error::other("redis-server does not answer"))
    }

    /// All that it answers to a client who sends this and nothing more.
    pub(crate) fn answer(&self, input: &[u8]) -> io::Result<Vec<u8>> {
        let mut stream = UnixStream::connect(self.directory.join("socket"))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        // It may answer and close before it has read all.
        let sent = stream.write_all(input);
        let mut answer = Vec::new();
        if sent.is_ok() {
            stream.shutdown(Shutdown::Write)?;
        }
        match stream.read_to_end(&mut answer) {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => Err(error),
            _ => Ok(answer),
        }
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
