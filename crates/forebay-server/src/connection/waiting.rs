//! A connection whose command waits.

use core::future::poll_fn;
use core::sync::atomic::Ordering::Relaxed;
use std::io;
use std::sync::Arc;

use forebay_resp::ReplyWriter;

use super::Connection;
use super::run::Ending;
use crate::command::Refusal;
use crate::command::flow::Waiting;
use crate::server::{Client, Event};

/// While a command waits, so many bytes of the commands behind it are read. A client that sends
/// more and then goes away is only missed when its connection breaks.
const READ_AHEAD_BYTES_MAX: usize = 1 << 20;

impl Connection {
    /// Waits for the reply of a command, and writes it. Commands that arrive meanwhile are kept.
    ///
    /// Whether the client is still there is looked at first: an element is not given to one that
    /// has closed its connection.
    pub(super) async fn wait(
        &mut self,
        mut waiting: Box<dyn Waiting + Send>,
    ) -> Result<(), Ending> {
        let client = Arc::clone(&self.session.client);
        // Relaxed: see `Client`.
        client.is_blocked.store(true, Relaxed);
        let ended = self.wait_for(&client, &mut *waiting).await;
        client.is_blocked.store(false, Relaxed);
        client.set_awaited(Vec::new());
        ended
    }

    async fn wait_for(
        &mut self,
        client: &Client,
        waiting: &mut (dyn Waiting + Send),
    ) -> Result<(), Ending> {
        loop {
            let protocol = self.session.protocol;
            let mut reply_bytes = core::mem::take(&mut self.output);
            let served = poll_fn(|cx| {
                let mut reply = ReplyWriter::new(&mut reply_bytes, protocol);
                waiting.poll(cx, &mut reply)
            });
            let outcome = tokio::select! {
                biased;
                read = self.look_after() => Outcome::Read(read?),
                () = client.told() => Outcome::Told,
                done = served => Outcome::Served(done),
            };
            self.output = reply_bytes;
            match outcome {
                Outcome::Read(0) => return Err(Ending::Gone),
                Outcome::Read(_) => {}
                Outcome::Told => {
                    if self.is_unblocked()? {
                        // Messages of channels have come with it, or come yet.
                        client.remind();
                        return Ok(());
                    }
                }
                Outcome::Served(done) => {
                    self.session.stats.unblocked.add(1);
                    if let Err(refusal) = done {
                        self.session.stats.count_error(refusal.code());
                        self.refuse(&refusal);
                    }
                    return Ok(());
                }
            }
        }
    }

    /// Reads what arrives, as long as there is room; 0 when the client is gone.
    pub(super) async fn look_after(&mut self) -> io::Result<usize> {
        if self.input.len() < READ_AHEAD_BYTES_MAX {
            return self.read().await;
        }
        self.socket.broken().await;
        Ok(0)
    }

    /// Does what others have told; whether the command is over, with its reply written.
    fn is_unblocked(&mut self) -> Result<bool, Ending> {
        let events = self.session.client.take_events();
        if events.contains(&Event::Kill) {
            return Err(Ending::Killed);
        }
        if events.contains(&Event::Shutdown) {
            self.refuse(&Refusal::new("UNBLOCKED the server is shutting down"));
            self.session.client.tell(Event::Shutdown);
            return Ok(true);
        }
        match events.first() {
            Some(Event::UnblockTimeout) => {
                ReplyWriter::new(&mut self.output, self.session.protocol).null_array();
            }
            Some(_) => self.refuse(&Refusal::new(
                "UNBLOCKED client unblocked via CLIENT UNBLOCK",
            )),
            None => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        ReplyWriter::new(&mut self.output, self.session.protocol).error(refusal.text());
    }
}

enum Outcome {
    Read(usize),
    Told,
    Served(Result<(), Refusal>),
}
