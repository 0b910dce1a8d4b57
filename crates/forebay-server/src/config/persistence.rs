//! Where data is kept, and how durable it is when it is acknowledged.

use core::time::Duration;
use std::path::PathBuf;

use forebay::Level;

/// Where data is kept, and how durable it is when it is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Persistence {
    /// Whether it is kept at all.
    pub appendonly: bool,
    /// The directory.
    pub dir: PathBuf,
    /// When it is synced.
    pub appendfsync: Appendfsync,
}

impl Default for Persistence {
    /// Nothing is kept; what would be, in `data`, always synced.
    fn default() -> Self {
        Self {
            appendonly: false,
            dir: PathBuf::from("data"),
            appendfsync: Appendfsync::Always,
        }
    }
}

impl Persistence {
    /// The configuration of an engine that does so.
    pub(crate) fn engine_config(&self) -> forebay::Config {
        if self.appendonly {
            forebay::Config::at(&self.dir).level(self.appendfsync.level())
        } else {
            forebay::Config::in_memory()
        }
    }
}

/// When data is synced, as redis.conf calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Appendfsync {
    /// Before it is acknowledged: nothing acknowledged is lost in any crash.
    Always,
    /// Every second: a crash of the system takes the last second.
    Everysec,
    /// When the system likes; it is written before it is acknowledged, so the end of the process
    /// takes nothing.
    No,
}

impl Appendfsync {
    const ALL: [Self; 3] = [Self::Always, Self::Everysec, Self::No];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Everysec => "everysec",
            Self::No => "no",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|each| each.name().eq_ignore_ascii_case(name))
    }

    const fn level(self) -> Level {
        match self {
            Self::Always => Level::Group,
            Self::Everysec => Level::Interval(Duration::from_secs(1)),
            Self::No => Level::Buffered,
        }
    }
}
