//! Sales that two groups of consumers read: one keeps the totals of each shop up to date, the other
//! one writes everything into an archive. Neither notices the other.
//!
//! * **Work is shared**: three consumers keep the totals, and each sale is given to one of them.
//! * **A consumer dies** with sales in hand. What it had not acknowledged is pending, and the
//!   others take it over when it has been idle too long (XREADGROUP with CLAIM).
//! * **Twice is once**: what the dead consumer had done but not acknowledged is recognized by its
//!   id.
//! * **A poison message** makes everybody fail who tries it. When that has happened often enough,
//!   it is put aside into a stream of its own, where somebody can look at it.
//!
//! ```sh
//! cargo run --release -p forebay --example consumer_groups
//! ```

use core::error::Error;
use core::ops::Range;
use core::time::Duration;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use forebay::stream::{
    Delivered, GroupReadFrom, GroupStart, Idempotence, XaddOptions, XgroupCreateOptions,
    XreadgroupOptions,
};
use forebay::{Config, Engine, Fields, Stream, StreamId, Timeout};

type Result<T> = core::result::Result<T, Box<dyn Error + Send + Sync>>;

const SHOPS: [&str; 3] = ["harbour", "market", "station"];
const SALES: u64 = 600;
const EARLY: u64 = 100;
/// The sale whose amount nobody can read.
const POISON: u64 = 200;
/// Which of her sales is the last that Anna works on.
const DEADLY: u64 = 15;
/// How often a sale is tried before it is put aside.
const TRIES_MAX: u64 = 3;
/// Who has had a sale for so long has died, or failed.
const IDLE_MS: u64 = 40;

/// What outlives the consumers. An amount and the id of the sale that brought it are stored in one
/// step.
#[derive(Default)]
struct Database {
    totals: BTreeMap<String, u64>,
    done: HashSet<StreamId>,
}

impl Database {
    /// Adds a sale to the total of its shop, and nothing when that was done before.
    fn apply(&mut self, id: StreamId, sale: &Fields) -> Result<()> {
        let text = |name| str::from_utf8(sale.value(name).unwrap_or_default());
        let (shop, amount) = (text("shop")?, text("amount")?.parse::<u64>()?);
        if self.done.insert(id) {
            *self.totals.entry(shop.to_owned()).or_default() += amount;
        }
        Ok(())
    }
}

/// The sales of a day; the first ones were made before anybody began to work.
fn produce(engine: &Engine, numbers: Range<u64>) -> Result<()> {
    for number in numbers {
        let shop = SHOPS[usize::try_from(number)? % SHOPS.len()];
        let amount = match number {
            POISON => "many".to_owned(),
            _ => (number % 7).to_string(),
        };
        engine.xadd("sales", [("shop", shop), ("amount", &amount)])?;
        if number > EARLY && number % 5 == 0 {
            thread::sleep(Duration::from_millis(1));
        }
    }
    Ok(())
}

/// One of those who keep the totals. Ends when the engine is closed, or with an error: then it is
/// dead.
fn keep_totals(engine: &Engine, name: &str, database: &Mutex<Database>) -> Result<()> {
    let totals = engine.stream("sales")?.group("totals");
    let me = totals.consumer(name);
    let options = XreadgroupOptions {
        count: Some(10),
        block: Some(Timeout::FOREVER),
        claim: Some(IDLE_MS),
        ..XreadgroupOptions::default()
    };
    let mut tried = 0;
    loop {
        let sales = match me.xreadgroup(GroupReadFrom::New, &options) {
            Err(forebay::Error::Closed) => return Ok(()),
            sales => sales?,
        };
        for sale in &sales {
            thread::sleep(Duration::from_micros(200));
            if sale.deliveries > 0 {
                println!(
                    "  {name} takes over {}, try {}",
                    sale.id,
                    sale.deliveries + 1
                );
            }
            let applied = apply(database, sale);
            tried += 1;
            if name == "anna" && tried == DEADLY {
                return Err("the power failed before she could acknowledge a sale".into());
            }
            match applied {
                Ok(()) => totals.xack([sale.id])?,
                Err(error) if sale.deliveries + 1 >= TRIES_MAX => {
                    println!(
                        "  {name} puts {} aside after {TRIES_MAX} tries: {error}",
                        sale.id
                    );
                    put_aside(engine, sale)?;
                    totals.xack([sale.id])?
                }
                // It stays pending; who finds it idle tries again.
                Err(_) => 0,
            };
        }
    }
}

