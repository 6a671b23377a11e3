//! Single-track lines in detail: sections between passing places.

use super::LaneIx;
use crate::scenario;
use crate::units::{Duration, Instant};

/// A line of sections between passing places.
#[derive(Clone, Debug)]
pub struct SingleLine {
    /// Its lanes: from the first place to the second, and back.
    pub lanes: [LaneIx; 2],
    /// Its sections in [`Model::sections`](super::Model::sections), from the first place to the second.
    pub sections: std::ops::Range<u32>,
    /// The most trains in a row over a section while one of the other direction waits that could go; 1 or more.
    pub bunch: u32,
    /// Least time between trains that follow each other; one train a section where absent.
    pub headway: Option<Duration>,
    /// Least time from a train's leaving a section until one enters it the other way.
    pub crossing: Duration,
}

/// A part of a line without a passing place.
#[derive(Clone, Debug)]
pub struct Section {
    /// Index of its line in [`Model::single_lines`](super::Model::single_lines).
    pub line: u32,
    /// Whether it has a track for each direction.
    pub double: bool,
    /// Where it begins and ends, as parts of the whole line from its first place, in units of 2^-32.
    span: (u64, u64),
    /// The passing place at its end; none after the last.
    pub passing: Option<scenario::PassingPlace>,
}

/// The whole line in the unit of [`Section`]'s span.
const WHOLE: u64 = 1 << 32;

impl Section {
    /// The sections of line number `line`.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "shares are between 0 and 1"
    )]
    pub(super) fn of(track: &scenario::SingleTrack, line: u32) -> impl Iterator<Item = Self> {
        let (mut sum, mut begin) = (0.0, 0);
        let last = track.sections.len() - 1;
        track.sections.iter().enumerate().map(move |(i, section)| {
            sum += section.share;
            let end = if i == last { WHOLE } else { libm::rint(sum * WHOLE as f64) as u64 };
            let span = (begin, end.clamp(begin, WHOLE));
            begin = span.1;
            Self {
                line,
                double: section.tracks == scenario::Tracks::Double,
                span,
                passing: track.passing.get(i).cloned(),
            }
        })
    }

    /// Its part of a train's running time over the whole line. The parts of all sections add up to the whole
    /// exactly, in either direction.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "no more than the whole")]
    pub fn time(&self, whole: Duration) -> Duration {
        let until = |part: u64| Instant(((i128::from(whole.0) * i128::from(part) + i128::from(WHOLE / 2)) >> 32) as i64);
        until(self.span.1) - until(self.span.0)
    }

    /// Its part of the line, between 0 and 1.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "at most 2^32")]
    pub fn share(&self) -> f64 {
        (self.span.1 - self.span.0) as f64 / WHOLE as f64
    }

    /// Tracks of the passing place at its end; none after the last.
    #[must_use]
    pub fn tracks(&self) -> u32 {
        self.passing.as_ref().map_or(0, |place| place.tracks)
    }
}

impl SingleLine {
    /// The section that a train of a direction (0 or 1, as [`lanes`](Self::lanes)) comes to after so many others.
    #[must_use]
    pub fn section(&self, direction: usize, after: u16) -> u32 {
        if direction == 0 {
            self.sections.start + u32::from(after)
        } else {
            self.sections.end - 1 - u32::from(after)
        }
    }

    /// The passing place after a section, for a train of a direction, by the section whose end it is; `None` is
    /// the end of the line.
    #[must_use]
    pub fn place_after(&self, section: u32, direction: usize) -> Option<u32> {
        if direction == 0 {
            (section + 1 < self.sections.end).then_some(section)
        } else {
            (section > self.sections.start).then(|| section - 1)
        }
    }

    /// The passing place before a section; `None` is the begin of the line.
    #[must_use]
    pub fn place_before(&self, section: u32, direction: usize) -> Option<u32> {
        self.place_after(section, 1 - direction)
    }

    /// A section and its neighbours on the line.
    #[must_use]
    pub fn around(&self, section: u32) -> std::ops::Range<u32> {
        section.saturating_sub(1).max(self.sections.start)..(section + 2).min(self.sections.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{PassingPlace, SingleTrack, Tracks};
    use proptest::prelude::*;

    fn track(weights: &[f64]) -> SingleTrack {
        let sum: f64 = weights.iter().sum();
        let section = |weight: &f64| scenario::Section {
            share: weight / sum,
            tracks: Tracks::Single,
        };
        let place = PassingPlace {
            name: String::new(),
            tracks: 2,
        };
        SingleTrack {
            sections: weights.iter().map(section).collect(),
            passing: vec![place; weights.len() - 1],
            bunch: 1,
            crossing: Duration::ZERO,
            headway: None,
        }
    }

    #[test]
    fn thirds_of_an_hour() {
        let thirds: Vec<i64> = Section::of(&track(&[1.0; 3]), 0).map(|s| s.time(Duration::hours(1)).0).collect();
        assert_eq!(thirds, [1_200_000; 3]);
    }

    #[test]
    fn the_way_through_a_line() {
        let line = SingleLine {
            lanes: [4, 5],
            sections: 7..10,
            bunch: 1,
            headway: None,
            crossing: Duration::ZERO,
        };
        assert_eq!([0, 1].map(|d| [0, 2].map(|after| line.section(d, after))), [[7, 9], [9, 7]]);
        assert_eq!([7, 8, 9].map(|s| line.place_after(s, 0)), [Some(7), Some(8), None]);
        assert_eq!([7, 8, 9].map(|s| line.place_after(s, 1)), [None, Some(7), Some(8)]);
        assert_eq!([7, 8, 9].map(|s| line.around(s)), [7..9, 7..10, 8..10]);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_running_time_add_up(weights in prop::collection::vec(0.01..100.0_f64, 1..40), whole in 0..1_000_000_000_000_i64) {
            let sections: Vec<Section> = Section::of(&track(&weights), 0).collect();
            let parts: Vec<i64> = sections.iter().map(|s| s.time(Duration(whole)).0).collect();
            prop_assert_eq!(parts.iter().sum::<i64>(), whole);
            for (section, part) in sections.iter().zip(parts) {
                #[allow(clippy::cast_precision_loss)]
                let exact = section.share() * whole as f64;
                #[allow(clippy::cast_precision_loss)]
                let off = (exact - part as f64).abs();
                prop_assert!(off <= 1.01, "{} off by {}", part, off);
            }
        }
    }
}
