//! What the fields of a description are held to.

use core::fmt::Display;

/// A number that has to lie above one limit and not beyond another.
pub(super) fn between(field: &str, value: f64, above: f64, most: f64) -> Result<f64, String> {
    if value > above && value <= most {
        Ok(value)
    } else {
        Err(format!(
            "{field} is {value}: it has to be above {above}, and {most} at most"
        ))
    }
}

/// A number between two limits, both included.
pub(super) fn within<T: PartialOrd + Display + Copy>(
    field: &str,
    value: T,
    least: T,
    most: T,
) -> Result<T, String> {
    if value >= least && value <= most {
        Ok(value)
    } else {
        Err(format!(
            "{field} is {value}: it has to be from {least} to {most}"
        ))
    }
}

pub(super) fn needed<T>(field: &str, of: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("{field} is missing: {of} needs it"))
}

pub(super) fn refused<T>(fields: &[(&str, bool)], of: &str, result: T) -> Result<T, String> {
    match fields.iter().find(|(_, given)| *given) {
        Some((field, _)) => Err(format!("{field} means nothing with {of}: leave it out")),
        None => Ok(result),
    }
}
