//! Random commands on a group do what they do to the plain model.

use core::ops::Range;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::super::{COUNT_MAX, DeliveredAt, Ids, NackMode, NackOptions};
use super::model::Model;
use super::*;

#[derive(Clone, Debug)]
enum Command {
    Add(u16),
    Delete(u64),
    DropSegment(u64),
    Wait(i64),
    Read(u8, usize),
    History(u8, u64, usize),
    Ack(Range<u64>, u64),
    Claim(u8, Vec<u64>, ClaimOptions),
    AutoClaim(u8, u64, u64, i64),
    ClaimIdle(u8, usize, i64),
    Nack(Vec<u64>, NackOptions),
    SetId(u64),
    DeleteConsumer(u8),
    Rows(u64, u64, u64, Option<u8>, i64),
    Copy,
}

/// How many sequences, and of how many commands at most.
fn size() -> (u32, usize) {
    if std::env::var_os("FOREBAY_LONG").is_some() {
        (20_000, 300)
    } else {
        (80, 100)
    }
}

fn name() -> impl Strategy<Value = u8> {
    0_u8..5
}

fn ms() -> impl Strategy<Value = u64> {
    0_u64..400
}

fn ids() -> impl Strategy<Value = Vec<u64>> {
    prop_oneof![
        prop::collection::vec(ms(), 1..8),
        (ms(), 1_u64..80).prop_map(|(from, len)| (from..from + len).collect()),
    ]
}

fn count() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1), 0_usize..60, Just(usize::MAX)]
}

fn idle() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0), 6 => 0_i64..40, 1 => Just(-1), 1 => 0_i64..10_000_000_000]
}

fn deliveries() -> impl Strategy<Value = Option<u64>> {
    let counts = select(vec![0, 1, 254, 255, COUNT_MAX - 1, COUNT_MAX, u64::MAX]);
    prop_oneof![3 => Just(None), 1 => counts.prop_map(Some)]
}

fn claim_options() -> impl Strategy<Value = ClaimOptions> {
    let delivered_at = prop_oneof![
        3 => Just(DeliveredAt::Now),
        3 => idle().prop_map(DeliveredAt::Idle),
        2 => (0_i64..200).prop_map(|ms| DeliveredAt::Time(START_MS + ms)),
        1 => (-5_i64..5).prop_map(DeliveredAt::Time),
    ];
    let last_id = prop_oneof![5 => Just(None), 1 => ms().prop_map(|ms| Some(id(ms)))];
    let flags = any::<(bool, bool)>();
    (idle(), delivered_at, deliveries(), flags, last_id).prop_map(
        |(min_idle_ms, delivered_at, count, (force, just_id), last_id)| ClaimOptions {
            min_idle_ms,
            delivered_at,
            count,
            force,
            just_id,
            last_id,
        },
    )
}

fn nack_options() -> impl Strategy<Value = NackOptions> {
    let mode = select(vec![NackMode::Silent, NackMode::Fail, NackMode::Fatal]);
    (mode, deliveries(), any::<bool>()).prop_map(|(mode, count, force)| NackOptions {
        mode,
        count,
        force,
    })
}

fn command() -> impl Strategy<Value = Command> {
    use Command::*;
    prop_oneof![
        6 => (1_u16..60).prop_map(Add),
        2 => ms().prop_map(Delete),
        1 => (0_u64..60).prop_map(DropSegment),
        4 => (0_i64..20).prop_map(Wait),
        1 => prop_oneof![-100_i64..100, Just(30 * 86_400_000), Just(-30 * 86_400_000)].prop_map(Wait),
        12 => (name(), count()).prop_map(|(name, count)| Read(name, count)),
        3 => (name(), ms(), count()).prop_map(|(name, from, count)| History(name, from, count)),
        8 => (ms(), 1_u64..100, 1_u64..4)
            .prop_map(|(from, len, step)| Ack(from..from + len, step)),
        5 => (name(), ids(), claim_options())
            .prop_map(|(name, ids, options)| Claim(name, ids, options)),
        3 => (name(), ms(), 1_u64..20, idle())
            .prop_map(|(name, from, count, idle)| AutoClaim(name, from, count, idle)),
        4 => (name(), count(), idle())
            .prop_map(|(name, count, idle)| ClaimIdle(name, count, idle)),
        4 => (ids(), nack_options()).prop_map(|(ids, options)| Nack(ids, options)),
        1 => ms().prop_map(SetId),
        1 => name().prop_map(DeleteConsumer),
        2 => (ms(), ms(), 0_u64..50, proptest::option::of(name()), idle())
            .prop_map(|(from, to, count, name, idle)| Rows(from, to, count, name, idle)),
        1 => Just(Copy),
    ]
}

