//! Random lines of commands: few keys, groups and consumers so that they meet, and ids that mostly
//! are those of entries.

use proptest::collection::vec;
use proptest::prelude::*;

/// How the entries get their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ids {
    /// `1-1`, `2-1` and so on are given, or `1-*`.
    Given,
    /// `*`, after a first entry so late that the clock does not matter.
    Auto,
}

/// A time far in the future, for [`Ids::Auto`].
const LATE_MS: u64 = 9_999_999_999_999;

/// Groups that most sequences begin with, so that more is delivered than refused.
const GROUPS: [&str; 3] = [
    "XGROUP CREATE s g 0 MKSTREAM",
    "XGROUP CREATE s h 0 MKSTREAM",
    "XGROUP CREATE t g 0 MKSTREAM",
];

/// Up to `len` lines and a few that every Redis since 7.0 understands.
pub(crate) fn lines(len: usize) -> impl Strategy<Value = Vec<String>> {
    lines_of(len, false)
}

/// Up to `len` lines and a few, with what is newer than Redis 7.0.
pub(crate) fn newest_lines(len: usize) -> impl Strategy<Value = Vec<String>> {
    lines_of(len, true)
}

fn lines_of(len: usize, newest: bool) -> impl Strategy<Value = Vec<String>> {
    let ids = prop_oneof![Just(Ids::Given), Just(Ids::Auto)];
    let groups = 0..=GROUPS.len();
    let steps = vec(any::<[u16; 8]>(), 0..len);
    (ids, groups, steps).prop_map(move |(ids, groups, steps)| {
        let mut writer = Writer {
            ids,
            added: 0,
            newest,
        };
        let groups = GROUPS[..groups].iter().map(ToString::to_string);
        groups
            .chain(steps.into_iter().map(|step| writer.line(step)))
            .collect()
    })
}

struct Writer {
    ids: Ids,
    added: u64,
    newest: bool,
}

/// Takes numbers from the front.
struct Dice<'a>(&'a [u16]);

impl Dice<'_> {
    fn below(&mut self, limit: u64) -> u64 {
        let (&first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        u64::from(first) % limit
    }

    fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == limit - 1
    }

    fn pick<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[usize::try_from(self.below(words.len() as u64)).unwrap_or(0)]
    }
}

impl Writer {
    fn line(&mut self, step: [u16; 8]) -> String {
        let (kind, rest) = step.split_first().expect("eight numbers");
        let mut dice = Dice(rest);
        let dice = &mut dice;
        let kinds = if self.newest { 34 } else { 28 };
        match kind % kinds {
            0..=5 => self.xadd(dice),
            6 => format!("XDEL {} {}", key(dice), self.some_ids(dice)),
            7 => format!("XTRIM {} {}", key(dice), self.trim(dice)),
            8 => {
                let bounds = self.bounds(dice);
                format!("XRANGE {} {bounds}{}", key(dice), count(dice))
            }
            9 => {
                let (end, start) = (self.bound(dice), self.bound(dice));
                format!("XREVRANGE {} {end} {start}{}", key(dice), count(dice))
            }
            10 => self.xread(dice),
            11 => {
                let start = self.start(dice);
                let read = entries_read(dice);
                format!(
                    "XGROUP CREATE {} {} {start} MKSTREAM{read}",
                    key(dice),
                    group(dice)
                )
            }
            12 => {
                let start = self.start(dice);
                let read = entries_read(dice);
                format!("XGROUP SETID {} {} {start}{read}", key(dice), group(dice))
            }
            13..=17 => self.xreadgroup(dice),
            18 => format!("XACK {} {} {}", key(dice), group(dice), self.some_ids(dice)),
            19 | 20 => self.xclaim(dice),
            21 => self.xautoclaim(dice),
            22 => format!("XPENDING {} {}", key(dice), group(dice)),
            23 => self.xpending(dice),
            24 => self.xsetid(dice),
            25 => match dice.below(6) {
                0 => format!("XGROUP DESTROY {} {}", key(dice), group(dice)),
                1 => format!(
                    "XGROUP DELCONSUMER {} {} {}",
                    key(dice),
                    group(dice),
                    consumer(dice)
                ),
                2 | 3 => format!(
                    "XGROUP CREATECONSUMER {} {} {}",
                    key(dice),
                    group(dice),
                    consumer(dice)
                ),
                4 => format!("DEL {}", key(dice)),
                _ => format!("RPUSH {} x", dice.pick(&["l", "l", "l", "s"])),
            },
            26 => format!("XINFO GROUPS {}", key(dice)),
            27 => match dice.below(4) {
                0 => format!("XINFO STREAM {}", key(dice)),
                1 => format!("XINFO STREAM {} FULL COUNT {}", key(dice), dice.below(4)),
                2 => format!("XINFO CONSUMERS {} {}", key(dice), group(dice)),
                _ => format!("XLEN {}", key(dice)),
            },
            28 | 29 => format!(
                "XNACK {} {} {} IDS 1 {}{}{}",
                key(dice),
                group(dice),
                dice.pick(&["SILENT", "FAIL", "FATAL"]),
                self.id(dice),
                dice.pick(&["", "", "", " RETRYCOUNT 3"]),
                dice.pick(&["", "", " FORCE"]),
            ),
            30 => format!(
                "XDELEX {} {} IDS 2 {} {}",
                key(dice),
                references(dice),
                self.id(dice),
                self.id(dice)
            ),
            31 | 32 => format!(
                "XACKDEL {} {} {} IDS 2 {} {}",
                key(dice),
                group(dice),
                references(dice),
                self.id(dice),
                self.id(dice)
            ),
            _ => format!(
                "XCFGSET {} {} {}",
                key(dice),
                dice.pick(&["IDMP-DURATION", "IDMP-MAXSIZE"]),
                dice.below(4)
            ),
        }
    }

