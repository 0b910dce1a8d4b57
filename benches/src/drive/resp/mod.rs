//! What the workloads over RESP share: which numbers of connections and commands, the servers, and
//! the figures of a run.

pub mod cycle;
pub mod stock;

use core::time::Duration;
use std::path::Path;

use crate::audit::{Audit, Ledger, Tally};
use crate::engine::resp::load::{Load, Loaded, Talk};
use crate::engine::resp::{Level, Product, Server, open_files};
use crate::engine::{Named, forebay as ours, redis};
use crate::fault::Fault;
use crate::measure::case::{Figure, Shape, as_f64};
use crate::measure::memory::MemoryUse;
use crate::measure::{Case, Group, Sample, Work};
use crate::message::share;
use crate::options::Options;

/// The list, or the stream.
pub const KEY: &[u8] = b"mq";
/// What is combined with the other number when one of the two is asked for.
const CONNECTIONS: [usize; 3] = [1, 50, 1_000];
const PIPELINES: [usize; 3] = [1, 16, 64];
/// A generator that runs for so much of the time may be what limits the figures.
const BUSY: f64 = 0.9;

/// A workload: how one connection of it talks, and what must be so before and after.
pub trait Exchange: Send + Sync + 'static {
    /// What one connection says and hears.
    type Talk<A: Audit>: Talk;

    /// Its name.
    const WORKLOAD: &'static str;
    /// Its commands, in words.
    const COMMANDS: &'static str;
    /// Who pushes, and who pops, of so many connections.
    const ROLES: fn(usize) -> (usize, usize);
    /// Connections, commands under way on each, and messages of a run.
    const SELECTION: &'static [(usize, usize, u64)] = &[
        (1, 1, 20_000),
        (1, 64, 300_000),
        (50, 1, 60_000),
        (50, 16, 400_000),
        (1_000, 1, 60_000),
    ];
    /// Messages of a run that was asked for, with one command under way and with several.
    const MESSAGES: [u64; 2] = [60_000, 400_000];

    /// Prepares the server, and makes the talk of each connection.
    ///
    /// # Errors
    /// What went wrong.
    fn prepare<A: Audit>(server: &Server, run: &Run<'_>) -> Result<Vec<Self::Talk<A>>, Fault>;

    /// Judges what was heard, and what the server has now.
    ///
    /// # Errors
    /// What is wrong.
    fn verdict<A: Audit>(
        server: &Server,
        run: &Run<'_>,
        talks: Vec<Self::Talk<A>>,
    ) -> Result<(), Fault>;
}

/// What each connection pushes of a run's messages.
#[must_use]
pub fn shares(run: &Run<'_>) -> Vec<u64> {
    (0..run.connections)
        .map(|connection| share(run.work.messages, run.connections, connection))
        .collect()
}

/// How much one run does.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Messages, their size, the pulse.
    pub work: &'a Work,
    /// Connections.
    pub connections: usize,
    /// Commands under way on each.
    pub pipeline: usize,
}

impl<'a> Run<'a> {
    const fn of(work: &'a Work, connections: usize, pipeline: usize) -> Self {
        Self {
            work,
            connections,
            pipeline,
        }
    }
}

/// A group for each level, number of connections, and number of commands under way.
#[must_use]
pub fn groups<E: Exchange>(options: &Options) -> Vec<Group> {
    let mut groups = Vec::new();
    for level in levels(options) {
        for (connections, pipeline, messages) in selection::<E>(options) {
            groups.push(group::<E>(options, level, connections, pipeline, messages));
        }
    }
    groups
}

/// The levels that were asked for; none that is kept unless one was.
#[must_use]
pub fn levels(options: &Options) -> Vec<Level> {
    if options.levels.is_empty() {
        vec![Level::None]
    } else {
        options.levels.clone()
    }
}

fn selection<E: Exchange>(options: &Options) -> Vec<(usize, usize, u64)> {
    if options.connections.is_empty() && options.pipelines.is_empty() {
        return E::SELECTION.to_vec();
    }
    let or = |asked: &[usize], default: &[usize]| {
        let chosen = if asked.is_empty() { default } else { asked };
        chosen.to_vec()
    };
    let pipelines = or(&options.pipelines, &PIPELINES);
    let with_each = |connections| {
        let messages = |pipeline| E::MESSAGES[usize::from(pipeline > 1)];
        let with = move |&pipeline: &usize| (connections, pipeline, messages(pipeline));
        pipelines.iter().map(with).collect::<Vec<_>>()
    };
    or(&options.connections, &CONNECTIONS)
        .into_iter()
        .flat_map(with_each)
        .collect()
}

