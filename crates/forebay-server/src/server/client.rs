//! A connected client, as others see it.

use core::fmt::Write;
use core::mem;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicUsize};
use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use forebay_resp::Protocol;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::command::table;
use crate::users::{DEFAULT_NAME, User};

/// What others tell a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// Close: CLIENT KILL, or a limit.
    Kill,
    /// End the blocking command as if its time were over.
    UnblockTimeout,
    /// End the blocking command with an error.
    UnblockError,
    /// Finish what has arrived, and close.
    Shutdown,
}

/// A message of a channel.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The pattern of PSUBSCRIBE through which it came.
    pub(crate) pattern: Option<Bytes>,
    pub(crate) channel: Bytes,
    pub(crate) payload: Bytes,
}

impl Message {
    fn bytes(&self) -> usize {
        let pattern = self.pattern.as_ref().map_or(0, Bytes::len);
        64 + pattern + self.channel.len() + self.payload.len()
    }
}

/// A connected client, as others see it: what CLIENT LIST tells, and where messages for it go.
///
/// The numbers are written by its connection alone, and read by who wants to know. They order
/// nothing, so all accesses are relaxed.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) id: u64,
    pub(crate) address: String,
    pub(crate) local_address: String,
    pub(crate) connected_ms: i64,
    pub(crate) last_active_ms: AtomicI64,
    pub(crate) is_blocked: AtomicBool,
    pub(crate) is_authenticated: AtomicBool,
    pub(crate) input_bytes: AtomicUsize,
    pub(crate) output_bytes: AtomicUsize,
    /// The row of the last command in the table, plus one.
    last_command: AtomicU32,
    last_subcommand: AtomicU32,
    channels: AtomicUsize,
    patterns: AtomicUsize,
    /// Commands queued since MULTI; -1 outside.
    queued: AtomicI64,
    multi_bytes: AtomicUsize,
    watched: AtomicUsize,
    protocol: AtomicU8,
    names: Mutex<Names>,
    /// Who it is; none before its connection is there.
    user: Mutex<Option<Arc<User>>>,
    /// The keys that its command waits for.
    awaited: Mutex<Vec<Awaited>>,
    notify: Notify,
    mail: Mutex<Mail>,
}

/// A key that a command waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Awaited {
    pub(crate) key: Bytes,
    /// Whether the wait ends when the key is deleted.
    pub(crate) ends_without_key: bool,
}

/// What a client calls itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    pub(crate) name: Bytes,
    pub(crate) library: Bytes,
    pub(crate) library_version: Bytes,
}

#[derive(Debug, Default)]
pub(crate) struct Mail {
    pub(crate) events: Vec<Event>,
    pub(crate) messages: VecDeque<Message>,
    message_bytes: usize,
}

impl Client {
    pub(super) fn new(id: u64, address: String, local_address: String, now_ms: i64) -> Self {
        Self {
            id,
            address,
            local_address,
            connected_ms: now_ms,
            last_active_ms: AtomicI64::new(now_ms),
            is_blocked: AtomicBool::new(false),
            is_authenticated: AtomicBool::new(false),
            input_bytes: AtomicUsize::new(0),
            output_bytes: AtomicUsize::new(0),
            last_command: AtomicU32::new(0),
            last_subcommand: AtomicU32::new(0),
            channels: AtomicUsize::new(0),
            patterns: AtomicUsize::new(0),
            queued: AtomicI64::new(-1),
            multi_bytes: AtomicUsize::new(0),
            watched: AtomicUsize::new(0),
            protocol: AtomicU8::new(2),
            names: Mutex::default(),
            user: Mutex::default(),
            awaited: Mutex::default(),
            notify: Notify::new(),
            mail: Mutex::default(),
        }
    }

    /// Tells the connection something.
    pub(crate) fn tell(&self, event: Event) {
        self.mail.lock().events.push(event);
        self.notify.notify_one();
    }

    /// Hands over a message. A client that has left more than `bytes_max` of them unread is
    /// disconnected.
    pub(crate) fn send(&self, message: Message, bytes_max: usize) {
        let mut mail = self.mail.lock();
        mail.message_bytes += message.bytes();
        if mail.message_bytes > bytes_max {
            mail.messages.clear();
            mail.events.push(Event::Kill);
        } else {
            mail.messages.push_back(message);
        }
        drop(mail);
        self.notify.notify_one();
    }

    /// Whether this is among what has been told and not heard.
    pub(crate) fn has_been_told(&self, event: Event) -> bool {
        self.mail.lock().events.contains(&event)
    }

    /// What has been told since the last call.
    pub(crate) fn take_mail(&self) -> Mail {
        mem::take(&mut self.mail.lock())
    }

    /// What has been told since the last call; messages stay.
    pub(crate) fn take_events(&self) -> Vec<Event> {
        mem::take(&mut self.mail.lock().events)
    }

