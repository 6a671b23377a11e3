//! Which factors matter: what the charts of effects and of shares of variance have in common.

use plotters::style::RGBColor;

use super::super::axes::values_below;
use super::super::panel;
use super::{caption, effects, indices};
use crate::experiment::sweep::{Factors, Response, Sensitivity};
use crate::report::font::Weight;
use crate::report::number;
use crate::report::picture::{Align, Label, Picture, Rect};
use crate::report::scale::{Range, Scale};
use crate::report::sheet::{Key, Sheet, Words, remark};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme, words};

/// Factors at most.
const ROWS: usize = 20;
/// Room for names, at most.
const NAME_ROOM: f64 = 300.0;
/// Room for the numbers to the right.
pub(super) const NUMBER_ROOM: f64 = 170.0;

/// What a design for sensitivity says of the factors for one measure: mean sizes of effects of a Morris screening, or
/// Sobol's indices, each with its interval.
///
/// # Errors
/// Where it cannot be drawn.
pub fn influence(found: &Sensitivity, response: &Response, lang: Lang) -> Result<Chart, ReportError> {
    match &found.factors {
        Factors::Effects(effects) => effects::tornado(found, effects, response, lang),
        Factors::Indices(indices) => indices::shares(found, indices, response, lang),
    }
}

/// The caption of the points, and what of them was used.
pub(super) fn caption_of(found: &Sensitivity, response: &Response, (one, many): (&str, &str), lang: Lang) -> String {
    let mut caption = caption(response, lang);
    let used = lang.pick(
        format!("{} of {} {many} used.", found.used, found.all),
        format!("采用 {} / {} {one}。", found.used, found.all),
    );
    remark(&mut caption, &used);
    caption
}

/// What a chart says of the factors, and how much of the variance is replication noise.
pub(super) fn with_noise(finding: Option<String>, found: &Sensitivity, lang: Lang) -> Label {
    let noise = found.noise_share.filter(|share| share.is_finite()).map(|share| {
        let percent = number::plain(share * 100.0);
        lang.pick(
            format!("Replication noise is at most {percent}\u{a0}% of the variance between points."),
            format!("重复间的随机波动至多占各点间方差的 {percent}\u{a0}%。"),
        )
    });
    let sentences: Vec<String> = finding.into_iter().chain(noise).collect();
    Label::from(sentences.join(lang.pick(" ", "")))
}

/// Keeps the largest; tells how many are left out.
pub(super) fn fold<T>(rows: &mut Vec<T>, caption: &mut String, lang: Lang) -> usize {
    let folded = rows.len().saturating_sub(ROWS);
    if folded > 0 {
        let sentence = words::further(folded, ("further factor", "further factors"), "个因素", lang);
        remark(caption, &sentence);
        rows.truncate(ROWS);
    }
    folded
}

/// A sheet with a row for each name and an axis of values below.
pub(super) fn bars(names: &[Label], row: f64, about: Words, keys: &[Key], (range, title): (&Range, &Label)) -> (Sheet, Rect, Scale) {
    let height = names.len() as f64 * row + 8.0;
    let mut sheet = Sheet::new(about, keys, height + panel::FOOT);
    let left = panel::name_room(names.iter(), NAME_ROOM);
    let plot = Rect {
        x: sheet.body.x + left,
        w: sheet.body.w - left - NUMBER_ROOM,
        h: height,
        ..sheet.body
    };
    let x = values_below(&mut sheet.picture, plot, range, title);
    for (i, name) in names.iter().enumerate() {
        let centre = plot.y + 4.0 + (i as f64 + 0.5) * row;
        let name = name.fit(left - 14.0, theme::NAME, Weight::Regular);
        sheet.picture.text(name, (plot.x - 10.0, centre + 4.5), panel::name(Align::Right));
    }
    (sheet, plot, x)
}

/// A level bar about the middle of a row.
pub(super) fn bar(picture: &mut Picture, (from, to): (f64, f64), (centre, height): (f64, f64), colour: RGBColor) {
    let area = Rect {
        x: from.min(to),
        y: centre - height / 2.0,
        w: (to - from).abs(),
        h: height,
    };
    picture.rect(area, colour);
}

/// The columns with which the data of both begin.
pub(super) fn started(response: &Response, rows: usize, found: &Sensitivity) -> Table {
    let factors = || response.factors.iter().take(rows);
    Table::new("influence")
        .text("factor", factors().map(|f| f.id.as_str()))
        .text("name", factors().map(|f| f.name.as_str()))
        .text("measure", factors().map(|_| response.measure.id.as_str()))
        .text("unit", factors().map(|_| response.measure.unit.as_str()))
        .nullable_float("noise_share", factors().map(|_| found.noise_share))
}
