//! Which inputs matter: elementary effects and variance-based indices.

use serde::Serialize;

use super::estimate::estimate;
use super::quantile::rank;

/// The distance of two points of a trajectory in the factor that changes: two thirds of its range, on the grid 0, 1/3, 2/3, 1
/// (p = 4 levels and p / (2 (p - 1)), Morris (1991)).
pub const MORRIS_STEP: f64 = 2.0 / 3.0;

/// The points of one trajectory: from a random point of the grid, every factor in random order is moved once by
/// [`MORRIS_STEP`] up or down (Morris (1991), Technometrics 33(2), 161-174). `word` gives random words.
#[must_use]
pub fn morris_trajectory(factors: usize, mut word: impl FnMut() -> u64) -> Vec<Vec<f64>> {
    let mut bit = || word() >> 63 == 1;
    // The lower end of each factor's move, and whether it begins there.
    let starts: Vec<(f64, bool)> = (0..factors).map(|_| (if bit() { 1.0 / 3.0 } else { 0.0 }, bit())).collect();
    let ends = |up: bool, low: f64| if up { (low, low + MORRIS_STEP) } else { (low + MORRIS_STEP, low) };
    let mut point: Vec<f64> = starts.iter().map(|(low, up)| ends(*up, *low).0).collect();
    let mut order: Vec<(u64, usize)> = (0..factors).map(|factor| (word(), factor)).collect();
    order.sort_unstable();
    let mut points = vec![point.clone()];
    for (_, factor) in order {
        let (low, up) = starts[factor];
        point[factor] = ends(up, low).1;
        points.push(point.clone());
    }
    points
}

/// What trajectories say of one factor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// From how many trajectories.
    pub n: u32,
    /// Mean elementary effect: change of the response over the whole range of the factor, were it straight.
    pub mean: f64,
    /// Mean size of an effect, which does not cancel where it changes its sign: mu* of Campolongo, Cariboni & Saltelli (2007),
    /// Environmental Modelling & Software 22(10), 1509-1518.
    pub mean_size: f64,
    /// Half the width of Student's interval for it, as trajectories are independent; absent below two of them.
    pub mean_size_half_width: Option<f64>,
    /// Standard deviation of the effects: large where the effect is not straight, or depends on other factors.
    pub sd: f64,
}

/// The points of a trajectory, and the response at each, where there is one.
pub type Trajectory = (Vec<Vec<f64>>, Vec<Option<f64>>);

/// The effects of every factor from trajectories, with intervals at a level of confidence. A trajectory
/// without a response at one of its points is left out.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "far fewer than 2^32 trajectories")]
pub fn elementary_effects(factors: usize, trajectories: &[Trajectory], confidence: f64) -> Vec<Effect> {
    let mut effects: Vec<Vec<f64>> = vec![Vec::new(); factors];
    for (points, responses) in trajectories {
        let Some(responses) = responses.iter().copied().collect::<Option<Vec<f64>>>() else {
            continue;
        };
        for (pair, response) in points.windows(2).zip(responses.windows(2)) {
            let moved = (0..factors).find(|f| (pair[0][*f] - pair[1][*f]).abs() > MORRIS_STEP / 2.0);
            if let Some(factor) = moved {
                effects[factor].push((response[1] - response[0]) / (pair[1][factor] - pair[0][factor]));
            }
        }
    }
    effects.iter().map(|all| effect(all, confidence)).collect()
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "far fewer than 2^32 trajectories"
)]
fn effect(all: &[f64], confidence: f64) -> Effect {
    let n = all.len() as f64;
    let mean = all.iter().sum::<f64>() / n;
    let squares: f64 = all.iter().map(|e| (e - mean).powi(2)).sum();
    Effect {
        n: all.len() as u32,
        mean,
        mean_size: all.iter().map(|e| e.abs()).sum::<f64>() / n,
        mean_size_half_width: estimate(all.iter().map(|e| e.abs()), confidence).and_then(|e| e.half_width),
        sd: if all.len() > 1 { (squares / (n - 1.0)).sqrt() } else { f64::NAN },
    }
}

/// The responses at one row of the design: at A, at B, and at A with each factor taken from B.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// At A.
    pub a: f64,
    /// At B.
    pub b: f64,
    /// At A but for one factor, which is that of B.
    pub mixed: Vec<f64>,
}

/// The shares of variance that one factor explains, each with a bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Index {
    /// By itself: how much of the variance would go if it were known.
    pub first: f64,
    /// Its interval.
    pub first_interval: (f64, f64),
    /// With all its interactions: how much would be left if all others were known.
    pub total: f64,
    /// Its interval.
    pub total_interval: (f64, f64),
}

