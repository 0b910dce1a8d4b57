//! Models of the Forebay primitives, one file per primitive in `tests/`; run with `cargo xtask
//! loom`.
//!
//! What "verified with loom" means here: these models, the bounds given on the command line, loom
//! with the companion work-around of `forebay_sync::loom`. Each model has an outcome table
//! ([`outcomes`]), and each ordering and step that matters has a mutant that some model kills
//! ([`teeth`]).
#![forbid(unsafe_code)]

pub mod outcomes;
pub mod teeth;
