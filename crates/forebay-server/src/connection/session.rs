//! What a connection remembers from one command to the next.

use core::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use ahash::AHashSet;
use bytes::Bytes;
use forebay::Watched;
use forebay_resp::{OwnedCommand, Protocol};

use crate::server::{Client, LoopStats, Server};
use crate::users::User;

/// What a connection remembers from one command to the next.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) client: Arc<Client>,
    pub(crate) stats: Arc<LoopStats>,
    pub(crate) protocol: Protocol,
    pub(crate) is_authenticated: bool,
    /// Who the client is; who has not authenticated yet is nobody, but called the default user.
    pub(crate) user: Arc<User>,
    /// Whether nothing has to be looked up before a command: the client is authenticated, as a user
    /// who may do everything.
    pub(crate) is_free: bool,
    pub(crate) replies: Replies,
    /// The commands since MULTI.
    pub(crate) multi: Option<Box<Multi>>,
    /// The keys of WATCH.
    pub(crate) watched: Option<Box<Watched>>,
    pub(crate) subscriptions: Option<Box<Subscriptions>>,
}

/// What CLIENT REPLY has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Replies {
    #[default]
    On,
    Off,
    /// None for the next command.
    SkipNext,
    /// None for this command.
    Skip,
}

/// The commands since MULTI.
#[derive(Debug, Default)]
pub(crate) struct Multi {
    pub(crate) commands: Vec<OwnedCommand>,
    pub(crate) bytes: usize,
    /// Whether one of them was refused, and EXEC will be too.
    pub(crate) is_broken: bool,
}

/// What a client listens to.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    pub(crate) channels: AHashSet<Bytes>,
    pub(crate) patterns: AHashSet<Bytes>,
}

impl Subscriptions {
    pub(crate) fn len(&self) -> usize {
        self.channels.len() + self.patterns.len()
    }
}

impl Session {
    pub(crate) fn new(server: &Server, client: Arc<Client>, stats: Arc<LoopStats>) -> Self {
        let user = server.users.admit_new(&server.settings(), &client);
        let mut session = Self {
            client,
            stats,
            protocol: Protocol::default(),
            is_authenticated: false,
            user: Arc::clone(&user),
            is_free: false,
            replies: Replies::default(),
            multi: None,
            watched: None,
            subscriptions: None,
        };
        session.become_user(&user, user.needs_no_password());
        session
    }

    /// Lets the client be this user.
    pub(crate) fn become_user(&mut self, user: &Arc<User>, is_authenticated: bool) {
        self.user = Arc::clone(user);
        self.is_authenticated = is_authenticated;
        self.is_free = is_authenticated && user.may_do_everything();
        // Relaxed: see `Client`.
        (self.client.is_authenticated).store(is_authenticated, Relaxed);
    }

    /// Whether only commands on subscriptions are allowed: RESP2 could not tell their messages from
    /// replies.
    pub(crate) fn is_subscriber(&self) -> bool {
        self.protocol == Protocol::Resp2 && self.subscriptions.is_some()
    }

    /// Forgets all that a client has asked for, as RESET does.
    pub(crate) fn reset(&mut self, server: &Server) {
        self.unsubscribe_all(server);
        self.multi = None;
        self.watched = None;
        self.replies = Replies::On;
        self.protocol = Protocol::Resp2;
        let user = server.users.admit_new(&server.settings(), &self.client);
        self.become_user(&user, user.needs_no_password());
        self.client.set_name(Bytes::new());
        self.note();
    }

    pub(crate) fn unsubscribe_all(&mut self, server: &Server) {
        if let Some(subscriptions) = self.subscriptions.take() {
            for channel in &subscriptions.channels {
                server.pubsub.unsubscribe(channel, &self.client);
            }
            for pattern in &subscriptions.patterns {
                server.pubsub.punsubscribe(pattern, &self.client);
            }
        }
    }

    /// Lets CLIENT LIST see what has changed.
    pub(crate) fn note(&self) {
        let (channels, patterns) = self
            .subscriptions
            .as_ref()
            .map_or((0, 0), |all| (all.channels.len(), all.patterns.len()));
        let queued = self.multi.as_ref().map(|multi| multi.commands.len());
        let multi_bytes = self.multi.as_ref().map_or(0, |multi| multi.bytes);
        let watched = self.watched.as_ref().map_or(0, |all| all.keys().count());
        self.client.note_session(
            channels,
            patterns,
            queued,
            multi_bytes,
            watched,
            self.protocol,
        );
    }
}
