//! Engines whose log is on a simulated disk that crashes: what was acknowledged is there.

mod crashes;
mod dump;
mod life;
mod steps;
#[path = "../support/random.rs"]
mod random;
mod threads;
