//! What a description means, once every number in it has been looked at.

use alloc::sync::Arc;
use core::time::Duration;

use forebay::Level;

use super::arrival::{Arrivals, Curve};
use super::error::MixError;
use super::form::{Budget, Capacity, Figure, Form, Kind, Spacing};
use super::keys::Choice;
use super::payload::Sizes;
use super::reading::understand;
use super::service::{Service, per_s_of};
use crate::measure::case::as_f64;

/// More steps of a rate than this are not made.
const STEPS_MAX: f64 = 1e6;
/// For estimates only, where nobody knows what consumers take.
const PER_S_UNKNOWN: f64 = 1e6;

/// A workload mix.
#[derive(Debug, Clone)]
pub struct Description {
    /// What the messages go through.
    pub kind: Kind,
    /// How long arrivals go on.
    pub seconds: f64,
    /// Of all randomness.
    pub seed: u64,
    /// Threads that produce.
    pub producers: usize,
    /// How many messages fall due.
    pub rate: Rate,
    /// When they do.
    pub process: When,
    /// How large they are; otherwise as large as all messages of the run.
    pub sizes: Option<Sizes>,
    /// Which key they go to.
    pub keys: Choice,
    /// The groups; a list has one.
    pub groups: Vec<Group>,
    /// Entries that a consumer of a stream asks for at once.
    pub count: usize,
    /// Whether a message is kept until it is done, and how consumers die.
    pub reliable: Option<Reliable>,
    /// How durable each of Forebay's rows is; `None` is memory.
    pub levels: Vec<(&'static str, Option<Level>)>,
    /// What a run may not go beyond.
    pub budget: Budget,
    /// What decides.
    pub figure: Figure,
}

/// Consumers that share messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What each of its consumers does with a message.
    pub members: Vec<Service>,
}

/// Consumers that crash.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliable {
    /// The probability that a consumer dies of a message.
    pub crash: f64,
    /// How long it takes until there is another one in its place.
    pub restart: Duration,
}

/// How many messages fall due, by which the shape of the process is multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// So many per second.
    PerSecond(f64),
    /// So many times what the consumers take.
    Times(f64, Capacity),
    /// As recorded.
    Recorded,
}

/// The shape of a process.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// One rate.
    Flat(Spacing),
    /// So many milliseconds at the rate, and so many of nothing.
    Bursts(Spacing, f64, f64),
    /// Rates in turn, for equal parts of the time.
    Rates(Spacing, Arc<[f64]>),
    /// Milliseconds at which messages are due.
    Times(Arc<[f64]>),
}

impl Description {
    /// Reads a description; `trace` is the content of the file that it names, if it names one.
    ///
    /// # Errors
    /// With `origin`, the line or field, and what is allowed.
    pub fn parse(origin: &str, text: &str, trace: Option<&str>) -> Result<Self, MixError> {
        let form: Form = toml::from_str(text).map_err(|error| MixError::new(origin, error))?;
        understand(form, trace).map_err(|problem| MixError::new(origin, problem))
    }

    /// The file with the recorded arrivals that a description names.
    ///
    /// # Errors
    /// As [`Description::parse`], as far as one can tell without that file.
    pub fn trace_file(origin: &str, text: &str) -> Result<Option<String>, MixError> {
        let form: Form = toml::from_str(text).map_err(|error| MixError::new(origin, error))?;
        Ok(form.arrival.rates_file.or(form.arrival.times_ms_file))
    }

    /// All consumers, with the number of their group and their number in it.
    pub fn consumers(&self) -> impl Iterator<Item = (usize, usize, Service)> + '_ {
        let groups = self.groups.iter().enumerate();
        groups.flat_map(|(group, each)| {
            let members = each.members.iter().enumerate();
            members.map(move |(member, service)| (group, member, *service))
        })
    }

    /// How many consumers there are.
    #[must_use]
    pub fn consumer_count(&self) -> usize {
        self.groups.iter().map(|group| group.members.len()).sum()
    }

    /// What the slowest group takes by arithmetic.
    #[must_use]
    pub fn service_per_s(&self, cores: usize) -> Option<f64> {
        let of_group = |group: &Group| per_s_of(&group.members, cores);
        self.groups.iter().filter_map(of_group).reduce(f64::min)
    }

    /// The arrivals, when the time is stretched by `scale` and consumers take so many messages per
    /// second. Recorded times are not stretched: they are repeated, or cut off.
    #[must_use]
    pub fn arrivals(&self, scale: f64, capacity_per_s: f64) -> Arrivals {
        let per_s = match self.rate {
            Rate::PerSecond(per_s) => per_s,
            Rate::Times(times, _) => times * capacity_per_s,
            Rate::Recorded => 1.0,
        };
        let total_ns = self.seconds * scale * 1e9;
        let by_rate = |spacing, curve| Arrivals::Rate { curve, spacing };
        match &self.process {
            When::Flat(spacing) => by_rate(*spacing, Curve::new([(total_ns, per_s)])),
            When::Bursts(spacing, on_ms, off_ms) => {
                // A whole number of bursts, so that the rate on average is that of one.
                let cycles = (total_ns / ((on_ms + off_ms) * 1e6)).round();
                let cycles = cycles.clamp(1.0, STEPS_MAX);
                let cycle_ns = total_ns / cycles;
                let on_ns = cycle_ns * on_ms / (on_ms + off_ms);
                #[expect(clippy::cast_possible_truncation, reason = "a million at most")]
                #[expect(clippy::cast_sign_loss, reason = "a million at most")]
                let cycles = cycles as usize;
                let cycle = [(on_ns, per_s), (cycle_ns - on_ns, 0.0)];
                by_rate(
                    *spacing,
                    Curve::new([cycle].repeat(cycles).into_iter().flatten()),
                )
            }
            When::Rates(spacing, rates) => {
                let step_ns = total_ns / as_f64(rates.len() as u64);
                let steps = rates.iter().map(|rate| (step_ns, rate * per_s));
                by_rate(*spacing, Curve::new(steps))
            }
            When::Times(times) => Arrivals::Times {
                times: times.iter().map(|time| whole(time * 1e6)).collect(),
                end_ns: whole(total_ns),
            },
        }
    }

    /// How many messages fall due, as far as that is known before.
    #[must_use]
    pub fn messages(&self, cores: usize) -> f64 {
        let capacity = self.service_per_s(cores).unwrap_or(PER_S_UNKNOWN);
        self.arrivals(1.0, capacity).total()
    }

    /// Whether each message is delivered once, and not more often.
    #[must_use]
    pub fn is_once(&self) -> bool {
        self.kind == Kind::List || self.reliable.is_none_or(|reliable| reliable.crash <= 0.0)
    }

    /// Whether a consumer sees what a producer sent to a key in that order.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.reliable.is_none_or(|reliable| reliable.crash <= 0.0)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
#[expect(clippy::cast_sign_loss, reason = "no time is negative")]
fn whole(ns: f64) -> u64 {
    ns as u64
}
