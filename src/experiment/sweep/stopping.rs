//! How many replications a point needs.

use super::plan::{Plan, Point};
use crate::stats::estimate;

/// How many replications of a point are needed, as far as is known from those that there are: `values` gives what the
/// rule's measures came to in each replication, from the first, absent where there was nothing to measure.
///
/// The answer depends on the replications in their order alone, never on which of them finished first, which would
/// favour short runs (Glynn & Heidelberger (1991), ACM TOMACS 1(1), 3-23). It is reached in rounds: after `least`
/// replications, and then after as many as the spread so far asks for, at most twice as many as before. A point has
/// enough when every half-width is at most g / (1 + g) of its mean for the tolerated relative error g (Law (2015),
/// Simulation Modeling and Analysis, 5th ed., section 9.4.1), or when there are `most`.
#[must_use]
pub fn needed(plan: &Plan, point: &Point, values: &[Vec<Option<f64>>]) -> u32 {
    let Some(rule) = &plan.stopping else { return point.replications };
    let mut round = rule.least.min(rule.most);
    while (round as usize) <= values.len() && round < rule.most {
        let seen = &values[..round as usize];
        let asked = (0..rule.measures.len()).map(|measure| {
            let values = seen.iter().filter_map(|run| run.get(measure).copied().flatten());
            let estimate = estimate(values, plan.confidence)?;
            Some(estimate.half_width? / (rule.relative / (1.0 + rule.relative) * estimate.mean.abs()))
        });
        // A measure without a value, or with a mean of zero, is never precise.
        let worst = asked
            .map(|ratio| ratio.filter(|r| !r.is_nan()).unwrap_or(f64::INFINITY))
            .fold(0.0, f64::max);
        if worst <= 1.0 {
            return round;
        }
        round = next(round, worst).min(rule.most);
    }
    round
}

/// The half-width shrinks as one over the root of the number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn next(round: u32, ratio: f64) -> u32 {
    let wanted = (f64::from(round) * ratio * ratio).ceil().min(f64::from(u32::MAX));
    (wanted as u32).clamp(round + 1, round.saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::sweep::StoppingRule;
    use crate::experiment::sweep::tests::built;

    fn plan(relative: f64) -> Plan {
        let mut plan = built("[factors.a]\nkey = 'flows.west.growth'\nvalues = [1]");
        plan.stopping = Some(StoppingRule {
            relative,
            measures: vec![0],
            least: 4,
            most: 50,
        });
        plan
    }

    fn needs(relative: f64, values: &[f64]) -> u32 {
        let plan = plan(relative);
        let values: Vec<_> = values.iter().map(|value| vec![Some(*value)]).collect();
        needed(&plan, &plan.points[0], &values)
    }

    /// Values 9, 11, 9, 11: mean 10, s = 2 / sqrt(3), half-width t(.975; 3) s / 2 = 3.1824 x .57735 = 1.8374.
    /// For 25 % it may be 10 / 5 = 2: enough. For 20 % 10 / 6 = 1.667: (1.8374 / 1.667)^2 x 4 = 4.86, so 5.
    /// For 5 % 10 / 21 = 0.476: 59 would be asked for, so twice as many as before.
    #[test]
    fn rounds_by_hand() {
        let four = [9.0, 11.0, 9.0, 11.0];
        assert_eq!(needs(0.25, &four), 4);
        assert_eq!(needs(0.20, &four), 5);
        assert_eq!(needs(0.05, &four), 8);
        assert_eq!(needs(0.05, &four[..3]), 4, "before the first look");
        // What came beyond the round has no say.
        assert_eq!(needs(0.25, &[9.0, 11.0, 9.0, 11.0, 1_000.0]), 4);
        // Eight are seen: s = sqrt(8 / 7), half-width 2.3646 x 1.0690 / 2.8284 = 0.8938; (0.8938 / 0.4762)^2 x 8 = 28.2.
        assert_eq!(needs(0.05, &[four, four].concat()), 16);
        let many: Vec<f64> = [0.0, 20.0].into_iter().cycle().take(64).collect();
        assert_eq!(needs(0.01, &many), 50, "never beyond the most");
        assert_eq!(needs(0.01, &[0.0; 64]), 50, "a mean of zero is never precise");
    }
}
