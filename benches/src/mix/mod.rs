//! Workload mixes: producers that outpace their consumers for a while, in many ways.
//!
//! A mix is described by a small TOML file, which `benches/README.md` explains: how messages arrive,
//! how large they are, which keys they go to, how long consumers work on them, how they crash.
//! Producers follow a schedule (open loop); consumers block until there is something.
//!
//! * [`Source`] is a file as text, [`form`] its form, [`Description`] what it means.
//! * [`arrival`], [`service`], [`payload`] and [`keys`] are what is drawn at random, the same for the
//!   same seed.
//! * [`engine`] has what a mix runs on, [`cases`] which of them a description calls for.
//! * [`run`] is one run: a [`generator`] for each producer, a [`consumer`] for each consumer, and a
//!   [`sampler`] beside them, which share their [`progress`]. The consumers' [`book`]s prove in the
//!   end that every message was done, and once where that is promised.

pub mod arrival;
pub mod book;
pub mod cases;
pub mod consumer;
pub mod description;
pub mod engine;
mod error;
pub mod form;
pub mod generator;
pub mod keys;
pub mod payload;
pub mod progress;
pub mod random;
mod reading;
pub mod run;
pub mod sampler;
pub mod service;
mod source;
pub mod stamp;

pub use description::Description;
pub use error::MixError;
pub use source::Source;