/// The group, and what it must behave like.
struct Pair {
    it: Fixture,
    model: Model,
}

impl Pair {
    fn new(segment_len: u16) -> Self {
        Self {
            it: Fixture::new(0, segment_len),
            model: Model::new(ZERO),
        }
    }

    fn run(&mut self, command: &Command) {
        let now_ms = self.it.now_ms;
        match command {
            Command::Add(more) => {
                let last = self.it.log.last_id().ms;
                for ms in last + 1..=last + u64::from(*more) {
                    self.it.log.add(id(ms));
                }
            }
            Command::Delete(ms) => {
                if self.it.log.delete(id(*ms)) {
                    let segment = self.it.place(*ms).segment;
                    if self.it.log.is_empty(segment) {
                        self.it.drop_segment(segment);
                    }
                }
            }
            Command::DropSegment(segment) => {
                let first = Place {
                    segment: *segment,
                    slot: 0,
                };
                if self.it.log.id(first).is_some() {
                    self.it.drop_segment(*segment);
                }
            }
            Command::Wait(ms) => self.it.now_ms = (now_ms + ms).max(0),
            Command::Read(name, count) => {
                self.model.see(*name, now_ms);
                let ids: Vec<_> = self.it.read(&text(*name), *count);
                let ids: Vec<_> = ids.into_iter().map(id).collect();
                self.model.deliver(*name, &ids, now_ms);
            }
            Command::History(name, from, count) => {
                let count = (*count).max(1);
                self.model.see(*name, now_ms);
                let given = self.it.history(&text(*name), *from, count);
                let expected = self
                    .model
                    .history(*name, id(*from), count, now_ms, &self.it.log);
                let log = &self.it.log;
                let is_live = |id| log.locate(id).is_some_and(|place| log.is_live(place));
                let expected = expected.into_iter().map(|id| (id.ms, is_live(id)));
                assert_eq!(given, expected.collect::<Vec<_>>());
            }
            Command::Ack(range, step) => {
                let ids = range.clone().filter(|ms| ms % step == 0).map(id);
                if step % 2 == 0 {
                    for id in ids {
                        let was_pending = self.it.group.ack(id, &self.it.log);
                        assert_eq!(was_pending, self.model.remove(id), "{id:?}");
                    }
                } else {
                    let removed = ids.clone().filter(|&id| self.model.remove(id)).count();
                    let acked = self.it.group.ack_all(ids, &self.it.log);
                    assert_eq!(acked, removed as u64);
                }
            }
            Command::Claim(name, ids, options) => {
                self.model.see(*name, now_ms);
                let actual = self.it.claim(&text(*name), ids, options);
                let ids: Vec<_> = ids.iter().copied().map(id).collect();
                let log = &self.it.log;
                let (claimed, deleted) = self.model.claim(*name, &ids, options, now_ms, log);
                assert_eq!(actual, (numbers(&claimed), numbers(&deleted)));
            }
            Command::AutoClaim(name, from, count, idle) => {
                self.model.see(*name, now_ms);
                let actual = self.it.autoclaim(&text(*name), *from, *count, *idle);
                let from = id(*from);
                let log = &self.it.log;
                let (next, claimed, deleted) = self
                    .model
                    .autoclaim(*name, from, *count, *idle, now_ms, log);
                let next = next.map(|id| id.ms);
                assert_eq!(actual, (next, numbers(&claimed), numbers(&deleted)));
            }
            Command::ClaimIdle(name, count, idle) => {
                let count = (*count).max(1);
                self.model.see(*name, now_ms);
                let before = self.model.entries.clone();
                let (actual, dropped) = self.it.claim_idle(&text(*name), *idle, count);
                let log = &self.it.log;
                let (claimed, deleted) = self.model.claim_idle(*name, count, *idle, now_ms, log);
                let ids: Vec<_> = actual.iter().map(|each| each.id).collect();
                assert_eq!((ids, dropped), (claimed, numbers(&deleted)));
                for each in &actual {
                    assert_eq!(each.place, self.it.place(each.id.ms));
                    assert_eq!(each.before.count, before[&each.id].count);
                    assert_eq!(each.before.delivered_ms, before[&each.id].delivered_ms);
                }
            }
            Command::Nack(ids, options) => {
                let ids: Vec<_> = ids.iter().copied().map(id).collect();
                let log = &self.it.log;
                let released = self.it.group.nack(ids.iter().copied(), options, log);
                assert_eq!(released, self.model.nack(&ids, options, log));
            }
            Command::SetId(ms) => {
                self.it.group.set_id(id(*ms), None, &self.it.log.figures());
                self.model.last_delivered = id(*ms);
            }
            Command::DeleteConsumer(name) => {
                let dropped = self.it.group.delete_consumer(text(*name).as_bytes());
                assert_eq!(dropped, self.model.delete_consumer(*name));
            }
            Command::Rows(from, to, count, name, idle) => {
                self.compare_rows(*from, *to, *count, *name, *idle);
            }
            Command::Copy => self.it.group = self.it.group.clone(),
        }
    }

