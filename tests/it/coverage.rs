//! Do intervals cover what they say? In thousands of experiments whose true value is known.
//!
//! The large ones are run by `.ci/run`: they are many replications of small scenarios.

use std::sync::atomic::AtomicBool;

use landbridge::experiment::{Measures, Plan, is_skewed, names, replicate};
use landbridge::random::{Draws, Purpose};
use landbridge::stats::{Gather, MSER_5, Precision, Truncation, batch_means, mser, paired, quantile_estimate, quantile_ranks};
use landbridge::verify::m_m_1_waiting_from_empty;

use crate::common::{EVENT_LIMIT, SEED, model};

/// How many experiments.
const EXPERIMENTS: usize = 2_000;

/// The numbers of 2,000 that a share leaves with a chance of 0.1 %: 3.29 standard deviations of the binomial.
#[track_caller]
fn in_band(covered: usize, level: f64) {
    #[allow(clippy::cast_precision_loss, reason = "2,000")]
    let (n, covered) = (EXPERIMENTS as f64, covered as f64);
    let band = 3.29 * (level * (1.0 - level) / n).sqrt();
    let share = covered / n;
    println!("covered {share:.4}, expected {level:.4} +- {band:.4}");
    assert!((share - level).abs() <= band, "{share} is not {level} +- {band}");
}

fn queue(work: &str) -> String {
    format!(
        r#"
title = "Queue from empty"
time = {{ start = "2022-01-01 00:00", zone = "UTC", length = "900 h" }}
gauges.standard.width = "1435 mm"
[places.q.clearance.desk]
time = {{ law = "exponential", mean = "{work}" }}
[places.q.procedures.all]
steps = ["clearance.desk"]
[flows.trains]
from = "q"
to = "q"
gauge = "standard"
departures.rate = "12/day"
"#
    )
}

/// A measure in so many replications.
fn values(text: &str, measure: &str, replications: usize) -> Vec<f64> {
    let model = model(text);
    let at = names(&model).iter().position(|name| name.id == measure).expect("it is measured");
    let plan = Plan {
        replications: u32::try_from(replications).expect("few"),
        until: None,
        seed: SEED,
        confidence: 0.95,
        records: 0,
        threads: 2,
        event_limit: EVENT_LIMIT,
    };
    let mut values = Vec::with_capacity(replications);
    let each = |measures: &Measures| values.extend(measures.values[at]);
    replicate(&model, &plan, &AtomicBool::new(false), each).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(values.len(), replications);
    values
}

const WAITING: &str = "places.q.clearance.desk.trains_waiting_mean";

/// 2,000 times 120 replications of M/M/1 from empty over 900 hours, enough for their mean to be near normal, at utilisations 0.5 and 0.55 under common random
/// numbers. The exact means are those of the forward equations; in units of the service the second has the rate 0.55.
#[test]
#[ignore = "480,000 replications: by .ci/run"]
fn means_and_paired_differences_cover_what_they_say() {
    const N: usize = 120;
    let first = values(&queue("60 min"), WAITING, EXPERIMENTS * N);
    let second = values(&queue("66 min"), WAITING, EXPERIMENTS * N);
    let exact = m_m_1_waiting_from_empty(0.5, 900.0);
    let difference = m_m_1_waiting_from_empty(0.55, 900.0 / 1.1) - exact;
    let (mut of_mean, mut of_difference, mut left) = (0, 0, 0.0);
    for (first, second) in first.chunks_exact(N).zip(second.chunks_exact(N)) {
        let pairs: Vec<(f64, f64)> = first.iter().copied().zip(second.iter().copied()).collect();
        let found = paired(&pairs, 0.95).expect("enough");
        let mean = landbridge::stats::estimate(first.iter().copied(), 0.95).expect("enough");
        let holds = |interval: Option<(f64, f64)>, exact: f64| interval.is_some_and(|(low, high)| low <= exact && exact <= high);
        of_mean += usize::from(holds(mean.interval(), exact));
        of_difference += usize::from(holds(found.difference.interval(), difference));
        left += found.variance_left.expect("it varies");
    }
    in_band(of_mean, 0.95);
    in_band(of_difference, 0.95);
    #[allow(clippy::cast_precision_loss, reason = "2,000")]
    let left = left / EXPERIMENTS as f64;
    println!("variance left by common random numbers: {left:.3}");
    assert!(left < 0.2, "{left}");
}

