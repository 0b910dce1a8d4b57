//! All that an engine holds, to be compared.

use core::fmt::Write;
use std::collections::BTreeMap;

use forebay::{Engine, KeyType};

/// All of a stream but when consumers were seen, and what the memory looks like.
fn stream(engine: &Engine, key: &[u8]) -> String {
    let stream = engine.stream(key).expect("it is open");
    let mut info = stream.xinfo_stream_full(0).expect("it is a stream");
    let counters = &mut info.counters;
    (counters.radix_tree_keys, counters.radix_tree_nodes) = (0, 0);
    // These depend on the time at which somebody looks.
    (counters.pids_tracked, counters.iids_tracked) = (0, 0);
    let mut text = format!("{counters:?}");
    for entry in &info.entries {
        let _ = write!(text, "\n    {}: {:?}", entry.id, entry.fields);
    }
    for group in &info.groups {
        let _ = write!(
            text,
            "\n    {:?} at {} read {:?}, pending:",
            group.name, group.last_delivered_id, group.entries_read
        );
        for pending in &group.pending {
            let _ = write!(text, "\n      {pending:?}");
        }
        for consumer in &group.consumers {
            let _ = write!(text, "\n      {:?} {}", consumer.name, consumer.pel_count);
        }
    }
    text
}

/// Keys, when they expire, and what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dump(BTreeMap<String, (i64, String)>);

impl Dump {
    /// What `engine` holds now. Its clock stands still.
    pub(crate) fn of(engine: &Engine) -> Self {
        let mut dump = BTreeMap::new();
        for key in engine.keys("*").expect("it is open") {
            let at_ms = engine.pexpiretime(&key).expect("it is open");
            let Some(kind) = engine.key_type(&key).expect("it is open") else {
                continue;
            };
            let held = match kind {
                KeyType::List => format!("{:?}", engine.lrange(&key, 0, -1).expect("a list")),
                KeyType::String => format!("{:?}", engine.get(&key).expect("a string")),
                KeyType::Set => {
                    let mut members = engine.smembers(&key).expect("a set");
                    members.sort();
                    format!("{members:?}")
                }
                _ => stream(engine, &key),
            };
            let key = String::from_utf8(key.to_vec()).expect("the tests' keys are text");
            dump.insert(key, (at_ms, held));
        }
        Self(dump)
    }

    /// The same at a later time.
    pub(crate) fn at(&self, now_ms: i64) -> Self {
        let mut dump = self.clone();
        dump.0.retain(|_, (at_ms, _)| *at_ms < 0 || *at_ms > now_ms);
        dump
    }

    /// Whether entries are pending.
    pub(crate) fn has_pending(&self) -> bool {
        self.0.values().any(|(_, held)| held.contains("deliveries"))
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (key, (at_ms, held)) in &self.0 {
            let held = held
                .replace(&"x".repeat(1_500), "..")
                .replace("b\"", "")
                .replace('"', "");
            let _ = writeln!(text, "  {key:.4} (expires {at_ms}): {held}");
        }
        text
    }
}
