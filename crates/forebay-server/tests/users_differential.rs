//! The rules of users, on Forebay and on a redis-server: the same is allowed and refused.
//!
//! The intended differences: texts of NOPERM are those of Redis since 7.2; a password in the file is
//! a slow hash; and ACL LIST tells the rules on commands as they were given, as Redis does since 7.2.
#![forbid(unsafe_code)]

mod support;

use forebay_resp::Reply;
use support::{Client, Directory, Server, text};

/// Users and their rules.
const USERS: &[(&str, &str)] = &[
    ("default", "on nopass ~* &* +@all"),
    ("nobody", "on nopass"),
    ("reader", "on nopass ~* +@read"),
    ("writer", "on nopass ~* &* +@write"),
    ("list", "on nopass ~a* +@list"),
    ("stream", "on nopass ~a* ~s* +@stream -xgroup|destroy"),
    ("split", "on nopass %R~a* %W~b* %RW~c* +@all"),
    ("pieces", "on nopass %R~a* %W~a* %R~*z %W~* +@all"),
    ("glob", "on nopass ~a? ~[bc]* ~d\\* +@all"),
    ("safe", "on nopass ~* &* +@all -@dangerous"),
    ("admin", "on nopass allkeys allchannels +@admin"),
    ("slow", "on nopass ~* &* +@slow"),
    ("fast", "on nopass ~* &* +@fast"),
    ("most", "on nopass ~* &* +@all -client|kill -config -lpop"),
    (
        "few",
        "on nopass ~* &news:* +get +client|id +client|list +publish +subscribe +psubscribe",
    ),
    (
        "again",
        "on nopass ~* -client +client|id +@connection -client|setname",
    ),
    ("speaker", "on nopass &news:* &* +@pubsub"),
    (
        "keyspace",
        "on nopass ~x +@keyspace +@transaction +@blocking",
    ),
    ("reset", "on nopass ~* &* +@all reset on nopass ~a +get"),
    (
        "all",
        "on nopass resetkeys allkeys resetchannels allchannels nocommands allcommands",
    ),
    (
        "scripts",
        "on nopass ~* +@scripting +@hash +@sortedset +@string",
    ),
];

