//! Commands on streams, and options of them, that are newer than Redis 7.0: what is sent, and what
//! comes back.
#![forbid(unsafe_code)]

mod support;

use support::Server;

/// What is asked, and the answer as [`support::text`] writes it. A table begins with an empty
/// server.
type Table = &'static [(&'static str, &'static str)];

fn check(table: Table) {
    let server = Server::start(&[]);
    let mut client = server.connect();
    for (command, expected) in table {
        assert_eq!(client.ask(command), *expected, "{command}");
    }
}

#[test]
fn entries_that_groups_refer_to_are_kept_or_forgotten_on_demand() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 2-0 f v", "2-0"),
        ("XADD s 3-0 f v", "3-0"),
        ("XGROUP CREATE s g 0", "OK"),
        (
            "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
            "[[s, [[1-0, [f, v]], [2-0, [f, v]]]]]",
        ),
        // The first is pending, the third is not read yet.
        ("XDELEX s ACKED IDS 3 1-0 3-0 9-0", "[2, 2, -1]"),
        ("XACK s g 1-0", "1"),
        ("XDELEX s IDS 2 1-0 1-0 ACKED", "[1, -1]"),
        ("XDELEX s IDS 1 2-0 KEEPREF", "[1]"),
        ("XPENDING s g", "[1, 2-0, 2-0, [[c, 1]]]"),
        // The reference outlives the entry until somebody asks to forget it.
        ("XDELEX s DELREF IDS 1 2-0", "[-1]"),
        ("XPENDING s g", "[0, nil, nil, nil]"),
        ("XDELEX missing IDS 2 1-0 2-0", "[-1, -1]"),
        ("RPUSH l x", "1"),
        (
            "XDELEX l IDS 1 1-0",
            "-WRONGTYPE Operation against a key holding the wrong kind of value",
        ),
    ]);
}

#[test]
fn trimming_minds_references() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 2-0 f v", "2-0"),
        ("XADD s 3-0 f v", "3-0"),
        ("XGROUP CREATE s g 0", "OK"),
        (
            "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
            "[[s, [[1-0, [f, v]], [2-0, [f, v]]]]]",
        ),
        ("XACK s g 2-0", "1"),
        // Only the second is done with.
        ("XTRIM s MAXLEN 0 ACKED", "1"),
        ("XRANGE s - +", "[[1-0, [f, v]], [3-0, [f, v]]]"),
        ("XADD s KEEPREF MAXLEN 2 4-0 f v", "4-0"),
        ("XPENDING s g", "[1, 1-0, 1-0, [[c, 1]]]"),
        ("XADD s 5-0 f v", "5-0"),
        (
            "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
            "[[s, [[3-0, [f, v]]]]]",
        ),
        ("XADD s DELREF MAXLEN = 1 6-0 f v", "6-0"),
        // What was no longer there before stays pending.
        ("XPENDING s g", "[1, 1-0, 1-0, [[c, 1]]]"),
        ("XTRIM s MAXLEN 0 ACKED DELREF", "-ERR syntax error"),
        (
            "XTRIM s DELREF LIMIT 0",
            "-ERR syntax error, XTRIM must be called with a trimming strategy",
        ),
    ]);
}

