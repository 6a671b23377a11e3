//! Parallel coordinates: every point of a design over many factors as a line, coloured by what was measured there.

use std::cmp::Reverse;

use super::super::axes::{Quantity, reach};
use super::super::panel::small;
use super::curves::axis_title;
use super::{caption, id, shown};
use crate::experiment::sweep::{Response, ResponsePoint};
use crate::report::font::{self, Weight};
use crate::report::number;
use crate::report::picture::{Align, Label, Picture, Rect, Style};
use crate::report::scale::{Scale, ticks_around};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme};
use crate::stats::Estimate;

/// Factors at most; the strongest are kept.
const FACTORS: usize = 10;
/// Lines at most; evenly picked over the response.
const LINES: usize = 500;
const HEIGHT: f64 = 340.0;
/// Room above the axes for names and the largest levels.
const NAMES: f64 = 82.0;
/// Room for the numbers of the last axis and its name.
const LAST: f64 = 80.0;
/// Levels of a choice that are named at its axis.
const NAMED: usize = 8;

/// A line for each point through the levels of its factors to its mean, the factor that goes with it most next to it.
///
/// # Errors
/// Where it cannot be drawn.
pub fn parallel_coordinates(response: &Response, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::response(response);
    let mut factors: Vec<(usize, Option<f64>)> = (0..response.factors.len())
        .filter(|f| response.levels(*f).len() > 1)
        .map(|f| (f, response.rises_with(f)))
        .collect();
    factors.sort_by(|a, b| a.1.map_or(0.0, f64::abs).total_cmp(&b.1.map_or(0.0, f64::abs)));
    let strongest: Vec<(usize, f64)> = factors.iter().rev().filter_map(|(f, r)| Some((*f, (*r)?))).collect();
    let mut caption = caption(response, lang);
    let folded = factors.len().saturating_sub(FACTORS);
    if folded > 0 {
        let sentence = lang.pick(
            format!("The {FACTORS} factors that go with it most are shown; {folded} more are in the data file."),
            format!("图中为相关最强的 {FACTORS} 个因素，另有 {folded} 个见数据文件。"),
        );
        remark(&mut caption, &sentence);
    }
    factors.drain(..folded);
    let known = response.known().count();
    if known > LINES {
        let sentence = lang.pick(
            format!("Of {known} points with a value {LINES} are drawn, evenly picked over the values; all are in the data file."),
            format!("{known} 个有数值的点中按数值均匀取 {LINES} 个画出，全部见数据文件。"),
        );
        remark(&mut caption, &sentence);
    }
    let label = &response.measure.label;
    let words = Words {
        lang,
        id: id("parallel", &response.measure.id),
        title: Label::from(lang.pick(format!("{label}: every point of the design"), format!("{label}：设计中的每个点"))),
        finding: Label::from(finding(response, &strongest, lang)),
        caption,
    };
    if factors.is_empty() {
        return nothing(words, lang.pick("no factor varies.", "没有因素变化。"), &data);
    }
    if known == 0 {
        return nothing(
            words,
            lang.pick("no run has a value of this measure.", "没有任何运行给出该指标的数值。"),
            &data,
        );
    }
    let factors: Vec<usize> = factors.into_iter().map(|f| f.0).collect();
    draw(response, &factors, words).finish(&data)
}

