//! What the commands do: each once, for handles, for calls by name, and for transactions.
//!
//! A command on one list is a function of a [frozen list](crate::object::FrozenList); pushes and
//! pops have a fast path before it. Commands on several lists work on [frozen
//! sets](crate::frozen::FrozenSet).

pub(crate) mod edit;
pub(crate) mod expiry;
pub(crate) mod keys;
pub(crate) mod movement;
pub(crate) mod pop;
pub(crate) mod positions;
pub(crate) mod push;
pub(crate) mod range;
pub(crate) mod stream;

#[cfg(test)]
mod testing;
