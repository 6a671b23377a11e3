//! Scenarios with the same luck, side by side: `Compared` of each -compare-> `Comparison`.
//!
//! Replication r of every scenario has the same seed, so its difference is the scenarios' own and its spread small. The
//! first scenario is the one that the others are held against.

use std::collections::BTreeMap;

use super::measures::MeasureName;
use super::results::Results;
use crate::scenario;
use crate::stats::{Estimate, Paired, bonferroni_level, estimate, holm, nearest_rank, paired};
use crate::units::{Duration, millis_as_hours};

/// A scenario and what came of it.
#[derive(Clone, Debug)]
pub struct Compared {
    /// What it is called, such as the name of its file.
    pub name: String,
    /// What it came to.
    pub results: Results,
    /// The measures.
    pub names: Vec<MeasureName>,
    /// Their values, replication by replication.
    pub values: Vec<Vec<Option<f64>>>,
}

/// Scenarios, and what tells the others from the first.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The scenarios in order.
    pub scenarios: Vec<Compared>,
    /// The level of intervals.
    pub confidence: f64,
    /// For each scenario but the first: every measure that both have.
    pub differences: Vec<Vec<Difference>>,
    /// For each scenario but the first: every train that left the network in both, in the replications with records.
    pub trains: Vec<Vec<TrainDifference>>,
    /// The same summed up by flow.
    pub flows: Vec<Vec<FlowDifference>>,
}

/// How a measure differs.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The measure.
    pub measure: MeasureName,
    /// Its mean in the first scenario, over the pairs.
    pub first: Estimate,
    /// Its mean in the other one, over the pairs.
    pub other: Estimate,
    /// What the pairs say.
    pub paired: Paired,
    /// What can be said of it; only of headline measures.
    pub verdict: Option<Verdict>,
}

/// What can be said of a difference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Not one replication differs.
    Same,
    /// It is more in the other scenario.
    More,
    /// It is less in the other scenario.
    Less,
    /// There is not enough evidence; about so many more replications would give it, if the difference is what it seems.
    Unsure(Option<u32>),
}

/// A train in both scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainDifference {
    /// The replication.
    pub replication: u32,
    /// Index of its flow in the first scenario.
    pub flow: usize,
    /// Its number in the flow.
    pub number: u32,
    /// From its origin to its exit in the first scenario.
    pub first: Duration,
    /// The same in the other one.
    pub other: Duration,
}

/// The trains of a flow in both scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowDifference {
    /// Index of the flow in the first scenario.
    pub flow: usize,
    /// How many left the network in both.
    pub trains: usize,
    /// How many of them take longer in the other scenario.
    pub slower: usize,
    /// How many of them take less time.
    pub faster: usize,
    /// Mean difference in hours.
    pub mean_hours: f64,
    /// Five, fifty and ninety-five of a hundred trains differ by no more than these hours.
    pub quantiles_hours: [f64; 3],
}

/// A key that is not the same in all scenarios.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDifference {
    /// The dotted path.
    pub key: String,
    /// Its value in each scenario; absent where it is not given.
    pub values: Vec<Option<String>>,
}

/// What a file says about itself, or about how often it is run, is no difference of scenarios.
const NOT_COMPARED: [&str; 4] = ["title", "titles", "description", "run"];

/// The keys in which resolved scenarios differ, sorted.
#[must_use]
pub fn differing_keys(resolved: &[&str]) -> Vec<KeyDifference> {
    let mut keys: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
    for (at, text) in resolved.iter().enumerate() {
        for (key, value) in scenario::leaves(text) {
            keys.entry(key).or_insert_with(|| vec![None; resolved.len()])[at] = Some(value);
        }
    }
    let compared = |key: &str| !NOT_COMPARED.contains(&key.split('.').next().unwrap_or_default()) && !key.contains(".names.");
    let differs = |values: &[Option<String>]| values.windows(2).any(|pair| pair[0] != pair[1]);
    keys.into_iter()
        .filter(|(key, values)| compared(key) && differs(values))
        .map(|(key, values)| KeyDifference { key, values })
        .collect()
}

/// Holds every scenario but the first against the first.
#[must_use]
pub fn compare(scenarios: Vec<Compared>, confidence: f64) -> Comparison {
    let Some((first, others)) = scenarios.split_first() else {
        return Comparison {
            scenarios,
            confidence,
            differences: Vec::new(),
            trains: Vec::new(),
            flows: Vec::new(),
        };
    };
    let mut differences: Vec<Vec<Difference>> = others.iter().map(|other| measured(first, other, confidence)).collect();
    judge(&mut differences, first, others, confidence);
    let trains: Vec<Vec<TrainDifference>> = others
        .iter()
        .map(|other| train_differences(&first.results, &other.results))
        .collect();
    let flows = trains.iter().map(|trains| flow_differences(trains)).collect();
    Comparison {
        scenarios,
        confidence,
        differences,
        trains,
        flows,
    }
}

