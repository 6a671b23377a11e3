//! Which factors matter, from the points of a design for sensitivity.

use serde::Serialize;

use super::design::places;
use crate::random::Purpose;
use crate::scenario::plan::{Design, PlanFile};
use crate::stats::Estimate;
use crate::stats::sensitivity::{Effect, Index, Row, elementary_effects, sobol_indices};

/// Bootstrap samples behind an interval.
const SAMPLES: u32 = 500;

/// What a design says of the factors for one measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sensitivity {
    /// Of each factor, in order.
    pub factors: Factors,
    /// Trajectories or rows of which every point has a value; the others are left out.
    pub used: usize,
    /// How many there are.
    pub all: usize,
    /// How much of the variance between points is replication noise: the mean squared standard error over that variance;
    /// absent where there is one replication or nothing varies. Common random numbers make it an upper bound.
    pub noise_share: Option<f64>,
}

/// Effects or shares of variance.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Factors {
    /// From trajectories.
    Effects(Vec<Effect>),
    /// From rows; empty where nothing varies.
    Indices(Vec<Index>),
}

/// The sensitivity of one measure, from its estimate at every point in order; `None` for designs that are not made for it.
///
/// A trajectory or row with a point at which no run finished, or the measure has no value, is left out as a whole.
#[must_use]
pub fn sensitivity(file: &PlanFile, confidence: f64, estimates: &[Option<Estimate>]) -> Option<Sensitivity> {
    let factors = file.factors.len();
    let means: Vec<Option<f64>> = estimates.iter().map(|e| e.map(|e| e.mean)).collect();
    let (of, used, all) = match file.design {
        Design::Morris { .. } => {
            let places = places(file);
            let pieces = places.chunks(factors + 1).zip(means.chunks(factors + 1));
            let trajectories: Vec<_> = pieces.map(|(points, responses)| (points.to_vec(), responses.to_vec())).collect();
            let used = trajectories
                .iter()
                .filter(|(_, responses)| responses.iter().all(Option::is_some))
                .count();
            (
                Factors::Effects(elementary_effects(factors, &trajectories, confidence)),
                used,
                trajectories.len(),
            )
        }
        Design::Saltelli { seed, .. } => {
            let chunks = means.chunks(factors + 2);
            let all = chunks.len();
            let rows: Vec<Row> = chunks.filter_map(row).collect();
            let mut draws = Purpose::named("design.bootstrap").key(seed, 0).draws(Purpose::named("rows"), 0);
            let indices = sobol_indices(&rows, confidence, SAMPLES, || draws.word());
            (Factors::Indices(indices), rows.len(), all)
        }
        Design::Grid | Design::OneAtATime | Design::LatinHypercube { .. } | Design::Sobol { .. } => return None,
    };
    Some(Sensitivity {
        factors: of,
        used,
        all,
        noise_share: noise_share(estimates),
    })
}

fn row(responses: &[Option<f64>]) -> Option<Row> {
    let all: Vec<f64> = responses.iter().copied().collect::<Option<_>>()?;
    let [a, b, mixed @ ..] = all.as_slice() else { return None };
    Some(Row {
        a: *a,
        b: *b,
        mixed: mixed.to_vec(),
    })
}

#[allow(clippy::cast_precision_loss, reason = "a number of points")]
fn noise_share(estimates: &[Option<Estimate>]) -> Option<f64> {
    let known: Vec<&Estimate> = estimates.iter().flatten().collect();
    let n = known.len() as f64;
    let errors: Vec<f64> = known.iter().filter_map(|e| Some(e.sd?.powi(2) / f64::from(e.n))).collect();
    let mean = known.iter().map(|e| e.mean).sum::<f64>() / n;
    let variance = known.iter().map(|e| (e.mean - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let noise = errors.iter().sum::<f64>() / errors.len() as f64;
    (variance > 0.0 && !errors.is_empty()).then_some(noise / variance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::plan::{Factor, Levels, PlannedRuns, Replications, Shown};

    fn file(design: Design) -> PlanFile {
        let factor = |id: &str| Factor {
            id: id.to_owned(),
            name: id.to_owned(),
            keys: Vec::new(),
            levels: Levels::Listed(vec![
                Shown {
                    label: "x".to_owned(),
                    number: None,
                };
                4
            ]),
        };
        PlanFile {
            title: String::new(),
            description: String::new(),
            design,
            factors: vec![factor("a"), factor("b")],
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

    fn estimates(file: &PlanFile, of: impl Fn(&[f64]) -> f64) -> Vec<Option<Estimate>> {
        let estimate = |place: Vec<f64>| {
            Some(Estimate {
                n: 4,
                mean: of(&place),
                half_width: Some(0.1),
                sd: Some(0.2),
                min: 0.0,
                max: 0.0,
            })
        };
        places(file).into_iter().map(estimate).collect()
    }

    /// 3 a + b: effects 3 and 1; shares of variance 9 / 10 and 1 / 10. The standard error of a mean is 0.2 / 2, so the noise is 0.01
    /// of the variance between points.
    #[test]
    fn a_sum_through_both_designs() {
        let sum = |place: &[f64]| 3.0 * place[0] + place[1];
        let morris = file(Design::Morris { points: 12, seed: 1 });
        let found = sensitivity(&morris, 0.95, &estimates(&morris, sum)).expect("a design for it");
        let Factors::Effects(effects) = &found.factors else {
            panic!("trajectories")
        };
        assert!((effects[0].mean - 3.0).abs() < 1e-9 && (effects[1].mean_size - 1.0).abs() < 1e-9);
        assert_eq!((found.used, found.all), (12, 12));
        let saltelli = file(Design::Saltelli { points: 512, seed: 1 });
        let mut estimates = estimates(&saltelli, sum);
        let found = sensitivity(&saltelli, 0.95, &estimates).expect("a design for it");
        let Factors::Indices(indices) = &found.factors else {
            panic!("rows")
        };
        for (index, exact) in indices.iter().zip([0.9, 0.1]) {
            assert!(
                (index.first - exact).abs() < 0.02 && (index.total - exact).abs() < 0.02,
                "{index:?}"
            );
        }
        // The variance of a sum of uniforms is (9 + 1) / 12.
        assert!(found.noise_share.is_some_and(|share| (share - 0.01 / (10.0 / 12.0)).abs() < 0.002));
        estimates[5] = None;
        let less = sensitivity(&saltelli, 0.95, &estimates).expect("a design for it");
        assert_eq!((less.used, less.all), (511, 512), "a row with a failed point is left out");
        assert!(sensitivity(&file(Design::Grid), 0.95, &[]).is_none());
    }
}
