//! A disk that keeps only what it promised: seeded, deterministic, and cruel at a crash.
//!
//! A [`SimDisk`] counts its operations. A test lets it crash at any of them, or makes one fail, and
//! then restarts it: what no sync had covered is dropped, torn, reordered or garbage, sector by
//! sector and name by name, as the seed has it. The same seed gives the same disk.

mod disk;
mod fault;
mod hand;
mod image;
mod names;
pub(crate) mod random;

pub use disk::SimDisk;
pub use fault::Fault;
pub use hand::Hand;
