//! Servers to talk to, and a client that sees every byte.
#![expect(
    clippy::disallowed_methods,
    dead_code,
    clippy::expect_used,
    clippy::missing_assert_message,
    clippy::unwrap_used,
    reason = "each test uses a part; helpers of tests are outside #[test] functions; a process has \
              no other clock"
)]

pub(crate) mod random;

use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use bytes::BytesMut;
use forebay_resp::{Reply, ReplyDecoder, ReplyLimits, write_command};

/// How long a test waits for something that should come at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `is_so`.
pub(crate) fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "it never came about that {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A server of its own for a test; ends with it.
pub(crate) struct Server {
    process: Child,
    pub(crate) port: u16,
    directory: Option<PathBuf>,
}

impl Server {
    /// `forebay serve` with these arguments besides.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_forebay"))
            .args(["serve", "--port", "0", "--loglevel", "warning"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .find_map(|line| {
                let line = line.unwrap();
                line.split_once("127.0.0.1:")?.1.trim().parse().ok()
            })
            .expect("the banner tells the port");
        // The rest of the banner has to be read, or the server could not write it.
        lines
            .take_while(|line| line.as_ref().is_ok_and(|line| !line.contains("Ctrl-C")))
            .for_each(drop);
        Self {
            process,
            port,
            directory: None,
        }
    }

    /// A `redis-server`, if there is one.
    pub(crate) fn start_redis() -> Option<Self> {
        Self::start_redis_with(&[])
    }

    /// A `redis-server` with these arguments besides, if there is one.
    pub(crate) fn start_redis_with(arguments: &[&str]) -> Option<Self> {
        let directory = std::env::temp_dir().join(format!(
            "forebay-redis-{}-{:?}",
            std::process::id(),
            std::thread::current().id()
        ));
        std::fs::create_dir_all(&directory).ok()?;
        for attempt in 0..20 {
            let port = 20_000 + (std::process::id() * 31 + attempt * 977) % 30_000;
            let Ok(mut process) = Command::new("redis-server")
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
                .args([
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    "--enable-debug-command",
                    "yes",
                ])
                .args(arguments)
                .current_dir(&directory)
                .stdout(Stdio::piped())
                .spawn()
            else {
                eprintln!("note: redis-server is not installed, nothing was compared with it");
                return None;
            };
            let lines = BufReader::new(process.stdout.take().unwrap()).lines();
            let is_ready = lines
                .map_while(Result::ok)
                .any(|line| line.contains("Ready to accept connections"));
            if is_ready {
                return Some(Self {
                    process,
                    port: u16::try_from(port).unwrap(),
                    directory: Some(directory),
                });
            }
            drop(process.wait());
        }
        None
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn connect(&self) -> Client {
        Client::connect(self.port)
    }

    /// Tells it to end, and waits until it has.
    pub(crate) fn terminate(&mut self) -> std::process::ExitStatus {
        let id = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        self.process.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        if let Some(directory) = &self.directory {
            drop(std::fs::remove_dir_all(directory));
        }
    }
}

/// A connection that shows replies as bytes, and as values.
pub(crate) struct Client {
    pub(crate) socket: TcpStream,
    input: BytesMut,
    decoder: ReplyDecoder,
}

impl Client {
    pub(crate) fn connect(port: u16) -> Self {
        let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
        socket.set_nodelay(true).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            socket,
            input: BytesMut::new(),
            decoder: ReplyDecoder::new(),
        }
    }

    pub(crate) fn send<A: AsRef<[u8]>>(&mut self, arguments: &[A]) {
        let mut bytes = BytesMut::new();
        write_command(&mut bytes, arguments);
        self.socket.write_all(&bytes).unwrap();
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// The next reply and its bytes; `None` when the server has closed the connection.
    pub(crate) fn receive(&mut self) -> Option<(Reply, Vec<u8>)> {
        let mut raw = Vec::new();
        loop {
            let before = self.input.to_vec();
            let decoded = self
                .decoder
                .decode(&mut self.input, &ReplyLimits::default())
                .unwrap();
            raw.extend_from_slice(&before[..before.len() - self.input.len()]);
            if let Some(reply) = decoded {
                return Some((reply, raw));
            }
            let mut chunk = [0; 16 << 10];
            match self.socket.read(&mut chunk) {
                Ok(0) => return None,
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                // The process was stopped for a while.
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                read => self.input.extend_from_slice(&chunk[..read.unwrap()]),
            }
        }
    }

    pub(crate) fn call<A: AsRef<[u8]>>(&mut self, arguments: &[A]) -> Reply {
        self.send(arguments);
        self.receive()
            .expect("the server has closed the connection")
            .0
    }

    /// The reply to a command given as words with blanks between them, as text.
    pub(crate) fn ask(&mut self, command: &str) -> String {
        let words: Vec<&str> = command.split_whitespace().collect();
        text(&self.call(&words))
    }
}

/// A reply as a person would write it.
pub(crate) fn text(reply: &Reply) -> String {
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let list = |values: &[Reply]| values.iter().map(text).collect::<Vec<_>>().join(", ");
    match reply {
        Reply::Simple(text) | Reply::Bulk(text) => string(text),
        Reply::Error(text) => format!("-{}", string(text)),
        Reply::Integer(value) => value.to_string(),
        Reply::Array(values) | Reply::Set(values) => format!("[{}]", list(values)),
        Reply::Push(values) => format!(">[{}]", list(values)),
        Reply::Map(pairs) => {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(key, value)| format!("{}: {}", text(key), text(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Reply::Null | Reply::NullArray | Reply::NullBulk => "nil".to_owned(),
        other => format!("{other:?}"),
    }
}

/// A directory of its own for a test; ends with it.
pub(crate) struct Directory(pub(crate) PathBuf);

impl Directory {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("forebay-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Writes a file that only its owner may read; its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt;

        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// What `forebay` with these arguments says on stderr when it ends by itself, with an error.
pub(crate) fn failure(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_forebay"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success(), "{arguments:?} should fail");
    String::from_utf8(output.stderr).unwrap()
}
