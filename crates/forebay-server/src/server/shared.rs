//! What all connections of a server share.

use forebay::Engine;
use forebay_resp::CommandLimits;

use super::Event;
use super::client::Clients;
use super::shutdown::Shutdown;
use crate::config::Config;

/// What all connections of a server share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) engine: Engine,
    pub(crate) config: Config,
    pub(crate) clients: Clients,
    pub(crate) shutdown: Shutdown,
}

impl Server {
    pub(crate) fn new(engine: Engine, config: Config) -> Self {
        Self {
            engine,
            config,
            clients: Clients::default(),
            shutdown: Shutdown::default(),
        }
    }

    /// What a client may send in one command.
    pub(crate) fn command_limits(&self) -> CommandLimits {
        CommandLimits::default()
    }

    /// Tells everybody that the server ends.
    pub(crate) fn begin_shutdown(&self) {
        self.shutdown.begin();
        for client in self.clients.all() {
            client.tell(Event::Shutdown);
        }
    }
}
