//! Quantities: how they are written, read and shown.
//!
//! Simulated time is a whole number of milliseconds, so that sums are exact and the same on every
//! machine. A person writes units out (`"60 min"`, `"388 km"`, `"18/day"`); a bare number is refused
//! wherever a unit is needed.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// Milliseconds in a second.
pub const SECOND: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// A moment: milliseconds since the start of the scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Duration(pub i64);

impl Instant {
    /// The start of the scenario.
    pub const START: Self = Self(0);
    /// Later than anything that happens.
    pub const NEVER: Self = Self(i64::MAX);

    /// The instant so many milliseconds later, to the nearest; never, where that is more than half of all time, or infinite.
    #[must_use]
    #[inline]
    #[allow(clippy::cast_precision_loss, reason = "a bound far away")]
    pub fn after(self, ms: f64) -> Self {
        if ms < i64::MAX as f64 / 2.0 {
            self + Duration::from_millis(ms)
        } else {
            Self::NEVER
        }
    }
}

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A duration of whole minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Self(n * MINUTE)
    }

    /// A duration of whole hours.
    #[must_use]
    pub const fn hours(n: i64) -> Self {
        Self(n * HOUR)
    }

    /// A duration of whole days of 24 hours.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Self(n * DAY)
    }

    /// The nearest duration to a number of milliseconds, of two as near the even one; negative and undefined numbers give zero,
    /// numbers from 2^52 on, 142,000 years, one less than that.
    #[must_use]
    #[inline]
    pub fn from_millis(ms: f64) -> Self {
        const WHOLE: f64 = 4_503_599_627_370_496.0;
        // Between 2^52 and 2^53 the lowest bits of a number are its whole part.
        let sum = if ms.is_nan() { 0.0 } else { ms.clamp(0.0, WHOLE - 1.0) } + WHOLE;
        Self((sum.to_bits() & ((1 << 52) - 1)).cast_signed())
    }

    /// In hours, for reports.
    #[must_use]
    pub fn as_hours(self) -> f64 {
        millis_as_hours(self.0)
    }

    /// In days of 24 hours, for reports.
    #[must_use]
    pub fn as_days(self) -> f64 {
        self.as_hours() / 24.0
    }
}

/// The nearest whole number to one that is not negative, of two as near the even one; undefined stays undefined. Adding
/// 2^52 leaves no bits for the fraction: it is what `rint` does, in two instructions.
#[inline]
#[must_use]
pub(crate) fn rounded(number: f64) -> f64 {
    const WHOLE: f64 = 4_503_599_627_370_496.0;
    if number < WHOLE { (number + WHOLE) - WHOLE } else { number }
}

/// Milliseconds in hours, for reports.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "exact below 2^53 ms, some 285,000 years")]
pub fn millis_as_hours(ms: i64) -> f64 {
    ms as f64 / HOUR as f64
}

impl Add<Duration> for Instant {
    type Output = Self;
    /// Saturates, so that [`Instant::NEVER`] stays what it is.
    fn add(self, d: Duration) -> Self {
        Self(self.0.saturating_add(d.0))
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;
    fn sub(self, d: Duration) -> Self {
        Self(self.0.saturating_sub(d.0))
    }
}

impl Sub for Instant {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        Duration(self.0 - earlier.0)
    }
}

impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Duration {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Duration {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Duration {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Neg for Duration {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl fmt::Display for Duration {
    /// As a person writes it, largest units first: `1 d 2 h 30 min`; the exact value, to the millisecond.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0 min");
        }
        let mut left = self.0.unsigned_abs();
        let mut space = if self.0 < 0 { "-" } else { "" };
        for (unit, name) in [(DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"), (1, "ms")] {
            let unit = unit.unsigned_abs();
            if left >= unit {
                write!(f, "{space}{} {name}", left / unit)?;
                left %= unit;
                space = " ";
            }
        }
        Ok(())
    }
}

impl fmt::Display for Instant {
    /// Days and time of day since the start: `12 d 08:30`, with seconds and milliseconds where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEVER {
            return f.write_str("never");
        }
        let (day, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        write!(f, "{day} d {:02}:{:02}", rest / HOUR, rest % HOUR / MINUTE)?;
        let (s, ms) = (rest % MINUTE / SECOND, rest % SECOND);
        if s != 0 || ms != 0 {
            write!(f, ":{s:02}")?;
        }
        if ms != 0 {
            write!(f, ".{ms:03}")?;
        }
        Ok(())
    }
}

/// What a quantity measures; the unit words it accepts, each with its size in the base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Milliseconds.
    Time,
    /// Metres.
    Length,
    /// Kilometres an hour.
    Speed,
    /// Speed of the wind: metres a second.
    Wind,
    /// Events a day of 24 hours.
    Rate,
}

impl Dimension {
    fn units(self) -> &'static [(&'static str, f64)] {
        #[allow(clippy::cast_precision_loss)]
        const TIME: &[(&str, f64)] = &[
            ("ms", 1.0),
            ("s", SECOND as f64),
            ("sec", SECOND as f64),
            ("second", SECOND as f64),
            ("seconds", SECOND as f64),
            ("min", MINUTE as f64),
            ("minute", MINUTE as f64),
            ("minutes", MINUTE as f64),
            ("h", HOUR as f64),
            ("hour", HOUR as f64),
            ("hours", HOUR as f64),
            ("d", DAY as f64),
            ("day", DAY as f64),
            ("days", DAY as f64),
            ("week", 7.0 * DAY as f64),
            ("weeks", 7.0 * DAY as f64),
        ];
        match self {
            Self::Time => TIME,
            Self::Length => &[("m", 1.0), ("km", 1_000.0), ("mm", 0.001)],
            Self::Speed => &[("km/h", 1.0)],
            // A knot is a sea mile of 1852 m an hour.
            Self::Wind => &[("m/s", 1.0), ("km/h", 1.0 / 3.6), ("kn", 1.852 / 3.6)],
            Self::Rate => &[
                ("/day", 1.0),
                ("/d", 1.0),
                ("/h", 24.0),
                ("/hour", 24.0),
                ("/week", 1.0 / 7.0),
                ("/year", 1.0 / 365.0),
            ],
        }
    }

    /// What to write, for messages: a sentence part such as `a duration such as "90 min"`.
    #[must_use]
    pub fn expected(self) -> &'static str {
        match self {
            Self::Time => "a duration with its unit, such as \"90 min\" or \"1 h 30 min\"",
            Self::Length => "a length with its unit, such as \"388 km\"",
            Self::Speed => "a speed with its unit, such as \"60 km/h\"",
            Self::Wind => "a speed of the wind with its unit, such as \"20 m/s\"",
            Self::Rate => "a rate with its unit, such as \"18/day\"",
        }
    }

    /// A unit to propose when one is missing.
    #[must_use]
    pub fn usual_unit(self) -> &'static str {
        match self {
            Self::Time => " min",
            Self::Length => " km",
            Self::Speed => " km/h",
            Self::Wind => " m/s",
            Self::Rate => "/day",
        }
    }

    /// Reads a quantity in this dimension's base unit.
    ///
    /// # Errors
    /// What is wrong with the text, in a few words.
    pub fn parse(self, text: &str) -> Result<f64, QuantityError> {
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(QuantityError::Empty);
        }
        let mut total = 0.0;
        let mut smallest = f64::INFINITY;
        while !rest.is_empty() {
            let digits = rest
                .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '_')))
                .unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let value: f64 = number
                .replace('_', "")
                .parse()
                .map_err(|_| QuantityError::NotANumber(rest.to_owned()))?;
            let tail = tail.trim_start();
            let end = tail
                .find(|c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '-' | '+'))
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(end);
            if unit.is_empty() {
                return Err(QuantityError::NoUnit(number.to_owned()));
            }
            let size = self
                .units()
                .iter()
                .find(|(name, _)| *name == unit)
                .map(|(_, size)| *size)
                .ok_or_else(|| QuantityError::UnknownUnit(unit.to_owned()))?;
            // "30 min 1 h" and "1 h -5 min" are slips, not quantities.
            if size >= smallest || (total != 0.0 && value < 0.0) {
                return Err(QuantityError::Order);
            }
            smallest = size;
            total += value * size;
            rest = tail.trim_start();
        }
        Ok(total)
    }

    /// The unit words accepted, for messages.
    pub fn unit_names(self) -> impl Iterator<Item = &'static str> {
        self.units().iter().map(|(name, _)| *name)
    }
}

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Nothing is written.
    #[error("is empty")]
    Empty,
    /// No number where one should begin.
    #[error("has no number at {0:?}")]
    NotANumber(String),
    /// A number without a unit.
    #[error("has no unit after {0}")]
    NoUnit(String),
    /// A unit that is not one of the dimension's.
    #[error("has the unknown unit {0:?}")]
    UnknownUnit(String),
    /// Parts out of order, repeated or of mixed sign.
    #[error("has its parts out of order")]
    Order,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_show() {
        for (text, ms) in [
            ("60 min", HOUR),
            ("1 h 30 min", 90 * MINUTE),
            ("1h30min", 90 * MINUTE),
            ("0.5 h", 30 * MINUTE),
            ("2 days", 2 * DAY),
            ("-5 min", -5 * MINUTE),
            ("250 ms", 250),
        ] {
            #[allow(clippy::cast_precision_loss)]
            let expected = ms as f64;
            assert_eq!(Dimension::Time.parse(text), Ok(expected), "{text}");
            let shown = Duration(ms).to_string();
            assert_eq!(Dimension::Time.parse(&shown), Ok(expected), "{text} shown as {shown}");
        }
    }

    #[test]
    fn what_is_no_quantity() {
        use QuantityError::{Empty, NoUnit, NotANumber, Order, UnknownUnit};
        for (text, error) in [
            ("", Empty),
            ("60", NoUnit("60".into())),
            ("min", NotANumber("min".into())),
            ("60 minits", UnknownUnit("minits".into())),
            ("30 min 1 h", Order),
            ("1 h 1 h", Order),
        ] {
            assert_eq!(Dimension::Time.parse(text), Err(error), "{text}");
        }
        assert_eq!(Dimension::Length.parse("388 km"), Ok(388_000.0));
        assert_eq!(Dimension::Wind.parse("72 km/h").map(f64::round), Ok(20.0));
        assert_eq!(Dimension::Rate.parse("18/day"), Ok(18.0));
        assert_eq!(Dimension::Rate.parse("2/h"), Ok(48.0));
    }

    #[test]
    fn instants_show_the_day_and_the_time() {
        assert_eq!(Instant(DAY * 12 + 8 * HOUR + 30 * MINUTE).to_string(), "12 d 08:30");
        assert_eq!(Instant(61_001).to_string(), "0 d 00:01:01.001");
    }
}
