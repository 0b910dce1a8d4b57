//! Any reply.

use bytes::Bytes;
use forebay_resp::{Reply, VerbatimFormat};
use proptest::collection::vec;
use proptest::prelude::*;

fn bytes() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..40).prop_map(Bytes::from)
}

fn text() -> impl Strategy<Value = Bytes> {
    "[ -~]{0,20}".prop_map(Bytes::from)
}

/// What RESP2 has. A null inside is that of a string.
pub(crate) fn resp2() -> impl Strategy<Value = Reply> {
    let leaf = prop_oneof![
        text().prop_map(Reply::Simple),
        text().prop_map(Reply::Error),
        any::<i64>().prop_map(Reply::Integer),
        bytes().prop_map(Reply::Bulk),
        Just(Reply::NullBulk),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| vec(inner, 0..6).prop_map(Reply::Array))
}

/// What RESP3 has; attributes where asked for.
pub(crate) fn resp3(attributes: bool) -> impl Strategy<Value = Reply> {
    let leaf = prop_oneof![
        text().prop_map(Reply::Simple),
        text().prop_map(Reply::Error),
        any::<i64>().prop_map(Reply::Integer),
        bytes().prop_map(Reply::Bulk),
        Just(Reply::Null),
        any::<bool>().prop_map(Reply::Boolean),
        // No nan, which is not equal to itself.
        any::<f64>()
            .prop_filter("a nan", |value| !value.is_nan())
            .prop_map(Reply::Double),
        "-?[1-9][0-9]{0,40}".prop_map(|digits| Reply::BigNumber(Bytes::from(digits))),
        bytes().prop_map(|text| Reply::Verbatim(VerbatimFormat::TEXT, text)),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let pairs = vec((inner.clone(), inner.clone()), 0..4);
        let attributed = (pairs.clone(), inner.clone()).prop_map(move |(pairs, reply)| {
            if attributes {
                Reply::Attributed(pairs, Box::new(reply))
            } else {
                reply
            }
        });
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Reply::Array),
            vec(inner.clone(), 0..6).prop_map(Reply::Set),
            vec(inner, 0..6).prop_map(Reply::Push),
            pairs.prop_map(Reply::Map),
            attributed,
        ]
    })
}
