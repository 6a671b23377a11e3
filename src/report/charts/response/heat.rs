//! Heat maps with uncertainty: a measure over every combination of the levels of two factors.

use super::super::axes::{Quantity, foot, reach, side_title, whole};
use super::super::panel::{FOOT, small};
use super::super::series::cross;
use super::curves::axis_title;
use super::{caption, extremes, id, point_words, shown};
use crate::experiment::sweep::{Response, ResponsePoint, Shape};
use crate::report::font::Weight;
use crate::report::number;
use crate::report::picture::{Align, Label, Picture, Rect, Style};
use crate::report::scale::{Range, Scale, ticks_between};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme};
use crate::stats::Estimate;

/// Room for the levels of the upright factor, at most.
const LEVELS: f64 = 150.0;
/// Room for the scale of colours.
const SCALE: f64 = 96.0;
/// A cell is at most so wide and high.
const CELL: (f64, f64) = (150.0, 58.0);
/// The map is at most so high.
const HEIGHT: f64 = 520.0;

/// The mean at every combination of two factors as a colour, with its half-width: in figures where they have room, else as a pale square.
///
/// # Errors
/// Where it cannot be drawn.
pub fn heat_map(response: &Response, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::response(response);
    let map = Map::new(response);
    let factors = map.as_ref().map_or_else(Vec::new, |map| vec![map.across, map.up]);
    let label = &response.measure.label;
    let name = |at: usize| factors.get(at).map_or("", |f| response.factors[*f].name.as_str());
    let title = lang.pick(
        format!("{label}, by {} and {}", name(0), name(1)),
        format!("{label}：按“{}”与“{}”", name(0), name(1)),
    );
    let mut finding = extremes(response, &factors, lang).unwrap_or_default();
    let of = Quantity::new(&response.measure.unit, lang);
    let unsure = response
        .known()
        .filter_map(|(point, e)| Some((point, whole(&e)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((point, half)) = unsure.filter(|(_, half)| *half > 0.0) {
        let (half, at) = (number::plain(of.value(half)), point_words(response, &factors, point, lang));
        let sentence = lang.pick(
            format!("Least sure at {at}: ± {half}\u{a0}{}.", of.unit),
            format!("最不确定处：{at}，± {half}\u{a0}{}。", of.unit),
        );
        remark(&mut finding, &sentence);
    }
    let mut words = Words {
        lang,
        id: id("heat", &response.measure.id),
        title: Label::from(title),
        finding: Label::from(finding),
        caption: caption(response, lang),
    };
    match map {
        Some(map) if response.known().next().is_some() => {
            if !map.has_room() {
                let means = lang.pick(
                    "The pale square in a cell is as wide, against the cell, as its interval against the scale.",
                    "格内浅色方块与格的宽度之比，即置信区间与色标全长之比。",
                );
                remark(&mut words.caption, means);
            }
            map.draw(words).finish(&data)
        }
        Some(_) => nothing(
            words,
            lang.pick("no run has a value of this measure.", "没有任何运行给出该指标的数值。"),
            &data,
        ),
        None => nothing(
            words,
            lang.pick("a heat map is for a grid of two factors.", "热图用于两个因素的网格试验。"),
            &data,
        ),
    }
}

/// Two factors and their levels.
struct Map<'r> {
    response: &'r Response,
    across: usize,
    up: usize,
    columns: Vec<&'r str>,
    rows: Vec<&'r str>,
    range: Range,
}

impl<'r> Map<'r> {
    fn new(response: &'r Response) -> Option<Self> {
        let Shape::Grid(factors) = response.shape() else { return None };
        let [a, b] = factors[..] else { return None };
        let (across, up) = if response.levels(a).len() >= response.levels(b).len() {
            (a, b)
        } else {
            (b, a)
        };
        let sorted = |factor: usize| {
            let mut levels = response.levels(factor);
            // Choices, which have no numbers, stay in their order.
            levels.sort_by(|x, y| {
                let number = |level: &str| response.number(factor, level).unwrap_or(0.0);
                number(x).total_cmp(&number(y))
            });
            levels
        };
        let means: Vec<Estimate> = response
            .known()
            .map(|(_, e)| Estimate {
                half_width: None,
                ..shown(response, &e)
            })
            .collect();
        Some(Self {
            response,
            across,
            up,
            columns: sorted(across),
            rows: sorted(up),
            range: ticks_between(reach(means.iter()).unwrap_or((0.0, 1.0)), 5),
        })
    }

    fn row_names(&self) -> Vec<Label> {
        self.rows.iter().map(Label::from).collect()
    }

    /// Room left of the map.
    fn side(&self) -> f64 {
        let names = self.row_names();
        let widest = names.iter().map(|n| n.width(theme::SMALL, Weight::Regular)).fold(0.0, f64::max);
        widest.min(LEVELS) + 40.0
    }

    /// How wide and high a cell is.
    fn cell(&self) -> (f64, f64) {
        let width = (theme::WIDTH - 2.0 * theme::MARGIN - self.side() - SCALE) / self.columns.len() as f64;
        (width.min(CELL.0), (HEIGHT / self.rows.len() as f64).min(CELL.1))
    }

    fn point(&self, column: &str, row: &str) -> Option<&'r ResponsePoint> {
        let is = |point: &&ResponsePoint| point.levels[self.across] == column && point.levels[self.up] == row;
        self.response.points.iter().find(is)
    }

    fn estimate(&self, column: &str, row: &str) -> Option<Estimate> {
        let estimate = self.point(column, row)?.estimate.filter(|e| e.mean.is_finite())?;
        Some(shown(self.response, &estimate))
    }

    /// Whether means and half-widths can be written into their cells.
    fn has_room(&self) -> bool {
        let (width, height) = self.cell();
        let fits = |(_, e): (&ResponsePoint, Estimate)| {
            let (mean, half) = figures(&shown(self.response, &e));
            mean.width(theme::NAME, Weight::Bold).max(half.width(theme::SMALL, Weight::Regular)) < width - 8.0
        };
        height >= 36.0 && self.response.known().all(fits)
    }

    fn draw(&self, words: Words) -> Sheet {
        let (width, height) = self.cell();
        let lang = words.lang;
        let without = self.response.points.iter().any(|p| !p.estimate.is_some_and(|e| e.mean.is_finite()));
        let keys = if without {
            vec![Key::new(
                Swatch::Box,
                theme::GRID,
                lang.pick("no run finished with a value", "没有运行给出数值"),
            )]
        } else {
            Vec::new()
        };
        let mut sheet = Sheet::new(words, &keys, self.rows.len() as f64 * height + FOOT);
        let plot = Rect {
            x: sheet.body.x + self.side(),
            y: sheet.body.y,
            w: width * self.columns.len() as f64,
            h: height * self.rows.len() as f64,
        };
        let picture = &mut sheet.picture;
        let room = self.has_room();
        for (r, row) in self.rows.iter().rev().enumerate() {
            for (c, column) in self.columns.iter().enumerate() {
                let area = Rect {
                    x: plot.x + c as f64 * width,
                    y: plot.y + r as f64 * height,
                    w: width,
                    h: height,
                };
                self.draw_cell(picture, area, self.estimate(column, row), room);
            }
            let middle = plot.y + (r as f64 + 0.5) * height;
            let name = Label::from(row).fit(LEVELS, theme::SMALL, Weight::Regular);
            if height >= 14.0 || r % 2 == 0 {
                picture.text(name, (plot.x - 8.0, middle + 4.0), small(Align::Right));
            }
        }
        let marks: Vec<(f64, Label)> = self
            .columns
            .iter()
            .enumerate()
            .map(|(c, level)| (plot.x + (c as f64 + 0.5) * width, Label::from(level)))
            .collect();
        let title = axis_title(&self.response.factors[self.across]);
        foot(
            picture,
            Rect {
                w: plot.w.max(240.0),
                ..plot
            },
            &marks,
            &title,
        );
        side_title(picture, &axis_title(&self.response.factors[self.up]), (sheet.body.x + 10.0, plot));
        self.draw_scale(picture, plot, Quantity::new(&self.response.measure.unit, lang).unit);
        sheet
    }

    fn share(&self, mean: f64) -> f64 {
        let (low, high) = self.range.ends;
        (mean - low) / (high - low)
    }

    fn draw_cell(&self, picture: &mut Picture, area: Rect, estimate: Option<Estimate>, room: bool) {
        let inner = Rect {
            x: area.x + 1.0,
            y: area.y + 1.0,
            w: area.w - 2.0,
            h: area.h - 2.0,
        };
        let (centre, middle) = (area.x + area.w / 2.0, area.y + area.h / 2.0);
        let Some(e) = estimate else {
            picture.rect(inner, theme::GRID);
            cross(picture, (centre, middle));
            return;
        };
        let fill = theme::sequential(self.share(e.mean));
        let ink = theme::on(fill);
        picture.rect(inner, fill);
        if room {
            let (mean, half) = figures(&e);
            let up = if half.text.is_empty() { -4.5 } else { 3.0 };
            let style = Style::new(theme::NAME, ink).align(Align::Centre);
            picture.text(mean, (centre, middle - up), style.bold());
            picture.text(
                half,
                (centre, middle + 14.0),
                Style {
                    size: theme::SMALL,
                    ..style
                },
            );
        } else if let Some(half) = whole(&e) {
            let (low, high) = self.range.ends;
            let side = (2.0 * half / (high - low)).clamp(0.0, 0.9) * inner.w.min(inner.h);
            let square = Rect {
                x: centre - side / 2.0,
                y: middle - side / 2.0,
                w: side,
                h: side,
            };
            picture.rect(square, ink);
        }
    }

    /// The scale of colours to the right.
    fn draw_scale(&self, picture: &mut Picture, plot: Rect, unit: &str) {
        const STEPS: u32 = 60;
        let bar = Rect {
            x: plot.right() + 22.0,
            y: plot.y + 16.0,
            w: 14.0,
            h: (plot.h - 20.0).clamp(70.0, 260.0),
        };
        let scale = Scale::new(self.range.ends, (bar.bottom(), bar.y));
        for step in 0..STEPS {
            let slice = Rect {
                y: bar.bottom() - f64::from(step + 1) / f64::from(STEPS) * bar.h,
                h: bar.h / f64::from(STEPS) + 0.5,
                ..bar
            };
            picture.rect(slice, theme::sequential((f64::from(step) + 0.5) / f64::from(STEPS)));
        }
        picture.text(unit, (bar.x, bar.y - 7.0), small(Align::Left));
        for (value, label) in &self.range.ticks {
            let level = scale.at(*value);
            picture.line((bar.right(), level), (bar.right() + 4.0, level), theme::AXIS, 1.0);
            picture.text(label, (bar.right() + 7.0, level + 4.0), small(Align::Left));
        }
    }
}

/// Mean and half-width as written into a cell.
fn figures(e: &Estimate) -> (Label, Label) {
    let half = number::half_width(e).map_or_else(String::new, |half| format!("± {half}"));
    (Label::from(number::mean(e)), Label::from(half))
}
