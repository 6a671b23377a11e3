//! Each element of a network closed in turn for a time, with the same luck in every run: what its loss costs.

use std::sync::atomic::AtomicBool;

use jiff::civil::DateTime;
use serde::Serialize;

use super::replicate::{Plan, ReplicateError, replicate};
use crate::model::{Mode, Model, compile};
use crate::scenario::{Disruption, Effect, Element, FacilityKind, InHand, Scenario, StepRef, When};
use crate::stats::{Estimate, bonferroni_level, estimate, share_interval, student_quantile};
use crate::units::{Duration, Instant};

/// The id of the closure, which no scenario may have itself.
const CLOSURE: &str = "knocked_out";

/// What is closed for how long, and how that is run.
#[derive(Clone, Debug)]
pub struct Knockout {
    /// The civil moments from which and until which each is closed, by the clock of the element.
    pub closed: (DateTime, DateTime),
    /// What becomes of work in hand.
    pub in_hand: InHand,
    /// The elements by their paths; all where empty.
    pub only: Vec<String>,
    /// How each is run; the level of `confidence` is for all elements together.
    pub plan: Plan,
}

/// What the loss of one element costs.
#[derive(Clone, Debug, Serialize)]
pub struct Loss {
    /// Its dotted path.
    pub element: String,
    /// Hours of all vehicles in the network more than without the closure, in the measured time; absent where a run did not finish.
    pub vehicle_hours: Option<Estimate>,
    /// Vehicles held by the closure.
    pub held: Option<Estimate>,
    /// Hours from its end until no more vehicles wait than usually, of those replications that came so far.
    pub recovery_hours: Option<Estimate>,
    /// The share of replications that recovered before the end.
    pub recovered: Option<f64>,
    /// Its interval, by Clopper and Pearson.
    pub recovered_interval: Option<(f64, f64)>,
    /// Why a run did not finish, where one did not.
    pub unfinished: Option<String>,
    /// Vehicles waiting over time, to draw the recovery; absent where a run did not finish.
    #[serde(skip)]
    pub backlog: Option<Backlog>,
}

/// Vehicles that wait anywhere in the network over time, with an element closed and without, as means over replications.
#[derive(Clone, Debug, PartialEq)]
pub struct Backlog {
    /// The civil moment, by the clock of the scenario, at which the first step begins: the start of the simulated time.
    pub first: DateTime,
    /// Width of a step.
    pub step: Duration,
    /// Vehicles waiting in each step, its time-weighted mean, without the closure.
    pub usual: Vec<f64>,
    /// Vehicles waiting in each step with the closure.
    pub closed: Vec<f64>,
    /// Half the width of the interval for the difference of the two in each step, from pairs of replications, at the level of
    /// the knock-out for one element and step by itself; absent below two replications.
    pub half_width: Option<Vec<f64>>,
}

/// Why there is no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum KnockoutError {
    /// A name that no element has.
    #[error("`{element}` is no place, line or facility of the scenario{}", remedy.as_ref().map_or(String::new(), |r| format!("\n  = help: {r}")))]
    Unknown {
        /// The name.
        element: String,
        /// What may have been meant.
        remedy: Option<String>,
    },
    /// The closure does not end after it begins.
    #[error("the closure ends before it begins")]
    Backward,
    /// The closure is no part of the simulated time of an element.
    #[error("{0}")]
    Model(String),
    /// The runs without a closure failed.
    #[error(transparent)]
    Run(#[from] ReplicateError),
}

/// Everything that can be closed: places, their facilities, lines; by path.
#[must_use]
pub fn elements(scenario: &Scenario) -> Vec<(String, Element)> {
    let mut all = Vec::new();
    for (id, place) in &scenario.places {
        all.push((format!("places.{id}"), Element::Place(id.clone())));
        let kinds = [
            (FacilityKind::Clearance, place.clearance.keys().collect::<Vec<_>>()),
            (FacilityKind::Handling, place.handling.keys().collect()),
            (FacilityKind::Reloading, place.reloading.keys().collect()),
            (FacilityKind::Exchange, place.exchange.keys().collect()),
        ];
        for (kind, ids) in kinds {
            for facility in ids {
                let step = StepRef {
                    kind,
                    id: facility.clone(),
                };
                all.push((
                    format!("places.{id}.{}.{facility}", kind.word()),
                    Element::Facility(id.clone(), step),
                ));
            }
        }
    }
    all.extend(scenario.lines.keys().map(|id| (format!("lines.{id}"), Element::Line(id.clone()))));
    all
}

