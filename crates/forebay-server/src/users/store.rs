//! The users of a server.

use core::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};

use super::authenticator::{Attempt, Authenticator, Decoys};
use super::file::{self, Lines, UsersError};
use super::password::{PASSWORD_BYTES_MAX, Password};
use super::user::{DEFAULT_NAME, User};
use crate::config::{Config, Settings};
use crate::server::{Client, Event};

/// The users of a server.
#[derive(Debug)]
pub(crate) struct Users {
    /// There is one if there is a file.
    from_file: Option<FromFile>,
    /// The default user where no file says who it is: without a password, with `requirepass`, and
    /// when there is no way to be it.
    open: Arc<User>,
    with_requirepass: Arc<User>,
    closed: Arc<User>,
    /// Where others can connect.
    exposed: Option<IpAddr>,
}

#[derive(Debug)]
struct FromFile {
    path: PathBuf,
    table: RwLock<Arc<Table>>,
    authenticator: Arc<Authenticator>,
    /// Held while a client becomes a user, and while the users change, so that no client becomes
    /// somebody who has changed meanwhile.
    changing: Mutex<()>,
}

#[derive(Debug)]
struct Table {
    users: Lines,
    decoys: Decoys,
}

/// What becomes of who says who he is.
#[derive(Debug)]
pub(crate) enum Login {
    Granted(Arc<User>),
    Denied,
    /// That takes a while.
    Pending(Attempt),
}

impl Users {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// It cannot be read, a line of it is wrong, or it lets strangers in; or the system refused a
    /// thread.
    pub(crate) fn open(config: &Config) -> Result<Self, UsersError> {
        let mut users = Self {
            from_file: None,
            open: Arc::new(User::all_powerful(true, false)),
            with_requirepass: Arc::new(User::all_powerful(true, true)),
            closed: Arc::new(User::all_powerful(false, false)),
            exposed: config.exposed(),
        };
        if let Some(path) = &config.users_file {
            let lines = file::read(path)?;
            let has_requirepass = config.settings.needs_password();
            file::check_default(path, &lines, has_requirepass, users.exposed)?;
            let threads = (config.loops / 4).clamp(1, 4);
            users.from_file = Some(FromFile {
                path: path.clone(),
                table: RwLock::new(Arc::new(Table::new(lines))),
                authenticator: Authenticator::start(threads).map_err(UsersError::Thread)?,
                changing: Mutex::default(),
            });
        }
        Ok(users)
    }

    /// Reads the file again. Connections of users that have changed, or are no more, are closed.
    ///
    /// # Errors
    /// As [`Users::open`], and when there is no file. Nothing has changed then.
    pub(crate) fn load(
        &self,
        settings: &Settings,
        clients: impl FnOnce() -> Vec<Arc<Client>>,
    ) -> Result<(), UsersError> {
        let Some(own) = &self.from_file else {
            return Err(UsersError::None);
        };
        let mut lines = file::read(&own.path)?;
        file::check_default(&own.path, &lines, settings.needs_password(), self.exposed)?;
        let _changing = own.changing.lock();
        let before = Arc::clone(&own.table.read());
        for (name, (_, user)) in &mut lines {
            // Who has not changed stays, with his connections.
            if let Some((_, old)) = before.users.get(name)
                && old.line() == user.line()
            {
                *user = Arc::clone(old);
            }
        }
        *own.table.write() = Arc::new(Table::new(lines));
        for client in clients() {
            let user = client.user();
            if user.is_some_and(|user| !self.is_current(&user, settings)) {
                client.tell(Event::Kill);
            }
        }
        Ok(())
    }

    /// Whether this is still who has this name.
    fn is_current(&self, user: &Arc<User>, settings: &Settings) -> bool {
        let current = self.find(&user.name, settings);
        current.is_some_and(|current| Arc::ptr_eq(&current, user))
    }

    fn table(&self) -> Option<Arc<Table>> {
        let own = self.from_file.as_ref()?;
        Some(Arc::clone(&own.table.read()))
    }

    pub(crate) fn has_file(&self) -> bool {
        self.from_file.is_some()
    }

    /// Whether the file says who the default user is.
    pub(crate) fn names_default(&self) -> bool {
        self.table()
            .is_some_and(|table| table.users.contains_key(DEFAULT_NAME))
    }

