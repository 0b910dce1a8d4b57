//! What to run and how much of it.

use core::fmt;

use std::path::PathBuf;

use crate::engine;
use crate::engine::resp::Level;
use crate::measure::{Group, memory, plan};
use crate::message::PAYLOAD_BYTES_MIN;
use crate::suite::Suite;
use crate::workload::Workload;

/// The payload that every target is stated for.
pub const PAYLOAD_BYTES_DEFAULT: usize = 64;
/// The largest payload: beyond it, memory bandwidth is all that is measured.
pub const PAYLOAD_BYTES_MAX: usize = 64 << 20;
/// Rounds when nothing else is asked for: the fewest whose median ignores two bad ones.
pub const ROUNDS_DEFAULT: u32 = 5;
/// What the hungriest engine needs beside the payload: its allocation's header, a slot, and the
/// copy that a growing ring buffer makes.
const MESSAGE_BYTES_MORE: u64 = 48;
/// What a run begins with may be so many times as much as what it lets through.
const RUN_TIMES: u64 = 10;
/// Large messages are not made fewer than this.
const MESSAGES_MIN: u64 = 1_000;
/// No run starts more threads than this.
pub const THREADS_MAX: usize = 1024;
/// No run opens more connections than this.
pub const CONNECTIONS_MAX: usize = 16_384;
/// No connection has more commands under way than this.
pub const PIPELINE_MAX: usize = 10_000;

/// An engine, or one variant of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineChoice {
    name: String,
    variant: Option<String>,
}

impl EngineChoice {
    /// Reads `forebay`, which means all its variants, or `forebay:bytes`, which means one.
    ///
    /// # Errors
    /// When no workload has an engine of this name.
    pub fn parse(text: &str) -> Result<Self, OptionsError> {
        let (name, variant) = text
            .split_once(':')
            .map_or((text, None), |(n, v)| (n, Some(v)));
        if !engine::NAMES.contains(&name) {
            return Err(OptionsError::NoSuchEngine(name.to_owned()));
        }
        Ok(Self {
            name: name.to_owned(),
            variant: variant.map(str::to_owned),
        })
    }

    fn includes(&self, engine: &str, variant: Option<&str>) -> bool {
        self.name == engine && (self.variant.is_none() || self.variant.as_deref() == variant)
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.variant {
            Some(variant) => write!(f, ":{variant}"),
            None => Ok(()),
        }
    }
}

/// Everything that can be chosen; the default is the whole table at 64 bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// What is run, in this order, when no suite is chosen.
    pub workloads: Vec<Workload>,
    /// A selection with time limits, instead of workloads.
    pub suite: Option<Suite>,
    /// Which groups of them, by their title or a part of it; empty means all.
    pub groups: Vec<String>,
    /// Which engines take part; empty means all.
    pub engines: Vec<EngineChoice>,
    /// Message sizes; everything is run once for each.
    pub payloads: Vec<usize>,
    /// Messages of one run, instead of each workload's own number.
    pub messages: Option<u64>,
    /// The time that each workload may take, instead of a number of messages.
    pub seconds: Option<f64>,
    /// How often each engine is measured.
    pub rounds: u32,
    /// Numbers of threads for the workloads that vary in them; empty means each one's own.
    pub threads: Vec<usize>,
    /// Numbers of waiters for `list-waiters` and `resp-wake`; empty means their own.
    pub waiters: Vec<usize>,
    /// Numbers of connections for the `resp-` workloads; empty means each one's own.
    pub connections: Vec<usize>,
    /// Numbers of commands under way on each of them; empty means each one's own.
    pub pipelines: Vec<usize>,
    /// What the servers of the `resp-` workloads keep; empty means nothing.
    pub levels: Vec<Level>,
    /// The program that can `serve`.
    pub server: Option<PathBuf>,
    /// Whether memory is measured, in processes of their own.
    pub memory: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workloads: Workload::ALL.to_vec(),
            suite: None,
            groups: Vec::new(),
            engines: Vec::new(),
            payloads: vec![PAYLOAD_BYTES_DEFAULT],
            messages: None,
            seconds: None,
            rounds: ROUNDS_DEFAULT,
            threads: Vec::new(),
            waiters: Vec::new(),
            connections: Vec::new(),
            pipelines: Vec::new(),
            levels: Vec::new(),
            server: None,
            memory: true,
        }
    }
}

impl Options {
    /// Whether an engine takes part.
    #[must_use]
    pub fn includes(&self, engine: &str, variant: Option<&str>) -> bool {
        self.engines.is_empty()
            || self
                .engines
                .iter()
                .any(|choice| choice.includes(engine, variant))
    }

