//! `resp-wake`: how long a client that is blocked in BRPOP takes to get a message, over TCP.

use core::time::Duration;
use std::io::{self, ErrorKind, Read, Write};
use std::time::Instant;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::audit::{Audit, Ledger, Tally};
use crate::drive::resp::{KEY, failed, figures, levels, products, shape_of};
use crate::engine::resp::load::connect;
use crate::engine::resp::reply::{Cursor, Stop, number};
use crate::engine::resp::{Control, Level, Product, Server, command, open_files};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::latency::Latency;
use crate::measure::memory::{self, MemoryUse};
use crate::measure::{Case, Group, Pulse, Sample, Work};
use crate::message::Header;
use crate::options::Options;

const MESSAGES: u64 = 2_000;
/// Long enough for whoever got the last message to be blocked again.
const PAUSE: Duration = Duration::from_micros(300);
/// Nobody waits so long for a message that was pushed.
const PATIENCE: Duration = Duration::from_secs(10);
/// Clients that are blocked on the same key besides, and clients that are idle.
const WAITERS: usize = 4_000;
const IDLE: usize = 10_000;

/// Who is there besides the one that gets the message.
#[derive(Debug, Clone, Copy)]
struct Crowd {
    waiters: usize,
    idle: usize,
}

/// One consumer alone; among others on the same key; beside connections that do nothing.
#[must_use]
pub fn groups(options: &Options) -> Vec<Group> {
    let mut crowds = vec![Crowd {
        waiters: 0,
        idle: 0,
    }];
    let asked = !options.waiters.is_empty() || !options.connections.is_empty();
    let or = |given: &[usize], default| match given {
        [] if asked => Vec::new(),
        [] => vec![default],
        given => given.to_vec(),
    };
    let waiters = or(&options.waiters, WAITERS);
    crowds.extend(
        waiters
            .into_iter()
            .map(|waiters| Crowd { waiters, idle: 0 }),
    );
    let idle = or(&options.connections, IDLE);
    crowds.extend(idle.into_iter().map(|idle| Crowd { waiters: 0, idle }));
    let of_level = |level| {
        let group = move |&crowd: &Crowd| group(options, level, crowd);
        crowds.iter().map(group).collect::<Vec<_>>()
    };
    levels(options).into_iter().flat_map(of_level).collect()
}

fn group(options: &Options, level: Level, crowd: Crowd) -> Group {
    let Crowd { waiters, idle } = crowd;
    let beside = match (waiters, idle) {
        (0, 0) => String::new(),
        (0, idle) => format!(" beside {idle} idle connections"),
        (waiters, _) => format!(" among {waiters} others on the key"),
    };
    let mut extra = shape_of(2 + waiters + idle, 1, level);
    extra.extend([("waiters", waiters.into()), ("idle", idle.into())]);
    let shape = Shape {
        workload: "resp-wake",
        title: format!("LPUSH to a client blocked in BRPOP{beside}, level {level}"),
        producers: 1,
        consumers: 1 + waiters,
        threads: 1,
        keys: 1,
        extra,
    };
    let case = |name, product: Product| {
        let (check, weigh) = (product.clone(), product.clone());
        Case::new(name, None, move |work| {
            wake::<Tally>(&product, level, crowd, false, work).map(|(sample, _)| sample)
        })
        .checked(move |work| {
            wake::<Ledger>(&check, level, crowd, true, work).map(|(sample, _)| sample)
        })
        .with_memory(move |work| {
            wake::<Tally>(&weigh, level, crowd, false, work).map(|(_, memory)| memory)
        })
    };
    let cases = products(options)
        .into_iter()
        .map(|(name, product)| case(name, product))
        .collect();
    Group::new(shape, MESSAGES, Figure::P50, cases).with_slow_messages()
}

fn wake<A: Audit>(
    product: &Product,
    level: Level,
    crowd: Crowd,
    is_check: bool,
    work: &Work,
) -> Result<(Sample, MemoryUse), Fault> {
    open_files::make_room_for(crowd.waiters + crowd.idle + 2).map_err(failed)?;
    let server = Server::start(product, level).map_err(failed)?;
    let mut control = server.control().map_err(failed)?;
    let before = server.resident();
    let idle = idle(&server, crowd.idle, &work.pulse).map_err(failed)?;
    let mut waiters =
        Waiters::block(&server, &mut control, crowd.waiters + 1, work).map_err(failed)?;
    let after = server.resident();
    let (mut sample, audit) = waiters.serve::<A>(&server, &mut control, is_check, work)?;
    work.check_stopped()?;
    A::verdict(vec![audit], &[work.messages])?;
    let connections = crowd.waiters + crowd.idle;
    if let Some(grown) = memory::growth(before, after).filter(|_| connections > 0) {
        let grown = as_f64(u64::try_from(grown).unwrap_or(0));
        let each = grown / as_f64(connections as u64 + 1);
        sample.extra.push(("bytes_per_connection", each));
    }
    drop(idle);
    let memory = MemoryUse {
        peak_rss_bytes: server.peak_resident(),
        ..MemoryUse::default()
    };
    Ok((sample, memory))
}

