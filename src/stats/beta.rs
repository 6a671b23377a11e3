//! The incomplete beta function, with the same bits on every platform: the distribution functions of Student's t and of the
//! binomial follow from it.

/// Steps of the continued fraction; it takes some root of the larger parameter.
const STEPS: u32 = 10_000;
/// What takes the place of a vanishing denominator.
const TINY: f64 = 1e-300;

/// The regularised incomplete beta function `I_x(a, b)` for positive `a` and `b`, to some 1e-13; `x` is given with `y = 1 - x`, which may be known
/// to more digits than a subtraction leaves.
///
/// Continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions, by the method of Lentz as modified by
/// Thompson & Barnett (1986), Journal of Computational Physics 64(2), 490-509; its factor by [`power_term`].
#[allow(clippy::many_single_char_names, reason = "the letters of the source")]
pub(super) fn incomplete_beta(a: f64, b: f64, (x, y): (f64, f64)) -> f64 {
    if x <= 0.0 {
        0.0
    } else if y <= 0.0 {
        1.0
    } else if x < (a + 1.0) / (a + b + 2.0) {
        lower(a, b, x, y)
    } else {
        1.0 - lower(b, a, y, x)
    }
}

/// The same where the fraction converges fast, `x` below `(a + 1) / (a + b + 2)`.
#[allow(clippy::many_single_char_names, reason = "the letters of the source")]
fn lower(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..STEPS {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    power_term(a, b, x, y) * fraction / a
}

/// `x^a y^b / B(a, b)` with `y = 1 - x`, without the loss of digits of the logarithms of gamma: the saddle-point form of
/// Loader (2000), Fast and accurate computation of binomial probabilities, of the binomial term of which this is a multiple.
#[allow(clippy::many_single_char_names, reason = "the letters of the source")]
pub(super) fn power_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent = stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y);
    // The binomial term is sqrt(n / (2 pi a b)) exp(exponent), and this is a b / n times that.
    libm::exp(exponent) * (a * b / n / std::f64::consts::TAU).sqrt()
}

/// By how much the logarithm of the gamma function of `n + 1` exceeds Stirling's approximation.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        // Half the logarithm of 2 pi.
        const HALF_LOG_TAU: f64 = 0.918_938_533_204_672_8;
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - HALF_LOG_TAU;
    }
    let nn = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1_260.0 - (1.0 / 1_680.0 - 1.0 / 1_188.0 / nn) / nn) / nn) / nn) / n
}

/// `x ln(x / m) + m - x`, by its series where the two are close.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * libm::log(x / m) + m - x;
    }
    let v = (x - m) / (x + m);
    let mut sum = (x - m) * v;
    let mut term = 2.0 * x * v;
    for j in 1..1_000 {
        term *= v * v;
        let more = term / f64::from(2 * j + 1);
        sum += more;
        // Too little to change it.
        if more.abs() < 1e-17 * sum.abs() {
            break;
        }
    }
    sum
}

/// The chance of at most `most` successes in `n` trials of the chance `p`: Abramowitz & Stegun (1964), 26.5.24.
pub(super) fn binomial_at_most(most: u32, n: u32, p: f64) -> f64 {
    if most >= n {
        1.0
    } else {
        incomplete_beta(f64::from(n - most), f64::from(most) + 1.0, (1.0 - p, p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Binomial, DiscreteCDF};

    /// For whole parameters the function is a polynomial: `I_x(2, 3) = 6 x^2 - 8 x^3 + 3 x^4`; and `I_x(1/2, 1/2)` is
    /// 2 / pi asin(sqrt(x)).
    #[test]
    fn closed_forms() {
        for x in [1e-9, 0.1, 0.25, 0.5, 0.9, 0.999] {
            let polynomial = x * x * (6.0 - 8.0 * x + 3.0 * x * x);
            assert!((incomplete_beta(2.0, 3.0, (x, 1.0 - x)) / polynomial - 1.0).abs() < 1e-13, "{x}");
            let arc = libm::asin(x.sqrt()) * 2.0 / std::f64::consts::PI;
            assert!((incomplete_beta(0.5, 0.5, (x, 1.0 - x)) / arc - 1.0).abs() < 1e-13, "{x}");
        }
        assert_eq!(incomplete_beta(2.0, 3.0, (0.0, 1.0)).to_bits(), 0f64.to_bits());
        assert_eq!(incomplete_beta(2.0, 3.0, (1.0, 0.0)).to_bits(), 1f64.to_bits());
    }

    /// Against the sum of the terms where there are few, and against `statrs`, whose own logarithms of gamma lose digits as
    /// trials grow.
    #[test]
    fn binomial_sums() {
        for p in [0.05, 0.5, 0.9, 0.99] {
            let mut term = (1.0 - p) * (1.0 - p) * (1.0 - p) * (1.0 - p) * (1.0 - p) * (1.0 - p);
            let mut sum = 0.0;
            for k in 0..6 {
                sum += term;
                term *= f64::from(6 - k) / f64::from(k + 1) * p / (1.0 - p);
                assert!((binomial_at_most(k, 6, p) / sum - 1.0).abs() < 1e-13, "{k} {p}");
            }
            for (n, tolerance) in [(20, 1e-12), (100, 1e-12), (1_000, 1e-11)] {
                let oracle = Binomial::new(p, n.into()).expect("sound");
                for k in 0..n {
                    let (ours, theirs) = (binomial_at_most(k, n, p), oracle.cdf(k.into()));
                    assert!((ours - theirs).abs() < tolerance, "{k} of {n}, {p}: {ours} {theirs}");
                }
            }
        }
    }
}
