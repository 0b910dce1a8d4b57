//! Models of the write-ahead log: its lanes, its gate, and a whole log on a simulated disk whose
//! writer is a thread of the model. The mutants that each model kills are in the table in
//! `teeth.rs`.
#![cfg(loom)]
#![expect(clippy::unwrap_used, reason = "a failure of a model is a panic")]

mod gate;
mod lanes;
mod log;
mod teeth;
