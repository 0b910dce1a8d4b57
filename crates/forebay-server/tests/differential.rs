//! Random commands to Forebay and to a redis-server: the same bytes come back.
//!
//! The intended differences, which the generator keeps away from:
//!
//! * Arguments are looked at before any key: `LSET missing index element` with an index that is no
//!   number is refused for the number, where Redis 7.0 says that there is no such key.
//! * So is `GETEX missing EX 0`, for its time.
//! * LPOS refuses a rank of `i64::MIN` for its range, as Redis does since 7.0.9, in one text.
//! * COMMAND, INFO, CONFIG, CLIENT LIST and OBJECT ENCODING tell of another server.
//! * Replies whose order means nothing (SMEMBERS, KEYS, SCAN) are compared as sets.
//! * SORT with BY or GET of other keys is refused inside MULTI: which keys they are is not known when
//!   the transaction begins.
//! * Commands that Redis 7.0 does not have.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use forebay_resp::Reply;
use support::random::Random;
use support::{Client, Server, text};

const KEYS: [&str; 5] = ["a", "b", "c", "d", "{}e"];
const WORDS: [&str; 9] = ["x", "y", "z", "1", "2", "30", "-4", "", "two words\r\n"];
const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "-2",
    "-3",
    "5",
    "100",
    "-100",
    "x",
    "1.5",
    "",
    "9223372036854775808",
];
const SIDES: [&str; 5] = ["LEFT", "RIGHT", "left", "RIGHT", "middle"];
const TIMES: [&str; 6] = ["100", "1000", "x", "99999999999999999", "100000", "500"];

/// Commands and what stands behind their names: `k` a key, `e` an element, `n` a number, `s` a side,
/// `t` a time far away, and `+` after one of them for several.
const COMMANDS: &[(&str, &str)] = &[
    ("LPUSH", "k e+"),
    ("RPUSH", "k e+"),
    ("RPUSH", "k e+"),
    ("LPUSHX", "k e+"),
    ("RPUSHX", "k e+"),
    ("LPOP", "k"),
    ("RPOP", "k"),
    ("LPOP", "k n"),
    ("RPOP", "k n"),
    ("LLEN", "k"),
    ("LRANGE", "k n n"),
    ("LRANGE", "k 0 -1"),
    ("LINDEX", "k 0"),
    ("LINDEX", "k -2"),
    ("LSET", "k 1 e"),
    ("LSET", "k 100 e"),
    ("LINSERT", "k BEFORE e e"),
    ("LINSERT", "k after e e"),
    ("LINSERT", "k beside e e"),
    ("LREM", "k n e"),
    ("LTRIM", "k n n"),
    ("LPOS", "k e"),
    ("LPOS", "k e RANK n"),
    ("LPOS", "k e COUNT n"),
    ("LPOS", "k e COUNT 0 RANK -1 MAXLEN 3"),
    ("LPOS", "k e MAXLEN n"),
    ("LPOS", "k e COUNT"),
    ("LPOS", "k e FOO 1"),
    ("LMOVE", "k k s s"),
    ("RPOPLPUSH", "k k"),
    ("LMPOP", "1 k s"),
    ("LMPOP", "2 k k s COUNT n"),
    ("LMPOP", "n k s"),
    ("LMPOP", "1 k s COUNT 1 COUNT 2"),
    ("BLPOP", "k+ 0.01"),
    ("BRPOP", "k k 0.01"),
    ("BLPOP", "k -1"),
    ("BLPOP", "k x"),
    ("BRPOPLPUSH", "k k 0.01"),
    ("BLMOVE", "k k s s 0.01"),
    ("BLMPOP", "0.01 1 k s"),
    ("BLMPOP", "0.01 2 k k s COUNT n"),
    ("DEL", "k+"),
    ("UNLINK", "k"),
    ("EXISTS", "k+"),
    ("TOUCH", "k+"),
    ("TYPE", "k"),
    ("RENAME", "k k"),
    ("RENAMENX", "k k"),
    ("COPY", "k k"),
    ("COPY", "k k REPLACE"),
    ("COPY", "k k DB 0 REPLACE"),
    ("COPY", "k k FOO"),
    ("EXPIRE", "k t"),
    ("EXPIRE", "k t NX"),
    ("EXPIRE", "k t XX LT"),
    ("EXPIRE", "k t GT"),
    ("EXPIRE", "k t GT LT"),
    ("EXPIRE", "k t NX XX"),
    ("EXPIRE", "k t FOO"),
    ("EXPIRE", "k -1"),
    ("PEXPIRE", "k -1"),
    ("EXPIREAT", "k 99999999999"),
    ("PEXPIREAT", "k 99999999999999"),
    ("EXPIRETIME", "k"),
    ("PERSIST", "k"),
    ("DBSIZE", ""),
    ("KEYS", "*"),
    ("KEYS", "[a-c]"),
    ("SCAN", "0 COUNT 1000"),
    ("SCAN", "0 TYPE list COUNT 1000"),
    ("SCAN", "x"),
    ("SCAN", "0 COUNT 0"),
    ("GET", "k"),
    ("MGET", "k+"),
    ("SET", "k e"),
    ("SET", "k e NX"),
    ("SET", "k e XX GET"),
    ("SET", "k e EX t"),
    ("SET", "k e PX 0"),
    ("SET", "k e KEEPTTL"),
    ("SET", "k e NX XX"),
    ("SET", "k e EX"),
    ("SETNX", "k e"),
    ("SETEX", "k t e"),
    ("SETEX", "k 0 e"),
    ("GETSET", "k e"),
    ("GETDEL", "k"),
    ("GETEX", "k EX 1000"),
    ("GETEX", "k PERSIST"),
    ("MSET", "k e k e"),
    ("MSET", "k e k"),
    ("STRLEN", "k"),
    ("APPEND", "k e"),
    ("INCR", "k"),
    ("DECR", "k"),
    ("INCRBY", "k n"),
    ("DECRBY", "k n"),
    ("SADD", "k e+"),
    ("SREM", "k e+"),
    ("SMEMBERS", "k"),
    ("SISMEMBER", "k e"),
    ("SMISMEMBER", "k e+"),
    ("SCARD", "k"),
    ("SORT", "k"),
    ("SORT", "k ALPHA DESC"),
    ("SORT", "k ALPHA LIMIT n n"),
    ("SORT", "k ALPHA STORE k"),
    ("SORT", "k BY nosort"),
    ("SORT", "k LIMIT 1"),
    ("MULTI", ""),
    ("EXEC", ""),
    ("EXEC", ""),
    ("DISCARD", ""),
    ("WATCH", "k"),
    ("UNWATCH", ""),
    ("PING", ""),
    ("PING", "e"),
    ("PING", "e e"),
    ("ECHO", "e"),
    ("SELECT", "0"),
    ("SELECT", "x"),
    ("CLIENT", "GETNAME"),
    ("CLIENT", "SETNAME name"),
    ("CLIENT", "SETNAME e"),
    ("CLIENT", "UNBLOCK n"),
    ("CLIENT", "KILL ID 123456789"),
    ("CLIENT", "FOO"),
    ("CLIENT", ""),
    ("PUBLISH", "e e"),
    ("PUBSUB", "NUMSUB e e"),
    ("PUBSUB", "CHANNELS"),
    ("PUBSUB", "NUMPAT"),
    ("FLUSHALL", ""),
    ("FLUSHDB", "FOO"),
    ("OBJECT", "REFCOUNT missing"),
    ("WAIT", "0 0"),
    ("FOO", "e+"),
    ("LPUSH", ""),
    ("lrange", "k"),
    ("XADD", "k 1-1 f v"),
];

