//! LATENCY. Nothing is monitored; what commands cost is in `INFO commandstats` and in SLOWLOG.

use super::Command;
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, help};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Server:
    "latest" 2 "" "2.8.13" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Latency::Nothing.into()),
        "Answers that no event was recorded.";
    "history" 3 "event" "2.8.13" [ADMIN NOSCRIPT LOADING STALE] NONE
        |words| Ok(Latency::History { event: words[2] }.into()),
        "Answers that no event was recorded.";
    "reset" -2 "[event [event ...]]" "2.8.13" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Latency::Reset.into()),
        "Answers that no event was forgotten.";
    "doctor" 2 "" "2.8.13" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(Latency::Doctor.into()),
        "Says where to look instead.";
    "help" 2 "" "2.8.13" [LOADING STALE] NONE
        |_| Ok(Latency::Help.into()),
        "Lists the subcommands.";
};

/// LATENCY.
#[derive(Debug)]
pub(crate) enum Latency<'a> {
    Nothing,
    History {
        #[expect(dead_code, reason = "no event has a history")]
        event: &'a [u8],
    },
    Reset,
    Doctor,
    Help,
}

impl<'a> From<Latency<'a>> for AnyCommand<'a> {
    fn from(command: Latency<'a>) -> Self {
        Command::Latency(command).into()
    }
}

impl Latency<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) {
        let mut reply = context.reply();
        match self {
            Self::Nothing | Self::History { .. } => reply.array(0),
            Self::Reset => reply.integer(0),
            Self::Doctor => reply.bulk(
                "Latency is not monitored. SLOWLOG GET tells which commands took long, and INFO \
                 commandstats what commands cost.",
            ),
            Self::Help => help::write("LATENCY", SUBCOMMANDS, &mut reply),
        }
    }
}
