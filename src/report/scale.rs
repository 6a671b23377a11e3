//! Axes of numbers.

/// A straight map from values to pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    from: f64,
    to: f64,
    first: f64,
    last: f64,
}

impl Scale {
    /// Values `from..to` onto pixels `first..last`; a range without width maps onto `first`.
    pub fn new((from, to): (f64, f64), (first, last): (f64, f64)) -> Self {
        Self { from, to, first, last }
    }

    /// The pixel of a value, kept within the range.
    pub fn at(&self, value: f64) -> f64 {
        if self.to <= self.from || value.is_nan() {
            return self.first;
        }
        let share = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        self.first + share * (self.last - self.first)
    }
}

/// Round numbers from zero up to at least a value, with their labels.
#[derive(Clone, Debug)]
pub(crate) struct Ticks {
    /// The end of the axis.
    pub end: f64,
    /// Values and labels.
    pub ticks: Vec<(f64, String)>,
}

impl Ticks {
    /// The axis cut short: it ends at a value, without the ticks beyond.
    pub fn up_to(mut self, end: f64) -> Self {
        if end > 0.0 && end < self.end {
            self.ticks.retain(|t| t.0 <= end);
            self.end = end;
        }
        self
    }
}

/// An axis that need not begin at zero.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    /// Both ends.
    pub ends: (f64, f64),
    /// Values and labels.
    pub ticks: Vec<(f64, String)>,
}

/// Ticks on round numbers around values from `low` to `high`, about `count` of them. The axis begins at zero where that
/// costs less than half of it; else it is for differences.
pub(crate) fn ticks_around((low, high): (f64, f64), count: usize) -> Range {
    let (low, high) = if low.is_finite() && high.is_finite() && low <= high {
        (low, high)
    } else {
        (0.0, 1.0)
    };
    let low = if low > 0.0 && low < 0.5 * high { 0.0 } else { low };
    let high = if high < 0.0 && high > 0.5 * low { 0.0 } else { high };
    ticks_between((low, high), count)
}

/// The same without regard to zero, as a scale of colours has it.
pub(crate) fn ticks_between((low, high): (f64, f64), count: usize) -> Range {
    // Values that are all the same get room about them.
    let (low, high) = if high - low > 1e-9 * high.abs().max(low.abs()) {
        (low, high)
    } else {
        let room = if high == 0.0 { 1.0 } else { 0.1 * high.abs() };
        (low - room, high + room)
    };
    let step = round_step((high - low) / count.max(1) as f64);
    let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
    let steps = (last - first).clamp(1.0, 100.0) as usize;
    let decimals = decimals(step);
    let ticks = (0..=steps).map(|i| (first + i as f64) * step).map(|value| {
        let text = format!("{:.decimals$}", value.abs());
        let negative = value < 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0');
        (value, if negative { format!("\u{2212}{text}") } else { text })
    });
    Range {
        ends: (first * step, (first + steps as f64) * step),
        ticks: ticks.collect(),
    }
}

/// The first round number not below a value above zero.
fn round_step(raw: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(raw).floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power);
    steps.into_iter().find(|s| *s >= raw * 0.999).unwrap_or(10.0 * power)
}

/// The decimals that multiples of a step need.
fn decimals(step: f64) -> usize {
    let short = (0..6).find(|d| {
        let scaled = step * 10_f64.powi(*d);
        (scaled - scaled.round()).abs() < 1e-6 * scaled
    });
    short.unwrap_or(6).unsigned_abs() as usize
}

/// Ticks from zero up to the first round number not below `max`, about `count` of them.
pub(crate) fn ticks(max: f64, count: usize) -> Ticks {
    let max = if max.is_finite() && max > 0.0 { max } else { 1.0 };
    let step = round_step(max / count.max(1) as f64);
    let steps = (max / step - 1e-9).ceil().max(1.0) as usize;
    let decimals = decimals(step);
    let ticks = (0..=steps)
        .map(|i| i as f64 * step)
        .map(|v| (v, format!("{v:.decimals$}")))
        .collect();
    Ticks {
        end: steps as f64 * step,
        ticks,
    }
}

