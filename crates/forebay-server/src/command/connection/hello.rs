//! HELLO and AUTH.

use core::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;
use forebay_resp::{Protocol, parse_integer};

use super::Command;
use super::client::check_name;
use crate::command::arguments::is;
use crate::command::{Command as AnyCommand, Context, Refusal};

/// The version of Redis whose commands are served, for clients that look at it.
pub(crate) const REDIS_VERSION: &str = "7.2.4";

const DEFAULT_USER: &[u8] = b"default";

/// AUTH.
#[derive(Debug)]
pub(crate) struct Auth<'a> {
    /// `None` is the default user.
    user: Option<&'a [u8]>,
    password: &'a [u8],
}

/// HELLO.
#[derive(Debug)]
pub(crate) struct Hello<'a> {
    protocol: Option<Protocol>,
    auth: Option<Auth<'a>>,
    name: Option<&'a [u8]>,
}

pub(super) fn auth<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let auth = match &words[1..] {
        [password] => Auth {
            user: None,
            password,
        },
        [user, password] => Auth {
            user: Some(user),
            password,
        },
        _ => return Err(Refusal::SYNTAX),
    };
    Ok(Command::Auth(auth).into())
}

pub(super) fn parse<'a>(words: &'a [&'a [u8]]) -> Result<AnyCommand<'a>, Refusal> {
    let mut hello = Hello {
        protocol: None,
        auth: None,
        name: None,
    };
    let mut options = &words[1..];
    if let [version, rest @ ..] = options {
        let version = parse_integer(version).ok_or(Refusal::new(
            "ERR Protocol version is not an integer or out of range",
        ))?;
        hello.protocol = Some(
            Protocol::from_version(version)
                .ok_or(Refusal::new("NOPROTO unsupported protocol version"))?,
        );
        options = rest;
    }
    while let [name, rest @ ..] = options {
        options = match rest {
            [user, password, rest @ ..] if is(name, "AUTH") => {
                hello.auth = Some(Auth {
                    user: Some(user),
                    password,
                });
                rest
            }
            [client, rest @ ..] if is(name, "SETNAME") => {
                check_name(client)?;
                hello.name = Some(client);
                rest
            }
            _ => {
                let name = String::from_utf8_lossy(name);
                return Err(format!("ERR Syntax error in HELLO option '{name}'").into());
            }
        };
    }
    Ok(Command::Hello(hello).into())
}

impl Auth<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        if self.user.is_none() && !context.server.settings().needs_password() {
            return Err(Refusal::new(
                "ERR AUTH <password> called without any password configured for the default \
                 user. Are you sure your configuration is correct?",
            ));
        }
        self.authenticate(context)?;
        context.reply().ok();
        Ok(())
    }

    fn authenticate(&self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        let settings = context.server.settings();
        let is_user = self.user.unwrap_or(DEFAULT_USER) == DEFAULT_USER;
        let is_password = !settings.needs_password()
            || is_same_secret(self.password, settings.requirepass.as_bytes());
        if !(is_user && is_password) {
            return Err(Refusal::new(
                "WRONGPASS invalid username-password pair or user is disabled.",
            ));
        }
        context.session.is_authenticated = true;
        // Relaxed: see `Client`.
        (context.session.client.is_authenticated).store(true, Relaxed);
        Ok(())
    }
}

impl Hello<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<(), Refusal> {
        if let Some(auth) = self.auth {
            auth.authenticate(context)?;
        }
        if !context.session.is_authenticated {
            return Err(Refusal::new(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise \
                 the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the \
                 client and select the RESP protocol version at the same time",
            ));
        }
        if let Some(name) = self.name {
            context
                .session
                .client
                .set_name(Bytes::copy_from_slice(name));
        }
        if let Some(protocol) = self.protocol {
            context.session.protocol = protocol;
            context.session.note();
        }
        let (protocol, id) = (context.session.protocol, context.session.client.id);
        let mut reply = context.reply();
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(REDIS_VERSION);
        reply.bulk("proto");
        reply.integer(protocol.version());
        reply.bulk("id");
        reply.integer(id.cast_signed());
        reply.bulk("mode");
        reply.bulk("standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
        Ok(())
    }
}

/// Compares in a time that depends on the length of what was given only.
fn is_same_secret(given: &[u8], secret: &[u8]) -> bool {
    let mut difference = u8::from(given.len() != secret.len());
    for (at, byte) in given.iter().enumerate() {
        let other = secret
            .get(at % secret.len().max(1))
            .copied()
            .unwrap_or(!byte);
        difference |= byte ^ other;
    }
    difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_compared_to_the_last_byte() {
        assert!(is_same_secret(b"secret", b"secret"));
        for wrong in ["", "s", "secres", "secret0", "secretsecret", "Secret"] {
            assert!(!is_same_secret(wrong.as_bytes(), b"secret"), "{wrong}");
        }
    }
}