/// First-order and total indices of every factor by the estimators of Jansen (1999), Computer Physics Communications 117,
/// 35-43, as Saltelli et al. (2010), same journal 181, 259-270, table 2, recommend; the variance is that of A and B together. The
/// intervals are percentiles of so many bootstrap samples of rows. Empty where nothing varies.
#[must_use]
pub fn sobol_indices(rows: &[Row], confidence: f64, samples: u32, mut word: impl FnMut() -> u64) -> Vec<Index> {
    let all: Vec<&Row> = rows.iter().collect();
    let Some(point) = jansen(&all) else { return Vec::new() };
    let mut bootstrap: Vec<Vec<(f64, f64)>> = vec![Vec::new(); point.len()];
    for _ in 0..samples {
        #[allow(clippy::cast_possible_truncation, reason = "below the number of rows")]
        let drawn: Vec<&Row> = (0..rows.len())
            .map(|_| &rows[((u128::from(word()) * rows.len() as u128) >> 64) as usize])
            .collect();
        if let Some(indices) = jansen(&drawn) {
            bootstrap.iter_mut().zip(indices).for_each(|(all, index)| all.push(index));
        }
    }
    let interval = |values: Vec<f64>| {
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        #[allow(clippy::cast_possible_truncation, reason = "no more than the length")]
        let at = |p: f64| sorted.get(rank(p, sorted.len() as u64) as usize - 1).copied().unwrap_or(f64::NAN);
        (at((1.0 - confidence) / 2.0), at(f64::midpoint(1.0, confidence)))
    };
    point
        .into_iter()
        .zip(bootstrap)
        .map(|((first, total), samples)| Index {
            first,
            first_interval: interval(samples.iter().map(|s| s.0).collect()),
            total,
            total_interval: interval(samples.iter().map(|s| s.1).collect()),
        })
        .collect()
}

