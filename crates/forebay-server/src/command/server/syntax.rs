//! The arguments of a command, from the notation in its row: words in capitals are keywords, `[a]`
//! may be left away, `<a | b>` is one of two, and `a [a ...]` is one or several.

/// An argument as COMMAND DOCS tells it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) kind: &'static str,
    pub(super) token: Option<String>,
    pub(super) is_optional: bool,
    pub(super) is_multiple: bool,
    /// Of a block, or of which one is chosen.
    pub(super) arguments: Vec<Self>,
}

impl Argument {
    fn new(name: &str, kind: &'static str) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            kind,
            token: None,
            is_optional: false,
            is_multiple: false,
            arguments: Vec::new(),
        }
    }

    pub(super) fn flags(&self) -> Vec<&'static str> {
        let mut flags = Vec::new();
        if self.is_optional {
            flags.push("optional");
        }
        if self.is_multiple {
            flags.push("multiple");
        }
        flags
    }

    /// Several arguments as one.
    fn of(mut arguments: Vec<Self>, kind: &'static str, name: &str) -> Self {
        if arguments.len() == 1 {
            return arguments.remove(0);
        }
        Self {
            arguments,
            ..Self::new(name, kind)
        }
    }
}

/// The arguments that a notation describes.
pub(super) fn parse(notation: &str) -> Vec<Argument> {
    let spaced = ["[", "]", "<", ">", "|"]
        .iter()
        .fold(notation.to_owned(), |text, sign| {
            text.replace(sign, &format!(" {sign} "))
        });
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut words = &words[..];
    alternatives(&mut words)
}

/// Sequences with `|` between them, to the closing bracket.
fn alternatives(words: &mut &[&str]) -> Vec<Argument> {
    let mut branches = vec![sequence(words)];
    while let Some((&"|", rest)) = words.split_first() {
        *words = rest;
        branches.push(sequence(words));
    }
    if branches.len() == 1 {
        return branches.remove(0);
    }
    let branches = branches
        .into_iter()
        .map(|branch| Argument::of(branch, "block", "option"))
        .collect();
    vec![Argument::of(branches, "oneof", "choice")]
}

/// Arguments one after the other, to a `|` or a closing bracket.
fn sequence(words: &mut &[&str]) -> Vec<Argument> {
    let mut arguments: Vec<Argument> = Vec::new();
    while let Some((&word, rest)) = words.split_first() {
        match word {
            "|" | "]" | ">" => break,
            "[" => {
                *words = rest;
                let is_repetition = repeats(&arguments, words);
                let inner = alternatives(words);
                skip(words);
                if let Some(count) = is_repetition {
                    let repeated = arguments.split_off(arguments.len() - count);
                    let mut repeated = Argument::of(repeated, "block", "data");
                    repeated.is_multiple = true;
                    arguments.push(repeated);
                } else {
                    let mut inner = Argument::of(inner, "block", "option");
                    inner.is_optional = true;
                    arguments.push(inner);
                }
            }
            "<" => {
                *words = rest;
                let inner = alternatives(words);
                skip(words);
                arguments.push(Argument::of(inner, "block", "option"));
            }
            "..." => *words = rest,
            keyword if is_keyword(keyword) => {
                *words = rest;
                arguments.push(keyword_argument(keyword, words));
            }
            name => {
                *words = rest;
                arguments.push(Argument::new(name, kind(name)));
            }
        }
    }
    arguments
}

/// How many of the last arguments the words in the bracket that has been opened repeat.
fn repeats(arguments: &[Argument], words: &[&str]) -> Option<usize> {
    let end = words.iter().position(|&word| word == "]")?;
    let (last, names) = words[..end].split_last()?;
    if *last != "..." || names.len() > arguments.len() {
        return None;
    }
    let before = &arguments[arguments.len() - names.len()..];
    let is_same = before
        .iter()
        .zip(names)
        .all(|(argument, name)| argument.name == *name);
    is_same.then_some(names.len())
}

/// A keyword, with the value that follows it if it has one.
fn keyword_argument(keyword: &str, words: &mut &[&str]) -> Argument {
    let mut argument = match words.split_first() {
        Some((&value, rest))
            if !is_keyword(value) && !matches!(value, "|" | "[" | "]" | "<" | ">" | "...") =>
        {
            *words = rest;
            Argument::new(value, kind(value))
        }
        _ => Argument::new(keyword, "pure-token"),
    };
    argument.token = Some(keyword.to_owned());
    argument
}

fn skip(words: &mut &[&str]) {
    if let Some((_, rest)) = words.split_first() {
        *words = rest;
    }
}

fn is_keyword(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_uppercase() || "=~".contains(letter))
}

fn kind(name: &str) -> &'static str {
    match name {
        "key" | "source" | "destination" | "newkey" => "key",
        "pattern" => "pattern",
        "timeout" => "double",
        "count" | "start" | "stop" | "index" | "rank" | "len" | "num-matches" | "numkeys"
        | "seconds" | "milliseconds" | "cursor" | "increment" | "decrement" | "client-id" | "n" => {
            "integer"
        }
        name if name.starts_with("unix-time") => "unix-time",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::table;

    fn text(arguments: &[Argument]) -> String {
        let one = |argument: &Argument| {
            let mut text = argument.token.clone().unwrap_or_default();
            if argument.kind != "pure-token" {
                let inner = self::text(&argument.arguments);
                let colon = if inner.is_empty() { "" } else { ": " };
                text += &["(", &argument.name, colon, &inner, ")"].concat();
            }
            if argument.is_optional {
                text += "?";
            }
            if argument.is_multiple {
                text += "+";
            }
            text
        };
        arguments.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn notations_are_understood() {
        for (notation, expected) in [
            ("", ""),
            ("key [count]", "(key) (count)?"),
            ("key element [element ...]", "(key) (element)+"),
            (
                "key field value [field value ...]",
                "(key) (data: (field) (value))+",
            ),
            (
                "source <LEFT | RIGHT> [COUNT count]",
                "(source) (choice: LEFT RIGHT) COUNT(count)?",
            ),
            (
                "key [NX | XX] [GET] [EX seconds | KEEPTTL]",
                "(key) (choice: NX XX)? GET? (choice: EX(seconds) KEEPTTL)?",
            ),
            ("[message]", "(message)?"),
        ] {
            assert_eq!(text(&parse(notation)), expected, "{notation}");
        }
    }

    #[test]
    fn every_notation_in_the_table_is_well_formed() {
        let rows = table::all().iter().copied();
        for spec in rows.flat_map(|spec| [spec].into_iter().chain(spec.subcommands)) {
            for (open, close) in [('[', ']'), ('<', '>')] {
                let count = |sign| spec.syntax.matches(sign).count();
                assert_eq!(count(open), count(close), "{}: {}", spec.name, spec.syntax);
            }
            if spec.arity.abs() > 2 {
                assert!(!parse(spec.syntax).is_empty(), "{}", spec.name);
            }
        }
    }
}
