//! Replies back to bytes.

use bytes::BytesMut;
use forebay_resp::{Protocol, Reply, ReplyWriter};

/// The bytes of a reply, as near to it as this version of the protocol comes.
pub(crate) fn to_bytes(reply: &Reply, protocol: Protocol) -> BytesMut {
    let mut output = BytesMut::new();
    write(reply, &mut ReplyWriter::new(&mut output, protocol));
    output
}

fn write(reply: &Reply, to: &mut ReplyWriter<'_>) {
    match reply {
        Reply::Simple(text) => to.simple(&String::from_utf8_lossy(text)),
        Reply::Error(text) | Reply::BulkError(text) => to.error(text),
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
        other => unreachable!("no type is left for {other:?}"),
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
