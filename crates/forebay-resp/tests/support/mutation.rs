//! Inputs that are nearly right, the same ones in each run.

/// What a protocol is made of.
const TOKENS: [&[u8]; 16] = [
    b"\r\n",
    b"\r",
    b"\n",
    b"*",
    b"$",
    b"*1\r\n",
    b"$1\r\n",
    b"$-1\r\n",
    b"%1\r\n",
    b"|1\r\n",
    b"0",
    b"4294967296",
    b"\"",
    b"\\x41",
    b"'",
    b" ",
];

/// A source of inputs.
#[derive(Debug)]
pub(crate) struct Mutation {
    state: u64,
}

impl Mutation {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// One of the seeds, changed in one to four places.
    pub(crate) fn of(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(input.len());
            match self.below(6) {
                0 => input[at] ^= 1 << self.below(8),
                1 => drop(input.remove(at)),
                2 => input.truncate(at),
                3 => {
                    let token = TOKENS[self.below(TOKENS.len())];
                    drop(input.splice(at..at, token.iter().copied()));
                }
                4 => input[at] = b"0123456789"[self.below(10)],
                _ => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len());
                    input.extend_from_slice(&other[from..]);
                }
            }
            // The seeds themselves are short, and so all that comes of them is.
            if input.is_empty() {
                input.push(0);
            }
        }
        input
    }

    /// A number below `limit`, by the xorshift of Marsaglia.
    fn below(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state >> 33).unwrap() % limit
    }
}
