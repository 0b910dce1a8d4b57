//! The `forebay` command.
#![forbid(unsafe_code)]

use std::env;
use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    forebay_server::run(env::args_os())
}
