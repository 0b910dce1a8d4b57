//! What is done with the queues and streams, one file per workload. `benches/README.md` defines
//! each.

pub mod durable_group;
pub mod durable_idle;
pub mod durable_push;
pub mod durable_recover;
pub mod list_burst;
pub mod list_hot;
pub mod list_keys;
pub mod list_many;
pub mod list_outpace;
pub mod list_reliable;
pub mod list_seq;
pub mod list_waiters;
pub mod list_wake;
pub mod resp_add;
pub mod resp_group;
pub mod resp_mix;
pub mod resp_pop;
pub mod resp_push;
pub mod resp_wake;
pub mod scale_depth;
pub mod scale_keys;
pub mod scale_payload;
pub mod scale_threads;
pub mod stream_add;
pub mod stream_claim;
pub mod stream_fanout;
pub mod stream_group;
pub mod stream_many;
pub mod stream_outpace;
pub mod stream_pending;
pub mod stream_range;
pub mod stream_read;
pub mod stream_trim;
pub mod stream_wake;

use crate::drive::resp;
use crate::measure::Group;
use crate::mix::{self, Source};
use crate::options::Options;

/// A workload by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// `list-seq`
    ListSeq,
    /// `list-spsc`
    ListSpsc,
    /// `list-mpsc`
    ListMpsc,
    /// `list-mpmc`
    ListMpmc,
    /// `list-burst`
    ListBurst,
    /// `list-outpace`
    ListOutpace,
    /// `list-keys`
    ListKeys,
    /// `list-reliable`
    ListReliable,
    /// `list-wake`
    ListWake,
    /// `list-waiters`
    ListWaiters,
    /// `list-many`
    ListMany,
    /// `stream-add`
    StreamAdd,
    /// `stream-read`
    StreamRead,
    /// `stream-range`
    StreamRange,
    /// `stream-group`
    StreamGroup,
    /// `stream-fanout`
    StreamFanout,
    /// `stream-outpace`
    StreamOutpace,
    /// `stream-claim`
    StreamClaim,
    /// `stream-trim`
    StreamTrim,
    /// `stream-many`
    StreamMany,
    /// `stream-pending`
    StreamPending,
    /// `stream-wake`
    StreamWake,
    /// `scale-threads`
    ScaleThreads,
    /// `scale-depth`
    ScaleDepth,
    /// `scale-keys`
    ScaleKeys,
    /// `scale-payload`
    ScalePayload,
    /// `durable-push`
    DurablePush,
    /// `durable-group`
    DurableGroup,
    /// `durable-recover`
    DurableRecover,
    /// `durable-idle`
    DurableIdle,
    /// `resp-push`
    RespPush,
    /// `resp-pop`
    RespPop,
    /// `resp-mix`
    RespMix,
    /// `resp-add`
    RespAdd,
    /// `resp-group`
    RespGroup,
    /// `resp-wake`
    RespWake,
    /// A mix, such as `mix-steady-2x`
    Mix(Source),
}

impl Workload {
    /// All of them, in the order in which they are run and reported.
    pub const ALL: [Self; 46] = [
        Self::ListSeq,
        Self::ListSpsc,
        Self::ListMpsc,
        Self::ListMpmc,
        Self::ListBurst,
        Self::ListOutpace,
        Self::ListKeys,
        Self::ListReliable,
        Self::ListWake,
        Self::ListWaiters,
        Self::ListMany,
        Self::StreamAdd,
        Self::StreamRead,
        Self::StreamRange,
        Self::StreamGroup,
        Self::StreamFanout,
        Self::StreamOutpace,
        Self::StreamClaim,
        Self::StreamTrim,
        Self::StreamMany,
        Self::StreamPending,
        Self::StreamWake,
        Self::ScaleThreads,
        Self::ScaleDepth,
        Self::ScaleKeys,
        Self::ScalePayload,
        Self::DurablePush,
        Self::DurableGroup,
        Self::DurableRecover,
        Self::DurableIdle,
        Self::RespPush,
        Self::RespPop,
        Self::RespMix,
        Self::RespAdd,
        Self::RespGroup,
        Self::RespWake,
        Self::Mix(Source::ALL[0]),
        Self::Mix(Source::ALL[1]),
        Self::Mix(Source::ALL[2]),
        Self::Mix(Source::ALL[3]),
        Self::Mix(Source::ALL[4]),
        Self::Mix(Source::ALL[5]),
        Self::Mix(Source::ALL[6]),
        Self::Mix(Source::ALL[7]),
        Self::Mix(Source::ALL[8]),
        Self::Mix(Source::ALL[9]),
    ];

