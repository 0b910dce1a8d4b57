//! Channels, and who listens to them.

use std::sync::Arc;

use ahash::AHashMap;
use bytes::Bytes;
use forebay::matches_pattern;
use indexmap::IndexMap;
use parking_lot::RwLock;

use super::client::{Client, Message};

type Listeners = IndexMap<u64, Arc<Client>, ahash::RandomState>;
type Channels = AHashMap<Bytes, Listeners>;

/// Channels, and who listens to them. A message is given to who listens when it is published, and
/// kept nowhere.
#[derive(Debug, Default)]
pub(crate) struct PubSub {
    channels: RwLock<Channels>,
    patterns: RwLock<Channels>,
}

impl PubSub {
    pub(crate) fn subscribe(&self, channel: &Bytes, client: &Arc<Client>) {
        add(&self.channels, channel, client);
    }

    pub(crate) fn psubscribe(&self, pattern: &Bytes, client: &Arc<Client>) {
        add(&self.patterns, pattern, client);
    }

    pub(crate) fn unsubscribe(&self, channel: &Bytes, client: &Client) {
        remove(&self.channels, channel, client);
    }

    pub(crate) fn punsubscribe(&self, pattern: &Bytes, client: &Client) {
        remove(&self.patterns, pattern, client);
    }

    /// PUBLISH: how many clients get the message. One that has left more than `bytes_max` unread is
    /// disconnected.
    pub(crate) fn publish(&self, channel: &[u8], payload: &[u8], bytes_max: usize) -> usize {
        let mut message = None;
        let mut make = || {
            message
                .get_or_insert_with(|| Message {
                    pattern: None,
                    channel: Bytes::copy_from_slice(channel),
                    payload: Bytes::copy_from_slice(payload),
                })
                .clone()
        };
        let mut receivers = 0;
        if let Some(listeners) = self.channels.read().get(channel) {
            for client in listeners.values() {
                client.send(make(), bytes_max);
            }
            receivers += listeners.len();
        }
        let patterns = self.patterns.read();
        for (pattern, listeners) in &*patterns {
            if matches_pattern(pattern, channel) {
                for client in listeners.values() {
                    let message = Message {
                        pattern: Some(pattern.clone()),
                        ..make()
                    };
                    client.send(message, bytes_max);
                }
                receivers += listeners.len();
            }
        }
        receivers
    }

    /// PUBSUB CHANNELS: those with listeners, patterns aside.
    pub(crate) fn channels(&self, pattern: &[u8]) -> Vec<Bytes> {
        let channels = self.channels.read();
        let fitting = channels
            .keys()
            .filter(|name| matches_pattern(pattern, name));
        fitting.cloned().collect()
    }

    /// PUBSUB NUMSUB of one channel.
    pub(crate) fn listeners(&self, channel: &[u8]) -> usize {
        self.channels.read().get(channel).map_or(0, IndexMap::len)
    }

    /// How many channels have listeners.
    pub(crate) fn channel_count(&self) -> usize {
        self.channels.read().len()
    }

    /// PUBSUB NUMPAT: how many patterns have listeners.
    pub(crate) fn pattern_count(&self) -> usize {
        self.patterns.read().len()
    }
}

fn add(channels: &RwLock<Channels>, name: &Bytes, client: &Arc<Client>) {
    let mut channels = channels.write();
    let listeners = channels.entry(name.clone()).or_default();
    listeners.insert(client.id, Arc::clone(client));
}

fn remove(channels: &RwLock<Channels>, name: &Bytes, client: &Client) {
    let mut channels = channels.write();
    if let Some(listeners) = channels.get_mut(name) {
        listeners.swap_remove(&client.id);
        if listeners.is_empty() {
            channels.remove(name);
        }
    }
}
