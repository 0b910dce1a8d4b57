//! Measuring: threads that start together, latency, memory, supervision, rounds.

mod bench;
mod budget;
pub mod case;
pub mod cpu;
pub mod crew;
pub mod idle;
pub mod instructions;
pub mod isolate;
pub mod latency;
pub mod memory;
pub mod plan;
pub mod processor;
pub mod pulse;
pub mod runner;
pub mod stats;
pub mod supervise;

pub(crate) use bench::Entry;
pub use bench::MEMORY;
pub use case::{Case, Group, Sample, Work};
pub use crew::{Gate, Span};
pub use pulse::Pulse;
