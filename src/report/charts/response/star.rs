//! The tornado of one factor at a time: how far each moves a measure from where it is, the farthest on top.

use super::super::axes::{Quantity, reach, values_below, whole};
use super::super::panel;
use super::{caption, id, shown};
use crate::experiment::sweep::{Response, ResponsePoint, Shape};
use crate::report::font::Weight;
use crate::report::picture::{Align, Dot, Label, Picture, Rect};
use crate::report::scale::{Scale, ticks_around};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme};
use crate::stats::Estimate;

/// Factors at most.
const ROWS: usize = 16;
const ROW: f64 = 34.0;
/// Room for names, at most.
const NAME_ROOM: f64 = 300.0;

/// How far each factor moves the mean from that of the base, every level with its interval.
///
/// # Errors
/// Where it cannot be drawn.
pub fn one_at_a_time(response: &Response, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::response(response);
    let mut swings = swings(response);
    let label = &response.measure.label;
    let mut words = Words {
        lang,
        id: id("tornado", &response.measure.id),
        title: Label::from(lang.pick(format!("{label}: one factor at a time"), format!("{label}：逐个改变因素"))),
        finding: Label::from(""),
        caption: caption(response, lang),
    };
    let base = response.points.first().and_then(|p| p.estimate).filter(|e| e.mean.is_finite());
    let Some(base) = base.map(|e| shown(response, &e)) else {
        return nothing(
            words,
            lang.pick("the base has no value of this measure.", "基准点没有该指标的数值。"),
            &data,
        );
    };
    if swings.is_empty() {
        return nothing(words, lang.pick("no factor varies by itself.", "没有因素单独变化。"), &data);
    }
    words.finding = Label::from(finding(response, &swings, &base, lang));
    if swings.len() > ROWS {
        let more = swings.len() - ROWS;
        let more = crate::report::words::further(more, ("further factor", "further factors"), "个因素", lang);
        remark(&mut words.caption, &more);
        swings.truncate(ROWS);
    }
    draw(response, &swings, &base, words).finish(&data)
}

/// A factor and its points, with the lowest and the highest mean.
struct Swing<'r> {
    factor: usize,
    levels: Vec<(&'r ResponsePoint, Option<Estimate>)>,
    /// The base among them, as it is a level of every factor.
    ends: (f64, f64),
}

/// The widest first.
fn swings(response: &Response) -> Vec<Swing<'_>> {
    let (Shape::Star(factors) | Shape::Grid(factors)) = response.shape() else {
        return Vec::new();
    };
    let Some(base) = response.points.first() else { return Vec::new() };
    let of = |p: &ResponsePoint| p.estimate.filter(|e| e.mean.is_finite()).map(|e| shown(response, &e));
    let swing = |factor: usize| {
        let levels: Vec<_> = response
            .points
            .iter()
            .filter(|p| p.levels[factor] != base.levels[factor])
            .map(|p| (p, of(p)))
            .collect();
        let means = levels.iter().filter_map(|(_, e)| *e).chain(of(base)).map(|e| e.mean);
        let ends = means.fold((f64::MAX, f64::MIN), |ends, m| (ends.0.min(m), ends.1.max(m)));
        Swing { factor, levels, ends }
    };
    let mut all: Vec<Swing<'_>> = factors.into_iter().map(swing).collect();
    all.sort_by(|a, b| (b.ends.1 - b.ends.0).total_cmp(&(a.ends.1 - a.ends.0)));
    all
}

