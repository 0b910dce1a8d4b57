//! Commands on keys as a whole: DEL, RENAME, COPY.

use crate::error::{Error, Result};
use crate::frozen::{FrozenKey, Held};
use crate::journal::{Code, put_bytes};
use crate::stream::group::Group;

/// A list with more elements than this is emptied in one step, and its memory freed afterwards.
const CLEARED_IN_PLACE_MAX: u64 = 64;

/// What a key holds.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, KeyType};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("mq", ["a"])?;
/// assert_eq!(engine.key_type("mq")?, Some(KeyType::List));
/// assert_eq!(engine.key_type("missing")?, None);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// A list.
    List,
    /// A stream.
    Stream,
    /// A string.
    String,
    /// A set of strings.
    Set,
}

impl KeyType {
    const ALL: [Self; 4] = [Self::List, Self::Stream, Self::String, Self::Set];

    /// As TYPE and the TYPE option of SCAN call it.
    ///
    /// # Examples
    /// ```
    /// use forebay::KeyType;
    ///
    /// assert_eq!(KeyType::Stream.name(), "stream");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Stream => "stream",
            Self::String => "string",
            Self::Set => "set",
        }
    }

    /// The type with this [name](KeyType::name), without regard to case.
    ///
    /// # Examples
    /// ```
    /// use forebay::KeyType;
    ///
    /// assert_eq!(KeyType::from_name("List"), Some(KeyType::List));
    /// assert_eq!(KeyType::from_name("zset"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: impl AsRef<[u8]>) -> Option<Self> {
        let is_called = |key_type: &Self| {
            let own = key_type.name().as_bytes();
            own.eq_ignore_ascii_case(name.as_ref())
        };
        Self::ALL.into_iter().find(is_called)
    }
}

/// What was taken out of keys, to be dropped when nothing is frozen any more.
pub(crate) type Dropped = Vec<Garbage>;

/// What is of no use any more.
#[expect(dead_code, reason = "it is kept to be dropped")]
pub(crate) enum Garbage {
    /// What a key held.
    Held(Held),
    /// A consumer group.
    Group(Box<Group>),
}

impl Garbage {
    pub(crate) fn group(group: Group) -> Self {
        Self::Group(Box::new(group))
    }
}

/// Empties a key; whether it existed.
pub(crate) fn delete(key: &mut FrozenKey<'_>, dropped: &mut Dropped) -> bool {
    let existed = empty(key, dropped);
    if existed {
        key.write(Code::Delete, |_| ());
    }
    existed
}

/// The same, as a part of something that is written down as a whole.
fn empty(key: &mut FrozenKey<'_>, dropped: &mut Dropped) -> bool {
    match key.key_type() {
        None => return false,
        Some(KeyType::List) if key.bare_list().len() <= CLEARED_IN_PLACE_MAX => key.clear_list(),
        Some(_) => dropped.extend(key.take().map(Garbage::Held)),
    }
    key.forget_expiry();
    true
}

/// RENAME, and RENAMENX with `only_if_free`: whether it was renamed. No destination means the
/// source itself.
pub(crate) fn rename(
    source: &mut FrozenKey<'_>,
    destination: Option<&mut FrozenKey<'_>>,
    only_if_free: bool,
    dropped: &mut Dropped,
) -> Result<bool> {
    if !source.exists() {
        return Err(Error::NoSuchKey);
    }
    let Some(destination) = destination else {
        return Ok(!only_if_free);
    };
    if only_if_free && destination.exists() {
        return Ok(false);
    }
    source.write(Code::Rename, |to| put_bytes(to, destination.object().key()));
    empty(destination, dropped);
    take_expiry(source, destination);
    if let Some(held) = source.take() {
        destination.put(held);
    }
    source.forget_expiry();
    Ok(true)
}

/// COPY of one key to another: whether it was copied.
pub(crate) fn copy(
    source: &FrozenKey<'_>,
    destination: &mut FrozenKey<'_>,
    replace: bool,
    dropped: &mut Dropped,
) -> bool {
    if !source.exists() || (!replace && destination.exists()) {
        return false;
    }
    source.write(Code::Copy, |to| put_bytes(to, destination.object().key()));
    empty(destination, dropped);
    take_expiry(source, destination);
    if let Some(value) = source.any_value() {
        destination.put(Held::Value(value.clone()));
    } else if let Ok(Some(stream)) = source.stream() {
        destination.put(Held::Stream(stream.copy_contents()));
    } else {
        destination.copy_list(source.bare_list());
    }
    true
}

/// The destination expires when the source does.
fn take_expiry(source: &FrozenKey<'_>, destination: &mut FrozenKey<'_>) {
    if let Some(at_ms) = source.expire_at_ms() {
        destination.watch().expire_at_ms = Some(at_ms);
    }
}
