//! Waiting for entries, by key.

use core::time::Duration;

use bytes::Bytes;
use smallvec::SmallVec;

use super::Engine;
use crate::blocking::{Blocking, Delivery, Got, GroupReading, Keys, Read, Request};
use crate::error::{Error, Result};
use crate::stream::{Delivered, Entry, GroupReadFrom, ReadFrom, XreadOptions, XreadgroupOptions};

/// What can begin: a request, and how long it waits.
type Ready = Result<(Request, Option<Duration>)>;

impl Engine {
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

    /// [`Engine::xreadgroup`] as a future, for any runtime: `None` when there was nothing.
    ///
    /// # Errors
    /// As [`Engine::xreadgroup`], when it is awaited.
    ///
    /// # Cancel safety
    /// No entry is lost when the future is dropped: what it was given but had not returned yet is
    /// pending for the consumer, which finds it when it reads what it has pending, and which others
    /// can claim. (With [`XreadgroupOptions::noack`] nothing is pending, and such entries are gone
    /// for the group.)
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

    /// [`Engine::xread`], when there is nothing at first.
    pub(super) fn wait_read<K: AsRef<[u8]>>(
        &self,
        streams: &[(K, ReadFrom)],
        options: &XreadOptions,
    ) -> Result<Vec<(Bytes, Vec<Entry>)>> {
        let (request, limit) = self.read_request(streams, options)?;
        let served = request.wait(&self.core, limit)?;
        let read = served.and_then(|(keys, delivery)| keyed_entries(&keys, delivery));
        Ok(read.unwrap_or_default())
    }

    /// [`Engine::xreadgroup`], when there is nothing at first.
    pub(super) fn wait_group_read<K: AsRef<[u8]>>(
        &self,
        group: &[u8],
        consumer: &[u8],
        streams: &[(K, GroupReadFrom)],
        options: &XreadgroupOptions,
    ) -> Result<Vec<(Bytes, Vec<Delivered>)>> {
        let (request, limit) = self.group_read_request(group, consumer, streams, options)?;
        let served = request.wait(&self.core, limit)?;
        let read = served.and_then(|(keys, delivery)| keyed_delivered(&keys, delivery));
        Ok(read.unwrap_or_default())
    }

    fn read_request<K: AsRef<[u8]>>(
        &self,
        streams: &[(K, ReadFrom)],
        options: &XreadOptions,
    ) -> Ready {
        options.check()?;
        let limit = self.core.limit(options.block)?;
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
        let limit = self.core.limit(options.block)?;
        let (keys, from) = self.streams(streams)?;
        let reading = GroupReading {
            group: group.into(),
            consumer: consumer.into(),
            from,
            options: *options,
            hint: None,
        };
        Ok((Request::group_read(keys, reading), limit))
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
