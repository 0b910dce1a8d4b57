//! A progress bar on a terminal, nothing in a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::measure::runner::Observer;
use crate::measure::{Case, Group};
use crate::report::row::Row;

const TEMPLATE: &str = "{bar:24} {pos}/{len} {elapsed} +{eta}  {wide_msg}";

/// Shows on stderr how far the rounds are, and passes complete groups on.
pub struct Progress<F> {
    bar: ProgressBar,
    on_rows: F,
}

impl<F: FnMut(&Group, &[Row])> Progress<F> {
    /// A bar that is drawn only when stderr is a terminal. It is drawn between runs, never during
    /// one.
    pub fn new(on_rows: F) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { bar, on_rows }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl<F: FnMut(&Group, &[Row])> Observer for Progress<F> {
    fn begin(&mut self, runs: u64) {
        self.bar.set_length(runs);
    }

    fn run(&mut self, group: &Group, case: &Case, what: &str) {
        let shape = &group.shape;
        let message = format!(
            "{} ({})  {}  {what}",
            shape.workload,
            shape.title,
            case.label()
        );
        self.bar.set_message(message);
        self.bar.tick();
    }

    fn ran(&mut self, runs: u64) {
        self.bar.inc(runs);
    }

    fn rows(&mut self, group: &Group, rows: &[Row]) {
        let on_rows = &mut self.on_rows;
        self.bar.suspend(|| on_rows(group, rows));
    }
}

impl<F> core::fmt::Debug for Progress<F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Progress")
            .field("bar", &self.bar)
            .finish_non_exhaustive()
    }
}
