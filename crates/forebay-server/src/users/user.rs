//! A user and what he may do.

use std::sync::Arc;

use super::command_rights::CommandRights;
use super::key_rights::{ChannelRights, KeyRights};
use super::password::Password;
use crate::command::access::{self, Access};
use crate::command::spec::Flags;
use crate::command::table::Found;
use crate::command::{Keys, Refusal};

/// The user of who has not said another name.
pub(crate) const DEFAULT_NAME: &str = "default";

/// A user and what he may do.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(super) is_on: bool,
    /// Whether any password is right.
    pub(super) is_nopass: bool,
    /// Whether the password is `requirepass`.
    pub(super) has_requirepass: bool,
    pub(super) passwords: Vec<Arc<Password>>,
    pub(super) commands: CommandRights,
    pub(super) keys: KeyRights,
    pub(super) channels: ChannelRights,
}

/// What a user was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial<'a> {
    Command,
    Key(&'a [u8]),
    Channel(&'a [u8]),
}

impl User {
    /// Somebody who may do nothing, not even connect.
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            is_on: false,
            is_nopass: false,
            has_requirepass: false,
            passwords: Vec::new(),
            commands: CommandRights::none(),
            keys: KeyRights::default(),
            channels: ChannelRights::default(),
        }
    }

    /// The default user of a server where nobody has said otherwise, who may do everything.
    pub(super) fn all_powerful(is_on: bool, has_requirepass: bool) -> Self {
        Self {
            is_on,
            is_nopass: is_on && !has_requirepass,
            has_requirepass,
            commands: CommandRights::all(),
            keys: KeyRights::all(),
            channels: ChannelRights::all(),
            ..Self::new(DEFAULT_NAME)
        }
    }

    /// Whether anybody is this user.
    pub(crate) fn needs_no_password(&self) -> bool {
        self.is_on && self.is_nopass
    }

    /// Whether there is nothing that he may not do.
    pub(crate) fn may_do_everything(&self) -> bool {
        self.commands.allows_everything()
            && self.keys.allows_all(Access::all())
            && self.channels.allows_all()
    }

    /// Whether he may read all keys.
    pub(crate) fn may_read_all(&self) -> bool {
        self.keys.allows_all(Access::READ)
    }

    /// Whether he may call this command with these words, which are as many as it accepts.
    ///
    /// Words that make no sense to the command are left to it to refuse.
    pub(crate) fn check<'a>(&self, found: &Found, words: &'a [&'a [u8]]) -> Result<(), Denial<'a>> {
        let is_open = found.spec.has(Flags::NO_AUTH);
        if !is_open && !self.commands.allows(found.row, found.subcommand) {
            return Err(Denial::Command);
        }
        let Ok(command) = (found.spec.parse)(words) else {
            return Ok(());
        };
        let mut keys = Keys::new();
        command.keys(&mut keys);
        for (position, key) in keys.into_iter().enumerate() {
            if !self.keys.allows(key, access::of(found, words, position)) {
                return Err(Denial::Key(key));
            }
        }
        let (channels, is_pattern) = command.channels();
        match channels
            .iter()
            .find(|name| !self.channels.allows(name, is_pattern))
        {
            Some(channel) => Err(Denial::Channel(channel)),
            None => Ok(()),
        }
    }

    /// His flags, as ACL GETUSER names them.
    pub(crate) fn flags(&self) -> Vec<&'static str> {
        let mut flags = vec![if self.is_on { "on" } else { "off" }];
        if self.is_nopass {
            flags.push("nopass");
        }
        flags
    }

    /// The hashes of his passwords.
    pub(crate) fn hashes(&self) -> Vec<&str> {
        let own = self.passwords.iter().map(|password| password.text());
        // Its hash is nowhere, and the password itself is nobody's business.
        own.chain(self.has_requirepass.then_some("(requirepass)"))
            .collect()
    }

    pub(crate) fn command_rules(&self) -> String {
        self.commands.describe()
    }

    pub(crate) fn key_rules(&self) -> String {
        self.keys.describe()
    }

    pub(crate) fn channel_rules(&self) -> String {
        self.channels.describe()
    }

    /// His line of a users' file.
    pub(crate) fn line(&self) -> String {
        let mut words = vec!["user".to_owned(), self.name.clone()];
        words.extend(self.flags().into_iter().map(str::to_owned));
        words.extend(self.hashes().into_iter().map(|hash| format!("#{hash}")));
        words.push(self.key_rules());
        if !self.channels.allows_all() {
            words.push("resetchannels".to_owned());
        }
        words.push(self.channel_rules());
        words.push(self.command_rules());
        words.retain(|word| !word.is_empty());
        words.join(" ")
    }
}

impl Denial<'_> {
    /// The error that the client gets. It does not say which key: that is for who asks.
    pub(crate) fn refusal(self, user: &User, command: &str) -> Refusal {
        match self {
            Self::Command => format!("NOPERM {}", self.explain(user, command)).into(),
            Self::Key(_) => Refusal::new("NOPERM No permissions to access a key"),
            Self::Channel(_) => Refusal::new("NOPERM No permissions to access a channel"),
        }
    }

    /// What is not allowed, in full, as ACL DRYRUN says it.
    pub(crate) fn explain(self, user: &User, command: &str) -> String {
        let name = &user.name;
        match self {
            Self::Command => {
                format!("User {name} has no permissions to run the '{command}' command")
            }
            Self::Key(key) => {
                let key = String::from_utf8_lossy(key);
                format!("User {name} has no permissions to access the '{key}' key")
            }
            Self::Channel(channel) => {
                let channel = String::from_utf8_lossy(channel);
                format!("User {name} has no permissions to access the '{channel}' channel")
            }
        }
    }
}
