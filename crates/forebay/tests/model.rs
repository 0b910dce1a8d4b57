//! Random command sequences on the engine give what the plain model gives.
#![cfg(test)]

extern crate alloc;

#[path = "support/command.rs"]
mod command;
#[path = "support/embedded.rs"]
mod embedded;
#[path = "support/generate.rs"]
mod generate;
#[path = "support/model.rs"]
mod model;

use forebay::{Clock, Config, Engine, How, Order};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Proptest, TestRunner};

use command::{Command, ExpireUnit, RemainingUnit};
use embedded::{Route, apply};
use generate::{commands, key, out_of_bounds, side, unit};
use model::{Model, agree};

/// Where the manual clock starts.
const START_MS: i64 = 1_700_000_000_000;

/// How many sequences, and of how many commands at most.
fn size() -> (u32, usize) {
    if std::env::var_os("FOREBAY_LONG").is_some() {
        (20_000, 300)
    } else {
        (400, 100)
    }
}

fn how() -> impl Strategy<Value = How> {
    let order = || select(vec![Order::OneByOne, Order::Bulk]);
    prop_oneof![
        Just(How::One),
        (0_u64..6, order()).prop_map(|(n, order)| How::Count { n, order }),
        (0_u64..6, order()).prop_map(|(n, order)| How::Exactly { n, order }),
    ]
}

/// Expiries of up to some seconds after the start of the manual clock, the past, and the limits.
fn soon() -> impl Strategy<Value = (ExpireUnit, i64)> {
    let near = (unit(), -2_i64..6, 0_i64..1000).prop_map(|(unit, seconds, ms)| match unit {
        ExpireUnit::Seconds => (unit, seconds),
        ExpireUnit::Milliseconds => (unit, seconds * 1000 + ms),
        ExpireUnit::AtSeconds => (unit, START_MS / 1000 + seconds * 2),
        ExpireUnit::AtMilliseconds => (unit, START_MS + seconds * 2000 + ms),
    });
    prop_oneof![10 => near, 1 => (unit(), out_of_bounds())]
}

/// What a Redis 7.0 cannot be asked.
fn beyond_redis() -> impl Strategy<Value = Command> {
    prop_oneof![
        1 => (0_u64..3000).prop_map(|ms| Command::Advance { ms }),
        2 => (key(), key(), side(), side(), how())
            .prop_map(|(src, dst, from, to, how)| Command::Lmovem { src, dst, from, to, how }),
        1 => (key(), key(), side(), side(), how())
            .prop_map(|(src, dst, from, to, how)| Command::Blmovem { src, dst, from, to, how }),
        1 => (side(), key(), 0_usize..70)
            .prop_map(|(side, key, max)| Command::PopEach { side, key, max }),
    ]
}

fn run(commands: &[Command], routes: &[Route]) -> Result<(), TestCaseError> {
    let clock = Clock::manual(START_MS);
    let engine = Engine::open(Config::in_memory().workers(0).clock(clock.clone())).unwrap();
    let mut model = Model::at(START_MS);
    let advance = |ms: u64| clock.advance(core::time::Duration::from_millis(ms));
    for (at, command) in commands.iter().enumerate() {
        let route = routes[at % routes.len()];
        let expected = model.apply(command);
        let actual = apply(&engine, route, command, &advance);
        prop_assert!(
            agree(command, &expected, &actual),
            "command {at} by {route:?}: {command:?}\n expected {expected:?}\n actual   {actual:?}"
        );
        if at % 16 == 0 {
            engine.maintain();
        }
    }
    same_contents(&engine, &mut model)
}

/// Whatever the replies were, in the end both hold the same.
fn same_contents(engine: &Engine, model: &mut Model) -> Result<(), TestCaseError> {
    let everything = Command::Scan {
        pattern: None,
        count: 3,
    };
    let keys = apply(engine, Route::Name, &everything, &|_| ());
    prop_assert_eq!(model.apply(&everything), keys.clone());
    let command::Reply::Keys(keys) = keys else {
        unreachable!("SCAN answers keys")
    };
    for key in keys {
        for command in [
            Command::Lrange {
                key: key.clone(),
                start: 0,
                stop: -1,
            },
            Command::Llen { key: key.clone() },
            Command::Remaining {
                unit: RemainingUnit::AtMilliseconds,
                key: key.clone(),
            },
        ] {
            prop_assert_eq!(
                model.apply(&command),
                apply(engine, Route::Name, &command, &|_| ()),
                "{:?}",
                command
            );
        }
    }
    Ok(())
}

#[test]
fn any_sequence_of_commands_behaves_as_the_model() {
    let (cases, len) = size();
    let routes = proptest::collection::vec(
        select(vec![Route::Name, Route::Handle, Route::Transaction]),
        1..8,
    );
    let config = Proptest {
        cases,
        failure_persistence: None,
        ..Proptest::default()
    };
    TestRunner::new(config)
        .run(
            &(
                commands(len, &soon().boxed(), &beyond_redis().boxed()),
                routes,
            ),
            |(commands, routes)| run(&commands, &routes),
        )
        .unwrap_or_else(|error| panic!("{error}"));
}
