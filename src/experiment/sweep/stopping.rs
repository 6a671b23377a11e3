//! How many replications a point needs.

use super::plan::{Plan, Point};
use crate::stats::{Precision, bonferroni_level, estimate};

/// How many replications of a point are needed, as far as is known from those that there are: `values` gives what the
/// measures of the rule's goals came to in each replication, from the first, absent where there was nothing to measure.
///
/// The answer depends on the replications in their order alone, never on which of them finished first, which would
/// favour short runs (Glynn & Heidelberger (1991), ACM TOMACS 1(1), 3-23). It is reached in whole rounds: after the
/// point's `replications`, and then after as many as the spread so far asks for, at most twice as many as before. A point has
/// enough when every goal is reached, as [`Precision`] has it, at the level of the plan corrected for their number; or when
/// there are `at_most`.
#[must_use]
pub fn needed(plan: &Plan, point: &Point, values: &[Vec<Option<f64>>]) -> u32 {
    let Some(rule) = &plan.stopping else { return point.replications };
    let level = bonferroni_level(plan.confidence, rule.goals.len() as u32);
    let mut round = point.replications.min(rule.at_most);
    while (round as usize) <= values.len() && round < rule.at_most {
        let seen = &values[..round as usize];
        // How many times too wide each interval is; a measure without a value is never known.
        let too_wide = rule.goals.iter().enumerate().map(|(at, goal)| {
            let values = seen.iter().filter_map(|run| run.get(at).copied().flatten());
            let Some(estimate) = estimate(values, level) else {
                return f64::INFINITY;
            };
            let precision = Precision { within: goal.within };
            if precision.reached(&estimate) {
                return 0.0;
            }
            let share = Precision::relative_half_width(&estimate).unwrap_or(f64::INFINITY);
            share / (goal.within / (1.0 + goal.within))
        });
        let worst = too_wide.fold(0.0, f64::max);
        if worst == 0.0 {
            return round;
        }
        round = next(round, worst).min(rule.at_most);
    }
    round
}

/// The half-width shrinks as one over the root of the number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn next(round: u32, too_wide: f64) -> u32 {
    let wanted = (f64::from(round) * too_wide * too_wide).ceil().min(f64::from(u32::MAX));
    (wanted as u32).clamp(round + 1, round.saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::sweep::tests::built;
    use crate::experiment::sweep::{PointGoal, StoppingRule};

    fn needs(within: f64, values: &[f64]) -> u32 {
        let mut plan = built("[run]\nreplications = 12\n[factors.a]\nkey = 'flows.west.growth'\nvalues = [1]");
        plan.stopping = Some(StoppingRule {
            goals: vec![PointGoal { measure: 0, within }],
            at_most: 50,
        });
        let values: Vec<_> = values.iter().map(|value| vec![Some(*value)]).collect();
        needed(&plan, &plan.points[0], &values)
    }

    /// Twelve times 9 and 11 in turn: mean 10, s = sqrt(12 / 11) = 1.0445, half-width t(.975; 11) s / sqrt(12) =
    /// 2.2010 x 1.0445 / 3.4641 = 0.6636. For 10 % it may be 10 / 11 = 0.909: enough. For 6 % 10 x .06 / 1.06 = 0.5660:
    /// (0.6636 / 0.5660)^2 x 12 = 16.5, so 17. For 4 % 0.3846: 35.7 would be asked for, so twice as many as before.
    #[test]
    fn rounds_by_hand() {
        let turns = |n: usize| -> Vec<f64> { [9.0, 11.0].into_iter().cycle().take(n).collect() };
        let twelve = turns(12);
        assert_eq!(needs(0.10, &twelve), 12);
        assert_eq!(needs(0.06, &twelve), 17);
        assert_eq!(needs(0.04, &twelve), 24);
        assert_eq!(needs(0.04, &twelve[..11]), 12, "before the first look");
        // What came beyond the round has no say.
        assert_eq!(needs(0.10, &[twelve.clone(), vec![1_000.0]].concat()), 12);
        // 24 are seen: s = sqrt(24 / 23), half-width 2.0687 x 1.0215 / 4.8990 = 0.4314; (0.4314 / 0.3846)^2 x 24 = 30.2.
        assert_eq!(needs(0.04, &turns(24)), 31);
        assert_eq!(needs(0.01, &turns(64)), 50, "never beyond the most");
        assert_eq!(needs(0.01, &[-1.0, 1.0].repeat(32)), 50, "a mean of zero is never precise");
        assert_eq!(needs(0.01, &[0.0; 64]), 12, "what does not vary is known");
    }
}
