//! Waiting in a task.

use core::fmt;
use core::future::Future;
use core::mem;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use std::sync::Arc;

use bytes::Bytes;
use forebay_sync::{Cancel, Side};

use super::request::{Begun, Blocked};
use super::{Call, Delivery, Keys, Reply, Request, Want};
use crate::engine::Core;
use crate::error::{Error, Result};
use crate::frozen::FrozenSet;
use crate::object::Object;
use crate::shard::DeadlineId;

/// A blocking command as a future, for any runtime: `None` when its timeout is over.
///
/// It does nothing until it is polled first; that is when it takes its place in the queue and when
/// its timeout begins. It holds the engine open as a handle does.
///
/// # Cancel safety
/// Dropping it is safe at any time: it leaves the queue, and elements that it was given but had not
/// returned yet go back where they came from, in their order, unless that key holds a stream by
/// then. (A move that was carried out stays so: the elements are in the destination. Entries that
/// XREADGROUP was given are pending for its consumer.) `core::mem::forget` is not dropping.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), forebay::Error> {
/// let engine = Engine::open(Config::in_memory())?;
/// let mq = engine.list("mq")?;
/// let consumer = tokio::spawn(mq.brpop_async(10.0));
/// mq.lpush(["job"])?;
/// assert_eq!(consumer.await.unwrap()?.as_deref(), Some(&b"job"[..]));
/// # Ok(())
/// # }
/// ```
#[must_use = "a future does nothing until it is polled"]
pub struct Blocking<T> {
    core: Arc<Core>,
    state: State,
    /// What the caller gets, from what the engine delivers.
    reply: fn(&Keys, Delivery) -> Option<T>,
}

enum State {
    Refused(Error),
    Ready {
        request: Request,
        limit: Option<Duration>,
    },
    Blocked {
        blocked: Blocked,
        deadline: Option<DeadlineId>,
    },
    Over,
}

impl<T> Blocking<T> {
    pub(crate) fn new(
        core: &Arc<Core>,
        request: Result<(Request, Option<Duration>)>,
        reply: fn(&Keys, Delivery) -> Option<T>,
    ) -> Self {
        let state = match request {
            Ok((request, limit)) => State::Ready { request, limit },
            Err(error) => State::Refused(error),
        };
        Self {
            core: Arc::clone(core),
            state,
            reply,
        }
    }

    /// Begins when it is polled first: ready with what it got at once, if anything, unless it must
    /// wait.
    fn begin(&mut self) -> Poll<Result<Option<(Keys, Delivery)>>> {
        let (request, limit) = match mem::replace(&mut self.state, State::Over) {
            State::Ready { request, limit } => (request, limit),
            State::Refused(error) => return Poll::Ready(Err(error)),
            State::Blocked { .. } | State::Over => {
                panic!("a blocking command was polled after it was ready")
            }
        };
        match request.begin(&self.core)? {
            Begun::Served { delivery, keys } => Poll::Ready(Ok(Some((keys, delivery)))),
            Begun::Nothing => Poll::Ready(Ok(None)),
            Begun::Blocked(blocked) => {
                let deadline = limit.and_then(|limit| self.core.add_deadline(&blocked.call, limit));
                self.state = State::Blocked { blocked, deadline };
                Poll::Pending
            }
        }
    }

    /// Leaves the queues and the timers: the call has a reply, or none is wanted any more.
    fn leave(&mut self, reply: Reply) -> Result<Option<(Arc<Call>, Delivery)>> {
        let State::Blocked { blocked, deadline } = mem::replace(&mut self.state, State::Over)
        else {
            return Ok(None);
        };
        if let Some(deadline) = deadline {
            self.core.remove_deadline(&deadline);
        }
        match reply {
            Reply::Served(delivery) => {
                blocked.unregister(&self.core, delivery.registration);
                Ok(Some((blocked.call, delivery)))
            }
            Reply::Failed {
                error,
                registration,
            } => {
                blocked.unregister(&self.core, Some(registration));
                Err(error)
            }
            Reply::TimedOut => {
                blocked.unregister(&self.core, None);
                Ok(None)
            }
            Reply::Closed => Err(Error::Closed),
        }
    }
}

impl<T> Future for Blocking<T> {
    type Output = Result<Option<T>>;

    /// # Panics
    /// When it is polled again after it is ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if !matches!(this.state, State::Blocked { .. })
            && let Poll::Ready(served) = this.begin()?
        {
            let reply = served.and_then(|(keys, delivery)| (this.reply)(&keys, delivery));
            return Poll::Ready(Ok(reply));
        }
        let State::Blocked { blocked, .. } = &mut this.state else {
            return Poll::Pending;
        };
        let Poll::Ready(reply) = blocked.waiter.poll(cx) else {
            return Poll::Pending;
        };
        // Nobody but the owner cancels, and it has not: a reply is there.
        let served = this.leave(reply.unwrap_or(Reply::Closed))?;
        Poll::Ready(Ok(
            served.and_then(|(call, delivery)| (this.reply)(&call.keys, delivery))
        ))
    }
}

impl<T> Drop for Blocking<T> {
    fn drop(&mut self) {
        let State::Blocked { blocked, .. } = &mut self.state else {
            return;
        };
        let reply = match blocked.waiter.cancel() {
            Cancel::Cancelled => Reply::TimedOut,
            Cancel::Delivered(reply) => reply,
        };
        if let Ok(Some((call, delivery))) = self.leave(reply)
            && let Want::Pop { side, .. } = call.want
        {
            put_back(
                &self.core,
                &call.keys[delivery.key],
                side,
                &delivery.elements(),
            );
        }
    }
}

/// Undoes a pop whose result nobody wants any more.
fn put_back(core: &Core, object: &Arc<Object>, side: Side, elements: &[Bytes]) {
    // A closed engine has no use for elements.
    let Ok(mut set) = FrozenSet::new(core, [object]) else {
        return;
    };
    // It holds a stream by now: there is no list to which they could go back.
    let Ok(list) = set.key_mut(0).list_mut() else {
        return;
    };
    for element in elements.iter().rev() {
        list.push(side, element);
    }
    set.has_changed(0);
}

impl<T> fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Refused(_) => "refused",
            State::Ready { .. } => "not begun",
            State::Blocked { .. } => "blocked",
            State::Over => "over",
        };
        f.debug_struct("Blocking")
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
