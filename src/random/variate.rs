//! A law made ready to be drawn from.

use rand::distr::Distribution;
use rand_distr::Triangular;
use rand_distr::weighted::WeightedAliasIndex;

use super::counts::Counts;
use super::elementary::{exp, exp_each, ln, ln_each};
use super::normal::{normal_cdf, normal_deviate, normal_deviate_each};
use super::{Draws, Law, Purpose, StreamKey};

/// A law with everything computed that does not change from draw to draw. Values are never negative.
#[derive(Clone, Debug)]
pub enum Variate {
    /// Always the same.
    Constant(f64),
    /// Lower end and width.
    Uniform(f64, f64),
    /// By inversion, which needs a square root only.
    Triangular(Triangular<f64>),
    /// Mean, standard deviation, and the share below zero that is cut off; by inversion.
    Normal(f64, f64, f64),
    /// Mean and standard deviation of the logarithm; by inversion.
    LogNormal(f64, f64),
    /// By the method of Marsaglia and Tsang.
    Gamma(Gamma),
    /// Scale and the inverse of the shape; by inversion.
    Weibull(f64, f64),
    /// Mean; by inversion.
    Exponential(f64),
    /// Lower end, width, and two gammas whose share of their sum is beta.
    Beta(f64, f64, Gamma, Gamma),
    /// The law of a part and the number of parts; by inversion of each.
    Counts(Counts, u32),
    /// Values and an index by weight.
    Empirical(Vec<f64>, WeightedAliasIndex<f64>),
}

