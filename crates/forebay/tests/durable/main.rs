//! Engines whose log is on a simulated disk that crashes: what was acknowledged is there.
#![cfg(test)]

mod behaviour;
mod crashes;
mod dump;
mod floor;
mod life;
#[path = "../support/random.rs"]
mod random;
mod steps;
mod streams;
mod threads;