/// Connections of which each has been answered once.
fn idle(server: &Server, count: usize, pulse: &Pulse) -> io::Result<Vec<std::net::TcpStream>> {
    let connect = |_| {
        let mut socket = std::net::TcpStream::connect(server.address())?;
        socket.write_all(b"*1\r\n$4\r\nPING\r\n")?;
        let mut reply = [0; 7];
        socket.read_exact(&mut reply)?;
        pulse.beat();
        if &reply == b"+PONG\r\n" {
            Ok(socket)
        } else {
            Err(io::Error::other("PING was not answered by PONG"))
        }
    };
    (0..count).map(connect).collect()
}

/// Connections that are blocked in BRPOP on one key.
struct Waiters {
    poll: Poll,
    events: Events,
    sockets: Vec<TcpStream>,
    brpop: Vec<u8>,
}

impl Waiters {
    /// Blocks them one after the other, so that they wait in this order.
    fn block(
        server: &Server,
        control: &mut Control,
        count: usize,
        work: &Work,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut sockets = Vec::with_capacity(count);
        let mut brpop = Vec::new();
        command::put(&mut brpop, &[b"BRPOP", KEY, b"0"]);
        for index in 0..count {
            let mut socket = connect(server.address())?;
            let readable = Interest::READABLE;
            poll.registry()
                .register(&mut socket, Token(index), readable)?;
            send(&mut socket, &brpop)?;
            sockets.push(socket);
            until_blocked(control, index + 1)?;
            if !work.pulse.beat() {
                break;
            }
        }
        Ok(Self {
            poll,
            events: Events::with_capacity(16),
            sockets,
            brpop,
        })
    }

    /// Pushes one message at a time, each of which must reach somebody; the client that waits
    /// longest, when the order in which they wait is certain.
    fn serve<A: Audit>(
        &mut self,
        server: &Server,
        control: &mut Control,
        is_certain: bool,
        work: &Work,
    ) -> Result<(Sample, A), Fault> {
        let mut audit = A::default();
        let mut latency = Latency::default();
        let mut message = vec![b'.'; work.payload];
        let mut input = Vec::new();
        let cpu_before = server.cpu();
        let mut elapsed = Duration::ZERO;
        for sequence in 0..work.messages {
            A::write(&mut message, Header::new(0, sequence));
            pause();
            let begun = Instant::now();
            control.say(&[b"LPUSH", KEY, &message]).map_err(failed)?;
            let waiter = self.receive(&mut input).map_err(failed)?;
            let took = begun.elapsed();
            latency.record(took);
            elapsed += took;
            match message_of(&input) {
                Ok(received) if received.len() == work.payload => audit.read(received),
                _ => return Err(failed("BRPOP did not answer with the key and the message")),
            }
            let length = control.hear(number).map_err(failed)?;
            if length != 1 {
                return Err(failed(format_args!("LPUSH answered {length} instead of 1")));
            }
            let turn = usize::try_from(sequence).unwrap_or(usize::MAX) % self.sockets.len();
            if is_certain && waiter != turn {
                return Err(failed(format_args!(
                    "client {waiter} was served although client {turn} waited longer"
                )));
            }
            send(&mut self.sockets[waiter], &self.brpop).map_err(failed)?;
            if is_certain {
                until_blocked(control, self.sockets.len()).map_err(failed)?;
            }
            if !work.pulse.beat() {
                break;
            }
        }
        let spent = server.cpu().zip(cpu_before);
        let mut sample = Sample::new(work.messages, elapsed);
        sample.latency = latency;
        // One LPUSH and one BRPOP.
        let cpu = spent.map(|(after, before)| after.saturating_sub(before));
        figures(&mut sample, 2 * work.messages, cpu, None);
        Ok((sample, audit))
    }

    /// Waits for the one reply that comes, and says whose it is.
    fn receive(&mut self, input: &mut Vec<u8>) -> io::Result<usize> {
        input.clear();
        loop {
            match self.poll.poll(&mut self.events, Some(PATIENCE)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                result => result?,
            }
            if self.events.is_empty() {
                return Err(io::Error::other("a message that was pushed reached nobody"));
            }
            for event in &self.events {
                let index = event.token().0;
                match self.sockets[index].read_to_end(input) {
                    Ok(_) => return Err(ErrorKind::UnexpectedEof.into()),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
                if message_of(input) != Err(Stop::Incomplete) {
                    return Ok(index);
                }
            }
        }
    }
}

/// Sleeps would be longer than this by an unknown time.
fn pause() {
    let due = Instant::now() + PAUSE;
    while Instant::now() < due {
        core::hint::spin_loop();
    }
}

/// Waits until so many clients are blocked.
fn until_blocked(control: &mut Control, clients: usize) -> io::Result<()> {
    let start = Instant::now();
    while control.blocked_clients()? < clients {
        if start.elapsed() > PATIENCE {
            return Err(io::Error::other(
                "a client that called BRPOP is not blocked",
            ));
        }
    }
    Ok(())
}

/// So few bytes always fit.
fn send(socket: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    match socket.write(bytes)? {
        sent if sent == bytes.len() => Ok(()),
        _ => Err(io::Error::other(
            "a command does not fit into a socket's buffer",
        )),
    }
}

/// The message in the reply of BRPOP.
fn message_of(input: &[u8]) -> Result<&[u8], Stop> {
    let mut cursor = Cursor::new(input);
    cursor.array_of(2)?;
    match cursor.bulk()? {
        key if key == KEY => cursor.bulk(),
        _ => Err(Stop::Wrong("a message of another key".to_owned())),
    }
}
