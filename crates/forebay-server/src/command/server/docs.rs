//! COMMAND DOCS.

use forebay_resp::ReplyWriter;

use super::syntax::{self, Argument};
use crate::command::spec::Spec;
use crate::command::table;

/// What the commands with these names do, or all of them; names of none are passed over.
pub(super) fn write(names: &[&[u8]], reply: &mut ReplyWriter<'_>) {
    let mut found: Vec<(&Spec, Option<&Spec>)> = names
        .iter()
        .filter_map(|name| table::find_by_full_name(name))
        .collect();
    if names.is_empty() {
        found.extend(table::all().iter().map(|&spec| (spec, None)));
    }
    reply.map(found.len());
    for (spec, container) in found {
        write_entry(spec, container, reply);
    }
}

fn write_entry(spec: &Spec, container: Option<&Spec>, reply: &mut ReplyWriter<'_>) {
    match container {
        Some(container) => reply.bulk(format!("{}|{}", container.name, spec.name)),
        None => reply.bulk(spec.name),
    }
    let arguments = syntax::parse(spec.syntax);
    let has_arguments = !arguments.is_empty();
    let has_subcommands = !spec.subcommands.is_empty();
    reply.map(3 + usize::from(has_arguments) + usize::from(has_subcommands));
    reply.bulk("summary");
    reply.bulk(spec.summary);
    reply.bulk("since");
    reply.bulk(spec.since);
    reply.bulk("group");
    reply.bulk(spec.group.name());
    if has_arguments {
        reply.bulk("arguments");
        write_arguments(&arguments, reply);
    }
    if has_subcommands {
        reply.bulk("subcommands");
        reply.map(spec.subcommands.len());
        for subcommand in spec.subcommands {
            write_entry(subcommand, Some(spec), reply);
        }
    }
}

fn write_arguments(arguments: &[Argument], reply: &mut ReplyWriter<'_>) {
    reply.array(arguments.len());
    for argument in arguments {
        let flags = argument.flags();
        let is_leaf = argument.arguments.is_empty();
        reply.map(
            2 + usize::from(argument.token.is_some())
                + usize::from(!flags.is_empty())
                + usize::from(!is_leaf),
        );
        reply.bulk("name");
        reply.bulk(&argument.name);
        reply.bulk("type");
        reply.bulk(argument.kind);
        if let Some(token) = &argument.token {
            reply.bulk("token");
            reply.bulk(token);
        }
        if !flags.is_empty() {
            reply.bulk("flags");
            reply.set(flags.len());
            for flag in flags {
                reply.simple(flag);
            }
        }
        if !is_leaf {
            reply.bulk("arguments");
            write_arguments(&argument.arguments, reply);
        }
    }
}
