//! One queue of a peer whose consumers can block.

use core::time::Duration;

use super::{Receiver, Sender, Setup, Target, emptied};
use crate::engine::{BlockingQueue, Named};
use crate::fault::Fault;

/// The queue.
#[derive(Debug)]
pub struct Plain<B>(B);

/// One thread's way to it.
#[derive(Debug)]
pub struct End<'a, B>(&'a B);

impl<B: BlockingQueue> Named for Plain<B> {
    const NAME: &'static str = B::NAME;
    const VARIANT: Option<&'static str> = B::VARIANT;
}

impl<B: BlockingQueue> Target for Plain<B> {
    type Sender<'a> = End<'a, B>;
    type Receiver<'a> = End<'a, B>;

    fn open(_: &Setup) -> Result<Self, Fault> {
        Ok(Self(B::new()))
    }

    fn sender(&self) -> End<'_, B> {
        End(&self.0)
    }

    fn receiver(&self, _: usize, _: usize) -> End<'_, B> {
        End(&self.0)
    }

    fn conclude(&self, _: &[u64]) -> Result<(), Fault> {
        let left = self.0.wait_for(Duration::from_millis(1), |_| ());
        emptied(left.is_some().into())
    }
}

impl<B: BlockingQueue> Sender for End<'_, B> {
    #[inline]
    fn send(&mut self, _: usize, message: &[u8]) {
        self.0.push(message);
    }
}

impl<B: BlockingQueue> Receiver for End<'_, B> {
    #[inline]
    fn receive(&mut self, limit: Duration, mut visit: impl FnMut(usize, &[u8])) {
        // Nothing comes of it when the time is over.
        let _ = self.0.wait_for(limit, |message| visit(0, message));
    }
}
