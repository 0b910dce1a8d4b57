//! Users: who may connect, and what each may do.
//!
//! Users are written in a file (`file`), a line for each, as an ACL file of Redis. A server without
//! one has the user `default` alone, who may do everything and whose password is `requirepass`.
//! With a file, `default` is who the file says; a file that does not say it leaves `default` without
//! a way in, unless there is a `requirepass`.
//!
//! Passwords are kept as slow hashes (`password`), which threads of their own (`authenticator`)
//! compare, so that who guesses passwords takes no time from who has given his.
//!
//! What a user may do is looked up once for each command, from its row in the table and its typed
//! value, in `User::check`. Connections of users who may do everything never come there.

mod authenticator;
mod command_rights;
mod file;
mod key_rights;
mod password;
mod rule;
mod store;
mod user;

pub(crate) use self::authenticator::Attempt;
pub use self::file::{AddError, UsersError, add_to_file, check_addition};
pub(crate) use self::password::{PASSWORD_BYTES_MAX, random_hex};
pub use self::password::{PasswordError, hash_password};
pub(crate) use self::store::{Login, Users};
pub(crate) use self::user::{DEFAULT_NAME, Denial, User};