/// The values of a measure in the replications in which both scenarios have one.
fn pairs(first: &Compared, other: &Compared, (a, b): (usize, usize)) -> Vec<(f64, f64)> {
    let both = first.values.iter().zip(&other.values);
    both.filter_map(|(x, y)| x[a].zip(y[b])).collect()
}

/// Where a measure of one scenario is in another.
fn places(first: &Compared, other: &Compared) -> Vec<(usize, usize)> {
    let of_other: BTreeMap<&str, usize> = other.names.iter().enumerate().map(|(at, name)| (name.id.as_str(), at)).collect();
    let both = first
        .names
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, *of_other.get(name.id.as_str())?)));
    both.collect()
}

fn measured(first: &Compared, other: &Compared, confidence: f64) -> Vec<Difference> {
    let difference = |(a, b)| {
        let pairs = pairs(first, other, (a, b));
        Some(Difference {
            measure: first.names[a].clone(),
            first: estimate(pairs.iter().map(|(x, _)| *x), confidence)?,
            other: estimate(pairs.iter().map(|(_, y)| *y), confidence)?,
            paired: paired(&pairs, confidence)?,
            verdict: None,
        })
    };
    places(first, other).into_iter().filter_map(difference).collect()
}

/// Verdicts on all headline measures of all scenarios together: with the stated confidence not one "more" or "less" is
/// wrong (Holm's correction). What does not differ in any replication is no hypothesis.
fn judge(differences: &mut [Vec<Difference>], first: &Compared, others: &[Compared], confidence: f64) {
    let mut asked: Vec<(usize, usize, f64)> = Vec::new();
    for (at, differences) in differences.iter_mut().enumerate() {
        for (row, difference) in differences.iter_mut().enumerate().filter(|(_, d)| d.measure.headline) {
            let of = &difference.paired.difference;
            if of.min == 0.0 && of.max == 0.0 {
                difference.verdict = Some(Verdict::Same);
            } else if let Some(p) = difference.paired.p_value {
                asked.push((at, row, p));
            } else {
                difference.verdict = Some(Verdict::Unsure(None));
            }
        }
    }
    let corrected = holm(&asked.iter().map(|(_, _, p)| *p).collect::<Vec<_>>());
    // A narrow enough interval at this level settles a hypothesis whatever becomes of the others.
    let level = bonferroni_level(confidence, asked.len() as u32);
    for ((at, row, _), p) in asked.iter().zip(corrected) {
        let difference = &mut differences[*at][*row];
        let mean = difference.paired.difference.mean;
        difference.verdict = Some(if p > 1.0 - confidence {
            let other = &others[*at];
            let place = places(first, other)
                .into_iter()
                .find(|(a, _)| first.names[*a].id == difference.measure.id);
            let strict = place.and_then(|place| paired(&pairs(first, other, place), level));
            Verdict::Unsure(
                strict
                    .filter(|_| mean != 0.0)
                    .and_then(|p| p.pairs_needed(mean.abs()))
                    .map(|n| n.max(1)),
            )
        } else if mean > 0.0 {
            Verdict::More
        } else {
            Verdict::Less
        });
    }
}

/// Trains are the same where flow, number and replication are: they were drawn alike.
fn train_differences(first: &Results, other: &Results) -> Vec<TrainDifference> {
    let time = |train: &super::results::TrainRecord| {
        let counted = !train.regrouped && !train.dissolved;
        train.left_at.filter(|_| counted).map(|left| left - train.created_at)
    };
    let mut found = Vec::new();
    for (records, others) in first.records.iter().zip(&other.records) {
        let mut of_other = BTreeMap::new();
        for train in &others.trains {
            if let Some(time) = time(train) {
                of_other.insert((other.flows[train.flow as usize].id.as_str(), train.number), time);
            }
        }
        let both = records.trains.iter().filter_map(|train| {
            let id = first.flows[train.flow as usize].id.as_str();
            Some(TrainDifference {
                replication: records.replication,
                flow: train.flow as usize,
                number: train.number,
                first: time(train)?,
                other: *of_other.get(&(id, train.number))?,
            })
        });
        found.extend(both);
    }
    found
}

