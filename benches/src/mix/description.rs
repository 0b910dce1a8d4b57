//! What a description means, once every number in it has been looked at.

use alloc::sync::Arc;
use core::fmt::Display;
use core::time::Duration;
use std::collections::HashSet;

use forebay::Level;
use rand_distr::weighted::WeightedAliasIndex;
use rand_distr::{LogNormal, Zipf};

use super::arrival::{Arrivals, Curve};
use super::error::MixError;
use super::form::{self, Budget, Capacity, Figure, Form, Kind, LevelName, Process, Spacing};
use super::keys::Choice;
use super::payload::Sizes;
use super::service::{Service, per_s_of};
use super::stamp::STAMP_BYTES;
use crate::measure::case::as_f64;
use crate::options::PAYLOAD_BYTES_MAX;

const THREADS_MAX: usize = 256;
const GROUPS_MAX: usize = 64;
const KEYS_MAX: usize = 1_000_000;
const COUNT_MAX: usize = 10_000;
const SECONDS_MAX: f64 = 3_600.0;
const PER_S_MAX: f64 = 1e8;
const TIMES_MAX: f64 = 1_000.0;
const SERVICE_US_MAX: f64 = 10e6;
const STEPS_MAX: f64 = 1e6;
const MESSAGES_MAX: u64 = 1_000_000_000;
const BACKLOG_BYTES_MAX: u64 = 1 << 40;
const CRASH_MAX: f64 = 0.5;
const RESTART_MS_MAX: f64 = 10_000.0;
const INTERVAL_MS_MAX: f64 = 60_000.0;
const SIGMA_MAX: f64 = 5.0;
const THETA_MAX: f64 = 5.0;
/// What a consumer remembers of each producer and key for the order of messages.
const ORDERS_MAX: usize = 1 << 24;
/// Entries that are asked for at once, unless the description says otherwise.
const COUNT_DEFAULT: usize = 10;
const INTERVAL_MS_DEFAULT: f64 = 10.0;
/// For estimates only, where nobody knows what consumers take.
const PER_S_UNKNOWN: f64 = 1e6;

/// A workload mix.
#[derive(Debug, Clone)]
pub struct Description {
    /// What the messages go through.
    pub kind: Kind,
    /// How long arrivals go on.
    pub seconds: f64,
    /// Of all randomness.
    pub seed: u64,
    /// Threads that produce.
    pub producers: usize,
    /// How many messages fall due.
    pub rate: Rate,
    /// When they do.
    pub process: When,
    /// How large they are; otherwise as large as all messages of the run.
    pub sizes: Option<Sizes>,
    /// Which key they go to.
    pub keys: Choice,
    /// The groups; a list has one.
    pub groups: Vec<Group>,
    /// Entries that a consumer of a stream asks for at once.
    pub count: usize,
    /// Whether a message is kept until it is done, and how consumers die.
    pub reliable: Option<Reliable>,
    /// How durable each of Forebay's rows is; `None` is memory.
    pub levels: Vec<(&'static str, Option<Level>)>,
    /// What a run may not go beyond.
    pub budget: Budget,
    /// What decides.
    pub figure: Figure,
}

/// Consumers that share messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What each of its consumers does with a message.
    pub members: Vec<Service>,
}

/// Consumers that crash.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliable {
    /// The probability that a consumer dies of a message.
    pub crash: f64,
    /// How long it takes until there is another one in its place.
    pub restart: Duration,
}

/// How many messages fall due, by which the shape of the process is multiplied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// So many per second.
    PerSecond(f64),
    /// So many times what the consumers take.
    Times(f64, Capacity),
    /// As recorded.
    Recorded,
}

/// The shape of a process.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// One rate.
    Flat(Spacing),
    /// So many milliseconds at the rate, and so many of nothing.
    Bursts(Spacing, f64, f64),
    /// Rates in turn, for equal parts of the time.
    Rates(Spacing, Arc<[f64]>),
    /// Milliseconds at which messages are due.
    Times(Arc<[f64]>),
}

impl Description {
    /// Reads a description; `trace` is the content of the file that it names, if it names one.
    ///
    /// # Errors
    /// With `origin`, the line or field, and what is allowed.
    pub fn parse(origin: &str, text: &str, trace: Option<&str>) -> Result<Self, MixError> {
        let form: Form = toml::from_str(text).map_err(|error| MixError::new(origin, error))?;
        understand(form, trace).map_err(|problem| MixError::new(origin, problem))
    }

