//! LMOVE and LMOVEM, on frozen lists.

use bytes::Bytes;
use forebay_sync::Side;

use crate::blocking::Elements;
use crate::error::{Error, Result};
use crate::frozen::{FrozenKey, FrozenList};
use crate::journal::Cost;

/// How many elements LMOVEM moves, and in which order.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, How, Order, Side};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("from", ["1", "2", "3"])?;
/// let two = How::Count { n: 2, order: Order::OneByOne };
/// let moved = engine.lmovem("from", "to", Side::Left, Side::Left, two)?;
/// assert_eq!(moved.unwrap(), ["2", "1"]);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum How {
    /// One, as LMOVE does.
    #[default]
    One,
    /// Up to `n`.
    Count {
        /// The largest number.
        n: u64,
        /// In which order they arrive.
        order: Order,
    },
    /// `n` or none.
    Exactly {
        /// The number.
        n: u64,
        /// In which order they arrive.
        order: Order,
    },
}

/// In which order elements that move together arrive.
///
/// # Examples
/// ```
/// use forebay::{Config, Engine, How, Order, Side};
///
/// let engine = Engine::open(Config::in_memory())?;
/// engine.rpush("from", ["1", "2", "3"])?;
/// let all = How::Count { n: 3, order: Order::Bulk };
/// engine.lmovem("from", "to", Side::Left, Side::Left, all)?;
/// assert_eq!(engine.lrange("to", 0, -1)?, ["1", "2", "3"]);
/// # Ok::<(), forebay::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// The block leaves element by element and arrives element by element: between two left ends,
    /// or two right ends, that reverses it.
    OneByOne,
    /// The block keeps its order.
    Bulk,
}

impl How {
    /// Refuses to move nothing.
    pub(crate) fn check(self) -> Result<()> {
        match self {
            Self::Count { n: 0, .. } | Self::Exactly { n: 0, .. } => Err(Error::CountZero),
            _ => Ok(()),
        }
    }

    /// How long a list must be for anything to be moved.
    pub(crate) fn len_min(self) -> u64 {
        match self {
            Self::One | Self::Count { .. } => 1,
            Self::Exactly { n, .. } => n,
        }
    }

    /// What LMOVEM answers.
    pub(crate) fn reply(self, moved: Option<Elements>) -> Option<Vec<Bytes>> {
        match (moved, self) {
            (None, Self::Count { .. }) => Some(Vec::new()),
            (moved, _) => moved.map(Elements::into_vec),
        }
    }

    fn count(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Count { n, .. } | Self::Exactly { n, .. } => n,
        }
    }

    fn order(self) -> Order {
        match self {
            Self::One => Order::OneByOne,
            Self::Count { order, .. } | Self::Exactly { order, .. } => order,
        }
    }
}

/// From where to where on two lists, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) from: Side,
    pub(crate) to: Side,
    pub(crate) how: How,
}

impl Route {
    pub(crate) fn one(from: Side, to: Side) -> Self {
        Self {
            from,
            to,
            how: How::One,
        }
    }

    /// What moving elements out of this list costs.
    pub(crate) fn cost(self, source: &FrozenList<'_>) -> Cost {
        let len = source.len();
        let count = self.how.count().min(len);
        let (start, end) = match self.from {
            Side::Left => (0, count),
            Side::Right => (len - count, len),
        };
        let elements = source.range(start, end);
        let bytes = elements.map(|element| Cost::fill(element.len()).bytes);
        Cost::fill(bytes.sum())
    }

    /// Whether the elements arrive in the order in which they were popped, read from the left.
    fn keeps_pop_order(self) -> bool {
        match self.how.order() {
            Order::OneByOne => self.to == Side::Right,
            Order::Bulk => self.from == Side::Left,
        }
    }
}

/// LMOVEM: `None` when the source has too few elements. No destination means the source itself.
pub(crate) fn lmovem(
    source: &mut FrozenList<'_>,
    destination: Option<&mut FrozenList<'_>>,
    route: Route,
) -> Option<Elements> {
    (source.len() >= route.how.len_min()).then(|| carry_out(source, destination, route))
}

/// The same of keys: what is moved from nowhere does not go anywhere, and so its destination does
/// not matter.
pub(crate) fn lmovem_keys(
    source: &mut FrozenKey<'_>,
    destination: Option<&mut FrozenKey<'_>>,
    route: Route,
) -> Result<Option<Elements>> {
    let source = source.list_mut()?;
    let destination = match destination {
        Some(_) if source.is_empty() => return Ok(None),
        Some(destination) => Some(destination.list_mut()?),
        None => None,
    };
    Ok(lmovem(source, destination, route))
}