    /// The numbers of threads that were asked for, or else `default`.
    #[must_use]
    pub fn threads_or(&self, default: &[usize]) -> Vec<usize> {
        if self.threads.is_empty() {
            default.to_vec()
        } else {
            self.threads.clone()
        }
    }

    /// Whether a group that begins with so much, messages or keys, is run: not when so few messages
    /// are asked for that the beginning would be all, unless the group is asked for by its title.
    pub(crate) fn has_enough_for(&self, beginning: u64, title: &str) -> bool {
        let is_asked_for = self.groups.iter().any(|group| group == title);
        let enough = |messages: u64| beginning <= messages.saturating_mul(RUN_TIMES);
        is_asked_for || self.messages.is_none_or(enough)
    }

    /// Keeps the groups whose titles were asked for: the one of exactly this title, or else those
    /// that have the text in theirs.
    pub(crate) fn retain_groups(&self, groups: &mut Vec<Group>) {
        if self.groups.is_empty() {
            return;
        }
        let titles: Vec<String> = groups.iter().map(|g| g.shape.title.clone()).collect();
        let is_chosen = |title: &String| {
            self.groups.iter().any(|text| {
                if titles.contains(text) {
                    title == text
                } else {
                    title.contains(text)
                }
            })
        };
        groups.retain(|group| is_chosen(&group.shape.title));
    }

    /// Messages of one run of a group: fewer of larger ones, so that the bytes stay the same.
    #[must_use]
    pub fn messages_of(&self, group: &Group, payload: usize) -> u64 {
        let fewer = (payload / PAYLOAD_BYTES_DEFAULT).max(1) as u64;
        let own = (group.messages / fewer).max(group.messages.min(MESSAGES_MIN));
        self.messages
            .map_or(own, |asked| if group.slow { asked.min(own) } else { asked })
    }

    /// Refuses what cannot be run, before anything is run.
    ///
    /// # Errors
    /// What is wrong and what to do about it.
    pub fn validate(&self) -> Result<(), OptionsError> {
        for &payload in &self.payloads {
            if !(PAYLOAD_BYTES_MIN..=PAYLOAD_BYTES_MAX).contains(&payload) {
                return Err(OptionsError::Payload(payload));
            }
        }
        if let Some(&threads) = self
            .threads
            .iter()
            .find(|&&n| !(1..=THREADS_MAX).contains(&n))
        {
            return Err(OptionsError::Threads(threads));
        }
        if self
            .seconds
            .is_some_and(|seconds| !(seconds.is_finite() && seconds > 0.0))
        {
            return Err(OptionsError::Seconds);
        }
        let of_resp = [
            ("connections", &self.connections, CONNECTIONS_MAX),
            ("commands in a pipeline", &self.pipelines, PIPELINE_MAX),
        ];
        for (what, asked, most) in of_resp {
            if let Some(&asked) = asked.iter().find(|&&n| !(1..=most).contains(&n)) {
                return Err(OptionsError::Many { what, asked, most });
            }
        }
        if self.messages == Some(0) || self.rounds == 0 || self.waiters.contains(&0) {
            return Err(OptionsError::Nothing);
        }
        let parts = plan::parts(self);
        for part in &parts {
            // Where time is the limit, memory is one too.
            if part.group.backlog && part.seconds.is_none() {
                let messages = self.messages_of(&part.group, part.payload);
                check_memory(part.workload, messages, part.payload)?;
            }
            check_waiting(part)?;
        }
        if !parts.is_empty() {
            return Ok(());
        }
        let every = Self {
            groups: Vec::new(),
            ..self.clone()
        };
        let every = plan::parts(&every).into_iter();
        let titles: Vec<String> = every.map(|part| part.group.shape.title).collect();
        Err(if titles.is_empty() {
            OptionsError::NoCase
        } else {
            OptionsError::NoGroup(titles)
        })
    }
}

fn check_memory(workload: Workload, messages: u64, payload: usize) -> Result<(), OptionsError> {
    let of_one = payload as u64 + MESSAGE_BYTES_MORE;
    let needed = messages.saturating_mul(of_one);
    match memory::available() {
        Some(available) if needed > available / 4 * 3 => Err(OptionsError::Memory {
            workload: workload.name(),
            needed,
            messages: (available / 2 / of_one).max(1),
        }),
        _ => Ok(()),
    }
}

/// What waits all the time must leave as much again free.
fn check_waiting(part: &plan::Part) -> Result<(), OptionsError> {
    let of_one = part.payload as u64 + MESSAGE_BYTES_MORE;
    let needed = part.group.waiting.saturating_mul(of_one);
    match memory::available() {
        Some(available) if needed > available / 2 => Err(OptionsError::Waiting {
            title: part.group.shape.title.clone(),
            needed,
            messages: (available / 2 / of_one / RUN_TIMES).max(1),
        }),
        _ => Ok(()),
    }
}

