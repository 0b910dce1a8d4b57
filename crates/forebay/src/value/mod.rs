//! What a key can hold besides a list or a stream: a string, or a set of strings.
//!
//! They are there in a small form, for what stands beside queues: locks, counters, the names of
//! queues. Every command on them is one step in exclusive mode of the key. A value lives in the
//! attention of its key, so that the fast paths of lists and streams are
//! closed while there is one and know nothing of it.

pub(crate) mod set;
pub(crate) mod string;

use bytes::Bytes;

pub use self::string::{SetCondition, SetExpiry, SetOptions, SetReply};

use self::set::Members;
use crate::command::keys::KeyType;

/// A string, or a set of strings, which is never empty.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(Bytes),
    Set(Members),
}

impl Value {
    pub(crate) const fn key_type(&self) -> KeyType {
        match self {
            Self::String(_) => KeyType::String,
            Self::Set(_) => KeyType::Set,
        }
    }
}
