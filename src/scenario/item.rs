//! Values with their dotted paths: each read as what it ought to be, or noted as a problem.

use super::document::{Node, Value};
use super::nearest::{nearest, suggestion};
use super::problem::{Problem, ProblemKind, Thing};
use super::reader::Context;
use super::types::Id;
use crate::units::{Dimension, Duration, QuantityError};

/// No quantity of a scenario is larger than this, so that sums stay far from every limit.
const LARGEST: f64 = 1e15;
/// No number of servers, tracks or boxes is larger than this.
pub(super) const MOST: u32 = 1_000_000;

/// How far from the whole a sum of written shares may be, for thirds and the like.
pub(super) const SHARE_SLACK: f64 = 1e-6;

/// A value with its dotted path.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    pub(super) node: &'a Node,
    pub(super) path: String,
    pub(super) cx: &'a Context<'a>,
}

impl<'a> Item<'a> {
    /// A problem at this value.
    pub(super) fn problem(&self, kind: ProblemKind) -> Problem {
        Problem::error(kind, self.path.as_str(), self.node.at.clone())
    }

    /// Notes a problem; there is no value.
    pub(super) fn refuse<T>(&self, problem: Problem) -> Option<T> {
        self.cx.report(problem);
        None
    }

    /// The value is of another type than the one expected.
    pub(super) fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let found = self.node.value.kind();
        self.refuse(self.problem(ProblemKind::WrongType { found }).expected(expected))
    }

    /// A text that is not what it ought to be.
    pub(super) fn unclear<T>(&self, what: &'static str, text: &str, expected: &str, remedy: Option<String>) -> Option<T> {
        let kind = ProblemKind::Unclear {
            what,
            text: text.to_owned(),
        };
        self.refuse(self.problem(kind).expected(expected).remedy_if(remedy))
    }

    /// A text.
    pub(super) fn text(&self, expected: &str) -> Option<&'a str> {
        match &self.node.value {
            Value::Text(text) => Some(text),
            Value::Integer(_) | Value::Boolean(_) | Value::Moment(_) => {
                let found = self.node.value.kind();
                let problem = self.problem(ProblemKind::WrongType { found }).expected(expected);
                self.refuse(problem.remedy("write it between double quotes"))
            }
            _ => self.wrong_type(expected),
        }
    }

    /// True or false.
    pub(super) fn boolean(&self) -> Option<bool> {
        match self.node.value {
            Value::Boolean(truth) => Some(truth),
            _ => self.wrong_type("true or false"),
        }
    }

    /// A finite number.
    pub(super) fn number(&self, expected: &str) -> Option<f64> {
        #[allow(clippy::cast_precision_loss, reason = "only small whole numbers are exact, and only they matter")]
        let number = match self.node.value {
            Value::Integer(number) => number as f64,
            Value::Float(number) => number,
            Value::Text(ref text) if text.trim().parse::<f64>().is_ok() => {
                let problem = self.problem(ProblemKind::WrongType { found: "a text" }).expected(expected);
                return self.refuse(problem.remedy(format!("write {} without quotes", text.trim())));
            }
            _ => return self.wrong_type(expected),
        };
        if number.is_finite() && number.abs() <= LARGEST {
            Some(number)
        } else {
            self.out_of_range(expected)
        }
    }

    /// A finite number that is not negative.
    pub(super) fn positive_or_zero(&self, expected: &str) -> Option<f64> {
        let number = self.number(expected)?;
        if number < 0.0 {
            return self.refuse(self.problem(ProblemKind::Negative).expected(expected));
        }
        Some(number)
    }

    /// A share from 0 to 1.
    pub(super) fn share(&self) -> Option<f64> {
        let expected = "a share from 0 to 1";
        let share = self.positive_or_zero(expected)?;
        if share <= 1.0 {
            return Some(share);
        }
        let remedy = (share <= 100.0).then(|| format!("for {share} % write {}", share / 100.0));
        self.refuse(self.problem(ProblemKind::OutOfRange).expected(expected).remedy_if(remedy))
    }

    /// Whether shares add up to the whole; if not, that is noted.
    pub(super) fn is_whole(&self, shares: impl IntoIterator<Item = f64>) -> bool {
        let sum: f64 = shares.into_iter().sum();
        let whole = (sum - 1.0).abs() < SHARE_SLACK;
        if !whole {
            let rounded = (sum * 1e6).round() / 1e6;
            let problem = self.problem(ProblemKind::ShareSum(rounded));
            self.cx.report(problem.expected("shares whose sum is 1"));
        }
        whole
    }

    /// The value lies outside of its range.
    pub(super) fn out_of_range<T>(&self, expected: &str) -> Option<T> {
        self.refuse(self.problem(ProblemKind::OutOfRange).expected(expected))
    }

    /// A whole number within a range.
    pub(super) fn whole(&self, least: u64, most: u64) -> Option<u64> {
        let expected = match (least, most == u64::from(MOST)) {
            (_, true) => format!("a whole number, {least} or more"),
            _ => format!("a whole number from {least} to {most}"),
        };
        match self.node.value {
            Value::Integer(number) if number < i128::from(least) || number > i128::from(most) => {
                let kind = match number {
                    0 => ProblemKind::Zero,
                    ..0 => ProblemKind::Negative,
                    _ => ProblemKind::OutOfRange,
                };
                self.refuse(self.problem(kind).expected(expected))
            }
            Value::Integer(number) => u64::try_from(number).ok(),
            Value::Float(_) => self.refuse(self.problem(ProblemKind::NotWhole).expected(expected)),
            _ => self.number(&expected).and(None),
        }
    }

    /// A number of things.
    pub(super) fn count(&self, least: u32) -> Option<u32> {
        self.whole(least.into(), MOST.into()).and_then(|n| u32::try_from(n).ok())
    }

    /// A quantity that is not negative, in the base unit of its dimension.
    pub(super) fn quantity(&self, dimension: Dimension) -> Option<f64> {
        let expected = dimension.expected();
        let written = match &self.node.value {
            Value::Text(text) => text.trim(),
            Value::Integer(number) => return self.no_unit(dimension, &number.to_string()),
            Value::Float(number) => return self.no_unit(dimension, &number.to_string()),
            _ => return self.wrong_type(expected),
        };
        match dimension.parse(written) {
            Ok(value) if value < 0.0 => {
                let remedy = "write a quantity of zero or more";
                self.refuse(self.problem(ProblemKind::Negative).expected(expected).remedy(remedy))
            }
            Ok(value) if value <= LARGEST => Some(value),
            Ok(_) => self.out_of_range(expected),
            Err(QuantityError::NoUnit(_)) => self.no_unit(dimension, written),
            Err(error) => {
                let remedy = match &error {
                    QuantityError::UnknownUnit(unit) => suggestion(unit, dimension.unit_names().collect::<Vec<_>>()),
                    QuantityError::Order => Some("write the larger unit first, and each unit once: \"1 h 30 min\"".to_owned()),
                    _ => None,
                };
                self.refuse(self.problem(ProblemKind::Quantity(error)).expected(expected).remedy_if(remedy))
            }
        }
    }

    fn no_unit<T>(&self, dimension: Dimension, number: &str) -> Option<T> {
        let remedy = format!("write \"{number}{}\"", dimension.usual_unit());
        self.refuse(self.problem(ProblemKind::NoUnit).expected(dimension.expected()).remedy(remedy))
    }

    /// A quantity above zero.
    pub(super) fn quantity_above_zero(&self, dimension: Dimension) -> Option<f64> {
        let value = self.quantity(dimension)?;
        if value > 0.0 {
            Some(value)
        } else {
            let expected = format!("more than zero: {}", dimension.expected());
            self.refuse(self.problem(ProblemKind::Zero).expected(expected))
        }
    }

    /// A duration of zero or more.
    pub(super) fn duration(&self) -> Option<Duration> {
        self.quantity(Dimension::Time).map(Duration::from_millis)
    }

    /// One of several words.
    pub(super) fn choice<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let list: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        let expected = format!("one of {}", list.join(", "));
        let text = self.text(&expected)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*value);
        }
        let remedy = nearest(text, words.iter().map(|(word, _)| *word)).map(|word| format!("did you mean {word:?}?"));
        let problem = self.problem(ProblemKind::NotAChoice(text.to_owned()));
        self.refuse(problem.expected(expected).remedy_if(remedy))
    }

    /// The id of something in a table at the top, which must exist.
    pub(super) fn known(&self, thing: Thing) -> Option<Id> {
        let expected = format!("the id of a {thing}");
        let name = self.text(&expected)?;
        if self.cx.has(thing, name) {
            return Some(name.to_owned());
        }
        self.known_among(thing, &self.cx.ids(thing), &expected)
    }

    /// A name which must be among those given.
    pub(super) fn known_among(&self, thing: Thing, names: &[&str], expected: &str) -> Option<Id> {
        let name = self.text(expected)?;
        if names.contains(&name) {
            return Some(name.to_owned());
        }
        let unknown = self.problem(unknown(thing, name));
        self.refuse(unknown.expected(expected).remedy(remedy_for(thing, name, names)))
    }

    /// Whether the key of this value, which is itself the id of something, exists.
    pub(super) fn has_known_key(&self, thing: Thing, id: &str) -> bool {
        let known = self.cx.has(thing, id);
        if !known {
            let names = self.cx.ids(thing);
            let problem = Problem::error(unknown(thing, id), self.path.as_str(), self.node.key.clone());
            self.cx.report(
                problem
                    .expected(format!("the id of a {thing}"))
                    .remedy(remedy_for(thing, id, &names)),
            );
        }
        known
    }

    /// The entries of an array.
    pub(super) fn array(&self, expected: &str) -> Option<Vec<Item<'a>>> {
        match &self.node.value {
            Value::Array(entries) => Some(self.entries(entries)),
            _ => self.wrong_type(expected),
        }
    }

    /// The entries of an array, which may not be empty, or the one value that stands in its place.
    pub(super) fn one_or_more(&self, expected: &str) -> Vec<Item<'a>> {
        match &self.node.value {
            Value::Array(entries) if entries.is_empty() => {
                self.cx.report(self.problem(ProblemKind::Empty).expected(expected));
                Vec::new()
            }
            Value::Array(entries) => self.entries(entries),
            _ => vec![self.clone()],
        }
    }

    fn entries(&self, entries: &'a [Node]) -> Vec<Item<'a>> {
        let item = |(index, node)| Item {
            node,
            path: format!("{}[{index}]", self.path),
            cx: self.cx,
        };
        entries.iter().enumerate().map(item).collect()
    }

    /// An array with a value from each entry; entries that are no value are left out.
    pub(super) fn list<T>(&self, expected: &str, read: impl Fn(&Item<'a>) -> Option<T>) -> Option<Vec<T>> {
        Some(self.array(expected)?.iter().filter_map(read).collect())
    }
}

fn unknown(thing: Thing, name: &str) -> ProblemKind {
    ProblemKind::Unknown {
        thing,
        name: name.to_owned(),
    }
}

fn remedy_for(thing: Thing, name: &str, names: &[&str]) -> String {
    suggestion(name, names.iter().copied()).unwrap_or_else(|| format!("there is no {thing} at all; write a table for it"))
}