    /// The file with the recorded arrivals that a description names.
    ///
    /// # Errors
    /// As [`Description::parse`], as far as one can tell without that file.
    pub fn trace_file(origin: &str, text: &str) -> Result<Option<String>, MixError> {
        let form: Form = toml::from_str(text).map_err(|error| MixError::new(origin, error))?;
        Ok(form.arrival.rates_file.or(form.arrival.times_ms_file))
    }

    /// All consumers, with the number of their group and their number in it.
    pub fn consumers(&self) -> impl Iterator<Item = (usize, usize, Service)> + '_ {
        let groups = self.groups.iter().enumerate();
        groups.flat_map(|(group, each)| {
            let members = each.members.iter().enumerate();
            members.map(move |(member, service)| (group, member, *service))
        })
    }

    /// How many consumers there are.
    #[must_use]
    pub fn consumer_count(&self) -> usize {
        self.groups.iter().map(|group| group.members.len()).sum()
    }

    /// What the slowest group takes by arithmetic.
    #[must_use]
    pub fn service_per_s(&self, cores: usize) -> Option<f64> {
        let of_group = |group: &Group| per_s_of(&group.members, cores);
        self.groups.iter().filter_map(of_group).reduce(f64::min)
    }

    /// The arrivals, when the time is stretched by `scale` and consumers take so many messages per
    /// second. Recorded times are not stretched: they are repeated, or cut off.
    #[must_use]
    pub fn arrivals(&self, scale: f64, capacity_per_s: f64) -> Arrivals {
        let per_s = match self.rate {
            Rate::PerSecond(per_s) => per_s,
            Rate::Times(times, _) => times * capacity_per_s,
            Rate::Recorded => 1.0,
        };
        let total_ns = self.seconds * scale * 1e9;
        let by_rate = |spacing, curve| Arrivals::Rate { curve, spacing };
        match &self.process {
            When::Flat(spacing) => by_rate(*spacing, Curve::new([(total_ns, per_s)])),
            When::Bursts(spacing, on_ms, off_ms) => {
                // A cycle that is longer than a short run is shortened, so that its rate is the same.
                let cycle_ns = ((on_ms + off_ms) * 1e6).min(total_ns);
                let on_ns = cycle_ns * on_ms / (on_ms + off_ms);
                let cycles = (total_ns / cycle_ns).round().clamp(1.0, STEPS_MAX);
                #[expect(clippy::cast_possible_truncation, reason = "a million at most")]
                #[expect(clippy::cast_sign_loss, reason = "a million at most")]
                let cycles = cycles as usize;
                let cycle = [(on_ns, per_s), (cycle_ns - on_ns, 0.0)];
                by_rate(
                    *spacing,
                    Curve::new([cycle].repeat(cycles).into_iter().flatten()),
                )
            }
            When::Rates(spacing, rates) => {
                let step_ns = total_ns / as_f64(rates.len() as u64);
                let steps = rates.iter().map(|rate| (step_ns, rate * per_s));
                by_rate(*spacing, Curve::new(steps))
            }
            When::Times(times) => Arrivals::Times(repeated(times, total_ns)),
        }
    }

    /// How many messages fall due, as far as that is known before.
    #[must_use]
    pub fn messages(&self, cores: usize) -> f64 {
        let capacity = self.service_per_s(cores).unwrap_or(PER_S_UNKNOWN);
        self.arrivals(1.0, capacity).total()
    }

    /// Whether each message is delivered once, and not more often.
    #[must_use]
    pub fn is_once(&self) -> bool {
        self.kind == Kind::List || self.reliable.is_none_or(|reliable| reliable.crash <= 0.0)
    }

    /// Whether a consumer sees what a producer sent to a key in that order.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.reliable.is_none_or(|reliable| reliable.crash <= 0.0)
    }
}

fn repeated(times_ms: &[f64], total_ns: f64) -> Arc<[u64]> {
    let span_ns = times_ms.last().map_or(0.0, |last| last * 1e6).max(1.0);
    let mut times = Vec::new();
    let mut from_ns = 0.0;
    loop {
        for time in times_ms {
            let at_ns = from_ns + time * 1e6;
            if at_ns > total_ns {
                return times.into();
            }
            #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
            #[expect(clippy::cast_sign_loss, reason = "no time is negative")]
            times.push(at_ns as u64);
        }
        from_ns += span_ns;
    }
}

