//! Randomness.

mod law;

pub use law::Law;
