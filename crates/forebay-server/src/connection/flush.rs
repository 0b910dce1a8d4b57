//! Sending replies.

use core::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::Connection;
use super::run::Ending;
use crate::server::{Client, Event};

/// How long a client that has too many bytes waiting may take none of them.
const STALL: Duration = Duration::from_secs(30);

impl Connection {
    /// Sends the replies of the commands that have been executed since the last call. This is the
    /// only place where replies leave the server.
    ///
    /// While the client does not read, nothing more of it is read or executed. A client that has
    /// more bytes waiting than the limit, and takes none of them for a time, is disconnected.
    pub(super) async fn flush(&mut self) -> Result<(), Ending> {
        if self.output.is_empty() {
            return Ok(());
        }
        self.settle().await?;
        let sent = self.output.len();
        if sent <= self.server.settings().output_hard_bytes {
            self.send().await?;
        } else {
            self.send_much().await?;
        }
        self.session.stats.output_bytes.add(sent as u64);
        self.output.clear();
        Ok(())
    }

    /// Waits until what the commands of this batch have changed is as durable as was promised.
    /// Other connections of the loop go on meanwhile.
    ///
    /// An engine in memory promises nothing.
    #[expect(clippy::unused_async, reason = "an engine with a log waits here")]
    async fn settle(&self) -> Result<(), Ending> {
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Ending> {
        let client = &self.session.client;
        let mut sent = 0;
        let mut is_told = false;
        while sent < self.output.len() {
            tokio::select! {
                biased;
                written = self.socket.write(&self.output[sent..]) => match written? {
                    0 => return Err(Ending::Gone),
                    bytes => sent += bytes,
                },
                () = client.told(), if !is_told => {
                    is_told = true;
                    end_if_killed(client)?;
                }
            }
        }
        self.socket.flush().await?;
        if is_told {
            // For who listens when there is nothing to send.
            client.remind();
        }
        Ok(())
    }

    #[cold]
    async fn send_much(&mut self) -> Result<(), Ending> {
        let client = &self.session.client;
        let mut sent = 0;
        while sent < self.output.len() {
            let written = timeout(STALL, self.socket.write(&self.output[sent..])).await;
            match written {
                Ok(Ok(0)) => return Err(Ending::Gone),
                Ok(written) => sent += written?,
                Err(_) => return Err(Ending::Killed),
            }
            end_if_killed(client)?;
        }
        self.socket.flush().await?;
        Ok(())
    }
}

/// A connection that is killed does not send what is left; one that is told anything else does.
fn end_if_killed(client: &Client) -> Result<(), Ending> {
    if client.has_been_told(Event::Kill) {
        Err(Ending::Killed)
    } else {
        Ok(())
    }
}