/// A number that has to lie above one limit and not beyond another.
fn between(field: &str, value: f64, above: f64, most: f64) -> Result<f64, String> {
    if value > above && value <= most {
        Ok(value)
    } else {
        Err(format!(
            "{field} is {value}: it has to be above {above}, and {most} at most"
        ))
    }
}

/// A number between two limits, both included.
fn within<T: PartialOrd + Display + Copy>(
    field: &str,
    value: T,
    least: T,
    most: T,
) -> Result<T, String> {
    if value >= least && value <= most {
        Ok(value)
    } else {
        Err(format!(
            "{field} is {value}: it has to be from {least} to {most}"
        ))
    }
}

fn needed<T>(field: &str, of: &str, value: Option<T>) -> Result<T, String> {
    value.ok_or_else(|| format!("{field} is missing: {of} needs it"))
}

fn refused<T>(fields: &[(&str, bool)], of: &str, result: T) -> Result<T, String> {
    match fields.iter().find(|(_, given)| *given) {
        Some((field, _)) => Err(format!("{field} means nothing with {of}: leave it out")),
        None => Ok(result),
    }
}

fn understand(form: Form, trace: Option<&str>) -> Result<Description, String> {
    let seconds = between("seconds", form.seconds, 0.0, SECONDS_MAX)?;
    let producers = within("producers", form.producers, 1, THREADS_MAX)?;
    let (rate, process) = arrival(&form.arrival, trace)?;
    let sizes = form.payload.map(sizes).transpose()?;
    let groups = groups(form.kind, &form.consumers)?;
    let keys = keys(form.kind, form.keys.as_ref(), producers)?;
    let count = match (form.kind, form.count) {
        (Kind::List, Some(_)) => {
            return Err("count means nothing with kind = \"list\": leave it out".to_owned());
        }
        (_, count) => within("count", count.unwrap_or(COUNT_DEFAULT), 1, COUNT_MAX)?,
    };
    let reliable = form
        .reliable
        .map(|each| reliable(&each, form.kind, &keys))
        .transpose()?;
    let levels = form
        .durability
        .map_or_else(|| Ok(vec![("memory", None)]), levels)?;
    let description = Description {
        kind: form.kind,
        seconds,
        seed: form.seed,
        producers,
        rate,
        process,
        sizes,
        keys,
        groups,
        count,
        reliable,
        levels,
        budget: budget(form.budget)?,
        figure: form.figure,
    };
    afford(&description)?;
    Ok(description)
}

fn arrival(form: &form::Arrival, trace: Option<&str>) -> Result<(Rate, When), String> {
    let spacing = form.spacing.unwrap_or_default();
    let of_bursts = [
        ("arrival.on_ms", form.on_ms),
        ("arrival.off_ms", form.off_ms),
    ]
    .map(|(field, value)| (field, value.is_some()));
    let of_trace = [
        ("arrival.rates", form.rates.is_some()),
        ("arrival.times_ms", form.times_ms.is_some()),
        ("arrival.rates_file", form.rates_file.is_some()),
        ("arrival.times_ms_file", form.times_ms_file.is_some()),
    ];
    let name = format!(
        "process = \"{}\"",
        match form.process {
            Process::Constant => "constant",
            Process::Poisson => "poisson",
            Process::Bursts => "bursts",
            Process::Trace => "trace",
        }
    );
    if form.process != Process::Bursts {
        refused(&of_bursts, &name, ())?;
    }
    if form.process != Process::Trace {
        refused(&of_trace, &name, ())?;
    }
    match form.process {
        Process::Constant | Process::Poisson => {
            refused(&[("arrival.spacing", form.spacing.is_some())], &name, ())?;
            let spacing = if form.process == Process::Poisson {
                Spacing::Poisson
            } else {
                Spacing::Even
            };
            Ok((rate(form)?, When::Flat(spacing)))
        }
        Process::Bursts => {
            let on_ms = needed("arrival.on_ms", &name, form.on_ms)?;
            let off_ms = needed("arrival.off_ms", &name, form.off_ms)?;
            let on_ms = between("arrival.on_ms", on_ms, 0.0, SECONDS_MAX * 1e3)?;
            let off_ms = within("arrival.off_ms", off_ms, 0.0, SECONDS_MAX * 1e3)?;
            Ok((rate(form)?, When::Bursts(spacing, on_ms, off_ms)))
        }
        Process::Trace => recorded(form, &of_trace, trace),
    }
}

