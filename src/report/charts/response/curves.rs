//! Response curves: a measure against one factor, a line for each level of a second, a panel for each combination of the others.

use plotters::style::RGBColor;

use super::super::axes::{Quantity, Side, foot, reach, side_title, whole};
use super::super::panel;
use super::{caption, extremes, id};
use crate::experiment::sweep::{FactorColumn, Response, ResponsePoint, Shape};
use crate::report::font::Weight;
use crate::report::picture::{Align, Dot, Label, Picture, Rect, Style};
use crate::report::scale::{Scale, spread};
use crate::report::sheet::{Sheet, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme};
use crate::stats::Estimate;

/// Panels at most.
const PANELS: usize = 6;
/// Lines of a panel at most.
const LINES: usize = theme::SERIES.len();
/// Levels beyond which values have no dots and whiskers of their own.
const DOTTED: usize = 30;
/// Room for the numbers and the title of the upright axis.
const SIDE: f64 = 72.0;
/// Room for the names of lines to the right, at most.
const NAMES: f64 = 210.0;
/// From the edges of a plot to its outermost levels.
const INSET: f64 = 26.0;

/// The mean of a measure with its interval against the factor with most levels.
///
/// # Errors
/// Where it cannot be drawn.
pub fn response_curves(response: &Response, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::response(response);
    let layout = Layout::new(response);
    let factors = layout.as_ref().map(|l| l.factors.clone()).unwrap_or_default();
    let label = &response.measure.label;
    let across = factors.first().map_or("", |f| response.factors[*f].name.as_str());
    let mut caption = caption(response, lang);
    if let Some(layout) = layout.as_ref().filter(|l| l.folded() > 0) {
        let drawn = layout.drawn();
        let sentence = lang.pick(
            format!("Of all lines, {drawn} are drawn; the others are in the data file."),
            format!("图中画出 {drawn} 条线，其余见数据文件。"),
        );
        remark(&mut caption, &sentence);
    }
    let words = Words {
        lang,
        id: id("response", &response.measure.id),
        title: Label::from(lang.pick(format!("{label}, against {across}"), format!("{label}：随“{across}”的变化"))),
        finding: Label::from(extremes(response, &factors, lang).unwrap_or_default()),
        caption,
    };
    match layout {
        Some(layout) if response.known().next().is_some() => layout.draw(words).finish(&data),
        Some(_) => nothing(
            words,
            lang.pick("no run has a value of this measure.", "没有任何运行给出该指标的数值。"),
            &data,
        ),
        None => nothing(
            words,
            lang.pick("no factor of this sweep varies over a grid.", "该试验中没有因素按网格变化。"),
            &data,
        ),
    }
}

/// Which factor goes where.
struct Layout<'r> {
    response: &'r Response,
    /// Across, lines, panels.
    factors: Vec<usize>,
    levels: Vec<&'r str>,
    lines: Vec<&'r str>,
    panels: Vec<Vec<&'r str>>,
}

