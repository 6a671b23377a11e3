//! Lines of values with intervals over the levels of a factor, and their names beside them.

use super::axes::whole;
use super::panel::small;
use crate::report::font::Weight;
use crate::report::picture::{Align, Dot, Label, Picture, Rect, Style};
use crate::report::scale::{Scale, spread};
use crate::report::theme;
use crate::stats::Estimate;

/// Values beyond which they have no dots and whiskers of their own.
const DOTTED: usize = 30;
/// Room for the names of lines to the right, at most.
const NAMES: f64 = 210.0;
/// From the edges of a plot to its outermost levels.
const INSET: f64 = 26.0;

/// A value and the ends of its interval, where it has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    /// The value.
    pub mean: f64,
    /// The ends.
    pub ends: Option<(f64, f64)>,
}

impl Value {
    /// An estimate.
    pub fn of(e: &Estimate) -> Self {
        Self {
            mean: e.mean,
            ends: whole(e).map(|half| (e.mean - half, e.mean + half)),
        }
    }
}

/// Values from left to right with where they are across, absent where there is none.
pub(super) type Series = Vec<(f64, Option<Value>)>;

/// Levels with where they are across, from 0 to 1, and whether they are quantities.
pub(super) type Places<'l> = (Vec<(&'l str, f64)>, bool);

/// Levels in order of their numbers; evenly spaced, and in their own order, where they have none; evenly too where they span powers
/// of ten.
pub(super) fn places<'l>(levels: &[&'l str], numbers: Vec<Option<f64>>) -> Places<'l> {
    let n = levels.len().max(2) - 1;
    let even = |levels: Vec<&'l str>| -> Vec<(&'l str, f64)> {
        let spaced = levels.into_iter().enumerate();
        spaced.map(|(i, level)| (level, i as f64 / n as f64)).collect()
    };
    let Some(numbers) = numbers.into_iter().collect::<Option<Vec<f64>>>() else {
        return (even(levels.to_vec()), false);
    };
    let mut order: Vec<(&str, f64)> = levels.iter().copied().zip(numbers).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let ends = order.first().zip(order.last()).map(|(a, b)| (a.1, b.1));
    match ends {
        Some((low, high)) if high > low && (low <= 0.0 || high / low <= 30.0) => {
            let placed = order.into_iter().map(|(level, x)| (level, (x - low) / (high - low)));
            (placed.collect(), true)
        }
        _ => (even(order.into_iter().map(|o| o.0).collect()), true),
    }
}

/// The pixel of a place across.
pub(super) fn across(plot: Rect, share: f64) -> f64 {
    plot.x + INSET + share * (plot.w - 2.0 * INSET)
}

/// How far the n-th of so many values at one place stands aside.
pub(super) fn aside(n: usize, of: usize) -> f64 {
    (n as f64 - (of as f64 - 1.0) / 2.0) * 14.0
}

fn style(n: usize) -> (plotters::style::RGBColor, Dot) {
    (theme::SERIES[n % theme::SERIES.len()], Dot::ALL[n % Dot::ALL.len()])
}

/// Strips of intervals and lines where levels are quantities; values with whiskers; a cross at the foot where there is none.
pub(super) fn draw_series(picture: &mut Picture, series: &[Series], (plot, y): (Rect, &Scale), joined: bool) {
    if joined {
        for (n, values) in series.iter().enumerate() {
            strips(picture, values, y, style(n).0);
        }
    }
    for (n, values) in series.iter().enumerate() {
        let (colour, dot) = style(n);
        if joined {
            for run in values.split(|(_, v)| v.is_none()) {
                let points = run.iter().filter_map(|(x, v)| Some((*x, y.at((*v)?.mean))));
                picture.path(points.collect(), colour, 2.0);
            }
        }
        for (x, value) in values {
            match value {
                None => cross(picture, (*x, plot.bottom() - 9.0)),
                Some(value) if values.len() <= DOTTED => {
                    if let Some((low, high)) = value.ends.filter(|(low, high)| low < high) {
                        picture.whisker((*x, y.at(high)), (*x, y.at(low)), colour, 1.25);
                    }
                    picture.dot((*x, y.at(value.mean)), dot, 4.0, colour);
                }
                Some(_) => {}
            }
        }
    }
}

/// The intervals of neighbours as a strip, wherever both have one.
fn strips(picture: &mut Picture, values: &Series, y: &Scale, colour: plotters::style::RGBColor) {
    let ends = |(x, v): &(f64, Option<Value>)| {
        let (low, high) = (*v)?.ends?;
        Some((*x, y.at(high), y.at(low)))
    };
    let all: Vec<Option<(f64, f64, f64)>> = values.iter().map(ends).collect();
    for run in all.split(Option::is_none) {
        let run: Vec<(f64, f64, f64)> = run.iter().flatten().copied().collect();
        let upper = run.iter().map(|(x, high, _)| (*x, *high));
        let lower = run.iter().rev().map(|(x, _, low)| (*x, *low));
        if run.len() > 1 {
            picture.area(upper.chain(lower).collect(), colour, 0.18);
        }
    }
}

/// How much room the names of lines need right of a plot, under what they are levels of.
pub(super) fn room_for(of: &Label, names: &[Label]) -> f64 {
    let factor = of.width(theme::SMALL, Weight::Regular) - 22.0;
    let widest = names.iter().map(|n| n.width(theme::NAME, Weight::Regular)).fold(factor, f64::max);
    (widest + 40.0).clamp(90.0, NAMES)
}

/// The name of each line beside its end, moved apart, under what they are levels of.
pub(super) fn name_series(picture: &mut Picture, series: &[Series], (plot, y): (Rect, &Scale), (of, names): (&Label, &[Label])) {
    let end = |values: &Series| values.iter().rev().find_map(|(x, v)| v.map(|v| (*x, y.at(v.mean))));
    let ends: Vec<(f64, f64)> = series
        .iter()
        .map(|values| end(values).unwrap_or((plot.right(), plot.bottom())))
        .collect();
    let levels: Vec<f64> = ends.iter().map(|e| e.1).collect();
    let apart = spread(&levels, 17.0, (plot.y + 20.0, plot.bottom() - 4.0));
    let room = theme::WIDTH - theme::MARGIN - plot.right() - 30.0;
    let heading = of.fit(room + 22.0, theme::SMALL, Weight::Regular);
    picture.text(heading, (plot.right() + 8.0, plot.y + 3.0), small(Align::Left));
    for (n, ((label, (x, level)), beside)) in names.iter().zip(ends).zip(apart).enumerate() {
        let (colour, dot) = style(n);
        let lead = vec![(x, level), (plot.right() + 2.0, level), (plot.right() + 10.0, beside)];
        picture.path(lead, colour, 0.75);
        picture.dot((plot.right() + 15.0, beside), dot, 4.0, colour);
        let label = label.fit(room, theme::NAME, Weight::Regular);
        picture.text(label, (plot.right() + 25.0, beside + 4.5), Style::new(theme::NAME, theme::INK));
    }
}

/// Where there is no value.
pub(super) fn cross(picture: &mut Picture, (x, y): (f64, f64)) {
    for slope in [-1.0, 1.0] {
        picture.line((x - 4.0, y - 4.0 * slope), (x + 4.0, y + 4.0 * slope), theme::ALERT, 2.0);
    }
}
