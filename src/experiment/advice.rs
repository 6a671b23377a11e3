//! What a reader should know before believing the numbers: a closed set of warnings, each with what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::results::{LocationFacts, LocationKind, MeasureEstimate, Results};
use crate::stats::{LEAST_REPLICATIONS, Truncation, bonferroni_level, estimate, student_quantile};

/// From how many trains beyond a quantile it is supported in one replication.
const BEYOND: f64 = 10.0;
/// So many standard errors from 0 is skewness that is there.
const SKEWED: f64 = 3.0;

/// A warning and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Advice {
    /// The intervals rest on too few replications.
    FewReplications {
        /// How many there were.
        replications: u32,
        /// How many there ought to be at least.
        needed: u32,
    },
    /// The number of trains waiting still shows how the run began when it is first measured.
    ShortWarmUp {
        /// What is deleted now.
        hours: f64,
        /// The cut of MSER-5.
        needed_hours: f64,
    },
    /// The number of trains waiting does not settle within the run.
    NotSettled {
        /// The time simulated.
        hours: f64,
    },
    /// More trains wait in the second half than in the first: the queue is not stable, or the demand grows.
    QueueGrows {
        /// The id of the place.
        place: String,
        /// For people.
        name: String,
        /// Trains waiting in the second half less those in the first, on average.
        growth: f64,
        /// Half the width of its interval, corrected for the number of places (Bonferroni).
        half_width: f64,
    },
    /// Quantiles of too few trains: they are biased, and their intervals too narrow.
    QuantileNotSupported {
        /// The measures.
        measures: Vec<String>,
        /// Trains a replication, of the one with the fewest.
        trains: f64,
        /// Trains that it takes.
        needed: f64,
    },
    /// Values so skewed that Student's interval covers less than it says with so few replications.
    Skewed {
        /// The measures.
        measures: Vec<String>,
        /// How many replications there were.
        replications: u32,
        /// How many it takes for the most skewed.
        needed: u32,
    },
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewReplications { replications: 1, needed } => write!(
                f,
                "One replication is one of many half years that might have been, and gives no interval. Run {needed} or more: --replications {needed}."
            ),
            Self::FewReplications { replications, needed } => write!(
                f,
                "{replications} replications are few: the intervals are wide and depend on how normal the values are. Run {needed} or more: --replications {needed}."
            ),
            Self::ShortWarmUp { hours, needed_hours } => write!(
                f,
                "The warm-up of {} is short: by MSER-5 the number of trains waiting shows how the run began for {}. Set `time.warm_up` to that or more, or keep it if the start is part of the question.",
                days(*hours),
                days(*needed_hours)
            ),
            Self::NotSettled { hours } => write!(
                f,
                "The number of trains waiting does not settle within {} (the best cut of MSER-5 is in the last half). If a steady state is wanted, set `time.length` and `time.warm_up` longer; if the demand itself changes over the time, say so with the numbers.",
                days(*hours)
            ),
            Self::QueueGrows {
                name, growth, half_width, ..
            } => write!(
                f,
                "The queue at {name} grows: {growth:.1} ± {half_width:.1} more trains wait in the second half than in the first. Its mean depends on how long is simulated. Compare loads with capacities by `landbridge check`; if the demand grows, read the queue over time instead."
            ),
            Self::QuantileNotSupported { measures, trains, needed } => write!(
                f,
                "{} from some {trains:.0} trains a replication, and it takes {needed:.0}: read the median, or set `time.length` longer.",
                list(measures, "is a high quantile", "are high quantiles")
            ),
            Self::Skewed {
                measures,
                replications,
                needed,
            } => write!(
                f,
                "{} so skewed over {replications} replications that the interval covers less than it says. Run {needed} or more: --replications {needed}.",
                list(measures, "is", "are")
            ),
        }
    }
}

