//! Random commands on streams to Forebay and to a redis-server: the same bytes come back.
//!
//! Times are compared by the minute or so. The intended differences, which the generator keeps away
//! from or the comparison leaves out, are all answers of a newer Redis than 7.0:
//!
//! * XREADGROUP, XCLAIM and XAUTOCLAIM make the consumer even where they give it nothing.
//! * A consumer is seen whenever it asks, not only when it gets something.
//! * `lag` and `entries-read` are exact; `inactive`, `active-time`, `nacked-count` and what is
//!   remembered for idempotence are told besides; `radix-tree-keys` and `-nodes` are of another
//!   structure.
//! * XSETID refuses an id below the largest one that was deleted.
//! * XREAD takes `+`, XREADGROUP refuses it with a text of its own, and the text about keys without
//!   ids names the command.
//! * Approximate trimming removes other runs of entries, once some in their midst were deleted.
//! * No id begins with a plus sign or a blank. The largest of all ids is an id in XREADGROUP too.
//! * HELP has texts of its own.
//! * Commands and options that Redis 7.0 does not have.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use forebay_resp::Reply;
use support::random::Random;
use support::{Client, Server, text};

const KEYS: [&str; 6] = ["s", "s", "s", "t", "none", "list"];
const GROUPS: [&str; 4] = ["g", "g", "h", "none"];
const CONSUMERS: [&str; 3] = ["c1", "c2", "c3"];
const NUMBERS: [&str; 10] = ["0", "1", "2", "3", "5", "100", "-1", "x", "", "1.5"];
const IDLES: [&str; 6] = ["0", "0", "0", "-5", "250000", "x"];
const BAD_IDS: [&str; 9] = [
    "x",
    "5-",
    "-5",
    "1-x",
    "1-1-1",
    "",
    "18446744073709551616",
    "1-18446744073709551616",
    "99999999999999999999-0",
];

