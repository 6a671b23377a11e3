//! When replications are enough.

use super::estimate::Estimate;

/// Fewer replications never end a run by precision: an interval of a few may be narrow by luck.
pub const LEAST_REPLICATIONS: u32 = 10;

/// How well a mean is to be known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Precision {
    /// The largest error as a share of the true mean, above 0, such as 0.05.
    pub within: f64,
}

impl Precision {
    /// The half-width over the mean, without sign; absent where there is no interval or the mean is 0.
    #[must_use]
    pub fn relative_half_width(estimate: &Estimate) -> Option<f64> {
        estimate
            .half_width
            .filter(|_| estimate.mean != 0.0)
            .map(|h| h / estimate.mean.abs())
    }

    /// Whether the estimate is precise enough: the half-width is at most g / (1 + g) of the mean. That share of the
    /// estimated mean is what keeps the error below the share g of the true one.
    ///
    /// The sequential procedure of Law (2015), Simulation Modeling and Analysis, 5th ed., section 9.4.1: asked after
    /// each replication in order of its number, from [`LEAST_REPLICATIONS`] on. Its intervals cover a little less than
    /// their level (there, table 9.5).
    #[must_use]
    pub fn reached(&self, estimate: &Estimate) -> bool {
        let enough = estimate.n >= LEAST_REPLICATIONS;
        // A quantity that does not vary is known, 0 too.
        let still = estimate.half_width == Some(0.0);
        enough && (still || Self::relative_half_width(estimate).is_some_and(|share| share <= self.within / (1.0 + self.within)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(n: u32, mean: f64, half_width: f64) -> Estimate {
        Estimate {
            n,
            mean,
            half_width: Some(half_width),
            sd: None,
            min: mean,
            max: mean,
        }
    }

    /// 10 % of the true mean is 1/11 of the estimate.
    #[test]
    fn the_share_of_the_estimate() {
        let precision = Precision { within: 0.1 };
        assert!(precision.reached(&of(10, 110.0, 9.999)) && !precision.reached(&of(10, 110.0, 10.001)));
        assert!(precision.reached(&of(10, -110.0, 9.999)));
        assert!(!precision.reached(&of(9, 110.0, 0.1)), "too few to tell");
        assert!(precision.reached(&of(10, 0.0, 0.0)) && !precision.reached(&of(10, 0.0, 0.1)));
    }
}
