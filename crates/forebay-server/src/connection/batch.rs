//! Executing what has arrived.

use forebay_resp::ReplyWriter;
use smallvec::SmallVec;

use super::{Connection, buffers};
use crate::command::flow::Waiting;
use crate::command::{Context, Flow, Refusal, Store, table};

/// Replies are sent when there are so many bytes of them, before the next command.
const OUTPUT_BYTES_MAX: usize = 256 << 10;

/// What is to be done after a batch of commands.
pub(super) enum Next {
    /// All that has arrived as a whole is executed.
    Read,
    /// Send the replies, and go on.
    Flush,
    /// Send the replies, wait for the last command's, and go on.
    Wait(Box<dyn Waiting + Send>),
    /// Send the replies and close.
    Close,
}

/// The arguments of a command, its name first.
pub(super) type Words<'a> = SmallVec<[&'a [u8]; 8]>;

impl Connection {
    /// Executes the commands that have arrived, until one of them stops it.
    pub(super) fn execute_batch(&mut self) -> Next {
        let limits = self.server.command_limits();
        if self.output.capacity() == 0 {
            self.output = buffers::take();
        }
        loop {
            let command = match self.decoder.decode(&mut self.input, &limits) {
                Ok(Some(command)) => command,
                Ok(None) => return Next::Read,
                Err(error) => {
                    ReplyWriter::new(&mut self.output, self.session.protocol).protocol_error(error);
                    return Next::Close;
                }
            };
            let words: Words<'_> = command.arguments().collect();
            let mut context = Context {
                server: &self.server,
                session: &mut self.session,
                store: Store::Engine(&self.server.engine),
                output: &mut self.output,
            };
            match dispatch(&words, &mut context) {
                Ok(Flow::Next) => {}
                Ok(Flow::Wait(waiting)) => return Next::Wait(waiting),
                Ok(Flow::Close) => return Next::Close,
                Err(refusal) => context.reply().error(refusal.text()),
            }
            if self.output.len() >= OUTPUT_BYTES_MAX {
                return Next::Flush;
            }
        }
    }
}

/// Finds, parses and executes a command.
fn dispatch(words: &[&[u8]], context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
    let found = table::find(words)?;
    if !found.spec.accepts(words.len()) {
        return Err(Refusal::wrong_arity(&found.full_name()));
    }
    (found.spec.parse)(words)?.execute(context)
}
