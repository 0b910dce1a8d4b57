//! The end of a server.

use tokio::sync::watch;

/// Whether the server is about to end.
#[derive(Debug)]
pub(crate) struct Shutdown(watch::Sender<bool>);

impl Default for Shutdown {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Shutdown {
    /// Begins it.
    pub(crate) fn begin(&self) {
        self.0.send_replace(true);
    }

    /// Waits until it has begun.
    pub(crate) async fn begun(&self) {
        // An error is impossible: the sender is borrowed.
        drop(self.0.subscribe().wait_for(|&begun| begun).await);
    }
}
