//! The cheapest of several alternatives that keep stated limits, chosen with a promised probability of being right.
//!
//! Every alternative has a cost and the measures of its limits, both of which may vary from one replication to the next;
//! replication r of all alternatives may have the same luck (common random numbers). Each limit has a tolerance, and costs have
//! an indifference: what they are nearer than that is judged either way. Let an alternative be *good* if each of its means is
//! at least the tolerance below its limit, *bad* if one is at least the tolerance above. Then with the promised probability the
//! chosen alternative is not bad, and costs no more than the cheapest good one; where costs vary, provided that no other
//! alternative that is not bad costs nearly the same, within the indifference, as that one does. If such there are, one of them
//! is chosen in all likelihood, which is what indifference means, though no proof of this is known to the authors.
//!
//! Each limit of each alternative has a [`Judgement`], and so has the difference of costs of each pair: the procedure of
//! Andradóttir & Kim (2010), Naval Research Logistics 57(5), 403-421, in its form that does both at once, for several limits as
//! Healey, Andradóttir & Kim (2014), ACM TOMACS 24(3), article 14, have it; without limits it is KN of Kim & Nelson (2001).
//! An alternative that breaks a limit is out, and one that costs more than another known to keep its limits is out, whether or
//! not it keeps its own. One that costs more than another of which nothing is known yet waits for that: so replications go
//! where they matter. Where costs are known beforehand, no test of them is needed, and alternatives are looked at from the
//! cheapest up until one keeps its limits.
//!
//! Errors: let there be K alternatives with J limits. If the J tests of the cheapest good one are right, and for each other
//! alternative one test is right, that of its worst broken limit if it is bad and that of its cost against the cheapest good one
//! otherwise, then the selection is right, in whatever order tests end and whoever waits for whom: each test looks at its
//! own values in their order alone. So each may err with (1 - P) / (J + K - 1), by Bonferroni's inequality, which asks for
//! no independence: common random numbers are allowed, and make the differences of costs vary less.

mod sign;

pub use sign::{Judgement, Sign, SignTest, eta, h_squared};

/// What is asked of a selection.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Values of each alternative before the first look; at least 2, and 10 to 20 for good reason: Kim & Nelson (2001).
    pub first: u32,
    /// Values of an alternative after which it gets no more, decided or not; at least `first`.
    pub at_most: u32,
    /// The promised probability of a correct selection, from a half up to but not including 1.
    pub promise: f64,
    /// The limits: the most that a mean may be, and the tolerance, which is above zero.
    pub limits: Vec<(f64, f64)>,
    /// Where costs vary, the difference that does not matter, above zero; where they are known beforehand, none.
    pub indifference: Option<f64>,
    /// How many times as wide the second zone of each test is, which ends it sooner for what is far; above 1. Without it, the
    /// procedures are as they were published.
    pub wider: Option<f64>,
}

/// What became of an alternative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It may still be chosen, or is the one that was.
    In,
    /// It breaks the limit of this index.
    Breaks(usize),
    /// This other one keeps the limits and costs less.
    Dearer(usize),
    /// It was not known whether it keeps the limits when it had all the values it may have.
    Undecided,
    /// At the most values nothing tells its cost from that of this other one, whose mean is less.
    Close(usize),
    /// It cannot be judged: a replication failed or had no value.
    Failed,
}

/// An alternative on its way.
#[derive(Clone, Debug)]
struct Contender {
    known_cost: f64,
    costs: Vec<f64>,
    checks: Vec<Judgement>,
    values: u32,
    fate: Fate,
}

impl Contender {
    fn is_in(&self) -> bool {
        self.fate == Fate::In
    }

    fn keeps_limits(&self) -> bool {
        self.checks.iter().all(|check| check.found() == Some(Sign::Below))
    }

    fn mean_cost(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "a number of replications")]
        let n = self.costs.len().max(1) as f64;
        self.known_cost + self.costs.iter().sum::<f64>() / n
    }
}

/// A selection on its way: ask whom it [wants](Selection::wanted) a value of, [give](Selection::add) each of them one, and
/// [settle](Selection::settle); until nobody is wanted. The outcome depends on the values in their order and nothing else.
#[derive(Clone, Debug)]
pub struct Selection {
    rules: Rules,
    contenders: Vec<Contender>,
    /// Costs that vary: the test of each pair (i, l), i < l, of the difference of i and l, with how many values it saw.
    races: Vec<(Judgement, u32)>,
}

