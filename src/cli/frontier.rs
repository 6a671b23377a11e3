//! `landbridge capacity --over`: the most trains a day at each of several values of one or two keys.

use std::str::FromStr;

use serde_json::json;

use super::capacity::{FindCapacity, broken_search, pretty};
use super::common::{Failure, looks, stop_flag};
use super::folder::Folder;
use super::manifest::sha256;
use crate::experiment::RESULTS_VERSION;
use crate::experiment::capacity::Search;
use crate::experiment::frontier::{Axis, Corner, Frontier, frontier};
use crate::model::Model;
use crate::report::summary::{self, Looks, cell};
use crate::report::{charts, tables};
use crate::scenario::Loaded;

/// A key and the values that it takes in turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Over {
    key: String,
    /// As they are written, to be laid over the scenario.
    values: Vec<String>,
}

impl FromStr for Over {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write a key and its values, such as \"places.PLACE.reloading.SHED.cranes=1,2,3\"".to_owned();
        let (key, values) = text.split_once('=').ok_or_else(wrong)?;
        let values = split(values);
        if key.trim().is_empty() || values.iter().any(String::is_empty) {
            return Err(wrong());
        }
        if let Some((_, twice)) = (1..).zip(&values).find(|(before, value)| values[..before - 1].contains(value)) {
            return Err(format!("the value {twice} is there twice"));
        }
        Ok(Self {
            key: key.trim().to_owned(),
            values,
        })
    }
}

/// The pieces between the commas that stand outside of quotes and brackets.
fn split(text: &str) -> Vec<String> {
    let (mut pieces, mut quote, mut depth) = (vec![String::new()], None, 0_u32);
    for c in text.chars() {
        match c {
            '"' | '\'' if quote.is_none_or(|open| open == c) => quote = quote.xor(Some(c)),
            '[' | '{' if quote.is_none() => depth += 1,
            ']' | '}' if quote.is_none() => depth = depth.saturating_sub(1),
            ',' if quote.is_none() && depth == 0 => {
                pieces.push(String::new());
                continue;
            }
            _ => {}
        }
        pieces.last_mut().expect("begins with one").push(c);
    }
    pieces.into_iter().map(|piece| piece.trim().to_owned()).collect()
}

/// Every combination of the values, the last key changing fastest: indices of levels and what they lay over the scenario.
fn combinations(over: &[Over]) -> Vec<(Vec<usize>, Vec<String>)> {
    over.iter().fold(vec![(Vec::new(), Vec::new())], |all, axis| {
        let with = |(levels, set): &(Vec<usize>, Vec<String>), at: usize| {
            let levels = levels.iter().copied().chain([at]).collect();
            let set = set.iter().cloned().chain([format!("{}={}", axis.key, axis.values[at])]).collect();
            (levels, set)
        };
        let pairs = all.iter().flat_map(|begun| (0..axis.values.len()).map(move |at| (begun, at)));
        pairs.map(|(begun, at)| with(begun, at)).collect()
    })
}

