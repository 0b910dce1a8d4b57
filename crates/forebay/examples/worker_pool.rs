//! A pool of async workers that serve several queues by priority and can be stopped at any moment.
//!
//! * BRPOP over several keys takes from the first that has a job, so urgent jobs overtake the others.
//! * The workers wait in `select!`, together with a heartbeat and the shutdown signal. A pop that is
//!   dropped there loses no job: what it had been given goes back to where it was.
//! * `Engine::close` ends the workers that wait when there is no more to do.
//!
//! ```sh
//! cargo run --release -p forebay --example worker_pool
//! ```

use std::collections::HashSet;
use std::error::Error;
use std::time::Duration;

use forebay::{Bytes, Config, Engine};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

type Result<T> = core::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Queues, the most urgent first.
const KEYS: [&str; 3] = ["urgent", "normal", "bulk"];
const WORKERS: usize = 4;
const JOBS: usize = 300;

struct Done {
    worker: usize,
    key: Bytes,
    job: Bytes,
}

/// Works until there is a signal or the engine is closed. Returns how often its heart has beaten, and
/// so how many pops it has dropped.
async fn work(
    worker: usize,
    engine: Engine,
    mut stop: watch::Receiver<()>,
    done: mpsc::UnboundedSender<Done>,
) -> Result<u32> {
    let mut heartbeat = interval(Duration::from_millis(1));
    let mut beats = 0;
    loop {
        tokio::select! {
            _ = stop.changed() => return Ok(beats),
            _ = heartbeat.tick() => beats += 1,
            popped = engine.brpop_async(&KEYS, 0.0) => match popped {
                Ok(Some((key, job))) => {
                    // A job that was taken is finished, whatever is signalled meanwhile.
                    sleep(Duration::from_millis(2)).await;
                    done.send(Done { worker, key, job })?;
                }
                Ok(None) | Err(forebay::Error::Closed) => return Ok(beats),
                Err(error) => return Err(error.into()),
            },
        }
    }
}

struct Pool {
    workers: JoinSet<Result<u32>>,
    stop: watch::Sender<()>,
}

impl Pool {
    fn start(engine: &Engine, done: &mpsc::UnboundedSender<Done>) -> Self {
        let stop = watch::Sender::new(());
        let workers = (0..WORKERS)
            .map(|worker| work(worker, engine.clone(), stop.subscribe(), done.clone()))
            .collect();
        Self { workers, stop }
    }

    /// Waits until all workers have ended. Returns how many pops they have dropped.
    async fn ended(self) -> Result<u32> {
        self.workers.join_all().await.into_iter().sum()
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let engine = Engine::open(Config::in_memory())?;
    let (sender, mut done) = mpsc::unbounded_channel();

    // The least urgent are sent first.
    for key in KEYS.iter().rev() {
        engine.lpush(key, [*key; 10])?;
    }
    let pool = Pool::start(&engine, &sender);
    let mut orders = vec![Vec::new(); WORKERS];
    for _ in 0..10 * KEYS.len() {
        let Done { worker, key, .. } = done.recv().await.ok_or("the workers are gone")?;
        orders[worker].push(KEYS.iter().position(|name| key == *name).ok_or("not our key")?);
    }
    println!("30 jobs were waiting. Their order, by priority:");
    for (worker, order) in orders.iter().enumerate() {
        let names: Vec<_> = order.iter().map(|&priority| KEYS[priority]).collect();
        println!("  worker {worker}: {}", names.join(" "));
        assert!(order.is_sorted(), "no job was taken while a more urgent one was waiting");
    }

    println!("{JOBS} jobs arrive, and half-way the pool is told to stop:");
    let producer = tokio::spawn({
        let engine = engine.clone();
        async move {
            for number in 0..JOBS {
                engine.lpush(KEYS[number % KEYS.len()], [number.to_string()])?;
                if number % 2 == 1 {
                    sleep(Duration::from_millis(1)).await;
                }
            }
            forebay::Result::Ok(())
        }
    });
    let mut jobs = Vec::new();
    done.recv_many(&mut jobs, 1).await;
    while jobs.len() < JOBS / 2 {
        done.recv_many(&mut jobs, JOBS).await;
    }
    // In a service this is where `tokio::signal::ctrl_c()` ends.
    pool.stop.send(())?;
    let dropped = pool.ended().await?;
    producer.await??;
    while let Ok(job) = done.try_recv() {
        jobs.push(job);
    }
    let waiting = KEYS.iter().map(|key| engine.llen(key)).sum::<forebay::Result<u64>>()?;
    println!("  {} done, {waiting} waiting; the hearts beat {dropped} times", jobs.len());
    assert_eq!(jobs.len() as u64 + waiting, JOBS as u64, "a job is done, or it is waiting");

    let pool = Pool::start(&engine, &sender);
    while jobs.len() < JOBS {
        done.recv_many(&mut jobs, JOBS).await;
    }
    engine.close();
    pool.ended().await?;
    let unique: HashSet<_> = jobs.iter().map(|done| &done.job).collect();
    assert_eq!((jobs.len(), unique.len()), (JOBS, JOBS), "every job was done exactly once");
    println!("  after a restart: all {JOBS} done, each once; the pool has ended");
    Ok(())
}

#[test]
fn no_job_is_lost_when_workers_stop() -> Result<()> {
    main()
}
