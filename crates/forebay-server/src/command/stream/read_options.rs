//! The arguments of XREAD and XREADGROUP.

use core::time::Duration;

use forebay::Timeout;
use forebay_resp::parse_integer;

use crate::command::Refusal;
use crate::command::arguments::{above_zero, integer, is};

/// What XREAD and XREADGROUP are called with.
#[derive(Debug, Default)]
pub(super) struct ReadArguments<'a> {
    pub(super) keys: &'a [&'a [u8]],
    /// As many as keys.
    pub(super) ids: &'a [&'a [u8]],
    pub(super) count: Option<u64>,
    pub(super) block: Option<Timeout>,
    pub(super) maxcount: Option<u64>,
    pub(super) maxsize: Option<u64>,
    /// XREADGROUP alone has the rest: the group and the consumer,
    pub(super) group: Option<(&'a [u8], &'a [u8])>,
    pub(super) noack: bool,
    pub(super) claim: Option<u64>,
}

impl<'a> ReadArguments<'a> {
    /// Of XREADGROUP if `is_group_read`, otherwise of XREAD.
    pub(super) fn parse(words: &'a [&'a [u8]], is_group_read: bool) -> Result<Self, Refusal> {
        let mut arguments = Self::default();
        let mut rest = &words[1..];
        while let Some((word, following)) = rest.split_first() {
            if is(word, "STREAMS") && !following.is_empty() {
                arguments.set_streams(following, is_group_read)?;
                return Ok(arguments);
            }
            if !is_group_read && let Some(name) = of_groups(word, following.len()) {
                let text = format!(
                    "ERR The {name} option is only supported by XREADGROUP. You called XREAD \
                     instead."
                );
                return Err(text.into());
            }
            rest = arguments.take(word, following)?;
        }
        Err(Refusal::SYNTAX)
    }

    /// An option, and what follows it.
    fn take(&mut self, word: &[u8], following: &'a [&'a [u8]]) -> Result<&'a [&'a [u8]], Refusal> {
        if is(word, "NOACK") {
            self.noack = true;
            return Ok(following);
        }
        let (value, rest) = following.split_first().ok_or(Refusal::SYNTAX)?;
        if is(word, "COUNT") {
            self.count = Some(integer(value)?.max(0).unsigned_abs());
        } else if is(word, "BLOCK") {
            self.block = Some(timeout(value)?);
        } else if is(word, "MAXCOUNT") {
            let refusal = Refusal::new("ERR MAXCOUNT must be greater than 0");
            self.maxcount = Some(above_zero(value, refusal)?);
        } else if is(word, "MAXSIZE") {
            let refusal = Refusal::new("ERR MAXSIZE must be greater than 0");
            self.maxsize = Some(above_zero(value, refusal)?);
        } else if is(word, "CLAIM") {
            self.claim = Some(min_idle_ms(value)?);
        } else if is(word, "GROUP") {
            let (consumer, rest) = rest.split_first().ok_or(Refusal::SYNTAX)?;
            self.group = Some((value, consumer));
            return Ok(rest);
        } else {
            return Err(Refusal::SYNTAX);
        }
        Ok(rest)
    }

    fn set_streams(&mut self, words: &'a [&'a [u8]], is_group_read: bool) -> Result<(), Refusal> {
        if !words.len().is_multiple_of(2) {
            return Err(Refusal::new(if is_group_read {
                "ERR Unbalanced 'xreadgroup' list of streams: for each stream key an ID or '>' \
                 must be specified."
            } else {
                "ERR Unbalanced 'xread' list of streams: for each stream key an ID, '+', or '$' \
                 must be specified."
            }));
        }
        if let (Some(maxcount), Some(count)) = (self.maxcount, self.count)
            && maxcount < count
        {
            return Err(forebay::Error::MaxcountBelowCount.into());
        }
        (self.keys, self.ids) = words.split_at(words.len() / 2);
        Ok(())
    }
}

/// An option that only XREADGROUP has, when there is enough behind it.
fn of_groups(word: &[u8], following: usize) -> Option<&'static str> {
    [("GROUP", 2), ("NOACK", 0), ("CLAIM", 1)]
        .into_iter()
        .find_map(|(name, needed)| (is(word, name) && following >= needed).then_some(name))
}

/// Milliseconds to wait. The time when they are over is to be a time too, until the year 2100.
fn timeout(word: &[u8]) -> Result<Timeout, Refusal> {
    const MS_MAX: u64 = i64::MAX.unsigned_abs() - 4_102_444_800_000;

    let ms = parse_integer(word).ok_or(Refusal::new(
        "ERR timeout is not an integer or out of range",
    ))?;
    let ms = u64::try_from(ms).map_err(|_| forebay::Error::TimeoutNegative)?;
    if ms > MS_MAX {
        return Err(forebay::Error::TimeoutOutOfRange.into());
    }
    Ok(Timeout::from(Duration::from_millis(ms)))
}

fn min_idle_ms(word: &[u8]) -> Result<u64, Refusal> {
    let ms = parse_integer(word).ok_or(Refusal::new("ERR min-idle-time is not an integer"))?;
    u64::try_from(ms).map_err(|_| Refusal::new("ERR min-idle-time must be a positive integer"))
}
