//! The generator: any number of connections, driven from one thread.
//!
//! Each connection sends a batch of commands, waits for all its replies, and sends the next one (a
//! closed loop). The thread sleeps in one poll for all of them.

use core::net::SocketAddr;
use core::ops::Range;
use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Instant;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::engine::resp::reply::Stop;
use crate::fault::Fault;
use crate::measure::cpu;
use crate::measure::latency::Latency;
use crate::measure::{Pulse, Span};

const SCRATCH_BYTES: usize = 64 << 10;
const EVENTS: usize = 1024;
/// How often the thread looks whether it was stopped when nothing arrives.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What one connection says, and what it must hear.
pub trait Talk {
    /// Makes the next batch; none when nothing is left to say.
    fn next(&mut self) -> Option<Batch>;

    /// The bytes that batches are ranges of.
    fn output(&self) -> &[u8];

    /// Reads one whole reply from the front of what has arrived, and says how long it was.
    ///
    /// # Errors
    /// It has not arrived as a whole, and nothing happened; or it is wrong.
    fn hear(&mut self, input: &[u8]) -> Result<usize, Stop>;
}

/// Commands that are sent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The commands, in the output.
    pub bytes: Range<usize>,
    /// How many there are.
    pub replies: usize,
}

/// What a run gave.
#[derive(Debug)]
pub struct Loaded<T> {
    /// The talks, as they are at the end.
    pub talks: Vec<T>,
    /// From the first batch to the last reply.
    pub elapsed: Duration,
    /// From a batch's sending to each of its replies.
    pub latency: Latency,
    /// Commands that were answered.
    pub commands: u64,
    /// The processor time that this thread has spent meanwhile.
    pub generator_cpu: Option<Duration>,
}

struct Connection<T> {
    socket: TcpStream,
    talk: T,
    /// What of the output is not sent.
    unsent: Range<usize>,
    /// Replies that are to come.
    awaited: usize,
    begun: Instant,
    /// The front of a reply that has not arrived as a whole.
    partial: Vec<u8>,
}

/// Connections that are open and have said nothing yet.
pub struct Load<T> {
    poll: Poll,
    connections: Vec<Connection<T>>,
}

impl<T> core::fmt::Debug for Load<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Load")
            .field("connections", &self.connections.len())
            .finish_non_exhaustive()
    }
}

/// A connection that does not block and sends at once.
///
/// # Errors
/// Why there is none.
pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = std::net::TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)?;
    Ok(TcpStream::from_std(socket))
}

impl<T: Talk> Load<T> {
    /// Opens a connection for each talk.
    ///
    /// # Errors
    /// Why one of them cannot be opened.
    pub fn open(address: SocketAddr, talks: Vec<T>, pulse: &Pulse) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(talks.len());
        for (index, talk) in talks.into_iter().enumerate() {
            let mut socket = connect(address)?;
            let both = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(&mut socket, Token(index), both)?;
            connections.push(Connection {
                socket,
                talk,
                unsent: 0..0,
                awaited: 0,
                begun: Instant::now(),
                partial: Vec::new(),
            });
            pulse.beat();
        }
        Ok(Self { poll, connections })
    }

    /// Lets all of them talk until each has heard the last reply.
    ///
    /// # Errors
    /// What a server did wrong, or that the run was stopped.
    pub fn run(self, pulse: &Pulse) -> Result<Loaded<T>, Fault> {
        let Self {
            mut poll,
            mut connections,
        } = self;
        let mut events = Events::with_capacity(EVENTS);
        let mut scratch = vec![0; SCRATCH_BYTES];
        let mut latency = Latency::default();
        let (mut commands, mut talking) = (0, connections.len());
        let cpu_before = cpu::of_thread();
        let span = Span::now();
        for connection in &mut connections {
            if !connection.say().map_err(|error| failed(&error))? {
                talking -= 1;
            }
        }
        while talking > 0 {
            match poll.poll(&mut events, Some(LOOK_EVERY)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                result => result.map_err(|error| failed(&error))?,
            }
            let go_on = if events.is_empty() {
                !pulse.is_stopped()
            } else {
                pulse.beat()
            };
            if !go_on {
                return Err(Fault::Interrupted);
            }
            for event in &events {
                let Some(connection) = connections.get_mut(event.token().0) else {
                    continue;
                };
                if event.is_writable() && !connection.unsent.is_empty() {
                    connection.send().map_err(|error| failed(&error))?;
                }
                if !event.is_readable() {
                    continue;
                }
                // Nothing tells of an end that was there when the last bytes were read.
                let is_ended = event.is_read_closed() || event.is_error();
                let (heard, goes_on) = connection
                    .hear(&mut scratch, is_ended, &mut latency)
                    .map_err(|error| failed(&error))?;
                commands += heard;
                if !goes_on {
                    talking -= 1;
                }
            }
        }
        let elapsed = Span::hull([span.until_now()]);
        let spent = cpu::of_thread().zip(cpu_before);
        let talks = connections
            .into_iter()
            .map(|connection| connection.talk)
            .collect();
        Ok(Loaded {
            talks,
            elapsed,
            latency,
            commands,
            generator_cpu: spent.map(|(after, before)| after.saturating_sub(before)),
        })
    }
}

impl<T: Talk> Connection<T> {
    /// Sends the next batch; false when nothing is left to say.
    fn say(&mut self) -> io::Result<bool> {
        let Some(batch) = self.talk.next() else {
            return Ok(false);
        };
        self.unsent = batch.bytes;
        self.awaited = batch.replies;
        self.begun = Instant::now();
        self.send()?;
        Ok(true)
    }

    /// Sends as much as fits. When not all does, the poll tells when there is room.
    fn send(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.socket.write(&self.talk.output()[self.unsent.clone()]) {
                Ok(sent) => self.unsent.start += sent,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads all that has arrived, and sends the next batch when the replies to one are complete:
    /// how many replies there were, and whether there is more to come.
    fn hear(
        &mut self,
        scratch: &mut Vec<u8>,
        is_ended: bool,
        latency: &mut Latency,
    ) -> io::Result<(u64, bool)> {
        let mut heard = 0;
        loop {
            let kept = self.partial.len();
            if scratch.len() < kept * 2 {
                scratch.resize(kept * 2, 0);
            }
            scratch[..kept].copy_from_slice(&self.partial);
            let read = match self.socket.read(&mut scratch[kept..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok((heard, true)),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let filled = kept + read;
            let drained = filled < scratch.len() && !is_ended;
            let took = self.begun.elapsed();
            let mut used = 0;
            while self.awaited > 0 {
                match self.talk.hear(&scratch[used..filled]) {
                    Ok(length) => used += length,
                    Err(Stop::Incomplete) => break,
                    Err(Stop::Wrong(what)) => return Err(io::Error::other(what)),
                }
                latency.record(took);
                self.awaited -= 1;
                heard += 1;
            }
            self.partial.clear();
            self.partial.extend_from_slice(&scratch[used..filled]);
            if self.awaited == 0 {
                if !self.partial.is_empty() {
                    return Err(io::Error::other("a reply that nothing was asked for"));
                }
                if !self.say()? {
                    return Ok((heard, false));
                }
            }
            // A read that leaves room has taken all there was, and the poll tells of more.
            if drained {
                return Ok((heard, true));
            }
        }
    }
}

fn failed(error: &io::Error) -> Fault {
    Fault::Failed(error.to_string())
}
