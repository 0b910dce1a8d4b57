//! Waiting for entries.

use std::sync::Arc;

use smallvec::smallvec;

use super::{Consumer, Stream};
use crate::blocking::{Blocking, Delivery, Got, GroupReading, Keys, Read, Request};
use crate::error::Result;
use crate::stream::{Delivered, Entry, GroupReadFrom, ReadFrom, XreadOptions, XreadgroupOptions};

impl Stream {
    /// [`Stream::xread`] as a future, for any runtime: `None` when there was nothing.
    ///
    /// # Errors
    /// As [`Stream::xread`], when it is awaited.
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
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// let options = XreadOptions { block: Some(Timeout::FOREVER), ..XreadOptions::default() };
    /// let reader = tokio::spawn(mq.xread_async(ReadFrom::Now, &options));
    /// # while !reader.is_finished() {
    /// mq.xadd([("stock", "5")])?;
    /// # tokio::task::yield_now().await;
    /// # }
    /// let entries = reader.await.unwrap()?.unwrap();
    /// assert_eq!(entries[0].fields, [("stock", "5")]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn xread_async(
        &self,
        from: impl Into<ReadFrom>,
        options: &XreadOptions,
    ) -> Blocking<Vec<Entry>> {
        let from = from.into();
        let request = options.check().and_then(|()| {
            let limit = self.core.limit(options.block)?;
            Ok((self.read_request(from, options), limit))
        });
        Blocking::new(&self.core, request, entries)
    }

    /// [`Stream::xread`], when there is nothing at first.
    pub(super) fn wait_read(&self, from: ReadFrom, options: &XreadOptions) -> Result<Vec<Entry>> {
        let limit = self.core.limit(options.block)?;
        let served = self.read_request(from, options).wait(&self.core, limit)?;
        let read = served.and_then(|(keys, delivery)| entries(&keys, delivery));
        Ok(read.unwrap_or_default())
    }

    fn read_request(&self, from: ReadFrom, options: &XreadOptions) -> Request {
        let read = Read {
            from: smallvec![from],
            options: *options,
        };
        Request::read(smallvec![Arc::clone(&self.object)], read)
    }
}

impl Consumer {
    /// [`Consumer::xreadgroup`] as a future, for any runtime: `None` when there was nothing.
    ///
    /// # Errors
    /// As [`Consumer::xreadgroup`], when it is awaited.
    ///
    /// # Cancel safety
    /// No entry is lost when the future is dropped: what it was given but had not returned yet is
    /// pending for the consumer, which finds it when it reads what it has pending, and which others
    /// can claim. (With [`XreadgroupOptions::noack`] nothing is pending, and such entries are gone
    /// for the group.)
    ///
    /// # Examples
    /// ```
    /// use forebay::stream::{GroupReadFrom, GroupStart, XreadgroupOptions};
    /// use forebay::{Config, Engine, Timeout};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), forebay::Error> {
    /// let mq = Engine::open(Config::in_memory())?.stream("mq")?;
    /// mq.xadd([("job", "7")])?;
    /// mq.xgroup_create("workers", GroupStart::BEGINNING)?;
    /// let consumer = mq.group("workers").consumer("w1");
    /// let options = XreadgroupOptions { block: Some(Timeout::FOREVER), ..Default::default() };
    /// let delivered = consumer.xreadgroup_async(GroupReadFrom::New, &options).await?.unwrap();
    /// assert_eq!(delivered.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn xreadgroup_async(
        &self,
        from: impl Into<GroupReadFrom>,
        options: &XreadgroupOptions,
    ) -> Blocking<Vec<Delivered>> {
        let (from, core) = (from.into(), &self.group.stream.core);
        let request = options.check().and_then(|()| {
            let limit = core.limit(options.block)?;
            Ok((self.group_read_request(from, options), limit))
        });
        Blocking::new(core, request, delivered)
    }

    /// [`Consumer::xreadgroup`], when there is nothing at first.
    pub(super) fn wait_group_read(&self, options: &XreadgroupOptions) -> Result<Vec<Delivered>> {
        let core = &self.group.stream.core;
        let limit = core.limit(options.block)?;
        let request = self.group_read_request(GroupReadFrom::New, options);
        let served = request.wait(core, limit)?;
        let read = served.and_then(|(keys, delivery)| delivered(&keys, delivery));
        Ok(read.unwrap_or_default())
    }

    fn group_read_request(&self, from: GroupReadFrom, options: &XreadgroupOptions) -> Request {
        let reading = GroupReading {
            group: self.group.shared_name(),
            consumer: Arc::clone(&self.name),
            from: smallvec![from],
            options: *options,
            hint: self.group.hint().cloned(),
        };
        let object = &self.group.stream.object;
        Request::group_read(smallvec![Arc::clone(object)], reading)
    }
}

fn entries(_keys: &Keys, delivery: Delivery) -> Option<Vec<Entry>> {
    match delivery.got {
        Got::Entries(read) => read.into_iter().next().map(|(_, entries)| entries),
        Got::Elements(_) | Got::Delivered(_) => None,
    }
}

fn delivered(_keys: &Keys, delivery: Delivery) -> Option<Vec<Delivered>> {
    match delivery.got {
        Got::Delivered(read) => read.into_iter().next().map(|(_, delivered)| delivered),
        Got::Elements(_) | Got::Entries(_) => None,
    }
}
