//! XSETID and XCFGSET.

use super::id::StreamId;
use crate::error::{Error, Result};

/// For how many seconds a stream can remember what a producer sent.
const IDMP_DURATION_S_MAX: u64 = 86_400;
/// How many entries of a producer a stream can remember.
const IDMP_MAXSIZE_MAX: u64 = 10_000;

/// What XSETID sets beside the last id. What is `None` stays as it is.
///
/// # Examples
/// ```
/// use forebay::stream::XsetidOptions;
///
/// let options = XsetidOptions { entries_added: Some(7), ..XsetidOptions::default() };
/// assert_eq!(options.max_deleted_id, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct XsetidOptions {
    /// How many entries have ever been added. Not less than there are.
    pub entries_added: Option<u64>,
    /// The largest id of an entry that was deleted. Not larger than the last id.
    pub max_deleted_id: Option<StreamId>,
}

/// What XCFGSET sets. What is `None` stays as it is. When something changes, the stream forgets
/// what producers have sent.
///
/// # Examples
/// ```
/// use forebay::stream::XcfgsetOptions;
///
/// let options = XcfgsetOptions { idmp_maxsize: Some(1_000), ..XcfgsetOptions::default() };
/// assert!(options.check().is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct XcfgsetOptions {
    /// For how many seconds an entry is remembered: 1 to 86,400, at first 100.
    pub idmp_duration_s: Option<u64>,
    /// How many entries of each producer are remembered: 1 to 10,000, at first 100.
    pub idmp_maxsize: Option<u64>,
}

impl XcfgsetOptions {
    /// For how many seconds an entry is remembered when nothing is set.
    pub const IDMP_DURATION_S_DEFAULT: u64 = 100;
    /// How many entries of each producer are remembered when nothing is set.
    pub const IDMP_MAXSIZE_DEFAULT: u64 = 100;

    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`IdmpDurationOutOfRange`](Error::IdmpDurationOutOfRange),
    /// [`IdmpMaxsizeOutOfRange`](Error::IdmpMaxsizeOutOfRange).
    ///
    /// # Examples
    /// ```
    /// use forebay::Error;
    /// use forebay::stream::XcfgsetOptions;
    ///
    /// let options = XcfgsetOptions { idmp_maxsize: Some(0), ..XcfgsetOptions::default() };
    /// assert_eq!(options.check(), Err(Error::IdmpMaxsizeOutOfRange));
    /// ```
    pub fn check(&self) -> Result<()> {
        if (self.idmp_duration_s).is_some_and(|s| !(1..=IDMP_DURATION_S_MAX).contains(&s)) {
            return Err(Error::IdmpDurationOutOfRange);
        }
        if (self.idmp_maxsize).is_some_and(|ids| !(1..=IDMP_MAXSIZE_MAX).contains(&ids)) {
            return Err(Error::IdmpMaxsizeOutOfRange);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        let check = |idmp_duration_s, idmp_maxsize| {
            XcfgsetOptions {
                idmp_duration_s,
                idmp_maxsize,
            }
            .check()
        };
        assert_eq!(check(None, None), Ok(()));
        assert_eq!(check(Some(1), Some(1)), Ok(()));
        assert_eq!(check(Some(86_400), Some(10_000)), Ok(()));
        assert_eq!(check(Some(0), None), Err(Error::IdmpDurationOutOfRange));
        assert_eq!(
            check(Some(86_401), None),
            Err(Error::IdmpDurationOutOfRange)
        );
        assert_eq!(check(None, Some(0)), Err(Error::IdmpMaxsizeOutOfRange));
        assert_eq!(check(None, Some(10_001)), Err(Error::IdmpMaxsizeOutOfRange));
    }
}
