//! What a person writes.

mod types;

pub use types::*;