fn flow_differences(trains: &[TrainDifference]) -> Vec<FlowDifference> {
    let mut by_flow: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for train in trains {
        by_flow.entry(train.flow).or_default().push(train.other.0 - train.first.0);
    }
    let summary = |(flow, mut differences): (usize, Vec<i64>)| {
        let trains = differences.len();
        let sum: i64 = differences.iter().sum();
        let mut quantile = |p| millis_as_hours(nearest_rank(&mut differences, p).unwrap_or_default());
        let quantiles_hours = [quantile(0.05), quantile(0.5), quantile(0.95)];
        FlowDifference {
            flow,
            trains,
            slower: differences.iter().filter(|d| **d > 0).count(),
            faster: differences.iter().filter(|d| **d < 0).count(),
            #[allow(clippy::cast_precision_loss, reason = "a number of trains")]
            mean_hours: millis_as_hours(sum) / trains as f64,
            quantiles_hours,
        }
    };
    by_flow.into_iter().map(summary).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::experiment::{Plan, names, replicate};
    use crate::model::compile;

    /// Two desks in a row, each with work for half a day, on trains that come every twelve hours.
    const TWO_DESKS: &str = r#"title = "Two desks"
[time]
start = "2022-01-03 00:00"
zone = "UTC"
length = "20 days"
[gauges.standard]
width = "1435 mm"
[places.pass.clearance.first]
desks = 1
time = { law = "exponential", mean = "6 h" }
[places.pass.clearance.second]
desks = 1
time = "1 h"
[places.pass.procedures.all]
steps = ["clearance.first", "clearance.second"]
[places.beyond]
[lines.over]
between = ["pass", "beyond"]
gauge = "standard"
running_time = "2 h"
[flows.west]
from = "pass"
to = "beyond"
departures.every = "12 h"
"#;

    fn compared(name: &str, text: &str, replications: u32) -> Compared {
        let loaded = scenario::parse(text, "two.toml").unwrap_or_else(|problems| panic!("{problems}"));
        let model = compile(&loaded.scenario).unwrap_or_else(|problems| panic!("{problems:?}"));
        let plan = Plan {
            replications,
            until: None,
            seed: 3,
            confidence: 0.95,
            records: 2,
            threads: 2,
            event_limit: 1_000_000,
        };
        let mut values = Vec::new();
        let results = replicate(&model, &plan, &AtomicBool::new(false), |m| values.push(m.values.clone()));
        Compared {
            name: name.to_owned(),
            results: results.unwrap_or_else(|error| panic!("{error}")),
            names: names(&model),
            values,
        }
    }

    fn find<'c>(differences: &'c [Difference], id: &str) -> &'c Difference {
        differences.iter().find(|d| d.measure.id == id).unwrap_or_else(|| panic!("no {id}"))
    }

    /// The second desk never keeps a train waiting, as the first gives one at a time and takes longer for almost every one;
    /// forty minutes less there are forty minutes less for a train, replication by replication and train by train.
    #[test]
    fn a_constant_change_is_exact() {
        let longer = TWO_DESKS.replace("{ law = \"exponential\", mean = \"6 h\" }", "\"6 h\"");
        let shorter = longer.replace("time = \"1 h\"", "time = \"20 min\"");
        let comparison = compare(vec![compared("as it is", &longer, 3), compared("shorter", &shorter, 3)], 0.95);
        let dwell = find(&comparison.differences[0], "places.pass.dwell_time_hours_mean");
        assert!((dwell.paired.difference.mean + 2.0 / 3.0).abs() < 1e-9);
        assert_eq!(dwell.verdict, Some(Verdict::Less));
        let trains = find(&comparison.differences[0], "trains_generated");
        assert_eq!(trains.verdict, Some(Verdict::Same));
        assert!(comparison.trains[0].iter().all(|t| (t.first.0 - t.other.0) == 40 * 60_000));
        let flow = &comparison.flows[0][0];
        assert_eq!((flow.slower, flow.faster), (0, flow.trains));
        assert_eq!(
            comparison.trains[0].iter().map(|t| t.replication).max(),
            Some(2),
            "the replications with records"
        );
        assert!(flow.quantiles_hours.iter().all(|q| (q + 2.0 / 3.0).abs() < 1e-9));
    }

    /// A train in a hundred more, under a spread of hours: four replications do not claim what they cannot tell, and say how
    /// many would.
    #[test]
    fn what_is_not_sure_is_not_claimed() {
        let other = TWO_DESKS.replace("departures.every = \"12 h\"", "departures.rate = \"2/day\"");
        let poisson = compared("random", &other, 4);
        let again = compared("more", &other.replace("\"2/day\"", "\"2.02/day\""), 4);
        let comparison = compare(vec![poisson, again], 0.95);
        let unsure = comparison.differences[0].iter().filter_map(|d| match d.verdict {
            Some(Verdict::Unsure(more)) => Some(more),
            _ => None,
        });
        let unsure: Vec<_> = unsure.collect();
        assert!(unsure.iter().flatten().any(|more| *more > 1), "{unsure:?}");
    }

    #[test]
    fn keys_that_differ() {
        let one = "title = \"a\"\n[run]\nseed = 1\n[x]\na = 1\nb = \"2 h\"\n";
        let two = "title = \"b\"\n[run]\nseed = 2\n[x]\na = 1\nb = \"3 h\"\nc = [1, 2]\n";
        let found = differing_keys(&[one, two]);
        let expected = [("x.b", [Some("\"2 h\""), Some("\"3 h\"")]), ("x.c", [None, Some("[1, 2]")])];
        assert_eq!(found.len(), 2);
        for (found, (key, values)) in found.iter().zip(expected) {
            assert_eq!(found.key, key);
            assert_eq!(found.values.iter().map(Option::as_deref).collect::<Vec<_>>(), values);
        }
    }
}