#[test]
fn an_entry_is_acknowledged_and_deleted_at_once() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 2-0 f v", "2-0"),
        ("XGROUP CREATE s g 0", "OK"),
        ("XGROUP CREATE s h 0", "OK"),
        (
            "XREADGROUP GROUP g c STREAMS s >",
            "[[s, [[1-0, [f, v]], [2-0, [f, v]]]]]",
        ),
        (
            "XREADGROUP GROUP h c STREAMS s >",
            "[[s, [[1-0, [f, v]], [2-0, [f, v]]]]]",
        ),
        ("XACKDEL s g ACKED IDS 2 1-0 9-0", "[2, -1]"),
        ("XLEN s", "2"),
        ("XACKDEL s h ACKED IDS 1 1-0", "[1]"),
        ("XLEN s", "1"),
        ("XACKDEL s g DELREF IDS 1 2-0", "[1]"),
        ("XPENDING s h", "[0, nil, nil, nil]"),
        ("XACKDEL s none IDS 1 1-0", "[-1]"),
        ("XACKDEL missing g IDS 1 1-0", "[-1]"),
        (
            "XACKDEL s g",
            "-ERR wrong number of arguments for 'xackdel' command",
        ),
        (
            "XACKDEL s g IDS abc 1-1",
            "-ERR Number of IDs must be a positive integer",
        ),
        (
            "XACKDEL s g IDS 0 1-1",
            "-ERR Number of IDs must be a positive integer",
        ),
        (
            "XACKDEL s g IDS -5 1-1",
            "-ERR Number of IDs must be a positive integer",
        ),
        (
            "XACKDEL s g IDS 3 1-1 2-2",
            "-ERR The `numids` parameter must match the number of arguments",
        ),
        (
            "XACKDEL s g IDS 9223372036854775807 1-1",
            "-ERR The `numids` parameter must match the number of arguments",
        ),
        ("XACKDEL s g IDS 1 1-1 2-2", "-ERR syntax error"),
        ("XACKDEL s g KEEPREF DELREF IDS 1 1-1", "-ERR syntax error"),
        ("XACKDEL s g KEEPREF ACKED FOO", "-ERR syntax error"),
        (
            "XACKDEL s g IDS 1 x",
            "-ERR Invalid stream ID specified as stream command argument",
        ),
    ]);
}

#[test]
fn what_is_given_back_is_taken_over_first() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 2-0 f v", "2-0"),
        ("XADD s 3-0 f v", "3-0"),
        ("XGROUP CREATE s g 0", "OK"),
        (
            "XREADGROUP GROUP g c COUNT 2 STREAMS s >",
            "[[s, [[1-0, [f, v]], [2-0, [f, v]]]]]",
        ),
        ("XNACK s g FAIL IDS 2 2-0 9-0", "1"),
        ("XPENDING s g IDLE 100000 - + 10", "[[2-0, , -1, 1]]"),
        ("XPENDING s g", "[2, 1-0, 2-0, [[c, 1]]]"),
        // The first is not idle for long enough; the third is new.
        (
            "XREADGROUP GROUP g d CLAIM 100000 STREAMS s >",
            "[[s, [[2-0, [f, v], -1, 1], [3-0, [f, v], 0, 0]]]]",
        ),
        ("XNACK s g SILENT IDS 1 2-0", "1"),
        ("XPENDING s g IDLE 100000 - + 10", "[[2-0, , -1, 1]]"),
        ("XNACK s g FATAL IDS 1 3-0", "1"),
        ("XPENDING s g 3 3 10", "[[3-0, , -1, 9223372036854775807]]"),
        ("XNACK s g FAIL IDS 1 1-0 RETRYCOUNT 7", "1"),
        ("XPENDING s g 1 1 10", "[[1-0, , -1, 7]]"),
        ("XACK s g 1-0 2-0 3-0", "3"),
        ("XNACK s g FAIL IDS 1 1-0", "0"),
        ("XNACK s g FAIL IDS 1 1-0 FORCE", "1"),
        ("XPENDING s g - + 10", "[[1-0, , -1, 0]]"),
        (
            "XNACK s none FAIL IDS 1 1-0",
            "-NOGROUP No such key 's' or consumer group 'none'",
        ),
        (
            "XNACK none g FAIL IDS 1 1-0",
            "-NOGROUP No such key 'none' or consumer group 'g'",
        ),
        (
            "XNACK s g FOO IDS 1 1-0",
            "-ERR syntax error, XNACK must be called with SILENT, FAIL or FATAL",
        ),
        ("XNACK s g FAIL IDS 1 1-0 FOO", "-ERR syntax error"),
        (
            "XNACK s g FAIL IDS 0 1-0",
            "-ERR Number of IDs must be a positive integer",
        ),
        (
            "XNACK s g FAIL IDS 2 1-0",
            "-ERR The `numids` parameter must match the number of arguments",
        ),
        (
            "XNACK s g FAIL IDS 1 1-0 RETRYCOUNT -1",
            "-ERR Invalid RETRYCOUNT option argument for XNACK",
        ),
    ]);
}