fn finding(response: &Response, swings: &[Swing<'_>], base: &Estimate, lang: Lang) -> String {
    let of = Quantity::new(&response.measure.unit, lang);
    let words = |e: &Estimate| format!("{}\u{a0}{}", crate::report::number::with_interval(e), of.unit);
    let far = swings.first().and_then(|swing| {
        let known = swing.levels.iter().filter_map(|(p, e)| Some((*p, (*e)?)));
        let (point, e) = known.max_by(|a, b| (a.1.mean - base.mean).abs().total_cmp(&(b.1.mean - base.mean).abs()))?;
        Some((swing.factor, point, e))
    });
    let Some((factor, point, e)) = far else { return String::new() };
    let (name, level) = (&response.factors[factor].name, &point.levels[factor]);
    lang.pick(
        format!(
            "“{name}” moves it most: {} at {level}, against {} as it is.",
            words(&e),
            words(base)
        ),
        format!("影响最大的是“{name}”：取 {level} 时为 {}，基准为 {}。", words(&e), words(base)),
    )
}

fn draw(response: &Response, swings: &[Swing<'_>], base: &Estimate, words: Words) -> Sheet {
    let lang = words.lang;
    let mut keys = vec![
        Key::new(
            Swatch::Box,
            theme::BARS,
            lang.pick("from lowest to highest mean", "均值由最低到最高"),
        ),
        Key::new(
            Swatch::Line,
            theme::MAIN,
            lang.pick("a level, with its interval", "各水平及置信区间"),
        ),
        Key::new(Swatch::Dashes, theme::INK, lang.pick("as it is", "基准")),
    ];
    if swings.iter().any(|s| s.levels.iter().any(|(_, e)| e.is_none())) {
        keys.push(Key::new(
            Swatch::Line,
            theme::ALERT,
            lang.pick("a level without a value", "没有数值的水平"),
        ));
    }
    let height = swings.len() as f64 * ROW + 8.0;
    let mut sheet = Sheet::new(words, &keys, height + panel::FOOT);
    let names: Vec<Label> = swings.iter().map(|s| Label::from(&response.factors[s.factor].name)).collect();
    let left = panel::name_room(names.iter(), NAME_ROOM);
    let plot = Rect {
        x: sheet.body.x + left,
        w: sheet.body.w - left - 30.0,
        h: height,
        ..sheet.body
    };
    let estimates = swings
        .iter()
        .flat_map(|s| s.levels.iter().filter_map(|l| l.1.as_ref()))
        .chain([base]);
    let range = ticks_around(reach(estimates).unwrap_or((0.0, 1.0)), 6);
    let title = Quantity::new(&response.measure.unit, lang).title(&response.measure.label);
    let x = values_below(&mut sheet.picture, plot, &range, &title);
    let at = x.at(base.mean);
    sheet.picture.dashes((at, plot.y), (at, plot.bottom()), theme::INK, 1.25);
    for (i, (swing, name)) in swings.iter().zip(&names).enumerate() {
        let centre = plot.y + 4.0 + (i as f64 + 0.5) * ROW;
        let name = name.fit(left - 14.0, theme::NAME, Weight::Regular);
        sheet.picture.text(name, (plot.x - 10.0, centre + 4.5), panel::name(Align::Right));
        row(&mut sheet.picture, swing, (centre, plot), &x);
    }
    sheet
}

/// A bar over the means, and every level with its interval and, at both ends, its name.
fn row(picture: &mut Picture, swing: &Swing<'_>, (centre, plot): (f64, Rect), x: &Scale) {
    let (low, high) = (x.at(swing.ends.0), x.at(swing.ends.1));
    let bar = Rect {
        x: low,
        y: centre - 5.0,
        w: high - low,
        h: 10.0,
    };
    picture.rect(bar, theme::BARS);
    let mut known: Vec<(&ResponsePoint, Estimate)> = swing.levels.iter().filter_map(|(p, e)| Some((*p, (*e)?))).collect();
    known.sort_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    for (_, e) in &known {
        if let Some(half) = whole(e) {
            picture.whisker((x.at(e.mean - half), centre), (x.at(e.mean + half), centre), theme::MAIN, 1.25);
        }
        picture.dot((x.at(e.mean), centre), Dot::Disc, 3.5, theme::MAIN);
    }
    let without = swing.levels.len() - known.len();
    for n in 0..without {
        super::super::series::cross(picture, (plot.right() + 12.0 + 10.0 * (n.min(1)) as f64, centre));
    }
    // The names of the outermost levels stand below the bar, each on its side.
    let mut name = |(point, e): &(&ResponsePoint, Estimate), (align, aside): (Align, f64), room: f64| {
        let label = Label::from(&point.levels[swing.factor]).fit(room, theme::SMALL, Weight::Regular);
        picture.text(label, (x.at(e.mean) + aside, centre + 16.0), panel::small(align));
    };
    let after = |e: &Estimate| (plot.right() + 24.0 - x.at(e.mean)).max(40.0);
    let apart = |a: &Estimate, b: &Estimate| x.at(b.mean) - x.at(a.mean);
    match &known[..] {
        [] => {}
        [only] => name(only, (Align::Left, 6.0), after(&only.1)),
        [first, .., last] if apart(&first.1, &last.1) > 40.0 => {
            let room = apart(&first.1, &last.1) / 2.0 - 6.0;
            name(first, (Align::Left, 0.0), room);
            name(last, (Align::Right, 0.0), room);
        }
        [first, .., last] => {
            name(first, (Align::Right, -6.0), (x.at(first.1.mean) - plot.x).max(40.0));
            name(last, (Align::Left, 6.0), after(&last.1) - 6.0);
        }
    }
}
