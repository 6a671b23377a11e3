//! Probability laws as a planner states them: by mean and spread, or by minimum, mode and maximum.

/// A probability law with its parameters in the base unit of what it describes (milliseconds for a
/// time, one for a count). Construction does not check; [`Law::problem`] does.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always the same value.
    Constant(f64),
    /// Every value between the two is as likely.
    Uniform {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// A triangle over the range with its peak at the mode.
    Triangular {
        /// The smallest value.
        min: f64,
        /// The likeliest value.
        mode: f64,
        /// The largest value.
        max: f64,
    },
    /// The bell curve, cut off below zero (values below zero are not drawn).
    Normal {
        /// The mean before the cut.
        mean: f64,
        /// The standard deviation before the cut.
        sd: f64,
    },
    /// The logarithm is normal.
    LogNormal {
        /// The mean of the values themselves.
        mean: f64,
        /// The standard deviation of the values themselves.
        sd: f64,
    },
    /// The gamma law.
    Gamma {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// The sum of `shape` exponentials.
    Erlang {
        /// The mean of the sum.
        mean: f64,
        /// How many exponentials.
        shape: u32,
    },
    /// The Weibull law.
    Weibull {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// Without memory.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// The beta law over a range by its mode, with weight 4 on the mode.
    Pert {
        /// The smallest value.
        min: f64,
        /// The likeliest value.
        mode: f64,
        /// The largest value.
        max: f64,
    },
    /// The beta law over a range by its mean and standard deviation.
    Beta {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// Counts of rare events.
    Poisson {
        /// The mean.
        mean: f64,
    },
    /// Counts of successes.
    Binomial {
        /// How many trials.
        trials: u32,
        /// The chance of each, 0..1.
        share: f64,
    },
    /// The given values with the given weights.
    Empirical {
        /// The values.
        values: Vec<f64>,
        /// Their weights, as many as values, not all zero.
        weights: Vec<f64>,
    },
}

impl Law {
    /// What makes the parameters impossible: the parameter at fault and what it must be.
    /// `None` means that the law can be drawn from.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, &'static str)> {
        let positive = |name, v: f64| (v.is_nan() || v <= 0.0).then_some((name, "must be above zero"));
        let spread = |v: f64| (v.is_nan() || v < 0.0).then_some(("sd", "must not be negative"));
        let ordered = |min: f64, max: f64| (min.is_nan() || max.is_nan() || min >= max).then_some(("max", "must be above `min`"));
        let within = |min: f64, mode: f64, max: f64| (mode < min || mode > max).then_some(("mode", "must lie between `min` and `max`"));
        match *self {
            Self::Constant(v) => (v.is_nan() || v < 0.0).then_some(("value", "must not be negative")),
            Self::Uniform { min, max } => (min < 0.0).then_some(("min", "must not be negative")).or_else(|| ordered(min, max)),
            Self::Triangular { min, mode, max } | Self::Pert { min, mode, max } => (min < 0.0)
                .then_some(("min", "must not be negative"))
                .or_else(|| ordered(min, max))
                .or_else(|| within(min, mode, max)),
            // Below zero lies at most half of the bell, so the cut is never a rare event.
            Self::Normal { mean, sd } => (mean < 0.0).then_some(("mean", "must not be negative")).or_else(|| spread(sd)),
            Self::LogNormal { mean, sd } => positive("mean", mean).or_else(|| spread(sd)),
            Self::Gamma { mean, sd } | Self::Weibull { mean, sd } => positive("mean", mean).or_else(|| positive("sd", sd)),
            Self::Erlang { mean, shape } => positive("mean", mean).or_else(|| (shape == 0).then_some(("shape", "must be 1 or more"))),
            Self::Exponential { mean } => positive("mean", mean),
            Self::Beta { min, max, mean, sd } => (min < 0.0)
                .then_some(("min", "must not be negative"))
                .or_else(|| ordered(min, max))
                .or_else(|| (mean <= min || mean >= max).then_some(("mean", "must lie between `min` and `max`")))
                .or_else(|| positive("sd", sd))
                .or_else(|| (sd * sd >= (mean - min) * (max - mean)).then_some(("sd", "is too large for the range"))),
            Self::Poisson { mean } => (mean.is_nan() || mean < 0.0).then_some(("mean", "must not be negative")),
            Self::Binomial { share, .. } => (!(0.0..=1.0).contains(&share)).then_some(("share", "must lie between 0 and 1")),
            Self::Empirical { ref values, ref weights } => {
                if values.is_empty() {
                    Some(("values", "must hold at least one value"))
                } else if values.iter().any(|v| v.is_nan() || *v < 0.0) {
                    Some(("values", "must not be negative"))
                } else if weights.len() != values.len() {
                    Some(("weights", "must be as many as the values"))
                } else if weights.iter().any(|w| w.is_nan() || *w < 0.0) || weights.iter().sum::<f64>() <= 0.0 {
                    Some(("weights", "must not be negative, nor all zero"))
                } else {
                    None
                }
            }
        }
    }

    /// The mean; of a normal law, the mean after the cut at zero is close to, not equal to, this one
    /// where the spread is large.
    #[must_use]
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Constant(v) => v,
            Self::Uniform { min, max } => f64::midpoint(min, max),
            Self::Triangular { min, mode, max } => (min + mode + max) / 3.0,
            Self::Pert { min, mode, max } => (min + 4.0 * mode + max) / 6.0,
            Self::Normal { mean, .. }
            | Self::LogNormal { mean, .. }
            | Self::Gamma { mean, .. }
            | Self::Erlang { mean, .. }
            | Self::Weibull { mean, .. }
            | Self::Exponential { mean }
            | Self::Beta { mean, .. }
            | Self::Poisson { mean } => mean,
            Self::Binomial { trials, share } => f64::from(trials) * share,
            Self::Empirical { ref values, ref weights } => {
                let total: f64 = weights.iter().sum();
                values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / total
            }
        }
    }

    /// No value is smaller than this.
    #[must_use]
    pub fn least(&self) -> f64 {
        match *self {
            Self::Constant(v) => v,
            Self::Uniform { min, .. } | Self::Triangular { min, .. } | Self::Pert { min, .. } | Self::Beta { min, .. } => min,
            Self::Empirical { ref values, ref weights } => {
                let drawn = values.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
                drawn.map(|(value, _)| *value).reduce(f64::min).unwrap_or(0.0)
            }
            _ => 0.0,
        }
    }

    /// The value, where there is only one.
    #[must_use]
    pub fn constant(&self) -> Option<f64> {
        match *self {
            Self::Constant(v) => Some(v),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Law;

    #[test]
    fn sound_and_unsound_parameters() {
        let sound = [
            Law::Constant(0.0),
            Law::Uniform { min: 0.0, max: 1.0 },
            Law::Pert {
                min: 1.0,
                mode: 1.0,
                max: 2.0,
            },
            Law::Normal { mean: 0.0, sd: 1.0 },
            Law::Beta {
                min: 0.0,
                max: 1.0,
                mean: 0.5,
                sd: 0.2,
            },
            Law::Binomial { trials: 0, share: 1.0 },
            Law::Empirical {
                values: vec![1.0, 2.0],
                weights: vec![0.0, 1.0],
            },
        ];
        for law in sound {
            assert_eq!(law.problem(), None, "{law:?}");
        }
        let unsound = [
            (Law::Constant(-1.0), "value"),
            (Law::Constant(f64::NAN), "value"),
            (Law::Uniform { min: 2.0, max: 1.0 }, "max"),
            (
                Law::Triangular {
                    min: 1.0,
                    mode: 3.0,
                    max: 2.0,
                },
                "mode",
            ),
            (Law::LogNormal { mean: 1.0, sd: -0.1 }, "sd"),
            (Law::Gamma { mean: 1.0, sd: 0.0 }, "sd"),
            (Law::Exponential { mean: 0.0 }, "mean"),
            (
                Law::Beta {
                    min: 0.0,
                    max: 1.0,
                    mean: 0.5,
                    sd: 0.6,
                },
                "sd",
            ),
            (Law::Binomial { trials: 3, share: 1.1 }, "share"),
            (
                Law::Empirical {
                    values: vec![],
                    weights: vec![],
                },
                "values",
            ),
        ];
        for (law, parameter) in unsound {
            assert_eq!(law.problem().map(|p| p.0), Some(parameter), "{law:?}");
        }
    }
}
