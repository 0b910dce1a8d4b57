//! Passwords as slow hashes.

use std::sync::{LazyLock, OnceLock};

use argon2::{Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

/// The memory that the hash of a file may ask for, in KiB: each thread that compares takes it.
const MEMORY_KIB_MAX: u32 = 1 << 20;
/// How often the hash of a file may go through its memory.
const PASSES_MAX: u32 = 64;

/// No password is longer.
pub(crate) const PASSWORD_BYTES_MAX: usize = 4096;

/// Why there is no hash of a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// It could not be given.
    #[error("the password has more than {PASSWORD_BYTES_MAX} bytes")]
    TooLong,
    /// Nobody should be let in by it.
    #[error("the password is empty")]
    Empty,
    /// The system gives no random bytes, or no memory.
    #[error("cannot hash the password: {0}")]
    Hash(String),
    /// It is the hash that ACL files of Redis have.
    #[error(
        "'#{0}...' is a SHA-256 of Redis, which is guessed fast: make a slow hash of the password \
         with `forebay hash-password`, and write it behind the #"
    )]
    Sha256(String),
    /// It is no hash of Argon2.
    #[error("what is behind a # is no hash of Argon2 ({0}): make one with `forebay hash-password`")]
    Form(String),
}

/// A slow hash of a password with a salt of its own, as text: a PHC string of Argon2id.
///
/// It takes some 20 ms and 19 MiB.
///
/// # Errors
/// The password is empty or has more than 4096 bytes, or the system gives no random bytes for the salt.
///
/// # Examples
/// ```
/// let hash = forebay_server::users::hash_password(b"open sesame")?;
/// assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
/// assert!(forebay_server::users::hash_password(b"").is_err());
/// # Ok::<(), forebay_server::users::PasswordError>(())
/// ```
pub fn hash_password(password: &[u8]) -> Result<String, PasswordError> {
    if password.is_empty() {
        return Err(PasswordError::Empty);
    }
    if password.len() > PASSWORD_BYTES_MAX {
        return Err(PasswordError::TooLong);
    }
    let hash = Argon2::default().hash_password(password);
    let hash: PasswordHash = hash.map_err(|error| PasswordError::Hash(error.to_string()))?;
    Ok(hash.to_string())
}

/// So many random bytes as hexadecimal digits; `None` when the system has none.
pub(crate) fn random_hex(bytes: usize) -> Option<String> {
    let mut random = vec![0; bytes];
    SystemRandom::new().fill(&mut random).ok()?;
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16);
    let digits = random.iter().flat_map(|byte| [byte >> 4, byte & 0xF]);
    digits.map(digit).collect()
}

/// The hash of a password of a user.
///
/// When it has been right once its fast hash is kept, under a key that this process alone has, so
/// that a hundred connections of one program do not wait for a hundred slow hashes.
#[derive(Debug)]
pub(super) struct Password {
    text: String,
    hash: PasswordHash,
    seen: OnceLock<hmac::Tag>,
}

static KEY: LazyLock<Option<hmac::Key>> =
    LazyLock::new(|| hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok());

impl Password {
    /// From a PHC string.
    pub(super) fn parse(text: &str) -> Result<Self, PasswordError> {
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(PasswordError::Sha256(text[..8].to_owned()));
        }
        let refuse = PasswordError::Form;
        let hash = PasswordHash::new(text).map_err(|error| refuse(error.to_string()))?;
        if !["argon2id", "argon2i", "argon2d"].contains(&hash.algorithm.as_str()) {
            return Err(refuse(format!("it is of {}", hash.algorithm)));
        }
        let params = Params::try_from(&hash).map_err(|error| refuse(error.to_string()))?;
        if params.m_cost() > MEMORY_KIB_MAX || params.t_cost() > PASSES_MAX {
            return Err(refuse(format!(
                "it asks for more than m={MEMORY_KIB_MAX},t={PASSES_MAX}"
            )));
        }
        if hash.salt.is_none() || hash.hash.is_none() {
            return Err(refuse("its end is missing".to_owned()));
        }
        Ok(Self {
            text: text.to_owned(),
            hash,
            seen: OnceLock::new(),
        })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What its hash costs, as its text says it.
    pub(super) fn cost(&self) -> &str {
        self.text.split('$').nth(3).unwrap_or_default()
    }

    /// Whether this password has been right before. Fast.
    pub(super) fn has_seen(&self, password: &[u8]) -> bool {
        let (Some(key), Some(tag)) = (&*KEY, self.seen.get()) else {
            return false;
        };
        hmac::verify(key, password, tag.as_ref()).is_ok()
    }

    /// Whether this is the password. Slow.
    pub(super) fn is(&self, password: &[u8]) -> bool {
        let is_right = self.compare(password);
        if let (true, Some(key)) = (is_right, &*KEY) {
            self.seen.get_or_init(|| hmac::sign(key, password));
        }
        is_right
    }

    /// The same, of which nothing is remembered.
    pub(super) fn compare(&self, password: &[u8]) -> bool {
        let compared = Argon2::default().verify_password(password, &self.hash);
        compared.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let text = hash_password(b"secret").unwrap();
        assert_ne!(text, hash_password(b"secret").unwrap(), "salts differ");
        let password = Password::parse(&text).unwrap();
        assert!(!password.is(b"Secret") && !password.has_seen(b"Secret"));
        assert!(!password.has_seen(b"secret"));
        assert!(password.is(b"secret") && password.has_seen(b"secret"));
        assert!(!password.has_seen(b"secret ") && !password.is(b""));
        assert_eq!(password.cost(), "m=19456,t=2,p=1");
    }

    #[test]
    fn what_is_no_slow_hash_is_refused() {
        let sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
        let error = Password::parse(sha256).unwrap_err();
        assert!(error.to_string().contains("hash-password"), "{error}");
        for bad in [
            "",
            "secret",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
            "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=19456,t=4294967295,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
            "$scrypt$ln=16,r=8,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(Password::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn random_digits_are_as_many_as_asked_for() {
        let (one, other) = (random_hex(16).unwrap(), random_hex(16).unwrap());
        assert!(one.len() == 32 && one != other, "{one} {other}");
    }
}