impl Variate {
    /// Prepares a law whose parameters are sound ([`Law::problem`]); of an unsound one, its mean as a
    /// constant.
    #[must_use]
    pub fn new(law: &Law) -> Self {
        if law.problem().is_some() {
            return Self::Constant(law.mean());
        }
        match *law {
            Law::Normal { mean, sd } | Law::LogNormal { mean, sd } if sd == 0.0 => Self::Constant(mean),
            Law::Constant(v) => Self::Constant(v),
            Law::Uniform { min, max } => Self::Uniform(min, max - min),
            Law::Triangular { min, mode, max } => Triangular::new(min, max, mode).map_or(Self::Constant(mode), Self::Triangular),
            Law::Normal { mean, sd } => Self::Normal(mean, sd, normal_cdf(-mean / sd)),
            Law::LogNormal { mean, sd } => {
                let variance = libm::log1p((sd / mean) * (sd / mean));
                Self::LogNormal(libm::log(mean) - variance / 2.0, variance.sqrt())
            }
            Law::Gamma { mean, sd } => Self::Gamma(Gamma::new((mean / sd) * (mean / sd), sd * sd / mean)),
            Law::Erlang { mean, shape } => Self::Gamma(Gamma::new(f64::from(shape), mean / f64::from(shape))),
            Law::Weibull { mean, sd } => {
                let shape = weibull_shape(sd / mean);
                Self::Weibull(mean / libm::tgamma(1.0 + 1.0 / shape), 1.0 / shape)
            }
            Law::Exponential { mean } => Self::Exponential(mean),
            Law::Pert { min, mode, max } => {
                // Weight 4 on the mode: Malcolm, Roseboom, Clark & Fazar (1959), Operations Research 7(5), 646-669.
                let width = max - min;
                Self::Beta(
                    min,
                    width,
                    Gamma::new(1.0 + 4.0 * (mode - min) / width, 1.0),
                    Gamma::new(1.0 + 4.0 * (max - mode) / width, 1.0),
                )
            }
            Law::Beta { min, max, mean, sd } => {
                let width = max - min;
                let (m, s) = ((mean - min) / width, sd / width);
                let total = m * (1.0 - m) / (s * s) - 1.0;
                Self::Beta(min, width, Gamma::new(m * total, 1.0), Gamma::new((1.0 - m) * total, 1.0))
            }
            Law::Poisson { mean: 0.0 } => Self::Constant(0.0),
            Law::Poisson { mean } => {
                // A table is as long as some twenty standard deviations; a sum of independent Poisson counts is Poisson.
                let parts = (mean / 1e6).ceil();
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "saturates far above any number of boxes"
                )]
                Self::Counts(Counts::poisson(mean / parts), parts as u32)
            }
            Law::Binomial { trials, share } if share <= 0.0 || share >= 1.0 => Self::Constant(f64::from(trials) * share),
            Law::Binomial { trials, share } => Self::Counts(Counts::binomial(trials, share), 1),
            Law::Empirical { ref values, ref weights } => {
                WeightedAliasIndex::new(weights.clone()).map_or(Self::Constant(law.mean()), |index| Self::Empirical(values.clone(), index))
            }
        }
    }

    /// The first values of the streams of entities in a row, of which `first` is the number of the first. What is worked out for one
    /// does not wait for another, stage by stage.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "a few")]
    pub fn draw_firsts<const N: usize>(&self, key: StreamKey, flow: Purpose, first: u32) -> [f64; N] {
        let number = |i: usize| first.wrapping_add(i as u32);
        match *self {
            Self::Constant(v) => [v; N],
            Self::LogNormal(mu, sigma) => {
                let mut logarithms = normal_deviate_each(key.firsts(flow, first)[0]);
                for x in &mut logarithms {
                    *x = mu + sigma * *x;
                }
                exp_each(logarithms)
            }
            Self::Exponential(mean) => {
                let mut values = ln_each(key.firsts(flow, first)[0]);
                for x in &mut values {
                    *x *= -mean;
                }
                values
            }
            Self::Gamma(ref gamma) => {
                let numbers: [[f64; N]; 2] = key.firsts(flow, first);
                let deviates = normal_deviate_each(numbers[0]);
                std::array::from_fn(|i| {
                    gamma
                        .draw_once(deviates[i], numbers[1][i])
                        // The few whose first two numbers are not enough draw on.
                        .unwrap_or_else(|| gamma.draw(&mut key.draws(flow, number(i))))
                })
            }
            _ => std::array::from_fn(|i| self.draw(&mut key.draws(flow, number(i)))),
        }
    }

    /// One value, in the unit of the law.
    #[inline]
    pub fn draw(&self, draws: &mut Draws) -> f64 {
        match *self {
            Self::Constant(v) => v,
            Self::Exponential(mean) => -mean * ln(draws.uniform()),
            Self::LogNormal(mu, sigma) => exp(mu + sigma * normal_deviate(draws.uniform())),
            Self::Gamma(ref gamma) => gamma.draw(draws),
            Self::Uniform(min, width) => min + width * draws.uniform(),
            Self::Triangular(ref law) => law.sample(draws),
            Self::Normal(mean, sd, below) => (mean + sd * normal_deviate(below + (1.0 - below) * draws.uniform())).max(0.0),
            Self::Weibull(scale, power) => scale * libm::pow(-libm::log(draws.uniform()), power),
            Self::Beta(min, width, ref a, ref b) => {
                let (x, y) = (a.draw(draws), b.draw(draws));
                min + width * x / (x + y)
            }
            Self::Counts(ref counts, 1) => counts.quantile(draws.uniform()),
            Self::Counts(ref counts, parts) => (0..parts).map(|_| counts.quantile(draws.uniform())).sum(),
            Self::Empirical(ref values, ref index) => values[index.sample(draws)],
        }
    }
}

/// The gamma law for any shape: Marsaglia & Tsang (2000), A simple method for generating gamma
/// variables, ACM TOMS 26(3), 363-372; shapes below one by their note on page 371.
#[derive(Clone, Copy, Debug)]
pub struct Gamma {
    d: f64,
    c: f64,
    scale: f64,
    /// For a shape below one, its inverse: the power of the uniform to multiply with.
    boost: Option<f64>,
}

