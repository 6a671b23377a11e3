//! Published figures, and what a model says of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::measures::{MeasureName, Measures};
use crate::scenario::suggestion;
use crate::stats::{Estimate, ratio_estimate};

/// A file of targets.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// What they are about.
    pub title: String,
    /// Each by its id.
    pub targets: BTreeMap<String, Target>,
}

/// A published figure.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// For people.
    pub name: String,
    /// Measures whose sum is meant.
    pub of: Vec<String>,
    /// Measures by whose sum it is divided; none for a sum alone.
    #[serde(default)]
    pub per: Vec<String>,
    /// By what the quotient is multiplied.
    #[serde(default = "one")]
    pub factor: f64,
    /// What is published.
    pub value: f64,
    /// The unit of the value.
    pub unit: String,
    /// How far the model may be off.
    pub tolerance: Tolerance,
    /// Whether the model was set by it.
    pub kind: TargetKind,
    /// Who published it, and when.
    pub source: String,
}

const fn one() -> f64 {
    1.0
}

/// How far the model may be off.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "WrittenTolerance")]
pub enum Tolerance {
    /// A share of the value.
    Share(f64),
    /// In the unit of the value.
    Absolute(f64),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenTolerance {
    Number(f64),
    Text(String),
}

impl TryFrom<WrittenTolerance> for Tolerance {
    type Error = String;

    fn try_from(written: WrittenTolerance) -> Result<Self, String> {
        let sound = |x: &f64| x.is_finite() && *x > 0.0;
        let expected = "expected a number above 0 in the unit of the value, or a share of it such as \"2 %\"";
        match written {
            WrittenTolerance::Number(x) => Some(x).filter(sound).map(Self::Absolute),
            WrittenTolerance::Text(text) => {
                let percent = text.trim().strip_suffix('%').and_then(|x| x.trim().parse().ok());
                percent.filter(sound).map(|x: f64| Self::Share(x / 100.0))
            }
        }
        .ok_or_else(|| expected.to_owned())
    }
}

/// Whether a model was set by a figure, or is judged by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetKind {
    /// The model was set so that it meets the figure.
    Fitted,
    /// The model was made without it.
    Predicted,
}

/// What a model says of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The whole interval is within the tolerance.
    Met,
    /// The whole interval is outside.
    Missed,
    /// The interval reaches over the edge: more replications would tell.
    Open,
    /// The model has no value.
    NoValue,
}

/// A figure with what the model says of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The id of the target.
    pub id: String,
    /// For people.
    pub name: String,
    /// What is published.
    pub value: f64,
    /// The unit of all numbers here.
    pub unit: String,
    /// How far the model may be off.
    pub tolerance: f64,
    /// Whether the model was set by it.
    pub kind: TargetKind,
    /// Who published it.
    pub source: String,
    /// The model, with its interval.
    pub model: Option<Estimate>,
    /// Whether they agree.
    pub agreement: Agreement,
}

/// A target that names a measure which the scenario does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`targets.{target}` names the measure `{measure}`, which this scenario does not have{remedy}")]
pub struct UnknownTarget {
    /// The id of the target.
    pub target: String,
    /// The measure.
    pub measure: String,
    /// What may be meant, as the end of the sentence.
    pub remedy: String,
}

/// Gathers, replication by replication, what the targets ask for.
#[derive(Debug)]
pub struct Validation<'t> {
    targets: &'t Targets,
    /// Positions of the measures of each target: of, per.
    positions: Vec<(Vec<usize>, Vec<usize>)>,
    pairs: Vec<Vec<(f64, f64)>>,
}

impl<'t> Validation<'t> {
    /// Finds the measures.
    ///
    /// # Errors
    /// Every measure that there is not.
    pub fn new(targets: &'t Targets, names: &[MeasureName]) -> Result<Self, Vec<UnknownTarget>> {
        let mut unknown = Vec::new();
        let mut find = |target: &String, measures: &[String]| -> Vec<usize> {
            let positions = measures.iter().filter_map(|measure| {
                let at = names.iter().position(|name| name.id == *measure);
                if at.is_none() {
                    let remedy = suggestion(measure, names.iter().map(|name| name.id.as_str()));
                    unknown.push(UnknownTarget {
                        target: target.clone(),
                        measure: measure.clone(),
                        remedy: remedy.map_or_else(String::new, |remedy| format!("; {remedy}")),
                    });
                }
                at
            });
            positions.collect()
        };
        let positions: Vec<_> = targets
            .targets
            .iter()
            .map(|(id, target)| (find(id, &target.of), find(id, &target.per)))
            .collect();
        if unknown.is_empty() {
            Ok(Self {
                targets,
                pairs: vec![Vec::new(); positions.len()],
                positions,
            })
        } else {
            Err(unknown)
        }
    }

