//! The categories of commands that rules of users name, as Redis has them.

use super::spec::{Flags, Group, Spec};

/// All categories, in the order of Redis. Of some there are no commands here; rules may name them.
pub(crate) const ALL: [&str; 21] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

/// The categories that a command belongs to, without the `@`; `container` is that of a subcommand.
pub(crate) fn of(spec: &Spec, container: Option<&Spec>) -> Vec<&'static str> {
    let mut categories = Vec::new();
    let mut add = |is_member: bool, name| {
        if is_member {
            categories.push(name);
        }
    };
    let full_name = (container.map(|container| container.name), spec.name);
    // What has only subcommands is about nothing itself, and some help belongs to no channel.
    let is_about =
        |group| spec.group == group && spec.is_complete && full_name != (Some("pubsub"), "help");
    let is_sort = matches!(full_name, (None, "sort" | "sort_ro"));
    let is_connection = matches!(full_name, (None, "wait" | "command") | (Some("command"), _));
    let is_admin = spec.has(Flags::ADMIN);
    add(spec.has(Flags::KEYSPACE), "keyspace");
    add(spec.has(Flags::READONLY), "read");
    add(spec.has(Flags::WRITE), "write");
    add(is_about(Group::Set) || is_sort, "set");
    add(is_sort, "sortedset");
    add(is_about(Group::List) || is_sort, "list");
    add(is_about(Group::String), "string");
    add(is_about(Group::Stream), "stream");
    add(is_about(Group::Pubsub), "pubsub");
    add(is_admin, "admin");
    add(spec.has(Flags::FAST), "fast");
    add(!spec.has(Flags::FAST), "slow");
    add(spec.has(Flags::BLOCKING), "blocking");
    add(is_admin || spec.has(Flags::DANGEROUS), "dangerous");
    add(is_about(Group::Connection) || is_connection, "connection");
    add(is_about(Group::Transactions), "transaction");
    add(is_about(Group::Scripting), "scripting");
    categories
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::table;

    #[test]
    fn every_category_of_a_command_is_listed_and_each_command_is_fast_or_slow() {
        for spec in table::all() {
            let subcommands = spec.subcommands.iter().map(|each| (each, Some(*spec)));
            for (spec, container) in subcommands.chain([(*spec, None)]) {
                let categories = of(spec, container);
                for category in &categories {
                    assert!(ALL.contains(category), "{}: {category}", spec.name);
                }
                let speeds = ["fast", "slow"].iter();
                let speeds = speeds.filter(|speed| categories.contains(speed));
                assert_eq!(speeds.count(), 1, "{}", spec.name);
            }
        }
    }
}
