//! A reply without what may differ: what the clocks say, and the differences that are written down.

use forebay_resp::Reply;

use crate::differences::LEFT_OUT;
use crate::support::text;

/// A reply without what may differ.
pub(crate) fn comparable(words: &[String], reply: &Reply) -> String {
    match words[0].as_str() {
        "XINFO" => match reply {
            Reply::Array(values) if words[1] == "STREAM" => pairs(&in_pairs(values)),
            reply => told(reply),
        },
        "XPENDING" => coarse(reply),
        _ => format!("{reply:?}"),
    }
}

fn told(reply: &Reply) -> String {
    match reply {
        Reply::Map(map) => pairs(map),
        // In RESP2 the map of a group or a consumer begins with its name.
        Reply::Array(values) if values.first() == Some(&Reply::Bulk("name".into())) => {
            pairs(&in_pairs(values))
        }
        Reply::Array(values) => {
            let values: Vec<String> = values.iter().map(told).collect();
            format!("[{}]", values.join(", "))
        }
        other => coarse(other),
    }
}

fn in_pairs(values: &[Reply]) -> Vec<(Reply, Reply)> {
    let pair = |pair: &[Reply]| (pair[0].clone(), pair[1].clone());
    values.chunks_exact(2).map(pair).collect()
}

fn pairs(map: &[(Reply, Reply)]) -> String {
    let pairs: Vec<String> = map
        .iter()
        .filter(|(name, _)| !LEFT_OUT.contains(&text(name).as_str()))
        .map(|(name, value)| format!("{}: {}", text(name), told(value)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}

/// A time in milliseconds that a command sets.
const SEPTEMBER_2001: i64 = 1_000_000_000_000;

/// Without what the clocks say.
fn coarse(reply: &Reply) -> String {
    match reply {
        // A row of XPENDING.
        Reply::Array(values) if matches!(values[..], [_, _, Reply::Integer(_), _]) => {
            let [id, consumer, idle, count] = [0, 1, 2, 3].map(|at| text(&values[at]));
            let idle: i64 = idle.parse().unwrap();
            format!("[{id}, {consumer}, {}, {count}]", since(idle))
        }
        Reply::Array(values) => {
            let values: Vec<String> = values.iter().map(coarse).collect();
            format!("[{}]", values.join(", "))
        }
        Reply::Integer(value) if *value > SEPTEMBER_2001 => "now".to_owned(),
        Reply::Integer(value) => value.to_string(),
        other => format!("{other:?}"),
    }
}

/// An idle time, or the time itself, told by whether a command has set it or it comes from what the
/// test has just done.
fn since(ms: i64) -> i64 {
    match ms {
        0..200_000 => 0,
        200_000..SEPTEMBER_2001 => ms / 200_000,
        SEPTEMBER_2001 => ms,
        _ => i64::MAX,
    }
}
