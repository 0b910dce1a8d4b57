//! Any reply, and its bytes.

use bytes::{Bytes, BytesMut};
use forebay_resp::{Protocol, Reply, ReplyWriter, VerbatimFormat};
use proptest::collection::vec;
use proptest::prelude::*;

/// The bytes of a reply, in the version that has its types.
pub(crate) fn to_bytes(reply: &Reply, protocol: Protocol) -> BytesMut {
    let mut output = BytesMut::new();
    write(reply, &mut ReplyWriter::new(&mut output, protocol));
    output
}

fn write(reply: &Reply, to: &mut ReplyWriter<'_>) {
    match reply {
        Reply::Simple(text) => to.simple(core::str::from_utf8(text).unwrap()),
        Reply::Error(text) => to.error(text),
        Reply::Integer(value) => to.integer(*value),
        Reply::Bulk(bytes) => to.bulk(bytes),
        Reply::NullBulk | Reply::Null => to.null(),
        Reply::NullArray => to.null_array(),
        Reply::Boolean(value) => to.boolean(*value),
        Reply::Double(value) => to.double(*value),
        Reply::BigNumber(digits) => to.big_number(core::str::from_utf8(digits).unwrap()),
        Reply::Verbatim(format, text) => to.verbatim(*format, text),
        Reply::Array(values) => values_after(to, values, ReplyWriter::array),
        Reply::Set(values) => values_after(to, values, ReplyWriter::set),
        Reply::Push(values) => values_after(to, values, ReplyWriter::push),
        Reply::Map(pairs) => {
            to.map(pairs.len());
            write_pairs(to, pairs);
        }
        Reply::Attributed(pairs, reply) => {
            to.attribute(pairs.len(), |to| write_pairs(to, pairs));
            write(reply, to);
        }
        other => unreachable!("no server sends {other:?}"),
    }
}

fn values_after<'a>(
    to: &mut ReplyWriter<'a>,
    values: &[Reply],
    header: fn(&mut ReplyWriter<'a>, usize),
) {
    header(to, values.len());
    for value in values {
        write(value, to);
    }
}

fn write_pairs(to: &mut ReplyWriter<'_>, pairs: &[(Reply, Reply)]) {
    for (key, value) in pairs {
        write(key, to);
        write(value, to);
    }
}

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
