//! Response curves: a measure against one factor, a line for each level of a second, a panel for each combination of the others.

use super::super::axes::{Quantity, Side, foot, reach, side_title};
use super::super::panel;
use super::super::series::{Places, Series, Value, across, aside, draw_series, name_series, places, room_for};
use super::{caption, extremes, id};
use crate::experiment::sweep::{FactorColumn, Response, ResponsePoint, Shape};
use crate::report::font::Weight;
use crate::report::picture::{Align, Label, Picture, Rect};
use crate::report::sheet::{Sheet, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme};
use crate::stats::Estimate;

/// Panels at most.
const PANELS: usize = 6;
/// Lines of a panel at most.
const LINES: usize = theme::SERIES.len();
/// Room for the numbers and the title of the upright axis.
const SIDE: f64 = 72.0;

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

    fn places(&self) -> Places<'r> {
        let numbers = self.levels.iter().map(|level| self.response.number(self.factors[0], level));
        places(&self.levels, numbers.collect())
    }

    fn draw(&self, words: Words) -> Sheet {
        let panels = self.panels.len().min(PANELS);
        let height = if panels == 1 { 380.0 } else { 210.0 };
        let heading = if self.factors.len() > 2 { panel::HEADING } else { 18.0 };
        let mut sheet = Sheet::new(words, &[], panels as f64 * (height + heading) + panel::FOOT);
        let right = match self.factors.get(1) {
            Some(_) => room_for(&Label::from(&self.factor(1).name), &self.names()),
            None => 8.0,
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
        let series: Vec<Series> = lines
            .iter()
            .enumerate()
            .map(|(n, line)| {
                // Choices have no order: their values stand beside one another rather than on a line.
                let aside = if quantity { 0.0 } else { aside(n, lines.len()) };
                let value = |(level, share): &(&str, f64)| {
                    let estimate = self.point(levels, line, level)?.estimate.filter(|e| e.mean.is_finite());
                    let shown = estimate.map(|e| Value::of(&super::shown(self.response, &e)));
                    Some((across(plot, *share) + aside, shown))
                };
                places.iter().filter_map(value).collect()
            })
            .collect();
        draw_series(picture, &series, (plot, &side.scale), quantity);
        if self.factors.len() > 1 {
            name_series(
                picture,
                &series,
                (plot, &side.scale),
                (&Label::from(&self.factor(1).name), &self.names()),
            );
        }
    }
}

/// A factor with its unit.
pub(super) fn axis_title(factor: &FactorColumn) -> Label {
    match factor.unit.as_deref() {
        None | Some("") => Label::from(&factor.name),
        Some(unit) => Label::from(format!("{}, {unit}", factor.name)),
    }
}
