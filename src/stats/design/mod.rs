//! Designs of experiments: where in the unit cube to look.

mod discrepancy;
mod latin;
mod sequence;

pub use discrepancy::star_discrepancy;
pub use latin::latin_column;
pub use sequence::{MOST_DIMENSIONS, scrambled, sobol};
