//! Which commands a user may call.

use crate::command::spec::Spec;
use crate::command::{category, table};

/// Which commands a user may call, by their rows in the table.
#[derive(Clone, Debug)]
pub(super) struct CommandRights {
    /// For each row: the lowest bit is the command itself, the next ones its subcommands.
    allowed: Box<[u64]>,
    /// Whether the last rule on all commands allowed them.
    begins_with_all: bool,
    /// The rules since then, as they were given.
    rules: Vec<String>,
}

/// Why a rule on commands makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CommandRuleError {
    #[error("there is no category '{0}': `ACL CAT` lists them")]
    Category(String),
    #[error("there is no command '{0}'")]
    Command(String),
}

impl CommandRights {
    pub(super) fn none() -> Self {
        Self {
            allowed: vec![0; table::all().len()].into(),
            begins_with_all: false,
            rules: Vec::new(),
        }
    }

    pub(super) fn all() -> Self {
        Self {
            allowed: table::all().iter().map(|spec| all_of(spec)).collect(),
            begins_with_all: true,
            rules: Vec::new(),
        }
    }

    /// Follows `+what` or `-what`: a command, a subcommand behind `|`, or a category behind `@`.
    pub(super) fn apply(&mut self, is_allowed: bool, what: &str) -> Result<(), CommandRuleError> {
        let what = what.to_ascii_lowercase();
        if what == "@all" {
            *self = if is_allowed {
                Self::all()
            } else {
                Self::none()
            };
            return Ok(());
        }
        let bits = match what.strip_prefix('@') {
            Some(name) => of_category(name)?,
            None => vec![of_command(&what)?],
        };
        for (row, bits) in bits {
            if is_allowed {
                self.allowed[row] |= bits;
            } else {
                self.allowed[row] &= !bits;
            }
        }
        self.remember(is_allowed, &what);
        Ok(())
    }

    /// Keeps a rule, and forgets those before it on the same.
    fn remember(&mut self, is_allowed: bool, what: &str) {
        self.rules.retain(|rule| {
            let rest = rule[1..].strip_prefix(what);
            !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
        });
        let sign = if is_allowed { '+' } else { '-' };
        self.rules.push(format!("{sign}{what}"));
    }

    /// Whether this command may be called; subcommands are numbered from 1.
    pub(super) fn allows(&self, row: usize, subcommand: usize) -> bool {
        let allowed = self.allowed.get(row).copied().unwrap_or(0);
        u32::try_from(subcommand)
            .ok()
            .and_then(|subcommand| allowed.checked_shr(subcommand))
            .is_some_and(|bits| bits & 1 == 1)
    }

    pub(super) fn allows_everything(&self) -> bool {
        let rows = table::all().iter().zip(&self.allowed);
        rows.into_iter().all(|(spec, &bits)| bits == all_of(spec))
    }

    /// The rules that make these rights.
    pub(super) fn describe(&self) -> String {
        let first = if self.begins_with_all {
            "+@all"
        } else {
            "-@all"
        };
        let rules = self.rules.iter().map(String::as_str);
        let rules: Vec<&str> = [first].into_iter().chain(rules).collect();
        rules.join(" ")
    }
}

fn all_of(spec: &Spec) -> u64 {
    // No command has so many subcommands that the shift overflows; a test sees to it.
    (2_u64 << spec.subcommands.len()) - 1
}

/// The row of a command, and the bits of it and its subcommands, or of one subcommand.
fn of_command(name: &str) -> Result<(usize, u64), CommandRuleError> {
    let unknown = || CommandRuleError::Command(name.to_owned());
    let (command, subcommand) = match name.split_once('|') {
        Some((command, subcommand)) => (command, Some(subcommand)),
        None => (name, None),
    };
    let mut rows = table::all().iter().enumerate();
    let (row, spec) = rows
        .find(|(_, spec)| spec.name == command)
        .ok_or_else(unknown)?;
    let Some(subcommand) = subcommand else {
        return Ok((row, all_of(spec)));
    };
    let mut subcommands = spec.subcommands.iter();
    let at = subcommands
        .position(|spec| spec.name == subcommand)
        .ok_or_else(unknown)?;
    Ok((row, 2 << at))
}

/// A command that belongs to a category brings its subcommands; others may belong to it alone.
fn of_category(name: &str) -> Result<Vec<(usize, u64)>, CommandRuleError> {
    if !category::ALL.contains(&name) {
        return Err(CommandRuleError::Category(name.to_owned()));
    }
    let bits = |spec: &Spec| {
        if category::of(spec, None).contains(&name) {
            return all_of(spec);
        }
        let subcommands = spec.subcommands.iter().enumerate();
        subcommands
            .filter(|(_, subcommand)| category::of(subcommand, Some(spec)).contains(&name))
            .fold(0, |bits, (at, _)| bits | (2 << at))
    };
    let rows = table::all().iter().enumerate();
    Ok(rows.map(|(row, spec)| (row, bits(spec))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(rules: &str) -> CommandRights {
        let mut rights = CommandRights::none();
        for rule in rules.split(' ') {
            rights.apply(rule.starts_with('+'), &rule[1..]).unwrap();
        }
        rights
    }

    fn allows(rights: &CommandRights, line: &str) -> bool {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        let found = table::find(&words).unwrap();
        rights.allows(found.row, found.subcommand)
    }

    #[test]
    fn later_rules_go_before_earlier_ones() {
        let list = rights("+@list -lpop +client|id");
        for (line, expected) in [
            ("lpush a b", true),
            ("lpop a", false),
            ("get a", false),
            ("client id", true),
            ("client list", false),
            ("sort a", true),
        ] {
            assert_eq!(allows(&list, line), expected, "{line}");
        }
        let most = rights("+@all -@dangerous -client|kill");
        assert!(allows(&most, "client id") && !allows(&most, "client kill x"));
        assert!(!allows(&most, "flushall") && !most.allows_everything());
        assert!(rights("+@all").allows_everything());
        assert!(rights("+@fast +@slow").allows_everything());
        assert!(!allows(&rights("+client -client"), "client id"));
    }

    #[test]
    fn what_is_described_is_what_was_given() {
        for (rules, described) in [
            ("+@all", "+@all"),
            ("+get", "-@all +get"),
            ("+get +@all -get", "+@all -get"),
            ("+client|id +get +client", "-@all +get +client"),
            ("+client +client|id", "-@all +client +client|id"),
            ("+GET -get", "-@all -get"),
        ] {
            assert_eq!(rights(rules).describe(), described, "{rules}");
        }
    }

    #[test]
    fn what_there_is_not_is_refused() {
        let mut rights = CommandRights::none();
        for what in [
            "gett",
            "client|",
            "client|foo",
            "get|foo",
            "@foo",
            "",
            "@",
            "client|id|x",
        ] {
            assert!(rights.apply(true, what).is_err(), "{what}");
        }
    }

    #[test]
    fn the_bits_of_a_row_are_enough_for_its_subcommands() {
        for spec in table::all() {
            assert!(spec.subcommands.len() < 62, "{}", spec.name);
        }
    }
}
