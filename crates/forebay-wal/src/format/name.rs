//! The names of the files of a store.

use core::fmt;

/// What the name of a file ends with that is not finished. Such files are removed on opening.
pub(crate) const TEMPORARY_SUFFIX: &str = ".tmp";

/// A numbered file of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FileName {
    /// A segment of the log.
    Segment(u64),
    /// A file with the size of a segment, written once, and free.
    Spare(u64),
    /// A finished checkpoint.
    Checkpoint(u64),
}

impl FileName {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (kind, number) = name.split_once('-')?;
        let value = u64::from_str_radix(number, 16).ok()?;
        let parsed = match kind {
            "segment" => Self::Segment(value),
            "spare" => Self::Spare(value),
            "checkpoint" => Self::Checkpoint(value),
            _ => return None,
        };
        (parsed.to_string() == name).then_some(parsed)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segment(number) => write!(f, "segment-{number:016x}"),
            Self::Spare(number) => write!(f, "spare-{number:016x}"),
            Self::Checkpoint(number) => write!(f, "checkpoint-{number:016x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_others_are_none() {
        for name in [
            FileName::Segment(1),
            FileName::Spare(u64::MAX),
            FileName::Checkpoint(0),
        ] {
            assert_eq!(FileName::parse(&name.to_string()), Some(name));
        }
        for other in [
            "STORE",
            "segment-1",
            "segment-00000000000000zz",
            "x-0000000000000001",
        ] {
            assert_eq!(FileName::parse(other), None, "{other}");
        }
    }
}
