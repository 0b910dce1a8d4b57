//! XSETID and XCFGSET.

use super::frozen::FrozenStream;
use super::ids::{id_of, log_id};
use crate::error::{Error, Result};
use crate::journal::{Code, put_optional};
use crate::stream::{StreamId, XcfgsetOptions, XsetidOptions};

impl FrozenStream<'_> {
    /// XSETID.
    pub(crate) fn set_id(&mut self, id: StreamId, options: &XsetidOptions) -> Result<()> {
        let state = self.log.state();
        if id < id_of(state.max_deleted_id) {
            return Err(Error::SetidBelowDeleted);
        }
        if self.log.last().is_some_and(|last| log_id(id) < last.id()) {
            return Err(Error::SetidBelowLastEntry);
        }
        if (options.entries_added).is_some_and(|added| state.len > 0 && added < state.len) {
            return Err(Error::SetidBelowLength);
        }
        let is_set = self.log.set_last_id(log_id(id));
        debug_assert!(is_set, "the last entry was looked at");
        self.retire();
        if let Some(added) = options.entries_added {
            self.log.set_entries_added(added);
            (self.body.groups).for_each(|_, group| group.limit_entries_read(added));
        }
        if let Some(deleted) = options.max_deleted_id.filter(|&id| id != StreamId::MIN) {
            self.log.set_max_deleted_id(log_id(deleted));
        }
        self.write_id(id, options);
        Ok(())
    }

    /// XCFGSET.
    pub(crate) fn configure(&mut self, options: &XcfgsetOptions) {
        let remembered = self.log.extra_mut().get_or_insert_default();
        remembered.configure(options);
        self.write(Code::Configure, |to| {
            put_optional(to, options.idmp_duration_s);
            put_optional(to, options.idmp_maxsize);
        });
    }
}
