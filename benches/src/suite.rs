//! Selections of groups for those who do not want to wait for everything.

use crate::mix::Source;
use crate::workload::Workload;

/// A selection of groups, each with the time that it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// What is asked first of a queue, of each kind: under five minutes on two cores.
    Standard,
    /// A first look: under 40 seconds.
    Quick,
}

/// A group, or several of one workload, in the suites.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) workload: Workload,
    /// What the title has in it; all groups of the workload when it is empty.
    pub(crate) title: &'static str,
    /// Seconds that each group may take, the check included.
    pub(crate) standard: f64,
    /// The same for the first look, if it has a part in it.
    pub(crate) quick: Option<f64>,
    /// Whether memory is measured, in processes of their own.
    pub(crate) memory: bool,
}

const fn line(workload: Workload, title: &'static str, standard: f64) -> Line {
    Line {
        workload,
        title,
        standard,
        quick: None,
        memory: false,
    }
}

impl Line {
    const fn quick(mut self, seconds: f64) -> Self {
        self.quick = Some(seconds);
        self
    }

    const fn with_memory(mut self) -> Self {
        self.memory = true;
        self
    }
}

/// Both suites, in the order in which they are run. A workload that is new gets its line here.
const LINES: [Line; 30] = [
    line(Workload::ListSeq, "", 9.0),
    line(Workload::ListSpsc, "", 11.0).quick(6.0),
    line(Workload::ListMpsc, "", 10.0),
    line(Workload::ListMpmc, "2 + 2 threads", 10.0).quick(5.0),
    line(Workload::ListMpmc, "8 + 8 threads", 10.0),
    line(Workload::ListBurst, "1 thread ", 20.0).with_memory(),
    line(Workload::ListOutpace, "4x, consumer works", 8.0),
    line(Workload::ListKeys, "16 keys, zipf, 2 threads", 6.0),
    line(Workload::ListKeys, "10000 keys, uniform, 2 threads", 7.0).quick(5.0),
    line(Workload::ListReliable, "producer", 7.0),
    line(Workload::ListWake, "2 threads, consumer idle", 6.0),
    line(Workload::ListMany, "", 10.0).with_memory(),
    line(Workload::StreamAdd, "1 producer", 10.0).quick(5.0),
    line(Workload::StreamRead, "COUNT 100", 8.0),
    line(Workload::StreamRange, "XRANGE COUNT 100", 8.0),
    line(
        Workload::StreamGroup,
        "1 producer, 2 consumers, COUNT 10 ",
        11.0,
    )
    .quick(6.0),
    line(
        Workload::StreamGroup,
        "backlog, 2 consumers, COUNT 100 ",
        10.0,
    ),
    line(Workload::StreamFanout, "4 groups", 9.0),
    line(Workload::StreamOutpace, "4x", 9.0),
    line(Workload::StreamTrim, "", 9.0),
    line(Workload::StreamWake, "2 threads, consumer idle", 7.0),
    line(Workload::DurablePush, "LPUSH, 1 outstanding", 9.0),
    line(Workload::DurablePush, "LPUSH, 256 outstanding", 10.0).quick(6.0),
    line(Workload::DurableRecover, "from the log", 6.0),
    line(Workload::Mix(Source::ALL[1]), "", 9.0),
    line(Workload::Mix(Source::ALL[3]), "", 11.0),
    line(Workload::RespPush, "1 connection, pipeline 64", 7.0).quick(4.0),
    line(Workload::RespPop, "1 connection, pipeline 64", 7.0),
    line(Workload::RespAdd, "1 connection, pipeline 64", 7.0),
    line(Workload::RespPush, "1 connection, pipeline 1", 7.0),
];

impl Suite {
    /// The name by which it is announced.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "the standard mix",
            Self::Quick => "a first look",
        }
    }

    /// How often each engine is measured.
    #[must_use]
    pub const fn rounds(self) -> u32 {
        match self {
            Self::Standard => 5,
            Self::Quick => 3,
        }
    }

    /// Its lines, each with the seconds of one group.
    pub(crate) fn lines(self) -> impl Iterator<Item = (Line, f64)> {
        LINES.into_iter().filter_map(move |line| {
            let seconds = match self {
                Self::Standard => Some(line.standard),
                Self::Quick => line.quick,
            };
            seconds.map(|seconds| (line, seconds))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES, Suite};
    use crate::options::Options;

    #[test]
    fn each_line_is_one_group_and_all_of_them_fit_in_the_time_that_is_promised() {
        let (mut standard, mut quick) = (0.0, 0.0);
        for line in LINES {
            let groups = line.workload.groups(&Options::default());
            let found = groups
                .iter()
                .filter(|group| group.shape.title.contains(line.title));
            assert_eq!(
                found.count(),
                1,
                "{} '{}'",
                line.workload.name(),
                line.title
            );
            standard += line.standard;
            quick += line.quick.unwrap_or(0.0);
        }
        // What is over is for what is measured outside the time of any group.
        assert!(standard <= 285.0, "under five minutes: {standard} s");
        assert!(quick <= 37.0, "under 40 seconds: {quick} s");
    }

    #[test]
    fn a_first_look_is_a_part_of_the_standard_mix() {
        assert!(Suite::Quick.lines().count() < Suite::Standard.lines().count());
        assert!(Suite::Quick.lines().count() > 3, "and not too small a part");
    }
}
