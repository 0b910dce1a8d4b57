//! What happens after a command.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context as TaskContext, Poll, Waker};

use forebay::{Blocking, Error};
use forebay_resp::ReplyWriter;

use super::connection::Authentication;
use super::{Context, Refusal};

/// What a connection does when a command has been executed.
pub(crate) enum Flow {
    /// The reply is written: the next command.
    Next,
    /// There is no reply yet: the commands behind it wait with it.
    Wait(Box<dyn Waiting + Send>),
    /// There is no reply yet: a password is being compared, and the commands behind it wait.
    Authenticate(Box<Authentication>),
    /// The connection ends when the reply has been sent.
    Close,
}

/// A command that waits. Dropping it gives up, and loses nothing.
pub(crate) trait Waiting {
    /// Writes the reply once it is there. Not to be called again after that.
    fn poll(
        &mut self,
        task: &mut TaskContext<'_>,
        reply: &mut ReplyWriter<'_>,
    ) -> Poll<Result<(), Refusal>>;
}

struct BlockedCall<T, W, R> {
    future: Pin<Box<Blocking<T>>>,
    write: W,
    refuse: R,
}

impl<T, W, R> BlockedCall<T, W, R>
where
    W: FnMut(T, &mut ReplyWriter<'_>),
    R: FnMut(Error) -> Refusal,
{
    fn finish(
        &mut self,
        result: Result<Option<T>, Error>,
        reply: &mut ReplyWriter<'_>,
    ) -> Result<(), Refusal> {
        match result {
            Ok(Some(value)) => (self.write)(value, reply),
            Ok(None) => reply.null_array(),
            Err(error) => return Err((self.refuse)(error)),
        }
        Ok(())
    }
}

impl<T, W, R> Waiting for BlockedCall<T, W, R>
where
    W: FnMut(T, &mut ReplyWriter<'_>),
    R: FnMut(Error) -> Refusal,
{
    fn poll(
        &mut self,
        task: &mut TaskContext<'_>,
        reply: &mut ReplyWriter<'_>,
    ) -> Poll<Result<(), Refusal>> {
        let result = core::task::ready!(self.future.as_mut().poll(task));
        Poll::Ready(self.finish(result, reply))
    }
}

/// Executes a command that may wait: writes its reply now if it has one, and waits otherwise.
/// Nothing, or a timeout, is answered with the null array; `refuse` puts errors into words.
pub(crate) fn wait<T: Send + 'static>(
    context: &mut Context<'_, '_>,
    future: Blocking<T>,
    write: impl FnMut(T, &mut ReplyWriter<'_>) + Send + 'static,
    refuse: impl FnMut(Error) -> Refusal + Send + 'static,
) -> Result<Flow, Refusal> {
    let mut call = BlockedCall {
        future: Box::pin(future),
        write,
        refuse,
    };
    // Nobody is woken for this look: the connection polls again before it waits.
    let mut task = TaskContext::from_waker(Waker::noop());
    match call.poll(&mut task, &mut context.reply()) {
        Poll::Ready(done) => done.map(|()| Flow::Next),
        Poll::Pending => Ok(Flow::Wait(Box::new(call))),
    }
}
