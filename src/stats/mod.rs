//! Slices in, numbers out: intervals, quantiles, warm-up, comparison, precision. Knows nothing of trains.
//!
//! | question | function | source |
//! |---|---|---|
//! | a mean over replications | [`estimate()`] | Student's interval: Law (2015), section 4.5 |
//! | a quantile over replications | [`quantile_estimate`] | order statistics: Conover (1999), section 3.2 |
//! | a share of replications | [`share_interval`] | Clopper & Pearson (1934) |
//! | a ratio of two means | [`ratio_estimate`] | Cochran (1977), section 6.4 |
//! | the mean of one long run | [`batch_means`] | Law (2015), section 9.5.3 |
//! | how much of the start to delete | [`mser`], [`welch`] | White (1997); Welch (1983) |
//! | the difference of two scenarios | [`paired()`] | Law (2015), section 10.2.1 |
//! | which of several differences are sure | [`holm`], [`bonferroni_level`] | Holm (1979) |
//! | whether two things rise together | [`rank_correlation`] | Spearman (1904) |
//! | how many replications | [`Precision`] | Law (2015), section 9.4.1 |
//! | the cheapest that keeps its limits | [`selection`] | Kim & Nelson (2001); Andradóttir & Kim (2010) |

mod batch;
mod beta;
mod correlation;
pub mod design;
mod estimate;
mod multiple;
mod order;
mod paired;
mod precision;
#[cfg(test)]
mod published;
mod quantile;
mod ratio;
pub mod selection;
pub mod sensitivity;
mod share;
mod student;
mod warm_up;

pub use batch::{BatchMeans, batch_means};
pub use correlation::rank_correlation;
pub use estimate::{Estimate, Gather, estimate, number_or_nan};
pub use multiple::{bonferroni_level, holm};
pub use order::{QuantileEstimate, QuantileRanks, quantile_estimate, quantile_ranks};
pub use paired::{Paired, paired};
pub use precision::{LEAST_REPLICATIONS, Precision};
pub use quantile::{nearest_rank, rank, weighted_rank};
pub use ratio::ratio_estimate;
pub use share::share_interval;
pub use student::{student_quantile, student_two_sided};
pub use warm_up::{MSER_5, Truncation, mser, welch};