    fn xadd(&mut self, dice: &mut Dice<'_>) -> String {
        self.added += 1;
        let added = self.added;
        let id = match self.ids {
            Ids::Auto if added == 1 => format!("{LATE_MS}-0"),
            Ids::Auto => "*".to_owned(),
            Ids::Given => match dice.below(12) {
                0 => self.id(dice),
                1 | 2 => format!("{added}-*"),
                3 => format!("{}-*", dice.below(added) + 1),
                4 => added.to_string(),
                _ => format!("{added}-1"),
            },
        };
        let mut words = vec!["XADD".to_owned(), key(dice).to_owned()];
        if dice.one_in(8) {
            words.push("NOMKSTREAM".to_owned());
        }
        if dice.one_in(8) {
            let trim = self.trim(dice);
            if self.newest {
                words.push(references(dice).to_owned());
            }
            words.push(trim);
        }
        words.push(id);
        words.push(
            dice.pick(&["a 1", "a 1", "a 1 b 2", "b 2 a 1", "c 3 a 1"])
                .to_owned(),
        );
        words.join(" ")
    }

    /// Mostly that of an entry.
    fn id(&self, dice: &mut Dice<'_>) -> String {
        let number = dice.below(self.added + 2);
        match self.ids {
            Ids::Auto => format!("{LATE_MS}-{number}"),
            Ids::Given => format!(
                "{number}-{}",
                dice.pick(&["1", "1", "1", "1", "1", "1", "1", "0", "0", "2"])
            ),
        }
    }

    fn some_ids(&self, dice: &mut Dice<'_>) -> String {
        let ids: Vec<String> = (0..=dice.below(3)).map(|_| self.id(dice)).collect();
        ids.join(" ")
    }

    fn bound(&self, dice: &mut Dice<'_>) -> String {
        match dice.below(8) {
            0 | 1 => "-".to_owned(),
            2 | 3 => "+".to_owned(),
            4 => format!("({}", self.id(dice)),
            5 => dice.below(self.added + 2).to_string(),
            _ => self.id(dice),
        }
    }

    fn bounds(&self, dice: &mut Dice<'_>) -> String {
        if dice.one_in(2) {
            return "- +".to_owned();
        }
        format!("{} {}", self.bound(dice), self.bound(dice))
    }

    fn trim(&self, dice: &mut Dice<'_>) -> String {
        let how = dice.pick(&["", "=", "~"]);
        let to = if dice.one_in(3) {
            format!("MINID {how} {}", self.id(dice))
        } else {
            format!("MAXLEN {how} {}", dice.below(12))
        };
        let limit = match how {
            "~" => dice.pick(&["", " LIMIT 0", " LIMIT 3", " LIMIT 200"]),
            _ => "",
        };
        format!("{to}{limit}").replace("  ", " ")
    }

    fn start(&self, dice: &mut Dice<'_>) -> String {
        match dice.below(6) {
            0 | 1 => "0".to_owned(),
            2 | 3 => "$".to_owned(),
            _ => self.id(dice),
        }
    }