#[test]
fn history_is_no_claim() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD t 1-0 f v", "1-0"),
        ("XGROUP CREATE s g 0", "OK"),
        ("XGROUP CREATE t g 0", "OK"),
        ("XREADGROUP GROUP g c STREAMS s >", "[[s, [[1-0, [f, v]]]]]"),
        (
            "XREADGROUP GROUP g c CLAIM 0 STREAMS s t 0 >",
            "[[s, [[1-0, [f, v]]]], [t, [[1-0, [f, v], 0, 0]]]]",
        ),
        (
            "XREADGROUP GROUP g c CLAIM -1 STREAMS s >",
            "-ERR min-idle-time must be a positive integer",
        ),
        (
            "XREADGROUP GROUP g c CLAIM x STREAMS s >",
            "-ERR min-idle-time is not an integer",
        ),
        (
            "XREAD CLAIM 1 STREAMS s 0",
            "-ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.",
        ),
    ]);
}

#[test]
fn the_last_entry_can_be_read() {
    check(&[
        ("XREAD STREAMS s +", "nil"),
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 2-0 f v", "2-0"),
        ("XADD t 1-0 f v", "1-0"),
        ("XREAD STREAMS s +", "[[s, [[2-0, [f, v]]]]]"),
        ("XDEL s 2-0", "1"),
        (
            "XREAD COUNT 5 STREAMS s t + +",
            "[[s, [[1-0, [f, v]]]], [t, [[1-0, [f, v]]]]]",
        ),
        (
            "XREADGROUP GROUP g c STREAMS s +",
            "-NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option",
        ),
        ("XGROUP CREATE s g 0", "OK"),
        (
            "XREADGROUP GROUP g c STREAMS s +",
            "-ERR The + ID is meaningless in the context of XREADGROUP: you want to read the \
             history of this consumer by specifying a proper ID, or use the > ID to get new \
             messages. The + ID would just return an empty result set.",
        ),
        (
            "XREAD STREAMS s t 0",
            "-ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' \
             must be specified.",
        ),
        (
            "XREADGROUP GROUP g c STREAMS s t >",
            "-ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' must \
             be specified.",
        ),
    ]);
}

#[test]
fn times_that_are_too_large_are_refused() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        (
            "XREAD BLOCK 9223372036854775807 STREAMS s 0",
            "-ERR timeout is out of range",
        ),
        (
            "XREADGROUP GROUP g c BLOCK 9223372036854775807 STREAMS s >",
            "-ERR timeout is out of range",
        ),
        (
            "XREAD BLOCK 9223372036854775808 STREAMS s 0",
            "-ERR timeout is not an integer or out of range",
        ),
        (
            "XREAD BLOCK 9000000000000000000 STREAMS s 0",
            "[[s, [[1-0, [f, v]]]]]",
        ),
    ]);
}

#[test]
fn reads_are_limited_over_all_streams() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 2-0 f v", "2-0"),
        ("XADD t 1-0 f v", "1-0"),
        ("XREAD MAXCOUNT 1 STREAMS s t 0 0", "[[s, [[1-0, [f, v]]]]]"),
        (
            "XREAD COUNT 1 MAXCOUNT 5 STREAMS s t 0 0",
            "[[s, [[1-0, [f, v]]]], [t, [[1-0, [f, v]]]]]",
        ),
        ("XREAD MAXSIZE 1 STREAMS s t 0 0", "[[s, [[1-0, [f, v]]]]]"),
        ("XGROUP CREATE s g 0", "OK"),
        ("XGROUP CREATE t g 0", "OK"),
        (
            "XREADGROUP GROUP g c MAXCOUNT 1 STREAMS t s > >",
            "[[t, [[1-0, [f, v]]]]]",
        ),
        (
            "XREADGROUP GROUP g c MAXSIZE 1 STREAMS t s > >",
            "[[s, [[1-0, [f, v]]]]]",
        ),
        ("XPENDING s g", "[1, 1-0, 1-0, [[c, 1]]]"),
        (
            "XREAD MAXCOUNT 0 STREAMS s 0",
            "-ERR MAXCOUNT must be greater than 0",
        ),
        (
            "XREAD MAXSIZE -1 STREAMS s 0",
            "-ERR MAXSIZE must be greater than 0",
        ),
        (
            "XREAD COUNT 5 MAXCOUNT 4 STREAMS s 0",
            "-ERR MAXCOUNT must not be less than COUNT",
        ),
    ]);
}

