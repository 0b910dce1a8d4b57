//! One engine's part of a workload, and the group of those that are compared.

use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;

use serde_json::Value;

use crate::engine::is_generator;
use crate::fault::Fault;
use crate::measure::latency::Latency;
use crate::measure::memory::{self, MemoryUse};
use crate::measure::pulse::Pulse;
use crate::options::ROUNDS_DEFAULT;
use crate::record::Series;

pub use crate::record::Figure;

/// How much there is to do.
#[derive(Debug, Clone)]
pub struct Work {
    /// How many messages go all the way through.
    pub messages: u64,
    /// The size of each.
    pub payload: usize,
    /// Beaten by the threads of the run, and stops them.
    pub pulse: Arc<Pulse>,
}

impl Work {
    /// The fault of a run that was told to stop before its end, if it was.
    ///
    /// # Errors
    /// [`Fault::Interrupted`], or nothing when the run was not stopped.
    pub fn check_stopped(&self) -> Result<(), Fault> {
        if self.pulse.is_stopped() {
            Err(Fault::Interrupted)
        } else {
            Ok(())
        }
    }
}

/// What one run of one engine gave.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Messages that went all the way through.
    pub messages: u64,
    /// How long that took.
    pub elapsed: Duration,
    /// How long single messages took.
    pub latency: Latency,
    /// Instructions that the measured threads executed in user mode, where they can be counted.
    pub instructions: Option<u64>,
    /// What was resident while all messages waited, where they all do at once.
    pub full_rss_bytes: Option<u64>,
    /// Further latencies by what was timed, such as `time-in-queue`.
    pub latencies: Vec<(&'static str, Latency)>,
    /// How the run went on over time; its place is filled in by the report.
    pub series: Option<Series>,
    /// Further figures by the name of their field.
    pub extra: Vec<(&'static str, f64)>,
    /// What is so or not, by the name of its field; a row says what most rounds say.
    pub flags: Vec<(&'static str, bool)>,
}

impl Sample {
    /// So many messages in so much time.
    #[must_use]
    pub fn new(messages: u64, elapsed: Duration) -> Self {
        Self {
            messages,
            elapsed,
            ..Self::default()
        }
    }

    /// Nanoseconds per message.
    #[must_use]
    pub fn ns_per_op(&self) -> f64 {
        self.elapsed.as_secs_f64() * 1e9 / as_f64(self.messages.max(1))
    }
}

/// A count as a number to divide by; exact up to 2^53.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "no count of messages comes near 2^53"
)]
pub const fn as_f64(count: u64) -> f64 {
    count as f64
}

type Run = Arc<dyn Fn(&Work) -> Result<Sample, Fault> + Send + Sync>;
type Weigh = Arc<dyn Fn(&Work) -> Result<MemoryUse, Fault> + Send + Sync>;
type Paced = Arc<dyn Fn(&Work, f64) -> Result<Sample, Fault> + Send + Sync>;

/// One engine's part of a group.
///
/// The calls here are virtual; each leads into a driver that is compiled for its engine.
#[derive(Clone)]
pub struct Case {
    engine: &'static str,
    variant: Option<&'static str>,
    promise: Option<&'static str>,
    check: Option<Run>,
    run: Run,
    weigh: Weigh,
    paced: Option<Paced>,
}

impl Case {
    /// A case that is timed by `run`.
    pub fn new(
        engine: &'static str,
        variant: Option<&'static str>,
        run: impl Fn(&Work) -> Result<Sample, Fault> + Send + Sync + 'static,
    ) -> Self {
        let run: Run = Arc::new(run);
        let same = Arc::clone(&run);
        let weigh = move |work: &Work| {
            same(work)?;
            let peak_rss_bytes = memory::peak_resident();
            Ok(MemoryUse {
                peak_rss_bytes,
                ..MemoryUse::default()
            })
        };
        Self {
            engine,
            variant,
            promise: None,
            check: None,
            run,
            weigh: Arc::new(weigh),
            paced: None,
        }
    }

    /// Says what an acknowledgement promises, where that is not the same for all: a case is compared
    /// only with peers that promise the same.
    #[must_use]
    pub const fn promising(mut self, promise: &'static str) -> Self {
        self.promise = Some(promise);
        self
    }

