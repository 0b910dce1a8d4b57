//! XADD.

use bytes::Bytes;

use super::new_id::NewId;
use super::trim::Trim;
use crate::error::{Error, Result};

/// How XADD adds an entry. The default gives it the next id.
///
/// # Examples
/// ```
/// use forebay::stream::{NewId, Trim, XaddOptions};
///
/// let bounded = XaddOptions { trim: Some(Trim::maxlen(1_000)), ..XaddOptions::default() };
/// assert_eq!(bounded.id, NewId::Auto);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct XaddOptions {
    /// Which id the entry gets.
    pub id: NewId,
    /// NOMKSTREAM: adds nothing when the key does not exist.
    pub nomkstream: bool,
    /// What is removed from the old end of the stream afterwards.
    pub trim: Option<Trim>,
    /// What tells that the same entry has been added before.
    pub idempotence: Option<Idempotence>,
}

/// What tells that a producer has sent an entry before. Adding it again then adds nothing and
/// answers the id that it got the first time.
///
/// A stream remembers this for a [time](super::XcfgsetOptions::idmp_duration_s) and for so
/// [many](super::XcfgsetOptions::idmp_maxsize) entries of each producer.
///
/// # Examples
/// ```
/// use forebay::stream::{Idempotence, XaddOptions};
///
/// let once = XaddOptions {
///     idempotence: Some(Idempotence::id("shop-7", "101030001")),
///     ..XaddOptions::default()
/// };
/// assert!(once.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Idempotence {
    /// IDMP: the producer says what the entry is called.
    Idmp {
        /// The producer.
        producer: Bytes,
        /// The name of the entry, which is the producer's own affair.
        id: Bytes,
    },
    /// IDMPAUTO: an entry with the same fields, in whatever order, is the same entry.
    IdmpAuto {
        /// The producer.
        producer: Bytes,
    },
}

impl Idempotence {
    /// Bytes of the names.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Idmp { producer, id } => producer.len().saturating_add(id.len()),
            Self::IdmpAuto { producer } => producer.len(),
        }
    }

    /// IDMP.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Idempotence;
    ///
    /// let first = Idempotence::id("shop-7", "101030001");
    /// assert_eq!(first.producer(), "shop-7");
    /// ```
    #[must_use]
    pub fn id(producer: impl Into<Bytes>, id: impl Into<Bytes>) -> Self {
        Self::Idmp {
            producer: producer.into(),
            id: id.into(),
        }
    }

    /// IDMPAUTO.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Idempotence;
    ///
    /// assert_eq!(Idempotence::auto("shop-7").producer(), "shop-7");
    /// ```
    #[must_use]
    pub fn auto(producer: impl Into<Bytes>) -> Self {
        Self::IdmpAuto {
            producer: producer.into(),
        }
    }

    /// Who adds.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::Idempotence;
    ///
    /// assert_eq!(Idempotence::auto("shop-7").producer(), "shop-7");
    /// ```
    #[must_use]
    pub fn producer(&self) -> &Bytes {
        match self {
            Self::Idmp { producer, .. } | Self::IdmpAuto { producer } => producer,
        }
    }
}

impl XaddOptions {
    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`EmptyProducer`](Error::EmptyProducer), [`EmptyIdempotentId`](Error::EmptyIdempotentId),
    /// [`IdempotentIdGiven`](Error::IdempotentIdGiven).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Error, StreamId};
    /// use forebay::stream::{Idempotence, NewId, XaddOptions};
    ///
    /// let options = XaddOptions {
    ///     id: NewId::from(StreamId::new(5, 1)),
    ///     idempotence: Some(Idempotence::auto("shop-7")),
    ///     ..XaddOptions::default()
    /// };
    /// assert_eq!(options.check(), Err(Error::IdempotentIdGiven));
    /// ```
    pub fn check(&self) -> Result<()> {
        let Some(idempotence) = &self.idempotence else {
            return Ok(());
        };
        if idempotence.producer().is_empty() {
            return Err(Error::EmptyProducer);
        }
        if matches!(idempotence, Idempotence::Idmp { id, .. } if id.is_empty()) {
            return Err(Error::EmptyIdempotentId);
        }
        if self.id != NewId::Auto {
            return Err(Error::IdempotentIdGiven);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senseless_options_are_refused() {
        let check = |id, idempotence| {
            XaddOptions {
                id,
                idempotence: Some(idempotence),
                ..XaddOptions::default()
            }
            .check()
        };
        assert_eq!(check(NewId::Auto, Idempotence::id("p", "1")), Ok(()));
        assert_eq!(check(NewId::Auto, Idempotence::auto("p")), Ok(()));
        assert_eq!(
            check(NewId::Auto, Idempotence::auto("")),
            Err(Error::EmptyProducer)
        );
        assert_eq!(
            check(NewId::Auto, Idempotence::id("p", "")),
            Err(Error::EmptyIdempotentId)
        );
        assert_eq!(
            check(NewId::AutoSeq(5), Idempotence::auto("p")),
            Err(Error::IdempotentIdGiven)
        );
        assert_eq!(XaddOptions::default().check(), Ok(()));
    }
}
