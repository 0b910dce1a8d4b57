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
use forebay_wal::Durable;

use super::request::{Begun, Blocked};
use super::{Delivery, Keys, Reply, Request, Want};
use crate::engine::{Access, Core};
use crate::error::{Error, Result};
use crate::frozen::FrozenSet;
use crate::journal::Cost;
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
    core: Access,
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
    /// It is served, and waits until that is durable.
    Served {
        got: Taken,
        durable: Durable,
    },
    Over,
}

/// What a call was given.
struct Taken {
    keys: Keys,
    delivery: Delivery,
    /// From which end elements were popped that go back if nobody wants them.
    popped: Option<Side>,
}

impl<T> Blocking<T> {
    pub(crate) fn new(
        core: &Access,
        request: Result<(Request, Option<Duration>)>,
        reply: fn(&Keys, Delivery) -> Option<T>,
    ) -> Self {
        let state = match request {
            Ok((request, limit)) => State::Ready { request, limit },
            Err(error) => State::Refused(error),
        };
        Self {
            core: core.clone(),
            state,
            reply,
        }
    }

    /// Begins when it is polled first: ready with what it got at once, if anything, unless it must
    /// wait.
    fn begin(&mut self) -> Poll<Result<Option<Taken>>> {
        let (request, limit) = match mem::replace(&mut self.state, State::Over) {
            State::Ready { request, limit } => (request, limit),
            State::Refused(error) => return Poll::Ready(Err(error)),
            State::Blocked { .. } | State::Served { .. } | State::Over => {
                panic!("a blocking command was polled after it was ready")
            }
        };
        let popped = popped_side(&request.want);
        match request.begin(&self.core)? {
            Begun::Served { delivery, keys } => Poll::Ready(Ok(Some(Taken {
                keys,
                delivery,
                popped,
            }))),
            Begun::Nothing => Poll::Ready(Ok(None)),
            Begun::Blocked(blocked) => {
                let deadline = limit.and_then(|limit| self.core.add_deadline(&blocked.call, limit));
                self.state = State::Blocked { blocked, deadline };
                Poll::Pending
            }
        }
    }

    /// Returns what it got when that is durable.
    fn give(&mut self, served: Option<Taken>, cx: &mut Context<'_>) -> Poll<Result<Option<T>>> {
        let Some(got) = served else {
            return Poll::Ready(Ok(None));
        };
        self.core.note(got.delivery.ticket);
        let Some(durable) = self.core.wait_async() else {
            return Poll::Ready(Ok((self.reply)(&got.keys, got.delivery)));
        };
        self.state = State::Served { got, durable };
        self.poll_durable(cx)
    }

    fn poll_durable(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<T>>> {
        let State::Served { durable, .. } = &mut self.state else {
            return Poll::Pending;
        };
        let Poll::Ready(durable) = Pin::new(durable).poll(cx) else {
            return Poll::Pending;
        };
        let State::Served { got, .. } = mem::replace(&mut self.state, State::Over) else {
            return Poll::Pending;
        };
        durable.map_err(Error::after_effect)?;
        Poll::Ready(Ok((self.reply)(&got.keys, got.delivery)))
    }

    /// Leaves the queues and the timers: the call has a reply, or none is wanted any more.
    fn leave(&mut self, reply: Reply) -> Result<Option<Taken>> {
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
                Ok(Some(Taken {
                    keys: blocked.call.keys.clone(),
                    delivery,
                    popped: popped_side(&blocked.call.want),
                }))
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
        if !matches!(this.state, State::Blocked { .. } | State::Served { .. })
            && let Poll::Ready(served) = this.begin()?
        {
            return this.give(served, cx);
        }
        if let State::Blocked { blocked, .. } = &mut this.state {
            let Poll::Ready(reply) = blocked.waiter.poll(cx) else {
                return Poll::Pending;
            };
            // Nobody but the owner cancels, and it has not: a reply is there.
            let served = this.leave(reply.unwrap_or(Reply::Closed))?;
            return this.give(served, cx);
        }
        this.poll_durable(cx)
    }
}

impl<T> Drop for Blocking<T> {
    fn drop(&mut self) {
        let got = match &mut self.state {
            State::Blocked { blocked, .. } => {
                let reply = match blocked.waiter.cancel() {
                    Cancel::Cancelled => Reply::TimedOut,
                    Cancel::Delivered(reply) => reply,
                };
                self.leave(reply).ok().flatten()
            }
            State::Served { .. } => match mem::replace(&mut self.state, State::Over) {
                State::Served { got, .. } => Some(got),
                _ => None,
            },
            State::Refused(_) | State::Ready { .. } | State::Over => None,
        };
        if let Some(Taken {
            keys,
            delivery,
            popped: Some(side),
        }) = got
        {
            put_back(&self.core, &keys[delivery.key], side, &delivery.elements());
        }
    }
}

/// From which end a call pops what goes back to it if nobody wants it.
const fn popped_side(want: &Want) -> Option<Side> {
    match want {
        Want::Pop { side, .. } => Some(*side),
        Want::Move { .. } | Want::Read(_) | Want::GroupRead(_) => None,
    }
}

/// Undoes a pop whose result nobody wants any more.
fn put_back(core: &Core, object: &Arc<Object>, side: Side, elements: &[Bytes]) {
    // A closed engine has no use for elements.
    let Ok(mut set) = FrozenSet::new(core, [object]) else {
        return;
    };
    // They were in the log before, and so the reserve is for them.
    let bytes = elements
        .iter()
        .map(|element| Cost::drain(element.len()).bytes);
    if set.admit(Cost::drain(bytes.sum())).is_err() {
        return;
    }
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
            State::Served { .. } => "served",
            State::Over => "over",
        };
        f.debug_struct("Blocking")
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
