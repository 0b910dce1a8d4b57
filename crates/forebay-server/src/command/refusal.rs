//! Why a command was refused, in the words of Redis.

use std::borrow::Cow;

use forebay::Error;

/// Bytes of a word of the client that an error quotes.
const QUOTED_BYTES_MAX: usize = 128;

/// An error reply: its code, a blank, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(Cow<'static, str>);

impl Refusal {
    pub(crate) const SYNTAX: Self = Self::new("ERR syntax error");
    pub(crate) const NOT_INTEGER: Self = Self::new("ERR value is not an integer or out of range");
    pub(crate) const NOT_POSITIVE: Self = Self::new("ERR value is out of range, must be positive");

    pub(crate) const NO_SUCH_KEY: Self = Self::new("ERR no such key");

    pub(crate) const fn new(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The first word of the text.
    pub(crate) fn code(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }

    pub(crate) fn wrong_arity(full_name: &str) -> Self {
        Self(format!("ERR wrong number of arguments for '{full_name}' command").into())
    }

    pub(crate) fn unknown_command(arguments: &[&[u8]]) -> Self {
        let name = arguments.first().map_or(String::new(), |name| quote(name));
        let mut text = format!("ERR unknown command '{name}', with args beginning with: ");
        let mut left = QUOTED_BYTES_MAX;
        for argument in arguments.iter().skip(1) {
            if left == 0 {
                break;
            }
            let shown = &argument[..argument.len().min(left)];
            let quoted = format!("'{}' ", String::from_utf8_lossy(shown));
            left = left.saturating_sub(quoted.len());
            text.push_str(&quoted);
        }
        Self(text.into())
    }

    pub(crate) fn unknown_subcommand(command: &str, word: &[u8]) -> Self {
        let (word, command) = (quote(word), command.to_ascii_uppercase());
        Self(format!("ERR unknown subcommand '{word}'. Try {command} HELP.").into())
    }

    /// A subcommand whose arguments make no sense.
    pub(crate) fn wrong_subcommand(command: &str, word: &[u8]) -> Self {
        let (word, command) = (quote(word), command.to_ascii_uppercase());
        let text = format!(
            "ERR unknown subcommand or wrong number of arguments for '{word}'. Try {command} HELP."
        );
        Self(text.into())
    }
}

fn quote(word: &[u8]) -> String {
    String::from_utf8_lossy(&word[..word.len().min(QUOTED_BYTES_MAX)]).into_owned()
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// What the engine refuses. Errors that name keys or groups are told by their command.
impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::new(match error {
            Error::NoSuchKey => "ERR no such key",
            Error::IndexOutOfRange => "ERR index out of range",
            Error::RankZero => {
                "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second \
                 ... or use negative to start from the end of the list"
            }
            Error::RankOutOfRange => "ERR value is out of range",
            Error::NegativeCount => "ERR COUNT can't be negative",
            Error::NegativeMaxlen => "ERR MAXLEN can't be negative",
            Error::CountZero => "ERR count should be greater than 0",
            Error::SameKey => "ERR source and destination objects are the same",
            Error::WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value",
            Error::NotInteger => "ERR value is not an integer or out of range",
            Error::IncrementOverflow => "ERR increment or decrement would overflow",
            Error::InvalidStreamId => "ERR Invalid stream ID specified as stream command argument",
            Error::IdZero => "ERR The ID specified in XADD must be greater than 0-0",
            Error::IdTooSmall => {
                "ERR The ID specified in XADD is equal or smaller than the target stream top item"
            }
            Error::IdsExhausted => {
                "ERR The stream has exhausted the last possible ID, unable to add more items"
            }
            Error::InvalidRangeStart => "ERR invalid start ID for the interval",
            Error::InvalidRangeEnd => "ERR invalid end ID for the interval",
            Error::GroupNeedsKey => {
                "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may \
                 want to use the MKSTREAM option to create an empty stream automatically."
            }
            Error::SetidBelowLastEntry => {
                "ERR The ID specified in XSETID is smaller than the target stream top item"
            }
            Error::SetidBelowDeleted => {
                "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"
            }
            Error::SetidBelowGivenDeleted => {
                "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"
            }
            Error::SetidBelowLength => {
                "ERR The entries_added specified in XSETID is smaller than the target stream length"
            }
            Error::EmptyIdempotentId => "ERR syntax error, IDMP requires a non-empty idempotent ID",
            Error::IdempotentIdGiven => {
                "ERR syntax error, IDMP/IDMPAUTO can be used only with auto-generated IDs"
            }
            Error::IdmpDurationOutOfRange => {
                "ERR IDMP-DURATION must be between 1 and 86400 seconds"
            }
            Error::IdmpMaxsizeOutOfRange => "ERR IDMP-MAXSIZE must be between 1 and 10000 entries",
            Error::MaxcountBelowCount => "ERR MAXCOUNT must not be less than COUNT",
            Error::GroupExists => "BUSYGROUP Consumer Group name already exists",
            Error::TimeoutNegative => "ERR timeout is negative",
            Error::TimeoutNotFinite => "ERR timeout is not a float or out of range",
            Error::TimeoutOutOfRange => "ERR timeout is out of range",
            Error::Closed => "ERR the server is shutting down",
            other => return format!("{} {other}", other.code()).into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_words_are_quoted_in_part() {
        let long = [b'a'; 300];
        let refusal = Refusal::unknown_command(&[b"foo", b"bar", &long, b"z"]);
        let expected = format!(
            "ERR unknown command 'foo', with args beginning with: 'bar' '{}' ",
            "a".repeat(122)
        );
        assert_eq!(refusal.text(), expected);
        assert_eq!(refusal.code(), "ERR");
    }
}
