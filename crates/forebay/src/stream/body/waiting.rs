//! What those who wait for a stream look at.

use super::frozen::FrozenStream;

impl FrozenStream<'_> {
    /// Whether there is such a group.
    pub(crate) fn has_group(&self, name: &[u8]) -> bool {
        self.body.groups.with(name, |_| ()).is_some()
    }
}