/// From where to where, and which factors it goes with. A rank correlation of n points that have nothing to do with each
/// other is beyond 3 / sqrt(n - 1) about once in four hundred factors.
fn finding(response: &Response, strongest: &[(usize, f64)], lang: Lang) -> String {
    let of = Quantity::new(&response.measure.unit, lang);
    let means = || response.known().map(|(_, e)| e.mean);
    let n = means().count();
    let ends = means().map(|m| (m, m)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let Some((low, high)) = ends else { return String::new() };
    let figure = |x: f64| number::plain(of.value(x));
    let mut sentence = lang.pick(
        format!("From {} to {}\u{a0}{} over the points.", figure(low), figure(high), of.unit),
        format!("各点从 {} 到 {}\u{a0}{}。", figure(low), figure(high), of.unit),
    );
    let chance = 3.0 / (n.max(2) as f64 - 1.0).sqrt();
    let certain: Vec<String> = strongest
        .iter()
        .filter(|(_, r)| r.abs() > chance)
        .take(3)
        .map(|(f, r)| {
            let name = &response.factors[*f].name;
            let sign = if *r < 0.0 { "\u{2212}" } else { "" };
            lang.pick(
                format!("“{name}” {sign}{:.2}", r.abs()),
                format!("“{name}”（{sign}{:.2}）", r.abs()),
            )
        })
        .collect();
    let more = if certain.is_empty() {
        lang.pick(
            "It goes with no single factor more than chance allows.".to_owned(),
            "与任何单个因素的相关都未超出偶然。".to_owned(),
        )
    } else {
        lang.pick(
            format!("It goes with {} (rank correlations).", certain.join(", ")),
            format!("按秩相关，与之关联最强的是{}。", certain.join("、")),
        )
    };
    remark(&mut sentence, &more);
    sentence
}

/// One upright axis.
struct Axis {
    x: f64,
    name: Label,
    /// The least and the largest level of a quantity, below and above it.
    ends: Option<(Label, Label)>,
    /// Places of levels beside it.
    ticks: Vec<(f64, Label)>,
}

fn draw(response: &Response, factors: &[usize], words: Words) -> Sheet {
    let lang = words.lang;
    let keys = [
        Key::new(
            Swatch::Line,
            theme::HIGHEST,
            lang.pick("the fifth with the highest values", "数值最高的五分之一"),
        ),
        Key::new(
            Swatch::Line,
            theme::LOWEST,
            lang.pick("the fifth with the lowest", "数值最低的五分之一"),
        ),
        Key::new(Swatch::Line, theme::BETWEEN, lang.pick("those between", "其余")),
    ];
    let mut sheet = Sheet::new(words, &keys, NAMES + HEIGHT + 22.0);
    let plot = Rect {
        x: sheet.body.x + 36.0,
        y: sheet.body.y + NAMES,
        w: sheet.body.w - 36.0 - LAST,
        h: HEIGHT,
    };
    let step = plot.w / factors.len() as f64;
    let mut axes = Vec::new();
    let mut places: Vec<Place<'_>> = Vec::new();
    for (i, factor) in factors.iter().enumerate() {
        let (ends, ticks, place) = factor_axis(response, *factor, plot);
        axes.push(Axis {
            x: plot.x + i as f64 * step,
            name: axis_title(&response.factors[*factor]),
            ends,
            ticks,
        });
        places.push(place);
    }
    let mut values: Vec<(&ResponsePoint, Estimate)> = response.known().map(|(p, e)| (p, shown(response, &e))).collect();
    values.sort_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    let means: Vec<Estimate> = values.iter().map(|v| Estimate { half_width: None, ..v.1 }).collect();
    let range = ticks_around(reach(means.iter()).unwrap_or((0.0, 1.0)), 6);
    let scale = Scale::new(range.ends, (plot.bottom(), plot.y));
    axes.push(Axis {
        x: plot.right(),
        name: Quantity::new(&response.measure.unit, lang).title(&response.measure.label),
        ends: None,
        ticks: range.ticks.iter().map(|(v, l)| (scale.at(*v), Label::from(l))).collect(),
    });
    let n = values.len();
    let picked = n.min(LINES);
    // The outermost last, so that they stay on top.
    let mut order: Vec<usize> = (0..picked)
        .map(|i| if picked < 2 { 0 } else { i * (n - 1) / (picked - 1) })
        .collect();
    order.sort_by_key(|i| Reverse((*i).min(n - 1 - *i)));
    let thin = if picked > 150 { 0.75 } else { 1.0 };
    for i in order {
        let (point, e) = &values[i];
        let (colour, width) = match (i as f64 + 0.5) / n as f64 {
            share if share > 0.8 => (theme::HIGHEST, thin + 0.25),
            share if share < 0.2 => (theme::LOWEST, thin + 0.25),
            _ => (theme::BETWEEN, thin),
        };
        let mut stops: Vec<Option<(f64, f64)>> = places
            .iter()
            .zip(&axes)
            .map(|(place, axis)| Some((axis.x, place(point)?)))
            .collect();
        stops.push(Some((plot.right(), scale.at(e.mean))));
        for run in stops.split(Option::is_none) {
            sheet.picture.path(run.iter().flatten().copied().collect(), colour, width);
        }
    }
    draw_axes(&mut sheet.picture, &axes, plot, step);
    sheet
}

/// Where a point is on an axis.
type Place<'r> = Box<dyn Fn(&ResponsePoint) -> Option<f64> + 'r>;
/// Ends, ticks and places of an axis.
type Placed<'r> = (Option<(Label, Label)>, Vec<(f64, Label)>, Place<'r>);

