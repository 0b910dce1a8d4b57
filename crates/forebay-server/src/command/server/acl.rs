//! ACL.

use super::Command;
use crate::command::arguments::is;
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Refusal, category, help, table};
use crate::users::{User, random_hex};
use forebay_resp::{ReplyWriter, parse_integer};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Server:
    "cat" -2 "[category]" "6.0.0" [NOSCRIPT LOADING STALE] NONE
        |words| at_most(words, 1, |rest| Acl::Cat { category: rest.first().copied() }),
        "Lists the categories of commands, or the commands of one.";
    "deluser" -3 "username [username ...]" "6.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Acl::Refused.into()),
        "Is refused: the users' file says who there is.";
    "dryrun" -4 "username command [arg [arg ...]]" "7.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |words| Ok(Acl::Dryrun { user: words[2], words: &words[3..] }.into()),
        "Tells whether a user may call a command, without calling it.";
    "genpass" -2 "[bits]" "6.0.0" [NOSCRIPT LOADING STALE] NONE genpass,
        "Makes a random password.";
    "getuser" 3 "username" "6.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |words| Ok(Acl::Getuser { user: words[2] }.into()),
        "Tells what a user may do.";
    "help" 2 "" "6.0.0" [LOADING STALE] NONE
        |_| Ok(Acl::Help.into()),
        "Lists the subcommands.";
    "list" 2 "" "6.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Acl::List.into()),
        "Lists the users as lines of a users' file.";
    "load" 2 "" "6.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Acl::Load.into()),
        "Reads the users' file again.";
    "save" 2 "" "6.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Acl::Refused.into()),
        "Is refused: the users' file says who there is.";
    "setuser" -3 "username [rule [rule ...]]" "6.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Acl::Refused.into()),
        "Is refused: the users' file says who there is.";
    "users" 2 "" "6.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Acl::Users.into()),
        "Lists the names of the users.";
    "whoami" 2 "" "6.0.0" [NOSCRIPT LOADING STALE] NONE
        |_| Ok(Acl::Whoami.into()),
        "Tells the name of the user of this connection.";
};

/// ACL.
#[derive(Debug)]
pub(crate) enum Acl<'a> {
    Cat {
        category: Option<&'a [u8]>,
    },
    Dryrun {
        user: &'a [u8],
        words: &'a [&'a [u8]],
    },
    Genpass {
        bits: usize,
    },
    Getuser {
        user: &'a [u8],
    },
    Help,
    List,
    Load,
    /// What would change users.
    Refused,
    Users,
    Whoami,
}

impl<'a> From<Acl<'a>> for AnyCommand<'a> {
    fn from(command: Acl<'a>) -> Self {
        Command::Acl(command).into()
    }
}

/// A subcommand that has no more words than these behind its name.
fn at_most<'a>(
    words: &'a [&'a [u8]],
    max: usize,
    command: impl FnOnce(&'a [&'a [u8]]) -> Acl<'a>,
) -> Result<AnyCommand<'a>, Refusal> {
    let rest = &words[2..];
    if rest.len() > max {
        return Err(Refusal::wrong_subcommand("acl", words[1]));
    }
    Ok(command(rest).into())
}

fn genpass<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let bits = match words.get(2) {
        None => 256,
        Some(word) => match parse_integer(word).ok_or(Refusal::NOT_INTEGER)? {
            bits @ 1..=4096 => usize::try_from(bits).unwrap_or(4096),
            _ => {
                return Err(Refusal::new(
                    "ERR ACL GENPASS argument must be the number of bits for the output password, \
                     a positive number up to 4096",
                ));
            }
        },
    };
    at_most(words, 1, |_| Acl::Genpass { bits })
}