/// Moves elements, which are there. Returns them as they stand in the destination now, from the
/// left.
///
/// On one list the block leaves before any of it arrives.
pub(crate) fn carry_out(
    source: &mut FrozenList<'_>,
    destination: Option<&mut FrozenList<'_>>,
    route: Route,
) -> Elements {
    match destination {
        Some(destination) if route.how == How::One => source
            .move_to(route.from, destination, route.to)
            .into_iter()
            .collect(),
        destination => {
            let mut elements = super::pop::elements(source, route.from, route.how.count());
            if !route.keeps_pop_order() {
                elements.reverse();
            }
            match destination {
                Some(destination) => push_block(destination, route.to, &elements),
                None => push_block(source, route.to, &elements),
            }
            elements
        }
    }
}

/// Adds elements so that they stand in this order, from the left.
fn push_block(list: &mut FrozenList<'_>, side: Side, elements: &[Bytes]) {
    match side {
        Side::Left => elements
            .iter()
            .rev()
            .for_each(|element| list.push(side, element)),
        Side::Right => elements.iter().for_each(|element| list.push(side, element)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::testing::{joined, letters, list_of};

    fn check(from: Side, to: Side, how: How, reply: Option<&str>, left: &str, there: &str) {
        let (source, destination) = (list_of("12345"), list_of("xy"));
        let (mut source, mut destination) = (source.freeze(), destination.freeze());
        let got = lmovem(&mut source, Some(&mut destination), Route { from, to, how });
        assert_eq!(
            (
                got.map(|got| joined(&got)).as_deref(),
                &*letters(&source),
                &*letters(&destination)
            ),
            (reply, left, there),
            "{from:?} {to:?} {how:?}"
        );
    }

    #[test]
    fn one() {
        use Side::{Left, Right};
        check(Left, Left, How::One, Some("1"), "2345", "1xy");
        check(Left, Right, How::One, Some("1"), "2345", "xy1");
        check(Right, Left, How::One, Some("5"), "1234", "5xy");
        check(Right, Right, How::One, Some("5"), "1234", "xy5");
    }

    #[test]
    fn one_by_one() {
        use Side::{Left, Right};
        let how = How::Count {
            n: 3,
            order: Order::OneByOne,
        };
        check(Left, Left, how, Some("321"), "45", "321xy");
        check(Left, Right, how, Some("123"), "45", "xy123");
        check(Right, Left, how, Some("345"), "12", "345xy");
        check(Right, Right, how, Some("543"), "12", "xy543");
    }

    #[test]
    fn bulk() {
        use Side::{Left, Right};
        let how = How::Count {
            n: 3,
            order: Order::Bulk,
        };
        check(Left, Left, how, Some("123"), "45", "123xy");
        check(Left, Right, how, Some("123"), "45", "xy123");
        check(Right, Left, how, Some("345"), "12", "345xy");
        check(Right, Right, how, Some("345"), "12", "xy345");
    }

    #[test]
    fn exactly_or_not_at_all() {
        use Side::{Left, Right};
        let five = How::Exactly {
            n: 5,
            order: Order::Bulk,
        };
        check(Left, Right, five, Some("12345"), "", "xy12345");
        let six = How::Exactly {
            n: 6,
            order: Order::Bulk,
        };
        check(Left, Right, six, None, "12345", "xy");
        let up_to_six = How::Count {
            n: 6,
            order: Order::Bulk,
        };
        check(Left, Right, up_to_six, Some("12345"), "", "xy12345");
    }

    #[test]
    fn within_one_list() {
        use Side::{Left, Right};
        let within = |from, to, how| {
            let list = list_of("1234");
            let mut list = list.freeze();
            let reply = lmovem(&mut list, None, Route { from, to, how }).unwrap();
            (joined(&reply), letters(&list))
        };
        let both = |reply: &str, list: &str| (reply.to_owned(), list.to_owned());
        assert_eq!(within(Right, Left, How::One), both("4", "4123"));
        assert_eq!(within(Left, Left, How::One), both("1", "1234"));
        let two = |order| How::Count { n: 2, order };
        assert_eq!(within(Left, Left, two(Order::OneByOne)), both("21", "2134"));
        assert_eq!(within(Left, Left, two(Order::Bulk)), both("12", "1234"));
        assert_eq!(within(Left, Right, two(Order::Bulk)), both("12", "3412"));
        assert_eq!(
            within(Right, Right, two(Order::OneByOne)),
            both("43", "1243")
        );
    }

    #[test]
    fn nothing_cannot_be_moved() {
        let zero = How::Count {
            n: 0,
            order: Order::Bulk,
        };
        assert_eq!(zero.check(), Err(Error::CountZero));
        let zero = How::Exactly {
            n: 0,
            order: Order::Bulk,
        };
        assert_eq!(zero.check(), Err(Error::CountZero));
    }
}
