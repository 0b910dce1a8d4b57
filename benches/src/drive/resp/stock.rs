//! What a server has before a run, and what it has after it.

use crate::audit::Audit;
use crate::drive::resp::{KEY, Run, failed};
use crate::engine::resp::reply::any;
use crate::engine::resp::{Control, Server, command};
use crate::engine::stream::FIELD;
use crate::fault::Fault;
use crate::measure::Work;
use crate::message::Header;

/// Messages of one command, or of one batch of them.
const AT_ONCE: u64 = 500;

/// Lets `message` add each message of a run to a batch of commands, and sends the batches, each of
/// which is answered by as many replies as it says.
fn fill<A: Audit>(
    control: &mut Control,
    work: &Work,
    mut batch: impl FnMut(&mut Vec<u8>, &[Vec<u8>]) -> usize,
) -> Result<(), Fault> {
    let mut output = Vec::new();
    let mut begun = 0;
    while begun < work.messages {
        let end = (begun + AT_ONCE).min(work.messages);
        let messages: Vec<Vec<u8>> = (begun..end)
            .map(|sequence| {
                let mut message = vec![b'.'; work.payload];
                A::write(&mut message, Header::new(0, sequence));
                message
            })
            .collect();
        output.clear();
        let replies = batch(&mut output, &messages);
        control.send(&output).map_err(failed)?;
        for _ in 0..replies {
            control.hear(any).map_err(failed)?;
        }
        begun = end;
        if !work.pulse.beat() {
            return Err(Fault::Interrupted);
        }
    }
    Ok(())
}

/// Pushes all messages of a run, as producer 0.
///
/// # Errors
/// What the server did wrong.
pub fn fill_list<A: Audit>(server: &Server, run: &Run<'_>) -> Result<(), Fault> {
    let mut control = server.control().map_err(failed)?;
    fill::<A>(&mut control, run.work, |output, messages| {
        command::begin(output, 2 + messages.len());
        command::bulk(output, b"LPUSH");
        command::bulk(output, KEY);
        for message in messages {
            command::bulk(output, message);
        }
        1
    })
}

/// Adds all messages of a run to the stream, as producer 0.
///
/// # Errors
/// What the server did wrong.
pub fn fill_stream<A: Audit>(server: &Server, run: &Run<'_>) -> Result<(), Fault> {
    let mut control = server.control().map_err(failed)?;
    fill::<A>(&mut control, run.work, |output, messages| {
        for message in messages {
            command::put(output, &[b"XADD", KEY, b"*", FIELD, message]);
        }
        messages.len()
    })
}

/// How many messages are in the list or the stream.
///
/// # Errors
/// Another number of them than `expected`.
pub fn expect_length(server: &Server, command: &[u8], expected: u64) -> Result<(), Fault> {
    let mut control = server.control().map_err(failed)?;
    let found = control.integer(&[command, KEY]).map_err(failed)?;
    if found == expected {
        Ok(())
    } else {
        Err(Fault::Length {
            least: expected,
            most: expected,
            found,
        })
    }
}

/// Pops all that is in the list.
///
/// # Errors
/// What the server did wrong.
pub fn drain_list<A: Audit>(server: &Server, run: &Run<'_>) -> Result<A, Fault> {
    let mut control = server.control().map_err(failed)?;
    let mut audit = A::default();
    loop {
        let messages = control
            .call(&[b"RPOP", KEY, b"500"], |cursor| {
                let length = cursor.array()?;
                (0..length)
                    .map(|_| Ok(cursor.bulk()?.to_vec()))
                    .collect::<Result<Vec<_>, _>>()
            })
            .map_err(failed)?;
        if messages.is_empty() {
            return Ok(audit);
        }
        for message in &messages {
            audit.read(message);
        }
        if !run.work.pulse.beat() {
            return Err(Fault::Interrupted);
        }
    }
}

/// Reads all that is in the stream.
///
/// # Errors
/// What the server did wrong.
pub fn read_stream<A: Audit>(server: &Server, run: &Run<'_>) -> Result<A, Fault> {
    let mut control = server.control().map_err(failed)?;
    let mut audit = A::default();
    let mut from = b"-".to_vec();
    loop {
        let entries = control
            .call(&[b"XRANGE", KEY, &from, b"+", b"COUNT", b"500"], |cursor| {
                let length = cursor.array()?;
                let entry = |_| {
                    cursor.array_of(2)?;
                    let id = cursor.bulk()?.to_vec();
                    cursor.array_of(2)?;
                    cursor.skip()?;
                    Ok((id, cursor.bulk()?.to_vec()))
                };
                (0..length).map(entry).collect::<Result<Vec<_>, _>>()
            })
            .map_err(failed)?;
        let Some((last, _)) = entries.last() else {
            return Ok(audit);
        };
        from = [b"(", last.as_slice()].concat();
        for (_, message) in &entries {
            audit.read(message);
        }
        if !run.work.pulse.beat() {
            return Err(Fault::Interrupted);
        }
    }
}
