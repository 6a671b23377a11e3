//! Student's t, with the same bits on every platform.

use super::beta::{incomplete_beta, power_term};

/// The quantile of Student's t with the given degrees of freedom (at least 1).
///
/// By Newton's method from 0: beyond its middle the upper tail is convex and falls, so that every step stays below the
/// root and comes nearer, until rounding ends it. To some 1e-13 of its value.
#[must_use]
pub fn student_quantile(p: f64, degrees_of_freedom: u32) -> f64 {
    if p < 0.5 {
        return -student_quantile(1.0 - p, degrees_of_freedom);
    }
    let tail = 1.0 - p;
    if tail <= 0.0 {
        return f64::INFINITY;
    }
    let freedom = f64::from(degrees_of_freedom.max(1));
    let mut t = 0.0;
    // The density nowhere exceeds that of the normal.
    let mut next = (p - 0.5) * (2.0 * std::f64::consts::PI).sqrt();
    while next > t {
        t = next;
        let (x, y) = arguments(t, freedom);
        let density = power_term(freedom / 2.0, 0.5, x, y) / t;
        next = t + (upper_tail(t, freedom) - tail) / density;
    }
    t
}

/// The chance that Student's t with the given degrees of freedom (at least 1) is at least as far from 0 as `t`.
#[must_use]
pub fn student_two_sided(t: f64, degrees_of_freedom: u32) -> f64 {
    2.0 * upper_tail(t.abs(), f64::from(degrees_of_freedom.max(1)))
}

/// The chance of more than `t`, not negative: Abramowitz & Stegun (1964), 26.7.1 with 26.5.27.
fn upper_tail(t: f64, freedom: f64) -> f64 {
    0.5 * incomplete_beta(freedom / 2.0, 0.5, arguments(t, freedom))
}

/// What the incomplete beta function is asked at, and 1 less that.
fn arguments(t: f64, freedom: f64) -> (f64, f64) {
    let square = t * t;
    let ratio = square / freedom;
    // A square beyond all numbers leaves nothing.
    (1.0 / (1.0 + ratio), if ratio.is_finite() { ratio / (1.0 + ratio) } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    /// Computed with 30 digits by `mpmath` 1.3 from the incomplete beta function.
    #[test]
    fn quantiles_to_many_digits() {
        for (freedom, p, exact) in [
            (1, 0.6, 0.324_919_696_232_906_33),
            (1, 0.975, 12.706_204_736_174_705),
            (2, 0.975, 4.302_652_729_749_464),
            (4, 0.975, 2.776_445_105_197_794_4),
            (9, 0.6, 0.260_955_336_473_911),
            (9, 0.975, 2.262_157_162_798_205_5),
            (29, 0.975, 2.045_229_642_132_704_3),
            (99, 0.975, 1.984_216_951_586_417_5),
            (999, 0.975, 1.962_341_461_133_45),
            (99_999, 0.6, 0.253_347_777_163_920_2),
            (99_999, 0.975, 1.959_987_707_771_844_8),
        ] {
            let tolerance = if freedom > 50_000 { 1e-12 } else { 1e-13 };
            assert!((student_quantile(p, freedom) / exact - 1.0).abs() < tolerance, "{freedom} {p}");
            assert!((student_quantile(1.0 - p, freedom) + student_quantile(p, freedom)).abs() < 1e-12 * exact);
            assert!(
                (student_two_sided(-exact, freedom) / (2.0 * (1.0 - p)) - 1.0).abs() < 1e-11,
                "{freedom} {p}"
            );
        }
    }

    /// The tails against `statrs`, far out too, where a quantile of ours is taken back to its chance; the quantiles of that
    /// crate themselves are off by up to 3e-3 at a million degrees of freedom.
    #[test]
    fn tails_as_another_implementation_has_them() {
        for freedom in [1, 2, 3, 5, 9, 19, 49, 199, 999] {
            let oracle = StudentsT::new(0.0, 1.0, f64::from(freedom)).expect("sound");
            for p in [0.51, 0.75, 0.9, 0.975, 0.995, 0.9995, 0.999_99, 0.999_999_9] {
                let t = student_quantile(p, freedom);
                assert!((oracle.sf(t) / (1.0 - p) - 1.0).abs() < 1e-11, "{freedom} {p}");
                assert!(
                    (student_two_sided(t, freedom) / (2.0 * oracle.sf(t)) - 1.0).abs() < 1e-11,
                    "{freedom} {p}"
                );
            }
        }
    }

    #[test]
    fn the_ends() {
        assert_eq!(student_quantile(0.5, 9).to_bits(), 0f64.to_bits());
        assert_eq!(student_quantile(1.0, 9).to_bits(), f64::INFINITY.to_bits());
        assert_eq!(student_quantile(0.0, 9).to_bits(), f64::NEG_INFINITY.to_bits());
        assert_eq!(student_two_sided(f64::INFINITY, 9).to_bits(), 0f64.to_bits());
        assert_eq!(student_two_sided(0.0, 9).to_bits(), 1f64.to_bits());
        assert!(student_quantile(0.975, 0) > 12.7);
    }
}
