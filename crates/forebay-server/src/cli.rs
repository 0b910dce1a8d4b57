//! The arguments of the command line.

use std::env;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use forebay_bench::engine;
use forebay_bench::engine::resp::Level;
use forebay_bench::measure::isolate::Place;
use forebay_bench::mix::Source;
use forebay_bench::options::{EngineChoice, Options, ROUNDS_DEFAULT};
use forebay_bench::suite::Suite;
use forebay_bench::workload::Workload;

use crate::config::Config;
use crate::subcommand::inspect::{self, InspectArgs};
use crate::subcommand::user::{self, UserCommand};

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
    Bench(Box<BenchArgs>),
    /// Serve the engine to every client of Redis.
    #[command(long_about = SERVE_LONG_ABOUT, after_long_help = SERVE_AFTER_HELP)]
    Serve(Box<ServeArgs>),
    /// Show what is in the log of a data directory, and where it is damaged.
    #[command(long_about = inspect::LONG_ABOUT, after_long_help = inspect::AFTER_HELP)]
    Inspect(InspectArgs),
    /// Make and extend the file that says who may use a server, and for what.
    #[command(subcommand)]
    User(UserCommand),
    /// Print the slow hash of a password, for a line of a users' file.
    #[command(long_about = user::HASH_LONG_ABOUT, after_long_help = user::HASH_AFTER_HELP)]
    HashPassword,
}

const SERVE_LONG_ABOUT: &str = "\
Serve the engine to every client of Redis, over RESP2 and RESP3.

Lists, streams with consumer groups, keys, transactions, channels, and strings and sets in a small \
form. Without --data everything lives in memory and ends with the process; with it, what has been \
acknowledged is there after a crash.

Without arguments it listens on 127.0.0.1:6379. A flag goes before its environment variable, that \
before the file, and that before the default. Ctrl-C and SIGTERM end it: what has arrived is \
answered, and clients that wait are told.";

const SERVE_AFTER_HELP: &str = "\
Examples:
  forebay serve                                     127.0.0.1:6379
  forebay serve --port 0                            a free port, which is printed
  forebay serve --data /var/lib/mq                  nothing that was acknowledged is lost
  forebay serve --data /var/lib/mq --appendfsync everysec
                                                    a power cut takes the last second
  forebay serve --unixsocket /run/forebay.sock      a unix socket too
  forebay serve --bind 0.0.0.0 --requirepass SECRET reachable from outside
  forebay serve --bind 0.0.0.0 --users users.acl    for users that `forebay user add` has made
  forebay serve --port 0 --tls-port 6380 --tls-cert-file server.crt --tls-key-file server.key \\
      --tls-auth-clients no                         with TLS only
  forebay serve --set timeout=300 --set slowlog-log-slower-than=1000
  forebay serve forebay.conf                        lines such as `port 6380`, as in redis.conf
  redis-cli LPUSH mq hello                          talk to it

Parameters that --set and a file take: bind, port, unixsocket, unixsocketperm, tcp-backlog, \
metrics-bind, metrics-port, protected-mode, appendonly, dir, appendfsync, io-threads, loglevel, \
requirepass, aclfile, tls-port, tls-cert-file, tls-key-file, tls-ca-cert-file, tls-auth-clients, \
maxclients, timeout, tcp-keepalive, \
proto-max-bulk-len, client-query-buffer-limit, client-output-buffer-limit, \
slowlog-log-slower-than, slowlog-max-len.

Exit codes: 0 it was told to end, 1 it could not start, 2 bad arguments.";

