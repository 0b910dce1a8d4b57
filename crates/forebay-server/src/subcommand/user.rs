//! `forebay user` and `forebay hash-password`.

use std::io::{self, BufRead, IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::users::{PASSWORD_BYTES_MAX, add_to_file, check_addition, hash_password};

pub(crate) const HASH_LONG_ABOUT: &str = "\
Print the slow hash of a password, for a line of a users' file.

The password is asked for, without being shown, or read from the first line of stdin. What is \
printed goes behind a # in the line of a user. Each time it is another one, for its salt is random.";

pub(crate) const HASH_AFTER_HELP: &str = "\
Examples:
  forebay hash-password                             asks for it
  forebay hash-password < password.txt              the first line of a file

Exit codes: 0 success, 1 there was no password or it could not be read, 2 bad arguments.";

const ADD_LONG_ABOUT: &str = "\
Add a user to a users' file, which is made if there is none.

The password is asked for, without being shown, or read from the first line of stdin; the file has \
a slow hash of it. A server that runs with the file is told with ACL LOAD.

Rules are those of an ACL file of Redis; later ones go before earlier ones:
  ~PATTERN                 keys that fit may be used; allkeys is ~*
  %R~PATTERN %W~PATTERN    they may only be read, or only be changed
  &PATTERN                 channels that fit may be used; allchannels is &*
  +COMMAND -COMMAND        a command may be called, or not; +CLIENT|ID a subcommand
  +@CATEGORY -@CATEGORY    all commands of a category; allcommands is +@all
  nopass                   there is no password, and none is asked for
  off                      nobody can be this user for now
Without rules a user may do nothing.";

const ADD_AFTER_HELP: &str = "\
Examples:
  forebay user add users.acl admin '~*' '&*' +@all
                                                    may do everything
  forebay user add users.acl worker '~jobs:*' +@list +@stream +@connection -@dangerous
                                                    lists and streams whose names begin with jobs:
  forebay user add users.acl monitor +info +ping '+client|list' < password.txt
                                                    the password from a file
  forebay serve --users users.acl                   serve them
  redis-cli --user worker --askpass LPUSH jobs:1 x  be one of them

Exit codes: 0 success, 1 the user was not added and the file is as it was, 2 bad arguments.";

/// `forebay user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user to a users' file, which is made if there is none.
    #[command(long_about = ADD_LONG_ABOUT, after_long_help = ADD_AFTER_HELP)]
    Add(AddArgs),
}

/// The arguments of `forebay user add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The users' file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// The name of the user; `default` is who has not said another name
    #[arg(value_name = "NAME")]
    pub name: String,

    /// What the user may do, such as '~jobs:*' +@list; quote ~, &, * and | for the shell
    #[arg(
        value_name = "RULE",
        allow_hyphen_values = true,
        trailing_var_arg = true
    )]
    pub rules: Vec<String>,
}

/// Adds a user.
#[must_use]
pub fn run(command: &UserCommand) -> ExitCode {
    let UserCommand::Add(arguments) = command;
    match add(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn add(arguments: &AddArgs) -> Result<(), String> {
    let AddArgs { file, name, rules } = arguments;
    check_addition(file, name, rules).map_err(|error| error.to_string())?;
    let is = |rule: &String, word| rule.eq_ignore_ascii_case(word);
    let needs_none = |rule: &String| is(rule, "nopass") || rule.starts_with('#');
    let hash = if rules.iter().any(needs_none) {
        None
    } else {
        Some(hash_of_password(&format!("Password of {name}"))?)
    };
    let added = add_to_file(file, name, hash.as_deref(), rules);
    added.map_err(|error| error.to_string())?;
    println!("'{name}' is in {}.", file.display());
    if rules.is_empty() {
        println!("Without rules this user may do nothing: see forebay user add --help.");
    }
    println!("A server that runs with this file is told by: redis-cli ACL LOAD");
    Ok(())
}

/// Prints the hash of a password.
#[must_use]
pub fn print_hash() -> ExitCode {
    match hash_of_password("Password") {
        Ok(hash) => {
            println!("{hash}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn fail(error: &str) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

fn hash_of_password(prompt: &str) -> Result<String, String> {
    let password = read_password(prompt)?;
    hash_password(password.as_bytes()).map_err(|error| error.to_string())
}

/// Asks for a password twice at a terminal, and reads the first line otherwise.
fn read_password(prompt: &str) -> Result<String, String> {
    let refuse = |error: io::Error| format!("cannot read the password: {error}");
    if io::stdin().is_terminal() {
        let first = rpassword::prompt_password(format!("{prompt}: ")).map_err(refuse)?;
        let again = rpassword::prompt_password("Again: ").map_err(refuse)?;
        return if first == again {
            Ok(first)
        } else {
            Err("the two passwords differ".to_owned())
        };
    }
    let mut line = String::new();
    // With the end of the line, and enough to see that it is too long.
    let mut input = io::stdin().lock().take(PASSWORD_BYTES_MAX as u64 + 3);
    input.read_line(&mut line).map_err(refuse)?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