/// The time of a single train at a desk is exponential, so that nine of ten are below ln 10 hours. The ranks of 100
/// values cover with 95.57 %, since they are whole.
#[test]
#[ignore = "200,000 replications: by .ci/run"]
fn quantiles_cover_what_they_say() {
    const N: usize = 100;
    let text = queue("60 min")
        .replace("900 h", "4 days")
        .replace("rate = \"12/day\"", "timetable = [{ days = \"sat\", at = \"06:00\" }]");
    let values = values(&text, "flows.trains.transit_time_hours_mean", EXPERIMENTS * N);
    let exact = 10f64.ln();
    let covered = values.chunks_exact(N).filter(|part| {
        let found = quantile_estimate(&mut part.to_vec(), 0.9, 0.95).and_then(|q| q.interval);
        found.is_some_and(|(low, high)| low <= exact && exact <= high)
    });
    let level = quantile_ranks(100, 0.9, 0.95).expect("enough").coverage;
    in_band(covered.count(), level);
}

fn stream(name: &str) -> Draws {
    Purpose::named(name).key(SEED, 1).draws(Purpose::named("coverage"), 1)
}

/// Few values of a skewed law: min(X1, max(X2, X3)) of Weibull lives with shape 1/2 has the mean 7/9, and intervals of
/// 90 % over 5, 10, 20 and 40 values cover 0.708, 0.750, 0.800 and 0.840 (Law (2015), table 4.1, from 500 each; of
/// 20,000 each 0.710, 0.765, 0.798 and 0.841). The program gives the same, and warns of most from 20 on.
#[test]
fn few_skewed_values_cover_less_and_are_warned_of() {
    let mut draws = stream("reliability");
    let mut life = || libm::log(draws.uniform()).powi(2);
    for (n, known, warned_least) in [(5, 0.710, 0.0), (10, 0.765, 0.1), (20, 0.798, 0.6), (40, 0.841, 0.9)] {
        let (mut covered, mut warned) = (0, 0);
        for _ in 0..EXPERIMENTS {
            let mut gather = Gather::default();
            for _ in 0..n {
                let (one, two, three) = (life(), life(), life());
                gather.add(one.min(two.max(three)));
            }
            let (low, high) = gather.estimate(0.9).and_then(|e| e.interval()).expect("enough");
            covered += usize::from(low <= 7.0 / 9.0 && 7.0 / 9.0 <= high);
            warned += usize::from(is_skewed(n, gather.skewness().expect("varies")));
        }
        in_band(covered, known);
        #[allow(clippy::cast_precision_loss, reason = "2,000")]
        let warned = warned as f64 / EXPERIMENTS as f64;
        assert!(warned >= warned_least, "{n}: warned of {warned}");
    }
}

/// The stopping rule on the delay of the first 25 customers of M/M/1 at utilisation 0.9 from empty, whose mean is
/// 2.1244893 by the exact recursion: at 90 % and a share of 0.2, 20,000 cases took 63 values on average and erred by
/// at most 20 % in 0.935 of them.
#[test]
fn the_error_that_the_stopping_rule_promises() {
    let mut draws = stream("delays");
    let precision = Precision { within: 0.2 };
    let (mut within, mut values) = (0, 0);
    for _ in 0..EXPERIMENTS {
        let mut gather = Gather::default();
        let estimate = loop {
            let (mut delay, mut sum) = (0.0_f64, 0.0);
            for _ in 0..25 {
                sum += delay;
                // Service 0.9 on average less the time to the next arrival, 1 on average.
                delay = (delay - 0.9 * libm::log(draws.uniform()) + libm::log(draws.uniform())).max(0.0);
            }
            gather.add(sum / 25.0);
            let estimate = gather.estimate(0.9).expect("there is one");
            if precision.reached(&estimate) {
                break estimate;
            }
        };
        values += estimate.n;
        within += usize::from((estimate.mean / 2.124_489_3 - 1.0).abs() <= 0.2);
    }
    in_band(within, 0.935);
    #[allow(clippy::cast_precision_loss, reason = "2,000")]
    let mean = f64::from(values) / EXPERIMENTS as f64;
    assert!((60.0..66.0).contains(&mean), "{mean}");
}

