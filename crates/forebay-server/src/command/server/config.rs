//! CONFIG.

use core::str;

use forebay::matches_pattern;

use super::Command;
use crate::command::spec::{Spec, rows};
use crate::command::{Command as AnyCommand, Context, Refusal, help};
use crate::config::{Config, PARAMETERS, Parameter};

pub(super) static SUBCOMMANDS: &[Spec] = rows! { Server:
    "get" -3 "parameter [parameter ...]" "2.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |words| Ok(ConfigCommand::Get { patterns: &words[2..] }.into()),
        "Tells the parameters whose names fit patterns.";
    "set" -4 "parameter value [parameter value ...]" "2.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        set,
        "Changes parameters.";
    "resetstat" 2 "" "2.0.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(ConfigCommand::Resetstat.into()),
        "Begins to count anew.";
    "rewrite" 2 "" "2.8.0" [ADMIN NOSCRIPT LOADING STALE] NONE
        |_| Ok(ConfigCommand::Rewrite.into()),
        "Is refused: the configuration file belongs to its author.";
    "help" 2 "" "5.0.0" [LOADING STALE] NONE
        |_| Ok(ConfigCommand::Help.into()),
        "Lists the subcommands.";
};

/// CONFIG.
#[derive(Debug)]
pub(crate) enum ConfigCommand<'a> {
    Get {
        patterns: &'a [&'a [u8]],
    },
    /// Names and values in turn.
    Set {
        pairs: &'a [&'a [u8]],
    },
    Resetstat,
    Rewrite,
    Help,
}

impl<'a> From<ConfigCommand<'a>> for AnyCommand<'a> {
    fn from(command: ConfigCommand<'a>) -> Self {
        Command::Config(command).into()
    }
}

fn set<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    if !words.len().is_multiple_of(2) {
        return Err(Refusal::wrong_arity("config|set"));
    }
    Ok(ConfigCommand::Set { pairs: &words[2..] }.into())
}

impl ConfigCommand<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let server = context.server;
        match self {
            Self::Get { patterns } => {
                let config = server.current_config();
                let fits = |parameter: &&Parameter| {
                    let name = parameter.name.as_bytes();
                    let fits =
                        |pattern: &&[u8]| matches_pattern(&pattern.to_ascii_lowercase(), name);
                    patterns.iter().any(fits)
                };
                let found: Vec<_> = PARAMETERS.iter().filter(fits).collect();
                let mut reply = context.reply();
                reply.map(found.len());
                for parameter in found {
                    reply.bulk(parameter.name);
                    reply.bulk(parameter.value(&config));
                }
            }
            Self::Set { pairs } => {
                let mut config = server.current_config();
                for pair in pairs.chunks_exact(2) {
                    change(&mut config, pair[0], pair[1])?;
                }
                let is_taken = server.users.names_default();
                if is_taken && config.settings.needs_password() {
                    return Err(Refusal::new(
                        "ERR CONFIG SET failed (possibly related to argument 'requirepass') - the \
                         users' file says who 'default' is: change its line there and call ACL \
                         LOAD",
                    ));
                }
                server.set_settings(config.settings);
                context.reply().ok();
            }
            Self::Resetstat => {
                for stats in server.loops() {
                    stats.reset();
                }
                context.reply().ok();
            }
            Self::Rewrite => {
                return Err(Refusal::new(
                    "ERR the configuration file is not written by the server",
                ));
            }
            Self::Help => help::write("CONFIG", SUBCOMMANDS, &mut context.reply()),
        }
        Ok(())
    }
}

fn change(config: &mut Config, name: &[u8], value: &[u8]) -> Result<(), Refusal> {
    let name = String::from_utf8_lossy(name);
    let Ok(parameter) = Parameter::find(&name) else {
        return Err(
            format!("ERR Unknown option or number of arguments for CONFIG SET - '{name}'").into(),
        );
    };
    let refuse = |error: &dyn core::fmt::Display| {
        Refusal::from(format!(
            "ERR CONFIG SET failed (possibly related to argument '{name}') - {error}"
        ))
    };
    let value = str::from_utf8(value).map_err(|error| refuse(&error))?;
    parameter
        .set(config, value, true)
        .map_err(|error| refuse(&error))
}
