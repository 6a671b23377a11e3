//! What a sweep found, one measure at a time: response curves, heat maps, parallel coordinates.

mod curves;
mod effects;
mod heat;
mod indices;
mod influence;
mod parallel;
mod star;
#[cfg(test)]
mod tests;

pub use curves::response_curves;
pub use heat::heat_map;
pub use influence::influence;
pub use parallel::parallel_coordinates;
pub use star::one_at_a_time;

use super::axes::{Quantity, whole};
use crate::experiment::sweep::{Response, ResponsePoint, Shape};
use crate::report::number::{self, counted};
use crate::report::sheet::{remark, safe};
use crate::report::{Chart, Lang, ReportError};
use crate::stats::Estimate;

/// The charts that the points of a sweep allow: curves for a grid, with a heat map where two factors move; swings where each
/// factor moves by itself; else parallel coordinates.
///
/// # Errors
/// Where a chart cannot be drawn at all; having nothing to show is no error.
pub fn response_gallery(response: &Response, lang: Lang) -> Result<Vec<Chart>, ReportError> {
    Ok(match response.shape() {
        Shape::Grid(factors) => {
            let mut charts = vec![response_curves(response, lang)?];
            if factors.len() == 2 {
                charts.push(heat_map(response, lang)?);
            }
            if factors.len() > 2 {
                charts.push(parallel_coordinates(response, lang)?);
            }
            charts
        }
        Shape::Star(_) => vec![one_at_a_time(response, lang)?],
        Shape::Scattered(_) => vec![parallel_coordinates(response, lang)?],
    })
}

/// The id of a chart of a measure, which is a file name.
pub(super) fn id(kind: &str, measure: &str) -> String {
    safe(&format!("{kind}_{measure}")).chars().take(150).collect()
}

/// A point by the levels of some factors, as in `lift 2 min, cranes 3`.
fn point_words(response: &Response, factors: &[usize], point: &ResponsePoint, lang: Lang) -> String {
    let words = factors
        .iter()
        .map(|f| format!("{} {}", response.factors[*f].name, point.levels[*f]));
    words.collect::<Vec<_>>().join(lang.pick(", ", "，"))
}

/// The lowest and the highest mean, and whether their intervals keep apart.
fn extremes(response: &Response, factors: &[usize], lang: Lang) -> Option<String> {
    let of = Quantity::new(&response.measure.unit, lang);
    let (low, least) = response.known().min_by(|a, b| a.1.mean.total_cmp(&b.1.mean))?;
    let (high, most) = response.known().max_by(|a, b| a.1.mean.total_cmp(&b.1.mean))?;
    let words = |point: &ResponsePoint| point_words(response, factors, point, lang);
    if least.mean.total_cmp(&most.mean).is_eq() {
        let same = of.words(&least);
        return Some(lang.pick(format!("{same} at every point."), format!("各点均为 {same}。")));
    }
    let mut sentence = lang.pick(
        format!(
            "Lowest {} at {}; highest {} at {}.",
            of.words(&least),
            words(low),
            of.words(&most),
            words(high)
        ),
        format!(
            "最低 {}（{}）；最高 {}（{}）。",
            of.words(&least),
            words(low),
            of.words(&most),
            words(high)
        ),
    );
    match (whole(&least), whole(&most)) {
        (Some(a), Some(b)) if least.mean + a >= most.mean - b => remark(
            &mut sentence,
            lang.pick(
                "Their intervals overlap: no point stands out for sure.",
                "两者的置信区间重叠：没有哪一点确有差别。",
            ),
        ),
        _ => {}
    }
    Some(sentence)
}

/// How it was made: points, replications, level of the intervals, and what did not finish.
fn caption(response: &Response, lang: Lang) -> String {
    let n = response.points.len();
    let runs = response.points.iter().map(|p| p.finished + p.unfinished);
    let (least, most) = (runs.clone().min().unwrap_or(0), runs.max().unwrap_or(0));
    let each = if least == most {
        most.to_string()
    } else {
        format!("{least}–{most}")
    };
    let level = number::level(response.confidence);
    let interval = if response.known().any(|(_, e)| whole(&e).is_some()) {
        lang.pick(
            format!("{level} intervals, each for one mean by itself"),
            format!("{level} 置信区间，各点单独计"),
        )
    } else {
        lang.pick("no intervals from a single one", "单次重复没有置信区间").to_owned()
    };
    let replications = lang.pick(if most == 1 { "replication" } else { "replications" }, "次重复");
    let mut caption = lang.pick(
        format!(
            "{}; {}, {each} {replications} of each, the same luck at all of them; {interval}.",
            response.title,
            counted(n, "point", "points")
        ),
        format!(
            "{}；{n} 个点，每点 {each} {replications}，各点用同一组随机数；{interval}。",
            response.title
        ),
    );
    add_failures(&mut caption, &response.points, lang);
    caption
}

/// What did not finish, where something did not.
fn add_failures(caption: &mut String, points: &[ResponsePoint], lang: Lang) {
    let unfinished: u32 = points.iter().map(|p| p.unfinished).sum();
    if unfinished > 0 {
        let n = unfinished as usize;
        remark(
            caption,
            &lang.pick(
                format!(
                    "{} stalled, failed or met a limit and {} in no mean.",
                    counted(n, "run", "runs"),
                    if n == 1 { "counts" } else { "count" }
                ),
                format!("{n} 次运行停滞、失败或达到上限，不计入均值。"),
            ),
        );
    }
    let without = points.iter().filter(|p| !p.estimate.is_some_and(|e| e.mean.is_finite())).count();
    if without > 0 {
        remark(
            caption,
            &lang.pick(
                format!(
                    "{} no value: {} below.",
                    counted(without, "point has", "points have"),
                    if without == 1 { "a cross" } else { "crosses" }
                ),
                format!("{without} 个点没有数值，以叉号标出。"),
            ),
        );
    }
}

/// The estimate in the unit shown.
fn shown(response: &Response, estimate: &Estimate) -> Estimate {
    Quantity::new(&response.measure.unit, Lang::En).shown(estimate)
}