impl FindCapacity {
    /// Searches at every combination and writes the folder.
    pub(super) fn along_frontier(&self, loaded: &Loaded, model: &Model, search: &Search) -> Result<(), Failure> {
        if let [_, _, third, ..] = self.over.as_slice() {
            return Err(Failure::Refused(format!(
                "error: `--over {}` is a third key, and a frontier has one or two\n  = help: run it for each of its values by --set",
                third.key
            )));
        }
        let corners = self.corners()?;
        let axes = self.over.iter().map(|over| Axis::new(&over.key, &over.values)).collect();
        let stem = format!("frontier-{}", self.scenario.stem());
        let folder = Folder::new(self.out.as_deref(), &stem)?;
        let stop = stop_flag();
        let names = combinations(&self.over);
        let found = frontier(axes, &corners, search, &stop, |corner, trial| {
            if !self.quiet {
                let set = names[corner].1.join(", ");
                anstream::eprintln!("{set}: {:.3} times the trains: {}", trial.multiple, trial.held.word());
            }
        });
        let found = found.map_err(|error| broken_search(error, model))?;
        if found.points.len() < corners.len() {
            anstream::eprintln!("stopped: {} of {} points are done", found.points.len(), corners.len());
        }
        let answer = pretty(&json!({
            "program": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "results_version": RESULTS_VERSION,
            "scenario_sha256": sha256(loaded.resolved.as_bytes()),
            "flows": search.flows,
            "seed": search.plan.seed,
            "frontier": found,
        }))?;
        folder.write("scenario.toml", loaded.resolved.as_bytes())?;
        folder.write("frontier.json", answer.as_bytes())?;
        folder.write("tables/frontier.csv", tables::frontier(&found).to_csv()?.as_bytes())?;
        for (at, point) in found.points.iter().enumerate() {
            let trials = tables::trials(&point.found, search).to_csv()?;
            folder.write(&format!("tables/trials-{}.csv", at + 1), trials.as_bytes())?;
        }
        folder.write_charts("charts/", &[charts::frontier(&found, self.lang.lang())?], true, true)?;
        let place = folder.publish(&stem, self.out.is_some())?;
        if self.json {
            anstream::println!("{answer}");
        } else if !self.quiet {
            show(&found, search, looks());
        }
        if !self.quiet {
            anstream::eprintln!("results: {}", place.display());
        }
        Ok(())
    }

    /// The scenario at every combination, all read before anything runs.
    fn corners(&self) -> Result<Vec<Corner>, Failure> {
        let corner = |(levels, set): (Vec<usize>, Vec<String>)| {
            let overrides = [self.replications.overrides(), set].concat();
            let (loaded, _) = self.scenario.load(&overrides, true)?;
            Ok(Corner {
                levels,
                scenario: loaded.scenario,
            })
        };
        combinations(&self.over).into_iter().map(corner).collect()
    }
}

fn show(found: &Frontier, search: &Search, looks: Looks) {
    let columns: Vec<&str> = found
        .axes
        .iter()
        .map(|axis| axis.key.as_str())
        .chain(["most trains a day", "surely", "surely not", "binds"])
        .collect();
    let mut shown = summary::table(&columns, looks);
    for point in &found.points {
        let levels = found.axes.iter().zip(&point.levels).map(|(axis, at)| axis.levels[*at].clone());
        let trains = |x: Option<f64>, none: String| x.map_or(none, |x| format!("{x:.2}"));
        let cells = levels.chain([
            trains(point.best, format!("below {:.2}", point.searched.0)),
            trains(point.surely, "-".to_owned()),
            trains(point.surely_not, format!("above {:.2}", point.searched.1)),
            point.binds.join(", "),
        ]);
        shown.add_row(cells.map(|text| cell(&text, looks)));
    }
    anstream::println!(
        "{}\n{shown}\n\"Surely\" holds at {} % for each point by itself.",
        found.limits.join(", "),
        (search.plan.confidence * 1e5).round() / 1e3
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values() {
        let over: Over = "a.b=1, 2 ,\"x, y\",[1,2],{ a = 1, b = 2 }".parse().expect("sound");
        assert_eq!(over.key, "a.b");
        assert_eq!(over.values, ["1", "2", "\"x, y\"", "[1,2]", "{ a = 1, b = 2 }"]);
        for wrong in ["a.b", "a.b=", "=1,2", "a.b=1,,2", "a.b=1,2,1"] {
            assert!(wrong.parse::<Over>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_last_key_changes_fastest() {
        let over: Vec<Over> = ["a=1,2", "b=x,y,z"].iter().map(|text| text.parse().expect("sound")).collect();
        let all = combinations(&over);
        assert_eq!(all.len(), 6);
        assert_eq!(all[1], (vec![0, 1], vec!["a=1".to_owned(), "b=y".to_owned()]));
        assert_eq!(all[5].0, [1, 2]);
    }
}
