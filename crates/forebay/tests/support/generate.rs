//! Random commands: few keys so that they collide, indexes around the edges, elements of all sizes.

use bytes::Bytes;
use forebay::{ExpireCondition, Position, Side};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::command::{Command, ExpireUnit, RemainingUnit};

/// One of a few, so that commands meet.
pub(crate) fn key() -> impl Strategy<Value = Bytes> {
    select(vec![&b"a"[..], b"b", b"user:7", b"", b"\0\xff\r\n"]).prop_map(Bytes::from_static)
}

fn keys() -> impl Strategy<Value = Vec<Bytes>> {
    vec(key(), 1..4)
}

/// Mostly one of a few, so that LREM, LINSERT and LPOS find something.
fn element() -> impl Strategy<Value = Bytes> {
    prop_oneof![
        20 => select(vec![&b"x"[..], b"y", b"z", b"", b"5", b"\0\r\n"]).prop_map(Bytes::from_static),
        8 => vec(any::<u8>(), 0..200).prop_map(Bytes::from),
        1 => any::<u8>().prop_map(|byte| Bytes::from(vec![byte; 5 * 1024])),
    ]
}

fn elements() -> impl Strategy<Value = Vec<Bytes>> {
    prop_oneof![
        6 => vec(element(), 1..4),
        // Enough at once to cross the border of a segment.
        1 => vec(element(), 20..60),
    ]
}

/// Either end.
pub(crate) fn side() -> impl Strategy<Value = Side> {
    select(vec![Side::Left, Side::Right])
}

fn index() -> impl Strategy<Value = i64> {
    prop_oneof![
        12 => -7_i64..7,
        2 => -70_i64..70,
        1 => select(vec![i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX]),
    ]
}

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0_u64..5, 2 => 5_u64..80, 1 => Just(i64::MAX.unsigned_abs())]
}

fn pattern() -> impl Strategy<Value = Bytes> {
    select(vec![
        &b"*"[..],
        b"a",
        b"?",
        b"[ab]",
        b"[^a]",
        b"[a-b]*",
        b"user:*",
        b"*7",
        b"u\\ser:?",
        b"",
        b"u**r*",
        b"?*?",
        b"\\*",
    ])
    .prop_map(Bytes::from_static)
}

fn condition() -> impl Strategy<Value = ExpireCondition> {
    select(vec![
        ExpireCondition::Always,
        ExpireCondition::Always,
        ExpireCondition::Nx,
        ExpireCondition::Xx,
        ExpireCondition::Gt,
        ExpireCondition::Lt,
    ])
}

fn push() -> impl Strategy<Value = Command> {
    (side(), prop::bool::weighted(0.15), key(), elements()).prop_map(
        |(side, only_existing, key, elements)| Command::Push {
            side,
            only_existing,
            key,
            elements,
        },
    )
}

fn pop() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => (side(), key()).prop_map(|(side, key)| Command::Pop { side, key }),
        1 => (side(), key()).prop_map(|(side, key)| Command::PopWith { side, key }),
        2 => (side(), key(), count())
            .prop_map(|(side, key, count)| Command::PopCount { side, key, count }),
        2 => (keys(), side(), count())
            .prop_map(|(keys, side, count)| Command::Lmpop { keys, side, count }),
    ]
}

fn look() -> impl Strategy<Value = Command> {
    prop_oneof![
        key().prop_map(|key| Command::Llen { key }),
        (key(), index(), index()).prop_map(|(key, start, stop)| Command::Lrange {
            key,
            start,
            stop
        }),
        (key(), index()).prop_map(|(key, index)| Command::Lindex { key, index }),
        (key(), element()).prop_map(|(key, element)| Command::Lpos { key, element }),
        (
            key(),
            element(),
            prop_oneof![10 => -3_i64..4, 1 => select(vec![i64::MIN + 1, i64::MAX])],
            prop::option::of(
                prop_oneof![10 => 0_i64..4, 1 => select(vec![-1, i64::MIN, i64::MAX])]
            ),
            prop_oneof![10 => 0_i64..8, 1 => select(vec![-1, i64::MIN, i64::MAX])],
        )
            .prop_map(|(key, element, rank, count, maxlen)| Command::LposWith {
                key,
                element,
                rank,
                count,
                maxlen,
            }),
    ]
}

