//! Sending replies.

use core::cell::Cell;
use core::time::Duration;

use forebay::Ticket;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use tracing::error;

use super::Connection;
use super::run::Ending;
use crate::server::{Client, Event};

thread_local! {
    /// The last ticket of this loop that was waited for in vain. Nothing is written any more after
    /// that, so commands whose ticket is no later have only read.
    static FAILED: Cell<Option<Ticket>> = const { Cell::new(None) };
}

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
    /// An engine in memory promises nothing. When the log fails meanwhile nobody knows whether the
    /// commands of this batch will be there after the next start, so the connection ends without an
    /// answer. What is read from then on depends on no write that waits, and is answered.
    async fn settle(&self) -> Result<(), Ending> {
        let engine = &self.server.durable;
        // Of this loop's thread: also of what its other connections have done before.
        let ticket = engine.ticket();
        if FAILED.get().is_some_and(|failed| ticket <= failed) {
            return Ok(());
        }
        let settled = engine.durable_async(ticket).await;
        settled.map_err(|error| {
            FAILED.set(FAILED.get().max(Some(ticket)));
            error!("the log has failed, a client gets no answer: {error}");
            Ending::Killed
        })
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
        // Only TLS keeps something back.
        let mut is_flushed = !self.socket.is_tls();
        while !is_flushed {
            tokio::select! {
                biased;
                flushed = self.socket.flush() => {
                    flushed?;
                    is_flushed = true;
                }
                () = client.told(), if !is_told => {
                    is_told = true;
                    end_if_killed(client)?;
                }
            }
        }
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
        match timeout(STALL, self.socket.flush()).await {
            Ok(flushed) => Ok(flushed?),
            Err(_) => Err(Ending::Killed),
        }
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
