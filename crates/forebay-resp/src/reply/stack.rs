//! The aggregates around the value that is being read.

use super::value::Reply;

/// What an aggregate becomes when its last value has arrived.
#[derive(Debug)]
pub(super) enum Kind {
    Array,
    Set,
    Push,
    Map,
    Attribute,
    /// Not on the wire: the reply that the pairs of an attribute are about.
    Attributed(Vec<(Reply, Reply)>),
}

impl Kind {
    /// How many values one unit of the announced length stands for.
    fn values_per_unit(&self) -> usize {
        match self {
            Self::Map | Self::Attribute => 2,
            Self::Array | Self::Set | Self::Push | Self::Attributed(_) => 1,
        }
    }
}

/// An aggregate of which values are missing. Those that have arrived are all that it holds memory
/// for.
#[derive(Debug)]
struct Open {
    kind: Kind,
    values: Vec<Reply>,
    missing: usize,
}

/// What came of a value or an aggregate.
enum Closed {
    Value(Reply),
    /// The pairs of an attribute: the value that they are about follows.
    Attribute(Vec<(Reply, Reply)>),
}

impl Open {
    fn close(self) -> Closed {
        let mut values = self.values;
        Closed::Value(match self.kind {
            Kind::Array => Reply::Array(values),
            Kind::Set => Reply::Set(values),
            Kind::Push => Reply::Push(values),
            Kind::Map => Reply::Map(pairs(values)),
            Kind::Attribute => return Closed::Attribute(pairs(values)),
            Kind::Attributed(pairs) => match values.pop() {
                Some(value) => Reply::Attributed(pairs, Box::new(value)),
                None => unreachable!("one value was awaited"),
            },
        })
    }
}

/// The open aggregates, from the outermost to the innermost.
#[derive(Debug, Default)]
pub(super) struct Stack(Vec<Open>);

impl Stack {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    /// Opens an aggregate of `length` values, or pairs of them. Returns the reply that this
    /// completes.
    ///
    /// The caller has checked the length against a limit.
    pub(super) fn open(&mut self, kind: Kind, length: usize) -> Option<Reply> {
        let missing = length.saturating_mul(kind.values_per_unit());
        let open = Open {
            kind,
            values: Vec::new(),
            missing,
        };
        if missing > 0 {
            self.0.push(open);
            return None;
        }
        match open.close() {
            Closed::Value(value) => self.place(value),
            Closed::Attribute(pairs) => self.open(Kind::Attributed(pairs), 1),
        }
    }

    /// Puts a value where it belongs. Returns the reply that this completes.
    pub(super) fn place(&mut self, mut value: Reply) -> Option<Reply> {
        while let Some(top) = self.0.last_mut() {
            top.values.push(value);
            top.missing -= 1;
            if top.missing > 0 {
                return None;
            }
            match self.0.pop()?.close() {
                Closed::Value(closed) => value = closed,
                Closed::Attribute(pairs) => return self.open(Kind::Attributed(pairs), 1),
            }
        }
        Some(value)
    }
}

fn pairs(values: Vec<Reply>) -> Vec<(Reply, Reply)> {
    let mut pairs = Vec::with_capacity(values.len() / 2);
    let mut values = values.into_iter();
    while let (Some(key), Some(value)) = (values.next(), values.next()) {
        pairs.push((key, value));
    }
    pairs
}
