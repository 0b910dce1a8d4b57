//! COMMAND: the table of commands, as clients read it.

use forebay_resp::ReplyWriter;

use super::{Command, docs};
use crate::command::spec::{Flags, KeyPositions, Spec, rows};
use crate::command::{Command as AnyCommand, Context, Keys, Refusal, category, help, table};

pub(crate) static SUBCOMMANDS: &[Spec] = rows! { Server:
    "count" 2 "" "2.8.13" [LOADING STALE] NONE
        |_| Ok(Introspection::Count.into()),
        "Tells how many commands there are.";
    "docs" -2 "[command-name [command-name ...]]" "7.0.0" [LOADING STALE] NONE
        |words| Ok(Introspection::Docs { names: &words[2..] }.into()),
        "Tells what commands do.";
    "getkeys" -3 "command [arg [arg ...]]" "2.8.13" [LOADING STALE] NONE
        |words| Ok(Introspection::Getkeys { words: &words[2..] }.into()),
        "Tells which keys a command names.";
    "info" -2 "[command-name [command-name ...]]" "2.8.13" [LOADING STALE] NONE
        |words| Ok(Introspection::Info { names: &words[2..] }.into()),
        "Tells about commands.";
    "list" -2 "" "7.0.0" [LOADING STALE] NONE
        |_| Ok(Introspection::List.into()),
        "Lists the names of all commands.";
    "help" 2 "" "5.0.0" [LOADING STALE] NONE
        |_| Ok(Introspection::Help.into()),
        "Lists the subcommands.";
};

/// COMMAND.
#[derive(Debug)]
pub(crate) enum Introspection<'a> {
    All,
    Count,
    Docs { names: &'a [&'a [u8]] },
    Getkeys { words: &'a [&'a [u8]] },
    Info { names: &'a [&'a [u8]] },
    List,
    Help,
}

impl<'a> From<Introspection<'a>> for AnyCommand<'a> {
    fn from(command: Introspection<'a>) -> Self {
        Command::Introspection(command).into()
    }
}

impl Introspection<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let mut reply = context.reply();
        let all = table::all();
        match self {
            Self::Count => reply.integer(i64::try_from(all.len()).unwrap_or(i64::MAX)),
            Self::Docs { names } => docs::write(names, &mut reply),
            Self::Getkeys { words } => {
                let keys = keys(words)?;
                reply.array(keys.len());
                for key in keys {
                    reply.bulk(key);
                }
            }
            Self::All | Self::Info { names: [] } => {
                reply.array(all.len());
                for spec in all {
                    write_info(spec, None, &mut reply);
                }
            }
            Self::Info { names } => {
                reply.array(names.len());
                for name in names {
                    match table::find_by_full_name(name) {
                        Some((spec, container)) => write_info(spec, container, &mut reply),
                        None => reply.null_array(),
                    }
                }
            }
            Self::List => {
                reply.set(all.len());
                for spec in all {
                    reply.bulk(spec.name);
                }
            }
            Self::Help => help::write("COMMAND", SUBCOMMANDS, &mut reply),
        }
        Ok(())
    }
}

/// The keys of a command, from its typed value.
fn keys<'a>(words: &'a [&'a [u8]]) -> Result<Keys<'a>, Refusal> {
    let found = table::find(words).map_err(|_| Refusal::new("ERR Invalid command specified"))?;
    if !found.spec.accepts(words.len()) {
        return Err(Refusal::new(
            "ERR Invalid number of arguments specified for command",
        ));
    }
    let command = (found.spec.parse)(words)
        .map_err(|_| Refusal::new("ERR Invalid arguments specified for command"))?;
    let mut keys = Keys::new();
    command.keys(&mut keys);
    if keys.is_empty() {
        return Err(Refusal::new("ERR The command has no key arguments"));
    }
    Ok(keys)
}

/// Names of flags in the order of Redis.
const FLAG_NAMES: [(Flags, &str); 15] = [
    (Flags::WRITE, "write"),
    (Flags::READONLY, "readonly"),
    (Flags::DENYOOM, "denyoom"),
    (Flags::ADMIN, "admin"),
    (Flags::PUBSUB, "pubsub"),
    (Flags::NOSCRIPT, "noscript"),
    (Flags::BLOCKING, "blocking"),
    (Flags::LOADING, "loading"),
    (Flags::STALE, "stale"),
    (Flags::FAST, "fast"),
    (Flags::NO_AUTH, "no_auth"),
    (Flags::ALLOW_BUSY, "allow_busy"),
    (Flags::MOVABLEKEYS, "movablekeys"),
    (Flags::NO_MULTI, "no_multi"),
    (Flags::empty(), ""),
];

fn write_info(spec: &Spec, container: Option<&Spec>, reply: &mut ReplyWriter<'_>) {
    reply.array(10);
    match container {
        Some(container) => reply.bulk(format!("{}|{}", container.name, spec.name)),
        None => reply.bulk(spec.name),
    }
    reply.integer(i64::from(spec.arity));
    let flags: Vec<_> = FLAG_NAMES
        .into_iter()
        .filter(|(flag, _)| !flag.is_empty() && spec.has(*flag))
        .collect();
    reply.set(flags.len());
    for (_, name) in flags {
        reply.simple(name);
    }
    let KeyPositions { first, last, step } = spec.keys;
    for position in [first, last, step] {
        reply.integer(position);
    }
    let categories = category::of(spec, container);
    reply.set(categories.len());
    for category in categories {
        reply.simple(&format!("@{category}"));
    }
    // No tips.
    reply.array(0);
    write_key_specs(spec, reply);
    reply.array(spec.subcommands.len());
    for subcommand in spec.subcommands {
        write_info(subcommand, Some(spec), reply);
    }
}

/// Where the keys are, in the newer form.
fn write_key_specs(spec: &Spec, reply: &mut ReplyWriter<'_>) {
    let KeyPositions { first, last, step } = spec.keys;
    if first == 0 {
        reply.array(0);
        return;
    }
    reply.array(1);
    reply.map(3);
    reply.bulk("flags");
    reply.set(1);
    reply.simple(if spec.has(Flags::WRITE) { "RW" } else { "RO" });
    reply.bulk("begin_search");
    reply.map(2);
    reply.bulk("type");
    reply.bulk("index");
    reply.bulk("spec");
    reply.map(1);
    reply.bulk("index");
    reply.integer(first);
    reply.bulk("find_keys");
    reply.map(2);
    reply.bulk("type");
    reply.bulk("range");
    reply.bulk("spec");
    reply.map(3);
    reply.bulk("lastkey");
    reply.integer(if last < 0 { last } else { last - first });
    reply.bulk("keystep");
    reply.integer(step);
    reply.bulk("limit");
    reply.integer(0);
}
