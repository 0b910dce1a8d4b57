//! HELLO and AUTH.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use forebay_resp::{Protocol, ReplyWriter, parse_integer};

use super::Command;
use super::client::check_name;
use crate::command::arguments::is;
use crate::command::{Command as AnyCommand, Context, Flow, Refusal};
use crate::connection::Session;
use crate::server::Server;
use crate::users::{Attempt, DEFAULT_NAME, Login, User};

/// The version of Redis whose commands are served, for clients that look at it.
pub(crate) const REDIS_VERSION: &str = "7.2.4";

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
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let server = context.server;
        let user = server.users.default_user(&server.settings());
        if self.user.is_none() && user.needs_no_password() {
            return Err(Refusal::new(
                "ERR AUTH <password> called without any password configured for the default \
                 user. Are you sure your configuration is correct?",
            ));
        }
        self.authenticate(Then::Ok, context)
    }

    /// Looks whether the password is right, and does what comes then.
    fn authenticate(self, then: Then, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let name = self.user.unwrap_or(DEFAULT_NAME.as_bytes());
        let (settings, client) = (context.server.settings(), &context.session.client);
        let login = (context.server.users).log_in(name, self.password, &settings, client);
        let user = match login {
            Login::Granted(user) => Some(user),
            Login::Denied => None,
            Login::Pending(attempt) => {
                return Ok(Flow::Authenticate(Box::new(Authentication {
                    attempt,
                    then,
                })));
            }
        };
        then.conclude(user, context.server, context.session, context.output)?;
        Ok(Flow::Next)
    }
}

/// A client that has said who it is, whose password is being compared.
#[derive(Debug)]
pub(crate) struct Authentication {
    attempt: Attempt,
    then: Then,
}

impl Authentication {
    /// Who it is, if the password is right; waits until that is known.
    pub(crate) async fn login(&mut self) -> Option<Arc<User>> {
        self.attempt.login().await
    }

    /// Lets the client be this user, and writes the reply. An error is left to the caller to write.
    pub(crate) fn conclude(
        self,
        user: Option<Arc<User>>,
        server: &Server,
        session: &mut Session,
        output: &mut BytesMut,
    ) -> Result<(), Refusal> {
        self.then.conclude(user, server, session, output)
    }
}

/// What comes when a password was right.
#[derive(Debug)]
enum Then {
    /// Of AUTH.
    Ok,
    /// Of HELLO.
    Welcome {
        protocol: Option<Protocol>,
        name: Option<Bytes>,
    },
}

impl Then {
    fn conclude(
        self,
        user: Option<Arc<User>>,
        server: &Server,
        session: &mut Session,
        output: &mut BytesMut,
    ) -> Result<(), Refusal> {
        // Who has changed while the password was compared is not let in as who he was.
        let is_in = |user: &Arc<User>| {
            let settings = server.settings();
            server.users.admit(user, &settings, &session.client)
        };
        let Some(user) = user.filter(is_in) else {
            session.stats.denied_logins.add(1);
            return Err(Refusal::new(
                "WRONGPASS invalid username-password pair or user is disabled.",
            ));
        };
        session.become_user(&user, true);
        match self {
            Self::Ok => ReplyWriter::new(output, session.protocol).ok(),
            Self::Welcome { protocol, name } => welcome(protocol, name, session, output),
        }
        Ok(())
    }
}

impl Hello<'_> {
    pub(super) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        let name = self.name.map(Bytes::copy_from_slice);
        let protocol = self.protocol;
        if let Some(auth) = self.auth {
            return auth.authenticate(Then::Welcome { protocol, name }, context);
        }
        if !context.session.is_authenticated {
            return Err(Refusal::new(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise \
                 the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the \
                 client and select the RESP protocol version at the same time",
            ));
        }
        welcome(protocol, name, context.session, context.output);
        Ok(Flow::Next)
    }
}

/// Does what HELLO has asked for, and writes its reply, in the version of the protocol from then on.
fn welcome(
    protocol: Option<Protocol>,
    name: Option<Bytes>,
    session: &mut Session,
    output: &mut BytesMut,
) {
    if let Some(name) = name {
        session.client.set_name(name);
    }
    if let Some(protocol) = protocol {
        session.protocol = protocol;
        session.note();
    }
    let (protocol, id) = (session.protocol, session.client.id);
    let mut reply = ReplyWriter::new(output, protocol);
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
}
