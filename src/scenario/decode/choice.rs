//! `[places.ID.choice.ID]`.

use super::super::item::Item;
use super::super::problem::{Problem, ProblemKind};
use super::super::types::{Choice, ChoiceRule, StepRef};
use super::place;

/// How many facilities there may be, so that a train can remember which it chose in a byte.
const MOST_OPTIONS: usize = 255;
const RULES: [(&str, Rule); 4] = [
    ("order", Rule::Order),
    ("least_queue", Rule::LeastQueue),
    ("least_work", Rule::LeastWork),
    ("shares", Rule::Shares),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Order,
    LeastQueue,
    LeastWork,
    Shares,
}

/// Several facilities, of which a train uses one; `known` are the facilities of the place.
pub(super) fn choice(item: &Item<'_>, known: &[String]) -> Option<Choice> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    item.table(|reader| {
        let expected = "two or more facilities of this place, such as [\"reloading.shed\", \"reloading.yard\"]";
        let of = reader
            .required("of", expected, |of| options(of, &known, expected))
            .unwrap_or_default();
        let rule = reader.optional("rule", |rule| rule.choice(&RULES)).unwrap_or(Rule::Order);
        let needed = "a share for each facility, such as [0.7, 0.3], because `rule` is \"shares\"";
        let rule = match rule {
            Rule::Order => ChoiceRule::Order,
            Rule::LeastQueue => ChoiceRule::LeastQueue,
            Rule::LeastWork => ChoiceRule::LeastWork,
            Rule::Shares => {
                let shares = reader.required("shares", needed, |shares| shares_of(shares, of.len(), needed));
                return Choice {
                    of,
                    rule: ChoiceRule::Shares(shares.unwrap_or_default()),
                };
            }
        };
        if let Some(shares) = reader.get("shares") {
            let kind = ProblemKind::OnlyWith("rule = \"shares\"");
            let problem = Problem::error(kind, shares.path.as_str(), shares.node.key.clone());
            item.cx.report(problem.remedy("take it out, or write rule = \"shares\""));
        }
        Choice { of, rule }
    })
}

fn options(item: &Item<'_>, known: &[&str], expected: &str) -> Option<Vec<StepRef>> {
    let found = item.array(expected)?.len();
    if !(2..=MOST_OPTIONS).contains(&found) {
        return item.refuse(item.problem(ProblemKind::WrongLength { found, needed: 2 }).expected(expected));
    }
    item.list(expected, |entry| place::step(entry, known))
}

fn shares_of(item: &Item<'_>, needed: usize, expected: &str) -> Option<Vec<f64>> {
    let entries = item.array(expected)?;
    let found = entries.len();
    if found != needed {
        return item.refuse(item.problem(ProblemKind::WrongLength { found, needed }).expected(expected));
    }
    let shares: Vec<f64> = entries.iter().filter_map(Item::share).collect();
    (shares.len() == found && item.is_whole(shares.iter().copied())).then_some(shares)
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    #[test]
    fn choices() {
        let known = ["reloading.a".to_owned(), "reloading.b".to_owned()];
        let read = |text: &str| read_x(text, |item| choice(item, &known));
        let of = "x.of = ['reloading.a', 'reloading.b']\n";
        let rule = |text: &str| read(&format!("{of}{text}")).expect("it is right").expect("it is a table").rule;
        assert_eq!(rule(""), ChoiceRule::Order);
        assert_eq!(rule("x.rule = 'least_work'"), ChoiceRule::LeastWork);
        assert_eq!(rule("x.rule = 'shares'\nx.shares = [0.7, 0.3]"), ChoiceRule::Shares(vec![0.7, 0.3]));
        for (text, problem) in [
            ("x.rule = 'shares'", "`x.shares` is missing"),
            ("x.rule = 'shares'\nx.shares = [1]", "`x.shares` has 1 entries instead of 2"),
            (
                "x.rule = 'shares'\nx.shares = [0.7, 0.4]",
                "`x.shares` has shares that add up to 1.1 instead of 1",
            ),
            ("x.rule = 'shares'\nx.shares = [1.7, 0]", "`x.shares[0]` is out of range"),
            ("x.shares = [0.7, 0.3]", "`x.shares` means nothing without `rule = \"shares\"`"),
            (
                "x.rule = 'quickest'",
                "`x.rule` is \"quickest\", which is not one of the possible words",
            ),
        ] {
            assert_eq!(read(&format!("{of}{text}")), Err(vec![problem.to_owned()]), "{text}");
        }
        for (text, problem) in [
            ("x = {}", "`x.of` is missing"),
            ("x.of = ['reloading.a']", "`x.of` has 1 entries instead of 2"),
            (
                "x.of = ['reloading.a', 'reloading.c']",
                "`x.of[1]` names the unknown step \"reloading.c\"",
            ),
        ] {
            assert_eq!(read(text), Err(vec![problem.to_owned()]), "{text}");
        }
    }
}
