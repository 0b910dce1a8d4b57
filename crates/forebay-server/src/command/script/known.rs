//! The scripts that are known, and what each does.

use core::time::Duration;

use forebay::value::{SetExpiry, SetOptions};
use forebay::{Error, ExpireCondition, Transaction};
use forebay_resp::parse_integer;

/// A script by its SHA1, in hexadecimal digits.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) sha1: &'static str,
    /// Who calls it.
    pub(super) library: &'static str,
    pub(super) action: Action,
}

/// No script that is known is longer.
pub(super) const SCRIPT_BYTES_MAX: usize = 4096;

const fn known(sha1: &'static str, library: &'static str, action: Action) -> Known {
    Known {
        sha1,
        library,
        action,
    }
}

/// All of them, by library.
pub(super) static SCRIPTS: &[Known] = &[
    known(
        "c3f8721cbb97f72bc19e972846bd7aaf91901658",
        "redis-py",
        Action::DeleteFirst,
    ),
    known(
        "a4e8783852e6b949f9ef3a97212805108459a890",
        "redis-py",
        Action::Extend,
    ),
    known(
        "1cac51482acf5858da00f6d685d68f886cd6b6b2",
        "redis-py",
        Action::Expire,
    ),
    known(
        "4e92fdc63815b3a0a2dd1c1df3694de73607c88d",
        "redlock-py",
        Action::DeleteFirst,
    ),
    known(
        "e5a322e2634ef59a516e8ea150cb085afafee684",
        "redlock of npm",
        Action::AcquireAll,
    ),
    known(
        "ce46f80993d5dac20dd066eb301a4e37994bdbed",
        "redlock of npm",
        Action::RenewAll,
    ),
    known(
        "0f0f23b9048b36752b5be114f357ba083449f908",
        "redlock of npm",
        Action::DeleteEach,
    ),
    known(
        "96da70f7716f27d278a5218544df37fd8b0a5e4c",
        "redlock of npm",
        Action::AcquireAll,
    ),
    known(
        "aed6f382e410db8ba7926d4e5e9aab410bf2a78a",
        "redlock of npm",
        Action::RenewAll,
    ),
    known(
        "e4612211c9f8f51c257e26e056b0a654b3187242",
        "redlock of npm",
        Action::DeleteEach,
    ),
];

/// The script of this SHA1, in digits of either case.
pub(super) fn find(sha1: &[u8]) -> Option<&'static Known> {
    let is_it = |script: &&Known| script.sha1.as_bytes().eq_ignore_ascii_case(sha1);
    SCRIPTS.iter().find(is_it)
}

/// What a script does. The first argument is the value that a lock has while it is one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Deletes the first key if it has the value; how many that are.
    DeleteFirst,
    /// Deletes each key that has the value; how many that are.
    DeleteEach,
    /// If the first key has the value and expires, lets it expire so many milliseconds later, or
    /// from now on unless the third argument is `0`; 1 if it has.
    Extend,
    /// If the first key has the value, lets it expire in so many milliseconds; 1 if it has.
    Expire,
    /// Sets all keys to the value for so many milliseconds if none exists; how many that are.
    AcquireAll,
    /// Sets all keys to the value for so many milliseconds if all have it; how many that are.
    RenewAll,
}

impl Action {
    /// How many arguments it takes after the keys.
    pub(super) const fn arguments(self) -> usize {
        match self {
            Self::DeleteFirst | Self::DeleteEach => 1,
            Self::Expire | Self::AcquireAll | Self::RenewAll => 2,
            Self::Extend => 3,
        }
    }

    /// What it does, in one line.
    pub(super) const fn summary(self) -> &'static str {
        match self {
            Self::DeleteFirst => "Deletes a key if it has a value.",
            Self::DeleteEach => "Deletes each key that has a value.",
            Self::Extend => "Lets a key that has a value expire later.",
            Self::Expire => "Lets a key that has a value expire in some milliseconds.",
            Self::AcquireAll => "Sets keys to a value for some milliseconds if none exists.",
            Self::RenewAll => "Sets keys to a value for some milliseconds if all have it.",
        }
    }

    /// Does it, on at least one key and with as many arguments as it takes.
    pub(super) fn execute(
        self,
        tx: &mut Transaction<'_>,
        keys: &[&[u8]],
        arguments: &[&[u8]],
    ) -> forebay::Result<i64> {
        let (Some(&first), Some(&value)) = (keys.first(), arguments.first()) else {
            return Ok(0);
        };
        // A number counts only where the script comes to use it.
        let ms = || {
            let ms = arguments.get(1).and_then(|ms| parse_integer(ms));
            ms.ok_or(Error::NotInteger)
        };
        match self {
            Self::DeleteFirst => delete(tx, &[first], value),
            Self::DeleteEach => delete(tx, keys, value),
            Self::Extend => {
                let left_ms = tx.pttl(first)?;
                if !has(tx, first, value)? || left_ms < 0 {
                    return Ok(0);
                }
                let is_added = arguments.get(2) == Some(&&b"0"[..]);
                let from_ms = if is_added { left_ms } else { 0 };
                let ms = from_ms.checked_add(ms()?).ok_or(Error::ExpireOutOfRange)?;
                tx.pexpire(first, ms, ExpireCondition::Always)?;
                Ok(1)
            }
            Self::Expire => {
                if !has(tx, first, value)? {
                    return Ok(0);
                }
                tx.pexpire(first, ms()?, ExpireCondition::Always)?;
                Ok(1)
            }
            Self::AcquireAll if tx.exists(keys)? > 0 => Ok(0),
            Self::AcquireAll => set(tx, keys, value, ms()?),
            Self::RenewAll => {
                for key in keys {
                    if !has(tx, key, value)? {
                        return Ok(0);
                    }
                }
                set(tx, keys, value, ms()?)
            }
        }
    }
}

fn has(tx: &Transaction<'_>, key: &[u8], value: &[u8]) -> forebay::Result<bool> {
    Ok(tx.get(key)?.is_some_and(|held| held == value))
}

fn delete(tx: &mut Transaction<'_>, keys: &[&[u8]], value: &[u8]) -> forebay::Result<i64> {
    let mut deleted = 0;
    for key in keys {
        if has(tx, key, value)? {
            tx.del(&[key])?;
            deleted += 1;
        }
    }
    Ok(deleted)
}

fn set(tx: &mut Transaction<'_>, keys: &[&[u8]], value: &[u8], ms: i64) -> forebay::Result<i64> {
    let ms = u64::try_from(ms).ok().filter(|&ms| ms > 0);
    let time = Duration::from_millis(ms.ok_or(Error::ExpireOutOfRange)?);
    for key in keys {
        let options = SetOptions {
            expiry: SetExpiry::In(time),
            ..SetOptions::default()
        };
        tx.set_with(key, value, options)?;
    }
    Ok(i64::try_from(keys.len()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{SCRIPTS, find};

    #[test]
    fn every_script_is_found_by_its_name_in_any_case() {
        for script in SCRIPTS {
            assert_eq!(script.sha1.len(), 40, "{}", script.sha1);
            let found = find(script.sha1.to_ascii_uppercase().as_bytes());
            assert!(
                found.is_some_and(|found| core::ptr::eq(found, script)),
                "{}",
                script.sha1
            );
        }
        assert!(
            find(b"").is_none() && find(&[b'0'; 40]).is_none(),
            "no such script"
        );
    }
}