    /// The user of a new connection.
    pub(crate) fn default_user(&self, settings: &Settings) -> Arc<User> {
        let table = self.table();
        let line = table
            .as_ref()
            .and_then(|table| table.users.get(DEFAULT_NAME));
        match line {
            Some((_, user)) => Arc::clone(user),
            None if settings.needs_password() => Arc::clone(&self.with_requirepass),
            None if self.from_file.is_some() => Arc::clone(&self.closed),
            None => Arc::clone(&self.open),
        }
    }

    /// The user of this name.
    pub(crate) fn find(&self, name: &str, settings: &Settings) -> Option<Arc<User>> {
        if name == DEFAULT_NAME {
            return Some(self.default_user(settings));
        }
        let table = self.table()?;
        let (_, user) = table.users.get(name)?;
        Some(Arc::clone(user))
    }

    /// All users, in the order of their names.
    pub(crate) fn all(&self, settings: &Settings) -> Vec<Arc<User>> {
        let mut users = vec![self.default_user(settings)];
        if let Some(table) = self.table() {
            let others = table.users.values().map(|(_, user)| user);
            users.extend(others.filter(|user| user.name != DEFAULT_NAME).cloned());
        }
        users.sort_by(|one, other| one.name.cmp(&other.name));
        users
    }

    /// Looks whether this is the password of this user.
    pub(crate) fn log_in(
        &self,
        name: &[u8],
        password: &[u8],
        settings: &Settings,
        client: &Client,
    ) -> Login {
        let is_too_long = password.len() > PASSWORD_BYTES_MAX;
        let user = core::str::from_utf8(name)
            .ok()
            .and_then(|name| self.find(name, settings))
            .filter(|user| user.is_on);
        if let Some(user) = &user {
            let is_seen = |hash: &Arc<Password>| hash.has_seen(password);
            let is_known = user.is_nopass
                || (!is_too_long && user.passwords.iter().any(is_seen))
                || (user.has_requirepass
                    && is_same_secret(password, settings.requirepass.as_bytes()));
            if is_known {
                return Login::Granted(Arc::clone(user));
            }
        }
        let (Some(own), Some(table), false) = (&self.from_file, self.table(), is_too_long) else {
            return Login::Denied;
        };
        let hashes = user.as_ref().map_or(&[][..], |user| &user.passwords);
        Login::Pending(own.authenticator.begin(
            &client.address,
            password,
            user.as_ref(),
            hashes,
            table.decoys.clone(),
        ))
    }

    /// Lets a client be who it is as long as it has not said who it is.
    pub(crate) fn admit_new(&self, settings: &Settings, client: &Client) -> Arc<User> {
        let _changing = self.from_file.as_ref().map(|own| own.changing.lock());
        let user = self.default_user(settings);
        client.set_user(Arc::clone(&user));
        user
    }

    /// Lets a client be this user, whose password it has given; whether it may.
    pub(crate) fn admit(&self, user: &Arc<User>, settings: &Settings, client: &Client) -> bool {
        let _changing = self.from_file.as_ref().map(|own| own.changing.lock());
        let is_current = self.is_current(user, settings);
        if is_current {
            client.set_user(Arc::clone(user));
        }
        is_current
    }

    /// Ends the threads.
    pub(crate) fn close(&self) {
        if let Some(own) = &self.from_file {
            own.authenticator.close();
        }
    }
}

impl Attempt {
    /// Who it is, if the password is right; waits until that is known.
    pub(crate) async fn login(&mut self) -> Option<Arc<User>> {
        let is_right = self.verdict().await;
        self.user.take().filter(|_| is_right)
    }
}

impl Table {
    fn new(users: Lines) -> Self {
        let passwords = users.values().map(|(_, user)| &user.passwords);
        let comparisons = passwords.clone().map(Vec::len).max().unwrap_or(0);
        let hash = passwords.flatten().next().map(Arc::clone);
        Self {
            users,
            decoys: Decoys { comparisons, hash },
        }
    }
}

/// Compares in a time that depends on the length of what was given only.
fn is_same_secret(given: &[u8], secret: &[u8]) -> bool {
    let mut difference = u8::from(given.len() != secret.len());
    for (at, byte) in given.iter().enumerate() {
        let other = secret
            .get(at % secret.len().max(1))
            .copied()
            .unwrap_or(!byte);
        difference |= byte ^ other;
    }
    difference == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_compared_to_the_last_byte() {
        assert!(is_same_secret(b"secret", b"secret"));
        for wrong in ["", "s", "secres", "secret0", "secretsecret", "Secret"] {
            assert!(!is_same_secret(wrong.as_bytes(), b"secret"), "{wrong}");
        }
    }
}
