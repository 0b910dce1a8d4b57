//! Executing what has arrived.

use bytes::{Bytes, BytesMut};
use forebay_resp::{Command, CommandLimits, OwnedCommand, ReplyWriter};
use smallvec::SmallVec;

use super::dispatch::{Dispatched, dispatch};
use super::session::Replies;
use super::{Connection, Session, buffers};
use crate::command::connection::Authentication;
use crate::command::flow::Waiting;
use crate::command::{Context, Flow, Keys, Store, table};
use crate::config::Settings;
use crate::server::{Awaited, Server};

/// Replies are sent when there are so many bytes of them, before the next command.
const OUTPUT_BYTES_MAX: usize = 256 << 10;
/// A command kept for EXEC that has fewer bytes is copied out of the read buffer.
const COPIED_BYTES_MAX: usize = 16 << 10;

/// What is to be done after a batch of commands.
pub(super) enum Next {
    /// All that has arrived as a whole is executed.
    Read,
    /// Send the replies, and go on.
    Flush,
    /// Send the replies, wait for the last command's, and go on.
    Wait(Box<dyn Waiting + Send>),
    /// Send the replies, wait until it is known who the client is, and go on.
    Authenticate {
        authentication: Box<Authentication>,
        is_silent: bool,
    },
    /// Send the replies and close.
    Close,
}

/// The arguments of a command, its name first.
pub(super) type Words<'a> = SmallVec<[&'a [u8]; 8]>;

impl Connection {
    /// Executes the commands that have arrived, until one of them stops it.
    pub(super) fn execute_batch(&mut self) -> Next {
        let settings = self.server.settings();
        let slow_ticks = slow_ticks(&self.server, &settings);
        if self.output.capacity() == 0 {
            self.output = buffers::take();
        }
        let mut began_ticks = self.server.ticker.raw();
        let limits = command_limits(&settings);
        let strangers = limits.before_authentication();
        loop {
            let limits = if self.session.is_authenticated {
                &limits
            } else {
                &strangers
            };
            let command = match self.decoder.decode(&mut self.input, limits) {
                Ok(Some(command)) => command,
                Ok(None) => return Next::Read,
                Err(error) => {
                    ReplyWriter::new(&mut self.output, self.session.protocol).protocol_error(error);
                    return Next::Close;
                }
            };
            let start = self.output.len();
            let words: Words<'_> = command.arguments().collect();
            let mut context = Context {
                server: &self.server,
                session: &mut self.session,
                store: Store::Engine(&self.server.engine),
                output: &mut self.output,
                slow_ticks,
                began_ticks,
            };
            let mut next = None;
            let dispatched = dispatch(&words, &mut context);
            began_ticks = context.began_ticks;
            match dispatched {
                Ok(Dispatched::Executed(Flow::Next)) => {}
                Ok(Dispatched::Executed(Flow::Wait(waiting))) => {
                    context.session.client.set_awaited(awaited(&words));
                    next = Some(Next::Wait(waiting));
                }
                Ok(Dispatched::Executed(Flow::Authenticate(authentication))) => {
                    let replies = context.session.replies;
                    next = Some(Next::Authenticate {
                        authentication,
                        is_silent: matches!(replies, Replies::Off | Replies::Skip),
                    });
                }
                Ok(Dispatched::Executed(Flow::Close)) => next = Some(Next::Close),
                Ok(Dispatched::Queue) => {
                    drop(words);
                    queue(
                        own(command),
                        &self.server,
                        &mut self.session,
                        &mut self.output,
                    );
                }
                Err(refusal) => context.reply().error(refusal.text()),
            }
            if self.session.replies != Replies::On {
                withhold(start, &mut self.session, &mut self.output);
            }
            if let Some(next) = next {
                return next;
            }
            if self.output.len() >= OUTPUT_BYTES_MAX {
                return Next::Flush;
            }
        }
    }
}

/// Keeps a command for EXEC.
fn queue(command: OwnedCommand, server: &Server, session: &mut Session, output: &mut BytesMut) {
    let mut reply = ReplyWriter::new(output, session.protocol);
    let Some(multi) = &mut session.multi else {
        return;
    };
    multi.bytes = multi.bytes.saturating_add(command.wire_bytes());
    let bytes_max = server.settings().client_query_buffer_bytes as usize;
    if multi.bytes > bytes_max {
        multi.is_broken = true;
        multi.commands.clear();
        reply.error("ERR the transaction is larger than client-query-buffer-limit allows");
    } else {
        multi.commands.push(command);
        reply.simple("QUEUED");
    }
    session.note();
}

/// The keys that a command waits for, of those that it names.
fn awaited(words: &[&[u8]]) -> Vec<Awaited> {
    let Ok(found) = table::find(words) else {
        return Vec::new();
    };
    let mut keys = Keys::new();
    if let Ok(command) = (found.spec.parse)(words) {
        command.keys(&mut keys);
    }
    if matches!(found.spec.name, "blmove" | "blmovem" | "brpoplpush") {
        // What is moved goes to the other.
        keys.truncate(1);
    }
    let awaited = |key: &[u8]| Awaited {
        key: Bytes::copy_from_slice(key),
        ends_without_key: found.spec.name == "xreadgroup",
    };
    keys.into_iter().map(awaited).collect()
}

/// Takes back a reply that the client does not want.
#[cold]
fn withhold(start: usize, session: &mut Session, output: &mut BytesMut) {
    match session.replies {
        Replies::On => {}
        Replies::Off => output.truncate(start),
        Replies::SkipNext => {
            session.replies = Replies::Skip;
            output.truncate(start);
        }
        Replies::Skip => {
            session.replies = Replies::On;
            output.truncate(start);
        }
    }
}

/// From how many ticks of the clock on a command is slow.
fn slow_ticks(server: &Server, settings: &Settings) -> u64 {
    u64::try_from(settings.slowlog_micros).map_or(u64::MAX, |micros| {
        micros.saturating_mul(server.ticks_per_micro)
    })
}

/// What a client may send in one command.
fn command_limits(settings: &Settings) -> CommandLimits {
    let mut limits = CommandLimits::default();
    limits.arguments_max = 1 << 20;
    limits.bulk_bytes_max = settings.proto_max_bulk_bytes;
    limits.command_bytes_max = settings.client_query_buffer_bytes;
    limits
}

/// Takes a command out of the read buffer.
fn own(command: Command<'_>) -> OwnedCommand {
    if command.wire_bytes() < COPIED_BYTES_MAX {
        command.copied()
    } else {
        command.split_off()
    }
}
