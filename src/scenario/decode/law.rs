//! Laws: a constant, or a table with `law` and its parameters.

use super::super::document::Value;
use super::super::item::Item;
use super::super::layers::SPREAD;
use super::super::problem::ProblemKind;
use super::super::reader::Reader;
use crate::random::Law;
use crate::units::Dimension;

/// What a law describes, and so the unit of its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Times,
    Counts,
    Winds,
}

impl Of {
    fn expected(self) -> &'static str {
        match self {
            Self::Times => "a duration such as \"90 min\", or a table such as { law = \"lognormal\", mean = \"90 min\", cv = 0.6 }",
            Self::Counts => "a number such as 48, or a table such as { law = \"poisson\", mean = 48 }",
            Self::Winds => "a speed such as \"24 m/s\", or a table such as { law = \"weibull\", mean = \"22 m/s\", cv = 0.2 }",
        }
    }

    /// One value, in milliseconds for a time, metres a second for a wind.
    fn value(self, item: &Item<'_>) -> Option<f64> {
        match self {
            Self::Times => item.quantity(Dimension::Time),
            Self::Counts => item.positive_or_zero("a number, zero or more"),
            Self::Winds => item.quantity(Dimension::Wind),
        }
    }
}

/// Every law by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Constant,
    Uniform,
    Triangular,
    Normal,
    LogNormal,
    Gamma,
    Erlang,
    Weibull,
    Exponential,
    Pert,
    Beta,
    Poisson,
    Binomial,
    Empirical,
}

const WORDS: [(&str, Word); 14] = [
    ("constant", Word::Constant),
    ("uniform", Word::Uniform),
    ("triangular", Word::Triangular),
    ("normal", Word::Normal),
    ("lognormal", Word::LogNormal),
    ("gamma", Word::Gamma),
    ("erlang", Word::Erlang),
    ("weibull", Word::Weibull),
    ("exponential", Word::Exponential),
    ("pert", Word::Pert),
    ("beta", Word::Beta),
    ("poisson", Word::Poisson),
    ("binomial", Word::Binomial),
    ("empirical", Word::Empirical),
];

/// A law of a time, in milliseconds.
pub(super) fn of_times(item: &Item<'_>) -> Option<Law> {
    law(item, Of::Times)
}

/// A law of the speed of the wind, in metres a second.
pub(super) fn of_winds(item: &Item<'_>) -> Option<Law> {
    law(item, Of::Winds)
}

/// A law of a number of things.
pub(super) fn of_counts(item: &Item<'_>) -> Option<Law> {
    law(item, Of::Counts)
}

fn law(item: &Item<'_>, of: Of) -> Option<Law> {
    match item.node.value {
        Value::Table(_) => item.table(|reader| written_out(reader, of)).flatten(),
        Value::Text(_) | Value::Integer(_) | Value::Float(_) => of.value(item).map(Law::Constant),
        _ => item.wrong_type(of.expected()),
    }
}

fn written_out(reader: &mut Reader<'_>, of: Of) -> Option<Law> {
    let Some(word) = reader.required("law", "the name of a law, such as \"lognormal\"", |item| item.choice(&WORDS)) else {
        // The parameters are not unknown keys where the law itself is.
        for key in [
            "value", "min", "mode", "max", "mean", "sd", "cv", "shape", "trials", "share", "values", "weights",
        ] {
            let _ = reader.get(key);
        }
        return None;
    };
    let law = parameters(reader, word, of)?;
    if of != Of::Counts && matches!(law, Law::Poisson { .. } | Law::Binomial { .. }) {
        let item = reader.item();
        let what = if of == Of::Times { "times" } else { "speeds" };
        let problem = item.problem(ProblemKind::LawOfCounts(what));
        let remedy = (of == Of::Times).then(|| "for a time without memory write law = \"exponential\"".to_owned());
        return item.refuse(problem.remedy_if(remedy));
    }
    let Some((parameter, reason)) = law.problem() else {
        return Some(law);
    };
    // The spread is at fault under the name by which it was given.
    let parameter = if parameter == "sd" && reader.has("cv") { "cv" } else { parameter };
    let remedy = (matches!(parameter, "sd" | "cv") && law.mean() > 0.0 && reason == "must be above zero")
        .then(|| "where nothing varies, write the value alone instead of a table".to_owned());
    let item = reader.get(parameter).unwrap_or_else(|| reader.item().clone());
    item.refuse(item.problem(ProblemKind::LawParameter(reason)).remedy_if(remedy))
}

