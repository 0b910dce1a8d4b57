//! Users' files: a line for each user.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use tracing::warn;

use super::rule::RuleError;
use super::user::{DEFAULT_NAME, User};

/// A users' file is not larger.
const FILE_BYTES_MAX: u64 = 16 << 20;
/// What others may not do with a users' file: read it, or change it.
const MODE_OF_OTHERS: u32 = 0o027;

/// Why the users of a file are not those of the server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UsersError {
    /// The operating system refused it.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
    /// Others could take the hashes from it, or add themselves.
    #[error(
        "{path} can be read or changed by others (its mode is {mode:o}): `chmod 600 {path}`",
        path = path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A line is wrong.
    #[error("{}, line {line}: {why}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Two things say what the password of the default user is.
    #[error(
        "{}, line {line}, says who `default` is, and so does requirepass: leave one of them out",
        path.display()
    )]
    Requirepass {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
    },
    /// Strangers could connect.
    #[error(
        "{}, line {line}, lets anybody be `default` without a password, and others can connect to \
         {host}: give `default` a password or turn it off, or set protected-mode no if only \
         trusted clients get there",
        path.display()
    )]
    Unprotected {
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
        /// The address where others can connect.
        host: core::net::IpAddr,
    },
    /// There is no file.
    #[error("there is no users' file: start the server with --users FILE")]
    None,
    /// The operating system refused a thread.
    #[error("cannot start a thread for passwords: {0}")]
    Thread(io::Error),
}

/// Users by name, with the number of the line of each.
pub(super) type Lines = IndexMap<String, (usize, Arc<User>)>;

/// Reads the users of a file. Empty lines and lines that begin with `#` say nothing.
pub(super) fn read(path: &Path) -> Result<Lines, UsersError> {
    let text = read_text(path)?;
    let mut users = Lines::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let refuse = |why| UsersError::Line {
            path: path.to_owned(),
            line: index + 1,
            why,
        };
        let user = parse_line(line).map_err(refuse)?;
        if let Some((first, _)) = users.get(&user.name) {
            let why = format!("'{}' is in line {first} already", user.name);
            return Err(refuse(why));
        }
        users.insert(user.name.clone(), (index + 1, Arc::new(user)));
    }
    warn_of_different_costs(path, &users);
    Ok(users)
}

fn read_text(path: &Path) -> Result<String, UsersError> {
    let refuse = |error| UsersError::Read {
        path: path.to_owned(),
        error,
    };
    let file = File::open(path).map_err(refuse)?;
    let metadata = file.metadata().map_err(refuse)?;
    let mode = metadata.mode() & 0o777;
    if metadata.is_file() && mode & MODE_OF_OTHERS != 0 {
        let path = path.to_owned();
        return Err(UsersError::Open { path, mode });
    }
    let mut text = String::new();
    let mut limited = file.take(FILE_BYTES_MAX + 1);
    let bytes = limited.read_to_string(&mut text).map_err(refuse)?;
    if bytes as u64 > FILE_BYTES_MAX {
        return Err(refuse(io::Error::other("it is larger than 16 MiB")));
    }
    Ok(text)
}

/// `user NAME RULE...`
fn parse_line(line: &str) -> Result<User, String> {
    let mut words = line.split_whitespace();
    if words.next() != Some("user") {
        return Err("a line is `user`, a name, and rules".to_owned());
    }
    let name = words.next().ok_or("the name is missing behind `user`")?;
    let mut user = User::new(name);
    for rule in words {
        user.apply(rule)
            .map_err(|error: RuleError| error.to_string())?;
    }
    Ok(user)
}

/// The time that a wrong password takes tells then who is a user.
fn warn_of_different_costs(path: &Path, users: &Lines) {
    let passwords = users.values().flat_map(|(_, user)| &user.passwords);
    let mut costs: Vec<&str> = passwords.map(|password| password.cost()).collect();
    costs.sort_unstable();
    costs.dedup();
    if costs.len() > 1 {
        warn!(
            "{}: passwords with hashes of different costs ({}): from the time that a wrong password \
             takes others can guess who is a user",
            path.display(),
            costs.join(" and ")
        );
    }
}

/// Why a user was not added to a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AddError {
    /// What is in the file already is wrong.
    #[error(transparent)]
    File(#[from] UsersError),
    /// The name or a rule makes no sense.
    #[error("{0}")]
    Rule(String),
    /// There is one of this name.
    #[error("'{name}' is in {}, line {line}, already", path.display())]
    Exists {
        /// The name.
        name: String,
        /// The file.
        path: PathBuf,
        /// The number of the line, from 1.
        line: usize,
    },
    /// The operating system refused it.
    #[error("cannot write {}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
}

