//! Which runs a selection of the cheapest point needs, from those that there are.

use serde::{Deserialize, Serialize};

use super::plan::Plan;
use crate::stats::selection::{Rules, Selection};

/// How the cheapest point that keeps its limits is chosen; see [`crate::stats::selection`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectionRule {
    /// What costs are in; may be empty.
    pub unit: String,
    /// What each point costs, but for what is paid by measures.
    pub fixed_costs: Vec<f64>,
    /// What must be kept.
    pub limits: Vec<PointLimit>,
    /// What is paid by measures.
    pub prices: Vec<PointPrice>,
    /// The difference of costs that does not matter; where there are prices.
    pub indifference: Option<f64>,
    /// The promised probability of a correct selection.
    pub promise: f64,
    /// Replications of a point at most.
    pub at_most: u32,
    /// Replications of the chosen point that have no say in choosing it: those after `at_most`.
    pub afresh: u32,
}

/// The most that the mean of a measure may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointLimit {
    /// Its index in [`Plan::measures`].
    pub measure: u32,
    /// The most, in its unit.
    pub most: f64,
    /// How near to that it may be judged either way.
    pub tolerance: f64,
}

/// What one unit of a measure costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointPrice {
    /// Its index in [`Plan::measures`].
    pub measure: u32,
    /// The cost of one unit of its mean.
    pub each: f64,
}

impl SelectionRule {
    /// The measures that it looks at, as indices in [`Plan::measures`]: of the limits, then of the prices.
    pub fn measures(&self) -> impl Iterator<Item = u32> + '_ {
        let limits = self.limits.iter().map(|limit| limit.measure);
        limits.chain(self.prices.iter().map(|price| price.measure))
    }

    /// The measures of the limits of a run and what it adds to the fixed cost, from the values of [`SelectionRule::measures`];
    /// or the place among these of the first that is absent.
    ///
    /// # Errors
    /// A value is absent.
    pub fn split(&self, values: &[Option<f64>]) -> Result<(Vec<f64>, f64), usize> {
        let value = |at: usize| values.get(at).copied().flatten().ok_or(at);
        let limits = (0..self.limits.len()).map(value).collect::<Result<Vec<f64>, usize>>()?;
        let mut cost = 0.0;
        for (at, price) in (self.limits.len()..).zip(&self.prices) {
            cost += price.each * value(at)?;
        }
        Ok((limits, cost))
    }
}

/// What is known of a run.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// It finished: the values of [`SelectionRule::measures`].
    Values(&'a [Option<f64>]),
    /// It did not, and why.
    Unfinished(&'a str),
}

/// How far a selection has come.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The selection, as far as the runs go.
    pub selection: Selection,
    /// For each point, how many replications are needed to go on, from the first; when nobody waits, as many as were
    /// looked at.
    pub needed: Vec<u32>,
}

/// Carries a selection as far as the runs go that there are; `seen` gives a run by its point and the number of its
/// replication. `None` where the plan has no selection.
///
/// It asks for some runs more than the next look needs, so that cores are busy; those that turn out not to be needed
/// have no say and are in no table. What it comes to depends on the runs in their order alone.
#[must_use]
pub fn standing<'a>(plan: &Plan, seen: impl Fn(usize, u32) -> Option<Seen<'a>>) -> Option<Standing> {
    let rule = plan.selection.as_ref()?;
    let first = plan.points.iter().map(|point| point.replications).max().unwrap_or(2).max(2);
    let rules = Rules {
        first,
        at_most: rule.at_most.max(first),
        promise: rule.promise,
        limits: rule.limits.iter().map(|limit| (limit.most, limit.tolerance)).collect(),
        indifference: rule.indifference,
        wider: Some(WIDER),
    };
    let at_most = rules.at_most;
    let mut selection = Selection::new(rules, &rule.fixed_costs);
    loop {
        let wanted = selection.wanted();
        let next: Option<Vec<Seen<'a>>> = wanted.iter().map(|i| seen(*i, selection.values(*i) + 1)).collect();
        let Some(next) = next.filter(|_| !wanted.is_empty()) else {
            let mut needed: Vec<u32> = (0..plan.points.len()).map(|i| selection.values(i)).collect();
            for i in &wanted {
                needed[*i] = ahead(needed[*i], first, wanted.len()).min(at_most);
            }
            return Some(Standing { selection, needed });
        };
        for (i, run) in wanted.into_iter().zip(next) {
            match run {
                Seen::Values(values) => match rule.split(values) {
                    Ok((limits, cost)) => selection.add(i, &limits, cost),
                    Err(_) => selection.fail(i),
                },
                Seen::Unfinished(_) => selection.fail(i),
            }
        }
        selection.settle();
    }
}