fn words(random: &mut Random) -> Vec<String> {
    let (name, pattern) = random.pick(COMMANDS);
    let mut words = vec![(*name).to_owned()];
    for token in pattern.split_whitespace() {
        let (token, several) = match token.strip_suffix('+') {
            Some(token) => (token, 1 + random.below(3)),
            None => (token, 1),
        };
        for _ in 0..several {
            words.push(match token {
                "k" => (*random.pick(&KEYS)).to_owned(),
                "e" => (*random.pick(&WORDS)).to_owned(),
                "n" => (*random.pick(&NUMBERS)).to_owned(),
                "s" => (*random.pick(&SIDES)).to_owned(),
                "t" => (*random.pick(&TIMES)).to_owned(),
                literal => literal.to_owned(),
            });
        }
    }
    words
}

/// Whether the order of the values in a reply means nothing.
fn is_unordered(words: &[String]) -> bool {
    let name = words[0].as_str();
    ["SMEMBERS", "KEYS", "SCAN", "EXEC"].contains(&name)
        || (name == "SORT" && words.iter().any(|word| word == "nosort"))
}

fn sorted(reply: &Reply) -> String {
    match reply {
        Reply::Array(values) | Reply::Set(values) => {
            let mut values: Vec<String> = values.iter().map(sorted).collect();
            values.sort();
            format!("[{}]", values.join(", "))
        }
        other => text(other),
    }
}

/// What both answer, if it is not the same.
fn differ(words: &[String], ours: &mut Client, theirs: &mut Client) -> Option<(String, String)> {
    ours.send(words);
    theirs.send(words);
    let (our_reply, our_bytes) = ours.receive().unwrap();
    let (their_reply, their_bytes) = theirs.receive().unwrap();
    let is_same = our_bytes == their_bytes
        || (is_unordered(words) && sorted(&our_reply) == sorted(&their_reply));
    let show = |bytes: &[u8]| bytes.escape_ascii().to_string();
    (!is_same).then(|| (show(&our_bytes), show(&their_bytes)))
}

fn run(protocol: &str, seed: u64, count: usize) {
    let Some(redis) = Server::start_redis() else {
        return;
    };
    let forebay = Server::start(&[]);
    let (mut ours, mut theirs) = (forebay.connect(), redis.connect());
    if protocol == "3" {
        for client in [&mut ours, &mut theirs] {
            client.call(&["HELLO", "3"]);
        }
    }
    let mut random = Random::new(seed);
    let mut history: Vec<String> = Vec::new();
    let mut differences = Vec::new();
    for number in 0..count {
        let words = words(&mut random);
        history.push(format!("{words:?}"));
        if let Some((our, their)) = differ(&words, &mut ours, &mut theirs) {
            differences.push(format!(
                "command {number} of seed {seed}: {words:?}\n  forebay: {our}\n  redis:   {their}"
            ));
            // What differed once may go on to differ.
            for client in [&mut ours, &mut theirs] {
                client.call(&["DISCARD"]);
                client.call(&["UNWATCH"]);
                client.call(&["FLUSHALL"]);
            }
            if differences.len() > 40 {
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
}

#[test]
fn random_commands_are_answered_as_by_redis_in_resp2() {
    run("2", 1, 6_000);
}

#[test]
fn random_commands_are_answered_as_by_redis_in_resp3() {
    run("3", 2, 6_000);
}

#[test]
#[ignore = "takes some minutes"]
fn many_random_commands_are_answered_as_by_redis() {
    for seed in 3..13 {
        run("2", seed, 20_000);
        run("3", seed + 100, 20_000);
    }
}