/// The arguments of `forebay serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// File with a parameter and its value on each line, in the form of redis.conf
    #[arg(value_name = "FILE", env = "FOREBAY_CONFIG")]
    pub file: Option<PathBuf>,

    /// Port to listen on; 0 takes a free one, or none beside --tls-port [default: 6379]
    #[arg(long, value_name = "PORT", env = "FOREBAY_PORT")]
    pub port: Option<String>,

    /// Addresses of this machine to listen on; 0.0.0.0 is all of them [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", num_args = 1.., value_delimiter = ',',
          env = "FOREBAY_BIND")]
    pub bind: Vec<String>,

    /// Path of a unix socket to listen on too
    #[arg(long, value_name = "PATH", env = "FOREBAY_UNIXSOCKET")]
    pub unixsocket: Option<String>,

    /// Keep everything in this directory: what `appendonly yes` and `dir` say in a file
    #[arg(long, value_name = "DIR", env = "FOREBAY_DATA")]
    pub data: Option<String>,

    /// When what is kept is synced: always (before it is acknowledged), everysec or no
    /// [default: always]
    #[arg(long, value_name = "WHEN", env = "FOREBAY_APPENDFSYNC")]
    pub appendfsync: Option<String>,

    /// Password that clients must give; better in the environment than here
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "FOREBAY_REQUIREPASS",
        hide_env_values = true
    )]
    pub requirepass: Option<String>,

    /// File with the users and what each may do; `forebay user add` makes it
    #[arg(long, value_name = "FILE", env = "FOREBAY_USERS")]
    pub users: Option<String>,

    /// Port to listen on with TLS, beside the plain one; --port 0 turns that off [default: none]
    #[arg(long, value_name = "PORT", env = "FOREBAY_TLS_PORT")]
    pub tls_port: Option<String>,

    /// File with the certificate of the server, in PEM
    #[arg(long, value_name = "FILE", env = "FOREBAY_TLS_CERT_FILE")]
    pub tls_cert_file: Option<String>,

    /// File with the private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", env = "FOREBAY_TLS_KEY_FILE")]
    pub tls_key_file: Option<String>,

    /// File with the certificates of the authorities that sign those of clients, in PEM
    #[arg(long, value_name = "FILE", env = "FOREBAY_TLS_CA_CERT_FILE")]
    pub tls_ca_cert_file: Option<String>,

    /// Whether clients show a certificate: no, optional or yes [default: yes]
    #[arg(long, value_name = "WHETHER", env = "FOREBAY_TLS_AUTH_CLIENTS")]
    pub tls_auth_clients: Option<String>,

    /// How many clients may be connected [default: 10000]
    #[arg(long, value_name = "N", env = "FOREBAY_MAXCLIENTS")]
    pub maxclients: Option<String>,

    /// Threads that run connections [default: one for each core]
    #[arg(long, value_name = "N", env = "FOREBAY_IO_THREADS")]
    pub io_threads: Option<String>,

    /// What is logged to stderr: debug, verbose, notice, warning or nothing [default: notice]
    #[arg(long, value_name = "LEVEL", env = "FOREBAY_LOGLEVEL")]
    pub loglevel: Option<String>,

    /// Port for Prometheus to read figures from, at /metrics; 0 takes a free one [default: none]
    #[arg(long, value_name = "PORT", env = "FOREBAY_METRICS_PORT")]
    pub metrics_port: Option<String>,

    /// Any parameter, as a file would set it; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

impl ServeArgs {
    /// The configuration that the arguments, the environment and the file give together.
    ///
    /// # Errors
    /// The file cannot be read, or something in it or in the arguments makes no sense: a text that
    /// says what.
    pub fn config(&self) -> Result<Config, String> {
        let mut config = Config::default();
        if let Some(file) = &self.file {
            config.read_file(file).map_err(|error| error.to_string())?;
        }
        let bind = (!self.bind.is_empty()).then(|| self.bind.join(" "));
        let appendonly = self.data.as_ref().map(|_| "yes".to_owned());
        let given = [
            ("appendonly", &appendonly),
            ("dir", &self.data),
            ("appendfsync", &self.appendfsync),
            ("port", &self.port),
            ("bind", &bind),
            ("unixsocket", &self.unixsocket),
            ("requirepass", &self.requirepass),
            ("aclfile", &self.users),
            ("tls-port", &self.tls_port),
            ("tls-cert-file", &self.tls_cert_file),
            ("tls-key-file", &self.tls_key_file),
            ("tls-ca-cert-file", &self.tls_ca_cert_file),
            ("tls-auth-clients", &self.tls_auth_clients),
            ("maxclients", &self.maxclients),
            ("io-threads", &self.io_threads),
            ("loglevel", &self.loglevel),
            ("metrics-port", &self.metrics_port),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                config.set(name, value).map_err(|error| error.to_string())?;
            }
        }
        for assignment in &self.set {
            let (name, value) = assignment
                .split_once('=')
                .ok_or_else(|| format!("--set wants NAME=VALUE, not '{assignment}'"))?;
            config.set(name, value).map_err(|error| error.to_string())?;
        }
        Ok(config)
    }
}

