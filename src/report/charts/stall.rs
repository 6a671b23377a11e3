//! Where trains wait for each other: the circle of a stalled run on the network.

use crate::experiment::results::NetworkFacts;
use crate::experiment::stall::{Link, StallReport};
use crate::report::network::{self, MARK, Map};
use crate::report::picture::{Align, Label, Rect, Style};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing};
use crate::report::tables::Table;
use crate::report::{Chart, Lang, ReportError, number, theme, words};

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
        title: Label::from(lang.pick("Trains that can never go on", "永远无法前行的列车")),
        finding: Label::from(finding(report, lang)),
        caption: caption(report, lang),
    };
    if report.circle.is_empty() {
        return nothing(
            words,
            lang.pick(
                "no circle of trains: what they wait for never comes.",
                "没有等待环：列车所等的永远不会到来。",
            ),
            &data,
        );
    }
    let keys = [
        Key::new(
            Swatch::Box,
            theme::ALERT,
            lang.pick("held by trains that can never go on", "被无法前行的列车占用"),
        ),
        Key::new(Swatch::Line, theme::AXIS, lang.pick("line", "线路")),
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
        let label = Label::from(sentence(link, lang)).fit(sheet.body.w, style.size, style.weight);
        sheet.picture.text(label, at, style);
    }
    if folded > 0 {
        let at = (sheet.body.x, area.bottom() + 14.0 + rows as f64 * ROW);
        let more = words::further(folded, ("further train", "further trains"), "列列车", lang);
        sheet.picture.text(more, at, style);
    }
    sheet.finish(&data)
}

fn sentence(link: &Link, lang: Lang) -> String {
    let Link {
        flow,
        number,
        holds,
        waits_for,
        ..
    } = link;
    lang.pick(
        format!("{flow}#{number} holds {holds} and waits for {waits_for}"),
        format!("{flow}#{number} 占用{holds}，等待{waits_for}"),
    )
}

fn caption(StallReport { replication, at, .. }: &StallReport, lang: Lang) -> String {
    lang.pick(
        format!("Replication {replication}, {at}. A train that holds one element waits for the next; the last waits for the first."),
        format!("第 {replication} 次重复，{at}。占用一处的列车等待下一处，最后一列等待第一处。"),
    )
}

fn finding(report: &StallReport, lang: Lang) -> String {
    let all = report.trains();
    let trains = number::counted(all, "train", "trains");
    match report.circle.len() {
        0 => lang.pick(
            format!("{trains} inside, and nothing can happen any more."),
            format!("{all} 列列车仍在网内，再无任何事情能够发生。"),
        ),
        n => lang.pick(
            format!("{trains} can never go on: {n} of them wait for each other in a circle."),
            format!("{all} 列列车永远无法前行，其中 {n} 列互相等待成环。"),
        ),
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
