//! The rules of a user, as a users' file has them.

use std::sync::Arc;

use super::command_rights::{CommandRights, CommandRuleError};
use super::key_rights::{ChannelRights, KeyRights};
use super::password::{Password, PasswordError};
use super::user::User;
use crate::command::access::Access;

/// Why a rule makes no sense.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum RuleError {
    #[error("'{rule}': {error}")]
    Command {
        rule: String,
        error: CommandRuleError,
    },
    #[error("{0}")]
    Password(#[from] PasswordError),
    #[error(
        "'{0}': a users' file has slow hashes of passwords, not passwords: `forebay hash-password` \
         makes one, to be written behind a #"
    )]
    Plain(String),
    #[error("'{0}': selectors in brackets are not supported: write a user for each of them")]
    Selector(String),
    #[error("'{0}': the letters before the ~ must be R, W or both")]
    Access(String),
    #[error("'{0}' has no effect: what is before it allows all already")]
    Useless(String),
    #[error("'{0}' is no rule")]
    Unknown(String),
}

impl User {
    /// Follows one rule; later ones go before earlier ones.
    pub(super) fn apply(&mut self, rule: &str) -> Result<(), RuleError> {
        let lower = rule.to_ascii_lowercase();
        match lower.as_str() {
            "on" => self.is_on = true,
            "off" => self.is_on = false,
            "nopass" => {
                self.is_nopass = true;
                self.passwords.clear();
            }
            "resetpass" => {
                self.is_nopass = false;
                self.passwords.clear();
            }
            "allkeys" | "~*" => self.keys = KeyRights::all(),
            "resetkeys" => self.keys = KeyRights::default(),
            "allchannels" | "&*" => self.channels = ChannelRights::all(),
            "resetchannels" => self.channels = ChannelRights::default(),
            "allcommands" => self.commands = CommandRights::all(),
            "nocommands" => self.commands = CommandRights::none(),
            "reset" => *self = Self::new(&self.name),
            // Files that Redis has written say these. There is nothing to restore, and no selector.
            "sanitize-payload" | "skip-sanitize-payload" | "clearselectors" => {}
            _ => return self.apply_to(rule),
        }
        Ok(())
    }

    /// Follows a rule that begins with a sign.
    fn apply_to(&mut self, rule: &str) -> Result<(), RuleError> {
        let on_commands = |error| RuleError::Command {
            rule: rule.to_owned(),
            error,
        };
        let unknown = || RuleError::Unknown(rule.to_owned());
        let mut letters = rule.chars();
        let sign = letters.next().ok_or_else(unknown)?;
        let what = letters.as_str();
        match sign {
            '+' => self.commands.apply(true, what).map_err(on_commands)?,
            '-' => self.commands.apply(false, what).map_err(on_commands)?,
            '~' | '%' if self.keys.allows_all(Access::all()) => {
                return Err(RuleError::Useless(rule.to_owned()));
            }
            '&' if self.channels.allows_all() => {
                return Err(RuleError::Useless(rule.to_owned()));
            }
            '~' => self.keys.allow(what, Access::all()),
            '%' => {
                let (letters, pattern) = what.split_once('~').ok_or_else(unknown)?;
                let access = match letters.to_ascii_uppercase().as_str() {
                    "R" => Access::READ,
                    "W" => Access::WRITE,
                    "RW" | "WR" => Access::all(),
                    _ => return Err(RuleError::Access(rule.to_owned())),
                };
                self.keys.allow(pattern, access);
            }
            '&' => self.channels.allow(what),
            '#' => {
                let password = Arc::new(Password::parse(what)?);
                self.is_nopass = false;
                if !self.hashes().contains(&password.text()) {
                    self.passwords.push(password);
                }
            }
            '>' | '<' | '!' => return Err(RuleError::Plain(rule[..1].to_owned())),
            '(' => return Err(RuleError::Selector(rule.to_owned())),
            _ => return Err(unknown()),
        }
        Ok(())
    }
}
