//! Quantiles of a sample.

/// The rank, from 1, of the quantile `p` among `n` values in order; 1 where there are none.
#[must_use]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "far below 2^53"
)]
pub fn rank(p: f64, n: u64) -> u64 {
    ((p * n as f64).ceil() as u64).clamp(1, n.max(1))
}

/// The smallest value such that at least the share `p` of the sample is not above it (nearest rank:
/// Hyndman & Fan (1996), The American Statistician 50(4), 361-365, definition 1). Reorders the slice;
/// `None` for an empty one.
pub fn nearest_rank<T: Copy + Ord>(sample: &mut [T], p: f64) -> Option<T> {
    if sample.is_empty() {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "no more than the length")]
    let at = rank(p, sample.len() as u64) as usize - 1;
    Some(*sample.select_nth_unstable(at).1)
}

/// The same for several quantiles of whole numbers, which stay in order: they are counted in bins by the ten highest binary digits in
/// which they differ, and only those in the bins of the quantiles are looked at more closely.
#[must_use]
pub fn nearest_ranks<const N: usize>(sample: &[i64], ps: [f64; N]) -> Option<[i64; N]> {
    let first = *sample.first()?;
    let differ = sample.iter().fold(0, |digits, value| digits | (value ^ first));
    if differ == 0 {
        return Some([first; N]);
    }
    let bins = Bins {
        shift: (i64::BITS - differ.leading_zeros()).saturating_sub(BINS.ilog2()),
    };
    let counts = bins.count(sample);
    // Of each quantile its bin and its rank in that, from 0.
    let places = ps.map(|p| {
        let (mut found, mut at) = (0, rank(p, sample.len() as u64) - 1);
        while at >= u64::from(counts[found]) {
            at -= u64::from(counts[found]);
            found += 1;
        }
        (found, at)
    });
    let near = bins.select(sample, &places.map(|(found, _)| found));
    Some(places.map(|(found, at)| {
        let mut within = bins.select(&near, &[found]);
        #[allow(clippy::cast_possible_truncation, reason = "no more than the length")]
        *within.select_nth_unstable(at as usize).1
    }))
}

/// How many bins there are.
const BINS: usize = 1 << 10;

/// Bins for whole numbers that have all binary digits in common but the last so many and ten more.
#[derive(Clone, Copy)]
struct Bins {
    shift: u32,
}

impl Bins {
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "less than the number of bins")]
    fn of(self, value: i64) -> usize {
        // With the sign turned over, the digits are in the order of the numbers.
        ((value ^ i64::MIN).cast_unsigned() >> self.shift) as usize % BINS
    }

    fn count(self, sample: &[i64]) -> [u32; BINS] {
        let mut counts = [0; BINS];
        for value in sample {
            counts[self.of(*value)] += 1;
        }
        counts
    }

    /// Those in some bins.
    fn select(self, sample: &[i64], bins: &[usize]) -> Vec<i64> {
        let mut is_meant = [false; BINS];
        for bin in bins {
            is_meant[*bin] = true;
        }
        sample.iter().copied().filter(|value| is_meant[self.of(*value)]).collect()
    }
}

/// The same for values that each stand for so many equal ones. Sorts the slice; `None` where it stands for nothing.
pub fn weighted_rank<T: Copy + Ord>(sample: &mut [(T, u32)], p: f64) -> Option<T> {
    let total: u64 = sample.iter().map(|(_, n)| u64::from(*n)).sum();
    let rank = rank(p, total);
    sample.sort_unstable();
    let mut below = 0;
    let reached = sample.iter().find(|(_, n)| {
        below += u64::from(*n);
        below >= rank
    });
    reached.map(|(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::{nearest_rank, nearest_ranks, weighted_rank};

    #[test]
    fn weights_stand_for_repetition() {
        let weighted = [(7, 2), (1, 3), (4, 0), (9, 1)];
        let mut repeated = [7, 7, 1, 1, 1, 9];
        for p in [0.0, 0.3, 0.5, 0.51, 0.83, 0.95, 1.0] {
            assert_eq!(weighted_rank(&mut weighted.clone(), p), nearest_rank(&mut repeated, p), "{p}");
        }
        assert_eq!(weighted_rank::<i64>(&mut [(3, 0)], 0.5), None);
    }

    #[test]
    fn ranks_of_a_small_sample() {
        let mut v = [5, 1, 4, 2, 3];
        for (p, x) in [(0.0, 1), (0.2, 1), (0.21, 2), (0.5, 3), (0.95, 5), (1.0, 5)] {
            assert_eq!(nearest_rank(&mut v, p), Some(x), "{p}");
        }
        assert_eq!(nearest_rank::<i64>(&mut [], 0.5), None);
    }

    #[test]
    fn several_at_once() {
        let ps = [0.0, 0.2, 0.21, 0.5, 0.95, 1.0];
        assert_eq!(nearest_ranks::<6>(&[], ps), None);
        for (n, spread) in [
            (1, 1),
            (5, 7),
            (999, 1),
            (1000, 1_000_000_007),
            (3000, i64::MAX / 4000),
            (3001, i64::MAX / 1501),
        ] {
            let sample: Vec<i64> = (0..n).map(|i: i64| (i * 7919 % n - n / 2) * spread).collect();
            let each = ps.map(|p| nearest_rank(&mut sample.clone(), p).expect("not empty"));
            assert_eq!(nearest_ranks(&sample, ps), Some(each), "{n}");
        }
    }
}
