//! All connected clients.

use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use ahash::AHashMap;
use parking_lot::Mutex;

use super::client::Client;

/// All connected clients.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    last_id: AtomicU64,
    by_id: Mutex<AHashMap<u64, Arc<Client>>>,
}

impl Clients {
    /// Adds a client, unless there are `max` already.
    pub(crate) fn add(
        &self,
        address: String,
        local_address: String,
        now_ms: i64,
        max: usize,
    ) -> Option<Arc<Client>> {
        let mut by_id = self.by_id.lock();
        if by_id.len() >= max {
            return None;
        }
        // Relaxed: numbers are only to differ.
        let id = self.last_id.fetch_add(1, Relaxed) + 1;
        let client = Arc::new(Client::new(id, address, local_address, now_ms));
        by_id.insert(id, Arc::clone(&client));
        Some(client)
    }

    pub(crate) fn remove(&self, id: u64) {
        self.by_id.lock().remove(&id);
    }

    pub(crate) fn find(&self, id: u64) -> Option<Arc<Client>> {
        self.by_id.lock().get(&id).map(Arc::clone)
    }

    /// All of them, in the order in which they came.
    pub(crate) fn all(&self) -> Vec<Arc<Client>> {
        let mut all: Vec<_> = self.by_id.lock().values().map(Arc::clone).collect();
        all.sort_unstable_by_key(|client| client.id);
        all
    }
}