fn parameters(reader: &mut Reader<'_>, word: Word, of: Of) -> Option<Law> {
    match word {
        Word::Constant => value(reader, "value", of).map(Law::Constant),
        Word::Uniform => {
            let (min, max) = (value(reader, "min", of), value(reader, "max", of));
            Some(Law::Uniform { min: min?, max: max? })
        }
        Word::Triangular => three_points(reader, of).map(|(min, mode, max)| Law::Triangular { min, mode, max }),
        Word::Pert => three_points(reader, of).map(|(min, mode, max)| Law::Pert { min, mode, max }),
        Word::Normal => mean_and_spread(reader, of).map(|(mean, sd)| Law::Normal { mean, sd }),
        Word::LogNormal => mean_and_spread(reader, of).map(|(mean, sd)| Law::LogNormal { mean, sd }),
        Word::Gamma => mean_and_spread(reader, of).map(|(mean, sd)| Law::Gamma { mean, sd }),
        Word::Weibull => mean_and_spread(reader, of).map(|(mean, sd)| Law::Weibull { mean, sd }),
        Word::Exponential => value(reader, "mean", of).map(|mean| Law::Exponential { mean }),
        Word::Poisson => plain(reader, "mean").map(|mean| Law::Poisson { mean }),
        Word::Erlang => {
            let mean = value(reader, "mean", of);
            let shape = reader.required("shape", "how many exponentials are added, such as 3", |item| item.count(1));
            Some(Law::Erlang {
                mean: mean?,
                shape: shape?,
            })
        }
        Word::Beta => {
            let (min, max) = (value(reader, "min", of), value(reader, "max", of));
            let (mean, sd) = mean_and_spread(reader, of)?;
            Some(Law::Beta {
                min: min?,
                max: max?,
                mean,
                sd,
            })
        }
        Word::Binomial => {
            let trials = reader.required("trials", "how many trials, such as 50", |item| item.count(0));
            let share = reader.required("share", "a share between 0 and 1", Item::share);
            Some(Law::Binomial {
                trials: trials?,
                share: share?,
            })
        }
        Word::Empirical => empirical(reader, of),
    }
}

fn value(reader: &mut Reader<'_>, key: &'static str, of: Of) -> Option<f64> {
    let expected = match of {
        Of::Times => Dimension::Time.expected(),
        Of::Counts => "a number, zero or more",
        Of::Winds => Dimension::Wind.expected(),
    };
    reader.required(key, expected, |item| of.value(item))
}

/// A number without a unit, whatever the law describes.
fn plain(reader: &mut Reader<'_>, key: &'static str) -> Option<f64> {
    let expected = "a number, zero or more";
    reader.required(key, expected, |item| item.positive_or_zero(expected))
}

fn three_points(reader: &mut Reader<'_>, of: Of) -> Option<(f64, f64, f64)> {
    let points = (value(reader, "min", of), value(reader, "mode", of), value(reader, "max", of));
    Some((points.0?, points.1?, points.2?))
}

/// The mean and the standard deviation, which may be given as a share of the mean.
fn mean_and_spread(reader: &mut Reader<'_>, of: Of) -> Option<(f64, f64)> {
    let mean = value(reader, "mean", of);
    let sd = match reader.alternative(SPREAD)? {
        "sd" => value(reader, "sd", of),
        _ => plain(reader, "cv").zip(mean).map(|(cv, mean)| cv * mean),
    };
    mean.zip(sd)
}

fn empirical(reader: &mut Reader<'_>, of: Of) -> Option<Law> {
    let expected = "an array of observed values";
    let values = reader.required("values", expected, |item| all(item, expected, |entry| of.value(entry)));
    let weights = reader.get("weights");
    let values = values?;
    let weights = match weights {
        None => vec![1.0; values.len()],
        Some(item) => all(&item, "an array of weights", |entry| {
            entry.positive_or_zero("a weight, zero or more")
        })?,
    };
    Some(Law::Empirical { values, weights })
}

