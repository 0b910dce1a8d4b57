//! `resp-pop`: RPOP over TCP, of messages that are there already.

use crate::audit::Audit;
use crate::drive::resp::cycle::{Cycle, Step};
use crate::drive::resp::{Exchange, Run, stock};
use crate::engine::resp::Server;
use crate::fault::Fault;

/// RPOP by each connection.
#[derive(Debug)]
pub struct Pop;

impl Exchange for Pop {
    type Talk<A: Audit> = Cycle<A>;

    const WORKLOAD: &'static str = "resp-pop";
    const COMMANDS: &'static str = "RPOP";
    const ROLES: fn(usize) -> (usize, usize) = |connections| (0, connections);

    fn prepare<A: Audit>(server: &Server, run: &Run<'_>) -> Result<Vec<Cycle<A>>, Fault> {
        stock::fill_list::<A>(server, run)?;
        Ok(Cycle::each(&[Step::Rpop], run))
    }

    fn verdict<A: Audit>(
        server: &Server,
        run: &Run<'_>,
        talks: Vec<Cycle<A>>,
    ) -> Result<(), Fault> {
        stock::expect_length(server, b"LLEN", 0)?;
        let consumers = talks.into_iter().map(|talk| talk.heard().0).collect();
        A::verdict(consumers, &[run.work.messages])
    }
}
