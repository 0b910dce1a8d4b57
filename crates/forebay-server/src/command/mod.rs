//! The commands of clients.
//!
//! Each family of commands is a file, or a folder, of this one, and has
//!
//! * `COMMANDS`, its rows in the table of commands: a [`Spec`] for each, with its parser;
//! * `Command<'a>`, an enum with a variant for each command as a typed value, whose arguments are
//!   borrowed from the read buffer;
//! * [`Command::keys`](list::Command::keys), all keys that it names, from which the transaction of
//!   an EXEC, the rights of users and COMMAND GETKEYS are derived; what is done with each of them
//!   stands in [`access`];
//! * [`Command::execute`](list::Command::execute), which writes the reply.
//!
//! A family is added in three places: its rows in [`table`], and its variant in [`Command`] and in
//! the two functions there.
//!
//! # The way of a command
//! 1. The connection decodes it and collects its arguments, slices of the read buffer.
//! 2. [`table::find`] finds its row, without regard to case, and the number of arguments is checked.
//!    For a client whose user may not do everything, [`User::check`](crate::users) looks at the row
//!    and the typed value; what it refuses goes no further, after MULTI neither.
//! 3. The row's parser makes the typed value, or a [`Refusal`]. Nothing has happened yet.
//! 4. [`Command::execute`] calls the engine, or the transaction of an EXEC, through [`on!`], and
//!    writes the reply through [`Context::reply`], or [`Context::parts`] while it looks at a key.
//!    It returns a [`Flow`]: go on, wait, or close. What it refuses, it returns, having written
//!    nothing; the caller writes the error and counts it.
//!
//! A command that waits builds the future of the engine (`brpop_async`) and hands it to
//! [`wait`](flow::wait) with how its result is written. In a transaction
//! ([`Store::may_wait`] is false) it calls the form that does not wait.
//!
//! After MULTI a command goes no further than step 2 and is kept as it was sent; EXEC takes the
//! rest of the steps for all of them at once.

pub(crate) mod access;
pub(crate) mod arguments;
pub(crate) mod category;
pub(crate) mod connection;
mod context;
pub(crate) mod flow;
pub(crate) mod help;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod list_blocking;
pub(crate) mod pubsub;
mod refusal;
pub(crate) mod script;
pub(crate) mod server;
pub(crate) mod set;
pub(crate) mod sort;
pub(crate) mod spec;
pub(crate) mod stream;
pub(crate) mod string;
pub(crate) mod table;
pub(crate) mod transaction;

use smallvec::SmallVec;

pub(crate) use self::context::{Context, Store, on};
pub(crate) use self::flow::Flow;
pub(crate) use self::refusal::Refusal;

/// The keys that a command names, in the order of its arguments.
pub(crate) type Keys<'a> = SmallVec<[&'a [u8]; 4]>;

/// A command as a typed value.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Connection(connection::Command<'a>),
    Keys(keys::Command<'a>),
    List(list::Command<'a>),
    BlockingList(list_blocking::Command<'a>),
    Pubsub(pubsub::Command<'a>),
    Script(script::Command<'a>),
    Server(server::Command<'a>),
    Set(set::Command<'a>),
    Sort(sort::Command<'a>),
    Stream(stream::Command<'a>),
    String(string::Command<'a>),
    Transaction(transaction::Command<'a>),
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Connection(_) | Self::Pubsub(_) => {}
            Self::Server(command) => command.keys(keys),
            Self::Script(command) => command.keys(keys),
            Self::Sort(command) => command.keys(keys),
            Self::Set(command) => command.keys(keys),
            Self::String(command) => command.keys(keys),
            Self::Transaction(command) => command.keys(keys),
            Self::Keys(command) => command.keys(keys),
            Self::List(command) => command.keys(keys),
            Self::BlockingList(command) => command.keys(keys),
            Self::Stream(command) => command.keys(keys),
        }
    }

    /// The channels that it sends to or would listen to, and whether they are patterns.
    pub(crate) fn channels(&self) -> (&[&'a [u8]], bool) {
        match self {
            Self::Pubsub(command) => command.channels(),
            _ => (&[], false),
        }
    }

    /// Whether it concerns all keys that there are, so that EXEC needs them all.
    pub(crate) fn concerns_all_keys(&self) -> bool {
        match self {
            Self::Keys(command) => command.concerns_all_keys(),
            Self::Server(command) => command.concerns_all_keys(),
            _ => false,
        }
    }

    /// Executes it and writes its reply; an error is left to the caller to write.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::List(command) => command.execute(context),
            Self::BlockingList(command) => command.execute(context),
            Self::Stream(command) => command.execute(context),
            Self::Keys(command) => command.execute(context),
            Self::Pubsub(command) => command.execute(context),
            Self::Script(command) => command.execute(context),
            Self::Server(command) => command.execute(context),
            Self::Sort(command) => command.execute(context),
            Self::Set(command) => command.execute(context),
            Self::String(command) => command.execute(context),
            Self::Transaction(command) => command.execute(context),
            Self::Connection(command) => command.execute(context),
        }
    }
}
