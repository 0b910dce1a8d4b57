//! What a connection remembers from one command to the next.

use std::sync::Arc;

use forebay_resp::Protocol;

use crate::server::Client;

/// What a connection remembers from one command to the next.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Arc<Client>,
    pub(crate) protocol: Protocol,
}

impl Session {
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self {
            client,
            protocol: Protocol::default(),
        }
    }
}
