//! `resp-add`: XADD over TCP.

use crate::audit::Audit;
use crate::drive::resp::cycle::{Cycle, Step};
use crate::drive::resp::{Exchange, Run, shares, stock};
use crate::engine::resp::Server;
use crate::fault::Fault;

/// XADD by each connection, all to one stream.
#[derive(Debug)]
pub struct Add;

impl Exchange for Add {
    type Talk<A: Audit> = Cycle<A>;

    const WORKLOAD: &'static str = "resp-add";
    const COMMANDS: &'static str = "XADD";
    const ROLES: fn(usize) -> (usize, usize) = |connections| (connections, 0);

    fn prepare<A: Audit>(_: &Server, run: &Run<'_>) -> Result<Vec<Cycle<A>>, Fault> {
        Ok(Cycle::each(&[Step::Xadd], run))
    }

    fn verdict<A: Audit>(server: &Server, run: &Run<'_>, _: Vec<Cycle<A>>) -> Result<(), Fault> {
        stock::expect_length(server, b"XLEN", run.work.messages)?;
        A::verdict(vec![stock::read_stream::<A>(server, run)?], &shares(run))
    }
}
