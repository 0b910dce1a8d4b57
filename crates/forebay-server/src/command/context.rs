//! What a command works with.

use bytes::BytesMut;
use forebay::{Engine, Transaction};
use forebay_resp::ReplyWriter;

use crate::connection::Session;
use crate::server::Server;

/// Where a command finds its keys: in the engine, or in the transaction of an EXEC. Both have the
/// commands as methods with the same names and arguments, which [`on!`] calls.
pub(crate) enum Store<'a, 't> {
    Engine(&'a Engine),
    Transaction(&'a mut Transaction<'t>),
}

impl Store<'_, '_> {
    /// Calls `f` with a transaction on these keys, or the one that there is already.
    pub(crate) fn atomically<R>(
        &mut self,
        keys: &[&[u8]],
        f: impl FnOnce(&mut Transaction<'_>) -> forebay::Result<R>,
    ) -> forebay::Result<R> {
        match self {
            Self::Engine(engine) => engine.transaction(keys, f)?,
            Self::Transaction(transaction) => f(transaction),
        }
    }

    /// Whether a command that finds nothing may wait.
    pub(crate) fn may_wait(&self) -> bool {
        matches!(self, Self::Engine(_))
    }
}

/// Calls a method of the engine or of the transaction, wherever the keys are.
macro_rules! on {
    ($store:expr, $method:ident ( $($argument:expr),* $(,)? )) => {
        match $store {
            $crate::command::Store::Engine(engine) => engine.$method($($argument),*),
            $crate::command::Store::Transaction(transaction) => {
                transaction.$method($($argument),*)
            }
        }
    };
}
pub(crate) use on;

/// What a command is executed with.
pub(crate) struct Context<'a, 't> {
    pub(crate) server: &'a Server,
    pub(crate) session: &'a mut Session,
    pub(crate) store: Store<'a, 't>,
    pub(crate) output: &'a mut BytesMut,
    /// From so many ticks on a command is slow.
    pub(crate) slow_ticks: u64,
    /// When the command before was done, which is when this one began.
    pub(crate) began_ticks: u64,
}

impl<'a, 't> Context<'a, 't> {
    /// The same with other keys.
    pub(crate) fn within<'s, 'u>(&'s mut self, store: Store<'s, 'u>) -> Context<'s, 'u> {
        Context {
            server: self.server,
            session: self.session,
            store,
            output: self.output,
            slow_ticks: self.slow_ticks,
            began_ticks: self.began_ticks,
        }
    }

    /// Writes the reply.
    #[inline]
    pub(crate) fn reply(&mut self) -> ReplyWriter<'_> {
        ReplyWriter::new(self.output, self.session.protocol)
    }

    /// The keys, and the reply, for a reply that is written while a key is looked at.
    #[inline]
    pub(crate) fn parts(&mut self) -> (&mut Store<'a, 't>, ReplyWriter<'_>) {
        let reply = ReplyWriter::new(self.output, self.session.protocol);
        (&mut self.store, reply)
    }
}
