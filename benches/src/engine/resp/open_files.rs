//! How many files, and so connections, a process may have open.

use std::io;

use rustix::process::{Resource, getrlimit, setrlimit};

/// What a process has open besides its connections.
const BESIDES: u64 = 128;

/// Makes room for so many connections, here and in the servers that are started afterwards.
///
/// # Errors
/// The hard limit is lower: a text that says what to do.
pub fn make_room_for(connections: usize) -> io::Result<()> {
    let needed = connections as u64 + BESIDES;
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(maximum) = limit.maximum.filter(|&maximum| maximum < needed) {
        return Err(io::Error::other(format!(
            "{connections} connections need {needed} open files and {maximum} are allowed; raise \
             the hard limit (ulimit -Hn), or ask for fewer with --connections or --waiters"
        )));
    }
    let raised = rustix::process::Rlimit {
        current: Some(needed),
        maximum: limit.maximum,
    };
    Ok(setrlimit(Resource::Nofile, raised)?)
}

#[cfg(test)]
mod tests {
    use super::make_room_for;

    #[test]
    fn what_cannot_be_had_is_refused() {
        assert!(make_room_for(8).is_ok(), "8 connections");
        if rustix::process::getrlimit(rustix::process::Resource::Nofile)
            .maximum
            .is_some()
        {
            let refused = make_room_for(1 << 40).unwrap_err().to_string();
            assert!(refused.contains("--connections"), "{refused}");
        }
    }
}
