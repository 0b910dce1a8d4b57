//! What CONFIG SET can change while a server runs.

/// What CONFIG SET can change while a server runs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The password of the default user; empty for none.
    pub requirepass: String,
    /// How many clients may be connected.
    pub maxclients: usize,
    /// Seconds after which an idle client is disconnected; 0 is never.
    pub timeout_s: u64,
    /// Seconds between two probes of an idle TCP connection; 0 is none.
    pub tcp_keepalive_s: u64,
    /// Bytes of one argument.
    pub proto_max_bulk_bytes: u32,
    /// Bytes of one command, and of what is read ahead of a client.
    pub client_query_buffer_bytes: u32,
    /// Bytes of replies that a client may leave unread for half a minute before it is disconnected.
    pub output_hard_bytes: usize,
    /// Bytes of messages of channels that a client may leave unread before it is disconnected.
    pub pubsub_hard_bytes: usize,
    /// Microseconds from which on a command is slow; nothing is when negative.
    pub slowlog_micros: i64,
    /// How many slow commands are remembered.
    pub slowlog_max_len: usize,
}

impl Settings {
    /// Whether a client has to authenticate.
    #[must_use]
    pub fn needs_password(&self) -> bool {
        !self.requirepass.is_empty()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            requirepass: String::new(),
            maxclients: 10_000,
            timeout_s: 0,
            tcp_keepalive_s: 300,
            proto_max_bulk_bytes: 512 << 20,
            client_query_buffer_bytes: 1 << 30,
            output_hard_bytes: 64 << 20,
            pubsub_hard_bytes: 32 << 20,
            slowlog_micros: 10_000,
            slowlog_max_len: 128,
        }
    }
}
