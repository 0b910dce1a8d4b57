//! A server's process: Forebay's or Redis', on a free port of the loopback interface.

use core::net::{Ipv4Addr, SocketAddr};
use core::str::FromStr;
use core::time::Duration;
use std::io::{self, BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;
use std::{env, fmt, thread};

use crate::engine::durable::Directory;
use crate::engine::resp::control::Control;
use crate::engine::resp::reply::any;
use crate::measure::{cpu, memory};

const PATIENCE: Duration = Duration::from_secs(10);
const MAXCLIENTS: &str = "20000";
/// A port that was free a moment ago may be taken now.
const ATTEMPTS: usize = 5;

/// Starts the server and says its number; when standard input ends, so does the server. So it never
/// outlives this process, however that ends.
const SCRIPT: &str = r#"
trap '' INT
cd "$1" || exit 1
shift
"$@" 2>/dev/null &
echo "number $!"
cat >/dev/null
kill -KILL $!
wait $! 2>/dev/null
"#;

/// What a server keeps, and when it syncs that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Everything is in memory only.
    #[default]
    None,
    /// A log that is synced every second.
    Everysec,
    /// A log that is synced before anything is acknowledged.
    Always,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::None, Self::Everysec, Self::Always];

    /// The name in options and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Everysec => "everysec",
            Self::Always => "always",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Level {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.name() == text)
            .ok_or("a level is none, everysec or always")
    }
}

/// Which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Product {
    /// `forebay serve`, by the program that can.
    Forebay(Option<PathBuf>),
    /// `redis-server`, as installed.
    Redis,
}

/// A running server, ended when this is dropped.
#[derive(Debug)]
pub struct Server {
    shell: Child,
    lifeline: Option<ChildStdin>,
    number: u32,
    address: SocketAddr,
    /// Dropped after the process has ended.
    _directory: Directory,
}

impl Server {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// Why it does not.
    pub fn start(product: &Product, level: Level) -> io::Result<Self> {
        let mut attempt = Self::try_start(product, level);
        for _ in 1..ATTEMPTS {
            if attempt.is_ok() {
                break;
            }
            attempt = Self::try_start(product, level);
        }
        attempt
    }

    fn try_start(product: &Product, level: Level) -> io::Result<Self> {
        let directory = Directory::new()?;
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(directory.path());
        let mut port = None;
        match product {
            Product::Forebay(None) => {
                return Err(io::Error::other(
                    "no program is known that can 'forebay serve'; use 'forebay bench'",
                ));
            }
            Product::Forebay(Some(program)) => {
                command.arg(program).args(["serve", "--port", "0"]);
                command.args(["--loglevel", "nothing", "--maxclients", MAXCLIENTS]);
                if level != Level::None {
                    command.args(["--data", "data", "--appendfsync", level.name()]);
                }
            }
            Product::Redis => {
                let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
                    .local_addr()?
                    .port();
                port = Some(free);
                command.args(["redis-server", "--bind", "127.0.0.1", "--port"]);
                command.arg(free.to_string());
                command.args(["--save", "", "--maxclients", MAXCLIENTS]);
                command.args(["--loglevel", "warning"]);
                if level == Level::None {
                    command.args(["--appendonly", "no"]);
                } else {
                    command.args(["--appendonly", "yes", "--appendfsync", level.name()]);
                }
            }
        }
        // What is set for another server must not change this one.
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("FOREBAY_") {
                command.env_remove(name);
            }
        }
        let mut shell = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let lifeline = shell.stdin.take();
        let (number, announced) = match shell.stdout.take() {
            Some(stdout) => announcement(stdout, port.is_some())?,
            None => return Err(io::Error::other("a server without an output")),
        };
        let port = port
            .or(announced)
            .ok_or_else(|| io::Error::other("the server did not tell its port"))?;
        let server = Self {
            shell,
            lifeline,
            number,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            _directory: directory,
        };
        server.wait_until_it_answers()?;
        Ok(server)
    }

    fn wait_until_it_answers(&self) -> io::Result<()> {
        let start = Instant::now();
        loop {
            let answer =
                Control::open(self.address).and_then(|mut control| control.call(&[b"PING"], any));
            match answer {
                Ok(()) => return Ok(()),
                Err(error) if start.elapsed() > PATIENCE => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection for commands one after the other.
    ///
    /// # Errors
    /// Why there is none.
    pub fn control(&self) -> io::Result<Control> {
        Control::open(self.address)
    }

    /// The processor time that it has spent.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        cpu::of_process(self.number)
    }

    /// What is resident of it.
    #[must_use]
    pub fn resident(&self) -> Option<u64> {
        memory::resident_of(self.number)
    }

    /// The most that was ever resident of it.
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

/// The process' number and the port that it tells, if it tells one; the two come in any order.
fn announcement(stdout: ChildStdout, knows_port: bool) -> io::Result<(u32, Option<u16>)> {
    let (sender, receiver) = mpsc::channel();
    // It reads on until the server ends, which could not write otherwise.
    thread::Builder::new()
        .name("announcement".to_owned())
        .spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Who has heard enough does not listen any more.
                drop(sender.send(line));
            }
        })?;
    let (mut number, mut port) = (None, None);
    while number.is_none() || (port.is_none() && !knows_port) {
        let line = receiver
            .recv_timeout(PATIENCE)
            .map_err(|_| io::Error::other("the server did not start"))?;
        if let Some(text) = line.strip_prefix("number ") {
            number = text.trim().parse().ok();
        } else if let Some((_, text)) = line.split_once("127.0.0.1:") {
            port = text.trim().parse().ok();
        }
    }
    number
        .map(|number| (number, port))
        .ok_or_else(|| io::Error::other("the server has no number"))
}
