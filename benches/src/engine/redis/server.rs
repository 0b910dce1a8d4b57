//! The server's process, on a socket in a directory of its own.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use core::time::Duration;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Instant;
use std::{env, fs, process, thread};

use crate::engine::redis::{Connection, refused};
use crate::measure::memory;
use crate::measure::processor::Threads;

const PROGRAM: &str = "redis-server";
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts the server and says its number; when standard input ends, so does the server. So it never
/// outlives this process, however that ends.
const SCRIPT: &str = r#"
trap '' INT
redis-server --port 0 --save '' $2 --unixsocket "$1/socket" --dir "$1" >/dev/null 2>&1 &
echo $!
cat >/dev/null
kill -KILL $!
[ "$3" = kept ] || rm -rf "$1"
"#;

/// The version of the server that is installed here.
#[must_use]
pub fn version() -> Option<&'static str> {
    static VERSION: OnceLock<Option<String>> = OnceLock::new();
    VERSION.get_or_init(installed).as_deref()
}

fn installed() -> Option<String> {
    let output = Command::new(PROGRAM).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    words.find_map(|word| Some(word.strip_prefix("v=")?.to_owned()))
}

/// A running server, ended when this is dropped.
#[derive(Debug)]
pub struct Server {
    shell: Child,
    lifeline: Option<ChildStdin>,
    directory: PathBuf,
    number: u32,
}

impl Server {
    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn start() -> Self {
        match Self::try_start("--appendonly no", None) {
            Ok(server) => server,
            Err(error) => refused(&error),
        }
    }

    /// Starts a server that keeps a log, which it syncs `always` or `everysec`.
    ///
    /// # Panics
    /// When it does not answer.
    #[must_use]
    pub fn start_durable(fsync: &str) -> Self {
        match Self::try_start(&format!("--appendonly yes --appendfsync {fsync}"), None) {
            Ok(server) => server,
            Err(error) => refused(&error),
        }
    }

    /// Starts a server in a directory that stays when it ends, with what is in that, and these
    /// options; says how long it takes until it has loaded that and answers.
    ///
    /// # Panics
    /// When it does not.
    #[must_use]
    pub fn start_in(directory: &Path, options: &str) -> (Self, Duration) {
        let start = Instant::now();
        let server = match Self::try_start(options, Some(directory)) {
            Ok(server) => server,
            Err(error) => refused(&error),
        };
        while !server.is_loaded() {
            if start.elapsed() > PATIENCE * 6 {
                refused(&"it is still loading");
            }
            thread::sleep(Duration::from_millis(1));
        }
        (server, start.elapsed())
    }

    /// Whether PING is answered as it should be, and not with an error.
    fn is_loaded(&self) -> bool {
        let ask = || {
            let mut socket = UnixStream::connect(self.socket())?;
            socket.write_all(b"PING\r\n")?;
            let mut first = [0];
            socket.read_exact(&mut first)?;
            io::Result::Ok(first == *b"+")
        };
        ask().unwrap_or(false)
    }

    fn try_start(log: &str, kept: Option<&Path>) -> io::Result<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        // Relaxed: only the number counts.
        let count = STARTED.fetch_add(1, Relaxed);
        let own = env::temp_dir().join(format!("forebay-bench-{}-{count}", process::id()));
        let directory = kept.map_or(own, Path::to_owned);
        fs::create_dir_all(&directory)?;
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&directory)
            .arg(log)
            .arg(if kept.is_some() { "kept" } else { "" })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = shell.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let number = line.trim().parse().map_err(io::Error::other)?;
        let lifeline = shell.stdin.take();
        let server = Self {
            shell,
            lifeline,
            directory,
            number,
        };
        let start = Instant::now();
        while let Err(error) = Connection::open(&server.socket()) {
            if start.elapsed() > PATIENCE {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(2));
        }
        Ok(server)
    }

    fn socket(&self) -> PathBuf {
        self.directory.join("socket")
    }

    /// A new connection.
    ///
    /// # Panics
    /// When there is none to be had.
    #[must_use]
    pub fn connect(&self) -> Connection {
        match Connection::open(&self.socket()) {
            Ok(connection) => connection,
            Err(error) => refused(&error),
        }
    }

    /// What is resident of the server.
    #[must_use]
    pub fn resident(&self) -> Option<u64> {
        memory::resident_of(self.number)
    }

    /// The threads of the server.
    #[must_use]
    pub fn threads(&self) -> Threads {
        Threads::of(self.number)
    }

    /// The most that was ever resident of the server.
    #[must_use]
    pub fn peak_resident(&self) -> Option<u64> {
        memory::peak_resident_of(self.number)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // A destructor has nobody to tell.
        drop(self.shell.wait());
    }
}
