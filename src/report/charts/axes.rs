//! Axes of numbers and of levels around a plot: shared by the charts of experiments.

use crate::report::charts::panel::small;
use crate::report::font::Weight;
use crate::report::number;
use crate::report::picture::{Align, Label, Picture, Rect};
use crate::report::scale::{Range, Scale, ticks_around};
use crate::report::{Lang, theme, words};
use crate::stats::Estimate;

/// A measure as people read it: one without unit is a share, which they read in per cent.
#[derive(Clone, Copy)]
pub(super) struct Quantity<'a> {
    /// The unit as shown.
    pub unit: &'a str,
    share: bool,
}

impl<'a> Quantity<'a> {
    /// Of the unit as measures have it.
    pub fn new(unit: &'a str, lang: Lang) -> Self {
        match unit {
            "" => Self { unit: "%", share: true },
            unit => Self {
                unit: words::unit(unit, lang),
                share: false,
            },
        }
    }

    /// The estimate in the unit shown.
    pub fn shown(self, estimate: &Estimate) -> Estimate {
        if self.share { number::as_percent(estimate) } else { *estimate }
    }

    /// A number in the unit shown.
    pub fn value(self, value: f64) -> f64 {
        if self.share { value * 100.0 } else { value }
    }

    /// `12.3 ± 0.4 h`.
    pub fn words(self, estimate: &Estimate) -> String {
        format!("{}\u{a0}{}", number::with_interval(&self.shown(estimate)), self.unit)
    }

    /// What an axis of it is called.
    pub fn title(self, label: &str) -> Label {
        Label::from(label).map(|label| format!("{label}, {}", self.unit))
    }
}

/// From the lowest to the highest end of intervals, or of the means where there are none; `None` where nothing can be drawn. Of what is
/// never below zero, an interval that is shows nothing.
pub(super) fn reach<'e>(estimates: impl Iterator<Item = &'e Estimate>) -> Option<(f64, f64)> {
    let ends = |e: &Estimate| {
        let half = whole(e).unwrap_or(0.0);
        (e.mean - half, e.mean + half, e.mean)
    };
    let (low, high, least) = estimates
        .filter(|e| e.mean.is_finite())
        .map(ends)
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1), a.2.min(b.2)))?;
    Some((if least >= 0.0 { low.max(0.0) } else { low }, high))
}

/// The half-width, where it is a number.
pub(super) fn whole(e: &Estimate) -> Option<f64> {
    e.half_width.filter(|half| half.is_finite())
}

/// An upright axis left of a plot, with its lines across.
pub(super) struct Side {
    /// From values to pixels.
    pub scale: Scale,
    /// The ticks.
    pub range: Range,
}

impl Side {
    /// For values between two ends.
    pub fn new(ends: (f64, f64), plot: Rect) -> Self {
        let range = ticks_around(ends, (plot.h / 48.0).max(3.0) as usize);
        Self {
            scale: Scale::new(range.ends, (plot.bottom(), plot.y)),
            range,
        }
    }

    /// Lines and labels.
    pub fn draw(&self, picture: &mut Picture, plot: Rect) {
        for (value, label) in &self.range.ticks {
            let level = self.scale.at(*value);
            picture.line((plot.x, level), (plot.right(), level), theme::GRID, 1.0);
            picture.text(label, (plot.x - 8.0, level + 4.0), small(Align::Right));
        }
    }
}

/// What an upright axis is called, along it.
pub(super) fn side_title(picture: &mut Picture, title: &Label, (x, plot): (f64, Rect)) {
    let fitted = title.fit(plot.h, theme::SMALL, Weight::Regular);
    picture.text_upwards(fitted, (x, plot.y + plot.h / 2.0), small(Align::Centre));
}

/// A level axis below a plot: marks at places with labels, as many as have room, and what it is called.
pub(super) fn foot(picture: &mut Picture, plot: Rect, marks: &[(f64, Label)], title: &Label) {
    let y = plot.bottom();
    picture.line((plot.x, y), (plot.right(), y), theme::AXIS, 1.0);
    let room = spacing(marks.iter().map(|m| m.0)).unwrap_or(plot.w).max(56.0) - 8.0;
    let mut free_from = f64::NEG_INFINITY;
    for (x, label) in marks {
        let label = label.fit(room, theme::SMALL, Weight::Regular);
        let half = label.width(theme::SMALL, Weight::Regular) / 2.0;
        let centre = x.clamp(theme::MARGIN + half, theme::WIDTH - theme::MARGIN - half);
        let shown = centre - half >= free_from;
        picture.line((*x, y), (*x, y + if shown { 6.0 } else { 3.0 }), theme::AXIS, 1.0);
        if shown {
            picture.text(label, (centre, y + 18.0), small(Align::Centre));
            free_from = centre + half + 6.0;
        }
    }
    let title = title.fit(plot.w, theme::SMALL, Weight::Regular);
    picture.text(title, (f64::midpoint(plot.x, plot.right()), y + 36.0), small(Align::Centre));
}

/// The least distance of neighbours.
fn spacing(places: impl Iterator<Item = f64>) -> Option<f64> {
    let places: Vec<f64> = places.collect();
    places.windows(2).map(|w| (w[1] - w[0]).abs()).reduce(f64::min)
}

/// A level axis of values below a plot, with its lines upward.
pub(super) fn values_below(picture: &mut Picture, plot: Rect, range: &Range, title: &Label) -> Scale {
    let scale = Scale::new(range.ends, (plot.x, plot.right()));
    for (value, _) in &range.ticks {
        let x = scale.at(*value);
        picture.line((x, plot.y), (x, plot.bottom()), theme::GRID, 1.0);
    }
    let marks: Vec<(f64, Label)> = range
        .ticks
        .iter()
        .map(|(value, label)| (scale.at(*value), Label::from(label)))
        .collect();
    foot(picture, plot, &marks, title);
    scale
}
