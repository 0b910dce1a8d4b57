//! The table `durability`.

use core::time::Duration;
use std::collections::HashSet;

use forebay::Level;

use super::limit::between;
use crate::mix::form::{self, LevelName};

const INTERVAL_MS_MAX: f64 = 60_000.0;
const INTERVAL_MS_DEFAULT: f64 = 10.0;

pub(super) fn levels(form: form::Durability) -> Result<Vec<(&'static str, Option<Level>)>, String> {
    let interval_ms = form.interval_ms.unwrap_or(INTERVAL_MS_DEFAULT);
    let interval_ms = between("durability.interval_ms", interval_ms, 0.0, INTERVAL_MS_MAX)?;
    let has_interval = form.levels.contains(&LevelName::Interval);
    if form.interval_ms.is_some() && !has_interval {
        return Err(
            "durability.interval_ms means nothing without the level \"interval\": leave \
                    it out"
                .to_owned(),
        );
    }
    let level = |name| match name {
        LevelName::Memory => ("memory", None),
        LevelName::None => ("none", Some(Level::None)),
        LevelName::Interval => {
            let interval = Duration::from_secs_f64(interval_ms * 1e-3);
            ("interval", Some(Level::Interval(interval)))
        }
        LevelName::Group => ("group", Some(Level::Group)),
    };
    let levels: Vec<_> = form.levels.into_iter().map(level).collect();
    let different: HashSet<&str> = levels.iter().map(|level| level.0).collect();
    if levels.is_empty() || different.len() < levels.len() {
        return Err(
            "durability.levels has to name at least one of \"memory\", \"none\", \
                    \"interval\" and \"group\", and none twice"
                .to_owned(),
        );
    }
    Ok(levels)
}
