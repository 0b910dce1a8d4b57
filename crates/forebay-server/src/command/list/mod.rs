//! Commands on lists that do not wait.

mod change;
mod look;
mod movement;
mod pop;

use forebay::Side;

use super::spec::{Spec, rows};
use super::{Context, Flow, Keys, Refusal};

pub(super) use self::movement::parse_how;
pub(super) use self::pop::{Mpop, parse_mpop, write_elements, write_mpop};

pub(super) static COMMANDS: &[Spec] = rows! { List:
    "lpush" -3 "key element [element ...]" "1.0.0" [WRITE DENYOOM FAST] FIRST
        |words| change::push(words, Side::Left, false),
        "Adds elements at the head of a list, which is made if there is none.";
    "rpush" -3 "key element [element ...]" "1.0.0" [WRITE DENYOOM FAST] FIRST
        |words| change::push(words, Side::Right, false),
        "Adds elements at the tail of a list, which is made if there is none.";
    "lpushx" -3 "key element [element ...]" "2.2.0" [WRITE DENYOOM FAST] FIRST
        |words| change::push(words, Side::Left, true),
        "Adds elements at the head of a list that exists.";
    "rpushx" -3 "key element [element ...]" "2.2.0" [WRITE DENYOOM FAST] FIRST
        |words| change::push(words, Side::Right, true),
        "Adds elements at the tail of a list that exists.";
    "lpop" -2 "key [count]" "1.0.0" [WRITE FAST] FIRST
        |words| pop::parse(words, Side::Left),
        "Removes elements at the head of a list and returns them.";
    "rpop" -2 "key [count]" "1.0.0" [WRITE FAST] FIRST
        |words| pop::parse(words, Side::Right),
        "Removes elements at the tail of a list and returns them.";
    "lmpop" -4 "numkeys key [key ...] <LEFT | RIGHT> [COUNT count]" "7.0.0" [WRITE MOVABLEKEYS] NONE
        |words| Ok(Command::Mpop(parse_mpop(&words[1..])?).into()),
        "Removes elements of the first list that has some and returns them.";
    "llen" 2 "key" "1.0.0" [READONLY FAST] FIRST look::len,
        "Tells how many elements a list has.";
    "lrange" 4 "key start stop" "1.0.0" [READONLY] FIRST look::range,
        "Returns the elements of a list between two places.";
    "lindex" 3 "key index" "1.0.0" [READONLY] FIRST look::index,
        "Returns the element at a place of a list.";
    "lpos" -3 "key element [RANK rank] [COUNT num-matches] [MAXLEN len]" "6.0.6" [READONLY] FIRST
        look::positions,
        "Tells at which places of a list an element is.";
    "lset" 4 "key index element" "1.0.0" [WRITE DENYOOM] FIRST change::set,
        "Replaces the element at a place of a list.";
    "linsert" 5 "key <BEFORE | AFTER> pivot element" "2.2.0" [WRITE DENYOOM] FIRST change::insert,
        "Adds an element beside another one of a list.";
    "lrem" 4 "key count element" "1.0.0" [WRITE] FIRST change::remove,
        "Removes elements of a list that are equal to one.";
    "ltrim" 4 "key start stop" "1.0.0" [WRITE] FIRST change::trim,
        "Removes the elements of a list that are not between two places.";
    "lmove" 5 "source destination <LEFT | RIGHT> <LEFT | RIGHT>" "6.2.0" [WRITE DENYOOM] PAIR
        movement::parse,
        "Moves an element from one list to another and returns it.";
    "rpoplpush" 3 "source destination" "1.2.0" [WRITE DENYOOM] PAIR movement::rpoplpush,
        "Moves the last element of a list to the head of another and returns it.";
    "lmovem" -5
        "source destination <LEFT | RIGHT> <LEFT | RIGHT> [<COUNT count | EXACTLY n> <OBO | BULK>]"
        "8.10.0" [WRITE DENYOOM] PAIR movement::parse_many,
        "Moves several elements from one list to another and returns them.";
};

/// A command on lists.
#[derive(Debug)]
pub(crate) enum Command<'a> {
    Change(change::Change<'a>),
    Look(look::Look<'a>),
    Move(movement::Move<'a>),
    Mpop(Mpop<'a>),
    Pop(pop::Pop<'a>),
}

impl<'a> From<Command<'a>> for super::Command<'a> {
    fn from(command: Command<'a>) -> Self {
        Self::List(command)
    }
}

impl<'a> Command<'a> {
    /// Adds the keys that it names.
    pub(crate) fn keys(&self, keys: &mut Keys<'a>) {
        match self {
            Self::Change(command) => keys.push(command.key),
            Self::Look(command) => keys.push(command.key),
            Self::Move(command) => keys.extend([command.source, command.destination]),
            Self::Mpop(command) => keys.extend_from_slice(command.keys),
            Self::Pop(command) => keys.push(command.key),
        }
    }

    /// Writes the reply.
    #[inline]
    pub(crate) fn execute(self, context: &mut Context<'_, '_>) -> Result<Flow, Refusal> {
        match self {
            Self::Change(command) => command.execute(context),
            Self::Look(command) => command.execute(context),
            Self::Move(command) => command.execute(context),
            Self::Mpop(command) => command.execute(context),
            Self::Pop(command) => command.execute(context),
        }?;
        Ok(Flow::Next)
    }
}