    /// Adds a replication; one without a value is passed over.
    pub fn add(&mut self, measures: &Measures) {
        let sum = |at: &[usize]| at.iter().map(|i| measures.values[*i]).sum::<Option<f64>>();
        for ((of, per), pairs) in self.positions.iter().zip(&mut self.pairs) {
            let per = if per.is_empty() { Some(1.0) } else { sum(per) };
            pairs.extend(sum(of).zip(per));
        }
    }

    /// What came of each target, in the order of their ids.
    #[must_use]
    pub fn compare(&self, confidence: f64) -> Vec<Comparison> {
        let compared = self.targets.targets.iter().zip(&self.pairs).map(|((id, target), pairs)| {
            let pairs: Vec<(f64, f64)> = pairs.iter().map(|(of, per)| (of * target.factor, *per)).collect();
            let model = ratio_estimate(&pairs, confidence);
            let tolerance = match target.tolerance {
                Tolerance::Share(share) => share * target.value.abs(),
                Tolerance::Absolute(units) => units,
            };
            Comparison {
                id: id.clone(),
                name: target.name.clone(),
                value: target.value,
                unit: target.unit.clone(),
                tolerance,
                kind: target.kind,
                source: target.source.clone(),
                model,
                agreement: model.map_or(Agreement::NoValue, |model| agreement(target.value, tolerance, &model)),
            }
        });
        compared.collect()
    }
}

/// Where an interval lies; that of a single replication is its value.
fn agreement(value: f64, tolerance: f64, model: &Estimate) -> Agreement {
    let (low, high) = model.interval().unwrap_or((model.mean, model.mean));
    let (from, to) = (value - tolerance, value + tolerance);
    if from <= low && high <= to {
        Agreement::Met
    } else if high < from || to < low {
        Agreement::Missed
    } else {
        Agreement::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "title = \"t\"\n[targets.share]\nname = \"n\"\nof = [\"a\"]\nper = [\"a\", \"b\"]\nvalue = 0.25\nunit = \"share\"\n\
                        tolerance = \"10 %\"\nkind = \"predicted\"\nsource = \"s\"\n";

    fn names() -> Vec<MeasureName> {
        let name = |id: &str| MeasureName {
            id: id.to_owned(),
            label: id.to_owned(),
            unit: "",
            headline: false,
        };
        vec![name("a"), name("b")]
    }

    fn compared(file: &str, replications: &[(f64, f64)]) -> Comparison {
        let targets: Targets = toml::from_str(file).expect("sound");
        let mut validation = Validation::new(&targets, &names()).expect("known");
        for (a, b) in replications {
            validation.add(&Measures {
                values: vec![Some(*a), Some(*b)],
                ..Measures::default()
            });
        }
        validation.add(&Measures {
            values: vec![None, Some(1.0)],
            ..Measures::default()
        });
        validation.compare(0.95).remove(0)
    }

    /// a / (a + b): 6 / 24 is what is published; 5 in 100 more is within the tolerance, 20 is not.
    #[test]
    fn sums_over_sums() {
        let found = compared(FILE, &[(2.0, 6.0), (4.0, 12.0)]);
        assert_eq!(
            (found.model.map(|m| (m.mean, m.n)), found.agreement),
            (Some((0.25, 2)), Agreement::Met)
        );
        assert!((found.tolerance - 0.025).abs() < 1e-12);
        assert_eq!(compared(FILE, &[(3.0, 7.0), (6.0, 14.0)]).agreement, Agreement::Missed);
        assert_eq!(compared(FILE, &[(1.0, 7.0), (6.0, 14.0)]).agreement, Agreement::Open);
        assert_eq!(compared(FILE, &[]).agreement, Agreement::NoValue);
        let doubled = FILE.replace("value = 0.25", "value = 0.5\nfactor = 2");
        assert_eq!(compared(&doubled, &[(2.0, 6.0)]).model.map(|m| m.mean), Some(0.5));
    }

    #[test]
    fn what_is_refused() {
        for (right, wrong, text) in [
            ("\"10 %\"", "\"10\"", "expected a number above 0"),
            ("\"10 %\"", "-1", "expected a number above 0"),
            ("\"predicted\"", "\"guessed\"", "unknown variant"),
            ("source", "sourse", "unknown field"),
            ("unit = \"share\"\n", "", "missing field `unit`"),
        ] {
            let error = toml::from_str::<Targets>(&FILE.replace(right, wrong)).expect_err(wrong).to_string();
            assert!(error.contains(text), "{error}");
        }
        let targets: Targets = toml::from_str(&FILE.replace("[\"a\"]", "[\"c\"]")).expect("sound");
        let unknown = Validation::new(&targets, &names()).expect_err("there is no c");
        assert_eq!((unknown.len(), unknown[0].target.as_str()), (1, "share"));
    }
}