impl<'r> Layout<'r> {
    /// `None` where no factor varies, or not over a grid.
    fn new(response: &'r Response) -> Option<Self> {
        let Shape::Grid(mut factors) = response.shape() else { return None };
        // A quantity goes across before a choice; then the factor with more levels.
        let rank = |f: &usize| {
            let levels = response.levels(*f);
            let quantity = levels.iter().all(|level| response.number(*f, level).is_some());
            (!quantity, std::cmp::Reverse(levels.len()))
        };
        factors.sort_by_key(rank);
        let across = *factors.first()?;
        let lines = factors.get(1).map_or(vec![""], |f| response.levels(*f));
        let mut panels: Vec<Vec<&str>> = vec![Vec::new()];
        for factor in factors.iter().skip(2) {
            let longer = |panel: &Vec<&'r str>| {
                let panel = panel.clone();
                response
                    .levels(*factor)
                    .into_iter()
                    .map(move |level| panel.iter().copied().chain([level]).collect())
            };
            panels = panels.iter().flat_map(longer).collect();
        }
        Some(Self {
            response,
            levels: response.levels(across),
            lines,
            panels,
            factors,
        })
    }

    fn drawn(&self) -> usize {
        self.lines.len().min(LINES) * self.panels.len().min(PANELS)
    }

    fn folded(&self) -> usize {
        self.lines.len() * self.panels.len() - self.drawn()
    }

    /// Evenly picked, the first and the last among them.
    fn picked(&self) -> Vec<&'r str> {
        let n = self.lines.len();
        if n <= LINES {
            return self.lines.clone();
        }
        (0..LINES).map(|i| self.lines[i * (n - 1) / (LINES - 1)]).collect()
    }

    fn factor(&self, at: usize) -> &'r FactorColumn {
        &self.response.factors[self.factors[at]]
    }

    fn point(&self, panel: &[&str], line: &str, level: &str) -> Option<&'r ResponsePoint> {
        let wanted = [level, line].into_iter().chain(panel.iter().copied());
        let wanted: Vec<(usize, &str)> = self.factors.iter().copied().zip(wanted).collect();
        self.response
            .points
            .iter()
            .find(|p| wanted.iter().all(|(f, level)| p.levels[*f] == *level))
    }

    /// Where the levels are across, from 0 to 1, in order of their numbers; evenly where they have none or span powers of ten.
    fn places(&self) -> (Vec<(&'r str, f64)>, bool) {
        let factor = self.factors[0];
        let numbers: Option<Vec<f64>> = self.levels.iter().map(|level| self.response.number(factor, level)).collect();
        let n = self.levels.len().max(2) - 1;
        let even = |levels: Vec<&'r str>| {
            levels
                .into_iter()
                .enumerate()
                .map(|(i, level)| (level, i as f64 / n as f64))
                .collect()
        };
        let Some(numbers) = numbers else {
            return (even(self.levels.clone()), false);
        };
        let mut order: Vec<(&str, f64)> = self.levels.iter().copied().zip(numbers).collect();
        order.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (low, high) = (order[0].1, order[order.len() - 1].1);
        if high <= low || (low > 0.0 && high / low > 30.0) {
            return (even(order.into_iter().map(|o| o.0).collect()), true);
        }
        (
            order.into_iter().map(|(level, x)| (level, (x - low) / (high - low))).collect(),
            true,
        )
    }

    fn draw(&self, words: Words) -> Sheet {
        let panels = self.panels.len().min(PANELS);
        let height = if panels == 1 { 380.0 } else { 210.0 };
        let heading = if self.factors.len() > 2 { panel::HEADING } else { 18.0 };
        let mut sheet = Sheet::new(words, &[], panels as f64 * (height + heading) + panel::FOOT);
        let names = self.names();
        let factor = self.factors.get(1).map_or(0.0, |_| {
            Label::from(&self.factor(1).name).width(theme::SMALL, Weight::Regular) - 22.0
        });
        let right = names.iter().map(|n| n.width(theme::NAME, Weight::Regular)).fold(factor, f64::max);
        let right = if self.factors.len() > 1 {
            (right + 40.0).clamp(90.0, NAMES)
        } else {
            8.0
        };
        let body = sheet.body;
        let plot = Rect {
            x: body.x + SIDE,
            w: body.w - SIDE - right,
            h: height,
            ..body
        };
        let estimates: Vec<Estimate> = self.response.known().map(|(_, e)| super::shown(self.response, &e)).collect();
        let ends = reach(estimates.iter()).unwrap_or((0.0, 1.0));
        let mut last = plot;
        for (i, levels) in self.panels.iter().take(PANELS).enumerate() {
            let y = body.y + i as f64 * (height + heading) + heading;
            last = Rect { y, ..plot };
            if !levels.is_empty() {
                let words = levels
                    .iter()
                    .zip(2..)
                    .map(|(level, at)| format!("{} {level}", self.factor(at).name));
                let heading = Label::from(words.collect::<Vec<_>>().join(", ")).fit(plot.w, theme::NAME, Weight::Bold);
                sheet.picture.text(heading, (plot.x, y - 8.0), panel::name(Align::Left).bold());
            }
            self.panel(&mut sheet.picture, last, levels, ends);
        }
        let (places, _) = self.places();
        let unit = self.factor(0).unit.as_deref().unwrap_or_default();
        let marks: Vec<(f64, Label)> = places
            .iter()
            .map(|(level, share)| {
                (
                    across(last, *share),
                    Label::from(level.strip_suffix(unit).unwrap_or(level).trim_end()),
                )
            })
            .collect();
        foot(&mut sheet.picture, last, &marks, &axis_title(self.factor(0)));
        let whole = Rect {
            y: body.y + heading,
            h: last.bottom() - body.y - heading,
            ..plot
        };
        let title = Quantity::new(&self.response.measure.unit, sheet.lang()).title(&self.response.measure.label);
        side_title(&mut sheet.picture, &title, (body.x + 10.0, whole));
        sheet
    }

    fn names(&self) -> Vec<Label> {
        self.picked().into_iter().map(Label::from).collect()
    }

    fn panel(&self, picture: &mut Picture, plot: Rect, levels: &[&str], ends: (f64, f64)) {
        let side = Side::new(ends, plot);
        side.draw(picture, plot);
        let (places, quantity) = self.places();
        let lines = self.picked();
        let series: Vec<Vec<Value>> = lines
            .iter()
            .enumerate()
            .map(|(n, line)| {
                // Choices have no order: their values stand beside one another rather than on a line.
                let aside = if quantity {
                    0.0
                } else {
                    (n as f64 - (lines.len() - 1) as f64 / 2.0) * 14.0
                };
                let value = |(level, share): &(&str, f64)| {
                    let estimate = self.point(levels, line, level)?.estimate.filter(|e| e.mean.is_finite());
                    Some((across(plot, *share) + aside, estimate.map(|e| super::shown(self.response, &e))))
                };
                places.iter().filter_map(value).collect()
            })
            .collect();
        if quantity {
            for (n, values) in series.iter().enumerate() {
                bands(picture, values, &side.scale, theme::SERIES[n]);
            }
        }
        for (n, values) in series.iter().enumerate() {
            let style = (theme::SERIES[n], Dot::ALL[n % Dot::ALL.len()]);
            line(picture, values, (plot, &side.scale), style, quantity);
        }
        if self.factors.len() > 1 {
            self.name_lines(picture, plot, &series, &side.scale);
        }
    }

    /// The level of each line beside its end, moved apart.
    fn name_lines(&self, picture: &mut Picture, plot: Rect, series: &[Vec<Value>], y: &Scale) {
        let end = |values: &Vec<Value>| values.iter().rev().find_map(|(x, e)| e.map(|e| (*x, y.at(e.mean))));
        let ends: Vec<(f64, f64)> = series
            .iter()
            .map(|values| end(values).unwrap_or((plot.right(), plot.bottom())))
            .collect();
        let levels: Vec<f64> = ends.iter().map(|e| e.1).collect();
        let apart = spread(&levels, 17.0, (plot.y + 20.0, plot.bottom() - 4.0));
        let room = theme::WIDTH - theme::MARGIN - plot.right() - 30.0;
        let name = Label::from(&self.factor(1).name).fit(room + 22.0, theme::SMALL, Weight::Regular);
        picture.text(name, (plot.right() + 8.0, plot.y + 3.0), panel::small(Align::Left));
        for (n, ((label, (x, level)), beside)) in self.names().iter().zip(ends).zip(apart).enumerate() {
            let colour = theme::SERIES[n];
            picture.path(
                vec![(x, level), (plot.right() + 2.0, level), (plot.right() + 10.0, beside)],
                colour,
                0.75,
            );
            picture.dot((plot.right() + 15.0, beside), Dot::ALL[n % Dot::ALL.len()], 4.0, colour);
            let label = label.fit(room, theme::NAME, Weight::Regular);
            picture.text(label, (plot.right() + 25.0, beside + 4.5), Style::new(theme::NAME, theme::INK));
        }
    }
}

