//! Recovery: how many more trains wait after each closure, and how long that takes to go.

use jiff::civil::DateTime;

use super::axes::{Side, side_title, values_below};
use super::panel::{self, FOOT, HEADING};
use crate::experiment::knockout::{Backlog, Loss};
use crate::report::font::Weight;
use crate::report::number::{self, counted};
use crate::report::picture::{Align, Dot, Label, Picture, Rect};
use crate::report::scale::{Scale, ticks_between};
use crate::report::sheet::{Key, Sheet, Swatch, Words, nothing, remark};
use crate::report::{Chart, Lang, ReportError, tables, theme, words};

/// Panels at most: the worst.
const PANELS: usize = 6;
const HEIGHT: f64 = 104.0;
/// Room for the numbers and the title of the upright axis.
const SIDE: f64 = 72.0;
/// Points of a curve at most; beyond, neighbouring steps are taken together.
const POINTS: usize = 400;
const HOUR: f64 = 3_600_000.0;

/// Vehicles that wait in the network more than without the closure, for the elements that are the worst to lose, the same scale
/// for all.
///
/// # Errors
/// Where it cannot be drawn.
pub fn recovery(losses: &[Loss], closed: (DateTime, DateTime), caption: String, lang: Lang) -> Result<Chart, ReportError> {
    let data = tables::backlogs(losses);
    let costly = |loss: &&Loss| loss.vehicle_hours.is_some_and(|e| e.mean > 0.0) && loss.backlog.is_some();
    let all = losses.iter().filter(costly).count();
    let curves: Vec<Curve<'_>> = losses
        .iter()
        .filter(costly)
        .take(PANELS)
        .filter_map(|loss| Curve::new(loss, closed, until(losses, closed)))
        .collect();
    let mut caption = caption;
    let pointwise = lang.pick(
        "The strip is the interval of the difference, for each hour by itself.",
        "阴影为差值的置信区间，逐时段单独计。",
    );
    remark(&mut caption, pointwise);
    if all > curves.len() {
        let more = words::further(
            all - curves.len(),
            ("further element that costs hours", "further elements that cost hours"),
            "个有损失的要素",
            lang,
        );
        remark(&mut caption, &more);
    }
    let stuck = losses.iter().filter(|l| l.unfinished.is_some()).count();
    if stuck > 0 {
        let sentence = lang.pick(
            format!(
                "{} up the network and {} no curve.",
                counted(stuck, "closure locks", "closures lock"),
                if stuck == 1 { "has" } else { "have" }
            ),
            format!("{stuck} 次关闭使路网陷入死锁，没有曲线。"),
        );
        remark(&mut caption, &sentence);
    }
    let about = Words {
        lang,
        id: "recovery".to_owned(),
        title: Label::from(lang.pick("Backlogs after each closure, and how they go", "各次关闭后的积压与消散")),
        finding: Label::from(finding(&curves, lang)),
        caption,
    };
    if curves.is_empty() {
        return nothing(about, lang.pick("no closure leaves a backlog.", "没有任何关闭造成积压。"), &data);
    }
    draw(&curves, about).finish(&data)
}

/// A curve, in hours since the closure began.
struct Curve<'l> {
    loss: &'l Loss,
    /// Where a step is, the mean difference, half of its interval.
    points: Vec<(f64, f64, Option<f64>)>,
    /// When the closure ends.
    lasts: f64,
}

impl<'l> Curve<'l> {
    fn new(loss: &'l Loss, (from, to): (DateTime, DateTime), until: f64) -> Option<Self> {
        let backlog = loss.backlog.as_ref()?;
        let step = backlog.step.0 as f64 / HOUR;
        let lasts = hours(from, to);
        let first = hours(from, backlog.first);
        let points = differences(backlog)
            .enumerate()
            .map(|(at, (mean, half))| (first + (at as f64 + 0.5) * step, mean, half));
        let points: Vec<_> = points.filter(|p| p.0 >= 0.0 && p.0 <= until && p.1.is_finite()).collect();
        (!points.is_empty()).then(|| Self {
            loss,
            points: thinned(&points),
            lasts,
        })
    }

    fn peak(&self) -> f64 {
        self.points.iter().map(|p| p.1).fold(0.0, f64::max)
    }
}

/// Hours from one moment to another.
fn hours(from: DateTime, to: DateTime) -> f64 {
    from.duration_until(to).as_secs_f64() / 3_600.0
}