    /// Adds what must succeed before the engine is timed.
    #[must_use]
    pub fn checked(
        mut self,
        check: impl Fn(&Work) -> Result<Sample, Fault> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(check));
        self
    }

    /// Says how memory is measured, in a process of its own, when the peak of a run is not all.
    #[must_use]
    pub fn with_memory(
        mut self,
        weigh: impl Fn(&Work) -> Result<MemoryUse, Fault> + Send + Sync + 'static,
    ) -> Self {
        self.weigh = Arc::new(weigh);
        self
    }

    /// Adds the open-loop run that gives the latency, at so many messages per second.
    #[must_use]
    pub fn paced(
        mut self,
        paced: impl Fn(&Work, f64) -> Result<Sample, Fault> + Send + Sync + 'static,
    ) -> Self {
        self.paced = Some(Arc::new(paced));
        self
    }

    /// Runs the timed part once, on the calling thread and its crew.
    ///
    /// # Errors
    /// What was wrong with the run.
    pub fn time(&self, work: &Work) -> Result<Sample, Fault> {
        (self.run)(work)
    }

    /// Runs the check once, where there is one; how long it took says nothing.
    ///
    /// # Errors
    /// What is wrong with the engine.
    pub fn check(&self, work: &Work) -> Result<Sample, Fault> {
        self.check
            .as_ref()
            .map_or_else(|| Ok(Sample::default()), |check| check(work))
    }

    /// Runs the timed part in the open loop, at so many messages per second, where it has such a
    /// form.
    ///
    /// # Errors
    /// What was wrong with the run.
    pub fn pace(&self, work: &Work, messages_per_s: f64) -> Result<Sample, Fault> {
        self.paced.as_ref().map_or_else(
            || Ok(Sample::default()),
            |paced| paced(work, messages_per_s),
        )
    }

    /// Runs the timed part once and says what memory it took; that means something only in a
    /// process that has done nothing else.
    ///
    /// # Errors
    /// What was wrong with the run.
    pub fn weigh(&self, work: &Work) -> Result<MemoryUse, Fault> {
        (self.weigh)(work)
    }

    /// The engine's name, as everywhere in reports.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        self.engine
    }

    /// How the engine is used, where there are several ways.
    #[must_use]
    pub const fn variant(&self) -> Option<&'static str> {
        self.variant
    }

    /// What an acknowledgement promises, where that is not the same for all of a group.
    #[must_use]
    pub const fn promise(&self) -> Option<&'static str> {
        self.promise
    }

    /// Whether the engine is checked before it is timed.
    #[must_use]
    pub const fn is_checked(&self) -> bool {
        self.check.is_some()
    }

    /// Whether the open loop gives a latency.
    #[must_use]
    pub const fn is_paced(&self) -> bool {
        self.paced.is_some()
    }

    /// Whether it is worth a process of its own to see how much memory it takes.
    #[must_use]
    pub fn is_weighed(&self) -> bool {
        !is_generator(self.engine)
    }

    /// `engine`, or `engine:variant`.
    #[must_use]
    pub fn label(&self) -> String {
        self.variant.map_or_else(
            || self.engine.to_owned(),
            |variant| format!("{}:{variant}", self.engine),
        )
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("engine", &self.engine)
            .field("variant", &self.variant)
            .finish_non_exhaustive()
    }
}

/// What the rows of a group have in common.
#[derive(Debug, Clone)]
pub struct Shape {
    /// The workload's name.
    pub workload: &'static str,
    /// What distinguishes this group from the others of its workload, in words.
    pub title: String,
    /// Threads that push.
    pub producers: usize,
    /// Threads that pop.
    pub consumers: usize,
    /// Threads in all: fewer than the two together where one thread does both.
    pub threads: usize,
    /// How many queues there are.
    pub keys: u64,
    /// Further fields that belong to the shape.
    pub extra: Vec<(&'static str, Value)>,
}

/// Engines that do the same work in turn, so that their rows can be compared.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something that has nothing to do with the others"
)]
pub struct Group {
    /// What the rows have in common.
    pub shape: Shape,
    /// Messages of one run, when nothing else is asked for.
    pub messages: u64,
    /// What decides who is better.
    pub figure: Figure,
    /// Whether all messages wait at once.
    pub backlog: bool,
    /// Whether each message has a key of its own.
    pub key_per_message: bool,
    /// Whether a message takes so long that nobody wants more of them than `messages`.
    pub slow: bool,
    /// The size of each message, where it belongs to the shape and is not chosen for all.
    pub payload: Option<usize>,
    /// Messages that wait all the time, beside those of the run.
    pub waiting: u64,
    /// Whether instructions are counted.
    pub counted: bool,
    /// How many rounds one run stands for, being so much longer.
    pub rounds_per_run: u32,
    /// The engines.
    pub cases: Vec<Case>,
}

impl Group {
    /// A group whose messages pass through one after the other.
    #[must_use]
    pub const fn new(shape: Shape, messages: u64, figure: Figure, cases: Vec<Case>) -> Self {
        Self {
            shape,
            messages,
            figure,
            backlog: false,
            key_per_message: false,
            slow: false,
            payload: None,
            waiting: 0,
            counted: false,
            rounds_per_run: 1,
            cases,
        }
    }

    /// Says that all messages wait at once.
    #[must_use]
    pub const fn with_backlog(mut self) -> Self {
        self.backlog = true;
        self
    }

    /// Says that each message has a key of its own.
    #[must_use]
    pub const fn with_a_key_per_message(mut self) -> Self {
        self.key_per_message = true;
        self
    }

    /// Says how large each message is, whatever is asked for of others.
    #[must_use]
    pub const fn with_payload(mut self, bytes: usize) -> Self {
        self.payload = Some(bytes);
        self
    }

    /// Says how many messages wait all the time.
    #[must_use]
    pub const fn with_waiting(mut self, messages: u64) -> Self {
        self.waiting = messages;
        self
    }

    /// Says that instructions are counted, so that each row says how many, or that it cannot.
    #[must_use]
    pub const fn with_instructions(mut self) -> Self {
        self.counted = true;
        self
    }

    /// How many rounds there are of so many that are asked for: where memory decides, which is
    /// measured once, one round is enough, and a long one stands for as many as are usual.
    #[must_use]
    pub const fn rounds(&self, asked: u32) -> u32 {
        match self.figure {
            Figure::Bytes => 1,
            Figure::NsPerOp | Figure::P50 | Figure::Cpu => asked.div_ceil(self.rounds_per_run),
        }
    }

    /// Says that one run is as long as all usual rounds of others.
    #[must_use]
    pub const fn with_long_runs(mut self) -> Self {
        self.rounds_per_run = ROUNDS_DEFAULT;
        self
    }

    /// Says that a message takes microseconds, not nanoseconds.
    #[must_use]
    pub const fn with_slow_messages(mut self) -> Self {
        self.slow = true;
        self
    }
}