impl Acl<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let server = context.server;
        let settings = server.settings();
        let name = context.session.user.name.clone();
        let mut reply = context.reply();
        match self {
            Self::Cat { category: None } => {
                reply.array(category::ALL.len());
                for category in category::ALL {
                    reply.bulk(category);
                }
            }
            Self::Cat {
                category: Some(name),
            } => write_category(name, &mut reply)?,
            Self::Dryrun { user, words } => {
                let user = String::from_utf8_lossy(user);
                let found = server.users.find(&user, &settings);
                let user = found.ok_or_else(|| format!("ERR User '{user}' not found"))?;
                match dry_run(&user, words)? {
                    None => reply.ok(),
                    Some(reason) => reply.bulk(reason),
                }
            }
            Self::Genpass { bits } => {
                let digits = bits.div_ceil(4);
                let mut password = random_hex(digits.div_ceil(2))
                    .ok_or(Refusal::new("ERR the system has no random bytes"))?;
                password.truncate(digits);
                reply.bulk(password);
            }
            Self::Getuser { user } => {
                let user = String::from_utf8_lossy(user);
                match server.users.find(&user, &settings) {
                    Some(user) => write_user(&user, &mut reply),
                    None => reply.null(),
                }
            }
            Self::Help => help::write("ACL", SUBCOMMANDS, &mut reply),
            Self::List => {
                let users = server.users.all(&settings);
                reply.array(users.len());
                for user in users {
                    reply.bulk(user.line());
                }
            }
            Self::Load => {
                let loaded = server.users.load(&settings, || server.clients.all());
                loaded.map_err(|error| format!("ERR {error}"))?;
                reply.ok();
            }
            Self::Refused => {
                return Err(Refusal::new(if server.users.has_file() {
                    "ERR users are not changed here: change the users' file (`forebay user add` \
                     adds to it), and call ACL LOAD"
                } else {
                    "ERR users are not changed here: make a users' file with `forebay user add`, \
                     and start the server with --users FILE"
                }));
            }
            Self::Users => {
                let users = server.users.all(&settings);
                reply.array(users.len());
                for user in users {
                    reply.bulk(user.name.clone());
                }
            }
            Self::Whoami => reply.bulk(name),
        }
        Ok(())
    }
}

/// The commands and subcommands of a category.
fn write_category(name: &[u8], reply: &mut ReplyWriter<'_>) -> Result<(), Refusal> {
    let Some(name) = category::ALL.into_iter().find(|own| is(name, own)) else {
        let name = String::from_utf8_lossy(name);
        return Err(format!("ERR Unknown category '{name}'").into());
    };
    reply.array_with(|reply| {
        let mut count = 0;
        for &spec in table::all() {
            if category::of(spec, None).contains(&name) {
                reply.bulk(spec.name);
                count += 1;
            }
            for subcommand in spec.subcommands {
                if category::of(subcommand, Some(spec)).contains(&name) {
                    reply.bulk(format!("{}|{}", spec.name, subcommand.name));
                    count += 1;
                }
            }
        }
        count
    });
    Ok(())
}

/// Why this user may not call a command; `None` if he may.
fn dry_run(user: &User, words: &[&[u8]]) -> Result<Option<String>, Refusal> {
    let found = table::find(words).map_err(|_| {
        let name = String::from_utf8_lossy(words.first().copied().unwrap_or_default());
        format!("ERR Command '{name}' not found")
    })?;
    let name = found.full_name();
    if !found.spec.accepts(words.len()) {
        return Err(Refusal::wrong_arity(&name));
    }
    let denial = user.check(&found, words).err();
    Ok(denial.map(|denial| denial.explain(user, &name)))
}

fn write_user(user: &User, reply: &mut ReplyWriter<'_>) {
    reply.map(6);
    reply.bulk("flags");
    let flags = user.flags();
    reply.set(flags.len());
    for flag in flags {
        reply.bulk(flag);
    }
    reply.bulk("passwords");
    let hashes = user.hashes();
    reply.array(hashes.len());
    for hash in hashes {
        reply.bulk(hash);
    }
    reply.bulk("commands");
    reply.bulk(user.command_rules());
    reply.bulk("keys");
    reply.bulk(user.key_rules());
    reply.bulk("channels");
    reply.bulk(user.channel_rules());
    reply.bulk("selectors");
    reply.array(0);
}
