//! What the table of commands says about one command.

use bitflags::bitflags;

use super::{Command, Refusal};

bitflags! {
    /// Properties of a command, with the names that `COMMAND INFO` gives them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Flags: u32 {
        /// It may change a key.
        const WRITE = 1;
        /// It reads keys and changes none.
        const READONLY = 1 << 1;
        /// It may need memory, and is refused when there is none left.
        const DENYOOM = 1 << 2;
        const ADMIN = 1 << 3;
        const PUBSUB = 1 << 4;
        const NOSCRIPT = 1 << 5;
        /// It may wait.
        const BLOCKING = 1 << 6;
        const LOADING = 1 << 7;
        const STALE = 1 << 8;
        /// Its cost does not depend on the size of what it works on.
        const FAST = 1 << 9;
        /// It may be called before authentication.
        const NO_AUTH = 1 << 10;
        /// It is refused after MULTI.
        const NO_MULTI = 1 << 11;
        const MOVABLEKEYS = 1 << 12;
        const ALLOW_BUSY = 1 << 13;
        /// Of the category `@dangerous` besides.
        const DANGEROUS = 1 << 14;
        /// Of the category `@keyspace` besides.
        const KEYSPACE = 1 << 15;
        /// Executed at once after MULTI, instead of being queued.
        const IN_MULTI = 1 << 16;
        /// Allowed while a client of RESP2 listens to channels.
        const IN_PUBSUB = 1 << 17;
    }
}

/// What a command is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Connection,
    Generic,
    List,
    Pubsub,
    Scripting,
    Server,
    Set,
    Stream,
    String,
    Transactions,
}

impl Group {
    /// As `COMMAND DOCS` calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Generic => "generic",
            Self::List => "list",
            Self::Pubsub => "pubsub",
            Self::Scripting => "scripting",
            Self::Server => "server",
            Self::Set => "set",
            Self::Stream => "stream",
            Self::String => "string",
            Self::Transactions => "transactions",
        }
    }
}

/// Where the keys stand among the arguments, as `COMMAND INFO` says it: the first, the last (from
/// the end when negative), and the distance between two. All zero without keys, or where only the
/// arguments themselves say where the keys are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPositions {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) step: i64,
}

impl KeyPositions {
    pub(crate) const NONE: Self = Self::new(0, 0, 0);
    /// The argument after the name, alone.
    pub(crate) const FIRST: Self = Self::new(1, 1, 1);
    /// The two arguments after the name.
    pub(crate) const PAIR: Self = Self::new(1, 2, 1);
    /// All arguments.
    pub(crate) const ALL: Self = Self::new(1, -1, 1);
    /// All arguments but the last.
    pub(crate) const BUT_LAST: Self = Self::new(1, -2, 1);
    /// Every other argument.
    pub(crate) const PAIRS: Self = Self::new(1, -1, 2);
    /// The argument after the name of a subcommand.
    pub(crate) const SECOND: Self = Self::new(2, 2, 1);

    pub(crate) const fn new(first: i64, last: i64, step: i64) -> Self {
        Self { first, last, step }
    }
}

/// Makes a typed command of the arguments, the name first.
pub(crate) type Parse = for<'a> fn(&'a [&'a [u8]]) -> Result<Command<'a>, Refusal>;

/// A row of the table of commands, from which dispatch, COMMAND and the categories of users are
/// derived.
#[derive(Debug)]
pub(crate) struct Spec {
    /// In lower case; of a subcommand its own word alone.
    pub(crate) name: &'static str,
    /// How many arguments, the name included (of a subcommand both words); at least as many when
    /// negative.
    pub(crate) arity: i32,
    /// The arguments after the name, in the notation of the documentation of Redis.
    pub(crate) syntax: &'static str,
    /// The version of Redis that had it first.
    pub(crate) since: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) group: Group,
    pub(crate) flags: Flags,
    pub(crate) keys: KeyPositions,
    pub(crate) parse: Parse,
    pub(crate) subcommands: &'static [Spec],
    /// Whether it does something without a subcommand.
    pub(crate) is_complete: bool,
}

impl Spec {
    pub(crate) const fn new(
        group: Group,
        name: &'static str,
        arity: i32,
        syntax: &'static str,
        since: &'static str,
        summary: &'static str,
        parse: Parse,
    ) -> Self {
        Self {
            name,
            arity,
            syntax,
            since,
            summary,
            group,
            flags: Flags::empty(),
            keys: KeyPositions::NONE,
            parse,
            subcommands: &[],
            is_complete: true,
        }
    }

    /// A command that only its subcommands do anything for.
    pub(crate) const fn container(
        group: Group,
        name: &'static str,
        since: &'static str,
        summary: &'static str,
        subcommands: &'static [Self],
    ) -> Self {
        Self {
            subcommands,
            is_complete: false,
            ..Self::new(group, name, -2, "", since, summary, |_| {
                Err(Refusal::SYNTAX)
            })
        }
    }

    pub(crate) const fn flags(mut self, flags: Flags) -> Self {
        self.flags = self.flags.union(flags);
        self
    }

    /// Subcommands of a command that does something without one.
    pub(crate) const fn subcommands(mut self, subcommands: &'static [Self]) -> Self {
        self.subcommands = subcommands;
        self
    }

    pub(crate) const fn keys(mut self, keys: KeyPositions) -> Self {
        self.keys = keys;
        self
    }

    /// Whether a command may have so many arguments.
    #[inline]
    pub(crate) const fn accepts(&self, arguments: usize) -> bool {
        let arity = self.arity.unsigned_abs() as usize;
        if self.arity < 0 {
            arguments >= arity
        } else {
            arguments == arity
        }
    }

    pub(crate) const fn has(&self, flags: Flags) -> bool {
        self.flags.contains(flags)
    }
}

/// Rows of the table: name, arity, syntax, version, flags, keys, parser; and the summary.
macro_rules! rows {
    ($group:ident: $(
        $name:literal $arity:literal $syntax:literal $since:literal [$($flag:ident)*] $keys:ident
            $parse:expr, $summary:literal;
    )*) => {
        &[$(
            $crate::command::spec::Spec::new(
                $crate::command::spec::Group::$group,
                $name,
                $arity,
                $syntax,
                $since,
                $summary,
                $parse,
            )
            $(.flags($crate::command::spec::Flags::$flag))*
            .keys($crate::command::spec::KeyPositions::$keys),
        )*]
    };
}
pub(crate) use rows;