/// Commands for each of them.
const COMMANDS: &[&str] = &[
    "ping",
    "echo x",
    "auth x",
    "hello 3",
    "quit",
    "reset",
    "select 0",
    "client id",
    "client list",
    "client kill 1",
    "client setname x",
    "client no-evict on",
    "config get x",
    "config set timeout 0",
    "info",
    "command",
    "command count",
    "acl whoami",
    "acl list",
    "acl load",
    "acl genpass",
    "shutdown",
    "slowlog get",
    "latency latest",
    "memory usage a1",
    "memory usage x",
    "object encoding a1",
    "object encoding z",
    "script flush",
    "function flush",
    "wait 0 0",
    "time",
    "lastsave",
    "role",
    "lolwut",
    "dbsize",
    "keys *",
    "scan 0",
    "randomkey",
    "flushall",
    "get a1",
    "get b1",
    "get c1",
    "get d*",
    "get dx",
    "get abc",
    "get yz",
    "set a1 1",
    "set b1 1",
    "set b1 1 get",
    "set c1 1 get",
    "set b1 get",
    "set b1 1 ex 10 nx get",
    "mget a1 b1",
    "mget a1 a2",
    "mset b1 1 b2 2",
    "mset b1 a1 a1 b2",
    "setex b1 10 x",
    "psetex b1 10 x",
    "setnx b1 x",
    "getset b1 x",
    "getset c1 x",
    "getdel b1",
    "getdel c1",
    "getex a1",
    "getex c1",
    "append b1 x",
    "incr b1",
    "incr c1",
    "incrby c1 1",
    "decr b1",
    "decrby b1 1",
    "strlen b1",
    "strlen x",
    "del a1",
    "del b1",
    "del b1 b2 a1",
    "unlink b1",
    "exists a1 b1",
    "exists x",
    "touch b1",
    "type b1",
    "type x",
    "ttl b1",
    "ttl a1",
    "pttl b1",
    "expiretime a1",
    "pexpiretime b1",
    "expire b1 1",
    "pexpire a1 1",
    "expireat b1 1",
    "pexpireat b1 1",
    "persist a1",
    "rename a1 b1",
    "rename c1 b1",
    "renamenx c1 b1",
    "renamenx b1 b2",
    "copy a1 b1",
    "copy b1 a1",
    "copy a1 a2",
    "sort a1",
    "sort b1",
    "sort a1 store b1",
    "sort a1 alpha desc store a2",
    "sort_ro a1",
    "sort_ro b1",
    "lpush b1 x",
    "lpush a1 x",
    "rpush b1 x",
    "lpushx b1 x",
    "rpushx x y",
    "lpop b1",
    "lpop c1",
    "lpop a1",
    "rpop c1 2",
    "llen b1",
    "llen x",
    "lrange a1 0 1",
    "lrange b1 0 1",
    "lindex a1 0",
    "lindex b1 0",
    "lpos a1 x",
    "lset b1 0 x",
    "linsert b1 before x y",
    "lrem b1 0 x",
    "lrem a1 0 x",
    "ltrim b1 0 1",
    "lmove c1 b1 left right",
    "lmove b1 c1 left right",
    "lmove c1 a1 left right",
    "rpoplpush c1 b1",
    "rpoplpush a1 a1",
    "lmpop 2 a1 c1 left",
    "lmpop 2 c1 c2 left",
    "lmpop 1 a1 left",
    "blpop c1 c2 0",
    "blpop c1 b1 0",
    "brpop a1 0",
    "blmpop 0 1 c1 left",
    "blmpop 0 2 c1 x left",
    "blmove c1 b1 left left 0",
    "blmove b1 b1 left left 0",
    "brpoplpush c1 b1 0",
    "sadd b1 x",
    "srem b1 x",
    "smembers a1",
    "smembers b1",
    "sismember b1 x",
    "smismember b1 x",
    "scard b1",
    "xadd b1 * f v",
    "xadd s1 * f v",
    "xadd a1 * f v",
    "xlen b1",
    "xlen s1",
    "xrange a1 - +",
    "xrange b1 - +",
    "xrevrange s1 + -",
    "xread streams a1 0",
    "xread streams a1 b1 0 0",
    "xread count 1 block 1 streams a1 s1 0 0",
    "xreadgroup group g c streams a1 >",
    "xreadgroup group g c streams b1 >",
    "xack b1 g 1-1",
    "xack a1 g 1-1",
    "xclaim b1 g c 0 1-1",
    "xautoclaim b1 g c 0 0",
    "xautoclaim a1 g c 0 0",
    "xdel b1 1-1",
    "xtrim b1 maxlen 1",
    "xsetid b1 1-1",
    "xpending a1 g",
    "xpending b1 g",
    "xgroup create b1 g $",
    "xgroup create s1 g $",
    "xgroup destroy s1 g",
    "xgroup createconsumer b1 g c",
    "xgroup delconsumer b1 g c",
    "xgroup setid b1 g $",
    "xinfo stream a1",
    "xinfo stream b1",
    "xinfo groups s1",
    "xinfo consumers a1 g",
    "publish news:a x",
    "publish other x",
    "subscribe news:a",
    "subscribe news:a other",
    "psubscribe news:*",
    "psubscribe news:a",
    "psubscribe *",
    "unsubscribe other",
    "punsubscribe",
    "pubsub channels",
    "pubsub numsub other",
    "multi",
    "exec",
    "discard",
    "watch x",
    "watch a1 b1",
    "watch q",
    "unwatch",
];