/// A first-order autoregression with coefficient 1/2 and shocks of variance 1 has the asymptotic variance 1 / (1 - 1/2)^2:
/// the mean of n values has the variance 4 / n, which batch means must find; taken as independent, the values would
/// give a third of it.
#[test]
fn batch_means_find_the_variance_of_a_correlated_series() {
    let mut draws = stream("autoregression");
    let (mut x, mut series) = (0.0, Vec::new());
    for _ in 0..100_000 {
        x = 0.5 * x + (draws.uniform() - 0.5) * 12f64.sqrt();
        series.push(x);
    }
    let found = batch_means(&series, 200, 0.95).expect("enough");
    let per_value = found.estimate.sd.expect("many").powi(2) * 500.0;
    // Chi-square with 199 degrees of freedom: four standard deviations are 40 %.
    assert!((per_value / 4.0 - 1.0).abs() < 0.4, "{per_value}");
}

/// The mean wait of 20,000 customers of M/M/1 at utilisation 0.8 in 20 batches: intervals of 95 % cover 4 in 0.930 of cases, for
/// batches of 1,000 are still a little dependent, with a mean half-width of 0.613, as found by an independent simulation; the
/// asymptotic variance of 1,976 (Whitt (1989), Management Science 35(11), 1341-1366) gives 1.96 sqrt(1,976 / 20,000) = 0.616.
#[test]
#[ignore = "forty million customers: by .ci/run"]
fn batch_means_of_a_queue_cover_what_is_known() {
    let mut draws = stream("batches");
    let (mut covered, mut widths) = (0, 0.0);
    for _ in 0..EXPERIMENTS {
        let mut wait = 0.0_f64;
        let series: Vec<f64> = (0..20_000)
            .map(|_| {
                let now = wait;
                wait = (wait - 0.8 * libm::log(draws.uniform()) + libm::log(draws.uniform())).max(0.0);
                // In units of the service.
                now / 0.8
            })
            .collect();
        let found = batch_means(&series, 20, 0.95).expect("enough").estimate;
        covered += usize::from(found.interval().is_some_and(|(low, high)| low <= 4.0 && 4.0 <= high));
        widths += found.half_width.expect("twenty");
    }
    in_band(covered, 0.930);
    #[allow(clippy::cast_precision_loss, reason = "2,000")]
    let mean = widths / EXPERIMENTS as f64;
    println!("mean half-width {mean:.3}");
    assert!((mean - 0.613).abs() < 0.015, "{mean}");
}

/// An autoregression with coefficient 0.9 and normal shocks of variance 1 that begins at 20: the mean of 2,000 values is off by
/// 20 / (1 - 0.9) / 2,000 = 0.1. After the cut of MSER-5 nothing is left of it (0.002 +- 0.007 of an independent simulation, whose
/// cuts were 20 in the middle and 100 at the 95th percentile).
#[test]
fn mser_5_removes_the_begin_of_an_autoregression() {
    let mut draws = stream("begin");
    let mut shock = || (0..12).map(|_| draws.uniform()).sum::<f64>() - 6.0;
    let (mut raw, mut after, mut cuts) = (Gather::default(), Gather::default(), Vec::new());
    for _ in 0..1_000 {
        let mut x = 20.0;
        let series: Vec<f64> = (0..2_000)
            .map(|_| {
                let now = x;
                x = 0.9 * x + shock();
                now
            })
            .collect();
        let Some(Truncation::At(cut)) = mser(&series, MSER_5) else {
            continue;
        };
        #[allow(clippy::cast_precision_loss, reason = "2,000")]
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        raw.add(mean(&series));
        after.add(mean(&series[cut..]));
        cuts.push(cut);
    }
    cuts.sort_unstable();
    let (middle, high) = (cuts[cuts.len() / 2], cuts[cuts.len() * 95 / 100]);
    let bias = |gather: &Gather| gather.estimate(0.999).expect("many");
    let (raw, after) = (bias(&raw), bias(&after));
    println!("{raw:?}\n{after:?}\ncuts {middle} and {high} of {}", cuts.len());
    assert!((raw.mean - 0.1).abs() <= raw.half_width.expect("many"));
    assert!(after.mean.abs() <= after.half_width.expect("many"));
    assert!(
        cuts.len() > 990 && (15..=25).contains(&middle) && (80..=125).contains(&high),
        "{middle} {high}"
    );
}
