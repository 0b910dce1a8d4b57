//! What the live view knows and says: no terminal is needed for that.

use std::time::Instant;

use crate::engine::is_generator;
use crate::measure::stats::median;
use crate::measure::{Case, Pulse, Sample};
use crate::report::figure::rate;
use crate::report::table::GENERATOR;

/// One engine of the group that is being measured.
#[derive(Debug)]
struct Engine {
    label: String,
    /// Messages for each beat of the pulse, once a run has told.
    per_beat: Option<f64>,
    /// Messages per second of each round.
    rates: Vec<f64>,
}

/// The group that is being measured.
#[derive(Debug)]
pub(super) struct Live {
    title: String,
    engines: Vec<Engine>,
    current: usize,
    what: String,
    /// The first reading of the pulse in this run.
    first: Option<(u64, Instant)>,
    now_per_s: Option<f64>,
    /// When the first and the last timed run were over.
    timed: Option<(Instant, Instant)>,
}

impl Live {
    pub(super) fn new(title: String) -> Self {
        Self {
            title,
            engines: Vec::new(),
            current: 0,
            what: String::new(),
            first: None,
            now_per_s: None,
            timed: None,
        }
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    fn engine(&mut self, case: &Case) -> usize {
        let label = if is_generator(case.engine()) {
            GENERATOR.to_owned()
        } else {
            case.label()
        };
        let known = self.engines.iter().position(|engine| engine.label == label);
        known.unwrap_or_else(|| {
            self.engines.push(Engine {
                label,
                per_beat: None,
                rates: Vec::new(),
            });
            self.engines.len() - 1
        })
    }

    pub(super) fn begin(&mut self, case: &Case, what: &str) {
        self.current = self.engine(case);
        what.clone_into(&mut self.what);
        self.first = None;
        self.now_per_s = None;
    }

    /// Reads the pulse of the run under way; `now` is when.
    pub(super) fn tick(&mut self, pulse: &Pulse, now: Instant) {
        let beats = pulse.beats();
        let (first, since) = *self.first.get_or_insert((beats, now));
        let seconds = now.duration_since(since).as_secs_f64();
        let per_beat = self.engines.get(self.current).and_then(|e| e.per_beat);
        self.now_per_s = per_beat
            .filter(|_| seconds > 0.0 && self.what != crate::measure::MEMORY)
            .map(|per_beat| per_beat * as_float(beats - first) / seconds);
    }

    pub(super) fn beaten(&mut self, case: &Case, messages: u64, beats: u64) {
        let index = self.engine(case);
        if beats > 0 {
            self.engines[index].per_beat = Some(as_float(messages) / as_float(beats));
        }
    }

    /// A timed run is over; `now` is when.
    pub(super) fn sampled(&mut self, case: &Case, sample: &Sample, now: Instant) {
        let index = self.engine(case);
        let (first, _) = self.timed.unwrap_or((now, now));
        self.timed = Some((first, now));
        self.engines[index].rates.push(1e9 / sample.ns_per_op());
    }

    /// Seconds until so many rounds are over, as the runs so far suggest; none before one round is.
    pub(super) fn left(&self, rounds: u32) -> Option<f64> {
        let engines = self.engines.len();
        let ran: usize = self.engines.iter().map(|engine| engine.rates.len()).sum();
        let (first, last) = self.timed?;
        if ran <= engines {
            return None;
        }
        let to_come = (engines * rounds as usize).saturating_sub(ran) as u64;
        let per_run = last.duration_since(first).as_secs_f64() / as_float(ran as u64 - 1);
        Some(per_run * as_float(to_come))
    }

    /// Which engine, which round, and how fast it goes at this moment, set-up included.
    pub(super) fn now(&self) -> String {
        let label = self.engines.get(self.current).map(|engine| &*engine.label);
        let label = label.unwrap_or_default();
        let speed = self.now_per_s.map(|per_s| format!("  {} now", rate(per_s)));
        format!("{label}  {}{}", self.what, speed.unwrap_or_default())
    }

    /// The medians of the rounds so far, the best first.
    pub(super) fn so_far(&self) -> Option<String> {
        let median_of = |engine: &Engine| Some((engine.label.clone(), median(&engine.rates)?));
        let mut rates: Vec<_> = self.engines.iter().filter_map(median_of).collect();
        rates.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let rates: Vec<String> = rates
            .into_iter()
            .map(|(label, per_s)| format!("{label} {}", rate(per_s)))
            .collect();
        (!rates.is_empty()).then(|| rates.join(", "))
    }
}

/// Cuts a line to what fits.
pub(super) fn cut(line: &str, width: usize) -> String {
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let kept: String = line.chars().take(width.saturating_sub(2)).collect();
    format!("{kept}..")
}

/// A bar of so many characters.
pub(super) fn bar(part: f64, width: usize) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "at most the width")]
    #[expect(clippy::cast_sign_loss, reason = "it is clamped")]
    #[expect(clippy::cast_precision_loss, reason = "widths are short")]
    let done = (part.clamp(0.0, 1.0) * width as f64) as usize;
    let head = usize::from(done < width);
    let rest = width - done - head;
    format!(
        "[{}{}{}]",
        "=".repeat(done),
        ">".repeat(head),
        " ".repeat(rest)
    )
}

/// Minutes and seconds.
pub(super) fn clock(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
    #[expect(clippy::cast_sign_loss, reason = "it is not negative")]
    let seconds = seconds.max(0.0).round() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
const fn as_float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::Instant;

    use super::{Live, bar, clock, cut};
    use crate::measure::{Case, Pulse, Sample};

    #[test]
    fn rate_of_the_run_under_way_comes_from_the_pulse() {
        let case = Case::new("kanal", None, |work| {
            Ok(Sample::new(work.messages, Duration::from_secs(1)))
        });
        let (pulse, mut live) = (Pulse::default(), Live::new("list-spsc".to_owned()));
        let start = Instant::now();
        live.begin(&case, "check");
        live.tick(&pulse, start);
        assert_eq!(live.now(), "kanal  check", "nothing is known yet");
        // Producer and consumer beat for 1024 messages each.
        live.beaten(&case, 1_024_000, 2_000);
        live.begin(&case, "round 1 of 5");
        live.tick(&pulse, start);
        for _ in 0..4_000 {
            pulse.beat();
        }
        live.tick(&pulse, start + Duration::from_millis(500));
        assert_eq!(live.now(), "kanal  round 1 of 5  4.10 M/s now");
        assert_eq!(live.so_far(), None, "no round is over");
        let sample = Sample::new(3_000_000, Duration::from_secs(1));
        live.sampled(&case, &sample, start);
        assert_eq!(live.so_far().as_deref(), Some("kanal 3.00 M/s"));
        assert_eq!(live.left(5), None, "one run is no measure of the others");
        live.sampled(&case, &sample, start + Duration::from_secs(2));
        assert_eq!(live.left(5), Some(6.0), "three more, of two seconds each");
    }

    #[test]
    fn lines_are_cut_to_the_width() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abc..");
        assert_eq!(bar(0.5, 4), "[==> ]");
        assert_eq!(bar(7.0, 4), "[====]");
        assert_eq!(clock(125.4), "2:05");
    }
}