/// How long curves are shown, in hours since the closures began: until all have recovered on average, and a little longer.
fn until(losses: &[Loss], (from, to): (DateTime, DateTime)) -> f64 {
    let means = losses
        .iter()
        .filter_map(|loss| loss.recovery_hours)
        .map(|e| e.mean)
        .filter(|m| m.is_finite());
    let lasts = hours(from, to);
    2.0 * lasts + 1.2 * means.fold(0.0, f64::max)
}

fn differences(backlog: &Backlog) -> impl Iterator<Item = (f64, Option<f64>)> {
    let half = |at: usize| {
        backlog
            .half_width
            .as_ref()
            .and_then(|all| all.get(at).copied())
            .filter(|h| h.is_finite())
    };
    backlog
        .usual
        .iter()
        .zip(&backlog.closed)
        .enumerate()
        .map(move |(at, (usual, closed))| (closed - usual, half(at)))
}

/// Neighbouring steps taken together where there are many: means of the means, and of the half-widths, which is on the safe side.
fn thinned(points: &[(f64, f64, Option<f64>)]) -> Vec<(f64, f64, Option<f64>)> {
    let together = points.len().div_ceil(POINTS).max(1);
    let mean = |group: &[(f64, f64, Option<f64>)]| {
        let n = group.len() as f64;
        let half: Option<f64> = group.iter().map(|p| p.2).sum();
        (
            group.iter().map(|p| p.0).sum::<f64>() / n,
            group.iter().map(|p| p.1).sum::<f64>() / n,
            half.map(|h| h / n),
        )
    };
    points.chunks(together).map(mean).collect()
}

