//! What one measure came to at every point of a sweep, and how the points lie.

use std::collections::BTreeSet;

use super::plan::{FactorColumn, MeasureColumn};
use crate::stats::{Estimate, rank_correlation};

/// One measure over the points of a sweep.
#[derive(Clone, Debug)]
pub struct Response {
    /// The title of the sweep.
    pub title: String,
    /// The level of the intervals.
    pub confidence: f64,
    /// What was measured.
    pub measure: MeasureColumn,
    /// What was varied.
    pub factors: Vec<FactorColumn>,
    /// The points in the order of the plan.
    pub points: Vec<ResponsePoint>,
}

/// A point, and what was measured there.
#[derive(Clone, Debug)]
pub struct ResponsePoint {
    /// The level of each factor as it is written.
    pub levels: Vec<String>,
    /// The number of each level, where it is a quantity.
    pub numbers: Vec<Option<f64>>,
    /// What the measure came to; absent where no run has a value of it.
    pub estimate: Option<Estimate>,
    /// Runs that finished.
    pub finished: u32,
    /// Runs that stalled, met their limit or failed; they count in no estimate.
    pub unfinished: u32,
}

/// How the points lie, which says what can be drawn of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Every combination of the levels of these factors, once.
    Grid(Vec<usize>),
    /// The first point, and points that differ from it in one factor.
    Star(Vec<usize>),
    /// Anything else, in these factors.
    Scattered(Vec<usize>),
}

impl Response {
    /// How the points lie.
    #[must_use]
    pub fn shape(&self) -> Shape {
        let moving: Vec<usize> = (0..self.factors.len()).filter(|f| self.levels(*f).len() > 1).collect();
        let combinations = moving.iter().fold(1, |n: usize, f| n.saturating_mul(self.levels(*f).len()));
        let distinct: BTreeSet<&[String]> = self.points.iter().map(|p| p.levels.as_slice()).collect();
        if combinations == self.points.len() && distinct.len() == self.points.len() {
            return Shape::Grid(moving);
        }
        let moved = |point: &ResponsePoint| {
            let from = self.points.first().map(|first| first.levels.as_slice()).unwrap_or_default();
            point.levels.iter().zip(from).filter(|(a, b)| a != b).count()
        };
        if moving.len() > 1 && self.points.iter().all(|point| moved(point) <= 1) {
            Shape::Star(moving)
        } else {
            Shape::Scattered(moving)
        }
    }

    /// The levels of a factor in the order in which they come, each once.
    #[must_use]
    pub fn levels(&self, factor: usize) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.points.iter().filter_map(|point| point.levels.get(factor));
        all.map(String::as_str).filter(|level| seen.insert(*level)).collect()
    }

    /// The number of a level, where it is a quantity.
    #[must_use]
    pub fn number(&self, factor: usize, level: &str) -> Option<f64> {
        let with = self
            .points
            .iter()
            .find(|point| point.levels.get(factor).is_some_and(|l| l == level));
        with.and_then(|point| point.numbers.get(factor).copied().flatten())
            .filter(|number| number.is_finite())
    }

    /// The points with an estimate that can be drawn.
    pub fn known(&self) -> impl Iterator<Item = (&ResponsePoint, Estimate)> {
        self.points
            .iter()
            .filter_map(|point| Some((point, point.estimate.filter(|e| e.mean.is_finite())?)))
    }

    /// How the means rise with a factor, as a rank correlation over the points; `None` where its levels are no quantities, or nothing varies.
    #[must_use]
    pub fn rises_with(&self, factor: usize) -> Option<f64> {
        let number = |point: &ResponsePoint| point.numbers.get(factor).copied().flatten();
        let pairs: Option<Vec<(f64, f64)>> = self.known().map(|(point, e)| Some((number(point)?, e.mean))).collect();
        rank_correlation(&pairs?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(factors: usize, points: &[&[f64]]) -> Response {
        let point = |numbers: &&[f64]| ResponsePoint {
            levels: numbers.iter().map(ToString::to_string).collect(),
            numbers: numbers.iter().map(|n| Some(*n)).collect(),
            estimate: crate::stats::estimate([numbers[0] * 2.0], 0.95),
            finished: 1,
            unfinished: 0,
        };
        let factor = |n: usize| FactorColumn {
            id: format!("f{n}"),
            name: format!("factor {n}"),
            unit: Some(String::new()),
        };
        Response {
            title: String::new(),
            confidence: 0.95,
            measure: MeasureColumn {
                id: "m".to_owned(),
                label: "m".to_owned(),
                unit: "h".to_owned(),
                headline: true,
            },
            factors: (0..factors).map(factor).collect(),
            points: points.iter().map(point).collect(),
        }
    }

    #[test]
    fn how_points_lie() {
        let grid = response(2, &[&[1.0, 5.0], &[1.0, 6.0], &[2.0, 5.0], &[2.0, 6.0]]);
        assert_eq!(grid.shape(), Shape::Grid(vec![0, 1]));
        let still = response(2, &[&[1.0, 5.0], &[1.0, 6.0]]);
        assert_eq!(still.shape(), Shape::Grid(vec![1]), "a factor of one level does not move");
        let star = response(2, &[&[1.0, 5.0], &[2.0, 5.0], &[1.0, 6.0]]);
        assert_eq!(star.shape(), Shape::Star(vec![0, 1]));
        let scattered = response(2, &[&[1.0, 5.0], &[2.0, 6.0], &[3.0, 7.0]]);
        assert_eq!(scattered.shape(), Shape::Scattered(vec![0, 1]));
        let twice = response(1, &[&[1.0], &[2.0], &[2.0]]);
        assert_eq!(twice.shape(), Shape::Scattered(vec![0]));
        assert_eq!(response(1, &[]).shape(), Shape::Scattered(vec![]));
    }

    #[test]
    fn what_rises_with_what() {
        let mut three = response(2, &[&[1.0, 7.0], &[2.0, 6.0], &[3.0, 5.0]]);
        assert!(three.rises_with(0).is_some_and(|r| r > 0.99) && three.rises_with(1).is_some_and(|r| r < -0.99));
        assert_eq!(three.levels(1), ["7", "6", "5"]);
        assert_eq!((three.number(1, "6"), three.number(1, "8")), (Some(6.0), None));
        three.points[1].numbers[0] = None;
        assert_eq!(three.rises_with(0), None, "a level that is no quantity");
    }
}