/// Words that stand for others: `K` a key, `G` a group, `C` a consumer, `I` an id, `+` after it for
/// several, `N` an id that is new, `B` and `E` ends of a range, `#` a number, `M` an idle time, and
/// `F` fields.
const COMMANDS: &[&str] = &[
    "XADD K N F",
    "XADD K N F",
    "XADD K N F",
    "XADD K N F",
    "XADD K N F",
    "XADD K I F",
    "XADD K N f",
    "XADD K 0-0 F",
    "XADD K NOMKSTREAM N F",
    "XADD K nomkstream MAXLEN 5 N F",
    "XADD K MAXLEN # N F",
    "XADD K MAXLEN = # N F",
    "XADD K MINID I N F",
    "XADD K MINID = I N F",
    "XADD K MAXLEN ~ 1000 N F",
    "XADD K MAXLEN ~ 1000 LIMIT # N F",
    "XADD K MAXLEN 10 LIMIT # N F",
    "XADD K LIMIT # N F",
    "XADD K MAXLEN 10 MINID I N F",
    "XADD K MAXLEN N F",
    "XADD K MAXLEN",
    "XADD K FOO N F",
    "XTRIM K MAXLEN #",
    "XTRIM K MAXLEN = #",
    "XTRIM K MINID I",
    "XTRIM K MAXLEN ~ 1000 LIMIT #",
    "XTRIM K MAXLEN 4 LIMIT #",
    "XTRIM K LIMIT #",
    "XTRIM K MAXLEN 5 MAXLEN 5",
    "XTRIM K MAXLEN 5 FOO",
    "XTRIM K FOO 5",
    "XTRIM K MAXLEN ~",
    "XLEN K",
    "XRANGE K - +",
    "XRANGE K - +",
    "XRANGE K B E",
    "XRANGE K B E COUNT #",
    "XRANGE K - + COUNT",
    "XRANGE K - + FOO 1",
    "XRANGE K - + COUNT 1 COUNT 2",
    "XREVRANGE K + -",
    "XREVRANGE K E B",
    "XREVRANGE K E B COUNT #",
    "XREAD STREAMS K I",
    "XREAD STREAMS K K I I",
    "XREAD COUNT # STREAMS K K I 0",
    "XREAD COUNT # STREAMS K 0",
    "XREAD COUNT 2 BLOCK 1 STREAMS K I",
    "XREAD BLOCK 1 STREAMS K $",
    "XREAD BLOCK 1 STREAMS K K $ I",
    "XREAD BLOCK x STREAMS K 0",
    "XREAD BLOCK -1 STREAMS K 0",
    "XREAD STREAMS K >",
    "XREAD STREAMS K K > 0",
    "XREAD COUNT 1 K 0",
    "XREAD COUNT 1 STREAMS",
    "XREAD GROUP g c1 STREAMS K 0",
    "XREAD NOACK STREAMS K 0",
    "XREAD FOO STREAMS K 0",
    "XDEL K I+",
    "XDEL K I",
    "XGROUP CREATE K G I",
    "XGROUP CREATE K G $",
    "XGROUP CREATE K G 0",
    "XGROUP CREATE K G 0 MKSTREAM",
    "XGROUP CREATE K G - MKSTREAM",
    "XGROUP CREATE K G I ENTRIESREAD #",
    "XGROUP CREATE K G I ENTRIESREAD 2 MKSTREAM",
    "XGROUP CREATE K G 0 FOO",
    "XGROUP CREATE K G",
    "XGROUP SETID K G I",
    "XGROUP SETID K G $",
    "XGROUP SETID K G -",
    "XGROUP SETID K G 0 ENTRIESREAD #",
    "XGROUP SETID K G 0 ENTRIESREAD",
    "XGROUP DESTROY K h",
    "XGROUP CREATECONSUMER K G C",
    "XGROUP DELCONSUMER K G C",
    "XGROUP FOO K G",
    "XGROUP DESTROY K",
    "XREADGROUP GROUP G C STREAMS K >",
    "XREADGROUP GROUP G C COUNT 1 STREAMS K >",
    "XREADGROUP GROUP G C COUNT 2 STREAMS K >",
    "XREADGROUP GROUP G C COUNT # STREAMS K K > >",
    "XREADGROUP GROUP G C COUNT 1 NOACK STREAMS K >",
    "XREADGROUP GROUP G C BLOCK 1 STREAMS K >",
    "XREADGROUP GROUP G C STREAMS K 0",
    "XREADGROUP GROUP G C STREAMS K I",
    "XREADGROUP GROUP G C COUNT 1 STREAMS K K 0 >",
    "XREADGROUP GROUP G C STREAMS K $",
    "XREADGROUP COUNT 1 NOACK BLOCK 1 STREAMS K >",
    "XREADGROUP GROUP G C FOO STREAMS K >",
    "XREADGROUP GROUP G C COUNT 1 K >",
    "XREADGROUP GROUP G C BLOCK x STREAMS K >",
    "XREADGROUP GROUP G C BLOCK -1 STREAMS K >",
    "XACK K G I",
    "XACK K G I+",
    "XACK K G",
    "XPENDING K G",
    "XPENDING K G",
    "XPENDING K G - + 10",
    "XPENDING K G B E #",
    "XPENDING K G - + 10 C",
    "XPENDING K G IDLE M - + 10",
    "XPENDING K G IDLE M - + 10 C",
    "XPENDING K G IDLE 0 - +",
    "XPENDING K G - +",
    "XPENDING K G - + 10 C more",
    "XCLAIM K G C M I",
    "XCLAIM K G C 0 I+",
    "XCLAIM K G C 0 I+ JUSTID",
    "XCLAIM K G C 0 I IDLE 300000",
    "XCLAIM K G C 0 I TIME 1000000000000",
    "XCLAIM K G C 0 I RETRYCOUNT #",
    "XCLAIM K G C 0 I+ FORCE",
    "XCLAIM K G C 0 I FORCE JUSTID RETRYCOUNT 7",
    "XCLAIM K G C 0 I LASTID I",
    "XCLAIM K G C 0 I IDLE x",
    "XCLAIM K G C 0 I TIME x",
    "XCLAIM K G C 0 FORCE",
    "XCLAIM K G C 0 FOO",
    "XCLAIM K G C 0 I IDLE",
    "XAUTOCLAIM K G C M B",
    "XAUTOCLAIM K G C 0 0",
    "XAUTOCLAIM K G C 0 - COUNT #",
    "XAUTOCLAIM K G C 0 B COUNT 1 JUSTID",
    "XAUTOCLAIM K G C 0 0 JUSTID",
    "XAUTOCLAIM K G C 0 0 FOO",
    "XAUTOCLAIM K G C 0 0 COUNT",
    "XINFO STREAM K",
    "XINFO STREAM K FULL",
    "XINFO STREAM K FULL COUNT #",
    "XINFO STREAM K FOO",
    "XINFO STREAM K FULL FOO 1",
    "XINFO GROUPS K",
    "XINFO CONSUMERS K G",
    "XINFO GROUPS",
    "XINFO FOO K",
    "XSETID K N",
    "XSETID K N ENTRIESADDED 1000",
    "XSETID K N ENTRIESADDED #",
    "XSETID K N MAXDELETEDID 0",
    "XSETID K N FOO",
    "XSETID K x",
    "XSETID K 1-1 MAXDELETEDID 2-2",
    "DEL t",
    "TYPE K",
    "XLEN",
    "XADD K",
];

