//! `resp-push`: LPUSH over TCP.

use crate::audit::Audit;
use crate::drive::resp::cycle::{Cycle, Step};
use crate::drive::resp::{Exchange, Run, shares, stock};
use crate::engine::resp::Server;
use crate::fault::Fault;

/// LPUSH by each connection.
#[derive(Debug)]
pub struct Push;

impl Exchange for Push {
    type Talk<A: Audit> = Cycle<A>;

    const WORKLOAD: &'static str = "resp-push";
    const COMMANDS: &'static str = "LPUSH";
    const ROLES: fn(usize) -> (usize, usize) = |connections| (connections, 0);

    fn prepare<A: Audit>(_: &Server, run: &Run<'_>) -> Result<Vec<Cycle<A>>, Fault> {
        Ok(Cycle::each(&[Step::Lpush], run))
    }

    fn verdict<A: Audit>(
        server: &Server,
        run: &Run<'_>,
        talks: Vec<Cycle<A>>,
    ) -> Result<(), Fault> {
        let messages = run.work.messages;
        // Every length from 1 on was the reply to one of them.
        let lengths: u64 = talks.into_iter().map(|talk| talk.heard().1).sum();
        if lengths != messages * (messages + 1) / 2 {
            return Err(Fault::Miscounted);
        }
        stock::expect_length(server, b"LLEN", messages)?;
        A::verdict(vec![stock::drain_list::<A>(server, run)?], &shares(run))
    }
}
