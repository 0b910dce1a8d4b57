//! A client for RESP2 that does what the comparison needs and no more.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A reply as it came over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Simple(String),
    Error(String),
    Integer(i64),
    Bulk(Option<Vec<u8>>),
    Array(Option<Vec<Value>>),
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Client {
    input: BufReader<UnixStream>,
    output: Vec<u8>,
}

impl Client {
    /// Connects to a socket in the file system.
    pub(crate) fn connect(path: &Path) -> io::Result<Self> {
        Ok(Self {
            input: BufReader::new(UnixStream::connect(path)?),
            output: Vec::new(),
        })
    }

    /// Puts a command into the pipeline.
    pub(crate) fn queue(&mut self, arguments: &[impl AsRef<[u8]>]) {
        self.output
            .extend_from_slice(format!("*{}\r\n", arguments.len()).as_bytes());
        for argument in arguments {
            let argument = argument.as_ref();
            self.output
                .extend_from_slice(format!("${}\r\n", argument.len()).as_bytes());
            self.output.extend_from_slice(argument);
            self.output.extend_from_slice(b"\r\n");
        }
    }

    /// Sends what was queued and not sent yet.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.input.get_mut().write_all(&self.output)?;
        self.output.clear();
        Ok(())
    }

    /// The next reply.
    pub(crate) fn reply(&mut self) -> io::Result<Value> {
        let mut line = String::new();
        self.input.read_line(&mut line)?;
        let line = line.trim_end();
        let (kind, rest) = line
            .split_at_checked(1)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        let number = || rest.parse::<i64>().map_err(|_| io::ErrorKind::InvalidData);
        Ok(match kind {
            "+" => Value::Simple(rest.to_owned()),
            "-" => Value::Error(rest.to_owned()),
            ":" => Value::Integer(number()?),
            "$" => match usize::try_from(number()?) {
                Err(_) => Value::Bulk(None),
                Ok(len) => {
                    let mut bytes = vec![0; len + 2];
                    self.input.read_exact(&mut bytes)?;
                    bytes.truncate(len);
                    Value::Bulk(Some(bytes))
                }
            },
            "*" => match usize::try_from(number()?) {
                Err(_) => Value::Array(None),
                Ok(len) => Value::Array(Some(
                    (0..len).map(|_| self.reply()).collect::<io::Result<_>>()?,
                )),
            },
            _ => return Err(io::ErrorKind::InvalidData.into()),
        })
    }

    /// One command and its reply.
    pub(crate) fn call(&mut self, arguments: &[impl AsRef<[u8]>]) -> io::Result<Value> {
        self.queue(arguments);
        self.flush()?;
        self.reply()
    }
}
