//! Splits Rust source into code and comments, so that a rule about one is not misled by the other.

/// One line of source; what is inside string and character literals is in neither part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) code: String,
    pub(super) comment: String,
}

/// What the end of a line is in the middle of.
#[derive(Clone, Copy)]
enum State {
    Code,
    /// Block comments nest.
    Comment {
        depth: usize,
    },
    Text,
    RawText {
        hashes: usize,
    },
}

pub(super) fn lines(source: &str) -> Vec<Line> {
    let mut state = State::Code;
    source
        .lines()
        .map(|text| {
            let mut line = Line::default();
            state = read(state, text, &mut line);
            line
        })
        .collect()
}

/// Whether `code` has `word` with no letter, digit or underscore on either side.
pub(super) fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|part| part == word)
}

fn read(mut state: State, mut rest: &str, line: &mut Line) -> State {
    while let Some(next) = rest.chars().next() {
        let taken = match state {
            State::Code if rest.starts_with("//") => {
                line.comment.push_str(rest);
                return State::Code;
            }
            State::Code if rest.starts_with("/*") => {
                state = State::Comment { depth: 1 };
                2
            }
            State::Code if next == '"' => {
                state = opened(&line.code);
                line.code.push(next);
                1
            }
            State::Code if next == '\'' => character(rest),
            State::Code => {
                line.code.push(next);
                next.len_utf8()
            }
            State::Comment { depth } if rest.starts_with("/*") => {
                state = State::Comment { depth: depth + 1 };
                2
            }
            State::Comment { depth } if rest.starts_with("*/") => {
                state = if depth == 1 {
                    State::Code
                } else {
                    State::Comment { depth: depth - 1 }
                };
                2
            }
            State::Comment { .. } => {
                line.comment.push(next);
                next.len_utf8()
            }
            State::Text if next == '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
            State::Text if next == '"' => {
                state = State::Code;
                line.code.push(next);
                1
            }
            State::RawText { hashes } if closes(rest, hashes) => {
                state = State::Code;
                line.code.push(next);
                1 + hashes
            }
            State::Text | State::RawText { .. } => next.len_utf8(),
        };
        rest = &rest[taken..];
    }
    state
}

/// The kind of literal that a quotation mark after `code` opens.
fn opened(code: &str) -> State {
    let stem = code.trim_end_matches('#');
    let hashes = code.len() - stem.len();
    let prefix_at = stem
        .rfind(|c: char| !c.is_alphanumeric() && c != '_')
        .map_or(0, |at| at + 1);
    match &stem[prefix_at..] {
        "r" | "br" | "cr" => State::RawText { hashes },
        _ => State::Text,
    }
}

fn closes(rest: &str, hashes: usize) -> bool {
    let after = rest.strip_prefix('"');
    after.is_some_and(|after| after.bytes().take_while(|byte| *byte == b'#').count() >= hashes)
}

/// The bytes of the character literal at the start of `rest`; 1 when it is a lifetime's mark.
fn character(rest: &str) -> usize {
    let mut after = rest.char_indices().skip(1);
    match (after.next(), after.next()) {
        (Some((_, '\\')), Some(_)) => after.find(|(_, c)| *c == '\'').map_or(1, |(at, _)| at + 1),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(source: &str) -> String {
        lines(source)
            .into_iter()
            .map(|line| line.code)
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn a_comment_is_apart_from_the_code_before_it() {
        let line = &lines("let a = 1; // Release: why")[0];
        assert_eq!(line.code, "let a = 1; ");
        assert_eq!(line.comment, "// Release: why");
    }

    #[test]
    fn block_comments_nest_and_go_over_lines() {
        assert_eq!(code("a /* b /* c */ d\ne */ f"), "a \n f");
    }

    #[test]
    fn strings_are_emptied() {
        assert_eq!(code(r#"f("a // \" b", c)"#), r#"f("", c)"#);
        assert_eq!(code("f(r#\"a \" b\"#, c)"), "f(r#\"\", c)");
        assert_eq!(code("f(\"a\nb\", c)"), "f(\"\n\", c)");
    }

    #[test]
    fn characters_are_not_lifetimes() {
        assert_eq!(code(r#"f('"', '\'', "x")"#), r#"f(, , "")"#);
        assert_eq!(code("fn f<'a>(b: &'a str) {}"), "fn f<a>(b: &a str) {}");
    }

    #[test]
    fn a_word_ends_where_an_identifier_ends() {
        assert!(has_word("unsafe { f() }", "unsafe"));
        assert!(!has_word("#![forbid(unsafe_code)]", "unsafe"));
    }
}