/// Runs the scenario as it is, then with each element closed; `each` sees every loss when it is known. The worst comes first.
///
/// # Errors
/// An unknown element, a closure outside of the run, runs that fail without any closure.
pub fn knockout(scenario: &Scenario, asked: &Knockout, stop: &AtomicBool, mut each: impl FnMut(&Loss)) -> Result<Vec<Loss>, KnockoutError> {
    if asked.closed.1 <= asked.closed.0 {
        return Err(KnockoutError::Backward);
    }
    let chosen = chosen(scenario, asked)?;
    let plan = Plan {
        confidence: bonferroni_level(asked.plan.confidence, chosen.len() as u32),
        ..asked.plan.clone()
    };
    let usual = hours(&closed(scenario, None)?, &plan, stop)?;
    let mut losses = Vec::new();
    for (path, element) in chosen {
        let model = closed(scenario, Some((element, asked)))?;
        let loss = match hours(&model, &plan, stop) {
            Ok(runs) => Loss {
                backlog: Some(backlog(&model, &usual, &runs, asked.plan.confidence)),
                ..loss(path, &usual, &runs, plan.confidence)
            },
            Err(error @ ReplicateError::Ended { .. }) => Loss {
                element: path,
                vehicle_hours: None,
                held: None,
                recovery_hours: None,
                recovered: None,
                recovered_interval: None,
                unfinished: Some(error.to_string()),
                backlog: None,
            },
            // Those closed before count.
            Err(ReplicateError::Stopped) if !losses.is_empty() => break,
            Err(error) => return Err(error.into()),
        };
        each(&loss);
        losses.push(loss);
    }
    // A network that locks up has lost more than any that does not.
    let cost = |loss: &Loss| loss.vehicle_hours.map_or(f64::INFINITY, |e| e.mean);
    losses.sort_by(|a, b| cost(b).total_cmp(&cost(a)));
    Ok(losses)
}

fn chosen(scenario: &Scenario, asked: &Knockout) -> Result<Vec<(String, Element)>, KnockoutError> {
    let all = elements(scenario);
    if let Some(element) = asked.only.iter().find(|only| !all.iter().any(|(path, _)| path == *only)) {
        let known: Vec<&str> = all.iter().map(|(path, _)| path.as_str()).collect();
        return Err(KnockoutError::Unknown {
            element: element.clone(),
            remedy: crate::scenario::suggestion(element, known),
        });
    }
    let is_asked = |path: &String| asked.only.is_empty() || asked.only.contains(path);
    Ok(all.into_iter().filter(|(path, _)| is_asked(path)).collect())
}

