//! Total cost of every alternative against the measure of a limit, with intervals.

use super::super::axes::{Quantity, Side, side_title, values_below, whole};
use super::super::panel::{self, small};
use super::{cost, mark};
use crate::experiment::optimise::{Alternative, LimitFacts, Optimisation, Verdict};
use crate::report::font::Weight;
use crate::report::picture::{Align, Label, Picture, Rect, Style};
use crate::report::scale::{Scale, ticks_around};
use crate::report::{Lang, theme};
use crate::stats::Estimate;

/// Room for the numbers and the title of the upright axis.
const SIDE: f64 = 84.0;
/// Room for the words of the limit to the right.
const WORDS: f64 = 110.0;

/// Draws the alternatives against one limit into an area, titles and words of the limit included.
pub(super) fn draw(picture: &mut Picture, (found, limit, at): (&Optimisation, &LimitFacts, usize), area: Rect, lang: Lang) {
    let plot = Rect {
        x: area.x + SIDE,
        w: area.w - SIDE - WORDS,
        ..area
    };
    let of = Quantity::new(&limit.unit, lang);
    let points: Vec<(&Alternative, Estimate, Estimate)> = found
        .alternatives
        .iter()
        .filter_map(|a| {
            let e = a.estimates.get(at).copied().flatten().filter(|e| e.mean.is_finite())?;
            Some((a, of.shown(&e), cost(a)?))
        })
        .collect();
    let ends = |e: &Estimate| [e.mean - whole(e).unwrap_or(0.0), e.mean + whole(e).unwrap_or(0.0)];
    let (most, tolerance) = (of.value(limit.most), of.value(limit.tolerance));
    // One alternative that is overrun must not press the others together.
    let (low, high) = over(points.iter().flat_map(|p| ends(&p.1)).chain([most - tolerance, most + tolerance]));
    let cap = if most > 0.0 { 4.0 * most } else { f64::INFINITY };
    let range = ticks_around((low.min(cap), high.min(cap)), 8);
    let side = Side::new(over(points.iter().flat_map(|p| ends(&p.2))), plot);
    let x = Scale::new(range.ends, (plot.x, plot.right()));
    let allowed = Rect {
        x: x.at(most - tolerance),
        w: x.at(most + tolerance) - x.at(most - tolerance),
        ..plot
    };
    picture.rect(allowed, theme::WARM_UP);
    side.draw(picture, plot);
    let title = of.title(&limit.label);
    values_below(picture, plot, &range, &title);
    picture.dashes((x.at(most), plot.y), (x.at(most), plot.bottom()), theme::ALERT, 1.5);
    let words = panel::limit_words(of.unit, most);
    let half = words.width(theme::SMALL, Weight::Regular) / 2.0;
    let style = Style::new(theme::SMALL, theme::ALERT).align(Align::Centre);
    picture.text(
        words,
        (x.at(most).clamp(plot.x + half, plot.right() + WORDS - half), plot.y - 7.0),
        style,
    );
    let mut taken: Vec<Rect> = Vec::new();
    for (a, e, price) in &points {
        let (colour, dot, _) = mark(&a.verdict, lang);
        let (across, up) = (x.at(e.mean), side.scale.at(price.mean));
        if let Some(half) = whole(e).filter(|h| *h > 0.0) {
            let (low, high) = (x.at(e.mean - half), x.at(e.mean + half));
            picture.whisker((low, up), (high, up), colour, 1.0);
            taken.push(Rect {
                x: low,
                y: up - 3.5,
                w: high - low,
                h: 7.0,
            });
        }
        if let Some(half) = whole(price).filter(|h| *h > 0.0) {
            let (high, low) = (side.scale.at(price.mean + half), side.scale.at(price.mean - half));
            picture.whisker((across, high), (across, low), colour, 1.0);
        }
        let radius = if a.verdict == Verdict::Chosen { 6.5 } else { 4.0 };
        picture.dot((across, up), dot, radius, colour);
        taken.push(Rect {
            x: across - radius,
            y: up - radius,
            w: 2.0 * radius,
            h: 2.0 * radius,
        });
    }
    number_points(picture, &points, (&x, &side.scale), &mut taken, plot);
    let cost = match found.unit.as_str() {
        "" => lang.pick("total cost", "总费用").to_owned(),
        unit => lang.pick(format!("total cost, {unit}"), format!("总费用，{unit}")),
    };
    side_title(picture, &Label::from(cost), (plot.x - SIDE + 10.0, plot));
}

/// From the lowest to the highest end.
fn over(ends: impl Iterator<Item = f64>) -> (f64, f64) {
    let ends = ends.filter(|x| x.is_finite());
    ends.fold(None, |all: Option<(f64, f64)>, x| {
        Some(all.map_or((x, x), |(a, b)| (a.min(x), b.max(x))))
    })
    .unwrap_or((0.0, 1.0))
}

/// The numbers of alternatives beside their marks, wherever one has room; the chosen one first.
fn number_points(
    picture: &mut Picture,
    points: &[(&Alternative, Estimate, Estimate)],
    (x, y): (&Scale, &Scale),
    taken: &mut Vec<Rect>,
    plot: Rect,
) {
    let mut order: Vec<_> = points.iter().collect();
    order.sort_by_key(|(a, ..)| (a.verdict != Verdict::Chosen, a.point));
    for (a, e, price) in order {
        let label = Label::from(a.point.to_string());
        let wide = label.width(theme::SMALL, Weight::Regular);
        let (across, up) = (x.at(e.mean), y.at(price.mean));
        let places = [
            (across + 8.0, up - 5.0),
            (across - 8.0 - wide, up - 5.0),
            (across + 8.0, up + 14.0),
            (across - 8.0 - wide, up + 14.0),
        ];
        let room = |(left, base): (f64, f64)| Rect {
            x: left,
            y: base - 9.0,
            w: wide,
            h: 12.0,
        };
        let free = |place: &&(f64, f64)| {
            let room = room(**place);
            let inside = room.x > plot.x && room.right() < theme::WIDTH - theme::MARGIN && room.y > plot.y && room.bottom() < plot.bottom();
            inside && taken.iter().all(|other| room.is_apart(other))
        };
        if let Some(place) = places.iter().find(free) {
            taken.push(room(*place));
            picture.text(label, *place, small(Align::Left));
        }
    }
}