impl Selection {
    /// A selection among alternatives with these known costs, or known parts of costs.
    #[must_use]
    pub fn new(rules: Rules, known_costs: &[f64]) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "a number of alternatives")]
        let statements = (rules.limits.len() + known_costs.len()).saturating_sub(1).max(1) as f64;
        let error = (1.0 - rules.promise) / statements;
        let judge = |zone: f64| Judgement::new(zone, rules.wider, error, rules.first);
        let checks: Vec<Judgement> = rules.limits.iter().map(|(_, tolerance)| judge(*tolerance)).collect();
        let contender = |known_cost: &f64| Contender {
            known_cost: *known_cost,
            costs: Vec::new(),
            checks: checks.clone(),
            values: 0,
            fate: Fate::In,
        };
        let pairs = known_costs.len() * known_costs.len().saturating_sub(1) / 2;
        let mut selection = Self {
            races: rules.indifference.map_or_else(Vec::new, |zone| vec![(judge(zone), 0); pairs]),
            contenders: known_costs.iter().map(contender).collect(),
            rules,
        };
        // Without limits and with known costs there is nothing to be seen.
        selection.settle();
        selection
    }

    /// Those that need a further value each before the next look, in order; empty when the selection is over.
    #[must_use]
    pub fn wanted(&self) -> Vec<usize> {
        let all = || 0..self.contenders.len();
        let awake: Vec<bool> = all().map(|i| self.is_awake(i)).collect();
        let wanted: Vec<usize> = all().filter(|i| awake[*i] && self.needs_more(*i, &awake)).collect();
        if !wanted.is_empty() {
            return wanted;
        }
        // Tests of costs may contradict each other in a circle, whose members would wait for one another.
        all().filter(|i| self.contenders[*i].is_in() && self.is_unjudged(*i)).collect()
    }

    /// The next value of an alternative: the measures of its limits and what its cost varies by.
    pub fn add(&mut self, alternative: usize, measures: &[f64], cost: f64) {
        let contender = &mut self.contenders[alternative];
        contender.values += 1;
        if self.rules.indifference.is_some() {
            contender.costs.push(cost);
        }
        for ((check, value), (most, _)) in contender.checks.iter_mut().zip(measures).zip(&self.rules.limits) {
            check.add(value - most);
        }
    }

    /// An alternative that cannot be judged is out.
    pub fn fail(&mut self, alternative: usize) {
        self.contenders[alternative].values += 1;
        self.contenders[alternative].fate = Fate::Failed;
    }

    /// Draws the consequences of the values that were added.
    pub fn settle(&mut self) {
        for contender in self.contenders.iter_mut().filter(|c| c.fate == Fate::In) {
            if let Some(limit) = contender.checks.iter().position(|check| check.found() == Some(Sign::Above)) {
                contender.fate = Fate::Breaks(limit);
            }
        }
        self.run_races();
        self.drop_dearer();
        let at_most = self.rules.at_most;
        for contender in &mut self.contenders {
            if contender.is_in() && contender.values >= at_most && !contender.keeps_limits() {
                contender.fate = Fate::Undecided;
            }
        }
        if self.wanted().is_empty() {
            self.choose();
        }
    }

    /// The one that is left and known to keep the limits, once nobody else is; `None` where none is, or not yet.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        let mut left = (0..self.contenders.len()).filter(|i| self.contenders[*i].is_in());
        let only = left.next().filter(|_| left.next().is_none())?;
        self.contenders[only].keeps_limits().then_some(only)
    }

    /// What became of an alternative.
    #[must_use]
    pub fn fate(&self, alternative: usize) -> Fate {
        self.contenders[alternative].fate
    }

    /// How many values of an alternative were looked at.
    #[must_use]
    pub fn values(&self, alternative: usize) -> u32 {
        self.contenders[alternative].values
    }

    /// Whether an alternative is known to keep its limits; absent where it is not known, or nobody needed to know.
    #[must_use]
    pub fn keeps_limits(&self, alternative: usize) -> Option<bool> {
        let contender = &self.contenders[alternative];
        match contender.fate {
            Fate::Breaks(_) => Some(false),
            _ if contender.keeps_limits() => Some(true),
            _ => None,
        }
    }

    /// Whether the promise holds: none of those that had a say was left undecided.
    #[must_use]
    pub fn is_promised(&self) -> bool {
        !self
            .contenders
            .iter()
            .any(|contender| matches!(contender.fate, Fate::Undecided | Fate::Close(_)))
    }

    /// Whether the first costs less than the second, as far as is known. Of equal known costs the earlier counts as less.
    fn beats(&self, first: usize, second: usize) -> Option<bool> {
        if first == second {
            return Some(false);
        }
        if self.rules.indifference.is_none() {
            let costs = [first, second].map(|i| self.contenders[i].known_cost);
            return Some(costs[0] < costs[1] || (costs[0] <= costs[1] && first < second));
        }
        let (low, high) = (first.min(second), first.max(second));
        let found = self.races[self.pair(low, high)].0.found()?;
        Some((found == Sign::Below) == (first == low))
    }

    /// The place of a pair, the first below the second, among all.
    fn pair(&self, low: usize, high: usize) -> usize {
        let n = self.contenders.len();
        low * (2 * n - low - 1) / 2 + high - low - 1
    }

    fn is_unjudged(&self, alternative: usize) -> bool {
        !self.contenders[alternative].keeps_limits()
    }

    /// In, and not waiting to know whether a cheaper one keeps its limits.
    fn is_awake(&self, alternative: usize) -> bool {
        let waits_for =
            |other: usize| self.contenders[other].is_in() && self.is_unjudged(other) && self.beats(other, alternative) == Some(true);
        self.contenders[alternative].is_in() && !(0..self.contenders.len()).any(waits_for)
    }

    /// Whether an alternative that is awake has a test that its next value may end.
    fn needs_more(&self, alternative: usize, awake: &[bool]) -> bool {
        let this = &self.contenders[alternative];
        if this.values >= self.rules.at_most {
            return false;
        }
        let races = |other: usize| awake[other] && self.beats(alternative, other).is_none() && self.contenders[other].values >= this.values;
        self.is_unjudged(alternative) || (0..self.contenders.len()).any(races)
    }

    /// Shows each undecided race of two that are in the values that both have.
    fn run_races(&mut self) {
        if self.rules.indifference.is_none() {
            return;
        }
        for low in 0..self.contenders.len() {
            for high in low + 1..self.contenders.len() {
                let at = self.pair(low, high);
                let (one, other) = (&self.contenders[low], &self.contenders[high]);
                let (race, seen) = &mut self.races[at];
                if race.found().is_some() || !one.is_in() || !other.is_in() {
                    continue;
                }
                let known = one.known_cost - other.known_cost;
                for (a, b) in one.costs.iter().zip(&other.costs).skip(*seen as usize) {
                    race.add(known + a - b);
                    *seen += 1;
                }
            }
        }
    }

    /// Those that cost more than one that is in and keeps its limits are out. One after the other, so that tests that
    /// contradict each other in a circle leave one.
    fn drop_dearer(&mut self) {
        for than in 0..self.contenders.len() {
            let this = &self.contenders[than];
            if !this.is_in() || !this.keeps_limits() {
                continue;
            }
            for dearer in 0..self.contenders.len() {
                if self.contenders[dearer].is_in() && self.beats(than, dearer) == Some(true) {
                    self.contenders[dearer].fate = Fate::Dearer(than);
                }
            }
        }
    }

    /// Nobody is wanted any more: of those that are left the mean decides, and who was undecided but costs more than the
    /// chosen one had no say.
    fn choose(&mut self) {
        let left: Vec<usize> = (0..self.contenders.len()).filter(|i| self.contenders[*i].is_in()).collect();
        let by_mean = |a: &&usize, b: &&usize| self.contenders[**a].mean_cost().total_cmp(&self.contenders[**b].mean_cost());
        let Some(best) = left.iter().min_by(by_mean).copied() else { return };
        for close in left.into_iter().filter(|i| *i != best) {
            self.contenders[close].fate = Fate::Close(best);
        }
        for other in 0..self.contenders.len() {
            if self.contenders[other].fate == Fate::Undecided && self.beats(best, other) == Some(true) {
                self.contenders[other].fate = Fate::Dearer(best);
            }
        }
    }
}

#[cfg(test)]
mod tests;