/// The model with an element closed, or none.
fn closed(scenario: &Scenario, closure: Option<(Element, &Knockout)>) -> Result<Model, KnockoutError> {
    let mut scenario = scenario.clone();
    if let Some((element, asked)) = closure {
        let disruption = Disruption {
            name: "closure".to_owned(),
            effect: Effect::Closure {
                elements: vec![element],
                towards: None,
                in_hand: asked.in_hand,
            },
            when: When::Dated(vec![asked.closed]),
            clock: None,
        };
        scenario.disruptions.insert(CLOSURE.to_owned(), disruption);
    }
    compile(&scenario).map_err(|problems| KnockoutError::Model(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
}

/// One replication, as far as it matters here.
struct Cost {
    vehicle_hours: f64,
    held: Option<f64>,
    recovery_hours: Option<f64>,
    /// Vehicles waiting at all sites together, by step.
    waiting: Vec<f32>,
}

fn hours(model: &Model, plan: &Plan, stop: &AtomicBool) -> Result<Vec<Cost>, ReplicateError> {
    let names = super::names(model);
    let at = |id: &str| names.iter().position(|name| name.id == id);
    let inside: Vec<usize> = Mode::ALL
        .into_iter()
        .filter_map(|mode| {
            let id = format!("{}_inside_mean", mode.vehicles());
            at(&id).or_else(|| at(&format!("{}.{id}", mode.word())))
        })
        .collect();
    let [held, recovery] = ["trains_held", "recovery_time_hours_mean"].map(|end| at(&format!("disruptions.{CLOSURE}.{end}")));
    let length = (model.end - model.measure_from).as_hours();
    let mut runs = Vec::new();
    replicate(model, plan, stop, |measures| {
        let value = |index: Option<usize>| index.and_then(|index| measures.values[index]);
        runs.push(Cost {
            vehicle_hours: inside.iter().filter_map(|index| measures.values[*index]).sum::<f64>() * length,
            held: value(held),
            recovery_hours: value(recovery),
            waiting: measures
                .waiting_by_step
                .chunks_exact(model.sites.len().max(1))
                .map(|sites| sites.iter().sum())
                .collect(),
        });
    })?;
    // Fewer than asked for: it was stopped on the way.
    if runs.len() < plan.replications as usize {
        return Err(ReplicateError::Stopped);
    }
    Ok(runs)
}

fn loss(element: String, usual: &[Cost], runs: &[Cost], confidence: f64) -> Loss {
    let pairs = usual.iter().zip(runs);
    #[allow(clippy::cast_possible_truncation, reason = "replications")]
    let (recovered, all) = (
        runs.iter().filter(|run| run.recovery_hours.is_some()).count() as u32,
        runs.len() as u32,
    );
    Loss {
        element,
        vehicle_hours: estimate(pairs.map(|(a, b)| b.vehicle_hours - a.vehicle_hours), confidence),
        held: estimate(runs.iter().filter_map(|run| run.held), confidence),
        recovery_hours: estimate(runs.iter().filter_map(|run| run.recovery_hours), confidence),
        recovered: Some(f64::from(recovered) / f64::from(all.max(1))),
        recovered_interval: share_interval(recovered, all, confidence),
        unfinished: None,
        backlog: None,
    }
}

fn backlog(model: &Model, usual: &[Cost], runs: &[Cost], confidence: f64) -> Backlog {
    let steps = usual.iter().chain(runs).map(|run| run.waiting.len()).min().unwrap_or(0);
    let pairs: Vec<(&Cost, &Cost)> = usual.iter().zip(runs).collect();
    #[allow(clippy::cast_precision_loss, reason = "replications")]
    let n = pairs.len().max(1) as f64;
    let mean = |of: fn(&(&Cost, &Cost), usize) -> f32| -> Vec<f64> {
        let at = |step| pairs.iter().map(|pair| f64::from(of(pair, step))).sum::<f64>() / n;
        (0..steps).map(at).collect()
    };
    let quantile = student_quantile(f64::midpoint(1.0, confidence), (pairs.len() as u32).max(2) - 1);
    let half_width = |step: usize| {
        let differences = pairs.iter().map(|(a, b)| f64::from(b.waiting[step] - a.waiting[step]));
        Some(quantile * estimate(differences, confidence)?.sd? / n.sqrt())
    };
    Backlog {
        first: model.clock.civil(&model.clock.zone, Instant::START),
        step: model.step,
        usual: mean(|(usual, _), step| usual.waiting[step]),
        closed: mean(|(_, closed), step| closed.waiting[step]),
        half_width: (0..steps).map(half_width).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    /// A desk of an hour and a train every two hours from 00:00; beside it a line that nobody uses.
    const DESK: &str = r#"
        title = "desk"
        time = { start = "2022-01-03 00:00", zone = "UTC", length = "10 days" }
        gauges.g.width = "1435 mm"
        [places.a.clearance.desk]
        time = "1 h"
        [places.a.procedures.all]
        steps = ["clearance.desk"]
        [places.b]
        [places.c]
        [lines.used]
        between = ["a", "b"]
        gauge = "g"
        running_time = "1 h"
        [lines.idle]
        between = ["b", "c"]
        gauge = "g"
        running_time = "1 h"
        [flows.f]
        from = "a"
        to = "b"
        departures.timetable = [{ days = "daily", at = ["00:00", "02:00", "04:00", "06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00"] }]
    "#;

    fn run(only: &[&str], closed: (&str, &str)) -> Result<Vec<Loss>, KnockoutError> {
        let loaded = scenario::parse(DESK, "desk.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let at = |text: &str| text.parse().expect("a civil moment");
        let asked = Knockout {
            closed: (at(closed.0), at(closed.1)),
            in_hand: InHand::Finish,
            only: only.iter().map(|&path| path.to_owned()).collect(),
            plan: Plan {
                replications: 2,
                until: None,
                seed: 1,
                confidence: 0.95,
                records: 0,
                threads: 1,
                event_limit: 1_000_000,
            },
        };
        knockout(&loaded.scenario, &asked, &AtomicBool::new(false), |_| ())
    }

    /// The desk shut from 00:00 to 04:00 of the fourth day. Trains of 00:00, 02:00 and 04:00 begin at 04:00, 05:00 and 06:00
    /// and lose 4, 3 and 2 hours; that of 06:00 begins at 07:00, of 08:00 on time: one hour more, 10 in all. The line shut at
    /// those hours holds the trains of 00:00 and 02:00, come from the desk at 01:00 and 03:00, until 04:00: 3 and 1 hours.
    #[test]
    fn hours_lost_by_hand() {
        let losses = run(
            &["lines.used", "places.a.clearance.desk", "lines.idle"],
            ("2022-01-06T00:00:00", "2022-01-06T04:00:00"),
        )
        .expect("it runs");
        let found: Vec<(&str, f64)> = losses
            .iter()
            .map(|loss| (loss.element.as_str(), loss.vehicle_hours.expect("it finished").mean))
            .collect();
        let expected = [("places.a.clearance.desk", 10.0), ("lines.used", 4.0), ("lines.idle", 0.0)];
        for ((element, hours), (known, exact)) in found.iter().zip(expected) {
            assert!(*element == known && (hours - exact).abs() < 1e-6, "{found:?}");
        }
    }

    /// The same closure of the desk: the trains of 00:00, 02:00, 04:00 and 06:00 wait until 04:00, 05:00, 06:00 and 07:00.
    #[test]
    fn a_backlog_by_hand() {
        let losses = run(&["places.a.clearance.desk"], ("2022-01-06T00:00:00", "2022-01-06T04:00:00")).expect("it runs");
        let backlog = losses[0].backlog.as_ref().expect("it finished");
        let hour = Duration(3_600_000);
        let per_hour = usize::try_from(hour.0 / backlog.step.0).expect("a few");
        let at = |series: &[f64], hour: usize| {
            estimate(series[hour * per_hour..(hour + 1) * per_hour].iter().copied(), 0.95)
                .expect("steps")
                .mean
        };
        let waiting = [1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 1.0, 0.0, 0.0];
        for (hour, exact) in waiting.into_iter().enumerate() {
            let found = at(&backlog.closed, 3 * 24 + hour);
            assert!((found - exact).abs() < 1e-6, "{hour}: {found} instead of {exact}");
            assert!(at(&backlog.usual, 3 * 24 + hour).abs() < 1e-6);
        }
        assert_eq!(backlog.first.to_string(), "2022-01-03T00:00:00");
        let half_width = backlog.half_width.as_ref().expect("two replications");
        assert!(half_width.iter().all(|h| *h == 0.0), "nothing is random");
    }

    #[test]
    fn everything_in_turn() {
        let losses = run(&[], ("2022-01-06T00:00:00", "2022-01-06T04:00:00")).expect("it runs");
        assert_eq!(losses.len(), 6, "three places, a desk, two lines");
        // A place takes all that is in it and leads to it.
        assert_eq!(losses[0].element, "places.a");
    }

    #[test]
    fn what_is_wrong() {
        let slip = run(&["lines.usde"], ("2022-01-06T00:00:00", "2022-01-06T04:00:00"));
        assert!(slip.expect_err("a slip").to_string().contains("lines.used"));
        let backward = run(&[], ("2022-01-06T04:00:00", "2022-01-06T00:00:00"));
        assert!(matches!(backward, Err(KnockoutError::Backward)));
    }
}
