//! Any bytes as replies; see the properties for what must hold.
#![no_main]

#[path = "../properties/replies.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::check(data));