#[test]
fn an_entry_is_added_once() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let first = client.ask("XADD s IDMP p1 1 * f v");
    assert_eq!(client.ask("XADD s IDMP p1 1 * f other"), first);
    assert_ne!(client.ask("XADD s IDMP p2 1 * f v"), first);
    let auto = client.ask("XADD s IDMPAUTO p1 * a 1 b 2");
    assert_eq!(client.ask("XADD s IDMPAUTO p1 * b 2 a 1"), auto);
    assert_eq!(client.ask("XLEN s"), "3");
    let info = client.ask("XINFO STREAM s");
    let told = "idmp-duration, 100, idmp-maxsize, 100, pids-tracked, 2, iids-tracked, 3, \
                iids-added, 3, iids-duplicates, 2";
    assert!(info.contains(told), "{info}");
}

#[test]
fn idempotence_is_set_and_refused() {
    check(&[
        (
            "XADD s IDMP p1 * f v",
            "-ERR Invalid stream ID specified as stream command argument",
        ),
        (
            "XADD s IDMP p1 1 1-1 f v",
            "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs",
        ),
        (
            "XADD s IDMPAUTO p1 5-* f v",
            "-ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs",
        ),
        (
            "XADD s IDMP p1 1 IDMP p2 2 * f v",
            "-ERR syntax error, IDMP/IDMPAUTO specified multiple times",
        ),
        (
            "XADD s IDMPAUTO p1 IDMP p2 2 * f v",
            "-ERR syntax error, IDMP/IDMPAUTO specified multiple times",
        ),
        ("XCFGSET s IDMP-DURATION 5", "-ERR no such key"),
        ("XADD s 1-0 f v", "1-0"),
        ("XCFGSET s IDMP-DURATION 5 IDMP-MAXSIZE 7", "OK"),
        (
            "XCFGSET s IDMP-DURATION 0",
            "-ERR IDMP-DURATION must be between 1 and 86400 seconds",
        ),
        (
            "XCFGSET s IDMP-DURATION 86401",
            "-ERR IDMP-DURATION must be between 1 and 86400 seconds",
        ),
        (
            "XCFGSET s IDMP-DURATION -1",
            "-ERR IDMP-DURATION must be between 1 and 86400 seconds",
        ),
        (
            "XCFGSET s IDMP-MAXSIZE 10001",
            "-ERR IDMP-MAXSIZE must be between 1 and 10000 entries",
        ),
        (
            "XCFGSET s IDMP-MAXSIZE x",
            "-ERR value is not an integer or out of range",
        ),
        ("XCFGSET s IDMP-MAXSIZE", "-ERR syntax error"),
        ("XCFGSET s FOO 1", "-ERR syntax error"),
        (
            "XCFGSET s",
            "-ERR At least one parameter (IDMP-DURATION or IDMP-MAXSIZE) is required",
        ),
        (
            "XINFO STREAM s",
            "[length, 1, radix-tree-keys, 1, radix-tree-nodes, 0, last-generated-id, 1-0, \
             max-deleted-entry-id, 0-0, entries-added, 1, recorded-first-entry-id, 1-0, \
             idmp-duration, 5, idmp-maxsize, 7, pids-tracked, 0, iids-tracked, 0, iids-added, 0, \
             iids-duplicates, 0, groups, 0, first-entry, [1-0, [f, v]], last-entry, [1-0, [f, v]]]",
        ),
    ]);
}

