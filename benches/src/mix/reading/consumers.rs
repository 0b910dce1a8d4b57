//! The tables `consumers` and `reliable`.

use core::time::Duration;

use super::THREADS_MAX;
use super::limit::within;
use crate::mix::description::{Group, Reliable};
use crate::mix::form::{self, Kind};
use crate::mix::keys::Choice;
use crate::mix::service::Service;

const GROUPS_MAX: usize = 64;
const SERVICE_US_MAX: f64 = 10e6;
const CRASH_MAX: f64 = 0.5;
const RESTART_MS_MAX: f64 = 10_000.0;

pub(super) fn groups(kind: Kind, forms: &[form::Consumers]) -> Result<Vec<Group>, String> {
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

pub(super) fn reliable(
    form: &form::Reliable,
    kind: Kind,
    keys: &Choice,
) -> Result<Reliable, String> {
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
