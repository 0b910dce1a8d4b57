//! `list-outpace`: producers offer a multiple of what consumers take.

use core::time::Duration;

use crate::audit::{Ledger, Tally};
use crate::drive::open_loop::{self, Service};
use crate::drive::{Topology, closed};
use crate::engine::Queue;
use crate::engine::crossbeam_channel::Channel;
use crate::engine::forebay::Slices;
use crate::engine::mutex_vecdeque::MutexVecDeque;
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::{Case, Group, Sample, Work};

const TOPOLOGY: Topology = Topology {
    producers: 1,
    consumers: 1,
};
const RATIOS: [u32; 3] = [2, 4, 8];

/// Consumers that do nothing else, and consumers that work on each message for a while.
const SERVICES: [(Service, u64); 2] = [
    (Service::NONE, 1_000_000),
    (Service(Duration::from_nanos(250)), 500_000),
];

/// One group for each ratio and each kind of consumer.
#[must_use]
pub fn groups() -> Vec<Group> {
    let kinds = SERVICES.into_iter();
    kinds
        .flat_map(|(service, messages)| {
            RATIOS
                .into_iter()
                .map(move |ratio| group(ratio, service, messages))
        })
        .collect()
}

fn group(ratio: u32, service: Service, messages: u64) -> Group {
    let service_ns = u64::try_from(service.0.as_nanos()).unwrap_or(u64::MAX);
    let consumer = if service_ns == 0 {
        "consumer only takes".to_owned()
    } else {
        format!("consumer works {service_ns} ns on each")
    };
    let shape = Shape {
        workload: "list-outpace",
        title: format!("offered {ratio}x, {consumer}"),
        producers: TOPOLOGY.producers,
        consumers: TOPOLOGY.consumers,
        threads: TOPOLOGY.threads(),
        keys: 1,
        extra: vec![("ratio", ratio.into()), ("service_ns", service_ns.into())],
    };
    let cases = vec![
        case::<Slices>(ratio, service),
        case::<Channel>(ratio, service),
        case::<MutexVecDeque>(ratio, service),
    ];
    Group::new(shape, messages, Figure::NsPerOp, cases)
}

fn case<Q: Queue>(ratio: u32, service: Service) -> Case {
    Case::new(Q::NAME, Q::VARIANT, move |work| {
        run::<Q>(ratio, service, work)
    })
    .checked(move |work| closed::run::<Q, Ledger>(TOPOLOGY, work))
}

/// Measures what this engine's consumer takes at best, then offers a multiple of it.
fn run<Q: Queue>(ratio: u32, service: Service, work: &Work) -> Result<Sample, Fault> {
    let takes = capacity::<Q>(service, work)?;
    let offered = takes * f64::from(ratio);
    let mut sample = open_loop::run::<Q>(TOPOLOGY, offered, service, work)?;
    let throughput = as_f64(sample.messages) / sample.elapsed.as_secs_f64();
    sample.extra.push(("of_capacity", throughput / takes));
    if let Some(quantiles) = sample.latency.quantiles() {
        let demanded = demanded_ns(0.99, sample.messages, offered, throughput);
        sample.extra.push(("demanded_p99_ns", demanded));
        sample
            .extra
            .push(("p99_over_demanded", as_f64(quantiles.p99_ns) / demanded));
    }
    Ok(sample)
}

/// Messages per second when the producer is always ahead, but not bound to a schedule.
fn capacity<Q: Queue>(service: Service, work: &Work) -> Result<f64, Fault> {
    let sample = if service == Service::NONE {
        closed::run::<Q, Tally>(TOPOLOGY, work)?
    } else {
        // Everything is due at once: the producer pushes as fast as it can.
        let quarter = Work {
            messages: work.messages.div_ceil(4),
            ..work.clone()
        };
        open_loop::run::<Q>(TOPOLOGY, 1e12, service, &quarter)?
    };
    Ok(as_f64(sample.messages) / sample.elapsed.as_secs_f64())
}

/// The time in queue that arithmetic demands at a quantile when messages come at one constant rate
/// and go at a smaller one: the wait grows evenly from the first message to the last.
fn demanded_ns(quantile: f64, messages: u64, offered: f64, throughput: f64) -> f64 {
    let growth_ns = 1e9 / throughput - 1e9 / offered;
    (quantile * as_f64(messages) * growth_ns).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::demanded_ns;

    #[test]
    fn demanded_time_in_queue() {
        // 1000 messages offered at 4 per microsecond and taken at 1 per microsecond: the last one
        // is due after 250 us and out after 1000 us.
        let last = demanded_ns(1.0, 1000, 4e6, 1e6);
        assert!((last - 750_000.0).abs() < 1e-3);
    }
}
