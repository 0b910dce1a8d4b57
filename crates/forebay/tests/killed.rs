//! A process that is killed, again and again, at any moment: what it has acknowledged is there.
//!
//! The test starts itself as a child, which works on an engine with a directory and writes a line
//! to its standard output for each call that has returned. The parent kills it, reads what came,
//! opens the directory and compares. `FOREBAY_KILLS` says how often; 20 is the short form.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "the child's threads go on until it is killed, and the parent measures real time"
)]

use core::time::Duration;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::{env, fs, io, process, thread};

use forebay::stream::{GroupStart, XreadgroupOptions};
use forebay::{Config, Engine, Level, StreamId};

const DIRECTORY: &str = "FOREBAY_KILLED_DIRECTORY";
const ROUND: &str = "FOREBAY_KILLED_ROUND";
/// Numbers of a round.
const ROUND_NUMBERS: u64 = 10_000_000;

fn config(directory: &Path) -> Config {
    // Small, so that it goes through many segments and checkpoints.
    Config::at(directory).log_bytes_max(4 << 20)
}

/// What the child says: a letter for what was done, and a number.
fn say(out: &Mutex<io::Stdout>, what: char, number: u64) {
    // One write for a whole line, or none: the pipe is closed when the parent has gone.
    let line = format!("{what}{number}\n");
    let mut out = out.lock().expect("no thread panics");
    if out
        .write_all(line.as_bytes())
        .and_then(|()| out.flush())
        .is_err()
    {
        process::exit(0);
    }
}

fn work(directory: &Path, round: u64) {
    let engine = Engine::open(config(directory)).expect("a killed process damages nothing");
    // The group is there from the first round on.
    let stream = engine.stream("log").expect("it is open");
    let first = (round + 1) * ROUND_NUMBERS - 1;
    stream
        .xadd([("n", first.to_string())])
        .expect("there is room");
    let _ = stream.xgroup_create("g", GroupStart::Now);
    let out = Mutex::new(io::stdout());
    thread::scope(|scope| {
        for producer in 0..3_u64 {
            let (engine, out) = (&engine, &out);
            scope.spawn(move || {
                let first = round * ROUND_NUMBERS + producer * 1_000_000;
                for n in first.. {
                    engine.lpush("mq", [n.to_string()]).expect("there is room");
                    say(out, 'p', n);
                }
            });
        }
        scope.spawn(|| {
            loop {
                // To a backup, and done.
                if let Some(job) = engine.brpoplpush("mq", "doing", 1.0).expect("it is open") {
                    engine.lrem("doing", 1, &job).expect("it is open");
                    say(&out, 'c', number(&job));
                }
            }
        });
        scope.spawn(|| {
            for n in round * ROUND_NUMBERS.. {
                stream.xadd([("n", n.to_string())]).expect("there is room");
                say(&out, 'a', n);
            }
        });
        scope.spawn(|| {
            let consumer = stream.group("g").consumer("c");
            loop {
                for entry in consumer.read(10).expect("it is open") {
                    let n = number(entry.fields.iter().next().expect("there is one").1);
                    say(&out, 'r', n);
                    consumer.group().xack([entry.id]).expect("it is open");
                    say(&out, 'k', n);
                }
            }
        });
    });
}

fn number(bytes: &[u8]) -> u64 {
    let text = str::from_utf8(bytes).expect("the tests' messages are text");
    text.parse().expect("the tests' messages are numbers")
}

/// What the parent knows over all rounds.
#[derive(Default)]
struct Ledger {
    pushed: BTreeSet<u64>,
    consumed: BTreeSet<u64>,
    added: BTreeSet<u64>,
    acked: BTreeSet<u64>,
    read: BTreeSet<u64>,
    /// Elements and acknowledged entries that were found missing when nobody had said so: a call
    /// that was killed before it returned.
    unsaid: u64,
}

impl Ledger {
    fn note(&mut self, said: &str) {
        // The last line may be cut.
        let whole = said.rfind('\n').map_or("", |end| &said[..end]);
        for line in whole.lines() {
            // The harness says something too.
            let Some((what, Ok(number))) = line
                .split_at_checked(1)
                .map(|(what, number)| (what, number.parse()))
            else {
                continue;
            };
            let set = match what {
                "p" => &mut self.pushed,
                "c" => &mut self.consumed,
                "a" => &mut self.added,
                "r" => &mut self.read,
                "k" => &mut self.acked,
                other => panic!("what is {other}?"),
            };
            set.insert(number);
        }
    }

