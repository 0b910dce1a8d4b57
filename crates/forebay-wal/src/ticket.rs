//! Tickets, and how threads and tasks wait for what they stand for.

use crate::error::Result;
use crate::gate::Goal;
use crate::level::Level;
use crate::loom::Parking;
use crate::shared::Shared;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;

/// What an append returns: the epoch that makes the record durable. Later tickets of one thread,
/// and those of what it caused, are not smaller. The default is a ticket for nothing, which is
/// durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    pub(crate) epoch: u64,
}

impl Ticket {
    /// The epoch.
    #[must_use]
    pub const fn epoch(self) -> u64 {
        self.epoch
    }
}

/// What `level` waits for; `None` is nothing.
pub(crate) fn goal(level: Level) -> Option<Goal> {
    match level {
        Level::None | Level::Interval(_) => None,
        Level::Buffered => Some(Goal::Written),
        Level::Group => Some(Goal::Synced),
    }
}

/// Wishes for the sync that is waited for, if the writer would not do it by itself.
fn ask(shared: &Shared, goal: Goal, epoch: u64) {
    if goal == Goal::Synced && shared.config.level != Level::Group {
        shared.wish_sync(epoch);
    }
}

/// Parks the thread until `epoch` is through.
pub(crate) fn wait(shared: &Shared, goal: Goal, epoch: u64) -> Result<()> {
    if let Some(answer) = shared.gate.look(goal, epoch) {
        return answer;
    }
    ask(shared, goal, epoch);
    let mut id = None;
    let parking = Parking::current();
    let registered = parking.with_waker(|waker| shared.gate.register(goal, epoch, &mut id, waker));
    if let Some(answer) = registered {
        return answer;
    }
    shared.wake_for_waiter();
    loop {
        parking.park();
        // The waker was taken out if there is an answer, and else somebody else has unparked.
        if let Some(answer) = shared.gate.look(goal, epoch) {
            return answer;
        }
    }
}

/// Waits for a ticket; made by [`Wal::wait_async`](crate::Wal::wait_async).
///
/// # Cancel safety
/// Dropping it stops the waiting and nothing else: the record stays in the log.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is polled"]
pub struct Durable {
    shared: Arc<Shared>,
    goal: Option<Goal>,
    epoch: u64,
    id: Option<u64>,
}

impl Durable {
    pub(crate) fn new(shared: &Arc<Shared>, level: Level, ticket: Ticket) -> Self {
        Self {
            shared: Arc::clone(shared),
            goal: goal(level),
            epoch: ticket.epoch,
            id: None,
        }
    }
}

impl Future for Durable {
    type Output = Result<()>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(goal) = this.goal else {
            return Poll::Ready(Ok(()));
        };
        if this.id.is_none() {
            if let Some(answer) = this.shared.gate.look(goal, this.epoch) {
                return Poll::Ready(answer);
            }
            ask(&this.shared, goal, this.epoch);
        }
        let gate = &this.shared.gate;
        let is_new = this.id.is_none();
        if let Some(answer) = gate.register(goal, this.epoch, &mut this.id, cx.waker()) {
            this.id = None;
            return Poll::Ready(answer);
        }
        if is_new {
            this.shared.wake_for_waiter();
        }
        Poll::Pending
    }
}

impl Drop for Durable {
    fn drop(&mut self) {
        if let Some(id) = self.id {
            self.shared.gate.forget(id);
        }
    }
}
