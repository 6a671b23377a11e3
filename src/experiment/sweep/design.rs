//! From a design to its points.

use crate::random::{Purpose, StreamKey};
use crate::scenario::plan::{Design, Factor, PlanFile, Setting};
use crate::stats::design::{latin_column, scrambled, sobol};
use crate::stats::sensitivity::morris_trajectory;

/// How many points a plan has.
#[must_use]
pub(super) fn count(file: &PlanFile) -> u128 {
    let levels = |factor: &Factor| factor.count().unwrap_or(1) as u128;
    match file.design {
        Design::Grid => file.factors.iter().map(levels).fold(1, u128::saturating_mul),
        Design::OneAtATime => 1 + file.factors.iter().map(levels).sum::<u128>(),
        Design::LatinHypercube { points, .. } | Design::Sobol { points, .. } => points.into(),
        Design::Morris { points, .. } => u128::from(points) * (file.factors.len() as u128 + 1),
        Design::Saltelli { points, .. } => u128::from(points) * (file.factors.len() as u128 + 2),
    }
}

/// The points of a plan in order, each a setting for every factor.
///
/// The coordinates of a factor in a random design are addressed by its id: another factor that comes or goes leaves them
/// as they were in a Latin hypercube, and in a Sobol design if it comes after them.
#[must_use]
pub fn settings(file: &PlanFile) -> Vec<Vec<Setting>> {
    match file.design {
        Design::Grid => grid(&file.factors),
        Design::OneAtATime => one_at_a_time(&file.factors),
        Design::LatinHypercube { points, seed } => {
            let column = |factor: &Factor| {
                let mut draws = key(factor, seed).draws(Purpose::named("latin hypercube"), 0);
                latin_column(points, || draws.word())
            };
            transposed(&file.factors, points, file.factors.iter().map(column))
        }
        Design::Sobol { points, seed } => {
            let columns = sobol_columns(&file.factors, points, (seed, 1));
            transposed(&file.factors, points, columns.into_iter())
        }
        Design::Morris { .. } | Design::Saltelli { .. } => {
            let at = |place: Vec<f64>| file.factors.iter().zip(place).map(|(factor, share)| factor.at(share)).collect();
            places(file).into_iter().map(at).collect()
        }
    }
}

/// The places in the unit cube of the points of a design for sensitivity, in order; none for other designs.
#[must_use]
pub fn places(file: &PlanFile) -> Vec<Vec<f64>> {
    match file.design {
        Design::Morris { points, seed } => {
            let key = Purpose::named("design.morris").key(seed, 0);
            let trajectory = |n| {
                let mut draws = key.draws(Purpose::named("trajectory"), n);
                morris_trajectory(file.factors.len(), || draws.word())
            };
            (0..points).flat_map(trajectory).collect()
        }
        Design::Saltelli { points, seed } => {
            let columns = sobol_columns(&file.factors, points, (seed, 2));
            let (a, b) = columns.split_at(file.factors.len());
            let row = |n: usize| {
                let of = |columns: &[Vec<f64>]| columns.iter().map(|column| column[n]).collect::<Vec<f64>>();
                let (a, b) = (of(a), of(b));
                let mixed = |factor: usize| {
                    let mut place = a.clone();
                    place[factor] = b[factor];
                    place
                };
                let mixed: Vec<Vec<f64>> = (0..a.len()).map(mixed).collect();
                [a, b].into_iter().chain(mixed).collect::<Vec<_>>()
            };
            (0..points as usize).flat_map(row).collect()
        }
        Design::Grid | Design::OneAtATime | Design::LatinHypercube { .. } | Design::Sobol { .. } => Vec::new(),
    }
}

/// So many scrambled coordinates of Sobol's points for every factor: the first of each, then the second of each.
fn sobol_columns(factors: &[Factor], points: u32, (seed, each): (u64, usize)) -> Vec<Vec<f64>> {
    let sequence = sobol(each * factors.len(), points);
    let depths: Vec<Purpose> = (0..32 * each).map(|depth| Purpose::named(&format!("sobol {depth}"))).collect();
    let column = |dimension: usize| {
        let (round, factor) = (dimension / factors.len(), dimension % factors.len());
        let key = key(&factors[factor], seed);
        let coin = |depth: u32, prefix: u32| key.draws(depths[32 * round + depth as usize], prefix).word() >> 63 == 1;
        sequence.iter().map(|point| scrambled(point[dimension], coin)).collect()
    };
    (0..each * factors.len()).map(column).collect()
}

