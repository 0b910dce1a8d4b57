//! What waiters get, until the step that serves them is over.

use forebay_sync::Claim;
use forebay_wal::Ticket;
use smallvec::SmallVec;

use super::{Reply, Wakes, push_wake};
use crate::error::Result;

/// Waiters that were claimed, with their replies. They get them when the step that serves them is
/// in the journal, for what they do then must not be there without it.
#[derive(Default)]
pub(crate) struct Served(SmallVec<[(Claim<Reply>, Reply); 2]>);

impl Served {
    pub(super) fn push(&mut self, claim: Claim<Reply>, reply: Reply) {
        self.0.push((claim, reply));
    }

    /// Hands the replies over. The step got this ticket, or failed.
    pub(crate) fn deliver(&mut self, committed: &Result<Ticket>, wakes: &mut Wakes) {
        for (claim, reply) in self.0.drain(..) {
            let reply = match (reply, committed) {
                (Reply::Served(mut delivery), Ok(ticket)) => {
                    delivery.ticket = *ticket;
                    Reply::Served(delivery)
                }
                (Reply::Served(delivery), Err(error)) => Reply::Failed {
                    error: error.clone(),
                    registration: delivery.registration.unwrap_or(delivery.key),
                },
                (reply, _) => reply,
            };
            push_wake(wakes, claim.deliver(reply));
        }
    }
}