const LONG_ABOUT: &str = "\
Measure Forebay beside the queues and streams that a program would use instead.

Every workload runs the same work on Forebay and on its peers, in one process, in turn, round by \
round, and reports medians. Each engine is first checked to deliver every message once and in \
order; one that does not is reported as such. Memory is measured in processes of their own.

Without a workload, a standard mix of them runs, in under five minutes on two cores; --quick takes \
under 40 seconds, --all measures everything. Progress goes to stderr, tables to stdout: one line \
for each group, or one for each engine when workloads are named. Ctrl-C and SIGTERM end early, with \
what was measured until then; the second time, at once.";

const AFTER_HELP: &str = "\
Examples:
  forebay bench                                  the standard mix
  forebay bench --quick                          a first look
  forebay bench --all --record DIR               everything, kept in a folder
  forebay bench --compare DIR                    what became slower since then
  forebay bench --from DIR --details             what is in a folder
  forebay bench list-spsc list-mpmc              two workloads
  forebay bench stream-group --group 'COUNT 10 ' those of its groups that have this in the title
  forebay bench list-seq --payload 8,64,1024     three sizes of message
  forebay bench list-mpmc --threads 2,16         a number of threads of one's own
  forebay bench list-burst --messages 1M         a smaller backlog
  forebay bench list-keys --seconds 30           as many messages as 30 seconds allow
  forebay bench list-seq --engine forebay kanal  two engines only
  forebay bench stream-add stream-group          streams beside maps and a Redis server
  forebay bench resp-push --connections 50 --pipeline 1,16 --level none,everysec
                                                 servers over TCP, beside a Redis server
  forebay bench mix-steady-4x mix-hot-key        producers outpace their consumers
  forebay bench --mix night.toml --seconds 60    a mix of one's own, for a minute
  forebay bench --json > results.jsonl           one object per line, for programs

A row says in \"command\" how to measure it again.

Exit codes: 0 success, 1 an engine failed or became slower than in --compare, 2 bad arguments, \
130 interrupted.";