/// The first three, and how many more.
fn list(measures: &[String], one: &str, many: &str) -> String {
    let verb = if measures.len() == 1 { one } else { many };
    let shown: Vec<String> = measures.iter().take(3).map(|m| format!("`{m}`")).collect();
    let more = measures.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more} {verb}", shown.join(", "))
}

fn days(hours: f64) -> String {
    let days = hours / 24.0;
    if days.fract() == 0.0 {
        format!("{days} days")
    } else {
        format!("{days:.1} days")
    }
}

/// All that there is to say of results. `skewness` is that of each measure over replications, in their order.
#[must_use]
pub(super) fn advise(results: &Results, skewness: &[Option<f64>]) -> Vec<Advice> {
    let mut advice = Vec::new();
    let replications = results.run.replications;
    if replications < LEAST_REPLICATIONS {
        advice.push(Advice::FewReplications {
            replications,
            needed: LEAST_REPLICATIONS,
        });
    }
    let growing = growing(results);
    advice.extend(if growing.is_empty() { settling(results) } else { None });
    advice.extend(growing);
    advice.extend(unsupported(results));
    advice.extend(skewed(results, skewness));
    advice
}

/// Places whose queue grows by at least half of its mean, as surely as the confidence of the run.
fn growing(results: &Results) -> Vec<Advice> {
    let is_place = |l: &LocationFacts| matches!(l.kind, LocationKind::Place { .. });
    let places: Vec<_> = results.locations.iter().filter(|l| is_place(l)).collect();
    let level = bonferroni_level(results.run.confidence, u32::try_from(places.len()).unwrap_or(u32::MAX));
    let grows = places.into_iter().filter_map(|place| {
        let growth = results.estimate(&format!("places.{}.trains_waiting_growth", place.id))?;
        let waiting = results.estimate(&format!("places.{}.trains_waiting_mean", place.id))?;
        let half_width = student_quantile(f64::midpoint(1.0, level), growth.n - 1) * growth.sd? / f64::from(growth.n).sqrt();
        (growth.mean > half_width && growth.mean >= 1.0 && growth.mean > waiting.mean / 2.0).then(|| Advice::QueueGrows {
            place: place.id.clone(),
            name: place.name.clone(),
            growth: growth.mean,
            half_width,
        })
    });
    grows.collect()
}

/// What MSER-5 says of [`Results::warm_up`]. Below ten batches nothing is said, nor where what would be deleted does not
/// differ beyond doubt from the rest: the least of many chance values may lie anywhere.
fn settling(results: &Results) -> Option<Advice> {
    let series = results.warm_up.as_ref()?;
    let (steps, batch) = (&series.means, series.batch);
    let warm_up = results.run.warm_up;
    match series.truncation? {
        Truncation::At(cut) => {
            let needed = series.cut()?;
            let deleted = usize::try_from(warm_up.0 / series.step.0).ok()?;
            (needed > warm_up && differ(steps.get(deleted..cut)?, &steps[cut..], batch)).then(|| Advice::ShortWarmUp {
                hours: warm_up.as_hours(),
                needed_hours: needed.as_hours(),
            })
        }
        Truncation::NotSettled => {
            let (first, second) = steps.split_at(steps.len() / 2);
            differ(first, second, batch).then(|| Advice::NotSettled {
                hours: (warm_up + results.run.length).as_hours(),
            })
        }
    }
}

/// Whether the means of two stretches are more than three standard errors apart, as judged by the batches of the second.
#[allow(clippy::cast_precision_loss, reason = "days")]
fn differ(first: &[f64], second: &[f64], batch: usize) -> bool {
    let means = second.chunks_exact(batch).map(|days| days.iter().sum::<f64>() / batch as f64);
    let Some(rest) = estimate(means, 0.95).filter(|_| !first.is_empty()) else {
        return false;
    };
    let mean = first.iter().sum::<f64>() / first.len() as f64;
    // Less than a batch counts as one.
    let batches = (first.len() as f64 / batch as f64).max(1.0);
    let error = rest.sd.unwrap_or_default() * (1.0 / batches + 1.0 / f64::from(rest.n)).sqrt();
    (mean - rest.mean).abs() > 3.0 * error
}

