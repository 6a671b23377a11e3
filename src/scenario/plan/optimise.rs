//! `[optimise]`: what levels cost, what measures cost, and what must be kept.

use std::collections::BTreeMap;

use super::super::decode::time_run::level;
use super::super::document::Value;
use super::super::item::{Item, MOST};
use super::super::nearest::suggestion;
use super::super::problem::{Problem, ProblemKind, Thing};
use super::super::reader::Reader;
use super::factor::Draft;
use super::types::{Levels, Limited, Optimise, Price, Priced};

/// The promised probability where none is given.
const PROMISE: f64 = 0.95;
/// Replications of an alternative at most, where no number is given.
const AT_MOST: u32 = 500;
/// Replications of the chosen alternative that have no say in choosing it, where no number is given.
const AFRESH: u32 = 30;
/// More than any cost.
const DEAREST: f64 = 1e15;

/// Reads the table; the factors are those of the plan.
pub(super) fn optimise(item: &Item<'_>, factors: &[Draft]) -> Option<Optimise> {
    item.table(|reader| {
        let expected = "limits with their tolerance, such as [\"places.horgos.dwell_time_hours_p95 <= 24 within 0.5\"]";
        let limits = reader.optional("limits", |all| all.list(expected, limit)).unwrap_or_default();
        let expected = "prices of measures, such as [\"trains_inside_mean at 120\"]";
        let prices = reader.optional("prices", |all| all.list(expected, price)).unwrap_or_default();
        let costs: BTreeMap<String, Price> = reader
            .optional("costs", |all| all.things(|id, item| cost(id, item, factors)))
            .unwrap_or_default();
        let indifference = indifference(reader, !prices.is_empty());
        if limits.is_empty() && prices.is_empty() && !reader.has("limits") {
            let problem = reader.missing("limits").expected("what must be kept");
            reader.item().cx.report(problem);
        }
        Optimise {
            unit: reader
                .optional("unit", |item| item.text("what costs are in, such as \"EUR/day\""))
                .unwrap_or_default()
                .to_owned(),
            costs: factors
                .iter()
                .map(|draft| costs.get(&draft.factor.id).cloned().unwrap_or(Price::Each(0.0)))
                .collect(),
            limits,
            prices,
            indifference,
            promise: reader.optional("confidence", promise).unwrap_or(PROMISE),
            at_most: reader.optional("at_most", |n| n.count(2)).unwrap_or(AT_MOST),
            afresh: reader
                .optional("afresh", |n| n.whole(0, MOST.into()).and_then(|n| u32::try_from(n).ok()))
                .unwrap_or(AFRESH),
        }
    })
}

/// Needed where costs vary, and idle where they do not.
fn indifference(reader: &mut Reader<'_>, costs_vary: bool) -> Option<f64> {
    let expected = "a difference of costs that does not matter, above zero";
    let Some(item) = reader.get("indifference") else {
        if costs_vary {
            let problem = reader.missing("indifference").expected(expected);
            reader.item().cx.report(problem);
        }
        return None;
    };
    let zone = item.positive_or_zero(expected)?;
    if zone <= 0.0 {
        return item.refuse(item.problem(ProblemKind::Zero).expected(expected));
    }
    if !costs_vary {
        let problem = Problem::error(ProblemKind::OnlyWith("prices"), item.path.as_str(), item.node.key.clone());
        item.cx
            .report(problem.remedy("take it out: without `prices` all costs are known beforehand"));
        return None;
    }
    Some(zone)
}

/// The promised probability: a half is what a coin gives of two.
fn promise(item: &Item<'_>) -> Option<f64> {
    let promise = level(item)?;
    if promise < 0.5 {
        return item.out_of_range("a probability from 0.5 up to but not including 1, such as 0.95");
    }
    Some(promise)
}

/// What the levels of a factor cost: a number for each, or one by which each unit of its number is multiplied.
fn cost(id: &str, item: &Item<'_>, factors: &[Draft]) -> Option<Price> {
    let expected = "a number for each level, such as [0, 900, 1800], or one for each unit of the factor";
    let draft = factors.iter().find(|draft| draft.factor.id == id);
    if draft.is_none() {
        let kind = ProblemKind::Unknown {
            thing: Thing::Factor,
            name: id.to_owned(),
        };
        let remedy = suggestion(id, factors.iter().map(|draft| draft.factor.id.as_str()));
        let problem = Problem::error(kind, item.path.as_str(), item.node.key.clone());
        item.cx
            .report(problem.expected("the id of a factor of this plan").remedy_if(remedy));
    }
    let levels = draft.map(|draft| &draft.factor.levels);
    if matches!(item.node.value, Value::Array(_)) {
        let costs = item.list(expected, |cost| number(cost, expected))?;
        return match levels {
            Some(Levels::Listed(levels)) if levels.len() != costs.len() => {
                let kind = ProblemKind::WrongLength {
                    found: costs.len(),
                    needed: levels.len(),
                };
                item.refuse(item.problem(kind).expected("a cost for each level of the factor"))
            }
            Some(Levels::Between(_)) => {
                let kind = ProblemKind::Idle("a range without steps, which has no list of levels");
                item.refuse(item.problem(kind).remedy("give the cost of one unit, as a number"))
            }
            _ => Some(Price::Levels(costs)),
        };
    }
    let each = number(item, expected)?;
    let has_numbers = |levels: &Levels| match levels {
        Levels::Listed(levels) => levels.iter().all(|level| level.number.is_some()),
        Levels::Between(_) => true,
    };
    if levels.is_some_and(|levels| !has_numbers(levels)) {
        let kind = ProblemKind::Idle("a factor whose levels are no numbers");
        return item.refuse(item.problem(kind).remedy("give a number for each level, as a list"));
    }
    Some(Price::Each(each))
}

fn number(item: &Item<'_>, expected: &str) -> Option<f64> {
    let number = item.number(expected)?;
    if number.abs() > DEAREST {
        return item.out_of_range("at most 1e15");
    }
    Some(number)
}

/// `MEASURE <= NUMBER within NUMBER`, the last also in per cent of the limit.
fn limit(item: &Item<'_>) -> Option<Limited> {
    let expected = "a measure, the most that its mean may be, and how near to that it may be judged either way, such as \
                    \"places.horgos.dwell_time_hours_p95 <= 24 within 0.5\"";
    let text = item.text(expected)?;
    let read = || {
        let (measure, rest) = text.split_once("<=")?;
        let (most, within) = rest.split_once(" within ")?;
        let most: f64 = most.trim().parse().ok()?;
        let tolerance = match within.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse::<f64>().ok()? / 100.0 * most.abs(),
            None => within.trim().parse().ok()?,
        };
        let sound = !measure.trim().is_empty() && most.is_finite() && tolerance.is_finite() && tolerance > 0.0;
        sound.then(|| Limited {
            measure: measure.trim().to_owned(),
            most,
            tolerance,
        })
    };
    read().or_else(|| item.unclear("a limit with its tolerance", text, expected, None))
}

/// `MEASURE at NUMBER`.
fn price(item: &Item<'_>) -> Option<Priced> {
    let expected = "a measure and what one of its units costs, such as \"trains_inside_mean at 120\"";
    let text = item.text(expected)?;
    let read = || {
        let (measure, each) = text.rsplit_once(" at ")?;
        let each: f64 = each.trim().parse().ok()?;
        (!measure.trim().is_empty() && each.is_finite()).then(|| Priced {
            measure: measure.trim().to_owned(),
            each,
        })
    };
    read().or_else(|| item.unclear("a price of a measure", text, expected, None))
}
