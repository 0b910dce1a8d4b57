//! Glob patterns, as KEYS and SCAN know them.
//!
//! `*` any bytes, `?` one byte, `[abc]` `[a-c]` `[^a]` one byte of a set, `\x` the byte x. Matching
//! remembers only the last `*`: when the text does not fit behind it, the star takes one byte
//! more. So there is no recursion, and the time is at most the product of the lengths.

/// Whether `text` as a whole fits a glob `pattern`, as KEYS, SCAN and PSUBSCRIBE have them.
///
/// `*` stands for any bytes, `?` for one, `[abc]`, `[a-c]`, `[^a]` for one of a set, `\x` for x.
///
/// # Complexity
/// O(length of the pattern * length of the text).
///
/// # Examples
/// ```
/// use forebay::matches_pattern;
///
/// assert!(matches_pattern(b"mq:*", b"mq:1"));
/// assert!(!matches_pattern(b"mq:?", b"mq:10"));
/// ```
#[must_use]
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on when the text does not fit: behind the last star, and one byte further on.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&b'*') {
            p += 1;
            if p == pattern.len() {
                return true;
            }
            retry = Some((p, t));
            continue;
        }
        match text.get(t) {
            None if p == pattern.len() => return true,
            // The text is used up, and a longer star would only leave less of it.
            None => return false,
            Some(&byte) => {
                if let Some(used) = one(&pattern[p..], byte) {
                    p += used;
                    t += 1;
                } else {
                    let Some((behind_star, from)) = retry else {
                        return false;
                    };
                    (p, t) = (behind_star, from + 1);
                    retry = Some((p, t));
                }
            }
        }
    }
}

/// How much of the pattern stands for `byte`, when its first item does. Never called at a star.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match *pattern {
        [] => None,
        [b'?', ..] => Some(1),
        [b'[', ..] => set(pattern, byte),
        [b'\\', escaped, ..] => (escaped == byte).then_some(2),
        [plain, ..] => (plain == byte).then_some(1),
    }
}

/// As [`one`] for a pattern that begins with a set. A set without an end ends with the pattern; a
/// range is recognized before the closing bracket, so that `[a-]` has no end.
fn set(pattern: &[u8], byte: u8) -> Option<usize> {
    let mut at = 1;
    let negated = pattern.get(at) == Some(&b'^');
    at += usize::from(negated);
    let mut found = false;
    loop {
        match pattern[at..] {
            [] => break,
            [b'\\', escaped, ..] => {
                found |= escaped == byte;
                at += 2;
            }
            [b']', ..] => {
                at += 1;
                break;
            }
            [first, b'-', last, ..] => {
                found |= (first.min(last)..=first.max(last)).contains(&byte);
                at += 3;
            }
            [plain, ..] => {
                found |= plain == byte;
                at += 1;
            }
        }
    }
    (found != negated).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::matches;

    fn yes(pattern: &str, text: &str) {
        assert!(
            matches(pattern.as_bytes(), text.as_bytes()),
            "{pattern} fits {text}"
        );
    }

    fn no(pattern: &str, text: &str) {
        assert!(
            !matches(pattern.as_bytes(), text.as_bytes()),
            "{pattern} does not fit {text}"
        );
    }

    #[test]
    fn plain_bytes() {
        yes("", "");
        yes("mq", "mq");
        no("mq", "mq1");
        no("mq1", "mq");
        no("", "x");
    }

    #[test]
    fn stars() {
        yes("*", "");
        yes("*", "anything");
        yes("a*c", "abc");
        yes("a*c", "acbc");
        yes("**a**", "bab");
        yes("*ab*ab", "abaabab");
        no("a*c", "acb");
        no("*a", "ab");
        no("a*a", "a");
    }

    #[test]
    fn one_byte() {
        yes("h?llo", "hello");
        no("h?llo", "hllo");
        no("?", "");
    }

    #[test]
    fn sets() {
        yes("h[ae]llo", "hallo");
        no("h[ae]llo", "hillo");
        yes("h[a-c]llo", "hbllo");
        yes("h[c-a]llo", "hbllo");
        no("h[^a-c]llo", "hbllo");
        yes("h[^e]llo", "hallo");
        yes("[\\]]", "]");
        yes("[^]", "x");
        no("[]", "x");
        yes("*[0-9]", "key7");
        yes("*[0-9]", "7x7");
    }

    #[test]
    fn sets_without_an_end() {
        yes("[ab", "a");
        no("[ab", "c");
        yes("[a-]", "]");
        no("[", "[");
    }

    #[test]
    fn escapes() {
        yes("\\*", "*");
        no("\\*", "x");
        yes("a\\", "a\\");
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let pattern = "*a".repeat(100) + "b";
        no(&pattern, &"a".repeat(5_000));
    }
}