/// What a sequence of commands has come to.
struct Generator {
    random: Random,
    /// The ids that were new so far are up to this one.
    last: u64,
}

impl Generator {
    fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            last: 0,
        }
    }

    fn words(&mut self) -> Vec<String> {
        let pattern = *self.random.pick(COMMANDS);
        let mut words = Vec::new();
        for token in pattern.split(' ') {
            self.expand(token, &mut words);
        }
        words
    }

    fn expand(&mut self, token: &str, words: &mut Vec<String>) {
        let random = &mut self.random;
        let word = match token {
            "K" => (*random.pick(&KEYS)).to_owned(),
            "G" => (*random.pick(&GROUPS)).to_owned(),
            "C" => (*random.pick(&CONSUMERS)).to_owned(),
            "#" => (*random.pick(&NUMBERS)).to_owned(),
            "M" => (*random.pick(&IDLES)).to_owned(),
            "N" => self.new_id(),
            "I" => self.id(),
            "I+" => {
                for _ in 0..=self.random.below(3) {
                    let id = self.id();
                    words.push(id);
                }
                return;
            }
            "B" | "E" => self.bound(),
            "F" => {
                for number in 0..=random.below(3) {
                    words.push(format!("name{number}"));
                    words.push(["", "value", "two words\r\n"][random.below(3)].to_owned());
                }
                return;
            }
            literal => literal.to_owned(),
        };
        words.push(word);
    }

    fn new_id(&mut self) -> String {
        self.last += 1;
        let last = self.last;
        match self.random.below(4) {
            0 => format!("{last}"),
            1 => format!("{last}-*"),
            2 => format!("{last}-3"),
            _ => format!("{last}-0"),
        }
    }

    fn id(&mut self) -> String {
        let random = &mut self.random;
        if random.one_in(25) {
            return (*random.pick(&BAD_IDS)).to_owned();
        }
        let recent = 1 + random.next() % 12;
        let ms = self.last.saturating_sub(recent);
        match random.below(6) {
            0 => format!("{ms}"),
            1 => format!("{ms}-3"),
            2 => "0".to_owned(),
            _ => format!("{ms}-0"),
        }
    }

    fn bound(&mut self) -> String {
        let id = self.id();
        match self.random.below(10) {
            8 => "(18446744073709551615-18446744073709551615".to_owned(),
            9 => "(0-0".to_owned(),
            0 => "-".to_owned(),
            1 => "+".to_owned(),
            2 => "(".to_owned(),
            3 => "(-".to_owned(),
            4 | 5 => format!("({id}"),
            _ => id,
        }
    }
}

/// What is to be sent besides, so that both have the same consumers.
fn consumers_for(words: &[String]) -> Vec<Vec<String>> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|given| given == word);
    if !is(0, "XGROUP") || words.len() < 4 || !(is(1, "CREATE") || is(1, "DELCONSUMER")) {
        return Vec::new();
    }
    let create = |consumer: &&str| {
        let words = ["XGROUP", "CREATECONSUMER", &words[2], &words[3], consumer];
        words.map(str::to_owned).to_vec()
    };
    CONSUMERS.iter().map(create).collect()
}

