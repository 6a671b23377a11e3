//! What the loss of each element costs, the worst on top.

use super::panel;
use crate::experiment::knockout::Loss;
use crate::report::font::Weight;
use crate::report::number::{self, counted};
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::{Scale, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::tables::{self, Table};
use crate::report::{Chart, Lang, ReportError, theme, words};
use crate::stats::Estimate;

/// Rows at most.
const ROWS: usize = 20;
const ROW: f64 = 22.0;
/// Room for names, at most.
const NAME_ROOM: f64 = 380.0;
/// Room for the numbers to the right.
const NUMBER_ROOM: f64 = 130.0;

/// The vehicle-hours that the closure of each element costs, with intervals that hold together.
///
/// # Errors
/// Where it cannot be drawn.
pub fn knockout(losses: &[Loss], closed: &str, caption: String, lang: Lang) -> Result<Chart, ReportError> {
    let data: Table = tables::losses(losses);
    let known: Vec<(&Loss, Estimate)> = losses.iter().filter_map(|loss| Some((loss, loss.vehicle_hours?))).collect();
    let rows: Vec<(&Loss, Estimate)> = known.iter().copied().filter(|(_, e)| e.mean > 0.0).take(ROWS).collect();
    let folded = losses.len() - rows.len();
    let stuck = losses.len() - known.len();
    let mut finding = match rows.first() {
        Some((worst, hours)) => {
            let (element, hours) = (&worst.element, number::with_interval(hours));
            lang.pick(
                format!("The worst to lose is {element}: {hours} hours of vehicles more in the network."),
                format!("损失代价最大的是 {element}：网内增加 {hours} 车辆小时。"),
            )
        }
        None => String::new(),
    };
    if stuck > 0 {
        remark(
            &mut finding,
            &lang.pick(
                format!("{} up the network.", counted(stuck, "closure locks", "closures lock")),
                format!("{stuck} 处关闭使路网锁死。"),
            ),
        );
    }
    let mut caption = caption;
    if folded > 0 {
        remark(
            &mut caption,
            &words::further(folded, ("further element", "further elements"), "个要素", lang),
        );
    }
    let words = Words {
        lang,
        id: "knockout".to_owned(),
        title: Label::from(lang.pick(
            format!("What each loss costs: closed {closed}"),
            format!("各要素关闭的代价：关闭 {closed}"),
        )),
        finding: Label::from(finding),
        caption,
    };
    let Some(end) = rows.iter().map(|(_, e)| e.mean + e.half_width.unwrap_or(0.0)).reduce(f64::max) else {
        return nothing(words, lang.pick("no closure costs any hours.", "没有任何关闭造成损失。"), &data);
    };
    let keys = [
        Key::new(Swatch::Box, theme::BARS, lang.pick("hours lost", "损失小时")),
        Key::new(Swatch::Line, theme::INK, lang.pick("interval", "置信区间")),
    ];
    let height = rows.len() as f64 * ROW + 8.0;
    let mut sheet = Sheet::new(words, &keys, height + panel::FOOT);
    let body = sheet.body;
    let names: Vec<Label> = rows.iter().map(|(loss, _)| Label::from(loss.element.as_str())).collect();
    let left = panel::name_room(names.iter(), NAME_ROOM);
    let plot = Rect {
        x: body.x + left,
        w: body.w - left - NUMBER_ROOM,
        h: height,
        ..body
    };
    let t = ticks(end, 4);
    let x = Scale::new((0.0, t.end), (plot.x, plot.right()));
    for (value, label) in &t.ticks {
        let at = x.at(*value);
        sheet.picture.line((at, plot.y), (at, plot.bottom()), theme::GRID, 1.0);
        sheet
            .picture
            .text(label.clone(), (at, plot.bottom() + 17.0), panel::small(Align::Centre));
    }
    let middle = (f64::midpoint(plot.x, plot.right()), plot.bottom() + 35.0);
    sheet.picture.text(
        lang.pick("vehicle-hours more in the network", "网内增加的车辆小时"),
        middle,
        panel::small(Align::Centre),
    );
    for (i, ((_, hours), label)) in rows.iter().zip(&names).enumerate() {
        let centre = plot.y + 4.0 + (i as f64 + 0.5) * ROW;
        let name = label.fit(left - 14.0, theme::NAME, Weight::Regular);
        sheet.picture.text(name, (plot.x - 10.0, centre + 4.5), panel::name(Align::Right));
        let bar = Rect {
            x: plot.x,
            y: centre - 6.0,
            w: x.at(hours.mean) - plot.x,
            h: 12.0,
        };
        sheet.picture.rect(bar, theme::BARS);
        let half = hours.half_width.unwrap_or(0.0);
        let (low, high) = (x.at((hours.mean - half).max(0.0)), x.at(hours.mean + half));
        sheet.picture.line((low, centre), (high, centre), theme::INK, 1.5);
        let words = Label::from(number::with_interval(hours)).fit(NUMBER_ROOM - 12.0, theme::NAME, Weight::Regular);
        sheet
            .picture
            .text(words, (plot.right() + 10.0, centre + 4.5), panel::name(Align::Left));
    }
    sheet.finish(&data)
}
