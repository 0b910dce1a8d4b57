//! The workloads' commands.

use forebay::StreamId;
use parking_lot::Mutex;

use crate::engine::redis::{Connection, NAME, Server};
use crate::engine::stream::{self, FIELD, KeyedStreams, Member, Session};
use crate::engine::{Key, Named};

const KEY: &[u8] = b"mq";
/// So many commands are under way at once.
const PIPELINE: u32 = 100;
/// So many entries are asked for at once, in as many commands as that takes.
const ENTRIES_AT_ONCE: usize = 100;

/// One stream of a server that nobody else uses.
#[derive(Debug)]
pub struct Stream(Server);

impl Named for Stream {
    const NAME: &'static str = NAME;
}

impl stream::Stream for Stream {
    type Session<'a> = Connected;
    type Member<'a> = Connected;

    const PIPELINE: Option<u32> = Some(PIPELINE);

    fn new(groups: usize) -> Self {
        let server = Server::start();
        let mut connection = server.connect();
        for group in 0..groups {
            let name = group.to_string();
            let start: [&[u8]; 6] = [
                b"XGROUP",
                b"CREATE",
                KEY,
                name.as_bytes(),
                b"0",
                b"MKSTREAM",
            ];
            connection.put(&start);
            connection.flush();
            connection.skip();
        }
        Self(server)
    }

    fn session(&self) -> Connected {
        Connected::new(self.0.connect(), 0, 0)
    }

    fn member(&self, group: usize, consumer: usize) -> Connected {
        Connected::new(self.0.connect(), group, consumer)
    }

    fn resident(&self) -> Option<u64> {
        self.0.resident()
    }

    fn peak_resident(&self) -> Option<u64> {
        self.0.peak_resident()
    }
}

/// A connection of one thread.
#[derive(Debug)]
pub struct Connected {
    connection: Connection,
    group: String,
    consumer: String,
    /// Replies that nobody has looked at and nobody needs.
    owed: u32,
    /// Where XAUTOCLAIM goes on.
    cursor: StreamId,
}

impl Connected {
    fn new(connection: Connection, group: usize, consumer: usize) -> Self {
        Self {
            connection,
            group: group.to_string(),
            consumer: consumer.to_string(),
            owed: 0,
            cursor: StreamId::MIN,
        }
    }

    /// One more reply will come; when there are enough, all are read.
    fn owe(&mut self) {
        self.owed += 1;
        if self.owed == PIPELINE {
            self.pay();
        }
    }

    fn pay(&mut self) {
        self.connection.flush();
        for _ in 0..core::mem::take(&mut self.owed) {
            self.connection.skip();
        }
    }

    /// Shows an array of entries.
    fn entries(&mut self, visit: &mut impl FnMut(StreamId, &[u8])) {
        for _ in 0..self.connection.array() {
            self.entry(visit);
        }
    }

    fn entry(&mut self, visit: &mut impl FnMut(StreamId, &[u8])) {
        // An entry that was deleted while it was pending is nil.
        if self.connection.array() == 2 {
            let id = self.connection.read_id();
            if self.connection.array() == 2 {
                self.connection.skip();
                visit(id, self.connection.bulk());
            }
        }
    }

    /// Shows the entries of the one stream of XREAD or XREADGROUP.
    fn stream(&mut self, visit: &mut impl FnMut(StreamId, &[u8])) {
        if self.connection.array() == 1 && self.connection.array() == 2 {
            self.connection.skip();
            self.entries(visit);
        }
    }

    fn range_of(
        &mut self,
        command: &[u8],
        [first, second]: [StreamId; 2],
        count: usize,
        mut visit: impl FnMut(StreamId, &[u8]),
    ) {
        self.connection.begin(6);
        self.connection.part(command);
        self.connection.part(KEY);
        self.connection.id(first);
        self.connection.id(second);
        self.connection.part(b"COUNT");
        self.connection.number(count as u64);
        self.pay();
        self.entries(&mut visit);
    }
}

impl Session for Connected {
    fn add(&mut self, message: &[u8]) {
        self.connection.put(&[b"XADD", KEY, b"*", FIELD, message]);
        self.owe();
    }

    fn add_bounded(&mut self, message: &[u8], maxlen: u64) {
        self.connection.begin(8);
        for part in [&b"XADD"[..], KEY, b"MAXLEN", b"~"] {
            self.connection.part(part);
        }
        self.connection.number(maxlen);
        for part in [b"*", FIELD, message] {
            self.connection.part(part);
        }
        self.owe();
    }

    fn settle(&mut self) {
        self.pay();
    }

