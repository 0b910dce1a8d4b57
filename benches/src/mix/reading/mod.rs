//! From the form of a description to what it means: every number is looked at before anything is made.

mod arrival;
mod budget;
mod consumers;
mod durability;
mod keys;
mod limit;
mod payload;

use self::limit::{between, within};
use super::description::Description;
use super::form::{Form, Kind};

const THREADS_MAX: usize = 256;
const COUNT_MAX: usize = 10_000;
const SECONDS_MAX: f64 = 3_600.0;
/// Entries that are asked for at once, unless the description says otherwise.
const COUNT_DEFAULT: usize = 10;

/// What the form means; `trace` is the content of the file that it names, if it names one.
///
/// # Errors
/// With the field, and what is allowed.
pub(super) fn understand(form: Form, trace: Option<&str>) -> Result<Description, String> {
    let seconds = between("seconds", form.seconds, 0.0, SECONDS_MAX)?;
    let producers = within("producers", form.producers, 1, THREADS_MAX)?;
    let (rate, process) = arrival::arrival(&form.arrival, trace)?;
    let sizes = form.payload.map(payload::sizes).transpose()?;
    let groups = consumers::groups(form.kind, &form.consumers)?;
    let keys = keys::keys(form.kind, form.keys.as_ref(), producers)?;
    let count = match (form.kind, form.count) {
        (Kind::List, Some(_)) => {
            return Err("count means nothing with kind = \"list\": leave it out".to_owned());
        }
        (_, count) => within("count", count.unwrap_or(COUNT_DEFAULT), 1, COUNT_MAX)?,
    };
    let reliable = form
        .reliable
        .map(|each| consumers::reliable(&each, form.kind, &keys))
        .transpose()?;
    let levels = form
        .durability
        .map_or_else(|| Ok(vec![("memory", None)]), durability::levels)?;
    let description = Description {
        kind: form.kind,
        seconds,
        seed: form.seed,
        producers,
        rate,
        process,
        sizes,
        keys,
        groups,
        count,
        reliable,
        levels,
        budget: budget::budget(form.budget)?,
        figure: form.figure,
    };
    budget::afford(&description)?;
    Ok(description)
}
