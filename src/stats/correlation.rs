//! Whether two things rise together.

/// Spearman's rank correlation of pairs: 1 where one rises whenever the other does, -1 where it falls, about 0 where neither
/// tells of the other; equal values share the mean of their ranks (Spearman (1904), The American Journal of Psychology 15(1),
/// 72-101; ties as Conover (1999), section 5.4). `None` below three pairs, or where one of both does not vary.
#[must_use]
pub fn rank_correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let ranks_of = |values: Vec<f64>| {
        let ranks = ranks(&values);
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        let middle = f64::midpoint(values.len() as f64, 1.0);
        ranks.into_iter().map(|rank| rank - middle).collect::<Vec<f64>>()
    };
    let (x, y) = (
        ranks_of(pairs.iter().map(|p| p.0).collect()),
        ranks_of(pairs.iter().map(|p| p.1).collect()),
    );
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let spread = (dot(&x, &x) * dot(&y, &y)).sqrt();
    (spread > 0.0).then(|| dot(&x, &y) / spread)
}

/// The rank of each value, from 1.
#[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for ties in order.chunk_by(|a, b| values[*a].total_cmp(&values[*b]).is_eq()) {
        for at in ties {
            ranks[*at] = below as f64 + f64::midpoint(ties.len() as f64, 1.0);
        }
        below += ties.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ranks of the second: 2, 1, 4, 3, 5. Sum of squared differences 4, so 1 - 6 x 4 / (5 x 24) = 0.8.
    #[test]
    fn by_hand() {
        let pairs = [(1.0, 20.0), (2.0, 10.0), (3.0, 1_000.0), (4.0, 30.0), (5.0, 1e9)];
        assert!((rank_correlation(&pairs).expect("they vary") - 0.8).abs() < 1e-12);
        let falling: Vec<_> = pairs.iter().map(|(x, _)| (*x, -x * x)).collect();
        assert!((rank_correlation(&falling).expect("they vary") + 1.0).abs() < 1e-12);
    }

    /// Ranks 1.5, 1.5, 3 and 1, 2, 3: deviations -0.5, -0.5, 1 and -1, 0, 1: 1.5 / sqrt(1.5 x 2).
    #[test]
    fn ties_share_their_ranks() {
        let found = rank_correlation(&[(7.0, 1.0), (7.0, 2.0), (9.0, 3.0)]).expect("they vary");
        assert!((found - 1.5 / 3.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(rank_correlation(&[(7.0, 1.0), (7.0, 2.0), (7.0, 3.0)]), None);
        assert_eq!(rank_correlation(&[(7.0, 1.0), (8.0, 2.0)]), None);
    }
}
