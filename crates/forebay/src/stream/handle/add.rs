//! Adding entries.

use super::Stream;
use crate::command::stream::{add, settings};
use crate::error::Result;
use crate::stream::{StreamId, XaddOptions, XcfgsetOptions, XsetidOptions};

impl Stream {
    /// Adds an entry with these fields and returns its id: the time in milliseconds, and 0; where
    /// that is not larger than the last id, the one after that. Makes the stream if there is none.
    ///
    /// # Errors
    /// [`NoFields`](crate::Error::NoFields), [`MessageTooLarge`](crate::Error::MessageTooLarge)
    /// with the bytes of all names and values, [`IdsExhausted`](crate::Error::IdsExhausted),
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of fields) and the copy: one atomic step, and an allocation now and then. Nobody
    /// waits for it but readers of the very entry.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let first = mq.xadd([("stock", "5"), ("shop", "7")])?;
    /// let second = mq.xadd([("stock", "3"), ("shop", "7")])?;
    /// assert!(first < second);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    #[inline]
    pub fn xadd<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        fields: impl AsRef<[(N, V)]>,
    ) -> Result<StreamId> {
        add::xadd(&self.core, &self.object, fields.as_ref())
    }

    /// As [`Stream::xadd`], with options. `None` when there is no stream and
    /// [`nomkstream`](XaddOptions::nomkstream) is set.
    ///
    /// # Errors
    /// As [`Stream::xadd`] and [`XaddOptions::check`]; and [`IdZero`](crate::Error::IdZero),
    /// [`IdTooSmall`](crate::Error::IdTooSmall).
    ///
    /// # Complexity
    /// As [`Stream::xadd`]. Others wait meanwhile for trimming, but approximate trimming that has
    /// nothing to do, and for idempotence.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::{Idempotence, XaddOptions};
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let once = XaddOptions {
    ///     idempotence: Some(Idempotence::id("shop-7", "101030001")),
    ///     ..XaddOptions::default()
    /// };
    /// let first = mq.xadd_with(&once, [("stock", "5")])?;
    /// assert_eq!(mq.xadd_with(&once, [("stock", "5")])?, first);
    /// assert_eq!(mq.xlen()?, 1);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xadd_with<N: AsRef<[u8]>, V: AsRef<[u8]>>(
        &self,
        options: &XaddOptions,
        fields: impl AsRef<[(N, V)]>,
    ) -> Result<Option<StreamId>> {
        add::xadd_with(&self.core, &self.object, options, fields.as_ref())
    }

    /// Sets the last id that counts as given out; see [`XsetidOptions`] for what else it sets.
    ///
    /// # Errors
    /// [`NoSuchKey`](crate::Error::NoSuchKey),
    /// [`SetidBelowGivenDeleted`](crate::Error::SetidBelowGivenDeleted),
    /// [`SetidBelowDeleted`](crate::Error::SetidBelowDeleted),
    /// [`SetidBelowLastEntry`](crate::Error::SetidBelowLastEntry),
    /// [`SetidBelowLength`](crate::Error::SetidBelowLength),
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(number of groups).
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine, StreamId};
    /// use forebay::stream::XsetidOptions;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// let late = StreamId::new(u64::MAX, 0);
    /// mq.xsetid(late, &XsetidOptions::default())?;
    /// assert_eq!(Some(mq.xadd([("stock", "3")])?), late.next());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xsetid(&self, id: StreamId, options: &XsetidOptions) -> Result<()> {
        settings::check_setid(id, options)?;
        settings::xsetid(&self.core, &self.object, id, options)
    }

    /// Sets for how long, and how many entries of each producer, the stream remembers for
    /// [idempotence](XaddOptions::idempotence). When something changes it forgets all of them.
    ///
    /// # Errors
    /// As [`XcfgsetOptions::check`]; and [`NoSuchKey`](crate::Error::NoSuchKey),
    /// [`WrongType`](crate::Error::WrongType), [`Closed`](crate::Error::Closed).
    ///
    /// # Complexity
    /// O(1), and O(remembered entries) when it forgets.
    ///
    /// # Examples
    /// ```
    /// use forebay::{Config, Engine};
    /// use forebay::stream::XcfgsetOptions;
    ///
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("stock", "5")])?;
    /// mq.xcfgset(&XcfgsetOptions { idmp_maxsize: Some(1_000), ..XcfgsetOptions::default() })?;
    /// assert_eq!(mq.xinfo_stream()?.counters.idmp_maxsize, 1_000);
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xcfgset(&self, options: &XcfgsetOptions) -> Result<()> {
        options.check()?;
        settings::xcfgset(&self.core, &self.object, options)
    }
}
