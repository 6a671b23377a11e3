//! The measures of a sweep that are shown, and their charts.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::common::Failure;
use super::folder::Folder;
use crate::experiment::sweep::{Plan, Response, ResponsePoint};
use crate::report::{Chart, Lang, charts};
use crate::store::{Merged, headlines};

/// Measures shown where none are named.
const SHOWN: usize = 3;

/// Which measures are shown on the screen and drawn.
#[derive(Clone, Debug, Args)]
pub(super) struct ShownArgs {
    /// A headline measure to show and to draw; may be repeated. Those of the stopping rule and those that tell the points apart best, where absent.
    #[arg(long, value_name = "ID")]
    measure: Vec<String>,
}

impl ShownArgs {
    /// Refuses a measure that will have no estimate, before anything runs.
    pub(super) fn check(&self, plan: &Plan) -> Result<(), Failure> {
        let known: Vec<&str> = headlines(plan).into_iter().map(|index| plan.measures[index].id.as_str()).collect();
        match self.measure.iter().find(|wanted| !known.contains(&wanted.as_str())) {
            None => Ok(()),
            Some(wanted) => {
                let near = crate::scenario::suggestion(wanted, known);
                Err(Failure::Refused(format!(
                    "error: {wanted:?} is no headline measure of this plan; {}",
                    near.unwrap_or_default()
                )))
            }
        }
    }

    /// The positions of the measures to show among those that are estimated.
    pub(super) fn positions(&self, plan: &Plan, merged: &Merged) -> Vec<usize> {
        let of = |index: &usize| merged.measures.iter().position(|measure| measure == index);
        if !self.measure.is_empty() {
            let id = |wanted: &String| plan.measures.iter().position(|measure| measure.id == *wanted);
            return self.measure.iter().filter_map(|wanted| of(&id(wanted)?)).collect();
        }
        let mut shown: Vec<usize> = Vec::new();
        for at in plan.watched().iter().filter_map(|index| of(&(*index as usize))) {
            if !shown.contains(&at) {
                shown.push(at);
            }
        }
        for at in telling(plan, merged) {
            if shown.len() < SHOWN && !shown.contains(&at) {
                shown.push(at);
            }
        }
        shown
    }
}

/// The measures that tell the points apart best, the best first: their means are most half-widths from one another. Shares,
/// such as how busy a desk is, come last: they follow from what is varied by arithmetic, and are known best for that.
fn telling(plan: &Plan, merged: &Merged) -> Vec<usize> {
    let apart = |at: usize| {
        let all: Vec<_> = merged.estimates.iter().filter_map(|point| point[at]).collect();
        let means = || all.iter().map(|e| e.mean);
        let spread = means().fold(f64::MIN, f64::max) - means().fold(f64::MAX, f64::min);
        let widest = all.iter().filter_map(|e| e.half_width).fold(0.0, f64::max);
        if all.len() < 2 || spread <= 0.0 {
            0.0
        } else {
            spread / widest.max(f64::MIN_POSITIVE)
        }
    };
    let mut ranked: Vec<(usize, f64)> = (0..merged.measures.len()).map(|at| (at, apart(at))).collect();
    let share = |at: usize| plan.measures[merged.measures[at]].unit.is_empty();
    ranked.sort_by(|a, b| share(a.0).cmp(&share(b.0)).then(b.1.total_cmp(&a.1)));
    ranked.into_iter().map(|(at, _)| at).collect()
}

/// What one of the estimated measures came to, point by point.
pub(super) fn response(plan: &Plan, merged: &Merged, at: usize) -> Response {
    let points = plan.points.iter().zip(&merged.estimates).zip(&merged.runs);
    let point = |((point, estimates), (finished, unfinished)): ((&crate::experiment::sweep::Point, &Vec<_>), &(u32, u32))| ResponsePoint {
        levels: point.levels.clone(),
        numbers: point.numbers.clone(),
        estimate: estimates[at],
        finished: *finished,
        unfinished: *unfinished,
    };
    Response {
        title: plan.title.clone(),
        confidence: plan.confidence,
        measure: plan.measures[merged.measures[at]].clone(),
        factors: plan.factors.clone(),
        points: points.map(point).collect(),
    }
}

/// The charts of these measures, one after the other.
pub(super) fn draw(plan: &Plan, merged: &Merged, shown: &[usize], lang: Lang) -> Result<Vec<Chart>, Failure> {
    let drawn = shown
        .par_iter()
        .map(|at| charts::response_gallery(&response(plan, merged, *at), lang));
    let drawn = drawn.collect::<Result<Vec<_>, _>>()?;
    Ok(drawn.into_iter().flatten().collect())
}

/// Writes charts into a folder that does not exist; a reader sees it when it is whole.
pub(super) fn write(charts: &[Chart], place: &Path) -> Result<PathBuf, Failure> {
    let folder = Folder::new(Some(place), "charts")?;
    folder.write_charts("", charts, true, true)?;
    folder.publish("charts", true)
}

/// Writes charts in the place of those of an earlier run.
pub(super) fn replace(charts: &[Chart], place: &Path) -> Result<PathBuf, Failure> {
    if place.exists() {
        fs::remove_dir_all(place).map_err(Failure::file("remove the charts of an earlier run", place))?;
    }
    write(charts, place)
}
