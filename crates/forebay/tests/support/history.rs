//! Carries plans out with real threads, and records what came of them.

use alloc::sync::Arc;
use core::fmt::Write;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use core::time::Duration;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use bytes::Bytes;
use forebay::{Engine, ExpireCondition, List, Side};

use crate::linearizability::Recorded;
use crate::plan::{Pace, Plan, Step, Work};
use crate::two_lists::{Answer, Call, Key, Lists};

type History = Vec<Recorded<(Call, Answer)>>;

/// The bytes of a value; its length and its filling follow from the value.
fn encode(value: u16, padding: usize) -> Vec<u8> {
    let len = 2 + if padding == 0 {
        0
    } else {
        usize::from(value) * 7_919 % padding
    };
    let mut bytes = vec![value.to_le_bytes()[0] ^ 0x5a; len];
    bytes[..2].copy_from_slice(&value.to_le_bytes());
    bytes
}

/// The value in `bytes`.
///
/// # Panics
/// When the bytes are not those of a value: torn, shortened, or another's.
fn decode(bytes: &[u8], padding: usize) -> u16 {
    let value = u16::from_le_bytes([bytes[0], bytes[1]]);
    assert!(
        bytes == encode(value, padding),
        "the bytes of {value} are not what was pushed"
    );
    value
}

/// Where the threads of one history meet.
#[derive(Debug)]
struct Job {
    plan: Plan,
    keys: [String; 2],
    clock: AtomicU64,
    arrived: Vec<AtomicUsize>,
}

impl Job {
    fn meet(&self, at: usize) {
        self.arrived[at].fetch_add(1, SeqCst);
        let mut spins = 0;
        while self.arrived[at].load(SeqCst) < self.plan.threads.len() {
            spins += 1;
            if spins % 64 == 0 {
                thread::yield_now();
            } else {
                core::hint::spin_loop();
            }
        }
    }
}

/// Threads that record history after history on one engine.
#[derive(Debug)]
pub(crate) struct Team {
    engine: Engine,
    jobs: Vec<Sender<Arc<Job>>>,
    histories: Receiver<History>,
    recorded: usize,
}

impl Team {
    /// `threads` threads that wait for a plan; they end when the team is dropped.
    pub(crate) fn new(engine: &Engine, threads: usize) -> Self {
        let (done, histories) = channel();
        let jobs = (0..threads)
            .map(|thread| {
                let (sender, jobs) = channel::<Arc<Job>>();
                let (engine, done) = (engine.clone(), done.clone());
                thread::spawn(move || {
                    for job in jobs {
                        if done.send(work(&engine, &job, thread)).is_err() {
                            return;
                        }
                    }
                });
                sender
            })
            .collect();
        Self {
            engine: engine.clone(),
            jobs,
            histories,
            recorded: 0,
        }
    }

    /// Carries `plan` out; gives what the lists held before, and the history.
    pub(crate) fn record(&mut self, plan: &Plan) -> (Lists, History) {
        self.recorded += 1;
        let name = if plan.handles {
            self.recorded % 37
        } else {
            self.recorded
        };
        let keys = [0, 1].map(|key| format!("list {name} {key}"));
        self.engine.flushall().expect("an open engine");
        for (key, name) in keys.iter().enumerate() {
            let values: Vec<Vec<u8>> = plan.initial[key]
                .iter()
                .map(|&value| encode(value, plan.padding))
                .collect();
            if !values.is_empty() {
                self.engine.rpush(name, &values).expect("short elements");
            }
            if plan.expiring[key] {
                self.engine
                    .expire(name, 1_000, ExpireCondition::Always)
                    .expect("a right time");
            }
        }
        let job = Arc::new(Job {
            plan: plan.clone(),
            keys,
            clock: AtomicU64::new(0),
            arrived: (0..13).map(|_| AtomicUsize::new(0)).collect(),
        });
        for sender in &self.jobs {
            sender.send(Arc::clone(&job)).expect("the threads run");
        }
        let histories = self.jobs.iter().map(|_| {
            self.histories
                .recv_timeout(Duration::from_secs(60))
                .expect("the threads come to an end")
        });
        (plan.initial.clone(), histories.flatten().collect())
    }
}

fn work(engine: &Engine, job: &Job, thread: usize) -> History {
    let list = |key| engine.list(key).expect("a short key");
    let handles = job.plan.handles.then(|| job.keys.each_ref().map(list));
    let target = Target {
        engine,
        handles,
        keys: &job.keys,
        padding: job.plan.padding,
    };
    job.meet(12);
    let mut history = Vec::with_capacity(12);
    for (at, step) in job.plan.threads[thread].iter().enumerate() {
        match step.pace {
            Pace::Go => {}
            Pace::Spin(turns) => spin(turns),
            Pace::Yield => thread::yield_now(),
            Pace::Together(turns) => {
                job.meet(at);
                spin(turns);
            }
        }
        match &step.work {
            Work::One(call) => {
                let called = job.clock.fetch_add(1, SeqCst);
                let answer = target.call(call, step);
                let returned = job.clock.fetch_add(1, SeqCst);
                history.push(Recorded {
                    called,
                    returned,
                    operation: (call.clone(), answer),
                });
            }
            &Work::PopEach { key, side, max } => {
                history.extend(target.pop_each(&job.clock, key, side, max));
            }
        }
    }
    history
}

