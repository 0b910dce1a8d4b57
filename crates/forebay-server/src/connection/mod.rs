//! A connection: bytes to commands, commands to replies, replies to bytes.
//!
//! What has arrived is read at once, all commands in it are executed one after the other, and their
//! replies are [sent](flush) together. A connection that has nothing to do has no buffers: they are
//! its loop's, and a connection keeps one only while a command or a reply is incomplete.
//!
//! A command that waits keeps its connection's order: the replies before it are sent, the commands
//! behind it are read but not executed. Meanwhile the connection looks whether its client is still
//! there, whether somebody unblocks or kills it, and whether the server ends.

mod authenticating;
mod batch;
mod buffers;
mod dispatch;
mod flush;
mod run;
mod session;
mod socket;
mod waiting;

pub(crate) use self::run::Connection;
pub(crate) use self::session::{Multi, Replies, Session, Subscriptions};
pub(crate) use self::socket::Socket;
