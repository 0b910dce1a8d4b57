//! x
mod contents;
mod edit;
mod exclusive;
mod iter;
mod list;
#[cfg(loom)]
mod model;
mod orphans;
mod plan;
mod segment;
mod side;
mod slot;
mod taken;
mod word;

pub use contents::Contents;
pub use exclusive::Exclusive;
pub use iter::Iter;
pub use list::SegmentList;
pub use side::Side;

/// x
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attended;
