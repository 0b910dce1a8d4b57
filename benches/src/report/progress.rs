//! Progress on stderr: a live view on a terminal, a line for each finished group elsewhere.

use core::time::Duration;
use std::io::IsTerminal;
use std::time::Instant;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::live::{Live, bar, clock, cut};
use super::summary::Line;
use crate::measure::plan::Outline;
use crate::measure::runner::Observer;
use crate::measure::{Case, Group, Pulse, Sample};
use crate::report::row::Row;

/// Drawing takes time from what is measured: no more often than this, and a fraction of a
/// millisecond each time.
const DRAW_EVERY: Duration = Duration::from_millis(400);
const BAR_WIDTH: usize = 24;

/// Shows how far the rounds are, and passes complete groups on.
pub struct Progress<F> {
    bar: ProgressBar,
    terminal: Option<Term>,
    on_rows: F,
    begun: Instant,
    drawn: Option<Instant>,
    outline: Vec<f64>,
    rounds: u32,
    group: usize,
    group_begun: Instant,
    /// What the finished groups took, of what they were expected to take.
    took: f64,
    live: Option<Live>,
}

impl<F: FnMut(&Group, &[Row])> Progress<F> {
    /// A live view when stderr is a terminal, and plain lines otherwise.
    pub fn new(on_rows: F) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            terminal: is_terminal.then(Term::stderr),
            on_rows,
            begun: Instant::now(),
            drawn: None,
            outline: Vec::new(),
            rounds: 0,
            group: 0,
            group_begun: Instant::now(),
            took: 0.0,
            live: None,
        }
    }

    /// Takes the view away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn width(&self) -> usize {
        let size = self.terminal.as_ref().and_then(Term::size_checked);
        // The last column is left free: some terminals wrap when it is used.
        usize::from(size.map_or(80, |(_, columns)| columns)).saturating_sub(1)
    }

    fn draw(&mut self) {
        let Some(live) = &self.live else { return };
        if self.terminal.is_none() {
            return;
        }
        let now = Instant::now();
        if self
            .drawn
            .is_some_and(|drawn| now.duration_since(drawn) < DRAW_EVERY)
        {
            return;
        }
        self.drawn = Some(now);
        let elapsed = self.begun.elapsed().as_secs_f64();
        let left = self.left();
        let mut lines = vec![
            format!(
                "{}  (group {} of {})",
                live.title(),
                self.group + 1,
                self.outline.len()
            ),
            format!("  {}", live.now()),
        ];
        lines.push(format!("  {}", live.so_far().unwrap_or_default()));
        lines.push(format!(
            "  {} {} elapsed, about {} left",
            bar(elapsed / (elapsed + left).max(f64::MIN_POSITIVE), BAR_WIDTH),
            clock(elapsed),
            clock(left)
        ));
        let width = self.width();
        let lines: Vec<String> = lines.iter().map(|line| cut(line, width)).collect();
        self.bar.set_message(lines.join("\n"));
        self.bar.tick();
    }

    /// Seconds until the end: what the groups to come are expected to take, corrected by what those
    /// that are over took, and the rest of this one.
    fn left(&self) -> f64 {
        let expected_before: f64 = self.outline.iter().take(self.group).sum();
        let correction = if expected_before > 0.0 {
            self.took / expected_before
        } else {
            1.0
        };
        let to_come: f64 = self.outline.iter().skip(self.group + 1).sum();
        let current = self.outline.get(self.group).copied().unwrap_or(0.0);
        let in_group = self.group_begun.elapsed().as_secs_f64();
        let measured = self.live.as_ref().and_then(|live| live.left(self.rounds));
        let here = measured.unwrap_or_else(|| (correction * current - in_group).max(0.0));
        correction * to_come + here
    }
}

impl<F: FnMut(&Group, &[Row])> Observer for Progress<F> {
    fn begin(&mut self, _: u64) {
        self.begun = Instant::now();
    }

    fn outline(&mut self, outline: &Outline) {
        self.outline.clone_from(&outline.seconds);
        self.rounds = outline.rounds;
    }

    fn run(&mut self, group: &Group, case: &Case, what: &str) {
        let shape = &group.shape;
        let title = format!("{}: {}", shape.workload, shape.title);
        if self.live.as_ref().is_none_or(|live| live.title() != title) {
            self.live = Some(Live::new(title));
            self.group_begun = Instant::now();
        }
        if let Some(live) = &mut self.live {
            live.begin(case, what);
        }
        self.draw();
    }

    fn tick(&mut self, pulse: &Pulse) {
        if let Some(live) = &mut self.live {
            live.tick(pulse, Instant::now());
        }
        self.draw();
    }

    fn beaten(&mut self, case: &Case, messages: u64, beats: u64) {
        if let Some(live) = &mut self.live {
            live.beaten(case, messages, beats);
        }
    }

    fn sampled(&mut self, case: &Case, sample: &Sample) {
        if let Some(live) = &mut self.live {
            live.sampled(case, sample, Instant::now());
        }
    }

    fn ran(&mut self, _: u64) {}

    fn rows(&mut self, group: &Group, rows: &[Row]) {
        self.took += self.group_begun.elapsed().as_secs_f64();
        self.group += 1;
        self.live = None;
        let line = Line::of(&rows.iter().collect::<Vec<_>>()).text();
        if self.terminal.is_some() {
            self.bar.println(cut(&line, self.width()));
        } else {
            eprintln!("[{}/{}] {line}", self.group, self.outline.len());
        }
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
