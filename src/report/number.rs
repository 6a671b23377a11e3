//! Numbers for people: as many digits as they deserve, never more than the interval supports.

use crate::stats::Estimate;

/// The power of ten of the first digit; 0 for zero.
fn magnitude(x: f64) -> i32 {
    if x == 0.0 || !x.is_finite() {
        0
    } else {
        libm::log10(x.abs()).floor() as i32
    }
}

/// Rounded to a number of decimals, which may be negative: -2 rounds to hundreds.
fn rounded(x: f64, decimals: i32) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    let text = if decimals >= 0 {
        format!("{x:.*}", decimals.unsigned_abs() as usize)
    } else {
        let unit = 10_f64.powi(-decimals);
        format!("{:.0}", (x / unit).round() * unit)
    };
    // "-0.0" is no number for people.
    if text.starts_with('-') && text.chars().all(|c| matches!(c, '-' | '0' | '.')) {
        text[1..].to_owned()
    } else {
        text
    }
}

/// A number with three digits, or all digits of its whole part; the minus is a hyphen.
#[must_use]
pub fn plain(x: f64) -> String {
    let mut decimals = (2 - magnitude(x)).clamp(0, 6);
    // 9.996 has the magnitude of 9.99 but shows as 10.00.
    if decimals > 0 && magnitude(rounded(x, decimals).parse().unwrap_or(x)) > magnitude(x) {
        decimals -= 1;
    }
    rounded(x, decimals)
}

/// The decimals that a mean deserves: two digits of its half-width, at most four digits of its own.
fn decimals(e: &Estimate) -> i32 {
    let own = 3 - magnitude(e.mean);
    match e.half_width {
        Some(h) if h > 0.0 && h.is_finite() => (1 - magnitude(h)).min(if e.mean == 0.0 { 6 } else { own }).min(6),
        // One replication, or all the same: a whole number is a count.
        _ if e.mean.fract() == 0.0 => 0,
        _ => (2 - magnitude(e.mean)).clamp(0, 6),
    }
}

/// The mean with no digit that its half-width does not support.
#[must_use]
pub fn mean(e: &Estimate) -> String {
    rounded(e.mean, decimals(e))
}

/// The half-width in the digits of the mean; one digit of its own where that would show nothing. Absent where there is none.
#[must_use]
pub fn half_width(e: &Estimate) -> Option<String> {
    let h = e.half_width.filter(|h| h.is_finite())?;
    let same = rounded(h, decimals(e));
    let shows_nothing = h > 0.0 && same.chars().all(|c| matches!(c, '0' | '.'));
    Some(if shows_nothing { rounded(h, -magnitude(h)) } else { same })
}

/// `12.3 ± 0.4`, or the mean alone where there is no interval.
#[must_use]
pub fn with_interval(e: &Estimate) -> String {
    match half_width(e) {
        Some(h) => format!("{} ± {h}", mean(e)),
        None => mean(e),
    }
}

/// The estimate of a share in percent.
#[must_use]
pub fn as_percent(e: &Estimate) -> Estimate {
    Estimate {
        n: e.n,
        mean: e.mean * 100.0,
        half_width: e.half_width.map(|h| h * 100.0),
        sd: e.sd.map(|s| s * 100.0),
        min: e.min * 100.0,
        max: e.max * 100.0,
    }
}

/// A level of confidence in per cent, such as `95 %`, with no digits beyond those it has.
#[must_use]
pub fn level(confidence: f64) -> String {
    format!("{}\u{a0}%", (confidence * 1e5).round() / 1e3)
}

/// Hours: whole from a hundred on, with a decimal from ten on, else with two.
#[must_use]
pub fn hours(x: f64) -> String {
    let decimals = match x.abs() {
        a if a < 9.995 => 2,
        a if a < 99.95 => 1,
        _ => 0,
    };
    format!("{}\u{a0}h", grouped(&rounded(x, decimals)))
}

/// With narrow blanks between thousands, from five digits on.
#[must_use]
pub fn grouped(number: &str) -> String {
    let start = usize::from(number.starts_with('-'));
    let end = number.find('.').unwrap_or(number.len());
    let plain = number
        .get(start..end)
        .is_none_or(|whole| whole.len() < 5 || !whole.chars().all(|c| c.is_ascii_digit()));
    if plain {
        return number.to_owned();
    }
    let mut text = String::new();
    for (i, c) in number.char_indices() {
        if i > start && i < end && (end - i).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(c);
    }
    text
}

/// `1 train`, `2 trains`.
#[must_use]
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(mean: f64, half_width: impl Into<Option<f64>>) -> Estimate {
        Estimate {
            n: 10,
            mean,
            half_width: half_width.into(),
            sd: None,
            min: mean,
            max: mean,
        }
    }

    #[test]
    fn three_digits_or_the_whole_part() {
        for (x, text) in [
            (0.0, "0.00"),
            (-0.0, "0.00"),
            (1.234_56, "1.23"),
            (9.996, "10.0"),
            (12.345, "12.3"),
            (123.45, "123"),
            (123_456.7, "123457"),
            (0.001_234, "0.00123"),
            (-4.5, "-4.50"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(plain(x), text, "{x}");
        }
    }

    #[test]
    fn thousands_are_set_apart() {
        for (text, shown) in [
            ("1234", "1234"),
            ("12345.6", "12 345.6"),
            ("-1234567", "-1 234 567"),
            ("–", "–"),
            ("", ""),
        ] {
            assert_eq!(grouped(text), shown.replace(' ', "\u{202f}"));
        }
        assert_eq!(hours(47_042.3), "47\u{202f}042\u{a0}h");
        assert_eq!((hours(9.996).as_str(), hours(0.5).as_str()), ("10.0\u{a0}h", "0.50\u{a0}h"));
    }

    #[test]
    fn never_more_digits_than_the_half_width_supports() {
        for (mean, half, text) in [
            (12.345_6, Some(0.234), "12.35 ± 0.23"),
            (12.345_6, Some(2.34), "12.3 ± 2.3"),
            (1_234.5, Some(45.6), "1234 ± 46"),
            (123_456.0, Some(2_345.0), "123500 ± 2300"),
            (123.456, Some(0.001_2), "123.5 ± 0.001"),
            (0.0, Some(0.0), "0 ± 0"),
            (3.0, None, "3"),
            (3.25, None, "3.25"),
            (0.5, Some(f64::INFINITY), "0.500"),
        ] {
            assert_eq!(with_interval(&estimate(mean, half)), text, "{mean} {half:?}");
        }
    }
}
