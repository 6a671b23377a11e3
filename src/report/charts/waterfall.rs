//! Where the hours go: stacked bars by location and activity.

use super::panel;
use crate::experiment::results::{LedgerEntry, Results};
use crate::observe::Activity;
use crate::report::font::Weight;
use crate::report::number::{self, counted};
use crate::report::picture::{Align, Label, Rect};
use crate::report::scale::{Scale, Ticks, ticks};
use crate::report::sheet::{Key, Sheet, Swatch, Words, name_of, nothing, provenance, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme, words};

/// Bars at most, without the one for the rest.
const BARS: usize = 15;
const ROW: f64 = 24.0;
/// Room for names, at most.
const NAME_ROOM: f64 = 230.0;

/// What is stacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    /// Hours per train that left the network.
    PerTrain,
    /// Train-hours in one replication.
    Total,
}

impl Hours {
    fn of(self, entry: &LedgerEntry) -> f64 {
        let hours = match self {
            Self::PerTrain => entry.hours_per_train.mean,
            Self::Total => entry.total_hours.mean,
        };
        if hours.is_finite() { hours.max(0.0) } else { 0.0 }
    }

    fn unit(self, lang: Lang) -> &'static str {
        match self {
            Self::PerTrain => lang.pick("hours per train", "每列车小时数"),
            Self::Total => lang.pick("train-hours in one replication", "一次重复的列车小时数"),
        }
    }
}

/// A bar.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) name: Label,
    hours: [f64; Activity::COUNT],
    folded: bool,
}

impl Bar {
    pub(super) fn total(&self) -> f64 {
        self.hours.iter().sum()
    }

    fn sum(&self, of: impl Fn(Activity) -> bool) -> f64 {
        Activity::ALL.iter().filter(|a| of(**a)).map(|a| self.hours[a.index()]).sum()
    }

    /// What a planner can act on: all but running.
    pub(super) fn at_stake(&self) -> f64 {
        self.sum(|a| a != Activity::Running)
    }
}

/// Hours by location, coloured by activity; the locations with most waiting and service first, the rest as one bar.
///
/// # Errors
/// Where it cannot be drawn.
pub fn waterfall(results: &Results, hours: Hours, lang: Lang) -> Result<Chart, ReportError> {
    let (id, title) = match hours {
        Hours::PerTrain => ("waterfall", lang.pick("Where the hours of a train go", "列车时间去向")),
        Hours::Total => ("waterfall_total", lang.pick("Where all train-hours go", "全部列车小时的去向")),
    };
    let data = tables::ledger(results);
    let (bars, folded) = bars(results, hours, lang);
    let mut caption = provenance(results, true, lang);
    remark(
        &mut caption,
        lang.pick(
            "Bars are means of replications; the data file has their intervals. Sorted by hours waiting and in service.",
            "条长为各次重复的均值，置信区间见数据文件；按等待与作业时间排序。",
        ),
    );
    if folded > 0 {
        remark(
            &mut caption,
            &lang.pick(
                format!("{} are folded into the last bar.", counted(folded, "location", "locations")),
                format!("{folded} 个位置并入最后一条。"),
            ),
        );
    }
    if bars.iter().any(|b| b.total() > axis_end(&bars) * 1.0001) {
        remark(
            &mut caption,
            lang.pick(
                "That bar is longer than drawn; its parts keep their shares.",
                "该条比所绘的长，各部分比例不变。",
            ),
        );
    }
    let words = Words {
        lang,
        id: id.to_owned(),
        title: Label::from(title),
        finding: finding(results, hours, lang),
        caption,
    };
    if bars.is_empty() {
        return nothing(words, words::nobody_was_there(lang), &data);
    }
    let keys = activity_keys(&bars, lang);
    draw_bars(&bars, words, &keys, hours).finish(&data)
}