    /// Looks again for what has been told, although it has been heard of already.
    pub(crate) fn remind(&self) {
        self.notify.notify_one();
    }

    /// Waits until something has been told. Only its connection waits here.
    pub(crate) async fn told(&self) {
        self.notify.notified().await;
    }

    pub(crate) fn names(&self) -> Names {
        self.names.lock().clone()
    }

    pub(crate) fn set_name(&self, name: Bytes) {
        self.names.lock().name = name;
    }

    pub(crate) fn set_library(&self, library: Bytes) {
        self.names.lock().library = library;
    }

    pub(crate) fn set_library_version(&self, version: Bytes) {
        self.names.lock().library_version = version;
    }

    /// The keys that its command waits for; none when it does not wait.
    pub(crate) fn awaited(&self) -> Vec<Awaited> {
        self.awaited.lock().clone()
    }

    pub(crate) fn set_awaited(&self, awaited: Vec<Awaited>) {
        *self.awaited.lock() = awaited;
    }

    pub(crate) fn user(&self) -> Option<Arc<User>> {
        self.user.lock().clone()
    }

    pub(crate) fn set_user(&self, user: Arc<User>) {
        *self.user.lock() = Some(user);
    }

    /// The name of its user.
    pub(crate) fn user_name(&self) -> String {
        let user = self.user();
        user.map_or_else(|| DEFAULT_NAME.to_owned(), |user| user.name.clone())
    }

    pub(crate) fn is_subscriber(&self) -> bool {
        self.channels.load(Relaxed) + self.patterns.load(Relaxed) > 0
    }

    #[inline]
    pub(crate) fn note_command(&self, row: usize, subcommand: usize) {
        let number = |at| u32::try_from(at).unwrap_or(u32::MAX);
        self.last_command.store(number(row + 1), Relaxed);
        self.last_subcommand.store(number(subcommand), Relaxed);
    }

    pub(crate) fn note_session(
        &self,
        channels: usize,
        patterns: usize,
        queued: Option<usize>,
        multi_bytes: usize,
        watched: usize,
        protocol: Protocol,
    ) {
        self.channels.store(channels, Relaxed);
        self.patterns.store(patterns, Relaxed);
        let queued = queued.map_or(-1, |queued| i64::try_from(queued).unwrap_or(i64::MAX));
        self.queued.store(queued, Relaxed);
        self.multi_bytes.store(multi_bytes, Relaxed);
        self.watched.store(watched, Relaxed);
        let version = u8::try_from(protocol.version()).unwrap_or_default();
        self.protocol.store(version, Relaxed);
    }

    /// As CLIENT LIST calls the kind of client.
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_subscriber() {
            "pubsub"
        } else {
            "normal"
        }
    }

    fn flags(&self) -> String {
        let mut flags = String::new();
        let mut flag = |letter, is_set: bool| {
            if is_set {
                flags.push(letter);
            }
        };
        flag('P', self.is_subscriber());
        flag('x', self.queued.load(Relaxed) >= 0);
        flag('b', self.is_blocked.load(Relaxed));
        flag('U', self.address.starts_with('/'));
        if flags.is_empty() {
            flags.push('N');
        }
        flags
    }

    /// Its line of CLIENT LIST, without the line end.
    pub(crate) fn line(&self, now_ms: i64) -> String {
        let names = self.names();
        let seconds = |since_ms: i64| now_ms.saturating_sub(since_ms).max(0) / 1000;
        let input = self.input_bytes.load(Relaxed);
        let output = self.output_bytes.load(Relaxed);
        let multi_bytes = self.multi_bytes.load(Relaxed);
        let command = match self.last_command.load(Relaxed) {
            0 => "NULL".to_owned(),
            row => table::name(
                row as usize - 1,
                self.last_subcommand.load(Relaxed) as usize,
            ),
        };
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        let mut line = String::new();
        let written = write!(
            line,
            "id={} addr={} laddr={} fd=-1 name={} age={} idle={} flags={} db=0 sub={} psub={} \
             ssub=0 multi={} watch={} qbuf={input} qbuf-free=0 argv-mem=0 \
             multi-mem={multi_bytes} rbs=0 rbp=0 obl={output} oll=0 omem=0 tot-mem={} events=r \
             cmd={command} user={} redir=-1 resp={} lib-name={} lib-ver={}",
            self.id,
            self.address,
            self.local_address,
            text(&names.name),
            seconds(self.connected_ms),
            seconds(self.last_active_ms.load(Relaxed)),
            self.flags(),
            self.channels.load(Relaxed),
            self.patterns.load(Relaxed),
            self.queued.load(Relaxed),
            self.watched.load(Relaxed),
            input + output + multi_bytes,
            self.user_name(),
            self.protocol.load(Relaxed),
            text(&names.library),
            text(&names.library_version),
        );
        debug_assert!(written.is_ok(), "a string takes any text");
        line
    }
}
