//! Exponential function and logarithm where they are drawn with: the same bits on every platform, as those of `libm`, but
//! by a table and a short polynomial instead of a division, which takes 4 % off the time of a year in a border corridor (the bench
//! W2). Tang (1989), Table-driven implementation of the exponential function in IEEE floating-point arithmetic, ACM TOMS
//! 15(2), 144-157; Tang (1990), the same of the logarithm function, ACM TOMS 16(4), 378-400. Only additions,
//! multiplications and shifts of bits: no fused multiplication, which not every machine has.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "exponents and indices"
)]

use std::sync::LazyLock;

/// Parts into which an octave falls.
const PARTS: usize = 128;
const PART_BITS: u32 = PARTS.ilog2();
/// How far from 0 the exponential function is not 0 or infinite, with some to spare.
const BOUND: f64 = 700.0;
const MANTISSA: u64 = (1 << 52) - 1;
/// `ln 2 / PARTS`, first as far as 32 bits go, so that its multiples are exact, then the rest.
const STEP_HIGH: f64 = 0.005_415_212_347_543_274_5;
const STEP_LOW: f64 = 5.812_982_117_197_185e-13;

/// `2^(i / PARTS)`.
static POWERS: LazyLock<[f64; PARTS]> = LazyLock::new(|| std::array::from_fn(|i| libm::exp2(i as f64 / PARTS as f64)));
/// The inverse of the middle of each part of 1 to 2, and minus the logarithm of that inverse.
static INVERSES: LazyLock<[[f64; 2]; PARTS]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let inverse = 1.0 / (1.0 + (i as f64 + 0.5) / PARTS as f64);
        [inverse, -libm::log(inverse)]
    })
});

/// The exponential function, off by less than 4e-16 of its value for an argument between -700 and 700; beyond, that of `libm`.
#[inline]
#[must_use]
pub fn exp(x: f64) -> f64 {
    if x.abs() > BOUND {
        return libm::exp(x);
    }
    exp_by_table(x, &POWERS)
}

/// [`exp`] of several numbers. They do not wait for each other, and the table is looked for once.
#[inline]
#[must_use]
pub fn exp_each<const N: usize>(numbers: [f64; N]) -> [f64; N] {
    let powers = &*POWERS;
    let mut values = numbers;
    for x in &mut values {
        *x = exp_by_table(*x, powers);
    }
    if numbers.iter().any(|x| x.abs() > BOUND) {
        return numbers.map(exp);
    }
    values
}

/// Of a number that is not beyond the [`BOUND`]; of others something without meaning.
#[inline]
fn exp_by_table(x: f64, powers: &[f64; PARTS]) -> f64 {
    /// Added and taken away again, it rounds to a whole number, which it leaves in the lowest bits of the sum.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let shifted = x * (PARTS as f64 / std::f64::consts::LN_2) + SHIFT;
    let (steps, whole) = (shifted - SHIFT, shifted.to_bits());
    let r = (x - steps * STEP_HIGH) - steps * STEP_LOW;
    let power = powers[whole as usize % PARTS];
    let scaled = f64::from_bits(power.to_bits().wrapping_add(((whole as i64) >> PART_BITS << 52) as u64));
    // At most half a step from 0, where five terms are enough.
    let r2 = r * r;
    let rest = r + r2 * ((0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0)));
    scaled + scaled * rest
}

/// The logarithm of a normal number above zero, off by less than 5e-16 or 5e-16 of its value, whichever is more.
#[inline]
#[must_use]
pub fn ln(x: f64) -> f64 {
    ln_by_table(x, &INVERSES)
}

/// [`ln`] of several numbers. They do not wait for each other, and the table is looked for once.
#[inline]
#[must_use]
pub fn ln_each<const N: usize>(mut numbers: [f64; N]) -> [f64; N] {
    let inverses = &*INVERSES;
    for x in &mut numbers {
        *x = ln_by_table(*x, inverses);
    }
    numbers
}

#[inline]
fn ln_by_table(x: f64, inverses: &[[f64; 2]; PARTS]) -> f64 {
    let bits = x.to_bits();
    let octave = (bits >> 52) as i64 - 1023;
    let mantissa = f64::from_bits(bits & MANTISSA | 1023 << 52);
    let [inverse, log] = inverses[(bits >> (52 - PART_BITS)) as usize % PARTS];
    // At most 1/256 from 0.
    let r = mantissa * inverse - 1.0;
    let r2 = r * r;
    let rest = r - r2 * ((0.5 - r * (1.0 / 3.0)) + r2 * ((0.25 - r * 0.2) + r2 * (1.0 / 6.0)));
    octave as f64 * std::f64::consts::LN_2 + (log + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against `libm`, which is right to the last bit but one, over many octaves and within one.
    #[test]
    fn close_to_an_independent_implementation() {
        for i in -700_000..=700_000 {
            let x = f64::from(i) * 0.000_999_7;
            let exact = libm::exp(x);
            assert!((exp(x) - exact).abs() <= 4e-16 * exact, "{x}");
        }
        for i in 1..=1_000_000 {
            let x = f64::from(i) * 1.000_03e-6;
            for x in [x, x * 1e-9, 1.0 - x * 1e-6, x * 1e6] {
                let exact = libm::log(x);
                assert!((ln(x) - exact).abs() <= 5e-16 * exact.abs().max(1.0), "{x}: {} {exact}", ln(x));
            }
        }
    }

    #[test]
    fn beyond_the_table() {
        assert_eq!(
            (exp(-1e3).to_bits(), exp(1e3).to_bits()),
            (0.0_f64.to_bits(), f64::INFINITY.to_bits())
        );
        assert_eq!(exp(0.0).to_bits(), 1.0_f64.to_bits());
    }

    #[test]
    fn multiples_of_the_first_part_of_a_step_are_exact() {
        assert_eq!(STEP_HIGH.to_bits() & 0xF_FFFF, 0);
    }
}
