//! The table of all commands, and how a name is found in it.

use std::sync::LazyLock;

use super::spec::Spec;
use super::{
    Refusal, connection, keys, list, list_blocking, pubsub, script, server, set, sort, stream,
    string, transaction,
};

/// The rows of every family. A family is added here.
static FAMILIES: &[&[Spec]] = &[
    connection::COMMANDS,
    connection::CONTAINERS,
    keys::COMMANDS,
    keys::SERVER_COMMANDS,
    keys::CONTAINERS,
    list::COMMANDS,
    list_blocking::COMMANDS,
    pubsub::COMMANDS,
    pubsub::CONTAINERS,
    script::COMMANDS,
    script::CONTAINERS,
    server::COMMANDS,
    server::GENERIC_COMMANDS,
    server::CONTAINERS,
    set::COMMANDS,
    sort::COMMANDS,
    stream::COMMANDS,
    stream::CONTAINERS,
    string::COMMANDS,
    transaction::COMMANDS,
];

/// No name of a command is longer.
const NAME_BYTES_MAX: usize = 16;

/// A name without regard to case: its first and its last bytes, which overlap, and its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Name {
    first: u64,
    last: u64,
    len: usize,
}

/// The commands by their names: a hash table without collisions, whose seed is searched once.
struct Table {
    rows: Vec<&'static Spec>,
    /// For each place the name there, and the row.
    places: Vec<(Name, u16)>,
    seed: u64,
    shift: u32,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

impl Table {
    fn new() -> Self {
        let rows: Vec<&'static Spec> = FAMILIES.iter().flat_map(|family| family.iter()).collect();
        let names: Vec<Name> = rows
            .iter()
            .map(|row| Name::new(row.name.as_bytes()).unwrap_or_default())
            .collect();
        let bits = (rows.len() * 8).next_power_of_two().trailing_zeros();
        let mut table = Self {
            rows,
            places: Vec::new(),
            seed: 0x9E37_79B9_7F4A_7C15,
            shift: u64::BITS - bits,
        };
        while !table.place(&names, 1 << bits) {
            // Odd, and different each time: the constant of a well-known generator.
            table.seed = table.seed.wrapping_mul(0xD134_2543_DE82_EF95) | 1;
        }
        table
    }

    /// Puts every name into its place; whether no two have the same.
    fn place(&mut self, names: &[Name], places: usize) -> bool {
        self.places = vec![(Name::default(), 0); places];
        for (&name, row) in names.iter().zip(0..) {
            let at = self.position(name);
            if self.places[at].0 != Name::default() {
                return false;
            }
            self.places[at] = (name, row);
        }
        true
    }

    #[inline]
    fn position(&self, name: Name) -> usize {
        let mixed = name.first ^ name.last.rotate_left(29) ^ name.len as u64;
        let hash = mixed.wrapping_mul(self.seed);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the shift leaves as many bits as there are places"
        )]
        let position = (hash >> self.shift) as usize;
        position
    }

    #[inline]
    fn find(&self, name: &[u8]) -> Option<usize> {
        let name = Name::new(name)?;
        let (found, row) = self.places[self.position(name)];
        (found == name).then_some(usize::from(row))
    }
}

impl Name {
    /// A name, if it can be one. Every command comes through here: nothing is done byte by byte.
    #[inline]
    fn new(name: &[u8]) -> Option<Self> {
        fn ends<const N: usize>(name: &[u8]) -> Option<([u8; N], [u8; N])> {
            name.first_chunk().copied().zip(name.last_chunk().copied())
        }
        let (first, last) = match name.len() {
            8..=NAME_BYTES_MAX => {
                let (first, last) = ends(name)?;
                (u64::from_le_bytes(first), u64::from_le_bytes(last))
            }
            4..8 => {
                let (first, last) = ends(name)?;
                let (first, last) = (u32::from_le_bytes(first), u32::from_le_bytes(last));
                (u64::from(first), u64::from(last))
            }
            2..4 => {
                let (first, last) = ends(name)?;
                let (first, last) = (u16::from_le_bytes(first), u16::from_le_bytes(last));
                (u64::from(first), u64::from(last))
            }
            1 => (u64::from(name[0]), 0),
            _ => return None,
        };
        Some(Self {
            first: to_upper_case(first),
            last: to_upper_case(last),
            len: name.len(),
        })
    }
}

/// Eight bytes with their ASCII letters in upper case.
#[inline]
const fn to_upper_case(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;

    // The highest bit of each byte says whether the byte is at least `a`, and above `z`; no sum
    // reaches into the next byte.
    let low = bytes & (0x7F * EACH);
    let at_least_a = low + (0x80 - b'a' as u64) * EACH;
    let above_z = low + (0x7F - b'z' as u64) * EACH;
    let is_lower = (at_least_a ^ above_z) & !bytes & (0x80 * EACH);
    bytes - (is_lower >> 2)
}

