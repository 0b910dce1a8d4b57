//! The intended differences, all of them answers of a newer Redis than 7.0, which the generator keeps
//! away from or the comparison leaves out:
//!
//! * XREADGROUP, XCLAIM and XAUTOCLAIM make the consumer even where they give it nothing.
//! * A consumer is seen whenever it asks, not only when it gets something.
//! * `lag` and `entries-read` are exact; `inactive`, `active-time`, `nacked-count` and what is
//!   remembered for idempotence are told besides; `radix-tree-keys` and `-nodes` are of another
//!   structure.
//! * XSETID refuses an id below the largest one that was deleted.
//! * XREAD takes `+`, XREADGROUP refuses it with a text of its own, and the text about keys without
//!   ids names the command.
//! * Approximate trimming removes other runs of entries, once some in their midst were deleted.
//! * No id begins with a plus sign or a blank. The largest of all ids is an id in XREADGROUP too.
//! * HELP has texts of its own.
//! * Commands and options that Redis 7.0 does not have.

/// Pairs that only one of them has, or has right.
pub(crate) const LEFT_OUT: [&str; 15] = [
    "radix-tree-keys",
    "radix-tree-nodes",
    "idmp-duration",
    "idmp-maxsize",
    "pids-tracked",
    "iids-tracked",
    "iids-added",
    "iids-duplicates",
    "nacked-count",
    "active-time",
    "seen-time",
    "idle",
    "inactive",
    "lag",
    "entries-read",
];
