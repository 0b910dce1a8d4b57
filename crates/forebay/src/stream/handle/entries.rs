//! The entries of a consumer, one after the other, each acknowledged when it is done.

use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::VecDeque;

use forebay_wal::Level;
use futures_core::Stream as AsyncStream;
use futures_core::stream::FusedStream;

use super::Consumer;
use crate::blocking::Blocking;
use crate::error::{Error, Result};
use crate::stream::{Delivered, Entry, GroupReadFrom, StreamId, XreadgroupOptions};

/// How many entries are fetched at once when nothing else is said.
const COUNT_DEFAULT: u64 = 100;

/// The entries of a [consumer](Consumer), as an asynchronous stream for any runtime: first those
/// that it has pending, then new ones. To ask for the next entry is to say that the last one is
/// done: it is acknowledged.
///
/// So every entry is seen to its end at least once, as long as its consumer comes back: what it was
/// given and did not finish, because it failed or was dropped, is still pending, and comes first
/// the next time. Who must not see an entry twice makes its effect and the memory of its id one
/// step.
///
/// It ends when nothing has come within [`XreadgroupOptions::block`], and after an error. It
/// implements `Stream` of `futures-core`; [`Entries::next`] needs no other crate.
///
/// # Cancel safety
/// Dropping it, or a call of [`Entries::next`], loses nothing. With [`XreadgroupOptions::noack`]
/// nothing is pending, and what was fetched but not asked for is gone for the group when it is
/// dropped.
///
/// # Examples
/// ```
/// use core::time::Duration;
/// use forebay::stream::{GroupStart, XreadgroupOptions};
/// use forebay::{Config, Engine};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), forebay::Error> {
/// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
/// mq.xgroup_create_with("workers", GroupStart::Now, &forebay::stream::XgroupCreateOptions {
///     mkstream: true,
///     ..Default::default()
/// })?;
/// mq.xadd([("job", "7")])?;
/// mq.xadd([("job", "8")])?;
/// let options = XreadgroupOptions {
///     block: Some(Duration::from_millis(1).into()),
///     ..XreadgroupOptions::default()
/// };
/// let mut entries = mq.group("workers").consumer("w1").entries(&options);
/// let mut done = 0;
/// while let Some(entry) = entries.next().await {
///     assert!(entry?.fields.value("job").is_some());
///     done += 1;
/// }
/// assert_eq!(done, 2);
/// assert_eq!(mq.group("workers").xpending()?.count, 0);
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing until it is polled"]
pub struct Entries {
    consumer: Consumer,
    /// The same one, whose calls wait for nothing.
    hasty: Consumer,
    options: XreadgroupOptions,
    /// What was delivered and not asked for yet.
    fetched: VecDeque<Delivered>,
    /// What was handed out and is not known to be done.
    last: Option<StreamId>,
    state: State,
}

/// What comes when nothing that was fetched is left.
enum State {
    /// What is pending behind this id.
    Pending(StreamId),
    New,
    Waiting(Blocking<Vec<Delivered>>),
    Over,
}

impl Consumer {
    /// The entries of this consumer, one after the other, as an asynchronous stream: each is
    /// acknowledged when the next one is asked for.
    ///
    /// The options are those of [`Consumer::xreadgroup`]. It fetches [`XreadgroupOptions::count`]
    /// entries at once, 100 when nothing is said.
    ///
    /// # Errors
    /// As [`Consumer::xreadgroup`], when it is polled.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{GroupStart, XreadgroupOptions};
    /// use forebay::{Config, Engine};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// // Does not wait: ends when nothing is left.
    /// let mut entries = mq.group("workers").consumer("w1").entries(&XreadgroupOptions::default());
    /// assert_eq!(entries.next().await.unwrap()?.fields, [("job", "7")]);
    /// assert!(entries.next().await.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn entries(&self, options: &XreadgroupOptions) -> Entries {
        let count = options.count.filter(|&count| count > 0);
        Entries {
            hasty: self.at_level(Level::None),
            consumer: self.clone(),
            options: XreadgroupOptions {
                count: Some(count.unwrap_or(COUNT_DEFAULT)),
                ..*options
            },
            fetched: VecDeque::new(),
            last: None,
            state: State::Pending(StreamId::MIN),
        }
    }
}

impl Entries {
    /// Says that the last entry is done, and waits for the next one; `None` at the end.
    ///
    /// # Errors
    /// As [`Consumer::xreadgroup`]; nothing comes after that.
    ///
    /// # Cancel safety
    /// No entry is lost when the future is dropped.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::XreadgroupOptions;
    /// use forebay::{Config, Engine, Error};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let mut entries = mq.group("workers").consumer("w1").entries(&XreadgroupOptions::default());
    /// assert_eq!(entries.next().await, Some(Err(Error::NoGroup { at: 0 })));
    /// assert_eq!(entries.next().await, None);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Entry>> {
        poll_fn(|cx| self.poll_entry(cx)).await
    }

    fn poll_entry(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Entry>>> {
        if let Err(error) = self.ack_last() {
            return Poll::Ready(Some(self.fail(error)));
        }
        loop {
            while let Some(Delivered { id, fields, .. }) = self.fetched.pop_front() {
                if !self.options.noack || matches!(self.state, State::Pending(_)) {
                    self.last = Some(id);
                }
                if let Some(fields) = fields {
                    return Poll::Ready(Some(Ok(Entry { id, fields })));
                }
                // It was deleted: nothing is to be done with it.
                if let Err(error) = self.ack_last() {
                    return Poll::Ready(Some(self.fail(error)));
                }
            }
            let fetched = match &mut self.state {
                State::Pending(after) => {
                    let after = *after;
                    let read = self.hasty.xreadgroup(after, &self.options);
                    self.state = match &read {
                        Ok(pending) => pending
                            .last()
                            .map_or(State::New, |last| State::Pending(last.id)),
                        Err(_) => State::Over,
                    };
                    read
                }
                State::New => {
                    let read = self
                        .consumer
                        .xreadgroup_async(GroupReadFrom::New, &self.options);
                    self.state = State::Waiting(read);
                    continue;
                }
                State::Waiting(read) => {
                    let Poll::Ready(read) = Pin::new(read).poll(cx) else {
                        return Poll::Pending;
                    };
                    match read {
                        Ok(Some(new)) => {
                            self.state = State::New;
                            Ok(new)
                        }
                        Ok(None) => {
                            self.state = State::Over;
                            continue;
                        }
                        Err(error) => Err(error),
                    }
                }
                State::Over => return Poll::Ready(None),
            };
            match fetched {
                Ok(fetched) => self.fetched.extend(fetched),
                Err(error) => return Poll::Ready(Some(self.fail(error))),
            }
        }
    }

    /// The entry that was handed out last is done.
    fn ack_last(&mut self) -> Result<()> {
        if let Some(last) = self.last.take() {
            // No thread waits until that is durable. Who waits for the next entry does, and if a crash
            // comes first this one is pending again.
            self.hasty.group.xack([last])?;
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) -> Result<Entry> {
        self.state = State::Over;
        self.fetched.clear();
        Err(error)
    }
}

impl AsyncStream for Entries {
    type Item = Result<Entry>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_entry(cx)
    }
}

impl FusedStream for Entries {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Over) && self.fetched.is_empty() && self.last.is_none()
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries")
            .field("consumer", &self.consumer)
            .field("fetched", &self.fetched.len())
            .finish_non_exhaustive()
    }
}