    /// The name in every report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListSeq => "list-seq",
            Self::ListSpsc => "list-spsc",
            Self::ListMpsc => "list-mpsc",
            Self::ListMpmc => "list-mpmc",
            Self::ListBurst => "list-burst",
            Self::ListOutpace => "list-outpace",
            Self::ListKeys => "list-keys",
            Self::ListReliable => "list-reliable",
            Self::ListWake => "list-wake",
            Self::ListWaiters => "list-waiters",
            Self::ListMany => "list-many",
            Self::StreamAdd => "stream-add",
            Self::StreamRead => "stream-read",
            Self::StreamRange => "stream-range",
            Self::StreamGroup => "stream-group",
            Self::StreamFanout => "stream-fanout",
            Self::StreamOutpace => "stream-outpace",
            Self::StreamClaim => "stream-claim",
            Self::StreamTrim => "stream-trim",
            Self::StreamMany => "stream-many",
            Self::StreamPending => "stream-pending",
            Self::StreamWake => "stream-wake",
            Self::ScaleThreads => "scale-threads",
            Self::ScaleDepth => "scale-depth",
            Self::ScaleKeys => "scale-keys",
            Self::ScalePayload => "scale-payload",
            Self::DurablePush => "durable-push",
            Self::DurableGroup => "durable-group",
            Self::DurableRecover => "durable-recover",
            Self::RespPush => "resp-push",
            Self::RespPop => "resp-pop",
            Self::RespMix => "resp-mix",
            Self::RespAdd => "resp-add",
            Self::RespGroup => "resp-group",
            Self::RespWake => "resp-wake",
            Self::Mix(source) => source.name(),
            Self::DurableIdle => "durable-idle",
        }
    }

    /// What happens, in one line.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            Self::ListSeq => "one thread pushes and pops one message at a time",
            Self::ListSpsc => "1 producer and 1 consumer on one queue",
            Self::ListMpsc => "2 producers and 1 consumer on one queue",
            Self::ListMpmc => "as many producers as consumers on one queue; 4, 8, 16 threads",
            Self::ListBurst => "all messages in, then all out; bytes per waiting message",
            Self::ListOutpace => "producers offer 2, 4, 8 times what consumers take, open loop",
            Self::ListKeys => "1, 16, 10 000 queues by key; uniform and Zipf; 1 and 2 threads",
            Self::ListReliable => "every message goes through a backup list until it is done",
            Self::ListWake => "how long a sleeping consumer takes to get a message",
            Self::ListWaiters => "4 and 4 000 consumers blocked: cost of push and of waiting",
            Self::ListMany => "a million keys of one message each: memory per key",
            Self::StreamAdd => "producers add; 1 and 2 of them; bytes per entry",
            Self::StreamRead => "XREAD of a whole stream from the last id seen; COUNT 1, 100",
            Self::StreamRange => "XRANGE and XREVRANGE by pages of 100, and of single ids",
            Self::StreamGroup => "2 consumers share a stream and acknowledge; COUNT 1, 10, 100",
            Self::StreamFanout => "every entry goes to 1, 4, 5 groups",
            Self::StreamOutpace => "a producer offers 2, 4, 8 times what the consumer takes",
            Self::StreamClaim => "what a dead consumer had is taken over by another one",
            Self::StreamTrim => "MAXLEN ~ while somebody reads",
            Self::StreamMany => "a million streams of one entry each: memory per stream",
            Self::StreamPending => "what a pending entry takes; what its summary costs",
            Self::StreamWake => "how long a consumer that sleeps in XREADGROUP takes",
            Self::ScaleThreads => "1, 2, 4, 8, 16 threads: on one key, on a key each, on a stream",
            Self::ScaleDepth => "push and pop with 100 to 10 million messages waiting",
            Self::ScaleKeys => "push and pop on 1 to a million keys, by handle and by name",
            Self::ScalePayload => "push and pop of messages of 8 bytes to 1 MiB",
            Self::DurablePush => "1, 16, 256, 4096 pushes outstanding, at each level",
            Self::DurableGroup => "1, 16, 256, 4096 entries added, delivered, acknowledged at once",
            Self::DurableRecover => "opening an engine with a million messages",
            Self::RespPush => "LPUSH over TCP; 1, 50, 1000 connections",
            Self::RespPop => "RPOP over TCP; 1, 50, 1000 connections",
            Self::RespMix => "LPUSH and RPOP in turn over TCP",
            Self::RespAdd => "XADD over TCP; 1, 50, 1000 connections",
            Self::RespGroup => "XREADGROUP COUNT 100 and XACK over TCP",
            Self::RespWake => "BRPOP over TCP: how soon a client that is blocked is served",
            Self::Mix(source) => source.summary(),
            Self::DurableIdle => "processor time of an engine that has nothing to do",
        }
    }

    /// The workload of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|workload| workload.name() == name)
    }

    /// The groups of engines that do the same work, with the chosen engines only.
    #[must_use]
    pub fn groups(self, options: &Options) -> Vec<Group> {
        let mut groups = match self {
            Self::ListSeq => list_seq::groups(),
            Self::ListSpsc => list_hot::spsc(),
            Self::ListMpsc => list_hot::mpsc(),
            Self::ListMpmc => list_hot::mpmc(options),
            Self::ListBurst => list_burst::groups(options),
            Self::ListOutpace => list_outpace::groups(),
            Self::ListKeys => list_keys::groups(options),
            Self::ListReliable => list_reliable::groups(),
            Self::ListWake => list_wake::groups(),
            Self::ListWaiters => list_waiters::groups(options),
            Self::ListMany => list_many::groups(),
            Self::StreamAdd => stream_add::groups(),
            Self::StreamRead => stream_read::groups(),
            Self::StreamRange => stream_range::groups(),
            Self::StreamGroup => stream_group::groups(),
            Self::StreamFanout => stream_fanout::groups(),
            Self::StreamOutpace => stream_outpace::groups(),
            Self::StreamClaim => stream_claim::groups(),
            Self::StreamTrim => stream_trim::groups(),
            Self::StreamMany => stream_many::groups(),
            Self::StreamPending => stream_pending::groups(),
            Self::StreamWake => stream_wake::groups(),
            Self::ScaleThreads => scale_threads::groups(options),
            Self::ScaleDepth => scale_depth::groups(options),
            Self::ScaleKeys => scale_keys::groups(options),
            Self::ScalePayload => scale_payload::groups(options),
            Self::DurablePush => durable_push::groups(),
            Self::DurableGroup => durable_group::groups(),
            Self::DurableRecover => durable_recover::groups(),
            Self::RespPush => resp::groups::<resp_push::Push>(options),
            Self::RespPop => resp::groups::<resp_pop::Pop>(options),
            Self::RespMix => resp::groups::<resp_mix::Mix>(options),
            Self::RespAdd => resp::groups::<resp_add::Add>(options),
            Self::RespGroup => resp::groups::<resp_group::Group>(options),
            Self::RespWake => resp_wake::groups(options),
            Self::Mix(source) => mix::cases::groups(&source),
            Self::DurableIdle => durable_idle::groups(),
        };
        for group in &mut groups {
            group
                .cases
                .retain(|case| options.includes(case.engine(), case.variant()));
        }
        groups.retain(|group| !group.cases.is_empty());
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::Workload;
    use crate::engine::{NAMES, is_missing};
    use crate::measure::Case;
    use crate::options::Options;

    #[test]
    fn every_engine_has_a_workload_and_every_case_an_engine() {
        let mut seen: Vec<&str> = Vec::new();
        for workload in Workload::ALL {
            assert_eq!(Workload::from_name(workload.name()), Some(workload));
            for group in workload.groups(&Options::default()) {
                assert_eq!(group.shape.workload, workload.name());
                seen.extend(group.cases.iter().map(Case::engine));
            }
        }
        seen.sort_unstable();
        seen.dedup();
        let mut names = NAMES.to_vec();
        names.retain(|name| !is_missing(name));
        names.sort_unstable();
        assert_eq!(seen, names);
    }
}
