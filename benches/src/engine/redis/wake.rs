//! A reader that sleeps in XREAD BLOCK.

use core::time::Duration;

use forebay::StreamId;
use parking_lot::Mutex;

use crate::engine::redis::{Connection, NAME, Server, refused};
use crate::engine::stream::FIELD;
use crate::engine::{BlockingQueue, Named};

const KEY: &[u8] = b"mq";

/// One connection that adds and one that waits.
#[derive(Debug)]
pub struct Blocking {
    adding: Mutex<Connection>,
    waiting: Mutex<(Connection, StreamId)>,
    /// Dropped last: the connections are closed before.
    _server: Server,
}

impl Named for Blocking {
    const NAME: &'static str = NAME;
}

impl BlockingQueue for Blocking {
    fn new() -> Self {
        let server = Server::start();
        Self {
            adding: Mutex::new(server.connect()),
            waiting: Mutex::new((server.connect(), StreamId::MIN)),
            _server: server,
        }
    }

    fn push(&self, message: &[u8]) {
        let mut connection = self.adding.lock();
        connection.put(&[b"XADD", KEY, b"*", FIELD, message]);
        connection.flush();
        connection.skip();
    }

    fn wait<R>(&self, read: impl FnOnce(&[u8]) -> R) -> R {
        // A block of 0 ms has no limit.
        match self.wait_for(Duration::ZERO, read) {
            Some(result) => result,
            None => refused(&"a read without a limit found nothing"),
        }
    }

    fn wait_for<R>(&self, limit: Duration, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let (connection, seen) = &mut *self.waiting.lock();
        connection.begin(8);
        for part in [&b"XREAD"[..], b"COUNT", b"1", b"BLOCK"] {
            connection.part(part);
        }
        connection.number(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX));
        connection.part(b"STREAMS");
        connection.part(KEY);
        connection.id(*seen);
        connection.flush();
        if connection.array() == 0 {
            return None;
        }
        // One stream: its name, and its entries. One entry: its id, and its fields.
        let found = connection.array() == 2 && {
            connection.skip();
            connection.array() == 1 && connection.array() == 2
        };
        if !found {
            refused(&"not one entry");
        }
        *seen = connection.read_id();
        connection.array();
        connection.skip();
        Some(read(connection.bulk()))
    }
}
