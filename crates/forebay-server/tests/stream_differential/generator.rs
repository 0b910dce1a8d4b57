//! Commands on streams: patterns, and what is put into them.

use crate::support::random::Random;

const KEYS: [&str; 6] = ["s", "s", "s", "t", "none", "list"];
const GROUPS: [&str; 4] = ["g", "g", "h", "none"];
const CONSUMERS: [&str; 3] = ["c1", "c2", "c3"];
const NUMBERS: [&str; 10] = ["0", "1", "2", "3", "5", "100", "-1", "x", "", "1.5"];
const IDLES: [&str; 6] = ["0", "0", "0", "-5", "250000", "x"];
const BAD_IDS: [&str; 9] = [
    "x",
    "5-",
    "-5",
    "1-x",
    "1-1-1",
    "",
    "18446744073709551616",
    "1-18446744073709551616",
    "99999999999999999999-0",
];

/// Words that stand for others: `K` a key, `G` a group, `C` a consumer, `I` an id, `+` after it for
/// several, `N` an id that is new, `B` and `E` ends of a range, `#` a number, `M` an idle time, and
/// `F` fields.
const COMMANDS: &[&str] = &[
    "XADD K N F",
    "XADD K N F",
    "XADD K N F",
    "XADD K N F",
    "XADD K N F",
    "XADD K I F",
    "XADD K N f",
    "XADD K 0-0 F",
    "XADD K NOMKSTREAM N F",
    "XADD K nomkstream MAXLEN 5 N F",
    "XADD K MAXLEN # N F",
    "XADD K MAXLEN = # N F",
    "XADD K MINID I N F",
    "XADD K MINID = I N F",
    "XADD K MAXLEN ~ 1000 N F",
    "XADD K MAXLEN ~ 1000 LIMIT # N F",
    "XADD K MAXLEN 10 LIMIT # N F",
    "XADD K LIMIT # N F",
    "XADD K MAXLEN 10 MINID I N F",
    "XADD K MAXLEN N F",
    "XADD K MAXLEN",
    "XADD K FOO N F",
    "XTRIM K MAXLEN #",
    "XTRIM K MAXLEN = #",
    "XTRIM K MINID I",
    "XTRIM K MAXLEN ~ 1000 LIMIT #",
    "XTRIM K MAXLEN 4 LIMIT #",
    "XTRIM K LIMIT #",
    "XTRIM K MAXLEN 5 MAXLEN 5",
    "XTRIM K MAXLEN 5 FOO",
    "XTRIM K FOO 5",
    "XTRIM K MAXLEN ~",
    "XLEN K",
    "XRANGE K - +",
    "XRANGE K - +",
    "XRANGE K B E",
    "XRANGE K B E COUNT #",
    "XRANGE K - + COUNT",
    "XRANGE K - + FOO 1",
    "XRANGE K - + COUNT 1 COUNT 2",
    "XREVRANGE K + -",
    "XREVRANGE K E B",
    "XREVRANGE K E B COUNT #",
    "XREAD STREAMS K I",
    "XREAD STREAMS K K I I",
    "XREAD COUNT # STREAMS K K I 0",
    "XREAD COUNT # STREAMS K 0",
    "XREAD COUNT 2 BLOCK 1 STREAMS K I",
    "XREAD BLOCK 1 STREAMS K $",
    "XREAD BLOCK 1 STREAMS K K $ I",
    "XREAD BLOCK x STREAMS K 0",
    "XREAD BLOCK -1 STREAMS K 0",
    "XREAD STREAMS K >",
    "XREAD STREAMS K K > 0",
    "XREAD COUNT 1 K 0",
    "XREAD COUNT 1 STREAMS",
    "XREAD GROUP g c1 STREAMS K 0",
    "XREAD NOACK STREAMS K 0",
    "XREAD FOO STREAMS K 0",
    "XDEL K I+",
    "XDEL K I",
    "XGROUP CREATE K G I",
    "XGROUP CREATE K G $",
    "XGROUP CREATE K G 0",
    "XGROUP CREATE K G 0 MKSTREAM",
    "XGROUP CREATE K G - MKSTREAM",
    "XGROUP CREATE K G I ENTRIESREAD #",
    "XGROUP CREATE K G I ENTRIESREAD 2 MKSTREAM",
    "XGROUP CREATE K G 0 FOO",
    "XGROUP CREATE K G",
    "XGROUP SETID K G I",
    "XGROUP SETID K G $",
    "XGROUP SETID K G -",
    "XGROUP SETID K G 0 ENTRIESREAD #",
    "XGROUP SETID K G 0 ENTRIESREAD",
    "XGROUP DESTROY K h",
    "XGROUP CREATECONSUMER K G C",
    "XGROUP DELCONSUMER K G C",
    "XGROUP FOO K G",
    "XGROUP DESTROY K",
    "XREADGROUP GROUP G C STREAMS K >",
    "XREADGROUP GROUP G C COUNT 1 STREAMS K >",
    "XREADGROUP GROUP G C COUNT 2 STREAMS K >",
    "XREADGROUP GROUP G C COUNT # STREAMS K K > >",
    "XREADGROUP GROUP G C COUNT 1 NOACK STREAMS K >",
    "XREADGROUP GROUP G C BLOCK 1 STREAMS K >",
    "XREADGROUP GROUP G C STREAMS K 0",
    "XREADGROUP GROUP G C STREAMS K I",
    "XREADGROUP GROUP G C COUNT 1 STREAMS K K 0 >",
    "XREADGROUP GROUP G C STREAMS K $",
    "XREADGROUP COUNT 1 NOACK BLOCK 1 STREAMS K >",
    "XREADGROUP GROUP G C FOO STREAMS K >",
    "XREADGROUP GROUP G C COUNT 1 K >",
    "XREADGROUP GROUP G C BLOCK x STREAMS K >",
    "XREADGROUP GROUP G C BLOCK -1 STREAMS K >",
    "XACK K G I",
    "XACK K G I+",
    "XACK K G",
    "XPENDING K G",
    "XPENDING K G",
    "XPENDING K G - + 10",
    "XPENDING K G B E #",
    "XPENDING K G - + 10 C",
    "XPENDING K G IDLE M - + 10",
    "XPENDING K G IDLE M - + 10 C",
    "XPENDING K G IDLE 0 - +",
    "XPENDING K G - +",
    "XPENDING K G - + 10 C more",
    "XCLAIM K G C M I",
    "XCLAIM K G C 0 I+",
    "XCLAIM K G C 0 I+ JUSTID",
    "XCLAIM K G C 0 I IDLE 300000",
    "XCLAIM K G C 0 I TIME 1000000000000",
    "XCLAIM K G C 0 I RETRYCOUNT #",
    "XCLAIM K G C 0 I+ FORCE",
    "XCLAIM K G C 0 I FORCE JUSTID RETRYCOUNT 7",
    "XCLAIM K G C 0 I LASTID I",
    "XCLAIM K G C 0 I IDLE x",
    "XCLAIM K G C 0 I TIME x",
    "XCLAIM K G C 0 FORCE",
    "XCLAIM K G C 0 FOO",
    "XCLAIM K G C 0 I IDLE",
    "XAUTOCLAIM K G C M B",
    "XAUTOCLAIM K G C 0 0",
    "XAUTOCLAIM K G C 0 - COUNT #",
    "XAUTOCLAIM K G C 0 B COUNT 1 JUSTID",
    "XAUTOCLAIM K G C 0 0 JUSTID",
    "XAUTOCLAIM K G C 0 0 FOO",
    "XAUTOCLAIM K G C 0 0 COUNT",
    "XINFO STREAM K",
    "XINFO STREAM K FULL",
    "XINFO STREAM K FULL COUNT #",
    "XINFO STREAM K FOO",
    "XINFO STREAM K FULL FOO 1",
    "XINFO GROUPS K",
    "XINFO CONSUMERS K G",
    "XINFO GROUPS",
    "XINFO FOO K",
    "XSETID K N",
    "XSETID K N ENTRIESADDED 1000",
    "XSETID K N ENTRIESADDED #",
    "XSETID K N MAXDELETEDID 0",
    "XSETID K N FOO",
    "XSETID K x",
    "XSETID K 1-1 MAXDELETEDID 2-2",
    "DEL t",
    "TYPE K",
    "XLEN",
    "XADD K",
];