/// The activities that any of the bars holds.
pub(super) fn activity_keys(bars: &[Bar], lang: Lang) -> Vec<Key> {
    panel::activity_keys(|a| bars.iter().any(|b| b.hours[a.index()] > 0.0), Swatch::Box, lang)
}

/// The bars, one below the other.
pub(super) fn draw_bars(bars: &[Bar], words: Words, keys: &[Key], hours: Hours) -> Sheet {
    let mut sheet = Sheet::new(words, keys, bars.len() as f64 * ROW + 8.0 + panel::FOOT);
    let body = sheet.body;
    let totals = bars
        .iter()
        .map(|b| Label::from(number::hours(b.total())).width(theme::NAME, Weight::Regular));
    let right = totals.fold(0.0, f64::max) + 10.0;
    let left = panel::name_room(bars.iter().map(|b| &b.name), NAME_ROOM);
    let plot = Rect {
        x: body.x + left,
        w: body.w - left - right,
        h: bars.len() as f64 * ROW + 8.0,
        ..body
    };
    let most = axis_end(bars);
    let t = ticks(most, 6).up_to(most);
    let x = Scale::new((0.0, t.end), (plot.x, plot.right()));
    let unit = hours.unit(sheet.lang());
    value_axis(&mut sheet, &t, &x, plot, unit);
    for (i, bar) in bars.iter().enumerate() {
        let top = plot.y + 4.0 + i as f64 * ROW + 3.0;
        let height = ROW - 6.0;
        let base = top + height / 2.0 + 4.5;
        sheet.picture.text(
            bar.name.fit(left - 14.0, theme::NAME, Weight::Regular),
            (plot.x - 10.0, base),
            panel::name(Align::Right),
        );
        let (total, mut sum) = (bar.total(), 0.0);
        let cut = (total / most).max(1.0);
        for a in Activity::ALL {
            let from = x.at(sum);
            sum += bar.hours[a.index()] / cut;
            let wide = x.at(sum) - from;
            // A hair of paper between the parts keeps them apart in grey print.
            let hair = if wide > 2.0 { 0.75 } else { 0.0 };
            sheet.picture.rect(
                Rect {
                    x: from,
                    y: top,
                    w: wide - hair,
                    h: height,
                },
                theme::activity(a),
            );
        }
        if cut > 1.0 {
            let gap = middle_of_widest(&bar.hours, cut, &x) - 7.0;
            for shift in [0.0, 7.0] {
                let (low, high) = ((gap + shift, top + height + 2.0), (gap + shift + 7.0, top - 2.0));
                sheet.picture.line(low, high, theme::PAPER, 3.0);
            }
        }
        let total = number::hours(total);
        sheet.picture.text(total, (x.at(sum) + 7.0, base), panel::name(Align::Left));
    }
    sheet.picture.line((plot.x, plot.y), (plot.x, plot.bottom()), theme::AXIS, 1.0);
    sheet
}

/// Where a bar that is longer than drawn shows its gap.
fn middle_of_widest(hours: &[f64; Activity::COUNT], cut: f64, x: &Scale) -> f64 {
    let (mut sum, mut widest, mut middle) = (0.0, 0.0, 0.0);
    for part in hours.map(|h| h / cut) {
        if part > widest {
            (widest, middle) = (part, sum + part / 2.0);
        }
        sum += part;
    }
    x.at(middle)
}

/// The end of the axis: the longest bar, but a bar of folded locations gives way to the others.
fn axis_end(bars: &[Bar]) -> f64 {
    let longest = |folded: bool| bars.iter().filter(|b| b.folded == folded).map(Bar::total).fold(0.0, f64::max);
    let named = longest(false);
    if named > 0.0 {
        longest(true).clamp(named, named * 1.3)
    } else {
        longest(true)
    }
}