#[test]
fn ids_are_set_within_bounds() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 5-0 f v", "5-0"),
        ("XDEL s 5-0", "1"),
        (
            "XSETID s 4-0",
            "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id",
        ),
        ("XSETID s 9-0 ENTRIESADDED 100 MAXDELETEDID 7-0", "OK"),
        (
            "XADD s 9-0 f v",
            "-ERR The ID specified in XADD is equal or smaller than the target stream top item",
        ),
        ("XSETID s 18446744073709551615-18446744073709551615", "OK"),
        (
            "XADD s * f v",
            "-ERR The stream has exhausted the last possible ID, unable to add more items",
        ),
        (
            "XSETID s 18446744073709551615-18446744073709551615 ENTRIESADDED 0",
            "-ERR The entries_added specified in XSETID is smaller than the target stream length",
        ),
        ("XSETID missing 1-0", "-ERR no such key"),
    ]);
}

#[test]
fn lag_is_exact_and_consumers_are_made_by_asking() {
    check(&[
        ("XADD s 1-0 f v", "1-0"),
        ("XADD s 2-0 f v", "2-0"),
        ("XADD s 3-0 f v", "3-0"),
        ("XGROUP CREATE s g 0", "OK"),
        (
            "XINFO GROUPS s",
            "[[name, g, consumers, 0, pending, 0, last-delivered-id, 0-0, entries-read, nil, \
             lag, 3]]",
        ),
        (
            "XREADGROUP GROUP g c COUNT 1 STREAMS s >",
            "[[s, [[1-0, [f, v]]]]]",
        ),
        ("XCLAIM s g d 100000 1-0", "[]"),
        ("XAUTOCLAIM s g e 100000 0", "[0-0, [], []]"),
        ("XREADGROUP GROUP g f STREAMS s 0", "[[s, []]]"),
        (
            "XINFO GROUPS s",
            "[[name, g, consumers, 4, pending, 1, last-delivered-id, 1-0, entries-read, 1, lag, \
             2]]",
        ),
        ("XGROUP CREATECONSUMER s g d", "0"),
        ("XGROUP DELCONSUMER s g c", "1"),
    ]);
}

#[test]
fn replies_in_resp3_have_their_own_shapes() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    let table: Table = &[
        ("XADD s 1-0 f v", "1-0"),
        ("XGROUP CREATE s g 0", "OK"),
        ("XREAD STREAMS s 0", "{s: [[1-0, [f, v]]]}"),
        (
            "XREADGROUP GROUP g c CLAIM 0 STREAMS s >",
            "{s: [[1-0, [f, v], 0, 0]]}",
        ),
        (
            "XINFO GROUPS s",
            "[{name: g, consumers: 1, pending: 1, last-delivered-id: 1-0, entries-read: 1, lag: \
             0}]",
        ),
        ("XGROUP DELCONSUMER s g c", "1"),
        (
            "XINFO STREAM s FULL",
            "{length: 1, radix-tree-keys: 1, radix-tree-nodes: 0, last-generated-id: 1-0, \
             max-deleted-entry-id: 0-0, entries-added: 1, recorded-first-entry-id: 1-0, \
             idmp-duration: 100, idmp-maxsize: 100, pids-tracked: 0, iids-tracked: 0, \
             iids-added: 0, iids-duplicates: 0, entries: [[1-0, [f, v]]], groups: [{name: g, \
             last-delivered-id: 1-0, entries-read: 1, lag: 0, pel-count: 0, nacked-count: 0, \
             pending: [], consumers: []}]}",
        ),
    ];
    client.ask("HELLO 3");
    for (command, expected) in table {
        assert_eq!(client.ask(command), *expected, "{command}");
    }
}

#[test]
fn subcommands_explain_themselves() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    for command in ["XGROUP", "XINFO"] {
        let help = client.ask(&format!("{command} HELP"));
        let title = format!("[{command} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        assert!(help.starts_with(&title), "{help}");
        assert!(help.contains("HELP"), "{help}");
    }
}
