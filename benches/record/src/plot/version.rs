//! Which version of a peer was measured.

use crate::{Machine, Row};

/// Engines that are named after what is used of a package: how they begin, and the package.
const PART_OF: [(&str, &str); 3] = [
    ("crossbeam-segqueue", "crossbeam-queue"),
    ("dashmap-", "dashmap"),
    ("tokio-", "tokio"),
];

/// The version of the package that a peer is; none where it is made of several.
pub(super) fn of<'m>(machine: &'m Machine, row: &Row) -> Option<&'m str> {
    let engine = &*row.engine;
    let mut part_of = PART_OF.iter();
    let package = part_of.find(|(start, _)| engine.starts_with(start));
    let package = package.map_or(engine, |(_, package)| package);
    let mut peers = machine.peers.iter().filter_map(|peer| peer.split_once(' '));
    let (_, version) = peers.find(|(name, _)| *name == package)?;
    Some(version)
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::{Figure, Machine, Row};

    #[test]
    fn peers_have_the_version_of_their_package() {
        let machine = Machine {
            peers: [
                "kanal 0.1.1",
                "crossbeam-queue 0.3.12",
                "parking_lot 0.12.5",
            ]
            .map(str::to_owned)
            .to_vec(),
            ..Machine::default()
        };
        let version = |engine: &str| {
            let row = serde_json::json!({
                "workload": "a", "title": "b", "figure": Figure::NsPerOp, "engine": engine,
                "producers": 1, "consumers": 1, "payload_bytes": 64, "keys": 1, "messages": 1,
                "threads": 1, "rounds": 1, "rounds_ns": [],
            });
            of(&machine, &serde_json::from_value::<Row>(row).unwrap()).map(str::to_owned)
        };
        assert_eq!(version("kanal").as_deref(), Some("0.1.1"));
        assert_eq!(version("crossbeam-segqueue").as_deref(), Some("0.3.12"));
        assert_eq!(version("mutex-btreemap"), None);
        assert_eq!(version("forebay"), None);
        assert_eq!(version("condvar"), None);
    }
}