/// Adds a user to a file, which is made if there is none, for its owner alone. `hash` is that of
/// the password.
///
/// # Errors
/// The name or a rule makes no sense, the file has the user already, or a line of the file is wrong,
/// or it cannot be written. The file is as it was then.
///
/// # Examples
/// ```
/// use forebay_server::users::{add_to_file, hash_password};
///
/// let file = std::env::temp_dir().join(format!("users-{}.acl", std::process::id()));
/// let hash = hash_password(b"open sesame")?;
/// let rules = ["~jobs:*".to_owned(), "+@list".to_owned()];
/// let line = add_to_file(&file, "alice", Some(&hash), &rules)?;
/// assert_eq!(line, format!("user alice on #{hash} ~jobs:* +@list"));
/// assert!(add_to_file(&file, "alice", None, &rules).is_err(), "she is there already");
/// # std::fs::remove_file(file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn add_to_file(
    path: &Path,
    name: &str,
    hash: Option<&str>,
    rules: &[String],
) -> Result<String, AddError> {
    let (mut text, line) = text_with(path, name, hash, rules)?;
    text.push_str(&line);
    text.push('\n');
    replace(path, &text).map_err(|error| AddError::Write {
        path: path.to_owned(),
        error,
    })?;
    Ok(line)
}

/// Looks whether [`add_to_file`] would add a user, before a password is asked for.
///
/// # Errors
/// As [`add_to_file`], but that the file cannot be written is found out then.
pub fn check_addition(path: &Path, name: &str, rules: &[String]) -> Result<(), AddError> {
    text_with(path, name, None, rules).map(drop)
}

/// What is in the file, and the line that comes behind it.
fn text_with(
    path: &Path,
    name: &str,
    hash: Option<&str>,
    rules: &[String],
) -> Result<(String, String), AddError> {
    let mut words = vec!["user".to_owned(), name.to_owned(), "on".to_owned()];
    words.extend(hash.map(|hash| format!("#{hash}")));
    words.extend_from_slice(rules);
    let line = words.join(" ");
    let is_word = |word: &String| !word.is_empty() && !word.contains(char::is_whitespace);
    if let Some(word) = words.iter().find(|word| !is_word(word)) {
        return Err(AddError::Rule(format!(
            "'{word}' is empty or has a blank in it"
        )));
    }
    parse_line(&line).map_err(AddError::Rule)?;
    if !path.exists() {
        return Ok((String::new(), line));
    }
    let users = read(path)?;
    if let Some(&(line, _)) = users.get(name) {
        return Err(AddError::Exists {
            name: name.to_owned(),
            path: path.to_owned(),
            line,
        });
    }
    let mut text = read_text(path)?;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok((text, line))
}

/// Puts a new file in the place of an old one, so that there is always one of them as a whole.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    // What a link names is replaced, not the link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mode = fs::metadata(path).map_or(0o600, |old| old.mode() & 0o777);
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = Path::new(&name);
    let written = (|| {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(new)?;
        file.write_all(text.as_bytes())?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(new, path)
    })();
    if let Err(error) = &written
        && error.kind() != io::ErrorKind::AlreadyExists
    {
        // It is of no use to anybody.
        drop(fs::remove_file(new));
    }
    written
}

/// Looks whether the default user of a file and what else is configured go together.
pub(super) fn check_default(
    path: &Path,
    users: &Lines,
    has_requirepass: bool,
    exposed: Option<core::net::IpAddr>,
) -> Result<(), UsersError> {
    let Some(&(line, ref user)) = users.get(DEFAULT_NAME) else {
        return Ok(());
    };
    let path = path.to_owned();
    if has_requirepass {
        return Err(UsersError::Requirepass { path, line });
    }
    match exposed {
        Some(host) if user.needs_no_password() => Err(UsersError::Unprotected { path, line, host }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_it_was_given_as() {
        let sent = "user a on nopass ~x* %R~y %RW~z &c* +@all -@admin -get +client|id";
        let line = "user a on nopass ~x* %R~y ~z resetchannels &c* +@all -@admin -get +client|id";
        assert_eq!(parse_line(sent).unwrap().line(), line);
        let all = "user b on nopass allkeys allchannels allcommands";
        assert_eq!(
            parse_line(all).unwrap().line(),
            "user b on nopass ~* &* +@all"
        );
        let reset = "user c on nopass ~a +get reset";
        assert_eq!(
            parse_line(reset).unwrap().line(),
            "user c off resetchannels -@all"
        );
        assert!(parse_line(all).unwrap().may_do_everything());
        assert!(!parse_line(sent).unwrap().may_do_everything());
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_reason() {
        for (line, reason) in [
            ("alice on", "a line is `user`"),
            ("user", "the name is missing"),
            ("user a >secret", "slow hashes"),
            ("user a +@lists", "there is no category 'lists'"),
            ("user a +gett", "there is no command 'gett'"),
            ("user a (~x +get)", "selectors"),
            ("user a %X~y", "must be R, W or both"),
            ("user a %Ry", "no rule"),
            ("user a allow", "no rule"),
            ("user a ~* ~x", "no effect"),
            ("user a allchannels &x", "no effect"),
            ("user a #abc", "no hash of Argon2"),
        ] {
            let error = parse_line(line).unwrap_err();
            assert!(error.contains(reason), "{line}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