fn recorded(
    form: &form::Arrival,
    fields: &[(&str, bool)],
    trace: Option<&str>,
) -> Result<(Rate, When), String> {
    let given: Vec<&str> = fields
        .iter()
        .filter(|each| each.1)
        .map(|each| each.0)
        .collect();
    let &[field] = &given[..] else {
        return Err(format!(
            "process = \"trace\" needs exactly one of arrival.rates, arrival.times_ms, \
             arrival.rates_file and arrival.times_ms_file; there are {}",
            given.len()
        ));
    };
    let in_text = form.rates.as_ref().or(form.times_ms.as_ref());
    let numbers = match in_text {
        Some(numbers) => numbers.clone(),
        None => column(field, trace.unwrap_or_default())?,
    };
    if numbers.is_empty() || as_f64(numbers.len() as u64) > STEPS_MAX * 10.0 {
        return Err(format!(
            "{field} has {} numbers: from 1 to 10000000",
            numbers.len()
        ));
    }
    if form.rates.is_some() || form.rates_file.is_some() {
        for number in &numbers {
            within(&format!("a number in {field}"), *number, 0.0, PER_S_MAX)?;
        }
        if numbers.iter().all(|number| *number <= 0.0) {
            return Err(format!("{field} are all 0: nothing would ever be due"));
        }
        let spacing = form.spacing.unwrap_or_default();
        return Ok((rate(form)?, When::Rates(spacing, numbers.into())));
    }
    let unused = [
        ("arrival.per_s", form.per_s.is_some()),
        ("arrival.times", form.times.is_some()),
        ("arrival.capacity", form.capacity.is_some()),
        ("arrival.spacing", form.spacing.is_some()),
    ];
    refused(&unused, field, ())?;
    let mut earlier = 0.0;
    for number in &numbers {
        within(
            &format!("a number in {field}"),
            *number,
            0.0,
            SECONDS_MAX * 1e3,
        )?;
        if *number < earlier {
            return Err(format!(
                "{field} has {number} after {earlier}: times never fall"
            ));
        }
        earlier = *number;
    }
    Ok((Rate::Recorded, When::Times(numbers.into())))
}

/// The last column of each line; lines that are empty or begin with `#` are left out.
fn column(field: &str, text: &str) -> Result<Vec<f64>, String> {
    let mut numbers = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let last = line.rsplit(',').next().unwrap_or_default().trim();
        match last.parse::<f64>() {
            Ok(number) => numbers.push(number),
            Err(_) => {
                return Err(format!(
                    "{field}: line {} ends in '{last}': it has to be a number, alone or behind \
                     a comma",
                    index + 1
                ));
            }
        }
    }
    Ok(numbers)
}

fn rate(form: &form::Arrival) -> Result<Rate, String> {
    match (form.per_s, form.times) {
        (Some(per_s), None) => {
            let unused = [("arrival.capacity", form.capacity.is_some())];
            refused(&unused, "arrival.per_s", ())?;
            Ok(Rate::PerSecond(between(
                "arrival.per_s",
                per_s,
                0.0,
                PER_S_MAX,
            )?))
        }
        (None, Some(times)) => Ok(Rate::Times(
            between("arrival.times", times, 0.0, TIMES_MAX)?,
            form.capacity.unwrap_or_default(),
        )),
        (per_s, _) => Err(format!(
            "arrival needs one of per_s (messages per second) and times (what the consumers \
             take); there {}",
            if per_s.is_some() {
                "are both"
            } else {
                "is none"
            }
        )),
    }
}

