//! `[flows.ID.routes.ID]` and how trains choose among them.

use std::collections::BTreeMap;

use super::super::item::Item;
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{Alternative, Id, RouteChoice};

#[derive(Clone, Copy)]
enum Rule {
    Fixed,
    Shares,
    LeastTime,
    Divert,
}

const RULES: [(&str, Rule); 4] = [
    ("fixed", Rule::Fixed),
    ("shares", Rule::Shares),
    ("least_time", Rule::LeastTime),
    ("divert", Rule::Divert),
];

/// The routes of a flow and the rule of choice. The numbers of every rule may stand side by side, so that
/// `choice` alone switches between them.
pub(super) fn routes(reader: &mut Reader<'_>) -> (BTreeMap<Id, Alternative>, RouteChoice) {
    let table = reader.get("routes");
    let mut routes = table.as_ref().and_then(|item| item.things(alternative)).unwrap_or_default();
    let given = reader.get("choice");
    let rule = given.as_ref().and_then(|item| item.choice(&RULES));
    let above = reader.optional("divert_above", |n| n.count(0));
    let after = reader.get("divert_after");
    if let (Some(table), true) = (&table, reader.has("via")) {
        let problem = table.problem(ProblemKind::MoreThanOneOf("`via` and `routes`".to_owned()));
        table.cx.report(problem.remedy("give each route its own `via`"));
    }
    if routes.len() < 2 {
        if let (Some(item), Some(Rule::Shares | Rule::LeastTime | Rule::Divert)) = (&given, rule) {
            let problem = item.problem(ProblemKind::NothingToChoose);
            item.cx
                .report(problem.remedy("give the flow two or more `routes`, or leave `choice` out"));
        }
    } else if given.is_none() {
        let problem = reader.missing("choice");
        let expected = "how trains choose among the routes: \"fixed\", \"shares\", \"least_time\" or \"divert\"";
        reader.item().cx.report(problem.expected(expected));
    }
    let choice = match rule {
        None | Some(Rule::Fixed) => RouteChoice::Fixed,
        Some(Rule::Shares) => RouteChoice::Shares,
        Some(Rule::LeastTime) => RouteChoice::LeastTime,
        Some(Rule::Divert) => {
            if after.is_none() {
                let expected = "how long something must be closed for trains to go another way, such as \"6 h\"";
                reader.item().cx.report(reader.missing("divert_after").expected(expected));
            }
            RouteChoice::Divert {
                above,
                after: after.as_ref().and_then(Item::duration).unwrap_or_default(),
            }
        }
    };
    if let (Some(table), RouteChoice::Shares) = (&table, choice) {
        let shares = routes.iter_mut().map(|(id, route)| (id.as_str(), &mut route.share));
        complete_shares(table, "share", shares);
    }
    (routes, choice)
}

fn alternative(id: &str, item: &Item<'_>) -> Option<Alternative> {
    item.table(|reader| Alternative {
        name: reader.name(id),
        via: reader
            .optional("via", |via| {
                via.list("an array of places in order", |place| place.known(Thing::Place))
            })
            .unwrap_or_default(),
        share: reader.optional("share", Item::share),
        preference: reader.optional("preference", |n| n.count(0)).unwrap_or(1),
        watch: reader
            .optional("watch", |watch| {
                let places = watch.one_or_more("a place, or an array of places");
                Some(places.iter().filter_map(|place| place.known(Thing::Place)).collect())
            })
            .unwrap_or_default(),
    })
}

/// Gives the one share that is left out, if one is, what the others leave; they must sum to 1.
pub(super) fn complete_shares<'s>(table: &Item<'_>, key: &str, shares: impl Iterator<Item = (&'s str, &'s mut Option<f64>)>) {
    let (mut left_out, given): (Vec<_>, Vec<_>) = shares.partition(|(_, share)| share.is_none());
    let given = || given.iter().filter_map(|(_, share)| **share);
    match &mut left_out[..] {
        [] => _ = table.is_whole(given()),
        [(_, share)] if given().sum::<f64>() < 1.0 => **share = Some(1.0 - given().sum::<f64>()),
        [(_, share)] => **share = table.is_whole(given()).then_some(0.0),
        [_, second, ..] => {
            let node = table.node.find(&[second.0]).unwrap_or(table.node);
            let path = format!("{}.{}.{key}", table.path, second.0);
            let problem = super::super::problem::Problem::error(ProblemKind::Missing, path, node.key.clone());
            let expected = "a share between 0 and 1; only one may be left out, and takes the rest";
            table.cx.report(problem.expected(expected));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    type Read = (BTreeMap<Id, Alternative>, RouteChoice);

    fn read(text: &str) -> Result<Read, Vec<String>> {
        let text = format!("places = {{ a = {{}}, b = {{}} }}\n{text}");
        read_x(&text, |item| item.table(routes).expect("it is a table"))
    }

    #[test]
    fn rules() {
        let of = |text: &str| read(text).map(|read| read.1);
        assert_eq!(of("x = {}"), Ok(RouteChoice::Fixed));
        assert_eq!(of("x.routes.one.via = ['a']"), Ok(RouteChoice::Fixed));
        let two = "x.routes.one.via = ['a']\nx.routes.two.via = ['b']\n";
        assert_eq!(of(&format!("{two}x.choice = 'least_time'")), Ok(RouteChoice::LeastTime));
        let above = Some(20);
        let after = crate::units::Duration::hours(6);
        assert_eq!(
            of(&format!("{two}x.choice = 'divert'\nx.divert_above = 20\nx.divert_after = '6 h'")),
            Ok(RouteChoice::Divert { above, after })
        );
        for (text, problem) in [
            (two.to_owned(), "`x.choice` is missing"),
            (
                "x.choice = 'shares'".to_owned(),
                "`x.choice` leaves nothing to choose, because there are fewer than two routes",
            ),
            (format!("{two}x.choice = 'divert'"), "`x.divert_after` is missing"),
            (
                format!("{two}x.choice = 'short'"),
                "`x.choice` is \"short\", which is not one of the possible words",
            ),
            (
                "x.routes.one.watch = 'c'".to_owned(),
                "`x.routes.one.watch` names the unknown place \"c\"",
            ),
            (
                format!("{two}x.choice = 'fixed'\nx.routes.one.preference = -1"),
                "`x.routes.one.preference` is negative",
            ),
        ] {
            assert_eq!(of(&text), Err(vec![problem.to_owned()]), "{text}");
        }
    }

    #[test]
    fn shares_make_a_whole() {
        let of = |shares: [&str; 2]| {
            let text = format!(
                "x.choice = 'shares'\nx.routes.one = {{ {} }}\nx.routes.two = {{ {} }}",
                shares[0], shares[1]
            );
            read(&text).map(|read| read.0.values().filter_map(|r| r.share).collect::<Vec<_>>())
        };
        assert_eq!(of(["share = 0.75", "share = 0.25"]), Ok(vec![0.75, 0.25]));
        assert_eq!(of(["share = 0.75", ""]), Ok(vec![0.75, 0.25]));
        for (shares, problem) in [
            (
                ["share = 0.75", "share = 0.5"],
                "`x.routes` has shares that add up to 1.25 instead of 1",
            ),
            (["share = 1.5", ""], "`x.routes.one.share` is out of range"),
            (["", ""], "`x.routes.two.share` is missing"),
        ] {
            assert_eq!(
                of(shares).map_err(|problems| problems[0].clone()),
                Err(problem.to_owned()),
                "{shares:?}"
            );
        }
    }
}
