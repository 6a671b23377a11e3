//! The interval of a share.

use super::beta::binomial_at_most;

/// The interval of the chance of which so many of `n` independent trials were successes: Clopper & Pearson (1934),
/// Biometrika 26(4), 404-413. Each end misses it with at most half of the rest, whatever the chance. `None` without a trial.
#[must_use]
pub fn share_interval(successes: u32, n: u32, confidence: f64) -> Option<(f64, f64)> {
    if n == 0 || successes > n {
        return None;
    }
    let tail = (1.0 - confidence) / 2.0;
    // At most so many successes grow less likely as the chance grows.
    let upper = |most: u32| root(|p| binomial_at_most(most, n, p) > tail);
    let high = if successes == n { 1.0 } else { upper(successes) };
    // At least so many are as likely as at most n less so many failures.
    let low = if successes == 0 { 0.0 } else { 1.0 - upper(n - successes) };
    Some((low, high))
}

/// Where `before` ends to hold between 0 and 1, by bisection.
fn root(before: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if before(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::share_interval;

    /// 0 of 20 has the closed form 1 - 0.025^(1/20); the others as the usual programs print them.
    #[test]
    fn as_tabulated() {
        for (successes, n, low, high) in [
            (0, 20, 0.0, 0.168_433),
            (20, 20, 0.831_567, 1.0),
            (45, 50, 0.781_865, 0.966_725),
            (5, 100, 0.016_432, 0.112_835),
        ] {
            let found = share_interval(successes, n, 0.95).expect("trials");
            assert!(
                (found.0 - low).abs() < 1e-6 && (found.1 - high).abs() < 1e-6,
                "{successes}/{n}: {found:?}"
            );
        }
        assert_eq!(share_interval(0, 0, 0.95), None);
    }
}
