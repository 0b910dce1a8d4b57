//! XADD.

use forebay_sync::stream_log::{self, AddError, Field, IdError, NewId as LogNewId};

use super::body::{Detour, StreamBody};
use super::frozen::FrozenStream;
use super::idempotence::Name;
use super::ids::{id_of, log_id};
use crate::error::{Error, Result};
use crate::stream::{NewId, References, StreamId, Trim, XaddOptions};

impl StreamBody {
    /// XADD without options.
    #[inline]
    pub(crate) fn add(
        &self,
        id: NewId,
        fields: &[Field<'_>],
        now_ms: u64,
    ) -> core::result::Result<Result<StreamId>, Detour> {
        match self.log.add(log_new_id(id, now_ms), fields) {
            Ok(added) => Ok(Ok(id_of(added.id))),
            Err(AddError::Attended) => Err(Detour),
            Err(AddError::Id(error)) => Ok(Err(error.into())),
        }
    }

    /// XADD with options that do not always need more than this.
    pub(crate) fn add_with(
        &self,
        options: &XaddOptions,
        fields: &[Field<'_>],
        now_ms: u64,
    ) -> core::result::Result<Result<StreamId>, Detour> {
        if options.idempotence.is_some() || !options.trim.as_ref().is_none_or(is_lenient) {
            return Err(Detour);
        }
        let added = self.add(options.id, fields, now_ms)?;
        if let Some(trim) = &options.trim
            && added.is_ok()
        {
            // What is too much may stay for a while, so this is as good as one step. When the log
            // has become attended meanwhile, it stays a little longer.
            if self.would_trim(trim)
                && let Ok(mut frozen) = self.freeze_unattended()
            {
                frozen.trim(trim);
            }
        }
        Ok(added)
    }
}

/// Whether it is no harm that an entry is seen before others have gone.
fn is_lenient(trim: &Trim) -> bool {
    trim.is_approximate() && trim.references == References::Keep
}

impl FrozenStream<'_> {
    /// XADD. What is removed to make room has gone when it returns.
    pub(crate) fn add(
        &mut self,
        options: &XaddOptions,
        fields: &[Field<'_>],
        now_ms: u64,
    ) -> Result<StreamId> {
        let idempotence = options.idempotence.as_ref().map(|idempotence| {
            let name = Name::of(idempotence, fields);
            (idempotence.producer(), name)
        });
        if let Some((producer, name)) = &idempotence
            && let Some(sent) = self.log.extra_mut()
            && let Some(id) = sent.find(now_ms, producer, name)
        {
            self.write_added_again(options, fields, now_ms);
            return Ok(id);
        }
        let stream_log::Added { id, .. } = self.log.add(log_new_id(options.id, now_ms), fields)?;
        let id = id_of(id);
        self.write_added(id, options, fields, now_ms);
        if let Some((producer, name)) = idempotence {
            let sent = self.log.extra_mut().get_or_insert_default();
            sent.remember(now_ms, producer, name, id);
        }
        self.retire();
        if let Some(trim) = &options.trim {
            self.trim(trim);
        }
        Ok(id)
    }
}

#[inline]
const fn log_new_id(id: NewId, now_ms: u64) -> LogNewId {
    match id {
        NewId::Auto => LogNewId::Auto { now_ms },
        NewId::AutoSeq(ms) => LogNewId::Sequence { ms },
        NewId::Exactly(id) => LogNewId::Exact(log_id(id)),
    }
}

impl From<IdError> for Error {
    fn from(error: IdError) -> Self {
        match error {
            IdError::NotGreater => Self::IdTooSmall,
            IdError::Exhausted => Self::IdsExhausted,
        }
    }
}