    fn judge(&mut self, directory: &Path, round: u64) {
        let engine = Engine::open(config(directory)).expect("a killed process damages nothing");
        let list = |key| {
            let elements = engine.lrange(key, 0, -1).expect("a list");
            elements
                .iter()
                .map(|element| number(element))
                .collect::<Vec<_>>()
        };
        let (mq, doing) = (list("mq"), list("doing"));
        let all: Vec<u64> = doing.iter().chain(mq.iter().rev()).copied().collect();
        let found: BTreeSet<u64> = all.iter().copied().collect();
        assert_eq!(
            found.len(),
            all.len(),
            "round {round}: nothing is there twice"
        );
        for producer in 0..10 {
            let of = |n: &&u64| **n % ROUND_NUMBERS / 1_000_000 == producer;
            let own: Vec<_> = mq.iter().rev().filter(of).collect();
            assert!(
                own.is_sorted(),
                "round {round}: producer {producer} in order"
            );
        }
        for n in &self.consumed {
            assert!(
                !found.contains(n),
                "round {round}: {n} was done and is back"
            );
        }
        let missing: Vec<_> = self
            .pushed
            .iter()
            .filter(|n| !found.contains(n) && !self.consumed.contains(n))
            .copied()
            .collect();
        // The consumer may have been killed between its LREM and saying so.
        assert!(missing.len() <= 1, "round {round}: {missing:?} are lost");
        self.unsaid += missing.len() as u64;
        self.consumed.extend(missing);
        // What nobody had said was pushed counts from now on.
        self.pushed.extend(&found);

        let stream = engine.stream("log").expect("it is open");
        let entries = stream.xrange(.., None).expect("a stream");
        let there: BTreeSet<_> = entries
            .iter()
            .map(|entry| number(entry.fields.iter().next().expect("one").1))
            .collect();
        for n in &self.added {
            assert!(there.contains(n), "round {round}: entry {n} is lost");
        }
        self.added.extend(&there);
        let consumer = stream.group("g").consumer("c");
        // Looking without delivering them once more.
        let pending = consumer.group().xpending().expect("the group is there");
        let history = consumer.xreadgroup(StreamId::MIN, &XreadgroupOptions::default());
        let history = history.expect("the group is there");
        assert_eq!(history.len() as u64, pending.count, "round {round}");
        let ids: Vec<_> = history.iter().map(|entry| entry.id).collect();
        let mut pending = BTreeSet::new();
        for entry in history {
            let fields = entry.fields.expect("nothing was deleted");
            let n = number(fields.iter().next().expect("one").1);
            assert!(
                !self.acked.contains(&n),
                "round {round}: {n} was acknowledged"
            );
            self.read.remove(&n);
            pending.insert(n);
        }
        // What was delivered is pending or was acknowledged, perhaps without a word.
        let unsaid = self.read.difference(&self.acked).count();
        assert!(
            unsaid <= 1,
            "round {round}: {unsaid} deliveries are forgotten"
        );
        self.read.clear();
        // The next child begins with what this one had pending acknowledged.
        if !ids.is_empty() {
            consumer.group().xack(&ids).expect("it is open");
        }
        self.acked.extend(pending);
        engine.at_level(Level::None).close();
    }
}

/// Not a test of its own: what the child does.
#[test]
fn child() {
    let Some(directory) = env::var_os(DIRECTORY) else {
        return;
    };
    let round = env::var(ROUND).expect("the parent says it");
    work(&PathBuf::from(directory), round.parse().expect("a number"));
}

#[test]
fn killed_at_any_moment() {
    let rounds = env::var("FOREBAY_KILLS").ok();
    let rounds: u64 = rounds.and_then(|text| text.parse().ok()).unwrap_or(20);
    let directory = env::temp_dir().join(format!("forebay-killed-{}", process::id()));
    drop(fs::remove_dir_all(&directory));
    let mut ledger = Ledger::default();
    let mut random = u64::from(process::id());
    println!("seed {random}");
    for round in 1..=rounds {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let mut child = Command::new(env::current_exe().expect("this program"))
            .args([
                "--exact",
                "child",
                "--nocapture",
                "--test-threads",
                "1",
                "-q",
            ])
            .env(DIRECTORY, &directory)
            .env(ROUND, round.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        let mut stdout = child.stdout.take().expect("it is piped");
        let reader = thread::spawn(move || {
            let mut said = String::new();
            stdout.read_to_string(&mut said).map(|_| said)
        });
        thread::sleep(Duration::from_millis(30 + (random >> 33) % 400));
        child.kill().expect("it is running");
        child.wait().expect("it was started here");
        let said = reader.join().expect("no panic").expect("what it said");
        ledger.note(&said);
        ledger.judge(&directory, round);
    }
    println!(
        "{rounds} kills, {} pushed, {} consumed, {} entries, {} consumed without a word",
        ledger.pushed.len(),
        ledger.consumed.len(),
        ledger.added.len(),
        ledger.unsaid,
    );
    assert!(ledger.pushed.len() > 100, "the children did nothing");
    drop(fs::remove_dir_all(&directory));
}