fn key(factor: &Factor, seed: u64) -> StreamKey {
    Purpose::named(&format!("design.{}", factor.id)).key(seed, 0)
}

fn grid(factors: &[Factor]) -> Vec<Vec<Setting>> {
    let mut points = vec![Vec::new()];
    for factor in factors {
        let levels = factor.count().unwrap_or(0);
        let longer = |point: &Vec<Setting>| {
            let point = point.clone();
            (0..levels).map(move |level| point.iter().copied().chain([Setting::Level(level)]).collect())
        };
        points = points.iter().flat_map(longer).collect();
    }
    points
}

fn one_at_a_time(factors: &[Factor]) -> Vec<Vec<Setting>> {
    let mut points = vec![vec![Setting::Base; factors.len()]];
    for (at, factor) in factors.iter().enumerate() {
        for level in 0..factor.count().unwrap_or(0) {
            let mut point = vec![Setting::Base; factors.len()];
            point[at] = Setting::Level(level);
            points.push(point);
        }
    }
    points
}

fn transposed(factors: &[Factor], points: u32, columns: impl Iterator<Item = Vec<f64>>) -> Vec<Vec<Setting>> {
    let columns: Vec<Vec<f64>> = columns.collect();
    let point = |n: usize| factors.iter().zip(&columns).map(|(factor, column)| factor.at(column[n])).collect();
    (0..points as usize).map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::plan::{Levels, PlannedRuns, Replications, Shown};

    fn file(design: Design, levels: &[usize]) -> PlanFile {
        let factor = |(n, count): (usize, &usize)| Factor {
            id: format!("f{n}"),
            name: String::new(),
            keys: Vec::new(),
            levels: Levels::Listed(
                (0..*count)
                    .map(|level| Shown {
                        label: level.to_string(),
                        number: None,
                    })
                    .collect(),
            ),
        };
        PlanFile {
            title: String::new(),
            description: String::new(),
            design,
            factors: levels.iter().enumerate().map(factor).collect(),
            run: PlannedRuns {
                seed: None,
                confidence: None,
                replications: Replications::OfBase,
                most_events: 1,
                most_runs: 1,
            },
            optimise: None,
        }
    }

    fn levels(points: &[Vec<Setting>]) -> Vec<String> {
        let word = |setting: &Setting| match setting {
            Setting::Level(level) => level.to_string(),
            Setting::Base => "-".to_owned(),
            Setting::At(share) => share.to_string(),
        };
        points.iter().map(|point| point.iter().map(word).collect()).collect()
    }

    #[test]
    fn grids_and_stars() {
        let grid = file(Design::Grid, &[2, 3]);
        assert_eq!(levels(&settings(&grid)), ["00", "01", "02", "10", "11", "12"]);
        let star = file(Design::OneAtATime, &[2, 3]);
        assert_eq!(levels(&settings(&star)), ["--", "0-", "1-", "-0", "-1", "-2"]);
        assert_eq!((count(&grid), count(&star)), (6, 6));
        assert_eq!(count(&file(Design::Grid, &[100_000; 9])), u128::MAX);
    }

    /// Twelve points over three levels: four of each, in both random designs' first eight a power of two apart.
    #[test]
    fn levels_are_balanced() {
        let latin = settings(&file(Design::LatinHypercube { points: 12, seed: 4 }, &[3, 2]));
        for level in 0..3 {
            assert_eq!(latin.iter().filter(|point| point[0] == Setting::Level(level)).count(), 4);
        }
        let sobol = settings(&file(Design::Sobol { points: 16, seed: 4 }, &[4, 2]));
        for level in 0..4 {
            assert_eq!(sobol.iter().filter(|point| point[0] == Setting::Level(level)).count(), 4);
            // One of each pair of levels in each eighth.
            assert_eq!(
                sobol.iter().filter(|p| p[..] == [Setting::Level(level), Setting::Level(1)]).count(),
                2
            );
        }
    }

    #[test]
    fn another_factor_leaves_a_latin_column_alone() {
        let column = |points: Vec<Vec<Setting>>| points.iter().map(|point| point[0]).collect::<Vec<_>>();
        let one = settings(&file(Design::LatinHypercube { points: 20, seed: 4 }, &[20]));
        let two = settings(&file(Design::LatinHypercube { points: 20, seed: 4 }, &[20, 7]));
        assert_eq!(column(one.clone()), column(two));
        let other = settings(&file(Design::LatinHypercube { points: 20, seed: 5 }, &[20]));
        assert_ne!(one, other, "another seed gives another design");
    }
}
