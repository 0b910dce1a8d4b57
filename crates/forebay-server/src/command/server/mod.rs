//! Commands on the server: what it is, what it counts, how it is configured.

mod acl;
mod config;
mod docs;
mod info;
mod introspection;
mod latency;
mod memory;
mod slowlog;
mod support;
mod syntax;

use super::spec::{Flags, Group, Spec, rows};
use super::{Command as AnyCommand, Context, Flow, Keys, Refusal};

pub(super) static COMMANDS: &[Spec] = rows! { Server:
    "info" -1 "[section [section ...]]" "1.0.0" [LOADING STALE DANGEROUS] NONE
        |words| Ok(Command::Info { sections: &words[1..] }.into()),
        "Tells what the server is and what it has counted.";
    "time" 1 "" "2.6.0" [LOADING STALE FAST] NONE
        |_| Ok(Command::Support(support::Support::Time).into()),
        "Tells the time of the server, in seconds and microseconds.";
    "lastsave" 1 "" "1.0.0" [LOADING STALE FAST ADMIN] NONE
        |_| Ok(Command::Support(support::Support::Lastsave).into()),
        "Tells when the server started: there are no snapshots.";
    "role" 1 "" "2.8.12" [NOSCRIPT LOADING STALE FAST ADMIN] NONE
        |_| Ok(Command::Support(support::Support::Role).into()),
        "Answers that the server is a master without replicas.";
    "shutdown" -1 "[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]" "1.0.0"
        [ADMIN NOSCRIPT LOADING STALE NO_MULTI ALLOW_BUSY] NONE support::shutdown,
        "Ends the server.";
    "lolwut" -1 "[VERSION version]" "5.0.0" [READONLY FAST] NONE
        |_| Ok(Command::Support(support::Support::Lolwut).into()),
        "Tells the version.";
};

pub(super) static GENERIC_COMMANDS: &[Spec] = rows! { Generic:
    "wait" 3 "numreplicas timeout" "3.0.0" [NOSCRIPT] NONE support::wait,
        "Answers 0: there are no replicas.";
};

pub(super) static CONTAINERS: &[Spec] = &[
    Spec::new(
        Group::Server,
        "command",
        -1,
        "",
        "2.8.13",
        "Tells about all commands.",
        |_| Ok(Command::Introspection(introspection::Introspection::All).into()),
    )
    .flags(Flags::LOADING.union(Flags::STALE))
    .subcommands(introspection::SUBCOMMANDS),
    Spec::container(
        Group::Server,
        "config",
        "2.0.0",
        "Tells and changes the configuration.",
        config::SUBCOMMANDS,
    ),
    Spec::container(
        Group::Server,
        "slowlog",
        "2.2.12",
        "Tells which commands took long.",
        slowlog::SUBCOMMANDS,
    ),
    Spec::container(
        Group::Server,
        "latency",
        "2.8.13",
        "Tells how long commands took.",
        latency::SUBCOMMANDS,
    ),
    Spec::container(
        Group::Server,
        "memory",
        "4.0.0",
        "Tells how much memory is used.",
        memory::SUBCOMMANDS,
    ),
    Spec::container(
        Group::Server,
        "acl",
        "6.0.0",
        "Tells about users and what they may do.",
        acl::SUBCOMMANDS,
    ),
    Spec::container(
        Group::Server,
        "debug",
        "1.0.0",
        "Helps to test clients.",
        support::DEBUG_SUBCOMMANDS,
    )
    .flags(Flags::ADMIN),
    Spec::container(
        Group::Scripting,
        "function",
        "7.0.0",
        "Is there because clients call it: there is no scripting.",
        support::FUNCTION_SUBCOMMANDS,
    ),
];

/// A command on the server.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Acl(acl::Acl<'a>),
    Config(config::ConfigCommand<'a>),
    Info { sections: &'a [&'a [u8]] },
    Introspection(introspection::Introspection<'a>),
    Latency(latency::Latency<'a>),
    Memory(memory::Memory<'a>),
    Slowlog(slowlog::SlowlogCommand),
    Support(support::Support),
}

impl<'a> From<Command<'a>> for AnyCommand<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::Server(command)
    }
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        if let Self::Memory(command) = self {
            command.keys(keys);
        }
    }

    /// Whether it concerns all keys that there are.
    pub(crate) fn concerns_all_keys(&self) -> bool {
        matches!(self, Self::Info { .. })
    }

    /// Writes the reply.
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::Acl(command) => command.execute(context)?,
            Self::Config(command) => command.execute(context)?,
            Self::Info { sections } => info::execute(sections, context),
            Self::Introspection(command) => command.execute(context)?,
            Self::Latency(command) => command.execute(context),
            Self::Memory(command) => command.execute(context)?,
            Self::Slowlog(command) => command.execute(context),
            Self::Support(command) => return Ok(command.execute(context)),
        }
        Ok(Flow::Next)
    }
}
