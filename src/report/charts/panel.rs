//! A panel of a quantity over civil time: shared by queues and trains per day.

use plotters::style::RGBColor;

use crate::experiment::results::{Band, Results};
use crate::observe::Activity;
use crate::report::calendar::{Calendar, Tick};
use crate::report::font::Weight;
use crate::report::number;
use crate::report::picture::{Align, Label, Picture, Rect, Style};
use crate::report::scale::{Scale, spread, ticks};
use crate::report::sheet::{Key, Swatch};
use crate::report::{Lang, theme, words};
use crate::units::Instant;

/// Room for the numbers of an axis, in pixels.
pub(super) const AXIS_ROOM: f64 = 46.0;
/// Height of the heading of a panel.
pub(super) const HEADING: f64 = 32.0;
/// Height of the ticks and title of an axis below a panel.
pub(super) const FOOT: f64 = 42.0;

/// Small text, such as ticks.
pub(super) const fn small(align: Align) -> Style {
    Style::new(theme::SMALL, theme::MUTED).align(align)
}

/// Names beside bars and above panels.
pub(super) const fn name(align: Align) -> Style {
    Style::new(theme::NAME, theme::INK).align(align)
}

/// When a disruption is in force at a location, as far as that is on an axis.
pub(super) fn disrupted(results: &Results, location: usize, (begin, end): (Instant, Instant)) -> Vec<(Instant, Instant)> {
    let there = results.disrupted.iter().filter(|(at, ..)| *at == location);
    there
        .map(|(_, from, to)| ((*from).max(begin), (*to).min(end)))
        .filter(|(from, to)| from < to)
        .collect()
}

/// The entry of the legend for [`disrupted`].
pub(super) fn disruption_key(lang: Lang) -> Key {
    Key::new(Swatch::Box, theme::DISRUPTED, lang.pick("disruption in force", "中断生效"))
}

/// The entries of the legend for activities, in their order, as far as they appear.
pub(super) fn activity_keys(appears: impl Fn(Activity) -> bool, swatch: Swatch, lang: Lang) -> Vec<Key> {
    let key = |a: Activity| Key::new(swatch, theme::activity(a), words::legend(a, lang));
    Activity::ALL.into_iter().filter(|a| appears(*a)).map(key).collect()
}

/// How much room names need beside a plot, at most so much.
pub(super) fn name_room<'a>(names: impl Iterator<Item = &'a Label>, most: f64) -> f64 {
    let widest = names.map(|n| n.width(theme::NAME, Weight::Regular)).fold(0.0, f64::max);
    (widest + 16.0).clamp(70.0, most)
}

/// One panel.
pub(super) struct Panel<'a> {
    /// Its heading.
    pub heading: Label,
    /// From, to and the values in between.
    pub steps: &'a [Step],
    /// Whether the band means anything.
    pub banded: bool,
    /// The colour of the mean.
    pub colour: RGBColor,
    /// Further means over the same axis, each with its colour.
    pub others: &'a [(&'a [Step], RGBColor)],
    /// Stretches in which a disruption is in force there.
    pub disrupted: Vec<(Instant, Instant)>,
    /// Limits: label and value.
    pub limits: &'a [(String, f64)],
}

/// From, to and the value in between.
pub(super) type Step = (Instant, Instant, Band);

/// The common time axis of panels.
pub(super) struct TimeAxis {
    /// The instants at the ends.
    pub ends: (Instant, Instant),
    /// The ticks.
    pub ticks: Vec<Tick>,
    /// The words below.
    pub title: String,
    scale: Scale,
}

impl TimeAxis {
    /// For instants onto the pixels of a plot.
    pub fn new(calendar: &Calendar, ends: (Instant, Instant), (left, right): (f64, f64)) -> Self {
        Self {
            ends,
            ticks: calendar.ticks(ends.0, ends.1, right - left, 72.0),
            title: calendar.axis_title(ends.0, ends.1),
            scale: Scale::new((ends.0.0 as f64, ends.1.0 as f64), (left, right)),
        }
    }

    /// The pixel of an instant.
    pub fn at(&self, at: Instant) -> f64 {
        self.scale.at(at.0 as f64)
    }

    /// The lines of the calendar over a plot.
    pub fn grid(&self, picture: &mut Picture, plot: Rect) {
        for tick in &self.ticks {
            if !tick.label.is_empty() {
                let x = self.at(tick.at);
                picture.line((x, plot.y), (x, plot.bottom()), theme::GRID, 1.0);
            }
        }
    }

