//! The engines on which a mix is run, and the group that they make.

use alloc::sync::Arc;

use core::hint::black_box;
use core::time::Duration;

use super::description::Description;
use super::engine::Target;
use super::engine::blocking::Plain;
use super::engine::both::Both;
use super::engine::forebay_list::{Handles, Names, One, Reliable};
use super::engine::forebay_stream::Stream;
use super::engine::keyed::Keyed;
use super::engine::reliable::Backups;
use super::engine::stream::Rung;
use super::form::{self, Kind};
use super::run::Run;
use super::source::Source;
use crate::engine::stream::{mutex_arena, mutex_btreemap};
use crate::engine::{
    condvar, crossbeam_channel, dashmap_mutex_vecdeque, flume, is_ours, kanal, mutex_vecdeque,
};
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::memory::{self, MemoryUse, growth};
use crate::measure::{Case, Group, Work, crew};

/// The check before an engine is timed is this part of a run, or less.
const CHECK_PART: f64 = 0.25;
/// As much memory may stay when a run is over, and so long is waited until it does not.
const RETAINED_ENOUGH: u64 = 16 << 20;
const RETAINED_LIMIT: Duration = Duration::from_millis(1_500);

/// The group of a mix; none when its description is not understood.
#[must_use]
pub fn groups(source: &Source) -> Vec<Group> {
    let Ok(description) = source.description() else {
        return Vec::new();
    };
    let nominal = description.messages(crew::cores()).round().max(1.0);
    let shape = Shape {
        workload: source.name(),
        title: source.summary().to_owned(),
        producers: description.producers,
        consumers: description.consumer_count(),
        threads: description.producers + description.consumer_count(),
        keys: description.keys.count() as u64,
        extra: vec![("groups", description.groups.len().into())],
    };
    let figure = match description.figure {
        form::Figure::TimeInQueue => Figure::P50,
        form::Figure::Throughput => Figure::NsPerOp,
    };
    let mut cases = Cases {
        description: Arc::new(description),
        nominal,
        chosen: Vec::new(),
    };
    cases.of_kind();
    #[expect(clippy::cast_possible_truncation, reason = "the budget limits it")]
    #[expect(clippy::cast_sign_loss, reason = "it is at least 1")]
    let messages = nominal as u64;
    let group = Group::new(shape, messages, figure, cases.chosen);
    vec![group.with_backlog().with_long_runs()]
}

/// Allocators give memory back only when they are called.
fn stir() {
    drop(black_box(vec![0_u8; 64]));
}

struct Cases {
    description: Arc<Description>,
    nominal: f64,
    chosen: Vec<Case>,
}

impl Cases {
    fn of_kind(&mut self) {
        let description = Arc::clone(&self.description);
        match description.kind {
            Kind::List if description.reliable.is_some() => {
                self.add::<Reliable>();
                self.add::<Backups>();
            }
            Kind::List if description.keys.count() > 1 => {
                self.add::<Handles>();
                self.add::<Names>();
                self.add::<Keyed<dashmap_mutex_vecdeque::Map, mutex_vecdeque::Blocking>>();
            }
            Kind::List => {
                self.add::<One>();
                self.add::<Plain<condvar::MutexCondvar>>();
                self.add::<Plain<crossbeam_channel::Channel>>();
                self.add::<Plain<flume::Channel>>();
                self.add::<Plain<kanal::Channel>>();
                self.add::<Plain<mutex_vecdeque::Blocking>>();
            }
            Kind::Stream => {
                self.add::<Stream>();
                self.add::<Rung<mutex_arena::Stream>>();
                self.add::<Rung<mutex_btreemap::Stream>>();
            }
            Kind::Both => {
                self.add::<Both<One, Stream>>();
                self.add::<Both<Plain<mutex_vecdeque::Blocking>, Rung<mutex_btreemap::Stream>>>();
            }
        }
    }

    /// Forebay at each level; a peer, which has none, only where nothing is durable.
    fn add<T: Target>(&mut self) {
        let levels = self.description.levels.clone();
        let only_memory = levels.len() == 1 && levels[0].1.is_none();
        for (name, level) in levels {
            if is_ours(T::NAME) {
                let variant = if only_memory { T::VARIANT } else { Some(name) };
                self.push::<T>(variant, level);
            } else if only_memory {
                self.push::<T>(T::VARIANT, None);
            }
        }
    }

    fn push<T: Target>(&mut self, variant: Option<&'static str>, level: Option<forebay::Level>) {
        let (description, nominal) = (Arc::clone(&self.description), self.nominal);
        let run = move |part: f64, thorough: bool, work: &Work| {
            let scale = as_f64(work.messages) / nominal;
            let messages = work.messages;
            let run = Run {
                description: &description,
                scale: scale.min(scale * part).max(1e-9),
                level,
                thorough,
            };
            run.on::<T>(&Work {
                messages,
                ..work.clone()
            })
        };
        let (check, weigh) = (run.clone(), run.clone());
        let case = Case::new(T::NAME, variant, move |work| run(1.0, false, work))
            .checked(move |work| check(CHECK_PART, true, work))
            .with_memory(move |work| {
                let before = memory::resident();
                weigh(1.0, false, work)?;
                let peak_rss_bytes = memory::peak_resident();
                let enough = before.unwrap_or(0) + RETAINED_ENOUGH;
                let after = memory::settled(enough, RETAINED_LIMIT, stir);
                let retained_bytes = growth(before, after);
                Ok(MemoryUse {
                    peak_rss_bytes,
                    retained_bytes,
                    ..MemoryUse::default()
                })
            });
        self.chosen.push(case);
    }
}
