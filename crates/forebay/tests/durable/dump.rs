//! All that an engine holds, to be compared.

use std::collections::BTreeMap;
use std::fmt::Write;

use forebay::{Engine, KeyType};

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
                _ => String::new(),
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

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (key, (at_ms, held)) in &self.0 {
            let held = held.replace(&"x".repeat(1_500), "..").replace("b\"", "").replace('"', "");
            let _ = writeln!(text, "  {key:.4} (expires {at_ms}): {held}");
        }
        text
    }
}
