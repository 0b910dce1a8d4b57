//! Reading entries, and waiting for them, by key.

use core::time::Duration;

use bytes::Bytes;
use smallvec::SmallVec;

use super::Engine;
use crate::blocking::{Blocking, Delivery, Got, GroupReading, Keys, Read, Request};
use crate::error::{Error, Result};
use crate::stream::{Delivered, Entry, GroupReadFrom, ReadFrom, XreadOptions, XreadgroupOptions};
use crate::timeout::Timeout;

/// What can begin: a request, and how long it waits.
type Ready = Result<(Request, Option<Duration>)>;

impl Engine {
    /// XREAD: the entries of each stream that come after the given ids, by key, in the order of the
    /// arguments; streams without any are left away. With [`XreadOptions::block`], when there is nothing
    /// at all, it waits until there is; nothing comes back when the timeout is over.
    ///
    /// The thread sleeps and uses no processor time. All who wait for an entry get it. In a task, use
    /// [`Engine::xread_async`]. All streams are read as they are at one moment. While it waits, a key
    /// may be deleted and made again, or hold something else for a time.
    ///
    /// # Errors
    /// [`NoKeys`](Error::NoKeys), [`KeyTooLarge`](Error::KeyTooLarge),
    /// [`WrongType`](Error::WrongType), what [`XreadOptions::check`] refuses,
    /// [`TimeoutNegative`](Error::TimeoutNegative), [`TimeoutNotFinite`](Error::TimeoutNotFinite),
    /// [`TimeoutOutOfRange`](Error::TimeoutOutOfRange), and [`Closed`](Error::Closed) also when the
    /// engine is closed meanwhile.
    ///
    /// # Complexity
    /// O(log n) for each stream, and the entries.
    ///
    /// # Examples
    /// ```
    /// use core::time::Duration;
    /// use forebay::stream::{ReadFrom, XreadOptions};
    /// use forebay::{Config, Engine};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let options = XreadOptions {
    ///     block: Some(Duration::from_millis(1).into()),
    ///     ..XreadOptions::default()
    /// };
    /// assert!(engine.xread(&[("mq", ReadFrom::Now)], &options)?.is_empty());
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xread<K: AsRef<[u8]>>(
        &self,
        streams: &[(K, ReadFrom)],
        options: &XreadOptions,
    ) -> Result<Vec<(Bytes, Vec<Entry>)>> {
        let (request, limit) = self.read_request(streams, options)?;
        let served = request.wait(&self.core, limit)?;
        Ok(served
            .and_then(|(keys, delivery)| keyed_entries(&keys, delivery))
            .unwrap_or_default())
    }

