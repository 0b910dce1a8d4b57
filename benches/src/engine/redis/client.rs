//! A client that does what the workloads need, without an allocation per command or reply.

use core::ops::Range;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use forebay::StreamId;

use crate::engine::redis::refused;

const BUFFER_BYTES: usize = 64 << 10;
/// What is queued is sent at the latest when there is so much of it.
const SEND_BYTES: usize = 32 << 10;

/// The beginning of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// A line of text.
    Simple,
    /// A number.
    Integer(i64),
    /// A string of so many bytes follows.
    Bulk(usize),
    /// So many replies follow.
    Array(usize),
    /// Nothing.
    Nil,
}

/// One connection. What is [put](Self::put) goes out with [`flush`](Self::flush); then the replies
/// are read in the same order.
#[derive(Debug)]
pub struct Connection {
    socket: UnixStream,
    output: Vec<u8>,
    input: Vec<u8>,
    /// The bytes of `input` that are not read yet.
    unread: Range<usize>,
}

impl Connection {
    /// Connects to a socket in the file system.
    ///
    /// # Errors
    /// Why that is not possible.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            socket: UnixStream::connect(path)?,
            output: Vec::with_capacity(SEND_BYTES),
            input: vec![0; BUFFER_BYTES],
            unread: 0..0,
        })
    }

    /// Begins a command of so many parts, its name included.
    pub fn begin(&mut self, parts: usize) {
        if self.output.len() > SEND_BYTES {
            self.flush();
        }
        self.header(b'*', parts as u64);
    }

    /// Adds a part of the command.
    pub fn part(&mut self, bytes: &[u8]) {
        self.header(b'$', bytes.len() as u64);
        self.output.extend_from_slice(bytes);
        self.output.extend_from_slice(b"\r\n");
    }

    /// Adds a number as a part of the command.
    pub fn number(&mut self, number: u64) {
        let mut digits = Vec::with_capacity(20);
        decimal(&mut digits, number);
        self.part(&digits);
    }

    /// Adds an id as a part of the command.
    pub fn id(&mut self, id: StreamId) {
        let mut text = Vec::with_capacity(41);
        decimal(&mut text, id.ms);
        text.push(b'-');
        decimal(&mut text, id.seq);
        self.part(&text);
    }

    /// Puts a whole command into the pipeline.
    pub fn put(&mut self, parts: &[&[u8]]) {
        self.begin(parts.len());
        for part in parts {
            self.part(part);
        }
    }

    fn header(&mut self, kind: u8, number: u64) {
        self.output.push(kind);
        decimal(&mut self.output, number);
        self.output.extend_from_slice(b"\r\n");
    }

    /// Sends what was put.
    ///
    /// # Panics
    /// When the server has gone.
    pub fn flush(&mut self) {
        if let Err(error) = self.socket.write_all(&self.output) {
            refused(&error);
        }
        self.output.clear();
    }

    /// The beginning of the next reply.
    ///
    /// # Panics
    /// When it is an error, or the server has gone.
    pub fn reply(&mut self) -> Reply {
        let line = self.line();
        let text = &self.input[line];
        let (kind, text) = text.split_first().unwrap_or((&b'?', b""));
        let text = str::from_utf8(text).unwrap_or("?");
        let number = || text.parse::<i64>();
        match (kind, number()) {
            (b'+', _) => Reply::Simple,
            (b':', Ok(number)) => Reply::Integer(number),
            (b'$' | b'*', Ok(-1)) => Reply::Nil,
            (b'$', Ok(length)) => Reply::Bulk(usize::try_from(length).unwrap_or(0)),
            (b'*', Ok(length)) => Reply::Array(usize::try_from(length).unwrap_or(0)),
            _ => refused(&text),
        }
    }

    /// The next reply, which is a number.
    ///
    /// # Panics
    /// When it is something else.
    pub fn integer(&mut self) -> u64 {
        match self.reply() {
            Reply::Integer(number) => number.unsigned_abs(),
            other => refused(&format_args!("{other:?} instead of a number")),
        }
    }

    /// The next reply, which is an array; 0 for nil.
    ///
    /// # Panics
    /// When it is something else.
    pub fn array(&mut self) -> usize {
        match self.reply() {
            Reply::Array(length) => length,
            Reply::Nil => 0,
            other => refused(&format_args!("{other:?} instead of an array")),
        }
    }

    /// The next reply, which is a string.
    ///
    /// # Panics
    /// When it is something else.
    pub fn bulk(&mut self) -> &[u8] {
        match self.reply() {
            Reply::Bulk(length) => {
                while self.unread.len() < length + 2 {
                    self.fill();
                }
                let start = self.unread.start;
                self.unread.start += length + 2;
                &self.input[start..start + length]
            }
            other => refused(&format_args!("{other:?} instead of a string")),
        }
    }

    /// The next reply, which is an id.
    ///
    /// # Panics
    /// When it is something else.
    pub fn read_id(&mut self) -> StreamId {
        let text = str::from_utf8(self.bulk()).unwrap_or("?");
        let numbers = text.split_once('-');
        let id =
            numbers.and_then(|(ms, seq)| Some(StreamId::new(ms.parse().ok()?, seq.parse().ok()?)));
        id.unwrap_or_else(|| refused(&format_args!("{text} instead of an id")))
    }

    /// Passes over the next reply, whatever it is.
    pub fn skip(&mut self) {
        match self.reply() {
            Reply::Simple | Reply::Integer(_) | Reply::Nil => {}
            Reply::Bulk(length) => {
                while self.unread.len() < length + 2 {
                    self.fill();
                }
                self.unread.start += length + 2;
            }
            Reply::Array(length) => (0..length).for_each(|_| self.skip()),
        }
    }

    /// The bytes of a line without its end.
    fn line(&mut self) -> Range<usize> {
        let mut looked_at = 0;
        loop {
            let unread = &self.input[self.unread.clone()];
            if let Some(length) = unread[looked_at..].iter().position(|&byte| byte == b'\n') {
                let start = self.unread.start;
                let end = start + looked_at + length;
                self.unread.start = end + 1;
                return start..end.saturating_sub(1);
            }
            looked_at = unread.len();
            self.fill();
        }
    }

    /// Reads more; the unread bytes may move to the front.
    fn fill(&mut self) {
        if self.unread.end == self.input.len() {
            if self.unread.start == 0 {
                self.input.resize(self.input.len() * 2, 0);
            } else {
                self.input.copy_within(self.unread.clone(), 0);
                self.unread = 0..self.unread.len();
            }
        }
        match self.socket.read(&mut self.input[self.unread.end..]) {
            Ok(0) => refused(&"the server has gone"),
            Ok(length) => self.unread.end += length,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => refused(&error),
        }
    }
}

fn decimal(text: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let (mut rest, mut start) = (number, digits.len());
    loop {
        start -= 1;
        digits[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[start..]);
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn numbers_as_text() {
        for number in [0, 9, 10, 1_000_000, u64::MAX] {
            let mut text = Vec::new();
            decimal(&mut text, number);
            assert_eq!(text, number.to_string().as_bytes());
        }
    }
}