/// Grid, ticks and title of an axis of values below a plot.
pub(super) fn value_axis(sheet: &mut Sheet, t: &Ticks, x: &Scale, plot: Rect, title: &str) {
    for (value, label) in &t.ticks {
        let at = x.at(*value);
        sheet.picture.line((at, plot.y), (at, plot.bottom()), theme::GRID, 1.0);
        let label = number::grouped(label);
        sheet.picture.text(label, (at, plot.bottom() + 17.0), panel::small(Align::Centre));
    }
    sheet.picture.text(
        title,
        (f64::midpoint(plot.x, plot.right()), plot.bottom() + 35.0),
        panel::small(Align::Centre),
    );
}

/// The bar of each location where any time was spent, with its index.
pub(super) fn all_bars(results: &Results, hours: Hours) -> Vec<(usize, Bar)> {
    let mut by_location: Vec<Option<[f64; Activity::COUNT]>> = vec![None; results.locations.len()];
    for entry in &results.ledger {
        if let Some(slot) = by_location.get_mut(entry.location) {
            slot.get_or_insert([0.0; Activity::COUNT])[entry.activity.index()] += hours.of(entry);
        }
    }
    by_location
        .into_iter()
        .enumerate()
        .filter_map(|(l, hours)| {
            let bar = Bar {
                name: name_of(results, l),
                hours: hours?,
                folded: false,
            };
            Some((l, bar))
        })
        .filter(|(_, bar)| bar.total() > 0.0)
        .collect()
}

/// The bars from most to least at stake, and how many locations the last one holds.
fn bars(results: &Results, hours: Hours, lang: Lang) -> (Vec<Bar>, usize) {
    let mut bars: Vec<Bar> = all_bars(results, hours).into_iter().map(|(_, bar)| bar).collect();
    bars.sort_by(|a, b| b.at_stake().total_cmp(&a.at_stake()).then(b.total().total_cmp(&a.total())));
    // A lone location keeps its own bar.
    let folded = if bars.len() > BARS + 1 { bars.len() - BARS } else { 0 };
    if folded > 0 {
        let mut rest = [0.0; Activity::COUNT];
        for bar in bars.drain(BARS..) {
            rest.iter_mut().zip(bar.hours).for_each(|(r, h)| *r += h);
        }
        bars.push(Bar {
            name: Label::from(lang.pick(
                format!("other ({})", counted(folded, "location", "locations")),
                format!("其余（{folded} 个位置）"),
            )),
            hours: rest,
            folded: true,
        });
    }
    (bars, folded)
}

fn finding(results: &Results, hours: Hours, lang: Lang) -> Label {
    let sum = |of: fn(Activity) -> bool| results.ledger.iter().filter(|e| of(e.activity)).map(|e| hours.of(e)).sum::<f64>();
    let running = sum(|a| a == Activity::Running);
    let waiting = sum(Activity::is_waiting);
    let total = sum(|_| true);
    let service = total - running - waiting;
    let who = match hours {
        Hours::PerTrain => lang.pick("A train spends", "每列车在网"),
        Hours::Total => lang.pick("All trains together spend", "全部列车共在网"),
    };
    let [total, running, service, waiting] = [total, running, service, waiting].map(number::hours);
    let parts = lang.pick(
        format!("{who} {total} in the network: {running} running, {service} in service and {waiting} waiting"),
        format!("{who} {total}：运行 {running}，作业 {service}，等待 {waiting}"),
    );
    let most = results
        .ledger
        .iter()
        .filter(|e| e.activity.is_waiting())
        .max_by(|a, b| hours.of(a).total_cmp(&hours.of(b)));
    match most.filter(|e| hours.of(e) > 0.0) {
        Some(e) => name_of(results, e.location).map(|n| {
            let (cause, time) = (words::activity(e.activity, lang), number::hours(hours.of(e)));
            lang.pick(
                format!("{parts}. The longest wait is for “{cause}” at {n}: {time}."),
                format!("{parts}。最长的等待是在{n}因“{cause}”：{time}。"),
            )
        }),
        None => Label::from(lang.pick(format!("{parts}."), format!("{parts}。"))),
    }
}
