//! The table `keys`.

use rand_distr::Zipf;

use super::limit::{needed, refused, within};
use crate::measure::case::as_f64;
use crate::mix::form::{self, Kind};
use crate::mix::keys::Choice;

const KEYS_MAX: usize = 1_000_000;
const THETA_MAX: f64 = 5.0;
/// What a consumer remembers of each producer and key for the order of messages.
const ORDERS_MAX: usize = 1 << 24;

pub(super) fn keys(
    kind: Kind,
    form: Option<&form::Keys>,
    producers: usize,
) -> Result<Choice, String> {
    let Some(form) = form else {
        return Ok(Choice::One);
    };
    if kind != Kind::List {
        return Err("keys are for kind = \"list\": leave them out".to_owned());
    }
    let count = within("keys.count", form.count, 1, KEYS_MAX)?;
    if count * producers > ORDERS_MAX {
        return Err(format!(
            "keys.count {count} by {producers} producers is {}: it has to be {ORDERS_MAX} at most",
            count * producers
        ));
    }
    match form.choice {
        form::Choice::Uniform => {
            let unused = [("keys.theta", form.theta.is_some())];
            refused(&unused, "choice = \"uniform\"", Choice::Uniform(count))
        }
        form::Choice::Zipf => {
            let theta = needed("keys.theta", "choice = \"zipf\"", form.theta)?;
            let theta = within("keys.theta", theta, 0.0, THETA_MAX)?;
            let ranks = Zipf::new(as_f64(count as u64), theta);
            let ranks = ranks.map_err(|error| format!("keys.theta: {error}"))?;
            Ok(Choice::Zipf { count, ranks })
        }
    }
}
