//! Servers that speak RESP, each a process of its own on a port of the loopback interface, and what
//! loads them: the generator ([`load`]), which drives any number of connections from one thread.
//!
//! The generator must cost less than the server that it measures. So requests are made once and
//! only their messages' headers are written anew, what arrives is looked at in the buffer that it
//! was read into, and nothing is allocated for a command or a reply.

pub mod command;
pub mod control;
pub mod load;
pub mod open_files;
pub mod reply;
pub mod server;

pub use self::control::Control;
pub use self::server::{Level, Product, Server};