fn sizes(form: form::Payload) -> Result<Sizes, String> {
    let bytes = |field: &str, value: usize| within(field, value, STAMP_BYTES, PAYLOAD_BYTES_MAX);
    let fields = [
        ("payload.bytes", form.bytes.is_some()),
        ("payload.bytes_min", form.bytes_min.is_some()),
        ("payload.bytes_max", form.bytes_max.is_some()),
        ("payload.bytes_median", form.bytes_median.is_some()),
        ("payload.sigma", form.sigma.is_some()),
        ("payload.weights", form.weights.is_some()),
    ];
    let (name, own): (_, &[usize]) = match form.size {
        form::Size::Constant => ("size = \"constant\"", &[0]),
        form::Size::Uniform => ("size = \"uniform\"", &[1, 2]),
        form::Size::LogNormal => ("size = \"log-normal\"", &[1, 2, 3, 4]),
        form::Size::Weighted => ("size = \"weighted\"", &[5]),
    };
    for (index, field) in fields.iter().enumerate() {
        if !own.contains(&index) {
            refused(&[*field], name, ())?;
        }
    }
    let limits = |least: Option<usize>, most: Option<usize>| {
        let least = bytes(
            "payload.bytes_min",
            needed("payload.bytes_min", name, least)?,
        )?;
        let most = bytes(
            "payload.bytes_max",
            needed("payload.bytes_max", name, most)?,
        )?;
        if least <= most {
            Ok((least, most))
        } else {
            Err(format!(
                "payload.bytes_min {least} is above payload.bytes_max {most}"
            ))
        }
    };
    match form.size {
        form::Size::Constant => {
            let all = needed("payload.bytes", name, form.bytes)?;
            Ok(Sizes::Constant(bytes("payload.bytes", all)?))
        }
        form::Size::Uniform => {
            let (least, most) = limits(form.bytes_min, form.bytes_max)?;
            Ok(Sizes::Uniform(least, most))
        }
        form::Size::LogNormal => {
            let limits = limits(form.bytes_min, form.bytes_max)?;
            let median = needed("payload.bytes_median", name, form.bytes_median)?;
            let (least, most) = (as_f64(limits.0 as u64), as_f64(limits.1 as u64));
            let median = within("payload.bytes_median", median, least, most)?;
            let sigma = needed("payload.sigma", name, form.sigma)?;
            let sigma = within("payload.sigma", sigma, 0.0, SIGMA_MAX)?;
            let distribution = LogNormal::new(median.ln(), sigma);
            let distribution = distribution.map_err(|error| format!("payload.sigma: {error}"))?;
            let mean = median * (sigma * sigma / 2.0).exp();
            Ok(Sizes::LogNormal {
                distribution,
                limits,
                mean,
            })
        }
        form::Size::Weighted => {
            let pairs = needed("payload.weights", name, form.weights)?;
            let mut mean = 0.0;
            let total: f64 = pairs.iter().map(|pair| pair.1).sum();
            for (size, weight) in &pairs {
                bytes("a size in payload.weights", *size)?;
                mean += as_f64(*size as u64) * weight / total;
            }
            let (sizes, weights): (Vec<usize>, Vec<f64>) = pairs.into_iter().unzip();
            let index = WeightedAliasIndex::new(weights);
            let index = index.map_err(|error| {
                format!("payload.weights: {error}; it is a list of [bytes, weight]")
            })?;
            Ok(Sizes::Weighted { sizes, index, mean })
        }
    }
}

fn keys(kind: Kind, form: Option<&form::Keys>, producers: usize) -> Result<Choice, String> {
    let Some(form) = form else {
        return Ok(Choice::One);
    };
    if kind != Kind::List {
        return Err("keys are for kind = \"list\": leave them out".to_owned());
    }
    let count = within("keys.count", form.count, 1, KEYS_MAX)?;
    if count * producers > ORDERS_MAX {
        return Err(format!(
            "keys.count {count} by {producers} producers is {}: it has to be {ORDERS_MAX} at most",
            count * producers
        ));
    }
    match form.choice {
        form::Choice::Uniform => {
            let unused = [("keys.theta", form.theta.is_some())];
            refused(&unused, "choice = \"uniform\"", Choice::Uniform(count))
        }
        form::Choice::Zipf => {
            let theta = needed("keys.theta", "choice = \"zipf\"", form.theta)?;
            let theta = within("keys.theta", theta, 0.0, THETA_MAX)?;
            let ranks = Zipf::new(as_f64(count as u64), theta);
            let ranks = ranks.map_err(|error| format!("keys.theta: {error}"))?;
            Ok(Choice::Zipf { count, ranks })
        }
    }
}

fn groups(kind: Kind, forms: &[form::Consumers]) -> Result<Vec<Group>, String> {
    let mut groups: Vec<Group> = Vec::new();
    let mut threads = 0;
    for form in forms {
        let count = within("consumers.count", form.count, 1, THREADS_MAX)?;
        threads += count;
        if kind != Kind::Stream && form.group.is_some() {
            return Err("consumers.group is for kind = \"stream\": leave it out".to_owned());
        }
        let service = Service {
            mean_ns: within("consumers.service_us", form.service_us, 0.0, SERVICE_US_MAX)? * 1e3,
            spread: form.spread,
            how: form.how,
        };
        let name = form.group.as_deref().unwrap_or("group");
        let place = groups.iter().position(|group| group.name == name);
        let place = place.unwrap_or_else(|| {
            groups.push(Group {
                name: name.to_owned(),
                members: Vec::new(),
            });
            groups.len() - 1
        });
        groups[place]
            .members
            .extend(core::iter::repeat_n(service, count));
    }
    let least = if kind == Kind::Both { 2 } else { 1 };
    within("the number of all consumers", threads, least, THREADS_MAX)?;
    within("the number of groups", groups.len(), 1, GROUPS_MAX)?;
    Ok(groups)
}