/// Moves places apart so that neighbours keep a gap, in order, as little as may be, within bounds where they have room.
pub(crate) fn spread(places: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    // Runs of places that touch, each with the sum of where its members would like it to begin.
    let mut runs: Vec<(f64, usize)> = Vec::new();
    for i in &order {
        runs.push((places[*i], 1));
        while let [.., (a, n), (b, m)] = runs[..] {
            if a + n as f64 * gap <= b {
                break;
            }
            let begin = (a * n as f64 + (b - n as f64 * gap) * m as f64) / (n + m) as f64;
            runs.truncate(runs.len() - 2);
            runs.push((begin, n + m));
        }
    }
    let mut moved = vec![0.0; places.len()];
    let mut spots: Vec<f64> = runs.iter().flat_map(|(a, n)| (0..*n).map(move |i| a + i as f64 * gap)).collect();
    let mut floor = low;
    for s in &mut spots {
        *s = s.max(floor);
        floor = *s + gap;
    }
    let mut ceiling = high;
    for s in spots.iter_mut().rev() {
        *s = s.min(ceiling);
        ceiling = *s - gap;
    }
    for (i, s) in order.into_iter().zip(spots) {
        moved[i] = s;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_largest() {
        for (max, end, last) in [
            (0.0, 1.0, "1.00"),
            (1.0, 1.0, "1.00"),
            (7.3, 8.0, "8"),
            (34.0, 40.0, "40"),
            (0.034, 0.04, "0.04"),
            (3e-9, 3e-9, "0.000000"),
        ] {
            let t = ticks(max, 4);
            assert!((t.end - end).abs() < 1e-9, "{max}: {t:?}");
            assert_eq!(t.ticks.last().map(|t| t.1.as_str()), Some(last), "{max}");
            assert!(t.ticks.len() <= 6, "{max}: {t:?}");
        }
        assert!(ticks(f64::NAN, 4).end > 0.0);
    }

    #[test]
    fn axes_about_values_are_round_and_hold_them() {
        for (low, high, first, last) in [
            (91.2, 93.4, "91", "94"),
            (0.7, 1.3, "0.6", "1.4"),
            (3.0, 30.0, "0", "30"),
            (-2.0, 5.0, "\u{2212}2", "6"),
            (-0.031, -0.029, "\u{2212}0.0310", "\u{2212}0.0290"),
            (5.0, 5.0, "4.50", "5.50"),
            (0.0, 0.0, "\u{2212}1.0", "1.0"),
            (f64::NAN, 2.0, "0.00", "1.00"),
        ] {
            let range = ticks_around((low, high), 4);
            let label = |at: Option<&(f64, String)>| at.map(|t| t.1.clone()).unwrap_or_default();
            assert_eq!(
                (label(range.ticks.first()).as_str(), label(range.ticks.last()).as_str()),
                (first, last),
                "{low} to {high}"
            );
            assert!(
                range.ticks.len() <= 7 && (low.is_nan() || (range.ends.0 <= low + 1e-9 && range.ends.1 >= high - 1e-9)),
                "{range:?}"
            );
        }
    }

    #[test]
    fn labels_move_apart_within_bounds() {
        let moved = spread(&[10.0, 11.0, 12.0, 50.0], 15.0, (0.0, 100.0));
        assert!(moved.windows(2).all(|w| w[1] - w[0] >= 15.0 - 1e-9), "{moved:?}");
        assert!(moved[0] >= 0.0 && (moved[3] - 50.0).abs() < 1e-9, "{moved:?}");
        assert_eq!(spread(&[99.0, 98.0], 10.0, (0.0, 100.0)), vec![100.0, 90.0]);
        assert!(spread(&[], 10.0, (0.0, 1.0)).is_empty());
    }

    #[test]
    fn a_scale_without_width_stays_at_its_start() {
        assert!((Scale::new((5.0, 5.0), (10.0, 20.0)).at(7.0) - 10.0).abs() < 1e-9);
        assert!((Scale::new((0.0, 10.0), (10.0, 20.0)).at(5.0) - 15.0).abs() < 1e-9);
    }
}