fn edit() -> impl Strategy<Value = Command> {
    prop_oneof![
        (key(), index(), element()).prop_map(|(key, index, element)| Command::Lset {
            key,
            index,
            element
        }),
        (
            key(),
            select(vec![Position::Before, Position::After]),
            element(),
            element()
        )
            .prop_map(|(key, position, pivot, element)| Command::Linsert {
                key,
                position,
                pivot,
                element
            }),
        (
            key(),
            prop_oneof![10 => -3_i64..4, 1 => select(vec![i64::MIN, i64::MAX])],
            element()
        )
            .prop_map(|(key, count, element)| Command::Lrem {
                key,
                count,
                element
            }),
        (key(), index(), index()).prop_map(|(key, start, stop)| Command::Ltrim {
            key,
            start,
            stop
        }),
    ]
}

fn movement() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => (key(), key(), side(), side())
            .prop_map(|(src, dst, from, to)| Command::Lmove { src, dst, from, to }),
        1 => (key(), key()).prop_map(|(src, dst)| Command::Rpoplpush { src, dst }),
    ]
}

fn generic() -> impl Strategy<Value = Command> {
    prop_oneof![
        2 => keys().prop_map(|keys| Command::Del { keys }),
        1 => keys().prop_map(|keys| Command::Unlink { keys }),
        2 => keys().prop_map(|keys| Command::Exists { keys }),
        1 => key().prop_map(|key| Command::Type { key }),
        3 => (key(), key()).prop_map(|(src, dst)| Command::Rename { src, dst }),
        2 => (key(), key()).prop_map(|(src, dst)| Command::Renamenx { src, dst }),
        3 => (key(), key(), any::<bool>())
            .prop_map(|(src, dst, replace)| Command::Copy { src, dst, replace }),
    ]
}

fn whole() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => pattern().prop_map(|pattern| Command::Keys { pattern }),
        3 => (prop::option::of(pattern()), 1_usize..4)
            .prop_map(|(pattern, count)| Command::Scan { pattern, count }),
        3 => Just(Command::Randomkey),
        3 => Just(Command::Dbsize),
        1 => Just(Command::Flushall),
    ]
}

fn expiry(when: impl Strategy<Value = (ExpireUnit, i64)>) -> impl Strategy<Value = Command> {
    let remaining = select(vec![
        RemainingUnit::Seconds,
        RemainingUnit::Milliseconds,
        RemainingUnit::AtSeconds,
        RemainingUnit::AtMilliseconds,
    ]);
    prop_oneof![
        3 => (when, key(), condition()).prop_map(|((unit, when), key, condition)| {
            Command::Expire { unit, key, when, condition }
        }),
        2 => (remaining, key()).prop_map(|(unit, key)| Command::Remaining { unit, key }),
        1 => key().prop_map(|key| Command::Persist { key }),
    ]
}

/// Any of the four ways to name a time.
pub(crate) fn unit() -> impl Strategy<Value = ExpireUnit> {
    select(vec![
        ExpireUnit::Seconds,
        ExpireUnit::Milliseconds,
        ExpireUnit::AtSeconds,
        ExpireUnit::AtMilliseconds,
    ])
}

/// Times that do not fit.
pub(crate) fn out_of_bounds() -> impl Strategy<Value = i64> {
    select(vec![
        i64::MIN,
        i64::MIN / 1000,
        i64::MAX / 1000 + 1,
        i64::MAX,
    ])
}

fn blocking() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => (side(), keys()).prop_map(|(side, keys)| Command::BlockingPop { side, keys }),
        1 => (key(), key(), side(), side())
            .prop_map(|(src, dst, from, to)| Command::Blmove { src, dst, from, to }),
        1 => (key(), key()).prop_map(|(src, dst)| Command::Brpoplpush { src, dst }),
        1 => (keys(), side(), 1_u64..5)
            .prop_map(|(keys, side, count)| Command::Blmpop { keys, side, count }),
    ]
}

fn simple() -> impl Strategy<Value = Command> {
    prop_oneof![
        10 => push(),
        6 => pop(),
        6 => look(),
        6 => edit(),
        4 => movement(),
        4 => generic(),
    ]
}

fn transaction(command: impl Strategy<Value = Command>) -> impl Strategy<Value = Command> {
    vec(command, 1..6).prop_map(|commands| Command::Transaction { commands })
}

/// Sequences of up to `len` commands: what every target knows, expiries at `when`, and `more`.
pub(crate) fn commands(
    len: usize,
    when: &BoxedStrategy<(ExpireUnit, i64)>,
    more: &BoxedStrategy<Command>,
) -> impl Strategy<Value = Vec<Command>> {
    let within = prop_oneof![8 => simple(), 1 => expiry(when.clone())];
    vec(
        prop_oneof![
            20 => simple(),
            3 => whole(),
            3 => expiry(when.clone()),
            2 => blocking(),
            2 => transaction(within),
            3 => more.clone(),
        ],
        1..len,
    )
}