    fn xread(&self, dice: &mut Dice<'_>) -> String {
        let from = |dice: &mut Dice<'_>| match dice.below(4) {
            0 => "$".to_owned(),
            1 => "0".to_owned(),
            _ => self.id(dice),
        };
        let (first, second) = (from(dice), from(dice));
        let options = self.limits(dice);
        if dice.one_in(2) {
            format!("XREAD{options} STREAMS s t {first} {second}")
        } else {
            format!("XREAD{options} STREAMS {} {first}", key(dice))
        }
    }

    fn limits(&self, dice: &mut Dice<'_>) -> String {
        if self.newest && dice.one_in(4) {
            return dice
                .pick(&[" MAXCOUNT 2", " MAXSIZE 3", " COUNT 2 MAXCOUNT 3"])
                .to_owned();
        }
        dice.pick(&["", " COUNT 1", " COUNT 2", " COUNT 0"])
            .to_owned()
    }

    fn xreadgroup(&self, dice: &mut Dice<'_>) -> String {
        let from = match dice.below(8) {
            0 => "0".to_owned(),
            1 => self.id(dice),
            _ => ">".to_owned(),
        };
        let (group, consumer) = (group(dice), consumer(dice));
        let mut options = self.limits(dice);
        if dice.one_in(8) {
            options += " NOACK";
        }
        if self.newest && dice.one_in(2) {
            options += dice.pick(&[" CLAIM 0", " CLAIM 2000"]);
        }
        let streams = match dice.below(6) {
            0 => format!("s t {from} >"),
            _ => format!("{} {from}", key(dice)),
        };
        format!("XREADGROUP GROUP {group} {consumer}{options} STREAMS {streams}")
    }

    fn xclaim(&self, dice: &mut Dice<'_>) -> String {
        let ids = self.some_ids(dice);
        let options = dice.pick(&[
            "",
            "",
            " FORCE",
            " FORCE JUSTID",
            " JUSTID",
            " IDLE 500000000",
            " TIME 1000",
            " TIME 99999999999999",
            " RETRYCOUNT 5",
            " RETRYCOUNT 0 FORCE",
            " LASTID 2-1",
        ]);
        let min_idle = dice.pick(&["0", "0", "100000000"]);
        let (key, group, consumer) = (key(dice), group(dice), consumer(dice));
        format!("XCLAIM {key} {group} {consumer} {min_idle} {ids}{options}")
    }

    fn xautoclaim(&self, dice: &mut Dice<'_>) -> String {
        let start = match dice.below(4) {
            0 => self.bound(dice),
            _ => "0".to_owned(),
        };
        let options = dice.pick(&["", " COUNT 1", " COUNT 2", " JUSTID", " COUNT 1 JUSTID"]);
        let min_idle = dice.pick(&["0", "0", "100000000"]);
        let (key, group, consumer) = (key(dice), group(dice), consumer(dice));
        format!("XAUTOCLAIM {key} {group} {consumer} {min_idle} {start}{options}")
    }

    fn xpending(&self, dice: &mut Dice<'_>) -> String {
        let bounds = self.bounds(dice);
        let idle = dice.pick(&["", "", "IDLE 100000000 "]);
        let count = dice.pick(&["10", "2", "0"]);
        let (key, group) = (key(dice), group(dice));
        let consumer = dice.pick(&["", " c1", " c2", " nobody"]);
        format!("XPENDING {key} {group} {idle}{bounds} {count}{consumer}")
    }

    fn xsetid(&self, dice: &mut Dice<'_>) -> String {
        // Mostly right, so that much else still goes.
        let id = match (self.ids, dice.below(3)) {
            (_, 0) => self.id(dice),
            (Ids::Given, _) => format!("{}-2", self.added),
            (Ids::Auto, _) => format!("{LATE_MS}-{}", self.added),
        };
        let mut words = vec![format!("XSETID {} {id}", key(dice))];
        if dice.one_in(3) {
            words.push(format!("ENTRIESADDED {}", self.added + dice.below(3)));
        }
        if dice.one_in(4) {
            words.push(format!("MAXDELETEDID {}", self.id(dice)));
        }
        words.join(" ")
    }
}

fn key(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&["s", "s", "s", "s", "s", "s", "s", "s", "s", "t", "t", "l"])
}

fn group(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&["g", "g", "g", "g", "g", "h"])
}

fn consumer(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&["c1", "c2", "c3"])
}

fn count(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&["", "", " COUNT 1", " COUNT 3"])
}

fn entries_read(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&[
        "",
        "",
        "",
        " ENTRIESREAD 1",
        " ENTRIESREAD 0",
        " ENTRIESREAD -1",
    ])
}

fn references(dice: &mut Dice<'_>) -> &'static str {
    dice.pick(&["KEEPREF", "DELREF", "ACKED"])
}