/// All commands, without their subcommands.
pub(crate) fn all() -> &'static [&'static Spec] {
    &TABLE.rows
}

/// The name of a command in the table, with that of its subcommand, as [`Found`] has their numbers.
pub(crate) fn name(row: usize, subcommand: usize) -> String {
    let Some(spec) = all().get(row) else {
        return "NULL".to_owned();
    };
    match subcommand
        .checked_sub(1)
        .and_then(|at| spec.subcommands.get(at))
    {
        Some(subcommand) => format!("{}|{}", spec.name, subcommand.name),
        None => spec.name.to_owned(),
    }
}

/// A command, or a subcommand with the command in front of it and a `|` between them; and the
/// command of a subcommand.
pub(crate) fn find_by_full_name(name: &[u8]) -> Option<(&'static Spec, Option<&'static Spec>)> {
    let (command, subcommand) = match name.iter().position(|&byte| byte == b'|') {
        Some(bar) => (&name[..bar], Some(&name[bar + 1..])),
        None => (name, None),
    };
    let spec = all()[TABLE.find(command)?];
    let Some(subcommand) = subcommand else {
        return Some((spec, None));
    };
    let is_word = |spec: &&Spec| spec.name.as_bytes().eq_ignore_ascii_case(subcommand);
    Some((spec.subcommands.iter().find(is_word)?, Some(spec)))
}

/// A command or subcommand that was found, and the number of the command in the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) spec: &'static Spec,
    /// The command itself, when `spec` is a subcommand.
    pub(crate) container: Option<&'static Spec>,
    pub(crate) row: usize,
    /// Which subcommand it is, from 1; 0 for none.
    pub(crate) subcommand: usize,
}

impl Found {
    /// The name, with that of the command in front of a subcommand's.
    pub(crate) fn full_name(&self) -> String {
        match self.container {
            Some(container) => format!("{}|{}", container.name, self.spec.name),
            None => self.spec.name.to_owned(),
        }
    }
}

/// The command of these arguments, the name first, without regard to their number.
#[inline]
pub(crate) fn find(arguments: &[&[u8]]) -> Result<Found, Refusal> {
    let table = &*TABLE;
    let Some(row) = arguments.first().and_then(|name| table.find(name)) else {
        return Err(Refusal::unknown_command(arguments));
    };
    let spec = table.rows[row];
    if spec.subcommands.is_empty() || (spec.is_complete && arguments.len() == 1) {
        return Ok(Found {
            spec,
            container: None,
            row,
            subcommand: 0,
        });
    }
    find_subcommand(spec, row, arguments)
}

fn find_subcommand(
    container: &'static Spec,
    row: usize,
    arguments: &[&[u8]],
) -> Result<Found, Refusal> {
    let Some(word) = arguments.get(1) else {
        // Without a subcommand the command itself has the wrong number of arguments.
        return Ok(Found {
            spec: container,
            container: None,
            row,
            subcommand: 0,
        });
    };
    let is_word = |spec: &Spec| spec.name.as_bytes().eq_ignore_ascii_case(word);
    match container.subcommands.iter().position(is_word) {
        Some(at) => Ok(Found {
            spec: &container.subcommands[at],
            container: Some(container),
            row,
            subcommand: at + 1,
        }),
        None => Err(Refusal::unknown_subcommand(container.name, word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_by_its_name_in_any_case() {
        for (row, spec) in all().iter().enumerate() {
            for name in [spec.name.to_owned(), spec.name.to_ascii_uppercase()] {
                assert_eq!(TABLE.find(name.as_bytes()), Some(row), "{name}");
            }
        }
        for name in [
            "",
            "p",
            "lpus",
            "lpushxx",
            "pinng",
            "lppush",
            "hexpireee",
            "averyveryverylongname",
            "\0",
        ] {
            assert_eq!(TABLE.find(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn only_letters_change_their_case() {
        for byte in 0..=u8::MAX {
            let bytes = [b'a', byte, b'z', byte, b'{', byte, b'`', b'A'];
            let upper = to_upper_case(u64::from_le_bytes(bytes)).to_le_bytes();
            assert_eq!(upper, bytes.map(|byte| byte.to_ascii_uppercase()), "{byte}");
        }
    }

    #[test]
    fn rows_are_consistent() {
        for spec in all() {
            assert_eq!(spec.name, spec.name.to_ascii_lowercase());
            assert!(!spec.summary.is_empty(), "{} has no summary", spec.name);
            assert_ne!(spec.arity, 0, "{}", spec.name);
            for subcommand in spec.subcommands {
                assert!(subcommand.accepts(2) || subcommand.arity.abs() > 2);
            }
        }
    }
}
