//! Random programs for a few threads on two lists.

use core::time::Duration;

use forebay::{Position, Side};

use crate::random::Random;
use crate::two_lists::{Call, Key, Lists};

/// What every thread will do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) initial: Lists,
    /// Elements are up to so many bytes longer than their value.
    pub(crate) padding: usize,
    /// Whether a list has an expiry to begin with: then it takes the slow path.
    pub(crate) expiring: [bool; 2],
    /// Whether there are handles. Without them, and with names that nobody has used, lists come
    /// into being in the middle of it all.
    pub(crate) handles: bool,
    pub(crate) threads: Vec<Vec<Step>>,
}

/// One operation, and how it comes about.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) work: Work,
    pub(crate) pace: Pace,
    pub(crate) by_handle: bool,
    pub(crate) patience: Duration,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    One(Call),
    /// Pops that share a call but not a moment: they count as so many operations.
    PopEach {
        key: Key,
        side: Side,
        max: usize,
    },
}

/// What a thread does before its next operation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    Go,
    Spin(u64),
    Yield,
    /// Waits until every thread has come to this step, so that all begin it at nearly the same
    /// time.
    Together(u64),
}

impl Plan {
    /// A program for `threads` threads with 8 to 12 operations for each.
    pub(crate) fn random(random: &mut Random, threads: usize) -> Self {
        let mut values = 0_u16..;
        let mut fresh = |count: u64| -> Vec<u16> {
            (0..count)
                .map(|_| values.next().expect("a short history"))
                .collect()
        };
        // Long lists cross the border of a segment, short ones meet at both ends.
        let len = |random: &mut Random| match random.below(8) {
            0..4 => 0,
            4..7 => random.below(4),
            _ => random.below(70),
        };
        let initial = [0, 1].map(|_| fresh(len(random)));
        let swarm = Swarm::random(random);
        let handles = !random.one_in(3);
        let together: Vec<bool> = (0..12).map(|_| !random.one_in(3)).collect();
        let steps = 8 + usize::try_from(random.below(5)).expect("small");
        let threads = (0..threads)
            .map(|_| {
                (0..steps)
                    .map(|at| Step {
                        work: match any_work(random, swarm, &mut fresh) {
                            // FLUSHALL may leave a key that comes into being meanwhile.
                            Work::One(Call::Flushall) if !handles => Work::One(Call::DelBoth),
                            work => work,
                        },
                        pace: match random.below(6) {
                            _ if together[at] => Pace::Together(random.below(40)),
                            0..3 => Pace::Go,
                            3..5 => Pace::Spin(random.below(300)),
                            _ => Pace::Yield,
                        },
                        by_handle: random.one_in(2),
                        patience: Duration::from_micros(1 + random.below(1_500)),
                    })
                    .collect()
            })
            .collect();
        Self {
            initial,
            padding: [0, 60, 900, 6_000][usize::try_from(random.below(4)).expect("small")],
            expiring: [0, 1].map(|_| random.one_in(5)),
            handles,
            threads,
        }
    }
}

/// Which kinds of operations one plan has: some and not all, for two rare ones meet more often
/// where they have not all the others between them.
#[derive(Clone, Copy, Debug)]
struct Swarm(u64);

impl Swarm {
    fn random(random: &mut Random) -> Self {
        let half = random.below(u64::MAX);
        Self(if random.one_in(2) {
            half
        } else {
            half & random.below(u64::MAX)
        })
    }

    /// A number below `limit`, of those that the plan has.
    fn below(self, random: &mut Random, limit: u64) -> u64 {
        for _ in 0..30 {
            let number = random.below(limit);
            if self.0 & (1 << number) != 0 {
                return number;
            }
        }
        random.below(limit)
    }
}

fn any_side(random: &mut Random) -> Side {
    if random.one_in(2) {
        Side::Left
    } else {
        Side::Right
    }
}

fn any_key(random: &mut Random) -> Key {
    Key::from(random.one_in(3))
}

fn any_work(random: &mut Random, swarm: Swarm, fresh: &mut impl FnMut(u64) -> Vec<u16>) -> Work {
    let key = any_key(random);
    let side = any_side(random);
    if random.one_in(15) {
        let max = 1 + usize::try_from(random.below(4)).expect("small");
        return Work::PopEach { key, side, max };
    }
    Work::One(match swarm.below(random, 56) {
        0..20 => simple_call(random, swarm, fresh),
        20..24 => Call::BlockingPop { first: key, side },
        24..27 => Call::Blmove {
            src: key,
            from: side,
            to: any_side(random),
            dst: any_key(random),
        },
        27..29 => Call::DelBoth,
        29..31 => Call::ExistBoth,
        31 => Call::Flushall,
        32..34 => Call::Copy {
            src: key,
            dst: 1 - key,
        },
        34..38 => {
            let calls = 2 + random.below(3);
            Call::Transaction(
                (0..calls)
                    .map(|_| simple_call(random, swarm, fresh))
                    .collect(),
            )
        }
        38..48 => Call::Push {
            key,
            side,
            values: fresh(1),
        },
        _ => Call::Pop { key, side },
    })
}

/// One that a transaction may hold too.
fn simple_call(random: &mut Random, swarm: Swarm, fresh: &mut impl FnMut(u64) -> Vec<u16>) -> Call {
    let key = any_key(random);
    let side = any_side(random);
    let index = |random: &mut Random| i64::try_from(random.below(8)).expect("small") - 4;
    // Some value that may be in a list by now.
    let some_value = |random: &mut Random, next: u16| {
        u16::try_from(random.below(u64::from(next) + 1)).expect("a short history")
    };
    match swarm.below(random, 22) {
        0..5 => Call::Push {
            key,
            side,
            values: fresh(1 + random.below(3)),
        },
        5..9 => Call::Pop { key, side },
        9..11 => Call::PopCount {
            key,
            side,
            count: random.below(4),
        },
        11 => Call::Lmpop {
            first: key,
            side,
            count: 1 + random.below(3),
        },
        12 => Call::Llen { key },
        13 => Call::Lrange {
            key,
            start: index(random),
            stop: index(random),
        },
        14 => Call::Lrange {
            key,
            start: 0,
            stop: -1,
        },
        15 => Call::Lset {
            key,
            index: index(random),
            value: fresh(1)[0],
        },
        16 => {
            let value = fresh(1)[0];
            let position = if random.one_in(2) {
                Position::Before
            } else {
                Position::After
            };
            Call::Linsert {
                key,
                position,
                pivot: some_value(random, value),
                value,
            }
        }
        17 => {
            let value = fresh(1)[0];
            Call::Lrem {
                key,
                count: index(random),
                value: some_value(random, value),
            }
        }
        18 => Call::Ltrim {
            key,
            start: index(random),
            stop: index(random),
        },
        19 => Call::Rename {
            src: key,
            dst: 1 - key,
        },
        _ => Call::Lmove {
            src: key,
            from: side,
            to: any_side(random),
            dst: any_key(random),
        },
    }
}
