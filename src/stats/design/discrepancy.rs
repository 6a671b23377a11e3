//! How evenly points fill the unit square.

/// The star discrepancy of points in the unit square, exactly: the largest difference between the share of points in a
/// box that begins at the origin and its area. The supremum is met or approached at boxes whose sides end at points,
/// with or without what lies on the sides (Niederreiter (1972); the plain search over all of them).
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "far fewer than 2^53 points")]
pub fn star_discrepancy(points: &[[f64; 2]]) -> f64 {
    let n = points.len() as f64;
    let sides = |axis: usize| points.iter().map(move |point| point[axis]).chain([1.0]);
    let mut worst: f64 = 0.0;
    for x in sides(0) {
        for y in sides(1) {
            let open = points.iter().filter(|p| p[0] < x && p[1] < y).count() as f64;
            let closed = points.iter().filter(|p| p[0] <= x && p[1] <= y).count() as f64;
            worst = worst.max(x * y - open / n).max(closed / n - x * y);
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One point in the middle: the box just short of it has 3/4 of one side free, so 1/2; the closed box holds all in a
    /// quarter, so 3/4. Four points in the middles of the quarters: the box up to (3/4, 3/4) holds all in 9/16.
    #[test]
    fn known_discrepancies() {
        assert!((star_discrepancy(&[[0.5, 0.5]]) - 0.75).abs() < 1e-15);
        let four = [[0.25, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.75]];
        assert!((star_discrepancy(&four) - 7.0 / 16.0).abs() < 1e-15);
    }
}
