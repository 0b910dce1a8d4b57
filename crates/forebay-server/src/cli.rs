//! The arguments of the command line.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use forebay_bench::engine;
use forebay_bench::measure::isolate::Place;
use forebay_bench::options::{EngineChoice, Options, ROUNDS_DEFAULT};
use forebay_bench::workload::Workload;

/// The Forebay message-queue engine.
#[derive(Debug, Parser)]
#[command(name = "forebay", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure Forebay beside the queues and streams that a program would use instead.
    #[command(long_about = LONG_ABOUT, after_long_help = AFTER_HELP)]
    Bench(BenchArgs),
    /// Serve the engine to every client of Redis.
    Serve(ServeArgs),
}

/// The arguments of `forebay serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 6379)]
    pub port: u16,

    /// Path of a unix socket to listen on too
    #[arg(long, value_name = "PATH")]
    pub unixsocket: Option<PathBuf>,
}

const LONG_ABOUT: &str = "\
Measure Forebay beside the queues and streams that a program would use instead.

Every workload runs the same work on Forebay and on its peers, in one process, in turn, round by \
round, and reports medians. Each engine is first checked to deliver every message once and in \
order; one that does not is reported as such. Memory is measured in processes of their own.

Without arguments everything runs at 64 bytes, which takes a few minutes. Progress goes to stderr, \
the table to stdout. Ctrl-C ends early and reports what was measured until then.";

const AFTER_HELP: &str = "\
Examples:
  forebay bench                                  the whole table
  forebay bench list-spsc list-mpmc              two workloads
  forebay bench list-seq --payload 8,64,1024     three sizes of message
  forebay bench list-mpmc --threads 2,16         a number of threads of one's own
  forebay bench list-burst --messages 1M         a smaller backlog
  forebay bench list-keys --seconds 30           as many messages as 30 seconds allow
  forebay bench list-seq --engine forebay kanal  two engines only
  forebay bench stream-add stream-group          streams beside maps and a Redis server
  forebay bench --json > results.jsonl           one object per line, for programs

Exit codes: 0 success, 1 an engine failed, 2 bad arguments, 130 interrupted.";

/// The arguments of `forebay bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What to run; everything when left out
    #[arg(value_name = "WORKLOAD", value_parser = workload_parser())]
    pub workloads: Vec<Workload>,

    /// Run only these engines
    ///
    /// NAME:VARIANT chooses one way of using an engine: forebay:bytes (Bytes in and out),
    /// forebay:name (calls by key name), forebay:async (tasks), forebay:group (XREADGROUP BLOCK),
    /// forebay:autoclaim (XAUTOCLAIM). NAME alone means all of them.
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',',
          value_parser = parse_engine, long_help = engine_help())]
    pub engine: Vec<EngineChoice>,

    /// Size of a message, from 8 bytes; several run one after the other [default: 64]
    #[arg(long, value_name = "BYTES", value_delimiter = ',')]
    pub payload: Vec<usize>,

    /// Messages of one run, such as 500000, 500k or 10M, instead of each workload's own number
    ///
    /// Workloads whose messages take microseconds (list-wake, list-waiters, stream-wake) or that
    /// wait (stream-claim) never run more than their own number; use --rounds or --seconds for
    /// those.
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub messages: Option<u64>,

    /// Time for each workload: runs as many messages as fit, the same number for each engine
    #[arg(long, value_name = "S", conflicts_with = "messages")]
    pub seconds: Option<f64>,

    /// How often each engine is measured; figures are medians of the rounds
    #[arg(long, value_name = "N", default_value_t = ROUNDS_DEFAULT)]
    pub rounds: u32,

    /// Threads, for list-mpmc (half push, half pop), list-burst and list-keys
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub threads: Vec<usize>,

    /// Blocked consumers, for list-waiters
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub waiters: Vec<usize>,

    /// Print one JSON object per row, and nothing else, to stdout
    #[arg(long)]
    pub json: bool,

    /// Measure the memory of one case and print it: for processes started by this program.
    #[arg(long, hide = true)]
    pub memory_of: Option<Place>,
}