/// High quantiles of the summary with fewer than [`BEYOND`] trains beyond them.
fn unsupported(results: &Results) -> Option<Advice> {
    let trains = |m: &MeasureEstimate| -> Option<f64> {
        let (subject, _) = m.id.rsplit_once('.').filter(|(_, end)| end.ends_with("_p95"))?;
        let count = ["trains", "trains_completed"].map(|end| results.estimate(&format!("{subject}.{end}")));
        count.into_iter().flatten().next().map(|e| e.mean)
    };
    let needed = BEYOND / (1.0 - 0.95);
    let few: Vec<(&MeasureEstimate, f64)> = results
        .measures
        .iter()
        .filter(|m| m.headline && m.estimate.is_some())
        .filter_map(|m| Some((m, trains(m)?)))
        .filter(|(_, trains)| *trains < needed)
        .collect();
    let fewest = few.iter().map(|(_, trains)| *trains).fold(f64::INFINITY, f64::min);
    (!few.is_empty()).then(|| Advice::QuantileNotSupported {
        measures: few.iter().map(|(m, _)| m.id.clone()).collect(),
        trains: fewest,
        needed: needed.round(),
    })
}

/// Measures of the summary whose skewness is there beyond doubt and asks for more replications: n > 25 g^2 (Cochran
/// (1977), Sampling Techniques, 3rd ed., section 2.15, eq. 2.22). With fewer than [`LEAST_REPLICATIONS`] there is a
/// warning already.
fn skewed(results: &Results, skewness: &[Option<f64>]) -> Option<Advice> {
    let mut measures = Vec::new();
    let mut worst = 0.0_f64;
    for (m, skewness) in results.measures.iter().zip(skewness).filter(|(m, _)| m.headline) {
        let (Some(estimate), Some(skewness)) = (m.estimate, *skewness) else {
            continue;
        };
        if is_skewed(estimate.n, skewness) {
            measures.push(m.id.clone());
            worst = worst.max(skewness.abs());
        }
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "skewness is at most the root of n"
    )]
    (!measures.is_empty()).then(|| Advice::Skewed {
        measures,
        replications: results.run.replications,
        needed: ((25.0 * worst * worst).ceil() as u32).next_multiple_of(10),
    })
}

