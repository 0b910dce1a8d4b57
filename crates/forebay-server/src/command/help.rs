//! HELP of a command with subcommands, from their rows.

use forebay_resp::ReplyWriter;

use super::spec::Spec;

/// Writes what the subcommands of `command`, whose name is given in capitals, do.
pub(crate) fn write(command: &str, subcommands: &[Spec], reply: &mut ReplyWriter<'_>) {
    reply.array(1 + 2 * subcommands.len());
    write_lines(command, subcommands, reply);
}

/// Writes the lines alone, one and two for each subcommand, where more lines follow.
pub(crate) fn write_lines(command: &str, subcommands: &[Spec], reply: &mut ReplyWriter<'_>) {
    let title = format!("{command} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    reply.simple(&title);
    for subcommand in subcommands {
        let name = subcommand.name.to_ascii_uppercase();
        reply.simple(format!("{name} {}", subcommand.syntax).trim_end());
        reply.simple(&format!("    {}", subcommand.summary));
    }
}