    fn read(&mut self, after: StreamId, count: usize, mut visit: impl FnMut(StreamId, &[u8])) {
        self.connection.begin(6);
        self.connection.part(b"XREAD");
        self.connection.part(b"COUNT");
        self.connection.number(count as u64);
        self.connection.part(b"STREAMS");
        self.connection.part(KEY);
        self.connection.id(after);
        self.pay();
        self.stream(&mut visit);
    }

    fn range(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        self.range_of(b"XRANGE", [from, to], count, visit);
    }

    fn range_back(
        &mut self,
        from: StreamId,
        to: StreamId,
        count: usize,
        visit: impl FnMut(StreamId, &[u8]),
    ) {
        self.range_of(b"XREVRANGE", [to, from], count, visit);
    }

    fn length(&mut self) -> u64 {
        self.connection.put(&[b"XLEN", KEY]);
        self.pay();
        self.connection.integer()
    }
}

impl Member for Connected {
    fn take(&mut self, count: usize, mut visit: impl FnMut(StreamId, &[u8])) {
        let commands = (ENTRIES_AT_ONCE / count).max(1);
        for _ in 0..commands {
            self.connection.begin(9);
            self.connection.part(b"XREADGROUP");
            self.connection.part(b"GROUP");
            self.connection.part(self.group.as_bytes());
            self.connection.part(self.consumer.as_bytes());
            self.connection.part(b"COUNT");
            self.connection.number(count as u64);
            for part in [b"STREAMS", KEY, b">"] {
                self.connection.part(part);
            }
        }
        self.pay();
        for _ in 0..commands {
            self.stream(&mut visit);
        }
    }

    fn ack(&mut self, ids: &[StreamId]) {
        self.connection.begin(3 + ids.len());
        self.connection.part(b"XACK");
        self.connection.part(KEY);
        self.connection.part(self.group.as_bytes());
        for &id in ids {
            self.connection.id(id);
        }
        self.owe();
    }

    fn settle(&mut self) {
        self.pay();
    }

    fn claim(&mut self, min_idle_ms: u64, count: usize, mut visit: impl FnMut(StreamId, &[u8])) {
        // A step of XAUTOCLAIM may find nothing although there is more.
        let mut claimed = 0;
        while claimed == 0 {
            self.connection.begin(8);
            self.connection.part(b"XAUTOCLAIM");
            self.connection.part(KEY);
            self.connection.part(self.group.as_bytes());
            self.connection.part(self.consumer.as_bytes());
            self.connection.number(min_idle_ms);
            self.connection.id(self.cursor);
            self.connection.part(b"COUNT");
            self.connection.number(count as u64);
            self.pay();
            let parts = self.connection.array();
            self.cursor = self.connection.read_id();
            self.entries(&mut |id, message| {
                claimed += 1;
                visit(id, message);
            });
            (2..parts).for_each(|_| self.connection.skip());
            if self.cursor == StreamId::MIN {
                return;
            }
        }
    }

    fn pending(&mut self) -> u64 {
        let parts: [&[u8]; 3] = [b"XPENDING", KEY, self.group.as_bytes()];
        self.connection.put(&parts);
        self.pay();
        let parts = self.connection.array();
        let pending = self.connection.integer();
        (1..parts).for_each(|_| self.connection.skip());
        pending
    }
}

/// Streams by name, through one connection.
#[derive(Debug)]
pub struct Keyed {
    connected: Mutex<Connected>,
    server: Server,
}

impl Named for Keyed {
    const NAME: &'static str = NAME;
}

impl KeyedStreams for Keyed {
    fn new() -> Self {
        let server = Server::start();
        Self {
            connected: Mutex::new(Connected::new(server.connect(), 0, 0)),
            server,
        }
    }

    fn add(&self, key: Key<'_>, message: &[u8]) {
        let mut connected = self.connected.lock();
        connected
            .connection
            .put(&[b"XADD", key.name, b"*", FIELD, message]);
        connected.owe();
    }

    fn settle(&self) {
        self.connected.lock().pay();
    }

    fn first(&self, key: Key<'_>, mut visit: impl FnMut(&[u8])) {
        let mut connected = self.connected.lock();
        connected
            .connection
            .put(&[b"XRANGE", key.name, b"-", b"+", b"COUNT", b"1"]);
        connected.pay();
        connected.entries(&mut |_, message| visit(message));
    }

    fn resident(&self) -> Option<u64> {
        self.server.resident()
    }

    fn peak_resident(&self) -> Option<u64> {
        self.server.peak_resident()
    }
}
