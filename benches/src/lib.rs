//! Workloads, peers and measuring for the Forebay message-queue engine.
//!
//! Every workload runs the same work on Forebay and on the queues that a Rust program would use
//! instead of it, in one process, in turn, round by round. What each workload does is defined once,
//! in `benches/README.md`; `forebay bench` and `cargo bench` are two ways to run the same code.
//!
//! * [`engine`]: the queues, one file each, behind small traits that the drivers are generic over,
//!   so that no timed operation goes through a virtual call.
//! * [`drive`]: the loops that several workloads share.
//! * [`workload`]: what is done with them, one file per workload.
//! * [`suite`]: selections of them, with time limits.
//! * [`mix`]: workloads that are described by a file.
//! * [`key`], [`message`] and [`audit`]: names of keys, numbered messages, and the proof that each
//!   came through exactly once and in order.
//! * [`measure`]: threads that start together, latency, memory, and the rounds.
//! * [`record`]: what a run leaves behind, as files, and its pages; a crate of its own.
//! * [`report`]: rows, tables, the live view, the machine.
//! * [`compare`]: what became slower between two measurements.
#![forbid(unsafe_code)]

extern crate alloc;

pub mod audit;
mod command;
pub mod compare;
pub mod drive;
pub mod engine;
pub mod fault;
pub mod key;
pub mod measure;
pub mod message;
pub mod mix;
pub mod options;
pub mod report;
pub mod suite;
pub mod workload;

pub use forebay_record as record;
