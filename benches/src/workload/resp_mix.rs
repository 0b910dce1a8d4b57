//! `resp-mix`: LPUSH and RPOP in turn over TCP, by every connection.

use crate::audit::Audit;
use crate::drive::resp::cycle::{Cycle, Step};
use crate::drive::resp::{Exchange, Run, shares, stock};
use crate::engine::resp::Server;
use crate::fault::Fault;

/// LPUSH and then RPOP. A connection has always pushed before it pops, so there is a message.
#[derive(Debug)]
pub struct Mix;

impl Exchange for Mix {
    type Talk<A: Audit> = Cycle<A>;

    const WORKLOAD: &'static str = "resp-mix";
    const COMMANDS: &'static str = "LPUSH and RPOP";
    const ROLES: fn(usize) -> (usize, usize) = |connections| (connections, connections);

    fn prepare<A: Audit>(_: &Server, run: &Run<'_>) -> Result<Vec<Cycle<A>>, Fault> {
        Ok(Cycle::each(&[Step::Lpush, Step::Rpop], run))
    }

    fn verdict<A: Audit>(
        server: &Server,
        run: &Run<'_>,
        talks: Vec<Cycle<A>>,
    ) -> Result<(), Fault> {
        stock::expect_length(server, b"LLEN", 0)?;
        let consumers = talks.into_iter().map(|talk| talk.heard().0).collect();
        A::verdict(consumers, &shares(run))
    }
}