impl BenchArgs {
    /// What the arguments ask for.
    #[must_use]
    pub fn options(&self) -> Options {
        let default = Options::default();
        Options {
            workloads: or_default(&self.workloads, default.workloads),
            engines: self.engine.clone(),
            payloads: or_default(&self.payload, default.payloads),
            messages: self.messages,
            seconds: self.seconds,
            rounds: self.rounds,
            threads: self.threads.clone(),
            waiters: self.waiters.clone(),
        }
    }
}

fn or_default<T: Clone>(given: &[T], default: Vec<T>) -> Vec<T> {
    if given.is_empty() {
        default
    } else {
        given.to_vec()
    }
}

fn workload_parser() -> impl TypedValueParser<Value = Workload> {
    let value = |workload: Workload| PossibleValue::new(workload.name()).help(workload.summary());
    PossibleValuesParser::new(Workload::ALL.map(value)).try_map(|name| {
        Workload::from_name(&name).ok_or_else(|| format!("there is no workload '{name}'"))
    })
}

fn engine_help() -> String {
    format!(
        "Run only these engines\n\n\
         NAME:VARIANT chooses one way of using an engine: forebay:bytes (Bytes in and out), \
         forebay:name (calls by key name), forebay:async (tasks), forebay:group (XREADGROUP BLOCK), \
         forebay:autoclaim (XAUTOCLAIM). NAME alone means all of them.\n\n\
         Engines: {}. Redis needs redis-server to be installed, and is left out otherwise.",
        engine::NAMES.join(", ")
    )
}

fn parse_engine(text: &str) -> Result<EngineChoice, String> {
    if Workload::from_name(text).is_some() {
        return Err(format!("'{text}' is a workload: put it before --engine"));
    }
    EngineChoice::parse(text).map_err(|error| error.to_string())
}

/// A whole number, with `k` or `M` for thousands or millions, and `_` anywhere between digits.
fn parse_count(text: &str) -> Result<u64, String> {
    let (digits, scale) = match text.char_indices().next_back() {
        Some((end, 'k' | 'K')) => (&text[..end], 1_000),
        Some((end, 'm' | 'M')) => (&text[..end], 1_000_000),
        _ => (text, 1),
    };
    let count: Option<u64> = digits.replace('_', "").parse().ok();
    count
        .and_then(|count| count.checked_mul(scale))
        .filter(|&count| count > 0)
        .ok_or_else(|| "expected a whole number above 0, such as 500000, 500k or 10M".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{BenchArgs, Cli, Command, parse_count};

    fn bench(arguments: &[&str]) -> Result<BenchArgs, String> {
        let arguments = ["forebay", "bench"].iter().chain(arguments);
        let cli = Cli::try_parse_from(arguments).map_err(|error| error.to_string())?;
        match cli.command {
            Command::Bench(arguments) => Ok(arguments),
            Command::Serve(_) => Err("bench was asked for".to_owned()),
        }
    }

    #[test]
    fn definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn counts_have_suffixes() {
        assert_eq!(parse_count("10M"), Ok(10_000_000));
        assert_eq!(parse_count("500k"), Ok(500_000));
        assert_eq!(parse_count("1_000"), Ok(1_000));
        for bad in ["", "k", "0", "-1", "1.5M", "99999999999999M", "\u{e9}"] {
            assert!(parse_count(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lists_are_given_by_comma_or_by_repetition() {
        let options = bench(&["list-seq", "--payload", "8,64", "--payload", "1024"]);
        assert_eq!(options.unwrap().options().payloads, [8, 64, 1024]);
        let options = bench(&["list-seq", "--engine", "forebay:bytes", "kanal"])
            .unwrap()
            .options();
        assert!(options.includes("kanal", None) && !options.includes("forebay", None));
    }

    #[test]
    fn errors_say_what_to_do() {
        let order = bench(&["--engine", "kanal", "list-seq"]).unwrap_err();
        assert!(order.contains("put it before --engine"), "{order}");
        let typo = bench(&["list-spcs"]).unwrap_err();
        assert!(typo.contains("list-spsc"), "{typo}");
        let engine = bench(&["--engine", "kannal"]).unwrap_err();
        assert!(engine.contains("engines are: forebay, "), "{engine}");
    }
}
