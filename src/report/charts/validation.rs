//! The model against published figures: one row a figure, in per cent of it or in its unit.

use super::panel;
use crate::experiment::{Agreement, Comparison, TargetKind};
use crate::report::number;
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::{Scale, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, theme, words};

const ROW: f64 = 26.0;
/// Room for names, at most.
const NAME_ROOM: f64 = 330.0;
const VALUE_ROOM: f64 = 250.0;

/// Every figure with its tolerance, and the interval of the model: in multiples of the tolerance, so that figures of
/// any unit stand side by side. `caption` says how the model was run.
///
/// # Errors
/// Where it cannot be drawn.
pub fn validation(comparisons: &[Comparison], title: &str, caption: &str, lang: Lang) -> Result<Chart, ReportError> {
    let count = |kind: TargetKind, agreement: Option<Agreement>| {
        let of = comparisons.iter().filter(|c| c.kind == kind);
        of.filter(|c| agreement.is_none_or(|a| c.agreement == a)).count()
    };
    let met = |kind| (count(kind, Some(Agreement::Met)), count(kind, None));
    let ((predicted, of_predicted), (fitted, of_fitted)) = (met(TargetKind::Predicted), met(TargetKind::Fitted));
    let words = Words {
        lang,
        id: "validation".to_owned(),
        title: Label::from(lang.pick(
            format!("The model against what is published: {title}"),
            format!("模型与公布数据对照：{title}"),
        )),
        finding: Label::from(lang.pick(
            format!(
                "{predicted} of {of_predicted} predicted figures are met, and {fitted} of {of_fitted} of those to which the model was fitted."
            ),
            format!("预测的 {of_predicted} 项中 {predicted} 项符合，用于拟合的 {of_fitted} 项中 {fitted} 项符合。"),
        )),
        caption: caption.to_owned(),
    };
    let data = data(comparisons);
    // Predicted ones first: they judge the model.
    let mut rows: Vec<&Comparison> = comparisons.iter().collect();
    rows.sort_by_key(|c| c.kind == TargetKind::Fitted);
    if rows.is_empty() {
        return nothing(words, lang.pick("there are no targets.", "没有对照指标。"), &data);
    }
    let keys = [
        Key::new(
            Swatch::Box,
            theme::BAND,
            lang.pick("published, within its tolerance", "公布值及其容差"),
        ),
        Key::new(Swatch::Line, theme::ALERT, lang.pick("model, predicted", "模型值（预测）")),
        Key::new(Swatch::Line, theme::MAIN, lang.pick("model, fitted", "模型值（拟合）")),
    ];
    let height = rows.len() as f64 * ROW + 12.0;
    let mut sheet = Sheet::new(words, &keys, height + panel::FOOT);
    let names: Vec<Label> = rows
        .iter()
        .map(|c| Label::from(&c.name).fit(NAME_ROOM - 16.0, theme::NAME, crate::report::font::Weight::Regular))
        .collect();
    let left = panel::name_room(names.iter(), NAME_ROOM);
    let plot = Rect {
        x: sheet.body.x + left,
        w: sheet.body.w - left - VALUE_ROOM,
        h: height,
        ..sheet.body
    };
    draw(&mut sheet, plot, &rows, &names);
    sheet.finish(&data)
}

