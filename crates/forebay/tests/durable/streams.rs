//! Random steps on streams and their groups.

use forebay::stream::{
    Delivered, GroupReadFrom, GroupStart, Idempotence, NackMode, NewId, References, Trim,
    XaddOptions, XautoclaimOptions, XcfgsetOptions, XclaimOptions, XgroupCreateOptions,
    XnackOptions, XreadgroupOptions, XsetidOptions,
};
use forebay::{Blocking, Consumer, Engine, Group, Result, Stream, StreamId, Timeout};

use crate::random::Random;

const KEYS: [&str; 3] = ["s", "t", "a"];
const GROUPS: [&str; 2] = ["g", "h"];
const CONSUMERS: [&str; 3] = ["c1", "c2", "consumer3"];

/// What steps on streams need beside an engine.
#[derive(Default)]
pub(crate) struct StreamSteps {
    /// Ids that were given out, of whatever stream.
    ids: Vec<StreamId>,
    next: u64,
    pub(crate) waiting: Vec<Blocking<Vec<Delivered>>>,
}

fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    from[usize::try_from(random.below(from.len() as u64)).expect("small")]
}

impl StreamSteps {
    pub(crate) fn key(random: &mut Random) -> &'static str {
        pick(random, &KEYS)
    }

    fn some_ids(&self, random: &mut Random) -> Vec<StreamId> {
        let count = 1 + random.below(3);
        let one = |_| {
            let newest = self.ids.len() as u64;
            let back = 1 + random.below(newest.clamp(1, 8));
            let at = usize::try_from(newest.saturating_sub(back)).expect("small");
            self.ids.get(at).copied().unwrap_or(StreamId::new(1, 1))
        };
        (0..count).map(one).collect()
    }

    fn fields(&mut self, random: &mut Random) -> Vec<(String, String)> {
        self.next += 1;
        let value = match random.below(12) {
            0 => "y".repeat(1_500),
            1..=3 => "again".to_owned(),
            _ => self.next.to_string(),
        };
        let mut fields = vec![("field".to_owned(), value)];
        if random.one_in(3) {
            fields.push((format!("f{}", random.below(3)), String::new()));
        }
        fields
    }

    /// One step.
    pub(crate) fn step(&mut self, engine: &Engine, random: &mut Random) -> Result<()> {
        let stream = engine.stream(Self::key(random))?;
        let group = stream.group(pick(random, &GROUPS));
        let consumer = group.consumer(pick(random, &CONSUMERS));
        match random.below(100) {
            0..=29 => self.add(&stream, random),
            30..=39 => self.remove(&stream, random),
            40..=49 => Self::manage(&stream, &group, random),
            50..=69 => Self::read(&consumer, random, &self.ids),
            70..=79 => self.acknowledge(&group, random),
            80..=91 => self.take_over(&consumer, random),
            92 => stream.xcfgset(&XcfgsetOptions {
                idmp_maxsize: Some(1 + random.below(4)),
                ..XcfgsetOptions::default()
            }),
            93 => {
                let last = self.ids.last().copied().unwrap_or_default();
                let id = StreamId::new(last.ms + random.below(3), last.seq);
                stream.xsetid(id, &XsetidOptions::default())
            }
            _ => {
                self.wait(&consumer, random);
                Ok(())
            }
        }
    }

    fn trim(&self, random: &mut Random) -> Trim {
        let trim = if random.one_in(2) {
            Trim::maxlen(random.below(8))
        } else {
            Trim::minid(self.some_ids(random)[0])
        };
        let trim = match random.below(3) {
            0 => trim,
            1 => trim.references(References::Delete),
            _ => trim.references(References::Acked),
        };
        if random.one_in(4) {
            trim.approximately()
        } else {
            trim
        }
    }

    fn add(&mut self, stream: &Stream, random: &mut Random) -> Result<()> {
        let fields = self.fields(random);
        let mut options = XaddOptions::default();
        match random.below(8) {
            0 => options.trim = Some(self.trim(random)),
            1 => options.idempotence = Some(Idempotence::auto("p")),
            2 => options.idempotence = Some(Idempotence::id("q", format!("{}", random.below(5)))),
            3 => {
                let last = self.ids.last().copied().unwrap_or_default();
                let seq = last.seq + 1 + random.below(3);
                options.id = NewId::Exactly(StreamId::new(last.ms, seq));
            }
            4 => options.nomkstream = true,
            _ => {}
        }
        let added = stream.xadd_with(&options, &fields)?;
        self.ids.extend(added);
        Ok(())
    }

    fn remove(&mut self, stream: &Stream, random: &mut Random) -> Result<()> {
        let ids = self.some_ids(random);
        match random.below(5) {
            0 | 1 => stream.xdel(&ids).map(drop),
            2 => stream.xdelex(References::Delete, &ids).map(drop),
            3 => stream.xdelex(References::Acked, &ids).map(drop),
            _ => stream.xtrim(&self.trim(random)).map(drop),
        }
    }

    fn manage(stream: &Stream, group: &Group, random: &mut Random) -> Result<()> {
        let start = if random.one_in(3) {
            GroupStart::Now
        } else {
            GroupStart::BEGINNING
        };
        let name = pick(random, &GROUPS);
        match random.below(12) {
            0..=6 => {
                let options = XgroupCreateOptions {
                    mkstream: random.one_in(2),
                    ..XgroupCreateOptions::default()
                };
                stream.xgroup_create_with(name, start, &options)
            }
            7 | 8 => stream.xgroup_setid(name, start, None),
            9 => stream.xgroup_destroy(name).map(drop),
            10 => group
                .xgroup_createconsumer(pick(random, &CONSUMERS))
                .map(drop),
            _ => group.xgroup_delconsumer(pick(random, &CONSUMERS)).map(drop),
        }
    }

    fn read(consumer: &Consumer, random: &mut Random, ids: &[StreamId]) -> Result<()> {
        let options = XreadgroupOptions {
            count: random.one_in(2).then(|| 1 + random.below(3)),
            noack: random.one_in(8),
            claim: random.one_in(4).then(|| random.below(30)),
            ..XreadgroupOptions::default()
        };
        let from = if random.one_in(4) {
            let after = ids.first().copied().unwrap_or_default();
            GroupReadFrom::PendingAfter(if random.one_in(2) {
                StreamId::MIN
            } else {
                after
            })
        } else {
            GroupReadFrom::New
        };
        consumer.xreadgroup(from, &options).map(drop)
    }

    fn acknowledge(&mut self, group: &Group, random: &mut Random) -> Result<()> {
        let ids = self.some_ids(random);
        match random.below(6) {
            0..=2 => group.xack(&ids).map(drop),
            3 => group.xackdel(References::Acked, &ids).map(drop),
            4 => group.xackdel(References::Keep, &ids).map(drop),
            _ => {
                let modes = [NackMode::Silent, NackMode::Fail, NackMode::Fatal];
                let mode = modes[usize::try_from(random.below(3)).expect("small")];
                let options = XnackOptions {
                    force: random.one_in(2),
                    ..XnackOptions::default()
                };
                group.xnack(mode, &ids, &options).map(drop)
            }
        }
    }

    fn take_over(&mut self, consumer: &Consumer, random: &mut Random) -> Result<()> {
        let min_idle_ms = random.below(20);
        if random.one_in(2) {
            let options = XautoclaimOptions {
                count: 1 + random.below(4),
            };
            return if random.one_in(2) {
                let claimed = consumer.xautoclaim(min_idle_ms, StreamId::MIN, &options);
                claimed.map(drop)
            } else {
                let claimed = consumer.xautoclaim_justid(min_idle_ms, StreamId::MIN, &options);
                claimed.map(drop)
            };
        }
        let ids = self.some_ids(random);
        let options = XclaimOptions {
            force: random.one_in(3),
            retrycount: random.one_in(4).then(|| random.below(300)),
            lastid: random.one_in(5).then(|| ids[0]),
            ..XclaimOptions::default()
        };
        consumer.xclaim(min_idle_ms, &ids, &options).map(drop)
    }

    /// Consumers that wait for entries.
    fn wait(&mut self, consumer: &Consumer, random: &mut Random) {
        if self.waiting.len() < 3 {
            let options = XreadgroupOptions {
                block: Some(Timeout::FOREVER),
                claim: random.one_in(2).then(|| random.below(30)),
                ..XreadgroupOptions::default()
            };
            let mut call = consumer.xreadgroup_async(GroupReadFrom::New, &options);
            if crate::steps::poll(&mut call).is_pending() {
                self.waiting.push(call);
            }
        } else {
            let at = random.below(self.waiting.len() as u64);
            drop(
                self.waiting
                    .swap_remove(usize::try_from(at).expect("small")),
            );
        }
    }
}
