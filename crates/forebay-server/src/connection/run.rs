//! The life of a connection.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::sync::atomic::Ordering::Relaxed;
use core::time::Duration;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use forebay_resp::{CommandDecoder, ReplyWriter};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tracing::debug;

use super::batch::Next;
use super::{Session, Socket, buffers};
use crate::server::{Client, Event, LoopStats, Message, Server};

/// How long a client of TLS has to take the end of its connection.
const FAREWELL: Duration = Duration::from_secs(1);
/// How many bytes are read at once; a large argument is read with more.
const READ_BYTES: usize = 16 << 10;

/// A connection of a client.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(super) server: Arc<Server>,
    pub(super) socket: Socket,
    pub(super) session: Session,
    pub(super) decoder: CommandDecoder,
    /// What has arrived and is not executed.
    pub(super) input: BytesMut,
    /// Replies that are not sent.
    pub(super) output: BytesMut,
}

/// Why a connection ends.
#[derive(Debug)]
pub(super) enum Ending {
    /// The client has closed it, or it broke.
    Gone,
    /// The client wants it, or has been told in a last reply why.
    Done,
    /// It was told to end.
    Killed,
    Failed(#[expect(dead_code, reason = "it is shown in the log")] io::Error),
}

impl From<io::Error> for Ending {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            // A client of TLS that has not said goodbye.
            return Self::Gone;
        }
        Self::Failed(error)
    }
}

impl Connection {
    pub(crate) fn new(
        server: Arc<Server>,
        socket: Socket,
        client: Arc<Client>,
        stats: Arc<LoopStats>,
    ) -> Self {
        Self {
            session: Session::new(&server, client, stats),
            server,
            socket,
            decoder: CommandDecoder::new(),
            input: BytesMut::new(),
            output: BytesMut::new(),
        }
    }

    /// Serves the client until it or the server ends.
    pub(crate) async fn run(mut self) {
        let ending = loop {
            if let Err(ending) = self.turn().await {
                break ending;
            }
        };
        if let Socket::Tls(stream) = &mut self.socket {
            // So that the client knows that nothing was cut off. An error: it has gone, or does not
            // read.
            let _closed = timeout(FAREWELL, stream.shutdown()).await;
        }
        debug!(client = self.session.client.id, ?ending, "connection ended");
    }

    /// Waits for something to happen, and does what is to be done then.
    async fn turn(&mut self) -> Result<(), Ending> {
        let client = Arc::clone(&self.session.client);
        tokio::select! {
            biased;
            () = client.told() => self.hear().await,
            read = self.read() => match read? {
                0 => Err(Ending::Gone),
                bytes => {
                    self.session.stats.input_bytes.add(bytes as u64);
                    self.note_activity();
                    self.serve().await
                }
            },
        }
    }

    /// Lets CLIENT LIST see that the client has done something.
    fn note_activity(&self) {
        let client = &self.session.client;
        // Relaxed: see `Client`.
        client.last_active_ms.store(self.server.now_ms(), Relaxed);
        client.input_bytes.store(self.input.len(), Relaxed);
    }

    /// Does what others have told this connection, which does not wait for anything.
    async fn hear(&mut self) -> Result<(), Ending> {
        let mail = self.session.client.take_mail();
        // Of the other events, it is not blocked any more.
        let ends = mail
            .events
            .iter()
            .any(|event| matches!(event, Event::Kill | Event::Shutdown));
        self.write_messages(&mail.messages);
        self.flush().await?;
        self.give_buffers_back();
        if ends { Err(Ending::Killed) } else { Ok(()) }
    }

    /// Executes what has arrived, and sends the replies.
    async fn serve(&mut self) -> Result<(), Ending> {
        loop {
            match self.execute_batch() {
                Next::Read => break,
                Next::Flush => self.flush().await?,
                Next::Wait(waiting) => {
                    self.flush().await?;
                    self.wait(waiting).await?;
                }
                Next::Authenticate {
                    authentication,
                    is_silent,
                } => {
                    self.flush().await?;
                    self.authenticate(*authentication, is_silent).await?;
                }
                Next::Close => {
                    self.flush().await?;
                    return Err(Ending::Done);
                }
            }
        }
        self.flush().await?;
        self.give_buffers_back();
        Ok(())
    }

    /// Reads some of what arrives; 0 when there is nothing more to come.
    ///
    /// Only a read that finds something takes a buffer.
    pub(super) async fn read(&mut self) -> io::Result<usize> {
        let Self {
            socket,
            decoder,
            input,
            ..
        } = self;
        poll_fn(|cx| {
            if input.capacity() == 0 {
                *input = buffers::take();
            }
            let is_empty = input.is_empty();
            input.reserve(READ_BYTES.max(decoder.room_bytes(input)));
            let polled = pin!(socket.read_buf(input)).poll(cx);
            if is_empty && polled.is_pending() {
                buffers::give_back(core::mem::take(input));
            }
            polled
        })
        .await
    }

    /// Writes messages of channels.
    fn write_messages(&mut self, messages: &VecDeque<Message>) {
        for message in messages {
            let mut reply = ReplyWriter::new(&mut self.output, self.session.protocol);
            if let Some(pattern) = &message.pattern {
                reply.push(4);
                reply.bulk("pmessage");
                reply.bulk(pattern);
            } else {
                reply.push(3);
                reply.bulk("message");
            }
            reply.bulk(&message.channel);
            reply.bulk(&message.payload);
        }
    }

    fn give_buffers_back(&mut self) {
        if self.input.is_empty() {
            buffers::give_back(core::mem::take(&mut self.input));
        }
        buffers::give_back(core::mem::take(&mut self.output));
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.session.unsubscribe_all(&self.server);
        self.server.clients.remove(self.session.client.id);
    }
}