/// Pairs that only one of them has, or has right.
const LEFT_OUT: [&str; 15] = [
    "radix-tree-keys",
    "radix-tree-nodes",
    "idmp-duration",
    "idmp-maxsize",
    "pids-tracked",
    "iids-tracked",
    "iids-added",
    "iids-duplicates",
    "nacked-count",
    "active-time",
    "seen-time",
    "idle",
    "inactive",
    "lag",
    "entries-read",
];

/// A reply without what may differ.
fn comparable(words: &[String], reply: &Reply) -> String {
    match words[0].as_str() {
        "XINFO" => match reply {
            Reply::Array(values) if words[1] == "STREAM" => pairs(&in_pairs(values)),
            reply => told(reply),
        },
        "XPENDING" => coarse(reply),
        _ => format!("{reply:?}"),
    }
}

fn told(reply: &Reply) -> String {
    match reply {
        Reply::Map(map) => pairs(map),
        // In RESP2 the map of a group or a consumer begins with its name.
        Reply::Array(values) if values.first() == Some(&Reply::Bulk("name".into())) => {
            pairs(&in_pairs(values))
        }
        Reply::Array(values) => {
            let values: Vec<String> = values.iter().map(told).collect();
            format!("[{}]", values.join(", "))
        }
        other => coarse(other),
    }
}

fn in_pairs(values: &[Reply]) -> Vec<(Reply, Reply)> {
    let pair = |pair: &[Reply]| (pair[0].clone(), pair[1].clone());
    values.chunks_exact(2).map(pair).collect()
}