    fn compare_rows(&self, from: u64, to: u64, count: u64, name: Option<u8>, idle: i64) {
        let now_ms = self.it.now_ms;
        let text = name.map(text);
        let query = PendingQuery {
            from: id(from),
            to: id(to),
            count,
            consumer: text.as_ref().map(String::as_bytes),
            min_idle_ms: idle,
        };
        let rows = self.it.group.pending_rows(&query, now_ms, &self.it.log);
        let actual: Vec<_> = rows.iter().map(|row| row.id).collect();
        let entries = self.model.entries.iter();
        let wanted = entries.filter(|(each, entry)| {
            (id(from)..=id(to)).contains(each)
                && (name.is_none() || entry.consumer == name)
                && (entry.consumer.is_none() || idle <= 0 || now_ms - entry.delivered_ms >= idle)
        });
        let count = usize::try_from(count).unwrap();
        let expected: Vec<_> = wanted.map(|(id, _)| *id).take(count).collect();
        assert_eq!(actual, expected);
    }

    /// All that can be seen of the group is the model's.
    fn compare(&self) {
        let (it, model) = (&self.it, &self.model);
        assert_eq!(it.group.cursor().last_delivered, model.last_delivered);
        let order: Vec<_> = model.order().iter().map(|id| id.ms).collect();
        assert_eq!(it.order(), order);
        let rows = it.rows();
        assert_eq!(rows.len(), model.entries.len());
        for (row, (id, entry)) in rows.iter().zip(&model.entries) {
            let name = entry.consumer.map(text);
            assert_eq!(row.id, *id);
            assert_eq!(row.consumer.as_deref(), name.as_ref().map(String::as_bytes));
            assert_eq!(row.pending.delivered_ms, entry.delivered_ms, "{id:?}");
            assert_eq!(row.pending.count, entry.count, "{id:?}");
        }
        let summary = it.group.summary(&it.log);
        let ids = &model.entries;
        let first = ids.first_key_value().map(|(id, _)| *id);
        let last = ids.last_key_value().map(|(id, _)| *id);
        assert_eq!(summary.bounds, first.zip(last));
        assert_eq!(summary.len, ids.len() as u64);
        let held = model
            .consumers
            .iter()
            .map(|(name, consumer)| (text(*name).into_bytes(), consumer.held.len() as u64));
        let held: Vec<_> = held.filter(|(_, held)| *held > 0).collect();
        let counts = summary.consumers.iter();
        let counts: Vec<_> = counts.map(|(name, held)| (name.to_vec(), *held)).collect();
        assert_eq!(counts, held);
        let nobodys = ids.values().filter(|entry| entry.consumer.is_none());
        assert_eq!(it.group.nacked_len(), nobodys.count() as u64);
        let figures = it.group.consumer_figures();
        assert_eq!(figures.len(), model.consumers.len());
        for (row, (name, consumer)) in figures.iter().zip(&model.consumers) {
            assert_eq!(*row.name, *text(*name).as_bytes());
            assert_eq!(row.pending, consumer.held.len() as u64);
            assert_eq!(row.seen_ms, consumer.seen_ms);
            assert_eq!(row.active_ms, consumer.active_ms);
        }
        for (&id, _) in ids.iter().take(3) {
            assert!(it.group.is_referenced(id, it.place(id.ms)));
        }
    }
}

fn text(name: u8) -> String {
    format!("c{name}")
}

fn numbers(ids: &[StreamId]) -> Vec<u64> {
    ids.iter().map(|id| id.ms).collect()
}

#[test]
fn a_group_does_what_the_model_does() {
    let (cases, commands_max) = size();
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let segment_len = select(vec![1, 2, 7, 100, 400]);
    let commands = prop::collection::vec(command(), 1..commands_max);
    let result = runner.run(&(segment_len, commands), |(segment_len, commands)| {
        let mut pair = Pair::new(segment_len);
        for command in &commands {
            pair.run(command);
            pair.compare();
        }
        Ok(())
    });
    result.unwrap();
}
