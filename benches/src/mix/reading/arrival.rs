//! The table `arrival`.

use super::SECONDS_MAX;
use super::limit::{between, needed, refused, within};
use crate::mix::description::{Rate, When};
use crate::mix::form::{self, Process, Spacing};

const PER_S_MAX: f64 = 1e8;
const TIMES_MAX: f64 = 1_000.0;
const NUMBERS_MAX: usize = 10_000_000;

pub(super) fn arrival(form: &form::Arrival, trace: Option<&str>) -> Result<(Rate, When), String> {
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
    if numbers.is_empty() || numbers.len() > NUMBERS_MAX {
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