/// First-order and total index of each factor; `None` where nothing varies.
#[allow(clippy::cast_precision_loss, reason = "a number of rows")]
fn jansen(rows: &[&Row]) -> Option<Vec<(f64, f64)>> {
    let n = rows.len() as f64;
    let both = || rows.iter().flat_map(|row| [row.a, row.b]);
    let mean = both().sum::<f64>() / (2.0 * n);
    let variance = both().map(|y| (y - mean).powi(2)).sum::<f64>() / (2.0 * n - 1.0);
    if variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let factors = rows.first()?.mixed.len();
    let half = |of: &dyn Fn(&Row) -> f64| rows.iter().map(|row| of(row).powi(2)).sum::<f64>() / (2.0 * n);
    let index = |factor: usize| {
        let first = 1.0 - half(&|row| row.b - row.mixed[factor]) / variance;
        let total = half(&|row| row.a - row.mixed[factor]) / variance;
        (first, total)
    };
    Some((0..factors).map(index).collect())
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::super::design::{scrambled, sobol};
    use super::*;

    /// A generator for tests: `SplitMix64` of Steele, Lea & Flood (2014).
    fn splitmix(mut state: u64) -> impl FnMut() -> u64 {
        move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }
    }

    /// Indices of a function of so many factors from 8,192 rows of scrambled Sobol points.
    fn indices(factors: usize, of: impl Fn(&[f64]) -> f64) -> Vec<Index> {
        let coin = |dimension: usize| {
            move |depth: u32, prefix: u32| splitmix(((dimension as u64) << 40) ^ (u64::from(depth) << 34) ^ u64::from(prefix))() >> 63 == 1
        };
        let rows: Vec<Row> = sobol(2 * factors, 8_192)
            .iter()
            .map(|bits| {
                let all: Vec<f64> = bits.iter().enumerate().map(|(d, bits)| scrambled(*bits, coin(d))).collect();
                let (a, b) = all.split_at(factors);
                let mixed = |factor: usize| {
                    let mut point = a.to_vec();
                    point[factor] = b[factor];
                    of(&point)
                };
                Row {
                    a: of(a),
                    b: of(b),
                    mixed: (0..factors).map(mixed).collect(),
                }
            })
            .collect();
        sobol_indices(&rows, 0.95, 200, splitmix(9))
    }

    #[track_caller]
    fn near(found: &[Index], exact: &[(f64, f64)]) {
        assert_eq!(found.len(), exact.len());
        for (at, (index, (first, total))) in found.iter().zip(exact).enumerate() {
            assert!(
                (index.first - first).abs() < 0.012,
                "first of {}: {} for {first}",
                at + 1,
                index.first
            );
            assert!(
                (index.total - total).abs() < 0.012,
                "total of {}: {} for {total}",
                at + 1,
                index.total
            );
            let (low, high) = index.total_interval;
            assert!(low <= index.total && index.total <= high && high - low < 0.15, "{low} to {high}");
        }
    }

    /// Ishigami & Homma (1990): sin x + 7 sin^2 y + 0.1 z^4 sin x on -pi to pi; the exact indices follow from
    /// V = 49 / 8 + 0.1 pi^4 / 5 + 0.01 pi^8 / 18 + 1 / 2 = 13.844588.
    #[test]
    fn ishigami() {
        let function = |x: &[f64]| {
            let [x, y, z] = [x[0], x[1], x[2]].map(|u| PI * (2.0 * u - 1.0));
            x.sin() + 7.0 * y.sin().powi(2) + 0.1 * z.powi(4) * x.sin()
        };
        near(
            &indices(3, function),
            &[(0.313_905, 0.557_589), (0.442_411, 0.442_411), (0.0, 0.243_684)],
        );
    }

    /// The g-function of Saltelli & Sobol (1995): the product of (|4 x - 2| + a) / (1 + a); a factor by itself explains
    /// 1 / (3 (1 + a)^2).
    #[test]
    fn g_function() {
        let weights = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
        let function = |x: &[f64]| {
            x.iter()
                .zip(weights)
                .map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a))
                .product()
        };
        let exact = [
            (0.716_192, 0.787_144),
            (0.179_048, 0.242_198),
            (0.023_676, 0.034_317),
            (0.007_162, 0.010_460),
            (0.000_072, 0.000_105),
            (0.000_072, 0.000_105),
            (0.000_072, 0.000_105),
            (0.000_072, 0.000_105),
        ];
        near(&indices(8, function), &exact);
    }

    fn screened(factors: usize, trajectories: u64, of: impl Fn(&[f64]) -> f64) -> Vec<Effect> {
        let mut word = splitmix(4);
        let all: Vec<Trajectory> = (0..trajectories)
            .map(|_| {
                let points = morris_trajectory(factors, &mut word);
                let responses = points.iter().map(|point| Some(of(point))).collect();
                (points, responses)
            })
            .collect();
        elementary_effects(factors, &all, 0.95)
    }

    /// The effect of a factor of a linear function is its slope, everywhere.
    #[test]
    fn straight_effects() {
        let effects = screened(3, 10, |x| 3.0 * x[0] - 0.5 * x[1]);
        for (effect, slope) in effects.iter().zip([3.0, -0.5, 0.0_f64]) {
            assert!((effect.mean - slope).abs() < 1e-12 && (effect.mean_size - slope.abs()).abs() < 1e-12 && effect.sd < 1e-12);
            assert_eq!(effect.n, 10);
            assert!(effect.mean_size_half_width.is_some_and(|half| half < 1e-12), "all are the same");
        }
    }

    /// The test function of Morris (1991), section 5, with its small coefficients, there random, as (-1)^i and (-1)^(i+j): the
    /// first ten of twenty factors matter; of these, eight, nine and ten have straight effects of 2 x 20, and the first seven
    /// are curved or interact.
    #[test]
    fn twenty_factors_of_morris() {
        let function = |x: &[f64]| {
            let w: Vec<f64> = (1..=20)
                .zip(x)
                .map(|(i, x)| {
                    if [3, 5, 7].contains(&i) {
                        2.0 * (1.1 * x / (x + 0.1) - 0.5)
                    } else {
                        2.0 * (x - 0.5)
                    }
                })
                .collect();
            let sign = |n: usize| if n.is_multiple_of(2) { 1.0 } else { -1.0 };
            let mut y = 0.0;
            for i in 0..20 {
                y += if i < 10 { 20.0 } else { sign(i + 1) } * w[i];
                for j in i + 1..20 {
                    y += if j < 6 { -15.0 } else { sign(i + j + 2) } * w[i] * w[j];
                    for l in j + 1..5 {
                        y += -10.0 * w[i] * w[j] * w[l];
                        for s in l + 1..4 {
                            y += 5.0 * w[i] * w[j] * w[l] * w[s];
                        }
                    }
                }
            }
            y
        };
        let effects = screened(20, 60, function);
        let least_that_matters = effects[..10].iter().map(|e| e.mean_size).fold(f64::MAX, f64::min);
        let most_of_the_rest = effects[10..].iter().map(|e| e.mean_size).fold(0.0, f64::max);
        assert!(
            least_that_matters > 2.0 * most_of_the_rest,
            "{least_that_matters} and {most_of_the_rest}"
        );
        for straight in &effects[7..10] {
            assert!((straight.mean - 40.0).abs() < 4.0 && straight.sd < 12.0, "{straight:?}");
        }
        for curved in &effects[..7] {
            assert!(curved.sd > 15.0, "{curved:?}");
        }
    }

    #[test]
    fn what_cannot_be_told() {
        let row = Row {
            a: 1.0,
            b: 1.0,
            mixed: vec![1.0],
        };
        assert!(
            sobol_indices(&[row.clone(), row], 0.95, 10, splitmix(1)).is_empty(),
            "nothing varies"
        );
        let points = morris_trajectory(2, splitmix(1));
        let lost = (points, vec![Some(1.0), None, Some(2.0)]);
        assert_eq!(elementary_effects(2, &[lost], 0.95)[0].n, 0, "a trajectory with a failed point");
    }
}
