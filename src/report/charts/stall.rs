//! Where trains wait for each other: the circle of a stalled run on the network.

use crate::experiment::results::NetworkFacts;
use crate::experiment::stall::{Link, StallReport};
use crate::report::network::{self, MARK, Map};
use crate::report::picture::{Align, Label, Rect, Style};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, number, theme};

/// Height of the map in pixels.
const HEIGHT: f64 = 380.0;
/// Height of a row of the list below it.
const ROW: f64 = 17.0;
/// Rows of the list at most.
const ROWS: usize = 12;

/// The circle of a stalled run: what its trains hold, in colour, and who waits for whom, below.
///
/// # Errors
/// Where it cannot be drawn.
pub fn stall(report: &StallReport, network: &NetworkFacts, lang: Lang) -> Result<Chart, ReportError> {
    let data = table(report);
    let words = Words {
        lang,
        id: "stall".to_owned(),
        title: Label::from("Trains that can never go on"),
        finding: Label::from(finding(report)),
        caption: format!(
            "Replication {}, {}. A train that holds one element waits for the next; the last waits for the first.",
            report.replication, report.at
        ),
    };
    if report.circle.is_empty() {
        return nothing(words, "no circle of trains: what they wait for never comes.", &data);
    }
    let keys = [
        Key::new(Swatch::Box, theme::ALERT, "held by trains that can never go on"),
        Key::new(Swatch::Line, theme::AXIS, "line"),
    ];
    let rows = report.circle.len().min(ROWS);
    let folded = report.circle.len() - rows;
    let mut sheet = Sheet::new(words, &keys, HEIGHT + (rows + usize::from(folded > 0)) as f64 * ROW + 14.0);
    let area = Rect { h: HEIGHT, ..sheet.body };
    let inner = Rect {
        x: area.x + 90.0,
        y: area.y + 24.0,
        w: area.w - 180.0,
        h: area.h - 48.0,
    };
    let map = Map::new(network, inner);
    map.draw(&mut sheet.picture);
    let mut named: Vec<usize> = Vec::new();
    for link in &report.circle {
        let (from, to) = link.ends[0];
        named.extend([from, to]);
        if from == to {
            network::dot(&mut sheet.picture, map.at[from], MARK * 1.6, theme::ALERT);
        } else {
            sheet.picture.line(map.at[from], map.at[to], theme::ALERT, 3.5);
        }
    }
    named.extend(0..network.places.len());
    let mut seen = vec![false; network.places.len()];
    named.retain(|place| !std::mem::replace(&mut seen[*place], true));
    map.names(&mut sheet.picture, area, named);
    let style = Style::new(theme::SMALL, theme::INK).align(Align::Left);
    for (i, link) in report.circle.iter().take(rows).enumerate() {
        let at = (sheet.body.x, area.bottom() + 14.0 + i as f64 * ROW);
        let label = Label::from(sentence(link)).fit(sheet.body.w, style.size, style.weight);
        sheet.picture.text(label, at, style);
    }
    if folded > 0 {
        let at = (sheet.body.x, area.bottom() + 14.0 + rows as f64 * ROW);
        let more = number::counted(folded, "further train is", "further trains are");
        sheet.picture.text(format!("{more} in the data file."), at, style);
    }
    sheet.finish(&data)
}

fn sentence(link: &Link) -> String {
    format!(
        "{}#{} holds {} and waits for {}",
        link.flow, link.number, link.holds, link.waits_for
    )
}

fn finding(report: &StallReport) -> String {
    let trains = number::counted(report.trains(), "train", "trains");
    match report.circle.len() {
        0 => format!("{trains} inside, and nothing can happen any more."),
        n => format!("{trains} can never go on: {n} of them wait for each other in a circle."),
    }
}

fn table(report: &StallReport) -> Table {
    let each = |f: fn(&Link) -> &str| report.circle.iter().map(f);
    Table::new("stall")
        .text("flow", each(|link| &link.flow))
        .integer("number", report.circle.iter().map(|link| link.number))
        .text("at", each(|link| &link.at))
        .text("since", each(|link| &link.since))
        .text("holds", each(|link| &link.holds))
        .text("waits_for", each(|link| &link.waits_for))
}