    /// Ticks, labels and title below a plot.
    pub fn foot(&self, picture: &mut Picture, plot: Rect) {
        let y = plot.bottom();
        picture.line((plot.x, y), (plot.right(), y), theme::AXIS, 1.0);
        let mut free_from = 0.0;
        for tick in &self.ticks {
            let x = self.at(tick.at);
            let long = !tick.label.is_empty();
            picture.line((x, y), (x, y + if long { 6.0 } else { 3.0 }), theme::AXIS, 1.0);
            let label = Label::from(&tick.label);
            let half = label.width(theme::SMALL, Weight::Regular) / 2.0;
            let centre = x.clamp(theme::MARGIN + half, theme::WIDTH - theme::MARGIN - half);
            if long && centre - half >= free_from {
                picture.text(label, (centre, y + 18.0), small(Align::Centre));
                free_from = centre + half + 6.0;
            }
        }
        picture.text(&self.title, (f64::midpoint(plot.x, plot.right()), y + 36.0), small(Align::Centre));
    }
}

/// Draws a panel into a plot: grid, shaded warm-up, band, mean, limits.
pub(super) fn draw(picture: &mut Picture, panel: &Panel<'_>, axis: &TimeAxis, plot: Rect, warm_up_ends: Instant) {
    let largest = panel
        .steps
        .iter()
        .map(|s| if panel.banded { s.2.p90.max(s.2.mean) } else { s.2.mean });
    let limits = panel.limits.iter().map(|l| l.1);
    let others = panel.others.iter().flat_map(|(steps, _)| steps.iter()).map(|s| s.2.mean);
    let t = ticks(
        largest.chain(limits).chain(others).filter(|v| v.is_finite()).fold(0.0, f64::max),
        (plot.h / 32.0) as usize,
    );
    let y = Scale::new((0.0, t.end), (plot.bottom(), plot.y));
    let heading = panel.heading.fit(plot.w, theme::NAME, Weight::Bold);
    picture.text(heading, (plot.x, plot.y - 8.0), name(Align::Left).bold());
    let warm = axis.at(warm_up_ends) - plot.x;
    if warm_up_ends > axis.ends.0 {
        picture.rect(Rect { w: warm, ..plot }, theme::WARM_UP);
    }
    for (from, to) in &panel.disrupted {
        let (x, end) = (axis.at(*from), axis.at(*to));
        picture.rect(Rect { x, w: end - x, ..plot }, theme::DISRUPTED);
    }
    let boxes = |steps: &[Step], f: fn(&Band) -> (f64, f64)| -> Vec<Rect> {
        let of_step = |(from, to, band): &Step| {
            let (low, high) = f(band);
            let (x, top) = (axis.at(*from), y.at(high));
            Rect {
                x,
                y: top,
                w: axis.at(*to) - x,
                h: y.at(low) - top,
            }
        };
        steps.iter().map(of_step).collect()
    };
    if panel.banded {
        picture.band(boxes(panel.steps, |b| (b.p10, b.p90)), theme::BAND);
    }
    axis.grid(picture, plot);
    for (value, label) in &t.ticks {
        let level = y.at(*value);
        picture.line((plot.x, level), (plot.right(), level), theme::GRID, 1.0);
        picture.text(label, (plot.x - 8.0, level + 4.0), small(Align::Right));
    }
    for (steps, colour) in std::iter::once((panel.steps, panel.colour)).chain(panel.others.iter().copied()) {
        let mean = boxes(steps, |b| (b.mean, b.mean));
        picture.path(mean.iter().flat_map(|r| [(r.x, r.y), (r.right(), r.y)]).collect(), colour, 1.5);
    }
    draw_limits(picture, panel.limits, &y, plot);
}

/// Dashed levels with their labels to the right of the plot, moved apart.
fn draw_limits(picture: &mut Picture, limits: &[(String, f64)], y: &Scale, plot: Rect) {
    let places: Vec<f64> = limits.iter().map(|l| y.at(l.1)).collect();
    let apart = spread(&places, theme::SMALL * 1.25, (plot.y + 4.0, plot.bottom() - 4.0));
    let room = theme::WIDTH - theme::MARGIN - plot.right() - 16.0;
    for (((label, value), level), beside) in limits.iter().zip(&places).zip(apart) {
        picture.dashes((plot.x, *level), (plot.right(), *level), theme::ALERT, 1.25);
        picture.line((plot.right(), *level), (plot.right() + 12.0, beside), theme::ALERT, 0.75);
        let style = Style::new(theme::SMALL, theme::ALERT);
        let words = limit_words(label, *value).fit(room, theme::SMALL, Weight::Regular);
        picture.text(words, (plot.right() + 16.0, beside + 4.0), style);
    }
}

/// A limit as written beside its line.
pub(super) fn limit_words(label: &str, value: f64) -> Label {
    Label::from(format!(
        "{} {label}",
        number::plain(value).trim_end_matches(".0").trim_end_matches(".00")
    ))
}
