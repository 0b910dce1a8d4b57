//! Waiting on a thread.

use core::time::Duration;

use forebay_sync::Cancel;

use super::request::Begun;
use super::{Delivery, Keys, Reply, Request};
use crate::engine::Access;
use crate::error::{Error, Result};

impl Request {
    /// Carries the command out; the thread sleeps until it is served, `limit` is over (`None`: no
    /// limit), or the engine is closed.
    pub(crate) fn wait(
        mut self,
        core: &Access,
        limit: Option<Duration>,
    ) -> Result<Option<(Keys, Delivery)>> {
        // What is there costs no look at the clock.
        if let Some(delivery) = self.look(core) {
            return Ok(Some((self.keys, delivery)));
        }
        let served = self.sleep(core, limit)?;
        if let Some((_, delivery)) = &served {
            core.note(delivery.ticket);
        }
        core.wait()?;
        Ok(served)
    }

    fn sleep(self, core: &Access, limit: Option<Duration>) -> Result<Option<(Keys, Delivery)>> {
        // A limit beyond what the clock can count is none.
        let deadline = limit.and_then(|limit| core.clock().instant().checked_add(limit));
        let mut blocked = match self.begin(core)? {
            Begun::Served { delivery, keys } => return Ok(Some((keys, delivery))),
            Begun::Nothing => return Ok(None),
            Begun::Blocked(blocked) => blocked,
        };
        let waiter = &mut blocked.waiter;
        match deadline {
            None => waiter.wait(),
            Some(deadline) => loop {
                let rest = deadline.saturating_duration_since(core.clock().instant());
                if rest.is_zero() || waiter.wait_for(rest) {
                    break;
                }
            },
        }
        let reply = waiter.take().unwrap_or_else(|| match waiter.cancel() {
            Cancel::Delivered(reply) => reply,
            Cancel::Cancelled => Reply::TimedOut,
        });
        match reply {
            Reply::Served(delivery) => {
                blocked.unregister(core, delivery.registration);
                Ok(Some((blocked.call.keys.clone(), delivery)))
            }
            Reply::Failed {
                error,
                registration,
            } => {
                blocked.unregister(core, Some(registration));
                Err(error)
            }
            Reply::TimedOut => {
                blocked.unregister(core, None);
                Ok(None)
            }
            Reply::Closed => Err(Error::Closed),
        }
    }
}