    /// [`Engine::xread`] as a future, for any runtime: `None` when there was nothing.
    ///
    /// # Errors
    /// As [`Engine::xread`], when it is awaited.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing: see [`Blocking`].
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{ReadFrom, XreadOptions};
    /// use forebay::{Config, Engine, Timeout};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let engine = Engine::open(Config::in_memory())?;
    /// let options = XreadOptions { block: Some(0.001.into()), ..XreadOptions::default() };
    /// assert_eq!(engine.xread_async(&[("mq", ReadFrom::Now)], &options).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn xread_async<K: AsRef<[u8]>>(
        &self,
        streams: &[(K, ReadFrom)],
        options: &XreadOptions,
    ) -> Blocking<Vec<(Bytes, Vec<Entry>)>> {
        Blocking::new(
            &self.core,
            self.read_request(streams, options),
            keyed_entries,
        )
    }

    /// XREADGROUP: entries that no consumer of the group has been given yet, which are this consumer's
    /// from now on until it acknowledges them; or those that it has pending. By key, in the order of the
    /// arguments; streams without new ones are left away. With [`XreadgroupOptions::block`], when there
    /// is nothing new at all, it waits until there is; nothing comes back when the timeout is over.
    ///
    /// The thread sleeps and uses no processor time. Of those who wait in a group, who waits longest is
    /// served first. In a task, use [`Engine::xreadgroup_async`]. All streams are read in one step.
    ///
    /// # Errors
    /// [`NoKeys`](Error::NoKeys), [`KeyTooLarge`](Error::KeyTooLarge),
    /// [`WrongType`](Error::WrongType), [`NoGroup`](Error::NoGroup) with the first key that does not
    /// exist or does not have the group, also when it loses it meanwhile; what
    /// [`XreadgroupOptions::check`] refuses, [`TimeoutNegative`](Error::TimeoutNegative),
    /// [`TimeoutNotFinite`](Error::TimeoutNotFinite), [`TimeoutOutOfRange`](Error::TimeoutOutOfRange),
    /// and [`Closed`](Error::Closed) also when the engine is closed meanwhile.
    ///
    /// # Complexity
    /// O(1) for each stream, and the entries.
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{GroupReadFrom, XreadgroupOptions};
    /// use forebay::{Config, Engine, Error};
    ///
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (new, options) = (GroupReadFrom::New, XreadgroupOptions::default());
    /// let refused = engine.xreadgroup("shipping", "c1", &[("mq", new)], &options);
    /// assert_eq!(refused, Err(Error::NoGroup { at: 0 }));
    /// # Ok::<(), forebay::Error>(())
    /// ```
    pub fn xreadgroup<K: AsRef<[u8]>>(
        &self,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        streams: &[(K, GroupReadFrom)],
        options: &XreadgroupOptions,
    ) -> Result<Vec<(Bytes, Vec<Delivered>)>> {
        let (request, limit) =
            self.group_read_request(group.as_ref(), consumer.as_ref(), streams, options)?;
        let served = request.wait(&self.core, limit)?;
        Ok(served
            .and_then(|(keys, delivery)| keyed_delivered(&keys, delivery))
            .unwrap_or_default())
    }

    /// [`Engine::xreadgroup`] as a future, for any runtime: `None` when there was nothing.
    ///
    /// # Errors
    /// As [`Engine::xreadgroup`], when it is awaited.
    ///
    /// # Cancel safety
    /// No entry is lost when the future is dropped: what it was given but had not returned yet is
    /// pending for the consumer, which finds it when it reads what it has pending, and which others can
    /// claim. (With [`XreadgroupOptions::noack`] nothing is pending, and such entries are gone for the
    /// group.)
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{GroupReadFrom, XreadgroupOptions};
    /// use forebay::{Config, Engine, Error};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let engine = Engine::open(Config::in_memory())?;
    /// let (new, options) = (GroupReadFrom::New, XreadgroupOptions::default());
    /// let read = engine.xreadgroup_async("shipping", "c1", &[("mq", new)], &options);
    /// assert_eq!(read.await, Err(Error::NoGroup { at: 0 }));
    /// # Ok(())
    /// # }
    /// ```
    pub fn xreadgroup_async<K: AsRef<[u8]>>(
        &self,
        group: impl AsRef<[u8]>,
        consumer: impl AsRef<[u8]>,
        streams: &[(K, GroupReadFrom)],
        options: &XreadgroupOptions,
    ) -> Blocking<Vec<(Bytes, Vec<Delivered>)>> {
        let request = self.group_read_request(group.as_ref(), consumer.as_ref(), streams, options);
        Blocking::new(&self.core, request, keyed_delivered)
    }

    fn read_request<K: AsRef<[u8]>>(
        &self,
        streams: &[(K, ReadFrom)],
        options: &XreadOptions,
    ) -> Ready {
        options.check()?;
        let limit = self.limit(options.block)?;
        let (keys, from) = self.streams(streams)?;
        let options = *options;
        Ok((Request::read(keys, Read { from, options }), limit))
    }

    fn group_read_request<K: AsRef<[u8]>>(
        &self,
        group: &[u8],
        consumer: &[u8],
        streams: &[(K, GroupReadFrom)],
        options: &XreadgroupOptions,
    ) -> Ready {
        options.check()?;
        let limit = self.limit(options.block)?;
        let (keys, from) = self.streams(streams)?;
        let reading = GroupReading {
            group: Bytes::copy_from_slice(group),
            consumer: Bytes::copy_from_slice(consumer),
            from,
            options: *options,
            hint: None,
        };
        Ok((Request::group_read(keys, reading), limit))
    }

    fn limit(&self, block: Option<Timeout>) -> Result<Option<Duration>> {
        block.map_or(Ok(None), |timeout| timeout.resolve(self.core.clock()))
    }

    fn streams<K: AsRef<[u8]>, F: Copy>(
        &self,
        streams: &[(K, F)],
    ) -> Result<(Keys, SmallVec<[F; 1]>)> {
        if streams.is_empty() {
            return Err(Error::NoKeys);
        }
        let keys = streams
            .iter()
            .map(|(key, _)| self.core.object(key.as_ref()));
        let from = streams.iter().map(|&(_, from)| from).collect();
        Ok((keys.collect::<Result<Keys>>()?, from))
    }
}

fn keyed_entries(keys: &Keys, delivery: Delivery) -> Option<Vec<(Bytes, Vec<Entry>)>> {
    let Got::Entries(read) = delivery.got else {
        return None;
    };
    Some(keyed(keys, read))
}

fn keyed_delivered(keys: &Keys, delivery: Delivery) -> Option<Vec<(Bytes, Vec<Delivered>)>> {
    let Got::Delivered(read) = delivery.got else {
        return None;
    };
    Some(keyed(keys, read))
}

fn keyed<T>(keys: &Keys, read: Vec<(usize, Vec<T>)>) -> Vec<(Bytes, Vec<T>)> {
    let with_key = |(at, read): (usize, _)| (Bytes::copy_from_slice(keys[at].key()), read);
    read.into_iter().map(with_key).collect()
}