/// The second zone of each test, which is for what is far, in tolerances.
const WIDER: f64 = 8.0;
/// Runs that are made between two looks at least, so that a few cores find work.
const AT_ONCE: u32 = 16;

/// How many replications a point that waits is given: those before the first look, then an eighth more each time.
fn ahead(has: u32, first: u32, waiting: usize) -> u32 {
    let share = AT_ONCE.div_ceil(u32::try_from(waiting).unwrap_or(u32::MAX).max(1));
    first.max(has + share.max(has / 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::sweep::tests::built;

    /// Three points of costs 1, 2 and 3 under a limit of 10 with a tolerance of 1 on one measure.
    fn three() -> Plan {
        let mut plan = built("[run]\nreplications = 4\n[factors.desks]\nkey = 'places.pass.clearance.customs.desks'\nvalues = [1, 2, 3]");
        plan.selection = Some(SelectionRule {
            unit: String::new(),
            fixed_costs: vec![3.0, 1.0, 2.0],
            limits: vec![PointLimit {
                measure: 0,
                most: 10.0,
                tolerance: 1.0,
            }],
            prices: Vec::new(),
            indifference: None,
            promise: 0.95,
            at_most: 40,
            afresh: 5,
        });
        plan
    }

    /// The cheapest breaks its limit at the first look, the next one keeps it: nobody looks at the third, and one point is
    /// asked for at a time.
    #[test]
    fn one_after_the_other() {
        let plan = three();
        let values = |point: usize, replication: u32| vec![Some([1.0, 20.0, 5.0][point] + f64::from(replication % 2))];
        let table: Vec<Vec<Vec<Option<f64>>>> = (0..3).map(|p| (1..=40).map(|r| values(p, r)).collect()).collect();
        let mut there = [0_u32; 3];
        let mut rounds = 0;
        loop {
            let seen = |point: usize, replication: u32| {
                (replication <= there[point]).then(|| Seen::Values(table[point][replication as usize - 1].as_slice()))
            };
            let standing = standing(&plan, seen).expect("a selection");
            if standing.needed == there || standing.selection.chosen().is_some() {
                assert_eq!(standing.selection.chosen(), Some(2));
                assert_eq!(standing.needed, [0, 4, 4]);
                break;
            }
            there = [0, 1, 2].map(|i| standing.needed[i].max(there[i]));
            assert!(there[0] == 0 && (there[1] > 0), "{there:?}");
            rounds += 1;
        }
        assert_eq!(rounds, 2);
    }

    /// A run that did not finish, or without a value, puts its point out.
    #[test]
    fn what_cannot_be_judged_is_out() {
        let plan = three();
        let good = [Some(1.0)];
        let seen = |point: usize, replication: u32| {
            Some(match (point, replication) {
                (1, 2) => Seen::Unfinished("stuck"),
                (2, 1) => Seen::Values(&[None]),
                _ => Seen::Values(&good),
            })
        };
        let standing = standing(&plan, seen).expect("a selection");
        assert_eq!((standing.selection.chosen(), standing.needed), (Some(0), vec![4, 2, 1]));
    }

    #[test]
    fn limits_and_prices_of_a_run() {
        let mut rule = three().selection.expect("it has one");
        rule.prices = vec![PointPrice { measure: 1, each: 3.0 }, PointPrice { measure: 2, each: -1.0 }];
        assert_eq!(rule.measures().collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(rule.split(&[Some(7.0), Some(2.0), Some(1.0)]), Ok((vec![7.0], 5.0)));
        assert_eq!(rule.split(&[Some(7.0), None, Some(1.0)]), Err(1));
    }

    #[test]
    fn how_many_at_once() {
        assert_eq!(ahead(0, 10, 1), 16);
        assert_eq!(ahead(0, 20, 8), 20);
        assert_eq!(ahead(10, 10, 8), 12);
        assert_eq!(ahead(400, 10, 100), 450);
    }
}
