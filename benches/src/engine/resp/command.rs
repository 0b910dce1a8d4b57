//! Commands as they are sent.

use std::io::Write;

/// Adds a command.
pub fn put(output: &mut Vec<u8>, parts: &[&[u8]]) {
    begin(output, parts.len());
    for part in parts {
        bulk(output, part);
    }
}

/// Begins a command of so many parts, its name included.
pub fn begin(output: &mut Vec<u8>, parts: usize) {
    header(output, b'*', parts);
}

/// Adds a part of the command.
pub fn bulk(output: &mut Vec<u8>, bytes: &[u8]) {
    header(output, b'$', bytes.len());
    output.extend_from_slice(bytes);
    output.extend_from_slice(b"\r\n");
}

fn header(output: &mut Vec<u8>, kind: u8, number: usize) {
    output.push(kind);
    // A vector takes everything.
    drop(write!(output, "{number}\r\n"));
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_command_has_lengths() {
        let mut output = Vec::new();
        super::put(&mut output, &[b"LPUSH", b"mq", b"a\r\nb"]);
        assert_eq!(output, b"*3\r\n$5\r\nLPUSH\r\n$2\r\nmq\r\n$4\r\na\r\nb\r\n");
    }
}
