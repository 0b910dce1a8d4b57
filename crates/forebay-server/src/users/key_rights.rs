//! Which keys and channels a user may use.

use forebay::matches_pattern;

use crate::command::access::Access;

/// Which keys a user may use.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyRights {
    /// What may be done with keys whose names fit.
    patterns: Vec<(String, Access)>,
}

/// Which channels a user may use.
#[derive(Clone, Debug, Default)]
pub(super) struct ChannelRights {
    patterns: Vec<String>,
}

const ANY: &str = "*";

impl KeyRights {
    pub(super) fn all() -> Self {
        Self {
            patterns: vec![(ANY.to_owned(), Access::all())],
        }
    }

    pub(super) fn allow(&mut self, pattern: &str, access: Access) {
        match self.patterns.iter_mut().find(|(own, _)| own == pattern) {
            Some((_, allowed)) => *allowed |= access,
            None => self.patterns.push((pattern.to_owned(), access)),
        }
    }

    pub(super) fn allows(&self, key: &[u8], access: Access) -> bool {
        let fits = |(pattern, allowed): &(String, Access)| {
            allowed.contains(access) && matches_pattern(pattern.as_bytes(), key)
        };
        self.patterns.iter().any(fits)
    }

    /// Whether this may be done with all keys that there are and may be.
    pub(super) fn allows_all(&self, access: Access) -> bool {
        let is_any =
            |(pattern, allowed): &(String, Access)| pattern == ANY && allowed.contains(access);
        self.patterns.iter().any(is_any)
    }

    /// The rules that make these rights.
    pub(super) fn describe(&self) -> String {
        let rule = |(pattern, access): &(String, Access)| {
            let sign = match (
                access.contains(Access::READ),
                access.contains(Access::WRITE),
            ) {
                (true, false) => "%R~",
                (false, true) => "%W~",
                _ => "~",
            };
            format!("{sign}{pattern}")
        };
        self.patterns.iter().map(rule).collect::<Vec<_>>().join(" ")
    }
}

impl ChannelRights {
    pub(super) fn all() -> Self {
        Self {
            patterns: vec![ANY.to_owned()],
        }
    }

    pub(super) fn allow(&mut self, pattern: &str) {
        if !self.patterns.iter().any(|own| own == pattern) {
            self.patterns.push(pattern.to_owned());
        }
    }

    /// Whether this channel may be used. Of a pattern to listen to, only what was allowed in the
    /// same words.
    pub(super) fn allows(&self, name: &[u8], is_pattern: bool) -> bool {
        self.allows_all()
            || self.patterns.iter().any(|pattern| {
                let pattern = pattern.as_bytes();
                pattern == name || (!is_pattern && matches_pattern(pattern, name))
            })
    }

    pub(super) fn allows_all(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern == ANY)
    }

    /// The rules that make these rights.
    pub(super) fn describe(&self) -> String {
        let rules = self.patterns.iter().map(|pattern| format!("&{pattern}"));
        rules.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_needs_one_pattern_that_allows_all_that_is_done_with_it() {
        let mut keys = KeyRights::default();
        keys.allow("in:*", Access::READ);
        keys.allow("out:*", Access::WRITE);
        keys.allow("*:1", Access::WRITE);
        assert!(keys.allows(b"in:a", Access::READ) && !keys.allows(b"in:a", Access::WRITE));
        assert!(
            !keys.allows(b"in:1", Access::all()),
            "of two patterns, one each"
        );
        assert!(keys.allows(b"in:1", Access::empty()) && !keys.allows(b"x", Access::empty()));
        assert!(!keys.allows_all(Access::empty()));
        assert_eq!(keys.describe(), "%R~in:* %W~out:* %W~*:1");
        keys.allow("in:*", Access::WRITE);
        assert!(keys.allows(b"in:a", Access::all()));
    }

    #[test]
    fn a_pattern_to_listen_to_is_taken_literally() {
        let mut channels = ChannelRights::default();
        channels.allow("news:*");
        assert!(channels.allows(b"news:a", false) && !channels.allows(b"news:a", true));
        assert!(channels.allows(b"news:*", true) && !channels.allows(b"*", true));
        assert!(ChannelRights::all().allows(b"*", true));
    }
}
