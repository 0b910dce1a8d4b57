//! One connection that waits for every answer: for what goes before a run and after it.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, Read, Write};
use std::net::TcpStream;

use crate::engine::resp::command;
use crate::engine::resp::reply::{Cursor, Stop, number};

const BUFFER_BYTES: usize = 64 << 10;
/// No command takes so long.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection for commands one after the other.
#[derive(Debug)]
pub struct Control {
    socket: TcpStream,
    output: Vec<u8>,
    input: Vec<u8>,
    filled: usize,
}

impl Control {
    /// Connects.
    ///
    /// # Errors
    /// Why that is not possible.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            socket,
            output: Vec::new(),
            input: vec![0; BUFFER_BYTES],
            filled: 0,
        })
    }

    /// Sends a command without waiting for its reply, which [`hear`](Self::hear) reads.
    ///
    /// # Errors
    /// The server has gone.
    pub fn say(&mut self, parts: &[&[u8]]) -> io::Result<()> {
        self.output.clear();
        command::put(&mut self.output, parts);
        self.socket.write_all(&self.output)
    }

    /// Sends what is complete commands already.
    ///
    /// # Errors
    /// The server has gone.
    pub fn send(&mut self, commands: &[u8]) -> io::Result<()> {
        self.socket.write_all(commands)
    }

    /// Reads the next reply by `read`, which is called again from its start as more of it arrives.
    ///
    /// # Errors
    /// It does not come, or is not what `read` expects.
    pub fn hear<T>(
        &mut self,
        mut read: impl FnMut(&mut Cursor<'_>) -> Result<T, Stop>,
    ) -> io::Result<T> {
        loop {
            let mut cursor = Cursor::new(&self.input[..self.filled]);
            match read(&mut cursor) {
                Ok(value) => {
                    let used = cursor.read();
                    self.input.copy_within(used..self.filled, 0);
                    self.filled -= used;
                    return Ok(value);
                }
                Err(Stop::Wrong(what)) => return Err(io::Error::other(what)),
                Err(Stop::Incomplete) => {}
            }
            if self.filled == self.input.len() {
                self.input.resize(self.filled * 2, 0);
            }
            match self.socket.read(&mut self.input[self.filled..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => self.filled += length,
            }
        }
    }

    /// A command and its reply.
    ///
    /// # Errors
    /// As for [`say`](Self::say) and [`hear`](Self::hear).
    pub fn call<T>(
        &mut self,
        parts: &[&[u8]],
        read: impl FnMut(&mut Cursor<'_>) -> Result<T, Stop>,
    ) -> io::Result<T> {
        self.say(parts)?;
        self.hear(read)
    }

    /// A command whose reply is a number.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn integer(&mut self, parts: &[&[u8]]) -> io::Result<u64> {
        let value = self.call(parts, number)?;
        u64::try_from(value).map_err(io::Error::other)
    }

    /// How many clients are blocked.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub fn blocked_clients(&mut self) -> io::Result<usize> {
        const FIELD: &str = "blocked_clients:";
        self.call(&[b"INFO", b"clients"], |cursor| {
            let text = String::from_utf8_lossy(cursor.bulk()?);
            let value = text.lines().find_map(|line| line.strip_prefix(FIELD));
            value
                .and_then(|value| value.trim().parse().ok())
                .ok_or_else(|| Stop::Wrong("INFO without blocked_clients".to_owned()))
        })
    }
}