fn pairs(map: &[(Reply, Reply)]) -> String {
    let pairs: Vec<String> = map
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&text(name).as_str()))
        .map(|(name, value)| format!("{}: {}", text(name), told(value)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}

/// A time in milliseconds that a command sets.
const SEPTEMBER_2001: i64 = 1_000_000_000_000;

/// Without what the clocks say.
fn coarse(reply: &Reply) -> String {
    match reply {
        // A row of XPENDING.
        Reply::Array(values) if matches!(values[..], [_, _, Reply::Integer(_), _]) => {
            let [id, consumer, idle, count] = [0, 1, 2, 3].map(|at| text(&values[at]));
            let idle: i64 = idle.parse().unwrap();
            format!("[{id}, {consumer}, {}, {count}]", since(idle))
        }
        Reply::Array(values) => {
            let values: Vec<String> = values.iter().map(coarse).collect();
            format!("[{}]", values.join(", "))
        }
        Reply::Integer(value) if *value > SEPTEMBER_2001 => "now".to_owned(),
        Reply::Integer(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}

/// An idle time, or the time itself, told by whether a command has set it or it comes from what the
/// test has just done.
fn since(ms: i64) -> i64 {
    match ms {
        0..200_000 => 0,
        200_000..SEPTEMBER_2001 => ms / 200_000,
        SEPTEMBER_2001 => ms,
        _ => i64::MAX,
    }
}

struct Pair {
    ours: Client,
    theirs: Client,
    /// How many commands were no errors.
    done: usize,
}

impl Pair {
    /// What both answer, if it is not the same.
    fn differ(&mut self, words: &[String]) -> Option<(String, String)> {
        self.ours.send(words);
        self.theirs.send(words);
        let (our_reply, our_bytes) = self.ours.receive().unwrap();
        let (their_reply, their_bytes) = self.theirs.receive().unwrap();
        self.done += usize::from(!their_reply.is_error());
        let is_same = our_bytes == their_bytes
            || comparable(words, &our_reply) == comparable(words, &their_reply);
        let show = |bytes: &[u8]| bytes.escape_ascii().to_string();
        (!is_same).then(|| (show(&our_bytes), show(&their_bytes)))
    }

    /// Sends commands within MULTI and EXEC.
    fn differ_within(&mut self, commands: &[Vec<String>]) -> Option<(String, String)> {
        let mut answers = [&mut self.ours, &mut self.theirs].map(|client| {
            client.call(&["MULTI"]);
            for words in commands {
                client.call(words);
            }
            client.call(&["EXEC"])
        });
        for answer in &mut answers {
            if let Reply::Array(replies) = answer {
                let replies = replies.iter().zip(commands);
                let replies: Vec<String> = replies
                    .map(|(reply, words)| comparable(words, reply))
                    .collect();
                *answer = Reply::Bulk(replies.join("\n    ").into());
            }
        }
        let [ours, theirs] = answers.each_ref().map(text);
        (ours != theirs).then_some((ours, theirs))
    }

    fn call(&mut self, command: &str) {
        for client in [&mut self.ours, &mut self.theirs] {
            client.ask(command);
        }
    }
}

fn run(protocol: &str, seed: u64, count: usize) {
    let Some(redis) = Server::start_redis() else {
        return;
    };
    let forebay = Server::start(&[]);
    let mut pair = Pair {
        ours: forebay.connect(),
        theirs: redis.connect(),
        done: 0,
    };
    if protocol == "3" {
        pair.call("HELLO 3");
    }
    pair.call("RPUSH list element");
    let mut generator = Generator::new(seed);
    let mut differences = Vec::new();
    for number in 0..count {
        let mut commands = vec![generator.words()];
        let difference = if generator.random.one_in(15) {
            commands.extend((0..5).map(|_| generator.words()));
            // Both have the same consumers only after it.
            commands.retain(|words| consumers_for(words).is_empty());
            pair.differ_within(&commands)
        } else {
            pair.differ(&commands[0])
        };
        for words in commands.iter().flat_map(|words| consumers_for(words)) {
            pair.ours.call(&words);
            pair.theirs.call(&words);
        }
        if let Some((our, their)) = difference {
            differences.push(format!(
                "command {number} of seed {seed}: {commands:?}\n  forebay: {our}\n  redis:   {their}"
            ));
            // What differed once may go on to differ.
            pair.call("FLUSHALL");
            pair.call("RPUSH list element");
            if differences.len() > 30 {
                break;
            }
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {count} replies differ\n{}",
        differences.len(),
        differences.join("\n")
    );
    let done = pair.done;
    assert!(
        done > count / 3,
        "{done} of {count} commands were no errors"
    );
}

#[test]
fn random_stream_commands_are_answered_as_by_redis_in_resp2() {
    run("2", 1, 8_000);
}

#[test]
fn random_stream_commands_are_answered_as_by_redis_in_resp3() {
    run("3", 2, 8_000);
}

#[test]
fn extreme_numbers_are_taken_as_by_redis() {
    let mut commands = vec![
        "XADD s 18446744073709551615-18446744073709551614 f v",
        "XADD s 18446744073709551615-* f v",
        "XADD s 18446744073709551615-* f v",
        "XADD s * f v",
        "XADD s 18446744073709551615-18446744073709551615 f v",
        "XRANGE s (18446744073709551615-18446744073709551614 +",
        "XRANGE s (18446744073709551615 +",
        "XREVRANGE s 18446744073709551615 (18446744073709551615",
        "XREVRANGE s (0 -",
        "XRANGE s (0-0 (0-0",
        "XREAD STREAMS s 18446744073709551615-18446744073709551614",
        "XREAD STREAMS s 18446744073709551615-18446744073709551615",
        "XGROUP CREATE s g 0 ENTRIESREAD 9223372036854775807",
        "XGROUP CREATECONSUMER s g c",
        "XGROUP CREATECONSUMER s g d",
        "XREADGROUP GROUP g c COUNT 9223372036854775807 STREAMS s >",
        "XREADGROUP GROUP g c COUNT -9223372036854775808 STREAMS s 0",
        "XPENDING s g",
        "XPENDING s g - + 9223372036854775807",
        "XPENDING s g (18446744073709551615-18446744073709551614 + 5",
        "XPENDING s g IDLE 9223372036854775807 - + 5",
        "XPENDING s g IDLE -9223372036854775808 - + 5",
        "XCLAIM s g d 9223372036854775807 18446744073709551615-18446744073709551615",
        "XCLAIM s g d 0 18446744073709551615-18446744073709551615 RETRYCOUNT 9223372036854775800",
        "XCLAIM s g d 0 18446744073709551615-18446744073709551615",
        "XPENDING s g - + 5 d",
        "XCLAIM s g d -1 18446744073709551615-18446744073709551614 IDLE 9223372036854775807 JUSTID",
        "XCLAIM s g d 0 18446744073709551615-18446744073709551614 TIME -5 RETRYCOUNT -9 JUSTID",
        "XCLAIM s g d 0 18446744073709551615-18446744073709551614 TIME 9223372036854775807 JUSTID",
        "XPENDING s g - + 5",
        "XAUTOCLAIM s g c 0 18446744073709551615-18446744073709551615 COUNT 1",
        "XAUTOCLAIM s g c 0 (18446744073709551615-18446744073709551615",
        "XAUTOCLAIM s g c 0 - COUNT 9223372036854775807",
        "XAUTOCLAIM s g c 9223372036854775807 - COUNT 1",
        "XINFO STREAM s FULL COUNT 9223372036854775807",
        "XINFO STREAM s FULL COUNT -1",
        "XACK s g 18446744073709551615-18446744073709551615",
        "XTRIM s MAXLEN 9223372036854775807",
        "XTRIM s MAXLEN 9223372036854775808",
        "XTRIM s MINID ~ 1 LIMIT 9223372036854775807",
        "XRANGE s - + COUNT 9223372036854775807",
        "XRANGE s - + COUNT -9223372036854775808",
        "XDEL s 18446744073709551615-18446744073709551615 18446744073709551615-18446744073709551614",
        "XSETID s 18446744073709551615-18446744073709551615 ENTRIESADDED 9223372036854775807",
        "XINFO STREAM s",
        "XADD t 0-* f v",
        "XADD t 0-* f v",
        "XADD t 0-1 f v",
        "XADD t 0 f v",
        "XREAD BLOCK 9223372036854775808 STREAMS t 0",
    ];
    let long = format!("XADD t {} f v", "1".repeat(200));
    commands.push(&long);
    let Some(redis) = Server::start_redis() else {
        return;
    };
    let forebay = Server::start(&[]);
    for protocol in ["2", "3"] {
        let mut pair = Pair {
            ours: forebay.connect(),
            theirs: redis.connect(),
            done: 0,
        };
        pair.call(&format!("HELLO {protocol}"));
        pair.call("FLUSHALL");
        for command in &commands {
            let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
            assert_eq!(pair.differ(&words), None, "{command}");
        }
    }
}

#[test]
fn approximate_trimming_removes_the_same_hundreds_as_redis() {
    let Some(redis) = Server::start_redis() else {
        return;
    };
    let forebay = Server::start(&[]);
    let mut pair = Pair {
        ours: forebay.connect(),
        theirs: redis.connect(),
        done: 0,
    };
    for ms in 1..=1_000 {
        pair.call(&format!("XADD s {ms}-0 f v"));
    }
    for command in [
        "XTRIM s MAXLEN ~ 950",
        "XTRIM s MAXLEN ~ 900 LIMIT 99",
        "XTRIM s MAXLEN ~ 900 LIMIT 100",
        "XTRIM s MAXLEN ~ 500 LIMIT 250",
        "XTRIM s MINID ~ 350",
        "XTRIM s MINID ~ 401",
        "XADD s MAXLEN ~ 450 1001-0 f v",
        "XLEN s",
        "XTRIM s MAXLEN ~ 100 LIMIT 0",
        "XADD s MINID ~ 1001 1002-0 f v",
        "XRANGE s - + COUNT 1",
        "XTRIM s MAXLEN ~ 0",
        "XLEN s",
    ] {
        let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
        assert_eq!(pair.differ(&words), None, "{command}");
    }
}

#[test]
#[ignore = "takes some minutes"]
fn many_random_stream_commands_are_answered_as_by_redis() {
    for seed in 3..23 {
        run("2", seed, 20_000);
        run("3", seed + 100, 20_000);
    }
}
