//! What a command does with each of its keys, for users who may only read or only write some.

use bitflags::bitflags;

use super::arguments::is;
use super::spec::Flags;
use super::table::Found;

bitflags! {
    /// What is done with the value of a key. To ask for its type or its size is neither.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Access: u8 {
        /// The client learns from it.
        const READ = 1;
        /// It is changed, made or deleted.
        const WRITE = 1 << 1;
    }
}

/// What a command does with the key that stands at `position` among its keys.
pub(crate) fn of(found: &Found, words: &[&[u8]], position: usize) -> Access {
    let both = Access::READ | Access::WRITE;
    if let Some(container) = found.container {
        return match container.name {
            "object" | "memory" => Access::empty(),
            _ => by_flags(found),
        };
    }
    match found.spec.name {
        "exists" | "touch" | "type" | "watch" | "llen" | "xlen" | "scard" | "strlen"
        | "sismember" => Access::empty(),
        "lpop" | "rpop" | "lmpop" | "blpop" | "brpop" | "blmpop" | "getdel" | "getex"
        | "getset" | "incr" | "incrby" | "decr" | "decrby" => both,
        "lmove" | "lmovem" | "rpoplpush" | "blmove" | "blmovem" | "brpoplpush" | "rename"
        | "renamenx"
            if position == 0 =>
        {
            both
        }
        "copy" | "sort" if position == 0 => Access::READ,
        // Consumers read. That their group remembers it is no change of the stream.
        "xreadgroup" => Access::READ,
        "set" if words.iter().skip(3).any(|word| is(word, "GET")) => both,
        _ => by_flags(found),
    }
}

fn by_flags(found: &Found) -> Access {
    if found.spec.has(Flags::WRITE) {
        Access::WRITE
    } else if found.spec.has(Flags::READONLY) {
        Access::READ
    } else {
        // Nothing is known of it, so everything has to be allowed.
        Access::READ | Access::WRITE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::table;

    #[test]
    fn popping_reads_and_writes_and_asking_for_the_length_does_neither() {
        let access = |line: &str, position| {
            let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
            of(&table::find(&words).unwrap(), &words, position)
        };
        for (line, position, expected) in [
            ("get a", 0, Access::READ),
            ("set a 1", 0, Access::WRITE),
            ("set a get", 0, Access::WRITE),
            ("set a 1 get", 0, Access::READ | Access::WRITE),
            ("lpop a", 0, Access::READ | Access::WRITE),
            ("llen a", 0, Access::empty()),
            ("lmove a b left left", 0, Access::READ | Access::WRITE),
            ("lmove a b left left", 1, Access::WRITE),
            ("copy a b", 0, Access::READ),
            ("copy a b", 1, Access::WRITE),
            ("memory usage a", 0, Access::empty()),
            ("xgroup create a g $", 0, Access::WRITE),
            ("xinfo stream a", 0, Access::READ),
        ] {
            assert_eq!(access(line, position), expected, "{line}");
        }
    }
}
