//! Who is better, and by how much.
//!
//! Only rows that promise the same are compared. A difference below the noise is none: it counts
//! where it is more than the two median deviations together, and more than 3 %.

use super::group::{Group, is_ours, spread};
use crate::{Figure, Row};

const NOISE: f64 = 0.03;

/// A row of ours beside the best peer that promises the same.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) group: &'a Group<'a>,
    pub(super) ours: &'a Row,
    pub(super) peer: &'a Row,
    pub(super) own_figure: f64,
    pub(super) peer_figure: f64,
    pub(super) verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Better,
    Even,
    Worse,
}

impl Verdict {
    /// The name of its style.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Even => "even",
            Self::Worse => "worse",
        }
    }
}

impl<'a> Comparison<'a> {
    /// Every row of ours that has a peer, in the order of the groups.
    pub(super) fn all(groups: &'a [Group<'a>]) -> Vec<Self> {
        let each = |group: &'a Group<'a>| {
            let ours = group.measured.iter().filter(|row| is_ours(row));
            ours.filter_map(move |row| Self::of(group, row))
        };
        groups.iter().flat_map(each).collect()
    }

    fn of(group: &'a Group<'a>, ours: &'a Row) -> Option<Self> {
        let own_figure = positive(ours, group.figure)?;
        let mut peers = group.rows.iter().filter(|row| promise_the_same(ours, row));
        // They are sorted: the first one with a figure is the best.
        let (peer, peer_figure) =
            peers.find_map(|row| Some((*row, positive(row, group.figure)?)))?;
        let deviation = |row: &Row| match group.figure {
            Figure::NsPerOp => row.mad_ns.unwrap_or(0.0),
            Figure::P50 | Figure::Bytes | Figure::Cpu => 0.0,
        };
        let noise = (deviation(ours) + deviation(peer)).max(NOISE * own_figure.min(peer_figure));
        let verdict = if (own_figure - peer_figure).abs() <= noise {
            Verdict::Even
        } else if own_figure < peer_figure {
            Verdict::Better
        } else {
            Verdict::Worse
        };
        Some(Self {
            group,
            ours,
            peer,
            own_figure,
            peer_figure,
            verdict,
        })
    }

    /// The peer's figure by ours: above 1 we are better.
    pub(super) fn ratio(&self) -> f64 {
        self.peer_figure / self.own_figure
    }

    /// The ratio with the slowest and with the fastest of our rounds.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let (least, most) = spread(self.ours)?;
        Some((self.peer_figure / most, self.peer_figure / least))
    }
}

fn positive(row: &Row, figure: Figure) -> Option<f64> {
    row.figure(figure)
        .filter(|value| value.is_finite() && *value > 0.0)
}

/// Whether a row is of a peer that keeps as much in a crash as ours does. A loop of write and
/// fdatasync is no queue: it shows what the disk allows.
fn promise_the_same(ours: &Row, peer: &Row) -> bool {
    if is_ours(peer) || peer.engine == "raw-fdatasync" {
        return false;
    }
    if !ours.workload.starts_with("durable-") {
        return true;
    }
    let promise = |row: &Row| match row.variant.as_deref() {
        Some("group" | "always") => Some("each answer is on the disk"),
        Some("interval" | "everysec") => Some("the last moment may be lost"),
        _ => None,
    };
    promise(ours).is_some() && promise(ours) == promise(peer)
}

/// How often each verdict was found: better, even, worse.
pub(super) fn tally(comparisons: &[Comparison<'_>]) -> [usize; 3] {
    [Verdict::Better, Verdict::Even, Verdict::Worse].map(|verdict| {
        let of_it = comparisons.iter().filter(|each| each.verdict == verdict);
        of_it.count()
    })
}

/// The comparisons of each workload, in their order.
pub(super) fn by_workload<'c, 'a>(
    comparisons: &'c [Comparison<'a>],
) -> Vec<(&'a str, Vec<&'c Comparison<'a>>)> {
    let mut parts: Vec<(&'a str, Vec<&'c Comparison<'a>>)> = Vec::new();
    for each in comparisons {
        match parts
            .iter_mut()
            .find(|(workload, _)| *workload == each.group.workload)
        {
            Some((_, part)) => part.push(each),
            None => parts.push((each.group.workload, vec![each])),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Comparison, Verdict};
    use crate::plot::group::Group;
    use crate::{Figure, Machine, Record, Row};

    fn row(workload: &'static str, label: &str, ns: f64, mad_ns: f64) -> Row {
        let (engine, variant) = match label.split_once(':') {
            Some((engine, variant)) => (engine, Some(variant.to_owned().into())),
            None => (label, None),
        };
        let row = serde_json::json!({
            "workload": workload, "title": "all", "figure": Figure::NsPerOp, "engine": engine,
            "producers": 1, "consumers": 1, "payload_bytes": 64, "keys": 1, "messages": 1000,
            "ns_per_op": ns, "threads": 2, "rounds": 3, "rounds_ns": [ns, ns, ns], "mad_ns": mad_ns,
        });
        let row: Row = serde_json::from_value(row).unwrap();
        Row { variant, ..row }
    }

    /// Labels of ours and of the peer, and the verdict, of each comparison.
    fn found(rows: Vec<Row>) -> Vec<(String, String, Verdict)> {
        let mut record = Record::new(Machine::default());
        record.rows = rows;
        let groups = Group::all(&record);
        let all = Comparison::all(&groups);
        let each = |each: &Comparison<'_>| (each.ours.label(), each.peer.label(), each.verdict);
        all.iter().map(each).collect()
    }

    #[test]
    fn a_difference_counts_above_the_noise() {
        for (mine, mad, verdict) in [
            (50.0, 1.0, Verdict::Better),
            (98.0, 0.0, Verdict::Even),
            (90.0, 0.0, Verdict::Better),
            (90.0, 6.0, Verdict::Even),
            (120.0, 1.0, Verdict::Worse),
        ] {
            let rows = vec![
                row("list-seq", "flume", 300.0, 5.0),
                row("list-seq", "forebay", mine, mad),
                row("list-seq", "kanal", 100.0, 5.0 * mad),
            ];
            let [(_, peer, got)] = &found(rows)[..] else {
                panic!("there is one comparison");
            };
            assert_eq!(
                (peer.as_str(), *got),
                ("kanal", verdict),
                "{mine} +/- {mad}"
            );
        }
    }

    #[test]
    fn with_a_log_only_equal_promises_are_compared() {
        let rows = vec![
            row("durable-push", "forebay:group", 300.0, 1.0),
            row("durable-push", "forebay:buffered", 20.0, 1.0),
            row("durable-push", "forebay:interval", 10.0, 1.0),
            row("durable-push", "forebay:memory", 1.0, 0.0),
            row("durable-push", "redis:always", 400.0, 1.0),
            row("durable-push", "redis:everysec", 5.0, 1.0),
            row("durable-push", "raw-fdatasync", 200.0, 1.0),
        ];
        let expected = [
            ("forebay:group", "redis:always", Verdict::Better),
            ("forebay:interval", "redis:everysec", Verdict::Worse),
        ];
        let expected = expected.map(|(ours, peer, verdict)| (ours.into(), peer.into(), verdict));
        assert_eq!(found(rows), expected);
    }

    #[test]
    fn what_failed_or_has_no_peer_is_not_compared() {
        let mut failed = row("list-seq", "kanal", 1.0, 0.0);
        failed.ns_per_op = None;
        failed.fault = Some("lost a message".to_owned());
        let rows = vec![failed, row("list-seq", "forebay", 10.0, 1.0)];
        assert_eq!(found(rows), []);
    }
}