fn spin(turns: u64) {
    for _ in 0..turns {
        core::hint::spin_loop();
    }
}

/// The engine as the machine of two lists.
struct Target<'a> {
    engine: &'a Engine,
    handles: Option<[List; 2]>,
    keys: &'a [String; 2],
    padding: usize,
}

/// What an engine and a transaction have under the same names.
macro_rules! simple_call {
    ($self:expr, $target:expr, $call:expr) => {
        match $call {
            Call::Push { key, side, values } => {
                let elements: Vec<_> = values.iter().map(|&value| $self.bytes(value)).collect();
                number(match side {
                    Side::Left => $target.lpush(&$self.keys[*key], &elements),
                    Side::Right => $target.rpush(&$self.keys[*key], &elements),
                })
            }
            Call::Pop { key, side } => $self.one(match side {
                Side::Left => $target.lpop(&$self.keys[*key]),
                Side::Right => $target.rpop(&$self.keys[*key]),
            }),
            Call::PopCount { key, side, count } => {
                let values = match side {
                    Side::Left => $target.lpop_count(&$self.keys[*key], *count),
                    Side::Right => $target.rpop_count(&$self.keys[*key], *count),
                };
                values
                    .expect("no limit")
                    .map_or(Answer::Nothing, |values| $self.many(&values))
            }
            Call::Lmpop { first, side, count } => {
                let keys = [&$self.keys[*first], &$self.keys[1 - *first]];
                $self.from(
                    $target
                        .lmpop(&keys, *side, *count)
                        .expect("keys and a count"),
                )
            }
            Call::Llen { key } => number($target.llen(&$self.keys[*key])),
            Call::Lrange { key, start, stop } => $self.many(
                &$target
                    .lrange(&$self.keys[*key], *start, *stop)
                    .expect("no limit"),
            ),
            Call::Lset { key, index, value } => {
                match $target.lset(&$self.keys[*key], *index, $self.bytes(*value)) {
                    Ok(()) => Answer::Done,
                    Err(_) => Answer::Refused,
                }
            }
            Call::Linsert {
                key,
                position,
                pivot,
                value,
            } => Answer::Length(
                $target
                    .linsert(
                        &$self.keys[*key],
                        *position,
                        $self.bytes(*pivot),
                        $self.bytes(*value),
                    )
                    .expect("a short element"),
            ),
            Call::Lrem { key, count, value } => {
                number($target.lrem(&$self.keys[*key], *count, $self.bytes(*value)))
            }
            Call::Ltrim { key, start, stop } => {
                $target
                    .ltrim(&$self.keys[*key], *start, *stop)
                    .expect("no limit");
                Answer::Done
            }
            Call::Lmove { src, from, to, dst } => {
                $self.one($target.lmove(&$self.keys[*src], &$self.keys[*dst], *from, *to))
            }
            Call::Rename { src, dst } => {
                match $target.rename(&$self.keys[*src], &$self.keys[*dst]) {
                    Ok(()) => Answer::Done,
                    Err(_) => Answer::Refused,
                }
            }
            other => panic!("not a simple call: {other:?}"),
        }
    };
}