/// Ends and ticks of a factor, and where a point is on its axis: by its number, or by its level where it is a choice.
fn factor_axis(response: &Response, factor: usize, plot: Rect) -> Placed<'_> {
    let levels = response.levels(factor);
    let numbers: Option<Vec<f64>> = levels.iter().map(|level| response.number(factor, level)).collect();
    if let Some(numbers) = numbers {
        let ends = numbers
            .iter()
            .fold((f64::MAX, f64::MIN), |ends, x| (ends.0.min(*x), ends.1.max(*x)));
        let scale = Scale::new(ends, (plot.bottom(), plot.y));
        let words = |x: f64| {
            let text = number::plain(x);
            let short = if text.contains('.') {
                text.trim_end_matches('0').trim_end_matches('.')
            } else {
                &text
            };
            Label::from(short.replace('-', "\u{2212}"))
        };
        let place = move |point: &ResponsePoint| point.numbers.get(factor).copied().flatten().map(|x| scale.at(x));
        return (Some((words(ends.0), words(ends.1))), Vec::new(), Box::new(place));
    }
    let scale = Scale::new((0.0, levels.len().max(2) as f64 - 1.0), (plot.bottom() - 4.0, plot.y + 4.0));
    let skip = levels.len().div_ceil(NAMED);
    let ticks = levels
        .iter()
        .enumerate()
        .filter(|(i, _)| i % skip == 0)
        .map(|(i, level)| (scale.at(i as f64), Label::from(level)))
        .collect();
    let levels: Vec<String> = levels.into_iter().map(str::to_owned).collect();
    let place = move |point: &ResponsePoint| {
        let at = levels.iter().position(|level| point.levels.get(factor) == Some(level))?;
        Some(scale.at(at as f64))
    };
    (None, ticks, Box::new(place))
}

/// Axes over the lines, with names above and ticks on a ground of paper.
fn draw_axes(picture: &mut Picture, axes: &[Axis], plot: Rect, step: f64) {
    for (i, axis) in axes.iter().enumerate() {
        let last = i + 1 == axes.len();
        let (colour, width) = if last { (theme::INK, 2.0) } else { (theme::MUTED, 1.0) };
        picture.line((axis.x, plot.y), (axis.x, plot.bottom()), colour, width);
        // The last axis has the page beside it to itself.
        let room = if last {
            LAST + step.min(90.0) / 2.0 - 8.0
        } else {
            step.min(130.0) - 8.0
        };
        let outermost = theme::WIDTH - theme::MARGIN - room / 2.0;
        let centre = if last {
            outermost
        } else {
            axis.x.clamp(theme::MARGIN + room / 2.0, outermost)
        };
        heading(picture, &axis.name, (centre, plot.y - 26.0), room, last);
        if let Some((least, most)) = &axis.ends {
            for (label, y) in [(least, plot.bottom() + 15.0), (most, plot.y - 6.0)] {
                picture.text(
                    label.fit(step - 6.0, theme::SMALL, Weight::Regular),
                    (axis.x, y),
                    small(Align::Centre),
                );
            }
        }
        let mut free_below = f64::INFINITY;
        for (y, label) in &axis.ticks {
            let label = label.fit(if last { LAST - 10.0 } else { step - 14.0 }, theme::SMALL, Weight::Regular);
            if *y > free_below - 14.0 {
                continue;
            }
            free_below = *y;
            let wide = label.width(theme::SMALL, Weight::Regular);
            let ground = Rect {
                x: axis.x + 4.0,
                y: y - 7.5,
                w: wide + 4.0,
                h: 15.0,
            };
            picture.line((axis.x - 3.0, *y), (axis.x + 3.0, *y), colour, width);
            picture.rect(ground, theme::PAPER);
            picture.text(label, (axis.x + 6.0, y + 4.0), small(Align::Left));
        }
    }
}

/// A name in up to four short lines that stand on a place.
fn heading(picture: &mut Picture, name: &Label, (x, bottom): (f64, f64), room: f64, bold: bool) {
    const MOST: usize = 4;
    let weight = if bold { Weight::Bold } else { Weight::Regular };
    let wrap = |text: &str| {
        let mut lines = font::wrap(text, room, theme::SMALL, weight);
        if lines.len() > MOST {
            let rest = lines.split_off(MOST - 1).join(" ");
            lines.push(font::fit(&rest, room, theme::SMALL, weight));
        }
        lines
    };
    let (text, raster) = (wrap(&name.text), wrap(&name.raster));
    let n = text.len().max(raster.len());
    let style = if bold {
        super::super::panel::name(Align::Centre).bold()
    } else {
        small(Align::Centre)
    };
    let style = Style {
        size: theme::SMALL,
        ..style
    };
    for i in 0..n {
        let blank = || "\u{a0}".to_owned();
        let line = Label {
            text: text.get(i).cloned().unwrap_or_else(blank),
            raster: raster.get(i).cloned().unwrap_or_else(blank),
        };
        picture.text(line, (x, bottom - (n - 1 - i) as f64 * 14.0), style);
    }
}