fn finding(curves: &[Curve<'_>], lang: Lang) -> String {
    let Some(worst) = curves.iter().max_by(|a, b| a.peak().total_cmp(&b.peak())) else {
        return String::new();
    };
    let (name, peak) = (&worst.loss.element, number::plain(worst.peak()));
    let mut text = lang.pick(
        format!("The largest backlog follows the loss of {name}: at its peak {peak} more wait than usual."),
        format!("积压最大的是关闭 {name}：高峰时比平常多 {peak} 列（辆）等待。"),
    );
    let slowest = curves
        .iter()
        .filter_map(|c| Some((c, c.loss.recovery_hours?)))
        .max_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    if let Some((curve, hours)) = slowest {
        let (name, hours) = (&curve.loss.element, number::with_interval(&hours));
        let sentence = lang.pick(
            format!("The slowest to recover is {name}: {hours}\u{a0}h after the closure ends."),
            format!("恢复最慢的是 {name}：关闭结束后 {hours}\u{a0}h。"),
        );
        remark(&mut text, &sentence);
    }
    text
}

fn draw(curves: &[Curve<'_>], about: Words) -> Sheet {
    let lang = about.lang;
    let keys = [
        Key::new(
            Swatch::Line,
            theme::MAIN,
            lang.pick("waiting more than usual, mean of replications", "比平常多等待的列车，重复均值"),
        ),
        Key::new(Swatch::Box, theme::BAND, lang.pick("interval", "置信区间")),
        Key::new(Swatch::Box, theme::DISRUPTED, lang.pick("closed", "关闭期间")),
        Key::new(
            Swatch::Dot(Dot::Diamond),
            theme::ALERT,
            lang.pick("recovered, on average, with its interval", "平均恢复时刻及置信区间"),
        ),
    ];
    let mut sheet = Sheet::new(about, &keys, curves.len() as f64 * (HEIGHT + HEADING) + FOOT);
    let plot = Rect {
        x: sheet.body.x + SIDE,
        w: sheet.body.w - SIDE - 10.0,
        h: HEIGHT,
        ..sheet.body
    };
    let all = || curves.iter().flat_map(|c| c.points.iter());
    let places = all()
        .map(|p| p.0)
        .fold((0.0_f64, 1.0_f64), |ends, x| (ends.0.min(x), ends.1.max(x)));
    // Days where there are several of them.
    let days = places.1 > 96.0;
    let unit = if days { 24.0 } else { 1.0 };
    let range = ticks_between((places.0 / unit, places.1 / unit), 10);
    let x = Scale::new((range.ends.0 * unit, range.ends.1 * unit), (plot.x, plot.right()));
    let levels = all().flat_map(|p| [p.1 - p.2.unwrap_or(0.0), p.1 + p.2.unwrap_or(0.0)]);
    let (low, high) = levels.fold((0.0_f64, 0.0_f64), |ends, v| (ends.0.min(v), ends.1.max(v)));
    // A strip that reaches a little below zero is cut off there rather than given a tick of its own.
    let levels = (if low > -0.3 * high { 0.0 } else { low }, high);
    let mut last = plot;
    for (i, curve) in curves.iter().enumerate() {
        let y = sheet.body.y + i as f64 * (HEIGHT + HEADING) + HEADING;
        last = Rect { y, ..plot };
        heading(&mut sheet.picture, curve, last, lang);
        let side = Side::new(levels, last);
        let closure = Rect {
            x: x.at(0.0),
            w: x.at(curve.lasts) - x.at(0.0),
            ..last
        };
        sheet.picture.rect(closure, theme::DISRUPTED);
        side.draw(&mut sheet.picture, last);
        one(&mut sheet.picture, curve, (&x, &side.scale));
    }
    let title = Label::from(if days {
        lang.pick("days since the closure began", "关闭开始后的天数")
    } else {
        lang.pick("hours since the closure began", "关闭开始后的小时数")
    });
    values_below(&mut sheet.picture, last, &range, &title);
    let whole = Rect {
        y: sheet.body.y + HEADING,
        h: last.bottom() - sheet.body.y - HEADING,
        ..plot
    };
    let title = Label::from(lang.pick(
        "vehicles waiting, more than without the closure",
        "比未关闭时多等待的列车（车辆）数",
    ));
    side_title(&mut sheet.picture, &title, (sheet.body.x + 10.0, whole));
    sheet
}

/// The element, and what its loss costs.
fn heading(picture: &mut Picture, curve: &Curve<'_>, plot: Rect, lang: Lang) {
    let name = Label::from(&curve.loss.element);
    let name = name.fit(plot.w * 0.55, theme::NAME, Weight::Bold);
    picture.text(name, (plot.x, plot.y - 8.0), panel::name(Align::Left).bold());
    let hours = curve.loss.vehicle_hours.as_ref().map_or_else(String::new, number::with_interval);
    let mut facts = lang.pick(format!("{hours} vehicle-hours lost"), format!("损失 {hours} 列（辆）小时"));
    let share = curve.loss.recovered.unwrap_or(0.0);
    match curve.loss.recovery_hours.as_ref().filter(|_| share > 0.0) {
        Some(recovery) => {
            let recovery = number::with_interval(recovery);
            facts += &lang.pick(format!("; recovers in {recovery}\u{a0}h"), format!("；{recovery}\u{a0}h 后恢复"));
            if share < 1.0 {
                let percent = number::plain(100.0 * share);
                facts += &lang.pick(
                    format!(", in {percent}\u{a0}% of replications"),
                    format!("（{percent}\u{a0}% 的重复）"),
                );
            }
        }
        None => facts += lang.pick("; nothing is known of its recovery", "；恢复情况未知"),
    }
    let facts = Label::from(facts).fit(plot.w * 0.44, theme::SMALL, Weight::Regular);
    picture.text(facts, (plot.right(), plot.y - 8.0), panel::small(Align::Right));
}

/// The curve with its strip, and when it is over.
fn one(picture: &mut Picture, curve: &Curve<'_>, (x, y): (&Scale, &Scale)) {
    for run in curve.points.split(|p| p.2.is_none()) {
        let upper = run.iter().map(|(at, mean, half)| (x.at(*at), y.at(mean + half.unwrap_or(0.0))));
        let lower = run
            .iter()
            .rev()
            .map(|(at, mean, half)| (x.at(*at), y.at(mean - half.unwrap_or(0.0))));
        picture.area(upper.chain(lower).collect(), theme::BAND, 0.8);
    }
    picture.path(
        curve.points.iter().map(|(at, mean, _)| (x.at(*at), y.at(*mean))).collect(),
        theme::MAIN,
        1.75,
    );
    let recovered = curve.loss.recovery_hours.filter(|e| e.mean.is_finite());
    if let Some(recovered) = recovered {
        let (at, level) = (curve.lasts + recovered.mean, y.at(0.0));
        if let Some(half) = super::axes::whole(&recovered) {
            picture.whisker(
                (x.at((at - half).max(curve.lasts)), level),
                (x.at(at + half), level),
                theme::ALERT,
                1.5,
            );
        }
        picture.dot((x.at(at), level), Dot::Diamond, 4.5, theme::ALERT);
    }
}
