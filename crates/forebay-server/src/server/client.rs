//! A connected client, as others see it.

use core::mem;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;

use ahash::AHashMap;
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::Notify;

/// What others tell a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Close: CLIENT KILL, or a limit.
    Kill,
    /// End the blocking command as if its time were over.
    UnblockTimeout,
    /// End the blocking command with an error.
    UnblockError,
    /// Finish what has arrived, and close.
    Shutdown,
}

/// A connected client, as others see it: what CLIENT LIST tells, and where messages for it go.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: u64,
    pub(crate) address: String,
    notify: Notify,
    mail: Mutex<Mail>,
}

#[derive(Debug, Default)]
struct Mail {
    events: Vec<Event>,
}

impl Client {
    fn new(id: u64, address: String) -> Self {
        Self {
            id,
            address,
            notify: Notify::new(),
            mail: Mutex::default(),
        }
    }

    /// Tells the connection something.
    pub(crate) fn tell(&self, event: Event) {
        self.mail.lock().events.push(event);
        self.notify.notify_one();
    }

    /// What has been told since the last call.
    pub(crate) fn take_events(&self) -> Vec<Event> {
        mem::take(&mut self.mail.lock().events)
    }

    /// Waits until something has been told. Only its connection waits here.
    pub(crate) async fn told(&self) {
        self.notify.notified().await;
    }
}

/// All connected clients.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    last_id: AtomicU64,
    by_id: Mutex<AHashMap<u64, Arc<Client>>>,
}

impl Clients {
    /// Adds a client, unless there are `max` already.
    pub(crate) fn add(&self, address: String, max: usize) -> Option<Arc<Client>> {
        let mut by_id = self.by_id.lock();
        if by_id.len() >= max {
            return None;
        }
        // Relaxed: numbers are only to differ.
        let id = self.last_id.fetch_add(1, Relaxed) + 1;
        let client = Arc::new(Client::new(id, address));
        by_id.insert(id, Arc::clone(&client));
        Some(client)
    }

    pub(crate) fn remove(&self, id: u64) {
        self.by_id.lock().remove(&id);
    }

    /// All of them, in the order in which they came.
    pub(crate) fn all(&self) -> Vec<Arc<Client>> {
        let mut all: Vec<_> = self.by_id.lock().values().map(Arc::clone).collect();
        all.sort_unstable_by_key(|client| client.id);
        all
    }
}