impl Gamma {
    fn new(shape: f64, scale: f64) -> Self {
        let boosted = if shape < 1.0 { shape + 1.0 } else { shape };
        let d = boosted - 1.0 / 3.0;
        Self {
            d,
            c: 1.0 / (9.0 * d).sqrt(),
            scale,
            boost: (shape < 1.0).then(|| 1.0 / shape),
        }
    }

    fn draw(&self, draws: &mut Draws) -> f64 {
        loop {
            let Some(candidate) = self.candidate(normal_deviate(draws.uniform())) else {
                continue;
            };
            if self.accepts(candidate, draws.uniform()) {
                let x = self.d * candidate.0 * self.scale;
                return self.boost.map_or(x, |power| x * libm::pow(draws.uniform(), power));
            }
        }
    }

    /// What [`Gamma::draw`] gives from a normal deviate of its first number and from its second, where these are enough.
    #[inline]
    fn draw_once(&self, deviate: f64, second: f64) -> Option<f64> {
        let candidate = self.candidate(deviate)?;
        (self.boost.is_none() && self.accepts(candidate, second)).then_some(self.d * candidate.0 * self.scale)
    }

    /// A candidate from a normal deviate: the variate divided by `d`, and the square of the deviate.
    #[inline]
    fn candidate(&self, z: f64) -> Option<(f64, f64)> {
        let t = 1.0 + self.c * z;
        (t > 0.0).then_some((t * t * t, z * z))
    }

    /// Whether a candidate is accepted, by another number.
    #[inline]
    fn accepts(&self, (v, z2): (f64, f64), u: f64) -> bool {
        // The first test spares the logarithms in 98 of 100 draws.
        u < 1.0 - 0.0331 * z2 * z2 || ln(u) < 0.5 * z2 + self.d * (1.0 - v + ln(v))
    }
}

