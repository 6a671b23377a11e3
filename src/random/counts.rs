//! Laws of counts, drawn by inversion from their distribution function as a table.

/// Terms that are so much smaller than the largest are left out: together they are far less than a step of a uniform number.
const NEGLIGIBLE: f64 = 1e-20;

/// A law of counts: the first count that has a chance, and the chance of each count or a lower one from there on.
#[derive(Clone, Debug)]
pub struct Counts {
    first: f64,
    up_to: Vec<f64>,
}

impl Counts {
    /// Successes in so many trials, each with this chance, which is neither 0 nor 1.
    pub(super) fn binomial(trials: u32, share: f64) -> Self {
        let n = f64::from(trials);
        let odds = share / (1.0 - share);
        let mode = ((n + 1.0) * share).floor().min(n);
        Self::around(mode, |k| (n - k) / (k + 1.0) * odds)
    }

    /// Counts of rare events with this mean, which is above 0.
    pub(super) fn poisson(mean: f64) -> Self {
        Self::around(mean.floor(), |k| mean / (k + 1.0))
    }

    /// From the likeliest count outwards; `step` is the chance of the count after this one, over that of this one.
    fn around(mode: f64, step: impl Fn(f64) -> f64) -> Self {
        let mut below = Vec::new();
        let (mut first, mut term) = (mode, 1.0);
        while first > 0.0 && term > NEGLIGIBLE {
            first -= 1.0;
            term /= step(first);
            below.push(term);
        }
        let mut up_to: Vec<f64> = below.into_iter().rev().collect();
        let mut count = mode;
        term = 1.0;
        while term > NEGLIGIBLE {
            up_to.push(term);
            term *= step(count);
            count += 1.0;
        }
        let total: f64 = up_to.iter().sum();
        let mut sum = 0.0;
        for term in &mut up_to {
            sum += *term / total;
            *term = sum;
        }
        Self { first, up_to }
    }

    /// The count whose distribution function first reaches `u`.
    #[inline]
    #[allow(clippy::cast_precision_loss, reason = "far fewer than 2^53 counts")]
    pub(super) fn quantile(&self, u: f64) -> f64 {
        // Rounding may keep the last sum below u.
        let before = self.up_to.partition_point(|sum| *sum < u).min(self.up_to.len() - 1);
        self.first + before as f64
    }
}
