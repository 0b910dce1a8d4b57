//! Who is better, and by how much.
//!
//! Only rows that promise the same are compared. A difference below the noise is none: it counts
//! where it is more than the two median deviations together, and more than 3 %.

use super::group::{Group, deviation, is_ours, is_peer, spread};
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

/// Whether a row is of a peer whose acknowledgements promise as much as ours do.
fn promise_the_same(ours: &Row, peer: &Row) -> bool {
    is_peer(peer) && ours.extra.get("promise") == peer.extra.get("promise")
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
    fn only_equal_promises_are_compared() {
        let promising = |label: &str, ns: f64, promise: &str| {
            let mut row = row("durable-push", label, ns, 1.0);
            row.extra.insert("promise".to_owned(), promise.into());
            row
        };
        let rows = vec![
            promising("forebay:group", 300.0, "synced"),
            promising("forebay:interval", 10.0, "written"),
            promising("forebay:memory", 1.0, "nothing"),
            promising("redis:always", 400.0, "synced"),
            promising("redis:everysec", 5.0, "written"),
            promising("raw-fdatasync", 200.0, "synced"),
        ];
        let expected = [
            ("forebay:group", "redis:always", Verdict::Better),
            ("forebay:interval", "redis:everysec", Verdict::Worse),
        ];
        let expected = expected.map(|(ours, peer, verdict)| (ours.into(), peer.into(), verdict));
        assert_eq!(found(rows), expected);
    }

    #[test]
    fn what_the_workload_itself_costs_is_nobodys_peer() {
        let rows = vec![
            row("list-seq", "null", 1.0, 0.0),
            row("list-seq", "forebay", 10.0, 0.0),
            row("list-seq", "kanal", 20.0, 0.0),
        ];
        let expected = ("forebay".to_owned(), "kanal".to_owned(), Verdict::Better);
        assert_eq!(found(rows), [expected]);
    }

    #[test]
    fn latencies_have_noise_too() {
        for (rounds, verdict) in [
            ([80, 90, 100], Verdict::Even),
            ([89, 90, 91], Verdict::Better),
        ] {
            let mut ours = row("list-wake", "forebay", 1.0, 0.0);
            ours.extra
                .insert("rounds_p50_ns".to_owned(), rounds.to_vec().into());
            let mut rows = vec![ours, row("list-wake", "condvar", 1.0, 0.0)];
            for (row, ns) in rows.iter_mut().zip([90, 100]) {
                row.figure = Figure::P50;
                row.p50_ns = Some(ns);
            }
            let found = found(rows);
            assert_eq!(
                found.first().map(|(_, _, got)| *got),
                Some(verdict),
                "{rounds:?}"
            );
        }
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
