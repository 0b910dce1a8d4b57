//! A till whose process is killed in the middle of its work: what it has confirmed is in the ledger
//! when it is started again, once, and what was on the way is done again.
//!
//! Run with `cargo run --release -p forebay --example ledger`.

use core::error::Error;
use core::time::Duration;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::thread;

use forebay::{Config, Engine, Level, Side};

/// Says to a process that it is the till, and where its ledger is.
const TILL: &str = "FOREBAY_EXAMPLE_TILL";
const SALES: u64 = 2_000;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    if let Some(directory) = env::var_os(TILL) {
        return till(&PathBuf::from(directory));
    }
    let directory = env::temp_dir().join(format!("forebay-ledger-{}", process::id()));
    let summary = run(&directory);
    drop(fs::remove_dir_all(&directory));
    println!("{}", summary?);
    Ok(())
}

/// Kills the till until it has entered all sales, and counts what is in the ledger.
fn run(directory: &Path) -> Outcome<String> {
    let engine = Engine::open(Config::at(directory))?;
    // One wait for all of them.
    let hasty = engine.at_level(Level::None);
    for sale in 0..SALES {
        hasty.rpush("sales", [sale.to_string()])?;
    }
    engine.durable(hasty.ticket())?;
    drop(hasty);
    engine.close();

    let mut starts = 0;
    loop {
        starts += 1;
        let mut till = Command::new(env::current_exe()?)
            .env(TILL, directory)
            .stdout(Stdio::null())
            .spawn()?;
        // Longer each time, so that it comes to an end on any machine.
        thread::sleep(Duration::from_millis(20 + 20 * starts));
        till.kill()?;
        till.wait()?;
        let engine = Engine::open(Config::at(directory))?;
        let (left, begun) = (engine.llen("sales")?, engine.llen("begun")?);
        let entered = engine.xlen("ledger")?;
        // A sale is in one place: waiting, begun, or in the ledger.
        if left + begun + entered != SALES {
            return Err(format!("{left} + {begun} + {entered} sales are not {SALES}").into());
        }
        engine.close();
        if entered == SALES {
            return Ok(format!(
                "{entered} sales, each once, by a till that was killed {starts} times"
            ));
        }
    }
}

/// Enters one sale after the other, and first what was begun when it was killed.
fn till(directory: &Path) -> Outcome<()> {
    let engine = Engine::open(Config::at(directory))?;
    while let Some(sale) = engine.lmove("begun", "sales", Side::Left, Side::Left)? {
        drop(sale);
    }
    while let Some(sale) = engine.lmove("sales", "begun", Side::Left, Side::Right)? {
        // In the ledger, and begun no more, in one step.
        engine.transaction(&["begun", "ledger"], |tx| {
            tx.xadd("ledger", [("sale", &sale)])?;
            tx.lrem("begun", 1, &sale)
        })??;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Engine, Outcome, SALES, env, fs, process, till};
    use forebay::Config;

    #[test]
    fn the_till_enters_every_sale_once() -> Outcome<()> {
        let directory = env::temp_dir().join(format!("forebay-till-{}", process::id()));
        let engine = Engine::open(Config::at(&directory))?;
        for sale in 0..SALES / 10 {
            engine
                .at_level(forebay::Level::None)
                .rpush("sales", [sale.to_string()])?;
        }
        // One of them was begun by a till that is no more.
        engine.lmove("sales", "begun", forebay::Side::Left, forebay::Side::Right)?;
        engine.close();
        till(&directory)?;
        let engine = Engine::open(Config::at(&directory))?;
        assert_eq!(engine.xlen("ledger")?, SALES / 10);
        assert_eq!(engine.exists(&["sales", "begun"])?, 0);
        engine.close();
        fs::remove_dir_all(&directory)?;
        Ok(())
    }
}