fn group<E: Exchange>(
    options: &Options,
    level: Level,
    connections: usize,
    pipeline: usize,
    messages: u64,
) -> Group {
    let plural = if connections == 1 { "" } else { "s" };
    let (producers, consumers) = E::ROLES(connections);
    let shape = Shape {
        workload: E::WORKLOAD,
        title: format!(
            "{}, {connections} connection{plural}, pipeline {pipeline}, level {level}",
            E::COMMANDS
        ),
        producers,
        consumers,
        threads: 1,
        keys: 1,
        extra: shape_of(connections, pipeline, level),
    };
    let case = |name, product: Product| {
        let check = product.clone();
        let weigh = product.clone();
        Case::new(name, None, move |work| {
            let run = Run::of(work, connections, pipeline);
            exchange::<E, Tally>(&product, level, &run).map(|(sample, _)| sample)
        })
        .checked(move |work| {
            let run = Run::of(work, connections, pipeline);
            exchange::<E, Ledger>(&check, level, &run).map(|(sample, _)| sample)
        })
        .with_memory(move |work| {
            let run = Run::of(work, connections, pipeline);
            exchange::<E, Tally>(&weigh, level, &run).map(|(_, memory)| memory)
        })
    };
    let cases = products(options)
        .into_iter()
        .map(|(name, product)| case(name, product))
        .collect();
    Group::new(shape, messages, Figure::Cpu, cases).with_slow_messages()
}

/// The fields of every row.
#[must_use]
pub fn shape_of(
    connections: usize,
    pipeline: usize,
    level: Level,
) -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("connections", connections.into()),
        ("pipeline", pipeline.into()),
        ("level", level.name().into()),
    ]
}

/// The servers by their names; Redis only where it is installed.
#[must_use]
pub fn products(options: &Options) -> Vec<(&'static str, Product)> {
    let program = options.server.as_deref().map(Path::to_path_buf);
    let mut products = vec![(<ours::Slices as Named>::NAME, Product::Forebay(program))];
    if redis::version().is_some() {
        products.push((redis::NAME, Product::Redis));
    }
    products
}

/// Anything that is wrong with a run but not with its messages.
pub fn failed(error: impl core::fmt::Display) -> Fault {
    Fault::Failed(error.to_string())
}

fn exchange<E: Exchange, A: Audit>(
    product: &Product,
    level: Level,
    run: &Run<'_>,
) -> Result<(Sample, MemoryUse), Fault> {
    open_files::make_room_for(run.connections).map_err(failed)?;
    let server = Server::start(product, level).map_err(failed)?;
    let talks = E::prepare::<A>(&server, run)?;
    let load = Load::open(server.address(), talks, &run.work.pulse).map_err(failed)?;
    let before = server.cpu();
    let Loaded {
        talks,
        elapsed,
        latency,
        commands,
        generator_cpu,
    } = load.run(&run.work.pulse)?;
    let spent = server.cpu().zip(before);
    run.work.check_stopped()?;
    E::verdict(&server, run, talks)?;
    let mut sample = Sample::new(run.work.messages, elapsed);
    sample.latency = latency;
    let server_cpu = spent.map(|(after, before)| after.saturating_sub(before));
    figures(&mut sample, commands, server_cpu, generator_cpu);
    let memory = MemoryUse {
        peak_rss_bytes: server.peak_resident(),
        ..MemoryUse::default()
    };
    Ok((sample, memory))
}

/// Adds what the commands took of both sides.
pub fn figures(
    sample: &mut Sample,
    commands: u64,
    server: Option<Duration>,
    generator: Option<Duration>,
) {
    let seconds = sample.elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
    let commands = as_f64(commands.max(1));
    sample.extra.push(("commands_per_s", commands / seconds));
    let Some(server) = server.map(|cpu| cpu.as_secs_f64()) else {
        return;
    };
    let each = server / commands * 1e6;
    sample.extra.push(("cpu_s_per_million", each));
    // Without a generator the time that passed is that of single messages, without the pauses.
    if let Some(generator) = generator.map(|cpu| cpu.as_secs_f64()) {
        sample.extra.push(("server_cores", server / seconds));
        sample.extra.push(("generator_cores", generator / seconds));
        let is_limit = generator >= server || generator / seconds >= BUSY;
        sample.flags.push(("generator_bound", is_limit));
    }
}
