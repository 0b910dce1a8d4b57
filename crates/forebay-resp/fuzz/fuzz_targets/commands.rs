//! Any bytes as commands; see the properties for what must hold.
#![no_main]

#[path = "../properties/commands.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::check(data));