/// Where a value is across, and the value.
type Value = (f64, Option<Estimate>);

fn across(plot: Rect, share: f64) -> f64 {
    plot.x + INSET + share * (plot.w - 2.0 * INSET)
}

/// A factor with its unit.
pub(super) fn axis_title(factor: &FactorColumn) -> Label {
    match factor.unit.as_deref() {
        None | Some("") => Label::from(&factor.name),
        Some(unit) => Label::from(format!("{}, {unit}", factor.name)),
    }
}

/// The intervals of neighbours as a strip, wherever both have one.
fn bands(picture: &mut Picture, values: &[Value], y: &Scale, colour: RGBColor) {
    let ends = |(x, e): &Value| {
        let e = (*e)?;
        let half = whole(&e)?;
        Some((*x, y.at(e.mean + half), y.at(e.mean - half)))
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

/// Means with whiskers, joined where they are quantities; a cross at the foot where there is no value.
fn line(picture: &mut Picture, values: &[Value], (plot, y): (Rect, &Scale), (colour, dot): (RGBColor, Dot), joined: bool) {
    if joined {
        for run in values.split(|(_, e)| e.is_none()) {
            picture.path(run.iter().filter_map(|(x, e)| Some((*x, y.at((*e)?.mean)))).collect(), colour, 2.0);
        }
    }
    for (x, estimate) in values {
        let Some(e) = estimate else {
            cross(picture, (*x, plot.bottom() - 9.0));
            continue;
        };
        if values.len() <= DOTTED {
            if let Some(half) = whole(e).filter(|half| *half > 0.0) {
                picture.whisker((*x, y.at(e.mean + half)), (*x, y.at(e.mean - half)), colour, 1.25);
            }
            picture.dot((*x, y.at(e.mean)), dot, 4.0, colour);
        }
    }
}

/// Where there is no value.
pub(super) fn cross(picture: &mut Picture, (x, y): (f64, f64)) {
    for slope in [-1.0, 1.0] {
        picture.line((x - 4.0, y - 4.0 * slope), (x + 4.0, y + 4.0 * slope), theme::ALERT, 2.0);
    }
}