fn draw(sheet: &mut Sheet, plot: Rect, rows: &[&Comparison], names: &[Label]) {
    let lang = sheet.lang();
    let furthest = rows
        .iter()
        .filter_map(|c| ends(c))
        .flat_map(|(low, _, high)| [low.abs(), high.abs()]);
    let end = furthest.fold(1.5, f64::max).min(10.0);
    let t = ticks(end, 3);
    let x = Scale::new((-t.end, t.end), (plot.x + 4.0, plot.right() - 4.0));
    let marks = t.ticks.iter().flat_map(|(value, label)| {
        let below = (*value > 0.0).then(|| (-value, format!("\u{2212}{label}")));
        std::iter::once((*value, label.clone())).chain(below)
    });
    for (value, label) in marks {
        sheet
            .picture
            .line((x.at(value), plot.y), (x.at(value), plot.bottom()), theme::GRID, 1.0);
        sheet
            .picture
            .text(label, (x.at(value), plot.bottom() + 17.0), panel::small(Align::Centre));
    }
    let middle = f64::midpoint(plot.x, plot.right());
    sheet.picture.text(
        lang.pick("model less published, in tolerances", "模型值减公布值，以容差为单位"),
        (middle, plot.bottom() + 35.0),
        panel::small(Align::Centre),
    );
    for (i, (c, name)) in rows.iter().zip(names).enumerate() {
        let top = plot.y + 8.0 + i as f64 * ROW;
        let (base, middle) = (top + 13.0, top + 8.5);
        sheet.picture.text(name.clone(), (plot.x - 10.0, base), panel::name(Align::Right));
        let band = Rect {
            x: x.at(-1.0),
            y: top + 1.0,
            w: x.at(1.0) - x.at(-1.0),
            h: 15.0,
        };
        sheet.picture.rect(band, theme::BAND);
        let colour = if c.kind == TargetKind::Predicted {
            theme::ALERT
        } else {
            theme::MAIN
        };
        if let Some((low, mean, high)) = ends(c) {
            sheet.picture.line((x.at(low), middle), (x.at(high), middle), colour, 2.0);
            for (at, reach) in [(low, 3.5), (high, 3.5), (mean, 6.0)] {
                sheet
                    .picture
                    .line((x.at(at), middle - reach), (x.at(at), middle + reach), colour, 2.0);
            }
        }
        let model = c
            .model
            .map_or_else(|| lang.pick("no value", "无值").to_owned(), |model| number::with_interval(&model));
        let words = format!("{model} / {} {}", number::grouped(&c.value.to_string()), words::unit(&c.unit, lang));
        sheet.picture.text(words, (plot.right() + 10.0, base), panel::name(Align::Left));
    }
    let zero = x.at(0.0);
    sheet.picture.dashes((zero, plot.y), (zero, plot.bottom()), theme::INK, 1.25);
}

/// Low end, mean and high end of the model, less the figure, in tolerances.
fn ends(c: &Comparison) -> Option<(f64, f64, f64)> {
    let model = c.model.filter(|m| m.mean.is_finite())?;
    let (low, high) = model.interval().unwrap_or((model.mean, model.mean));
    let off = |x: f64| (x - c.value) / c.tolerance;
    Some((off(low), off(model.mean), off(high)))
}

fn data(comparisons: &[Comparison]) -> Table {
    let each = || comparisons.iter();
    let word = |kind: TargetKind| if kind == TargetKind::Fitted { "fitted" } else { "predicted" };
    Table::new("validation")
        .text("target", each().map(|c| c.id.as_str()))
        .text("kind", each().map(|c| word(c.kind)))
        .text("unit", each().map(|c| c.unit.as_str()))
        .nullable_float("published", each().map(|c| Some(c.value)))
        .nullable_float("tolerance", each().map(|c| Some(c.tolerance)))
        .nullable_float("model_mean", each().map(|c| c.model.map(|m| m.mean)))
        .nullable_float("model_half_width", each().map(|c| c.model.and_then(|m| m.half_width)))
        .text("source", each().map(|c| c.source.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Estimate;

    fn comparison(id: &str, kind: TargetKind, mean: f64, agreement: Agreement) -> Comparison {
        Comparison {
            id: id.to_owned(),
            name: format!("Figure {id}"),
            value: 7.0,
            unit: "trains".to_owned(),
            tolerance: 1.0,
            kind,
            source: "nobody".to_owned(),
            model: Some(Estimate {
                n: 20,
                mean,
                half_width: Some(0.25),
                sd: Some(0.5),
                min: mean,
                max: mean,
            }),
            agreement,
        }
    }

    #[test]
    fn every_figure_has_a_row_and_the_finding_counts_them() {
        let all = [
            comparison("a", TargetKind::Fitted, 7.0, Agreement::Met),
            comparison("b", TargetKind::Predicted, 7.5, Agreement::Met),
            comparison("c", TargetKind::Predicted, 20.0, Agreement::Missed),
        ];
        let chart = validation(&all, "T", "Caption.", Lang::En).expect("drawn");
        for text in ["Figure a", "Figure b", "Figure c", "1 of 2 predicted figures are met, and 1 of 1"] {
            assert!(chart.svg.contains(text), "{text}");
        }
        assert_eq!(chart.data_csv.lines().count(), 4);
        assert!(validation(&[], "T", "Caption.", Lang::En).is_ok_and(|chart| chart.svg.contains("there are no targets")));
    }

    #[test]
    fn ends_are_in_tolerances() {
        let found = ends(&comparison("b", TargetKind::Predicted, 7.5, Agreement::Met));
        assert_eq!(found, Some((0.25, 0.5, 0.75)));
    }
}