/// The Weibull shape with this coefficient of variation, by bisection of
/// cv^2 + 1 = G(1 + 2/k) / G(1 + 1/k)^2, which falls as k grows.
fn weibull_shape(cv: f64) -> f64 {
    let target = libm::log1p(cv * cv);
    let (mut low, mut high) = (0.02_f64, 1_000.0_f64);
    for _ in 0..200 {
        let k = f64::midpoint(low, high);
        if libm::lgamma(1.0 + 2.0 / k) - 2.0 * libm::lgamma(1.0 + 1.0 / k) > target {
            low = k;
        } else {
            high = k;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{self as exact, ContinuousCDF, Discrete};

    fn sample(law: &Law, n: u32) -> Vec<f64> {
        let variate = Variate::new(law);
        let key = Purpose::named("test").key(1, 1);
        (0..n).map(|i| variate.draw(&mut key.draws(Purpose::named("flow"), i))).collect()
    }

    /// Kolmogorov-Smirnov against an independent distribution function. With n = 100,000 the statistic
    /// exceeds 2.0 / sqrt(n) with probability 2 exp(-8) = 0.07 % for a right law; the seed is fixed and
    /// the laws are eleven, so the level of the whole test is 0.8 %.
    fn fits(law: &Law, cdf: impl Fn(f64) -> f64) {
        let mut v = sample(law, 100_000);
        v.sort_by(f64::total_cmp);
        #[allow(clippy::cast_precision_loss)]
        let n = v.len() as f64;
        #[allow(clippy::cast_precision_loss)]
        let d = v
            .iter()
            .enumerate()
            .map(|(i, x)| ((i as f64 + 0.5) / n - cdf(*x)).abs())
            .fold(0.0, f64::max);
        assert!(d < 2.0 / n.sqrt(), "{law:?}: {d}");
        // The tails, to which that statistic is blind: the lowest and the highest thousandth hold Poisson-like counts of
        // mean 100, which leave 100 +- 42 with a chance below 1e-4; for twenty-two tails that adds 0.2 %.
        let low = v.iter().filter(|x| cdf(**x) < 0.001).count();
        let high = v.iter().filter(|x| cdf(**x) > 0.999).count();
        assert!((58..=142).contains(&low) && (58..=142).contains(&high), "{law:?}: {low} {high}");
    }

    /// Chi-square of counts against independent probabilities, cells of fewer than 10 expected put together in the two
    /// tails; exceeds its 99.9 % quantile with a chance of 0.1 % for a right law.
    fn counts_fit(law: &Law, share: impl Fn(u64) -> f64) {
        let v = sample(law, 100_000);
        let n = 100_000.0;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let most = 4 * law.mean().ceil() as u64 + 40;
        let (mut cells, mut expected, mut found) = (Vec::new(), 0.0, 0.0);
        for count in 0..=most {
            expected += share(count) * n;
            #[allow(clippy::cast_precision_loss, clippy::float_cmp)]
            let here = v.iter().filter(|x| **x == count as f64).count() as f64;
            found += here;
            if expected >= 10.0 {
                cells.push((expected, found));
                (expected, found) = (0.0, 0.0);
            }
        }
        if let Some(last) = cells.last_mut() {
            last.0 += expected;
            last.1 += found;
        }
        let all: f64 = cells.iter().map(|(_, found)| found).sum();
        assert!((all - n).abs() < 0.5, "{law:?}: {all} of {n} are counts in range");
        let statistic: f64 = cells.iter().map(|(expected, found)| (found - expected).powi(2) / expected).sum();
        #[allow(clippy::cast_precision_loss)]
        let limit = exact::ChiSquared::new(cells.len() as f64 - 1.0).unwrap().inverse_cdf(0.999);
        assert!(statistic < limit, "{law:?}: {statistic} above {limit}");
    }

    #[test]
    fn counts_fit_their_probabilities() {
        for mean in [0.7, 4.0, 30.0] {
            counts_fit(&Law::Poisson { mean }, |n| exact::Poisson::new(mean).unwrap().pmf(n));
        }
        for (trials, share) in [(48, 0.1), (50, 0.96)] {
            counts_fit(&Law::Binomial { trials, share }, |n| {
                exact::Binomial::new(share, u64::from(trials)).unwrap().pmf(n)
            });
        }
        let weights = [3.0, 0.0, 1.0];
        counts_fit(
            &Law::Empirical {
                values: vec![0.0, 1.0, 2.0],
                weights: weights.to_vec(),
            },
            |n| weights.get(usize::try_from(n).unwrap()).map_or(0.0, |w| w / 4.0),
        );
    }

    #[test]
    fn continuous_laws_fit_their_distribution_functions() {
        fits(&Law::Exponential { mean: 3.0 }, |x| exact::Exp::new(1.0 / 3.0).unwrap().cdf(x));
        fits(&Law::Uniform { min: 2.0, max: 5.0 }, |x| ((x - 2.0) / 3.0).clamp(0.0, 1.0));
        fits(
            &Law::Triangular {
                min: 1.0,
                mode: 2.0,
                max: 5.0,
            },
            |x| exact::Triangular::new(1.0, 5.0, 2.0).unwrap().cdf(x),
        );
        let sigma = libm::log1p(0.36f64).sqrt();
        fits(&Law::LogNormal { mean: 90.0, sd: 54.0 }, |x| {
            exact::LogNormal::new(90f64.ln() - sigma * sigma / 2.0, sigma).unwrap().cdf(x)
        });
        fits(&Law::Gamma { mean: 60.0, sd: 18.0 }, |x| {
            exact::Gamma::new(1.0 / 0.09, 1.0 / (0.09 * 60.0)).unwrap().cdf(x)
        });
        fits(&Law::Gamma { mean: 1.0, sd: 2.0 }, |x| {
            exact::Gamma::new(0.25, 0.25).unwrap().cdf(x)
        });
        fits(&Law::Erlang { mean: 6.0, shape: 3 }, |x| {
            exact::Gamma::new(3.0, 0.5).unwrap().cdf(x)
        });
        // Shape 2 has cv^2 = 4 / pi - 1.
        let cv = (4.0 / std::f64::consts::PI - 1.0).sqrt();
        let scale = 2.0 / std::f64::consts::PI.sqrt();
        fits(&Law::Weibull { mean: 1.0, sd: cv }, |x| {
            exact::Weibull::new(2.0, scale).unwrap().cdf(x)
        });
        fits(
            &Law::Pert {
                min: 0.0,
                mode: 1.0,
                max: 4.0,
            },
            |x| exact::Beta::new(2.0, 4.0).unwrap().cdf(x / 4.0),
        );
        // On 0 to 1 a mean of 0.25 and a variance of 0.04, so that both shapes sum to 0.25 * 0.75 / 0.04 - 1 = 3.6875.
        fits(
            &Law::Beta {
                min: 1.0,
                max: 5.0,
                mean: 2.0,
                sd: 0.8,
            },
            |x| exact::Beta::new(0.921_875, 2.765_625).unwrap().cdf((x - 1.0) / 4.0),
        );
        let (normal, below) = (
            exact::Normal::new(1.0, 1.0).unwrap(),
            exact::Normal::new(1.0, 1.0).unwrap().cdf(0.0),
        );
        fits(&Law::Normal { mean: 1.0, sd: 1.0 }, |x| (normal.cdf(x) - below) / (1.0 - below));
    }

    /// Mean and variance within four standard errors.
    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn counts_have_their_means_and_variances() {
        let n = 100_000;
        for (law, variance) in [
            (Law::Poisson { mean: 4.0 }, 4.0),
            (Law::Poisson { mean: 700.0 }, 700.0),
            (Law::Binomial { trials: 48, share: 0.1 }, 48.0 * 0.09),
            (
                Law::Empirical {
                    values: vec![1.0, 5.0],
                    weights: vec![3.0, 1.0],
                },
                3.0,
            ),
        ] {
            let v = sample(&law, n);
            let mean = v.iter().sum::<f64>() / f64::from(n);
            let spread = v.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(n - 1);
            assert!(
                (mean - law.mean()).abs() < 4.0 * (variance / f64::from(n)).sqrt(),
                "{law:?}: {mean}"
            );
            assert!((spread / variance - 1.0).abs() < 0.03, "{law:?}: {spread}");
        }
    }

    /// The first of a stream is the same by its short way.
    #[test]
    fn the_first_value_of_a_stream() {
        let laws = [
            Law::LogNormal { mean: 90.0, sd: 54.0 },
            Law::Exponential { mean: 3.0 },
            Law::Gamma { mean: 60.0, sd: 50.0 },
            Law::Gamma { mean: 1.0, sd: 2.0 },
            Law::Uniform { min: 2.0, max: 5.0 },
        ];
        let (key, flow) = (Purpose::named("test").key(1, 1), Purpose::named("flow"));
        for variate in laws.iter().map(Variate::new) {
            for first in (0..40_000).step_by(4) {
                for (number, x) in (first..).zip(variate.draw_firsts::<4>(key, flow, first)) {
                    assert_eq!(x.to_bits(), variate.draw(&mut key.draws(flow, number)).to_bits());
                }
            }
        }
    }

    /// A zero spread is a constant, and equal parameters give equal draws.
    #[test]
    fn degenerate_laws() {
        assert!(
            sample(&Law::Normal { mean: 5.0, sd: 0.0 }, 3)
                .iter()
                .all(|v| v.to_bits() == 5f64.to_bits())
        );
        assert!(
            sample(&Law::LogNormal { mean: 5.0, sd: 0.0 }, 3)
                .iter()
                .all(|v| v.to_bits() == 5f64.to_bits())
        );
    }
}
