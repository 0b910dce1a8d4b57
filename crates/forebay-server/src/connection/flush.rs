//! Sending replies.

use tokio::io::AsyncWriteExt;

use super::Connection;
use super::run::Ending;
use crate::server::Event;

impl Connection {
    /// Sends the replies of the commands that have been executed since the last call. This is the
    /// only place where replies leave the server.
    ///
    /// While the client does not read, nothing more of it is read or executed.
    pub(super) async fn flush(&mut self) -> Result<(), Ending> {
        if self.output.is_empty() {
            return Ok(());
        }
        self.settle().await?;
        let client = &self.session.client;
        let mut sent = 0;
        while sent < self.output.len() {
            let mut is_killed = false;
            tokio::select! {
                biased;
                written = self.socket.write(&self.output[sent..]) => match written? {
                    0 => return Err(Ending::Gone),
                    bytes => sent += bytes,
                },
                () = client.told() => {
                    let events = client.take_events();
                    is_killed = events.contains(&Event::Kill) || events.contains(&Event::Shutdown);
                }
            }
            if is_killed {
                return Err(Ending::Killed);
            }
        }
        self.session.stats.output_bytes.add(sent as u64);
        self.output.clear();
        Ok(())
    }

    /// Waits until what the commands of this batch have changed is as durable as was promised.
    /// Other connections of the loop go on meanwhile.
    ///
    /// An engine in memory promises nothing.
    #[expect(
        clippy::unused_async,
        clippy::unnecessary_wraps,
        reason = "an engine with a log waits here"
    )]
    async fn settle(&self) -> Result<(), Ending> {
        Ok(())
    }
}
