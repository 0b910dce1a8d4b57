//! The table `budget`, and whether a description keeps to it as far as that is known before.

use super::SECONDS_MAX;
use super::limit::{between, within};
use crate::measure::case::as_f64;
use crate::mix::description::{Description, Rate, When};
use crate::mix::form::Budget;
use crate::mix::payload::Sizes;

const MESSAGES_MAX: u64 = 1_000_000_000;
const BACKLOG_BYTES_MAX: u64 = 1 << 40;

pub(super) fn budget(budget: Budget) -> Result<Budget, String> {
    between("budget.seconds", budget.seconds, 0.0, SECONDS_MAX)?;
    within("budget.messages", budget.messages, 1, MESSAGES_MAX)?;
    within(
        "budget.backlog_bytes",
        budget.backlog_bytes,
        1 << 10,
        BACKLOG_BYTES_MAX,
    )?;
    Ok(budget)
}

/// What is known to go beyond the budget is refused at once; what goes beyond it later is cut.
pub(super) fn afford(description: &Description) -> Result<(), String> {
    let budget = description.budget;
    // What one core takes is not less than what several do: this must not depend on the machine.
    let capacity = description.service_per_s(1);
    let messages = match (description.rate, &description.process) {
        // Repetitions are counted, not made.
        (Rate::Recorded, When::Times(times)) => {
            let span_s = times.last().map_or(0.0, |last| last * 1e-3).max(1e-9);
            as_f64(times.len() as u64) * (description.seconds / span_s).max(1.0)
        }
        (Rate::Times(..), _) if capacity.is_none() => 0.0,
        _ => description.arrivals(1.0, capacity.unwrap_or(0.0)).total(),
    };
    if messages > as_f64(budget.messages) {
        return Err(format!(
            "about {messages:.0} messages would fall due, and budget.messages is {}: lower \
             seconds or the rate, or raise it",
            budget.messages
        ));
    }
    let largest = description.sizes.as_ref().map_or(0, Sizes::most) as u64;
    if largest > budget.backlog_bytes {
        return Err(format!(
            "a message can have {largest} bytes, and budget.backlog_bytes is {}",
            budget.backlog_bytes
        ));
    }
    if description.seconds > budget.seconds {
        return Err(format!(
            "arrivals go on for {} s, and budget.seconds is {}: lower seconds, or raise it",
            description.seconds, budget.seconds
        ));
    }
    Ok(())
}