/// The arguments of `forebay bench`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct BenchArgs {
    /// What to run; the standard mix when left out
    #[arg(value_name = "WORKLOAD", value_parser = workload_parser())]
    pub workloads: Vec<Workload>,

    /// Run every workload, however long it takes
    #[arg(long, conflicts_with_all = ["workloads", "quick", "mix"])]
    pub all: bool,

    /// Run a small part of the standard mix, 3 rounds, for a first look
    #[arg(long, conflicts_with_all = ["workloads", "mix"])]
    pub quick: bool,

    /// Only the group of this title, or those with this text in their titles
    #[arg(long, value_name = "TITLE")]
    pub group: Vec<String>,
    /// Run the mix that a file describes; benches/README.md says how
    ///
    /// The built-in ones are workloads, and their files are in benches/mixes.
    #[arg(long, value_name = "FILE", value_parser = parse_mix)]
    pub mix: Vec<Source>,

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

    /// How often each engine is measured; figures are medians of the rounds [default: 5]
    #[arg(long, value_name = "N")]
    pub rounds: Option<u32>,

    /// Threads, for list-mpmc (half push, half pop), list-burst and list-keys
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub threads: Vec<usize>,

    /// Blocked consumers, for list-waiters and resp-wake
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub waiters: Vec<usize>,

    /// Connections to a server, for the resp- workloads; idle ones for resp-wake
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub connections: Vec<usize>,

    /// Commands under way on each connection, for the resp- workloads
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub pipeline: Vec<usize>,

    /// What servers keep, for the resp- workloads: none, everysec, always [default: none]
    #[arg(long, value_name = "LEVEL", value_delimiter = ',')]
    pub level: Vec<Level>,
    /// Do not measure memory, which takes a process for each engine
    #[arg(long)]
    pub no_memory: bool,

    /// Print one JSON object per row, and nothing else, to stdout
    #[arg(long)]
    pub json: bool,

    /// Print a line for each engine, not only for each group; with --compare, also what is the same
    #[arg(long)]
    pub details: bool,

    /// Keep rows, distributions and the machine in this folder
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,

    /// Write the report, one page for a browser, to this file
    ///
    /// Without it, a run of the standard mix, --quick or --all writes one to
    /// target/forebay-bench.html, or among the temporary files where there is no folder `target`.
    #[arg(long, value_name = "FILE.html")]
    pub plot: Option<PathBuf>,

    /// Say what became slower than in a folder of --record or a file of --json; then exit with 1
    ///
    /// Rows are matched by workload, group, payload and engine. What differs by more than the noise
    /// of both runs' rounds counts (2.5 standard deviations as their median deviations suggest, and
    /// at least 5 %), and only Forebay's rows do; what the peers did meanwhile is shown beside.
    #[arg(long, value_name = "OLD")]
    pub compare: Option<PathBuf>,

    /// Measure nothing: report what is in a folder of --record
    #[arg(long, value_name = "DIR", conflicts_with_all = ["workloads", "all", "quick", "group",
          "engine", "payload", "messages", "seconds", "rounds", "threads", "waiters", "connections",
          "pipeline", "level", "mix", "no_memory",
          "record"])]
    pub from: Option<PathBuf>,

    /// Measure the memory of one case and print it: for processes started by this program.
    #[arg(long, hide = true)]
    pub memory_of: Option<Place>,
}

impl BenchArgs {
    /// Whether each engine gets a line: where workloads are named, that is what is asked for.
    #[must_use]
    pub const fn wants_details(&self) -> bool {
        self.details || !self.workloads.is_empty() || !self.mix.is_empty()
    }

    /// The workloads by name, then the mixes of files.
    fn chosen(&self) -> Vec<Workload> {
        let mixes = self.mix.iter().copied().map(Workload::Mix);
        self.workloads.iter().copied().chain(mixes).collect()
    }

    /// What the arguments ask for.
    #[must_use]
    pub fn options(&self) -> Options {
        let default = Options::default();
        let chosen = self.chosen();
        let suite = match (self.all || !chosen.is_empty(), self.quick) {
            (true, _) => None,
            (false, true) => Some(Suite::Quick),
            (false, false) => Some(Suite::Standard),
        };
        let rounds = suite.map_or(ROUNDS_DEFAULT, Suite::rounds);
        Options {
            suite,
            groups: self.group.clone(),
            memory: !self.no_memory,
            workloads: or_default(&chosen, default.workloads),
            engines: self.engine.clone(),
            payloads: or_default(&self.payload, default.payloads),
            messages: self.messages,
            seconds: self.seconds,
            rounds: self.rounds.unwrap_or(rounds),
            threads: self.threads.clone(),
            waiters: self.waiters.clone(),
            connections: self.connections.clone(),
            pipelines: self.pipeline.clone(),
            levels: self.level.clone(),
            server: env::current_exe().ok(),
        }
    }
}

fn parse_mix(path: &str) -> Result<Source, String> {
    Source::load(path.as_ref()).map_err(|error| error.to_string())
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
            Command::Bench(arguments) => Ok(*arguments),
            _ => Err("bench was asked for".to_owned()),
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
    fn a_mix_is_a_file() {
        let built_in = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../benches/mixes/steady-2x.toml"
        );
        let options = bench(&["--mix", built_in]).unwrap().options();
        let names: Vec<_> = options.workloads.iter().map(|each| each.name()).collect();
        assert_eq!(names, ["mix-steady-2x"]);
        assert_eq!(options.validate(), Ok(()));
        let missing = bench(&["--mix", "no/such.toml"]).unwrap_err();
        assert!(missing.contains("no/such.toml: "), "{missing}");
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