/// Every entry of an array, or nothing where one of them is wrong.
fn all(item: &Item<'_>, expected: &str, read: impl Fn(&Item<'_>) -> Option<f64>) -> Option<Vec<f64>> {
    let entries = item.array(expected)?;
    let values: Vec<_> = entries.iter().filter_map(read).collect();
    (values.len() == entries.len()).then_some(values)
}

/// A law of times that is not zero for ever.
pub(super) fn of_times_above_zero(item: &Item<'_>) -> Option<Law> {
    let law = of_times(item)?;
    if law.mean() > 0.0 {
        return Some(law);
    }
    let problem = item.problem(ProblemKind::Zero);
    item.refuse(problem.expected("a time above zero on average"))
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    #[test]
    fn laws_of_times() {
        for (text, law) in [
            ("'60 s'", Law::Constant(60_000.0)),
            ("{ law = 'uniform', min = '1 s', max = '2 s' }", Law::Uniform { min: 1e3, max: 2e3 }),
            ("{ law = 'gamma', mean = '10 s', cv = 0.5 }", Law::Gamma { mean: 1e4, sd: 5e3 }),
            ("{ law = 'gamma', mean = '10 s', sd = '5 s' }", Law::Gamma { mean: 1e4, sd: 5e3 }),
            ("{ law = 'erlang', mean = '10 s', shape = 2 }", Law::Erlang { mean: 1e4, shape: 2 }),
        ] {
            assert_eq!(read_x(&format!("x = {text}"), of_times), Ok(Some(law)), "{text}");
        }
        for (text, problem) in [
            ("60", "`x` has no unit"),
            ("true", "`x` is a bare true or false"),
            ("{}", "`x.law` is missing"),
            ("{ law = 'gamma', mean = '10 s' }", "`x` needs one of `sd` or `cv`"),
            (
                "{ law = 'gamma', mean = '10 s', sd = '1 s', cv = 1 }",
                "`x` gives `sd` and `cv`, of which there may be only one",
            ),
            ("{ law = 'gamma', mean = '10 s', sd = 0.5 }", "`x.sd` has no unit"),
            ("{ law = 'gamma', mean = '0 s', cv = 0.5 }", "`x.mean` must be above zero"),
            ("{ law = 'gamma', mean = '1 s', cv = 0 }", "`x.cv` must be above zero"),
            ("{ law = 'uniform', min = '2 s', max = '1 s' }", "`x.max` must be above `min`"),
            ("{ law = 'erlang', mean = '10 s', shape = 0 }", "`x.shape` is zero"),
            ("{ law = 'exponential', mean = '10 s', sd = '1 s' }", "`x.sd` is not a known key"),
            ("{ law = 'poisson', mean = 3 }", "`x` is a law of counts, not of times"),
            ("{ law = 'empirical', values = [] }", "`x.values` must hold at least one value"),
            (
                "{ law = 'empirical', values = ['1 s'], weights = [1, 2] }",
                "`x.weights` must be as many as the values",
            ),
            (
                "{ law = 'empirical', values = ['1 s'], weights = [0] }",
                "`x.weights` must not be negative, nor all zero",
            ),
            ("{ law = 'empirical', values = ['1 s', 2] }", "`x.values[1]` has no unit"),
        ] {
            assert_eq!(read_x(&format!("x = {text}"), of_times), Err(vec![problem.to_owned()]), "{text}");
        }
        assert_eq!(read_x("x = '0 s'", of_times_above_zero), Err(vec!["`x` is zero".to_owned()]));
    }

    #[test]
    fn laws_of_counts() {
        for (text, law) in [
            ("48", Law::Constant(48.0)),
            ("{ law = 'poisson', mean = 48 }", Law::Poisson { mean: 48.0 }),
            (
                "{ law = 'binomial', trials = 50, share = 1 }",
                Law::Binomial { trials: 50, share: 1.0 },
            ),
        ] {
            assert_eq!(read_x(&format!("x = {text}"), of_counts), Ok(Some(law)), "{text}");
        }
        for (text, problem) in [
            ("'48'", "`x` is a text"),
            ("-1", "`x` is negative"),
            ("{ law = 'binomial', trials = 50, share = 1.1 }", "`x.share` is out of range"),
            ("{ law = 'normal', mean = '1 min', cv = 1 }", "`x.mean` is a text"),
        ] {
            assert_eq!(read_x(&format!("x = {text}"), of_counts), Err(vec![problem.to_owned()]), "{text}");
        }
    }
}
