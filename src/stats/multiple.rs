//! Several comparisons at once.

/// The level of each of `count` intervals so that all hold together with at least the given confidence.
///
/// Bonferroni's inequality: Law (2015), Simulation Modeling and Analysis, 5th ed., section 9.7, eq. 9.11.
#[must_use]
pub fn bonferroni_level(confidence: f64, count: u32) -> f64 {
    1.0 - (1.0 - confidence) / f64::from(count.max(1))
}

/// p-values corrected for their number, in their order: one is significant at a level, with the chance of any false
/// finding below that level, where its corrected value is not above it.
///
/// Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70: the smallest times their number, the next times one
/// fewer and so on, none below the one before, at most 1.
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut corrected = vec![0.0; p_values.len()];
    let (mut left, mut before) = (f64::from(u32::try_from(p_values.len()).unwrap_or(u32::MAX)), 0.0_f64);
    for at in order {
        before = before.max((left * p_values[at]).min(1.0));
        corrected[at] = before;
        left -= 1.0;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The usual example: of 0.01, 0.04, 0.03 and 0.005 the fourth and the first are significant at 5 %, the others
    /// not; the corrected values by hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 raised to the one before.
    #[test]
    fn four_hypotheses() {
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, expected) in corrected.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-15, "{corrected:?}");
        }
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn levels() {
        assert!((bonferroni_level(0.95, 5) - 0.99).abs() < 1e-12);
        assert_eq!((bonferroni_level(0.95, 1), bonferroni_level(0.95, 0)), (0.95, 0.95));
    }
}