fn reliable(form: &form::Reliable, kind: Kind, keys: &Choice) -> Result<Reliable, String> {
    if kind == Kind::Both {
        return Err("reliable is for kind = \"list\" and \"stream\": leave it out".to_owned());
    }
    if keys.count() > 1 {
        return Err("reliable and keys cannot be together: leave one out".to_owned());
    }
    let crash = within("reliable.crash", form.crash, 0.0, CRASH_MAX)?;
    let restart_ms = within("reliable.restart_ms", form.restart_ms, 0.0, RESTART_MS_MAX)?;
    Ok(Reliable {
        crash,
        restart: Duration::from_secs_f64(restart_ms * 1e-3),
    })
}

fn levels(form: form::Durability) -> Result<Vec<(&'static str, Option<Level>)>, String> {
    let interval_ms = form.interval_ms.unwrap_or(INTERVAL_MS_DEFAULT);
    let interval_ms = between("durability.interval_ms", interval_ms, 0.0, INTERVAL_MS_MAX)?;
    let has_interval = form.levels.contains(&LevelName::Interval);
    if form.interval_ms.is_some() && !has_interval {
        return Err(
            "durability.interval_ms means nothing without the level \"interval\": leave \
                    it out"
                .to_owned(),
        );
    }
    let level = |name| match name {
        LevelName::Memory => ("memory", None),
        LevelName::None => ("none", Some(Level::None)),
        LevelName::Interval => {
            let interval = Duration::from_secs_f64(interval_ms * 1e-3);
            ("interval", Some(Level::Interval(interval)))
        }
        LevelName::Group => ("group", Some(Level::Group)),
    };
    let levels: Vec<_> = form.levels.into_iter().map(level).collect();
    let different: HashSet<&str> = levels.iter().map(|level| level.0).collect();
    if levels.is_empty() || different.len() < levels.len() {
        return Err(
            "durability.levels has to name at least one of \"memory\", \"none\", \
                    \"interval\" and \"group\", and none twice"
                .to_owned(),
        );
    }
    Ok(levels)
}

fn budget(budget: Budget) -> Result<Budget, String> {
    between("budget.seconds", budget.seconds, 0.0, SECONDS_MAX)?;
    within("budget.messages", budget.messages, 1, MESSAGES_MAX)?;
    within(
        "budget.backlog_bytes",
        budget.backlog_bytes,
        1 << 10,
        BACKLOG_BYTES_MAX,
    )?;
    Ok(budget)
}

/// What is known to go beyond the budget is refused at once; what goes beyond it later is cut.
fn afford(description: &Description) -> Result<(), String> {
    let budget = description.budget;
    // What one core takes is not less than what several do: this must not depend on the machine.
    let capacity = description.service_per_s(1);
    let messages = match (description.rate, &description.process) {
        // Repetitions are counted, not made.
        (Rate::Recorded, When::Times(times)) => {
            let span_s = times.last().map_or(0.0, |last| last * 1e-3).max(1e-9);
            as_f64(times.len() as u64) * (description.seconds / span_s).max(1.0)
        }
        (Rate::Times(..), _) if capacity.is_none() => 0.0,
        _ => description.arrivals(1.0, capacity.unwrap_or(0.0)).total(),
    };
    if messages > as_f64(budget.messages) {
        return Err(format!(
            "about {messages:.0} messages would fall due, and budget.messages is {}: lower \
             seconds or the rate, or raise it",
            budget.messages
        ));
    }
    let largest = description.sizes.as_ref().map_or(0, Sizes::most) as u64;
    if largest > budget.backlog_bytes {
        return Err(format!(
            "a message can have {largest} bytes, and budget.backlog_bytes is {}",
            budget.backlog_bytes
        ));
    }
    if description.seconds > budget.seconds {
        return Err(format!(
            "arrivals go on for {} s, and budget.seconds is {}: lower seconds, or raise it",
            description.seconds, budget.seconds
        ));
    }
    Ok(())
}
