//! Random commands on streams to Forebay and to a redis-server: the same bytes come back.
//!
//! The [generator] makes commands, which a [pair] of servers is asked; the [comparison] of the replies
//! leaves out the [differences] that are intended. Times are compared by the minute or so.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod comparison;
mod differences;
mod generator;
mod pair;
#[path = "../support/mod.rs"]
mod support;

use generator::{Generator, consumers_for};
use pair::Pair;
use support::Server;

/// How many commands were compared: none without a redis-server.
fn run(protocol: &str, seed: u64, count: usize) -> usize {
    let Some(redis) = Server::start_redis() else {
        return 0;
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
    let mut compared = 0;
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
        compared += commands.len();
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
    compared
}

#[test]
fn random_stream_commands_are_answered_as_by_redis_in_resp2() {
    let compared = run("2", 1, 8_000);
    assert!(compared == 0 || compared >= 8_000, "{compared} commands");
}

#[test]
fn random_stream_commands_are_answered_as_by_redis_in_resp3() {
    let compared = run("3", 2, 8_000);
    assert!(compared == 0 || compared >= 8_000, "{compared} commands");
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
    let mut compared = 0;
    for seed in 3..23 {
        for (protocol, seed) in [("2", seed), ("3", seed + 100)] {
            compared += run(protocol, seed, 20_000);
            // With --nocapture: who ends it early knows how far it came.
            eprintln!("seed {seed}: {compared} commands were compared");
        }
    }
}
