//! The table of commands that are served, for readers: `docs/commands.md` is what the server says.
#![forbid(unsafe_code)]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests are outside #[test] functions"
)]

mod support;

use core::fmt::Write;
use std::collections::BTreeMap;
use std::path::Path;

use forebay_resp::Reply;
use support::{Client, Server, text};

const INTRODUCTION: &str = "\
# Commands that `forebay serve` answers

Written by `FOREBAY_WRITE_DOCS=1 cargo test -p forebay-server --test commands` from what the server
itself says (COMMAND DOCS), and compared with that by the same test. The version is that of Redis
which had the command first.
";

const SCRIPTS: &str = "
## Scripts that are known

There is no Lua. EVAL, EVALSHA and SCRIPT LOAD take these scripts, which libraries send for their
locks, and refuse every other one; each is known by its SHA1 and executed as one atomic step.

| SHA1 | library | what it does |
|---|---|---|
";

/// Values of a map by their keys.
fn map(reply: &Reply) -> BTreeMap<String, Reply> {
    let Reply::Map(pairs) = reply else {
        return BTreeMap::new();
    };
    let pair = |(key, value): &(Reply, Reply)| (text(key), value.clone());
    pairs.iter().map(pair).collect()
}

fn rows(docs: &Reply, rows: &mut BTreeMap<String, BTreeMap<String, [String; 2]>>) {
    for (name, entry) in map(docs) {
        let entry = map(&entry);
        let group = text(&entry["group"]);
        if let Some(subcommands) = entry.get("subcommands") {
            self::rows(subcommands, rows);
        }
        let is_container = entry.contains_key("subcommands") && name != "command";
        if !is_container {
            let name = name.to_ascii_uppercase().replace('|', " ");
            let cells = [text(&entry["since"]), text(&entry["summary"])];
            rows.entry(group).or_default().insert(name, cells);
        }
    }
}

/// The scripts that SCRIPT HELP names after the subcommands, each in two lines.
fn scripts(client: &mut Client) -> String {
    let mut document = SCRIPTS.to_owned();
    let lines = match client.call(&["SCRIPT", "HELP"]) {
        Reply::Array(lines) => lines.iter().map(text).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    for pair in lines.windows(2) {
        let (sha1, library) = pair[0].split_once(' ').unwrap_or_default();
        if sha1.len() == 40 {
            let (library, summary) = (library.trim_matches(['(', ')']), pair[1].trim());
            writeln!(document, "| `{sha1}` | {library} | {summary} |").unwrap();
        }
    }
    document
}

fn document(client: &mut Client) -> String {
    client.call(&["HELLO", "3"]);
    let mut groups = BTreeMap::new();
    rows(&client.call(&["COMMAND", "DOCS"]), &mut groups);
    let mut document = INTRODUCTION.to_owned();
    for (group, rows) in groups {
        write!(
            document,
            "\n## {group}\n\n| command | since | what it does |\n|---|---|---|\n"
        )
        .unwrap();
        for (name, [since, summary]) in rows {
            writeln!(document, "| {name} | {since} | {summary} |").unwrap();
        }
    }
    document + &scripts(client)
}

#[test]
fn the_table_of_the_documentation_is_what_the_server_says() {
    let server = Server::start(&[]);
    let said = document(&mut server.connect());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/commands.md");
    if std::env::var_os("FOREBAY_WRITE_DOCS").is_some() {
        std::fs::write(&path, &said).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, said,
        "docs/commands.md is out of date; see its first lines"
    );
}

#[test]
fn count_info_and_docs_agree() {
    let server = Server::start(&[]);
    let mut client = server.connect();
    client.call(&["HELLO", "3"]);
    let Reply::Array(infos) = client.call(&["COMMAND"]) else {
        panic!("COMMAND answers with an array");
    };
    let docs = map(&client.call(&["COMMAND", "DOCS"]));
    assert_eq!(client.ask("COMMAND COUNT"), infos.len().to_string());
    assert_eq!(docs.len(), infos.len());
    for info in infos {
        let Reply::Array(info) = info else {
            panic!("a command is an array");
        };
        assert!(docs.contains_key(&text(&info[0])), "{:?}", info[0]);
    }
}

#[test]
fn commands_say_of_themselves_what_redis_says() {
    let Some(redis) = Server::start_redis() else {
        return;
    };
    let forebay = Server::start(&[]);
    let (mut ours, mut theirs) = (forebay.connect(), redis.connect());
    let names = match ours.call(&["COMMAND", "LIST"]) {
        Reply::Array(names) => names,
        other => panic!("{other:?}"),
    };
    // Name, arity, flags, positions of the keys: what clients route by.
    let facts = |client: &mut Client, name: &str| match client.call(&["COMMAND", "INFO", name]) {
        Reply::Array(infos) => match &infos[0] {
            Reply::Array(info) => {
                let mut flags: Vec<String> = match &info[2] {
                    Reply::Array(flags) => flags.iter().map(text).collect(),
                    other => vec![text(other)],
                };
                flags.retain(|flag| {
                    ["write", "readonly", "blocking", "movablekeys"].contains(&flag.as_str())
                });
                flags.sort();
                let keys: Vec<String> = info[3..6].iter().map(text).collect();
                Some((text(&info[1]), flags, keys))
            }
            _ => None,
        },
        _ => None,
    };
    for name in names.iter().map(text) {
        // Redis 7.0 has not all of ours.
        if let Some(theirs) = facts(&mut theirs, &name) {
            assert_eq!(facts(&mut ours, &name), Some(theirs), "{name}");
        }
    }
}
