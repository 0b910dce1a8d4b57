//! The Redis protocol, RESP2 and RESP3, without I/O and without unsafe code.
//!
//! | What | For whom |
//! |---|---|
//! | [`CommandDecoder`], [`Command`], [`OwnedCommand`] | a server: bytes to commands, inline too |
//! | [`ReplyWriter`] | a server: replies to bytes, with what RESP2 has instead of RESP3's types |
//! | [`write_command`], [`ReplyDecoder`], [`Reply`] | a client, and tests |
//!
//! The guarantees:
//!
//! * **Incremental.** A decoder keeps its place between two reads. How the bytes were cut into
//!   reads changes neither the result nor, but for a constant, the work.
//! * **No copy.** The arguments of a command are slices of the read buffer. [`Command::split_off`]
//!   makes them owned without copying them.
//! * **Nothing for a promise.** No memory is taken for a length that was announced, only for bytes
//!   that have arrived.
//! * **Limits.** Every length and count has a limit that the caller gives with each call, and those
//!   for clients that have not authenticated are smaller: [`CommandLimits`], [`ReplyLimits`].
//! * **The words of Redis.** A [`ProtocolError`] is told to the client in the text of Redis.
//!
//! # Costs
//! Nanoseconds per command, of a pipeline of 64 `LPUSH mq <64 bytes>` that is copied into the read
//! buffer first (2 ns); medians of `cargo bench -p forebay-resp --bench codec` on 2 shared cores
//! (AMD EPYC, Linux 6.18, rustc 1.95):
//!
//! | | `forebay-resp` | `redis-protocol` 6.0 | `resp-rs` 0.3 |
//! |---|---|---|---|
//! | decode | 29 (owned: 45 shared, 56 copied) | 188 | 131 |
//! | decode, and write the reply `:1` | 40 | 213 | |
//!
//! The others make owned values of every argument, as their interfaces ask. A string of 512 MiB
//! that arrives in reads of 16 KiB is taken in at the same 1.3 GiB/s as one of 32 MiB.
//!
//! # Examples
//! ```
//! use bytes::BytesMut;
//! use forebay_resp::{CommandDecoder, CommandLimits, Protocol, ReplyWriter};
//!
//! let mut input = BytesMut::from(&b"*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\nPING\r\n*1\r\n$4"[..]);
//! let mut output = BytesMut::new();
//! let mut reply = ReplyWriter::new(&mut output, Protocol::Resp3);
//!
//! let limits = CommandLimits::default();
//! let mut decoder = CommandDecoder::new();
//! while let Some(command) = decoder.decode(&mut input, &limits)? {
//!     match &command[0] {
//!         b"ECHO" => reply.bulk(&command[1]),
//!         b"PING" => reply.simple("PONG"),
//!         _ => reply.error("ERR unknown command"),
//!     }
//! }
//! assert_eq!(&output[..], b"$5\r\nhello\r\n+PONG\r\n");
//! assert_eq!(&input[..], b"*1\r\n$4", "the rest of it is still on its way");
//! # Ok::<(), forebay_resp::ProtocolError>(())
//! ```
#![forbid(unsafe_code)]

extern crate alloc;

mod command;
mod limits;
mod number;
mod pieces;
mod protocol;
mod reply;

pub use command::{Arguments, Command, CommandDecoder, OwnedCommand, ProtocolError, write_command};
pub use limits::{CommandLimits, ReplyLimits, UnauthenticatedLimits};
pub use number::parse_integer;
pub use protocol::Protocol;
pub use reply::{Reply, ReplyDecoder, ReplyError, ReplyWriter, VerbatimFormat};
