//! The table `payload`.

use rand_distr::LogNormal;
use rand_distr::weighted::WeightedAliasIndex;

use super::limit::{needed, refused, within};
use crate::measure::case::as_f64;
use crate::mix::form;
use crate::mix::payload::Sizes;
use crate::mix::stamp::STAMP_BYTES;
use crate::options::PAYLOAD_BYTES_MAX;

const SIGMA_MAX: f64 = 5.0;

pub(super) fn sizes(form: form::Payload) -> Result<Sizes, String> {
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
