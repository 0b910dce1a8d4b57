//! Outcome tables: what a model must reach, may reach, and never reaches.
//!
//! A model that passes because it explored almost nothing looks like one that passes because the
//! code is right. So each model returns the outcome of every execution, and at the end the table is
//! checked: each *required* outcome was reached at least once (a witness), and nothing was reached
//! that is neither required nor *allowed*.

use core::fmt::Debug;
#[cfg(loom)]
use std::sync::{Arc, Mutex, PoisonError};

/// The outcomes of one model.
#[derive(Clone, Copy, Debug)]
pub struct Outcomes<O: 'static> {
    /// Each must be reached.
    pub required: &'static [O],
    /// Each may be reached. All others are forbidden.
    pub allowed: &'static [O],
}

impl<O: PartialEq + Debug + Send + 'static> Outcomes<O> {
    /// Outcomes that are required, all others being forbidden.
    #[must_use]
    pub const fn exactly(required: &'static [O]) -> Self {
        Self {
            required,
            allowed: &[],
        }
    }

    /// Runs `model` under loom until all its executions are explored, within loom's bounds, and
    /// checks the outcomes.
    ///
    /// # Panics
    /// When an execution panics, deadlocks or races, when it comes to a forbidden outcome, and when
    /// a required one was never reached.
    #[cfg(loom)]
    pub fn explore(&self, model: impl Fn() -> O + Send + Sync + 'static) {
        let reached = Arc::new(Mutex::new(Vec::new()));
        let tally = Arc::clone(&reached);
        loom::model(move || {
            let outcome = model();
            let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
            match tally.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, count)) => *count += 1,
                None => tally.push((outcome, 1)),
            }
        });
        self.check(&reached.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Checks how often each outcome was reached.
    ///
    /// # Panics
    /// When a required outcome is missing, or another one is neither required nor allowed.
    pub fn check(&self, reached: &[(O, u64)]) {
        println!(
            "{} executions: {reached:?}",
            reached.iter().map(|(_, count)| count).sum::<u64>()
        );
        let forbidden: Vec<_> = reached
            .iter()
            .map(|(outcome, _)| outcome)
            .filter(|&outcome| !self.required.contains(outcome) && !self.allowed.contains(outcome))
            .collect();
        assert!(
            forbidden.is_empty(),
            "forbidden outcomes were reached: {forbidden:?}"
        );
        let missing: Vec<_> = self
            .required
            .iter()
            .filter(|&required| reached.iter().all(|(outcome, _)| outcome != required))
            .collect();
        assert!(
            missing.is_empty(),
            "required outcomes were never reached: {missing:?}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: Outcomes<u8> = Outcomes {
        required: &[1, 2],
        allowed: &[3],
    };

    #[test]
    fn what_is_required_and_allowed_passes() {
        TABLE.check(&[(1, 1), (2, 9), (3, 1)]);
        TABLE.check(&[(1, 1), (2, 9)]);
    }

    #[test]
    #[should_panic(expected = "never reached: [2]")]
    fn what_is_missing_fails() {
        TABLE.check(&[(1, 1), (3, 9)]);
    }

    #[test]
    #[should_panic(expected = "forbidden outcomes were reached: [4]")]
    fn what_is_forbidden_fails() {
        TABLE.check(&[(1, 1), (2, 1), (4, 1)]);
    }
}