/// What a sequence of commands has come to.
pub(crate) struct Generator {
    pub(crate) random: Random,
    /// The ids that were new so far are up to this one.
    last: u64,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            last: 0,
        }
    }

    pub(crate) fn words(&mut self) -> Vec<String> {
        let pattern = *self.random.pick(COMMANDS);
        let mut words = Vec::new();
        for token in pattern.split(' ') {
            self.expand(token, &mut words);
        }
        words
    }

    fn expand(&mut self, token: &str, words: &mut Vec<String>) {
        let random = &mut self.random;
        let word = match token {
            "K" => (*random.pick(&KEYS)).to_owned(),
            "G" => (*random.pick(&GROUPS)).to_owned(),
            "C" => (*random.pick(&CONSUMERS)).to_owned(),
            "#" => (*random.pick(&NUMBERS)).to_owned(),
            "M" => (*random.pick(&IDLES)).to_owned(),
            "N" => self.new_id(),
            "I" => self.id(),
            "I+" => {
                for _ in 0..=self.random.below(3) {
                    let id = self.id();
                    words.push(id);
                }
                return;
            }
            "B" | "E" => self.bound(),
            "F" => {
                for number in 0..=random.below(3) {
                    words.push(format!("name{number}"));
                    words.push(["", "value", "two words\r\n"][random.below(3)].to_owned());
                }
                return;
            }
            literal => literal.to_owned(),
        };
        words.push(word);
    }

    fn new_id(&mut self) -> String {
        self.last += 1;
        let last = self.last;
        match self.random.below(4) {
            0 => format!("{last}"),
            1 => format!("{last}-*"),
            2 => format!("{last}-3"),
            _ => format!("{last}-0"),
        }
    }

    fn id(&mut self) -> String {
        let random = &mut self.random;
        if random.one_in(25) {
            return (*random.pick(&BAD_IDS)).to_owned();
        }
        let recent = 1 + random.next() % 12;
        let ms = self.last.saturating_sub(recent);
        match random.below(6) {
            0 => format!("{ms}"),
            1 => format!("{ms}-3"),
            2 => "0".to_owned(),
            _ => format!("{ms}-0"),
        }
    }

    fn bound(&mut self) -> String {
        let id = self.id();
        match self.random.below(10) {
            8 => "(18446744073709551615-18446744073709551615".to_owned(),
            9 => "(0-0".to_owned(),
            0 => "-".to_owned(),
            1 => "+".to_owned(),
            2 => "(".to_owned(),
            3 => "(-".to_owned(),
            4 | 5 => format!("({id}"),
            _ => id,
        }
    }
}

/// What is to be sent besides, so that both have the same consumers.
pub(crate) fn consumers_for(words: &[String]) -> Vec<Vec<String>> {
    let is = |at: usize, word: &str| words.get(at).is_some_and(|given| given == word);
    if !is(0, "XGROUP") || words.len() < 4 || !(is(1, "CREATE") || is(1, "DELCONSUMER")) {
        return Vec::new();
    }
    let create = |consumer: &&str| {
        let words = ["XGROUP", "CREATECONSUMER", &words[2], &words[3], consumer];
        words.map(str::to_owned).to_vec()
    };
    CONSUMERS.iter().map(create).collect()
}
