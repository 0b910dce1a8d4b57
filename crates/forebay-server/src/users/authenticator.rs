//! The threads that compare passwords with slow hashes.

use core::net::{IpAddr, SocketAddr};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread;

use ahash::AHashMap;
use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use super::password::Password;
use super::user::User;

/// A password that is being compared. Dropping it gives up.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// Who it will be if the password is right.
    pub(super) user: Option<Arc<User>>,
    verdict: oneshot::Receiver<bool>,
}

/// The threads that compare passwords with slow hashes, and what waits for them.
///
/// There are few of them, so that a flood of passwords leaves processors to everybody else, and
/// they serve the addresses of clients in turn, so that it does not keep others from
/// authenticating. A connection has one attempt at a time.
#[derive(Debug)]
pub(crate) struct Authenticator {
    queue: Mutex<Queue>,
    /// Told when there is something in the queue, or it closes.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: AHashMap<Origin, VecDeque<Job>>,
    /// Those that have something waiting, each once.
    turns: VecDeque<Origin>,
    is_closed: bool,
}

#[derive(Debug)]
struct Job {
    password: Vec<u8>,
    hashes: Vec<Arc<Password>>,
    decoys: Decoys,
    verdict: oneshot::Sender<bool>,
}

/// What is compared besides the hashes of a user, so that nobody learns from the time that it takes
/// who is a user.
#[derive(Clone, Debug, Default)]
pub(super) struct Decoys {
    /// How many comparisons there shall be, whoever it is.
    pub(super) comparisons: usize,
    /// What is compared when he has fewer hashes.
    pub(super) hash: Option<Arc<Password>>,
}

/// Whose turn it is: an address of IPv4, the half of one of IPv6 that a network is, or a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Origin {
    Network(u64),
    Local,
}

impl Origin {
    /// From the address of a client as CLIENT LIST tells it.
    fn new(address: &str) -> Self {
        match address
            .parse::<SocketAddr>()
            .map(|address| address.ip().to_canonical())
        {
            Ok(IpAddr::V4(address)) => Self::Network(u64::from(address.to_bits())),
            Ok(IpAddr::V6(address)) => {
                let network = address.to_bits() >> 64;
                Self::Network(u64::try_from(network).unwrap_or(u64::MAX))
            }
            Err(_) => Self::Local,
        }
    }
}

impl Authenticator {
    /// Starts so many threads.
    ///
    /// # Errors
    /// The system refused one. None is left running then.
    pub(super) fn start(threads: usize) -> io::Result<Arc<Self>> {
        let authenticator = Arc::new(Self {
            queue: Mutex::default(),
            changed: Condvar::new(),
        });
        for number in 0..threads {
            let own = Arc::clone(&authenticator);
            let thread = thread::Builder::new().name(format!("auth-{number}"));
            if let Err(error) = thread.spawn(move || own.run()) {
                authenticator.close();
                return Err(error);
            }
        }
        Ok(authenticator)
    }

    /// Has a password compared with these hashes, by and by. What it costs depends on
    /// `decoys` alone, which say as many comparisons as there are hashes, or more.
    pub(super) fn begin(
        &self,
        address: &str,
        password: &[u8],
        user: Option<&Arc<User>>,
        hashes: &[Arc<Password>],
        decoys: Decoys,
    ) -> Attempt {
        let (sender, verdict) = oneshot::channel();
        let job = Job {
            password: password.to_vec(),
            hashes: hashes.to_vec(),
            decoys,
            verdict: sender,
        };
        self.queue.lock().push(Origin::new(address), job);
        self.changed.notify_one();
        Attempt {
            user: user.map(Arc::clone),
            verdict,
        }
    }

    /// Ends the threads; nothing is compared any more.
    pub(crate) fn close(&self) {
        let mut queue = self.queue.lock();
        *queue = Queue {
            is_closed: true,
            ..Queue::default()
        };
        drop(queue);
        self.changed.notify_all();
    }

    fn run(&self) {
        while let Some(job) = self.next() {
            job.run();
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = self.queue.lock();
        loop {
            if queue.is_closed {
                return None;
            }
            match queue.pop() {
                Some(job) => return Some(job),
                None => self.changed.wait(&mut queue),
            }
        }
    }
}

impl Queue {
    fn push(&mut self, origin: Origin, job: Job) {
        if self.is_closed {
            return;
        }
        let waiting = self.waiting.entry(origin).or_default();
        if waiting.is_empty() {
            self.turns.push_back(origin);
        }
        waiting.push_back(job);
    }

    /// The next job of the next in turn.
    fn pop(&mut self) -> Option<Job> {
        let origin = self.turns.pop_front()?;
        let waiting = self.waiting.get_mut(&origin)?;
        let job = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&origin);
        } else {
            self.turns.push_back(origin);
        }
        job
    }
}

impl Job {
    fn run(self) {
        if self.verdict.is_closed() {
            // The client has gone.
            return;
        }
        let is_seen = |hash: &Arc<Password>| hash.has_seen(&self.password);
        let is_right = self.hashes.iter().any(is_seen) || self.compare();
        // An error: the client has gone.
        let _sent = self.verdict.send(is_right);
    }

    /// All of them are compared even if the first is right.
    fn compare(&self) -> bool {
        let mut is_right = false;
        for hash in &self.hashes {
            is_right |= hash.is(&self.password);
        }
        for _ in self.hashes.len()..self.decoys.comparisons {
            if let Some(decoy) = &self.decoys.hash {
                // It is nobody's, even if it is right.
                decoy.compare(&self.password);
            }
        }
        is_right
    }
}

impl Attempt {
    /// Whether the password is right; waits until that is known. May be called again when it was
    /// dropped before.
    pub(crate) async fn verdict(&mut self) -> bool {
        // An error: the threads have ended.
        (&mut self.verdict).await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_take_turns_and_a_network_is_one_of_them() {
        let mut queue = Queue::default();
        let mut receivers = Vec::new();
        for (address, password) in [
            ("10.0.0.1:1", "a1"),
            ("10.0.0.1:2", "a2"),
            ("10.0.0.1:3", "a3"),
            ("10.0.0.2:1", "b1"),
            ("[2001:db8::1]:1", "c1"),
            ("[2001:db8::2]:1", "c2"),
            ("[::ffff:10.0.0.2]:9", "b2"),
            ("/run/forebay.sock:0", "d1"),
        ] {
            let (verdict, receiver) = oneshot::channel();
            receivers.push(receiver);
            let job = Job {
                password: password.into(),
                hashes: Vec::new(),
                decoys: Decoys::default(),
                verdict,
            };
            queue.push(Origin::new(address), job);
        }
        let mut order = Vec::new();
        while let Some(job) = queue.pop() {
            order.push(String::from_utf8(job.password).unwrap());
        }
        assert_eq!(order, ["a1", "b1", "c1", "d1", "a2", "b2", "c2", "a3"]);
        assert!(queue.waiting.is_empty(), "nothing is kept of who has left");
    }

    #[test]
    fn who_waits_when_it_closes_is_refused() {
        let authenticator = Authenticator::start(0).unwrap();
        let attempt = |name: &str| authenticator.begin(name, b"x", None, &[], Decoys::default());
        let before = attempt("10.0.0.1:1");
        authenticator.close();
        for mut attempt in [before, attempt("10.0.0.1:2")] {
            assert_eq!(attempt.verdict.try_recv().ok(), None);
            assert!(attempt.verdict.is_terminated(), "nobody would answer");
        }
    }
}