/// Whether so many values of this skewness are too few for Student's interval.
#[must_use]
pub fn is_skewed(n: u32, skewness: f64) -> bool {
    if n < LEAST_REPLICATIONS {
        return false;
    }
    let n = f64::from(n);
    // Its standard error for normal values: Cramér (1946), Mathematical Methods of Statistics, section 29.3.
    let error = (6.0 * n * (n - 1.0) / ((n - 2.0) * (n + 1.0) * (n + 3.0))).sqrt();
    n < 25.0 * skewness * skewness && skewness.abs() > SKEWED * error
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Plan, replicate};
    use crate::{model, scenario};

    /// A desk that takes an hour a train, and so many trains a day.
    fn advice(per_day: f64, days: u32, warm_up_days: u32, replications: u32) -> Vec<Advice> {
        let text = format!(
            "title = \"Desk\"\ntime = {{ start = \"2022-01-03 00:00\", zone = \"UTC\", warm_up = \"{warm_up_days} days\", length = \"{days} days\" }}\n\
             gauges.standard.width = \"1435 mm\"\n[places.q.clearance.desk]\ntime = \"1 h\"\n[places.q.procedures.all]\nsteps = [\"clearance.desk\"]\n\
             [flows.f]\nfrom = \"q\"\nto = \"q\"\ngauge = \"standard\"\ndepartures.rate = \"{per_day}/day\"\n"
        );
        let loaded = scenario::parse(&text, "desk.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = model::compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"));
        let plan = Plan {
            replications,
            until: None,
            seed: 1,
            confidence: 0.95,
            records: 0,
            threads: 2,
            event_limit: 100_000_000,
        };
        let results = replicate(&model, &plan, &std::sync::atomic::AtomicBool::new(false), |_| ());
        results.unwrap_or_else(|error| panic!("{error}")).advice
    }

    #[test]
    fn a_sound_run_needs_none() {
        assert_eq!(advice(12.0, 60, 10, 40), []);
    }

    #[test]
    fn few_replications() {
        for (n, text) in [(1, "gives no interval"), (4, "4 replications are few")] {
            let found = advice(12.0, 60, 10, n);
            assert!(matches!(found[..], [Advice::FewReplications { needed: 10, .. }]), "{found:?}");
            assert!(found[0].to_string().contains(text), "{}", found[0]);
        }
    }

    /// 26 trains a day at a desk that takes 24: two a day are left over, so that the second half of 60 days has 60
    /// more waiting than the first.
    #[test]
    fn a_queue_that_grows() {
        let found = advice(26.0, 60, 10, 20);
        let Some(Advice::QueueGrows { place, growth, .. }) = found.first() else {
            panic!("{found:?}");
        };
        assert_eq!(place, "q");
        assert!((50.0..70.0).contains(growth), "{growth}");
    }

    /// At 23.5 of 24 a day the queue takes weeks to fill; without warm-up the begin still shows.
    #[test]
    fn a_warm_up_that_is_too_short() {
        let found = advice(22.5, 400, 0, 400);
        let short = found.iter().find_map(|a| {
            if let Advice::ShortWarmUp { hours, needed_hours } = a {
                Some((*hours, *needed_hours))
            } else {
                None
            }
        });
        let (now, needed) = short.unwrap_or_else(|| panic!("{found:?}"));
        assert!(now == 0.0 && (7.0 * 24.0..=200.0 * 24.0).contains(&needed), "{needed}");
        let warm = advice(22.5, 400, 200, 400);
        assert!(!warm.iter().any(|a| matches!(a, Advice::ShortWarmUp { .. })), "{warm:?}");
    }

    #[test]
    fn quantiles_of_few_trains() {
        let found = advice(2.0, 30, 0, 20);
        assert!(
            found.iter().any(|a| matches!(a, Advice::QuantileNotSupported { measures, .. }
                if measures == &["places.q.dwell_time_hours_p95"])),
            "{found:?}"
        );
    }

    /// The rule needs skewness that is there beyond doubt, and too few values for it.
    #[test]
    fn skewness() {
        for (n, g, skewed) in [
            (20, 1.0, false),
            (20, 1.6, true),
            (9, 3.0, false),
            (100, 1.9, false),
            (100, 2.1, true),
            (20, -1.6, true),
        ] {
            assert_eq!(is_skewed(n, g), skewed, "{n} {g}");
        }
    }

    #[test]
    fn every_sentence_says_what_to_do() {
        let measures = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let all = [
            Advice::FewReplications {
                replications: 5,
                needed: 10,
            },
            Advice::ShortWarmUp {
                hours: 0.0,
                needed_hours: 36.0,
            },
            Advice::NotSettled { hours: 240.0 },
            Advice::QueueGrows {
                place: "q".to_owned(),
                name: "Q".to_owned(),
                growth: 3.0,
                half_width: 1.0,
            },
            Advice::QuantileNotSupported {
                measures: measures[..1].to_vec(),
                trains: 20.0,
                needed: 200.0,
            },
            Advice::Skewed {
                measures,
                replications: 20,
                needed: 70,
            },
        ];
        for (advice, text) in all.iter().zip([
            "--replications 10",
            "for 1.5 days. Set `time.warm_up`",
            "`time.length`",
            "`landbridge check`",
            "`a` is a high quantile from some 20 trains",
            "`a`, `b`, `c` and 1 more are so skewed",
        ]) {
            assert!(advice.to_string().contains(text), "{advice}");
        }
    }
}
