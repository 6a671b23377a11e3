//! A mean across independent replications and its Student interval.

use serde::{Deserialize, Deserializer, Serialize};

use super::student::student_quantile;

/// A mean with its interval and the spread it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// How many replications had a value.
    pub n: u32,
    /// The mean of their values.
    #[serde(deserialize_with = "number_or_nan")]
    pub mean: f64,
    /// Half the width of the confidence interval for the mean; absent below two replications.
    pub half_width: Option<f64>,
    /// Standard deviation between replications (divisor n - 1); absent below two replications.
    pub sd: Option<f64>,
    /// The smallest value.
    #[serde(deserialize_with = "number_or_nan")]
    pub min: f64,
    /// The largest value.
    #[serde(deserialize_with = "number_or_nan")]
    pub max: f64,
}

/// A number as JSON has it, which writes `null` for one that is undefined.
///
/// # Errors
/// What stands there is no number.
pub fn number_or_nan<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    Option::deserialize(from).map(|number| number.unwrap_or(f64::NAN))
}

impl Estimate {
    /// The interval, where there is one.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.half_width.map(|h| (self.mean - h, self.mean + h))
    }
}

/// Gathers values one by one, in a fixed order, in constant memory.
///
/// The mean and the sum of squares are updated as Welford (1962), Technometrics 4(3), 419-420, has it,
/// which loses no digits where the mean is large against the spread.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gather {
    n: u32,
    mean: f64,
    squares: f64,
    cubes: f64,
    min: f64,
    max: f64,
}

impl Gather {
    /// Adds one value.
    pub fn add(&mut self, x: f64) {
        self.n += 1;
        let delta = x - self.mean;
        let n = f64::from(self.n);
        self.mean += delta / n;
        let more = delta * delta / n * (n - 1.0);
        self.cubes += delta / n * (more * (n - 2.0) - 3.0 * self.squares);
        self.squares += delta * (x - self.mean);
        self.min = if self.n == 1 { x } else { self.min.min(x) };
        self.max = if self.n == 1 { x } else { self.max.max(x) };
    }

    /// How many values were added.
    #[must_use]
    pub fn n(&self) -> u32 {
        self.n
    }

    /// The skewness of the values, m3 / m2^(3/2) with divisor n; `None` below three values or where they are equal.
    ///
    /// The sum of cubes is updated as Pébay (2008), Sandia report SAND2008-6212, section 2, has it.
    #[must_use]
    pub fn skewness(&self) -> Option<f64> {
        let spread = self.squares / f64::from(self.n.max(1));
        (self.n > 2 && spread > 0.0).then(|| self.cubes / f64::from(self.n) / (spread * spread.sqrt()))
    }

    /// The estimate at a confidence level between 0 and 1; `None` without a value.
    ///
    /// The half-width is t(1 - a/2; n - 1) s / sqrt(n): Law (2015), Simulation Modeling and Analysis,
    /// 5th ed., section 4.5, eq. 4.12.
    #[must_use]
    pub fn estimate(&self, confidence: f64) -> Option<Estimate> {
        if self.n == 0 {
            return None;
        }
        let n = f64::from(self.n);
        let sd = (self.n > 1).then(|| (self.squares / (n - 1.0)).max(0.0).sqrt());
        Some(Estimate {
            n: self.n,
            mean: self.mean,
            half_width: sd.map(|s| student_quantile(f64::midpoint(1.0, confidence), self.n - 1) * s / n.sqrt()),
            sd,
            min: self.min,
            max: self.max,
        })
    }
}

/// The estimate of the mean of the given values.
#[must_use]
pub fn estimate(values: impl IntoIterator<Item = f64>, confidence: f64) -> Option<Estimate> {
    let mut gather = Gather::default();
    for v in values {
        gather.add(v);
    }
    gather.estimate(confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_offset_costs_no_digits() {
        let e = estimate([1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0], 0.95).expect("four values");
        assert!((e.sd.expect("two or more").powi(2) - 30.0).abs() < 1e-12);
        assert_eq!((e.n, e.mean, e.min, e.max), (4, 1e9 + 10.0, 1e9 + 4.0, 1e9 + 16.0));
    }

    /// Of 1, 2, 3, 10: mean 4, deviations -3, -2, -1, 6; squares 50 / 4, cubes 180 / 4.
    #[test]
    fn skewness_by_hand() {
        let mut gather = Gather::default();
        for x in [1.0, 2.0, 3.0, 10.0] {
            gather.add(x);
        }
        assert!((gather.skewness().expect("varies") - 45.0 / 12.5_f64.powf(1.5)).abs() < 1e-12);
        assert_eq!(Gather::default().skewness(), None);
    }

    #[test]
    fn too_few_values_have_no_interval() {
        assert_eq!(estimate([], 0.95), None);
        let one = estimate([3.0], 0.95).expect("one value");
        assert_eq!((one.mean, one.half_width, one.sd), (3.0, None, None));
    }
}
