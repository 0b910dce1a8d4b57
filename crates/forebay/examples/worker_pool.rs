//! A pool of async workers that serve several queues by priority and can be stopped at any moment.
//!
//! * BRPOP on several keys takes from the first that has a job: urgent jobs overtake the others.
//! * The workers wait in `select!`, together with a heartbeat and the signal to stop. A pop that is
//!   dropped there loses no job: what it had been given goes back to where it was.
//! * `Engine::close` ends the workers when there is no more to do.
//!
//! ```sh
//! cargo run --release -p forebay --example worker_pool
//! ```

use core::error::Error;
use core::time::Duration;
use std::collections::HashSet;

use forebay::{Bytes, Config, Engine};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

type Result<T> = core::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The queues, the most urgent first.
const KEYS: [&str; 3] = ["urgent", "normal", "bulk"];
const WORKERS: usize = 4;
const JOBS: usize = 300;

/// A job that was done: by which worker, from which queue.
type Done = (usize, Bytes, Bytes);

/// Works until it is told to stop or the engine is closed. Returns how often its heart beat.
async fn work(
    worker: usize,
    engine: Engine,
    mut stop: watch::Receiver<()>,
    done: mpsc::UnboundedSender<Done>,
) -> Result<usize> {
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
                    done.send((worker, key, job))?;
                }
                Ok(None) | Err(forebay::Error::Closed) => return Ok(beats),
                Err(error) => return Err(error.into()),
            },
        }
    }
}

type Pool = JoinSet<Result<usize>>;

fn start(engine: &Engine, done: &mpsc::UnboundedSender<Done>) -> (Pool, watch::Sender<()>) {
    let stop = watch::Sender::new(());
    let workers = (0..WORKERS).map(|worker| {
        let (engine, done) = (engine.clone(), done.clone());
        work(worker, engine, stop.subscribe(), done)
    });
    (workers.collect(), stop)
}

async fn produce(engine: Engine) -> forebay::Result<()> {
    for number in 0..JOBS {
        engine.lpush(KEYS[number % KEYS.len()], [number.to_string()])?;
        if number % 2 == 1 {
            sleep(Duration::from_millis(1)).await;
        }
    }
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let engine = Engine::open(Config::in_memory())?;
    let (sender, mut done) = mpsc::unbounded_channel();

    // The least urgent are sent first.
    for key in KEYS.iter().rev() {
        engine.lpush(key, [*key; 8])?;
    }
    println!("24 jobs are waiting. The workers take");
    let (pool, stop) = start(&engine, &sender);
    let mut taken = vec![Vec::new(); WORKERS];
    for _ in 0..24 {
        let (worker, key, _) = done.recv().await.ok_or("the pool has ended")?;
        taken[worker].push(KEYS.iter().position(|name| key == *name));
    }
    for (worker, ranks) in taken.iter().enumerate() {
        let names: Vec<_> = ranks.iter().flatten().map(|&rank| KEYS[rank]).collect();
        println!("  {worker}: {}", names.join(" "));
        assert!(ranks.is_sorted(), "the most urgent first");
    }

    println!("{JOBS} jobs arrive. Half-way the pool is told to stop:");
    let producer = tokio::spawn(produce(engine.clone()));
    let mut jobs = Vec::new();
    while jobs.len() < JOBS / 2 {
        done.recv_many(&mut jobs, 1).await;
    }
    // In a service this is where `tokio::signal::ctrl_c()` returns.
    stop.send(())?;
    let beats: usize = pool.join_all().await.into_iter().sum::<Result<_>>()?;
    producer.await??;
    done.recv_many(&mut jobs, done.len()).await;
    let lengths = KEYS.iter().map(|key| engine.llen(key));
    let waiting: u64 = lengths.sum::<forebay::Result<_>>()?;
    println!("  {} are done, {waiting} are waiting,", jobs.len());
    println!("  and {beats} pops were dropped for a heartbeat");
    assert_eq!(jobs.len() as u64 + waiting, 300, "done or waiting");

    println!("The pool is started again, and the engine closed when all is done:");
    let (pool, _stop) = start(&engine, &sender);
    while jobs.len() < JOBS {
        done.recv_many(&mut jobs, 1).await;
    }
    engine.close();
    pool.join_all().await.into_iter().sum::<Result<usize>>()?;
    let unique: HashSet<_> = jobs.iter().map(|(_, _, job)| job).collect();
    println!("  {} jobs, {} of them different", jobs.len(), unique.len());
    assert_eq!((jobs.len(), unique.len()), (JOBS, JOBS), "each once");
    Ok(())
}

#[test]
fn no_job_is_lost_when_the_pool_is_stopped() -> Result<()> {
    main()
}
