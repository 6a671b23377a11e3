//! Decimal numbers as they are written, so that `0.1` added ten times is `1`.

use std::fmt;

/// The most decimal places, so that no sum comes near the limit of its type.
const MOST_PLACES: usize = 12;

/// A number of `digits` tenths, hundredths and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    places: usize,
}

impl Decimal {
    /// Reads `-12.50`; no exponent. `None` for anything else, and for more digits than any quantity needs.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.replace('_', "");
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        if part.len() > MOST_PLACES || whole.len() > 18 || (part.is_empty() && text.contains('.')) || part.contains(['+', '-']) {
            return None;
        }
        Some(Self {
            digits: format!("{whole}{part}").parse().ok()?,
            places: part.len(),
        })
    }

    /// The number rounded to so many places.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "quantities are below 10^15, places at most 12, and powers of ten up to 10^22 are exact"
    )]
    pub(super) fn rounded(value: f64, places: usize) -> Self {
        let places = places.min(MOST_PLACES);
        // The product is rounded once, as the power is exact.
        let digits = libm::rint(value * power(places) as f64) as i128;
        Self { digits, places }.shortened()
    }

    fn shortened(mut self) -> Self {
        while self.places > 0 && self.digits % 10 == 0 {
            self.digits /= 10;
            self.places -= 1;
        }
        self
    }

    /// The digits with so many places, at least as many as there are.
    fn with(self, places: usize) -> i128 {
        self.digits * power(places - self.places)
    }

    /// As a float: the nearest one.
    pub(super) fn as_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Whether it is zero or below.
    pub(super) fn sign(self) -> i128 {
        self.digits.signum()
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        let places = self.places.max(other.places);
        Some(self.with(places).cmp(&other.with(places)))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.digits.unsigned_abs(), width = self.places + 1);
        let (whole, part) = digits.split_at(digits.len() - self.places);
        let dot = if part.is_empty() { "" } else { "." };
        write!(f, "{sign}{whole}{dot}{part}")
    }
}

fn power(places: usize) -> i128 {
    10_i128.pow(u32::try_from(places).unwrap_or(0))
}

/// What steps from one number to another come to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Steps {
    /// They meet the end.
    Exact(Vec<Decimal>),
    /// They do not: the last number before it and the next one.
    Miss(Decimal, Decimal),
    /// There are more than anybody wants.
    TooMany,
}

/// The numbers from the first to the last in steps above zero, `first < last`.
pub(super) fn steps(first: Decimal, last: Decimal, step: Decimal) -> Steps {
    let places = first.places.max(last.places).max(step.places);
    let (from, to, by) = (first.with(places), last.with(places), step.with(places));
    let whole = (to - from) / by;
    if whole >= 100_000 {
        return Steps::TooMany;
    }
    let at = |n: i128| {
        Decimal {
            digits: from + n * by,
            places,
        }
        .shortened()
    };
    if from + whole * by == to {
        Steps::Exact((0..=whole).map(at).collect())
    } else {
        Steps::Miss(at(whole), at(whole + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect(text)
    }

    #[test]
    fn tenths_are_exact() {
        let Steps::Exact(all) = steps(decimal("0.1"), decimal("1"), decimal("0.1")) else {
            panic!("ten tenths are one")
        };
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1"]);
        assert_eq!(
            steps(decimal("30"), decimal("100"), decimal("15")),
            Steps::Miss(decimal("90"), decimal("105"))
        );
        assert_eq!(steps(decimal("0"), decimal("1"), decimal("0.000001")), Steps::TooMany);
    }

    #[test]
    fn written_and_read() {
        for (text, shown) in [("-0.05", "-0.05"), ("1_000", "1000"), ("12.50", "12.50"), ("+3", "3")] {
            assert_eq!(decimal(text).to_string(), shown);
        }
        for text in ["", "1e3", "1.2.3", "1.", "--1", "1.-5", "1.0000000000000"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
        assert_eq!(Decimal::rounded(2.0 / 3.0, 3).to_string(), "0.667");
        assert_eq!(Decimal::rounded(2.5e9, 2).to_string(), "2500000000");
        assert!(decimal("0.30") > decimal("0.299"));
    }
}
