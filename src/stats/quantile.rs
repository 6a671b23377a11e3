//! Quantiles of a sample.

/// The smallest value such that at least the share `p` of the sample is not above it (nearest rank:
/// Hyndman & Fan (1996), The American Statistician 50(4), 361-365, definition 1). Reorders the slice;
/// `None` for an empty one.
pub fn nearest_rank<T: Copy + Ord>(sample: &mut [T], p: f64) -> Option<T> {
    if sample.is_empty() {
        return None;
    }
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sample fits in memory"
    )]
    let rank = ((p * sample.len() as f64).ceil() as usize).clamp(1, sample.len());
    Some(*sample.select_nth_unstable(rank - 1).1)
}

#[cfg(test)]
mod tests {
    use super::nearest_rank;

    #[test]
    fn ranks_of_a_small_sample() {
        let mut v = [5, 1, 4, 2, 3];
        for (p, x) in [(0.0, 1), (0.2, 1), (0.21, 2), (0.5, 3), (0.95, 5), (1.0, 5)] {
            assert_eq!(nearest_rank(&mut v, p), Some(x), "{p}");
        }
        assert_eq!(nearest_rank::<i64>(&mut [], 0.5), None);
    }
}