/// What is wrong with the options.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionsError {
    /// An engine that no workload has.
    NoSuchEngine(String),
    /// A payload outside the limits.
    Payload(usize),
    /// A number of threads outside the limits.
    Threads(usize),
    /// A number of something outside its limits.
    Many {
        /// Of what.
        what: &'static str,
        /// How many were asked for.
        asked: usize,
        /// How many there can be.
        most: usize,
    },
    /// A time that is no time.
    Seconds,
    /// Zero of something.
    Nothing,
    /// None of the chosen engines takes part in any of the chosen workloads.
    NoCase,
    /// No title of theirs has the text that was asked for.
    NoGroup(Vec<String>),
    /// More messages than fit in memory.
    Memory {
        /// The workload that keeps them all.
        workload: &'static str,
        /// Bytes needed.
        needed: u64,
        /// Messages that would fit.
        messages: u64,
    },
    /// More messages that wait all the time than fit in half of what is free.
    Waiting {
        /// The group in which they do.
        title: String,
        /// Bytes needed.
        needed: u64,
        /// Messages of a run for which fewer wait.
        messages: u64,
    },
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchEngine(name) => {
                write!(
                    f,
                    "there is no engine '{name}'; engines are: {}",
                    engine::NAMES.join(", ")
                )
            }
            Self::Payload(payload) => write!(
                f,
                "a payload of {payload} bytes is outside {PAYLOAD_BYTES_MIN} to \
                 {PAYLOAD_BYTES_MAX}: the first {PAYLOAD_BYTES_MIN} bytes number the message"
            ),
            Self::Threads(threads) => {
                write!(f, "{threads} threads are outside 1 to {THREADS_MAX}")
            }
            Self::Many { what, asked, most } => {
                write!(f, "{asked} {what} are outside 1 to {most}")
            }
            Self::Seconds => f.write_str("--seconds takes a number above zero, such as 10 or 0.5"),
            Self::Nothing => f.write_str("messages, rounds and waiters start at 1"),
            Self::NoCase => f.write_str(
                "none of these engines takes part in these workloads; \
                 'forebay bench --help' says which do",
            ),
            Self::NoGroup(titles) => write!(
                f,
                "no group here has this in its title; titles are:\n  {}",
                titles.join("\n  ")
            ),
            Self::Memory {
                workload,
                needed,
                messages,
            } => write!(
                f,
                "{workload} keeps all its messages at once, which takes about {} GiB here; \
                 ask for fewer with --messages {messages}",
                needed.div_ceil(1 << 30)
            ),
            Self::Waiting {
                title,
                needed,
                messages,
            } => write!(
                f,
                "'{title}' takes about {} MiB here, more than half of what is free; choose other \
                 groups with --group, or shorter runs with --messages {messages}",
                needed.div_ceil(1 << 20)
            ),
        }
    }
}

impl core::error::Error for OptionsError {}

#[cfg(test)]
mod tests {
    use super::{EngineChoice, Options, OptionsError};
    use crate::workload::Workload;

    fn choices(names: &[&str]) -> Options {
        let engines = names
            .iter()
            .map(|name| EngineChoice::parse(name).unwrap())
            .collect();
        Options {
            engines,
            ..Options::default()
        }
    }

    #[test]
    fn engines_are_chosen_by_name_and_variant() {
        assert!(choices(&[]).includes("kanal", None));
        let all = choices(&["forebay"]);
        assert!(all.includes("forebay", None) && all.includes("forebay", Some("bytes")));
        let one = choices(&["forebay:bytes", "kanal"]);
        assert!(one.includes("forebay", Some("bytes")) && !one.includes("forebay", None));
        assert!(EngineChoice::parse("rabbit").is_err());
    }

    #[test]
    fn validation_says_what_to_do() {
        let error = |options: Options| options.validate().unwrap_err();
        let small = Options {
            payloads: vec![7],
            ..Options::default()
        };
        assert_eq!(error(small), OptionsError::Payload(7));
        let huge = Options {
            messages: Some(1 << 45),
            ..Options::default()
        };
        assert!(error(huge).to_string().contains("--messages"));
        let mut stranger = choices(&["tokio-mpsc"]);
        stranger.workloads = vec![Workload::ListSeq];
        assert_eq!(error(stranger), OptionsError::NoCase);
        assert_eq!(Options::default().validate(), Ok(()));
    }
}