/// A users' file for a Redis and for us: without passwords they are the same.
fn users_file(directory: &Directory) -> String {
    let lines: Vec<String> = USERS
        .iter()
        .map(|(name, rules)| format!("user {name} {rules}\n"))
        .collect();
    directory.write("users.acl", &lines.concat())
}

/// A refusal of Redis 7.0 in the words of those since 7.2.
fn newer(text: &str, user: &str) -> String {
    let run = "has no permissions to run the";
    text.replace(&format!("this user {run}"), &format!("User {user} {run}"))
        .replace(
            "this user has no permissions to access one of the keys used as arguments",
            "No permissions to access a key",
        )
        .replace(
            "this user has no permissions to access one of the channels used as arguments",
            "No permissions to access a channel",
        )
        .replace("This user has", &format!("User {user} has"))
}

fn both() -> Option<(Server, Server, Directory)> {
    let directory = Directory::new(&format!("users-{:?}", std::thread::current().id()));
    let file = users_file(&directory);
    let redis = Server::start_redis_with(&["--aclfile", &file])?;
    let forebay = Server::start(&["--users", &file]);
    Some((forebay, redis, directory))
}

#[test]
fn the_same_is_allowed() {
    let Some((forebay, redis, _directory)) = both() else {
        return;
    };
    let (mut ours, mut theirs) = (forebay.connect(), redis.connect());
    let (mut allowed, mut refused) = (0, 0);
    for (user, rules) in USERS {
        for command in COMMANDS {
            let line = format!("ACL DRYRUN {user} {command}");
            let (ours, theirs) = (ours.ask(&line), newer(&theirs.ask(&line), user));
            assert_eq!(ours, theirs, "{command}, by {user}: {rules}");
            assert!(!ours.starts_with('-'), "{line}: {ours}");
            if ours == "OK" {
                allowed += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(allowed > 500 && refused > 500, "{allowed} {refused}");
}

#[test]
fn the_same_is_said_of_users() {
    let Some((forebay, redis, _directory)) = both() else {
        return;
    };
    let (mut ours, mut theirs) = (forebay.connect(), redis.connect());
    for line in [
        "ACL USERS",
        "ACL WHOAMI",
        "ACL CAT",
        "ACL CAT nosuch",
        "ACL GENPASS 0",
        "ACL GENPASS 4097",
        "ACL GENPASS x",
        "ACL GETUSER missing",
        "ACL DRYRUN missing get x",
        "ACL DRYRUN list nosuch x",
        "ACL DRYRUN list get",
        "ACL FOO",
        "ACL LIST x",
        "AUTH nosuch x",
        "AUTH x",
        "AUTH nobody",
        "AUTH nobody x",
        "GET x",
        "PING",
        "ACL WHOAMI",
        "CLIENT ID",
        "HELLO 3 AUTH missing x",
        "HELLO 2 AUTH list x SETNAME y",
    ] {
        let (ours, theirs) = (ours.ask(line), newer(&theirs.ask(line), "nobody"));
        if line.starts_with("HELLO 2") || line == "CLIENT ID" {
            assert_eq!(ours.starts_with('-'), theirs.starts_with('-'), "{line}");
        } else {
            assert_eq!(ours, theirs, "{line}");
        }
    }
    let (mut ours, mut theirs) = (forebay.connect(), redis.connect());
    // Keys and channels; the rules on commands are told as they were given.
    let rights = |client: &mut Client, user: &str| match client.call(&["ACL", "GETUSER", user]) {
        Reply::Array(fields) => {
            let mut fields: Vec<String> = fields.iter().map(text).collect();
            // Redis tells it after a reset alone; it is about RESTORE.
            fields[1] = fields[1].replace(", sanitize-payload", "");
            fields.remove(5);
            fields
        }
        other => panic!("{other:?}"),
    };
    for (user, _) in USERS {
        assert_eq!(rights(&mut ours, user), rights(&mut theirs, user), "{user}");
    }
}

#[test]
fn the_same_happens() {
    let Some((forebay, redis, _directory)) = both() else {
        return;
    };
    for (user, commands) in [
        (
            "few",
            &[
                "GET a",
                "SET a 1",
                "MULTI",
                "GET a",
                "PUBLISH news:a x",
                "PUBLISH other x",
                "SUBSCRIBE news:a other",
                "PSUBSCRIBE *",
                "PSUBSCRIBE news:*",
                "PING",
            ][..],
        ),
        (
            "keyspace",
            &[
                "EXISTS x",
                "EXISTS y",
                "MULTI",
                "EXISTS x",
                "EXISTS y",
                "EXISTS x",
                "EXEC",
                "EXEC",
                "MULTI",
                "EXISTS x",
                "EXEC",
                "MULTI",
                "GET x",
                "DISCARD",
                "BLPOP x 0.01",
                "BLPOP x y 0.01",
                "WATCH x",
                "WATCH y",
                "LPUSH",
            ],
        ),
        (
            "split",
            &[
                "LPUSH b1 3 1 2",
                "LPUSH c1 3 1 2",
                "SORT c1",
                "SORT c1 BY w*",
                "SORT c1 BY nosort",
                "SORT c1 GET #",
                "SORT c1 GET a*",
                "SORT c1 STORE b2",
                "SORT c1 STORE a2",
                "COPY a1 b1 REPLACE",
                "COPY b1 c1 REPLACE",
                "LMOVE c1 b1 LEFT RIGHT",
                "LMOVE b1 c1 LEFT RIGHT",
                "XADD b3 1-1 f v",
                "XREAD STREAMS b3 0",
                "XREAD STREAMS a3 0",
                "SET b4 1 GET",
                "SET b4 1",
                "MULTI",
                "SET b4 2",
                "LPOP b1",
                "EXEC",
            ],
        ),
        (
            "pieces",
            &["SORT az GET #", "SORT az BY w*", "SET az 1", "GET az"],
        ),
        (
            "reader",
            &["SORT_RO x BY w* GET #", "SORT x", "SUBSCRIBE x", "KEYS *"],
        ),
    ] {
        let (mut ours, mut theirs) = (forebay.connect(), redis.connect());
        ours.ask("FLUSHALL");
        theirs.ask("FLUSHALL");
        let auth = format!("AUTH {user} x");
        assert_eq!([ours.ask(&auth), theirs.ask(&auth)], ["OK", "OK"], "{user}");
        for line in commands {
            let (ours, theirs) = (ours.ask(line), newer(&theirs.ask(line), user));
            assert_eq!(ours, theirs, "{line}, by {user}");
        }
    }
}

#[test]
fn commands_belong_to_the_same_categories() {
    let Some(redis) = Server::start_redis() else {
        return;
    };
    let forebay = Server::start(&[]);
    let (mut ours, mut theirs) = (forebay.connect(), redis.connect());
    let categories = |client: &mut Client, name: &str| {
        let Reply::Array(infos) = client.call(&["COMMAND", "INFO", name]) else {
            panic!("{name}");
        };
        match &infos[0] {
            Reply::Array(info) => match &info[6] {
                Reply::Array(names) => {
                    let mut names: Vec<String> = names.iter().map(text).collect();
                    names.sort();
                    Some(names)
                }
                other => panic!("{other:?}"),
            },
            _ => None,
        }
    };
    let mut compared = 0;
    for category in ours.ask("ACL CAT").trim_matches(['[', ']']).split(", ") {
        let Reply::Array(names) = ours.call(&["ACL", "CAT", category]) else {
            panic!("{category}");
        };
        for name in names.iter().map(text) {
            // Redis 7.0 has not all of ours.
            if let Some(theirs) = categories(&mut theirs, &name) {
                assert_eq!(categories(&mut ours, &name), Some(theirs), "{name}");
                compared += 1;
            }
        }
    }
    assert!(compared > 300, "{compared}");
}