fn apply(database: &Mutex<Database>, sale: &Delivered) -> Result<()> {
    // Only a sale that was trimmed away while it was pending has no fields.
    let fields = sale.fields.as_ref().ok_or("the sale is gone")?;
    let mut database = database.lock().unwrap_or_else(PoisonError::into_inner);
    database.apply(sale.id, fields)
}

/// Adds a sale to those that failed. Whoever dies after that and before the XACK does no harm: the
/// next one adds the same sale of the same producer, and that adds nothing.
fn put_aside(engine: &Engine, sale: &Delivered) -> Result<()> {
    let once = XaddOptions {
        idempotence: Some(Idempotence::id("totals", sale.id.to_string())),
        ..XaddOptions::default()
    };
    let fields: Vec<_> = sale.fields.iter().flatten().collect();
    engine.xadd_with("sales:failed", &once, fields)?;
    Ok(())
}

/// Writes everything down, in order. Returns that when the engine is closed.
fn archive(engine: &Engine) -> Result<Vec<(StreamId, Fields)>> {
    let archive = engine.stream("sales")?.group("archive");
    let me = archive.consumer("archivist");
    let options = XreadgroupOptions {
        count: Some(100),
        block: Some(Timeout::FOREVER),
        ..XreadgroupOptions::default()
    };
    let mut written = Vec::new();
    loop {
        let sales = match me.xreadgroup(GroupReadFrom::New, &options) {
            Err(forebay::Error::Closed) => return Ok(written),
            sales => sales?,
        };
        let ids: Vec<_> = sales.iter().map(|sale| sale.id).collect();
        written.extend(
            sales
                .into_iter()
                .filter_map(|sale| Some((sale.id, sale.fields?))),
        );
        archive.xack(ids)?;
    }
}

/// Whether every group was delivered everything and has acknowledged it.
fn is_done(sales: &Stream) -> Result<bool> {
    let groups = sales.xinfo_groups()?;
    Ok(groups
        .iter()
        .all(|group| group.lag == Some(0) && group.pending == 0))
}

fn join<T>(thread: ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().map_err(|_| "a thread panicked")?
}

fn main() -> Result<()> {
    let engine = Engine::open(Config::in_memory())?;
    let sales = engine.stream("sales")?;
    let even_if_empty = XgroupCreateOptions {
        mkstream: true,
        ..XgroupCreateOptions::default()
    };
    for group in ["totals", "archive"] {
        sales.xgroup_create_with(group, GroupStart::BEGINNING, &even_if_empty)?;
    }
    let database = Mutex::default();

    println!("{SALES} sales are made, and read by two groups of consumers:");
    produce(&engine, 0..EARLY)?;
    let (written, failed) = thread::scope(|scope| {
        let archivist = scope.spawn(|| archive(&engine));
        let keepers = ["anna", "bert", "cleo"].map(|name| {
            let (engine, database) = (&engine, &database);
            (
                name,
                scope.spawn(move || keep_totals(engine, name, database)),
            )
        });
        // Whatever happens, the consumers end.
        let sold = produce(&engine, EARLY..SALES).and_then(|()| {
            while !is_done(&sales)? {
                thread::sleep(Duration::from_millis(5));
            }
            Ok(engine.xrange("sales:failed", .., None)?)
        });
        engine.close();
        for (name, keeper) in keepers {
            let ending = join(keeper);
            if let Err(death) = &ending {
                println!("  {name} has died: {death}");
            }
            assert_eq!(ending.is_err(), name == "anna", "only Anna dies");
        }
        Ok::<_, Box<dyn Error + Send + Sync>>((join(archivist)?, sold?))
    })?;

    let database = database
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    for (shop, total) in &database.totals {
        println!("{shop:>10}: {total:>4}");
    }
    let counted = (0..SALES).filter(|&number| number != POISON);
    let expected: u64 = counted.map(|number| number % 7).sum();
    let total: u64 = database.totals.values().sum();
    assert_eq!(total, expected, "every sale once, although some came twice");
    assert_eq!(failed.len(), 1, "put aside once");
    let amount = failed[0].fields.value("amount");
    assert_eq!(amount, Some(&b"many"[..]), "the poison message");
    assert!(written.is_sorted_by_key(|(id, _)| *id), "in order");
    assert_eq!(
        written.len() as u64,
        SALES,
        "the archive has the failed one too"
    );
    println!(
        "Every sale was counted once, but for 1 that was put aside: {:?}",
        failed[0].fields
    );
    println!("The archive has all {} in their order.", written.len());
    Ok(())
}

#[test]
fn no_sale_is_lost_or_counted_twice() -> Result<()> {
    main()
}