impl Target<'_> {
    fn call(&self, call: &Call, step: &Step) -> Answer {
        if let Some(handles) = &self.handles
            && step.by_handle
            && let Some(answer) = self.call_by_handle(handles, call)
        {
            return answer;
        }
        let patience = step.patience;
        match call {
            Call::BlockingPop { first, side } => {
                let keys = [&self.keys[*first], &self.keys[1 - *first]];
                let found = match side {
                    Side::Left => self.engine.blpop(&keys, patience),
                    Side::Right => self.engine.brpop(&keys, patience),
                };
                let found = found.expect("keys and a time");
                self.from(found.map(|(key, element)| (key, vec![element])))
            }
            Call::Blmove { src, from, to, dst } => self.one(self.engine.blmove(
                &self.keys[*src],
                &self.keys[*dst],
                *from,
                *to,
                patience,
            )),
            Call::Copy { src, dst } => {
                let copied = self.engine.copy(&self.keys[*src], &self.keys[*dst], true);
                Answer::Length(i64::from(copied.expect("two keys")))
            }
            Call::DelBoth => number(self.engine.del(self.keys)),
            Call::ExistBoth => number(self.engine.exists(self.keys)),
            Call::Flushall => {
                self.engine.flushall().expect("an open engine");
                Answer::Done
            }
            Call::Transaction(calls) => {
                let answers = self.engine.transaction(self.keys, |tx| {
                    calls
                        .iter()
                        .map(|call| simple_call!(self, tx, call))
                        .collect()
                });
                Answer::All(answers.expect("two keys"))
            }
            call => simple_call!(self, self.engine, call),
        }
    }

    fn call_by_handle(&self, handles: &[List; 2], call: &Call) -> Option<Answer> {
        Some(match call {
            Call::Push { key, side, values } => {
                let elements: Vec<_> = values.iter().map(|&value| self.bytes(value)).collect();
                number(match side {
                    Side::Left => handles[*key].lpush(&elements),
                    Side::Right => handles[*key].rpush(&elements),
                })
            }
            Call::Pop { key, side } => {
                let take = |bytes: &[u8]| decode(bytes, self.padding);
                let found = match side {
                    Side::Left => handles[*key].lpop_with(take),
                    Side::Right => handles[*key].rpop_with(take),
                };
                let found = found.expect("an open engine");
                found.map_or(Answer::Nothing, |value| Answer::Values(vec![value]))
            }
            Call::Llen { key } => number(handles[*key].llen()),
            _ => return None,
        })
    }

    /// A pop for each element, and one more for the emptiness that ended them before `max`. A
    /// pop has happened by the time its element is seen.
    fn pop_each(&self, clock: &AtomicU64, key: Key, side: Side, max: usize) -> History {
        let called: Vec<u64> = (0..max).map(|_| clock.fetch_add(1, SeqCst)).collect();
        let mut looked_again = clock.fetch_add(1, SeqCst);
        let mut pops = Vec::with_capacity(max);
        let call = Call::Pop { key, side };
        let take = |bytes: &[u8]| {
            let answer = Answer::Values(vec![decode(bytes, self.padding)]);
            let returned = clock.fetch_add(1, SeqCst);
            let called = called[pops.len()];
            pops.push(Recorded {
                called,
                returned,
                operation: (call.clone(), answer),
            });
            looked_again = clock.fetch_add(1, SeqCst);
        };
        let count = match (&self.handles, side) {
            (Some(handles), Side::Left) => handles[key].lpop_each(max, take),
            (Some(handles), Side::Right) => handles[key].rpop_each(max, take),
            (None, Side::Left) => self.engine.lpop_each(&self.keys[key], max, take),
            (None, Side::Right) => self.engine.rpop_each(&self.keys[key], max, take),
        };
        assert_eq!(count, Ok(pops.len()), "one call for each element");
        if pops.len() < max {
            let returned = clock.fetch_add(1, SeqCst);
            let operation = (call, Answer::Nothing);
            pops.push(Recorded {
                called: looked_again,
                returned,
                operation,
            });
        }
        pops
    }

    fn bytes(&self, value: u16) -> Vec<u8> {
        encode(value, self.padding)
    }

    fn many(&self, elements: &[Bytes]) -> Answer {
        Answer::Values(
            elements
                .iter()
                .map(|bytes| decode(bytes, self.padding))
                .collect(),
        )
    }

    fn one(&self, element: forebay::Result<Option<Bytes>>) -> Answer {
        element
            .expect("an open engine")
            .map_or(Answer::Nothing, |bytes| self.many(&[bytes]))
    }

    fn from(&self, found: Option<(Bytes, Vec<Bytes>)>) -> Answer {
        let Some((key, elements)) = found else {
            return Answer::Nothing;
        };
        let key = self
            .keys
            .iter()
            .position(|name| *name == key)
            .expect("one of the two");
        let Answer::Values(values) = self.many(&elements) else {
            unreachable!("many are values")
        };
        Answer::From(key, values)
    }
}

fn number(value: forebay::Result<u64>) -> Answer {
    Answer::Length(i64::try_from(value.expect("no limit is passed")).expect("a short list"))
}

/// How many operations had another one going on beside them.
pub(crate) fn overlapping(history: &[Recorded<(Call, Answer)>]) -> usize {
    history
        .iter()
        .filter(|one| {
            history.iter().any(|other| {
                !core::ptr::eq(*one, other)
                    && one.called < other.returned
                    && other.called < one.returned
            })
        })
        .count()
}

/// The history for a reader, in the order of the calls.
pub(crate) fn print(history: &[Recorded<(Call, Answer)>]) -> String {
    let mut rows: Vec<_> = history.iter().collect();
    rows.sort_by_key(|recorded| recorded.called);
    let mut text = String::new();
    for Recorded {
        called,
        returned,
        operation: (call, answer),
    } in rows
    {
        writeln!(text, "{called:>4} - {returned:<4} {call:?} -> {answer:?}").expect("a string");
    }
    text
}
