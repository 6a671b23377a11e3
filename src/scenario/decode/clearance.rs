//! `[places.ID.clearance.ID]`: an office with declaration in advance and inspection.

use std::collections::BTreeMap;

use super::super::item::{Item, SHARE_SLACK};
use super::super::problem::{Problem, ProblemKind, Thing};
use super::super::reader::Reader;
use super::super::types::{Advance, Customs, Held, Id, InspectionShare, Office, Treatment};
use super::{STAND_IN, law, place};

/// A customs office.
pub(super) fn clearance(id: &str, item: &Item<'_>) -> Option<Office> {
    item.table(|reader| {
        let office = place::office(id, reader, "desks");
        let customs = Customs {
            advance: reader.optional("advance", advance),
            inspection: inspections(reader),
            held: held(reader),
        };
        Office { customs, ..office }
    })
}

fn advance(item: &Item<'_>) -> Option<Advance> {
    item.table(|reader| Advance {
        share: reader
            .required("share", "the share of trains declared in advance, such as 0.6", Item::share)
            .unwrap_or_default(),
        time: reader
            .required(
                "time",
                "the time for a train declared in advance, such as \"20 min\"",
                law::of_times,
            )
            .unwrap_or(STAND_IN),
    })
}

/// The kinds of inspection, which together take no more boxes of a class than there are.
fn inspections(reader: &mut Reader<'_>) -> BTreeMap<Id, Treatment> {
    let Some(item) = reader.get("inspection") else {
        return BTreeMap::new();
    };
    let kinds = item.things(treatment).unwrap_or_default();
    let classes = item.cx.ids(Thing::Cargo);
    for class in classes.into_iter().map(Some).chain([None]) {
        let sum: f64 = kinds.values().map(|kind| kind.share.of(class)).sum();
        if sum > 1.0 + SHARE_SLACK {
            let class = class.map_or_else(|| "flows without `cargo`".to_owned(), |id| format!("the class {id:?}"));
            let sum = (sum * 1e6).round() / 1e6;
            let kind = ProblemKind::InspectsMoreThanAll { class, sum };
            let problem = Problem::error(kind, item.path.as_str(), item.node.key.clone());
            item.cx
                .report(problem.expected("shares of a class whose sum over all kinds is at most 1"));
            break;
        }
    }
    kinds
}

fn treatment(id: &str, item: &Item<'_>) -> Option<Treatment> {
    item.table(|reader| Treatment {
        name: reader.name(id),
        share: reader
            .required("share", EXPECTED_SHARE, inspection_share)
            .unwrap_or(InspectionShare::All(0.0)),
        bays: reader.optional("bays", |n| n.count(1)).unwrap_or(1),
        time: reader
            .required("time", "the time for one box, such as \"40 min\"", law::of_times)
            .unwrap_or(STAND_IN),
        calendar: place::calendar(reader),
        at_close: place::at_close(reader),
    })
}

const EXPECTED_SHARE: &str = "a share of all boxes such as 0.02, or by class of cargo such as { general = 0.02, cold_chain = 0.3 }";

fn inspection_share(item: &Item<'_>) -> Option<InspectionShare> {
    if item.node.table().is_none() {
        return item.number(EXPECTED_SHARE).and_then(|_| item.share()).map(InspectionShare::All);
    }
    item.things(|class, entry| entry.has_known_key(Thing::Cargo, class).then(|| entry.share()).flatten())
        .map(InspectionShare::ByClass)
}

/// Whether held boxes hold their train, and how full a train may be made by those that follow.
fn held(reader: &mut Reader<'_>) -> Held {
    let set_out = Held::SetOut { most_boxes: None };
    let held = reader.optional("held", |item| item.choice(&[("train", Held::Train), ("set_out", set_out)]));
    let Some(limit) = reader.get("most_boxes") else {
        return held.unwrap_or_default();
    };
    if held == Some(set_out) {
        return Held::SetOut {
            most_boxes: place::limit(&limit),
        };
    }
    let kind = ProblemKind::OnlyWith("held = \"set_out\"");
    let problem = Problem::error(kind, limit.path.as_str(), limit.node.key.clone());
    limit.cx.report(problem.remedy("take it out, or write held = \"set_out\""));
    Held::Train
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;

    fn read(text: &str) -> Result<Customs, Vec<String>> {
        let text = format!("cargo = {{ general = {{}}, cold = {{}} }}\nx.time = '1 h'\n{text}");
        read_x(&text, |item| clearance("x", item)).map(|office| office.expect("it is a table").customs)
    }

    #[test]
    fn what_is_right() {
        assert_eq!(read(""), Ok(Customs::default()));
        let customs = read(
            "x.advance = { share = 0.6, time = '20 min' }\nx.held = 'set_out'\nx.most_boxes = 55\n\
             x.inspection.scan = { share = 0.1, time = '5 min' }\n\
             x.inspection.cold = { share = { cold = 0.9 }, bays = 2, time = '1 h', at_close = 'pause' }",
        )
        .expect("it is right");
        assert_eq!(customs.held, Held::SetOut { most_boxes: Some(55) });
        assert_eq!(customs.advance.map(|advance| advance.share), Some(0.6));
        let share = |kind: &str, class| customs.inspection[kind].share.of(class);
        assert_eq!((share("scan", None), share("scan", Some("cold"))), (0.1, 0.1));
        assert_eq!(
            (share("cold", None), share("cold", Some("general")), share("cold", Some("cold"))),
            (0.0, 0.0, 0.9)
        );
    }

    #[test]
    fn what_is_not() {
        for (text, problem) in [
            ("x.advance = { share = 1.2, time = '1 h' }", "`x.advance.share` is out of range"),
            ("x.advance = { share = 0.2 }", "`x.advance.time` is missing"),
            ("x.held = 'box'", "`x.held` is \"box\", which is not one of the possible words"),
            ("x.most_boxes = 55", "`x.most_boxes` means nothing without `held = \"set_out\"`"),
            ("x.inspection.scan = { time = '1 h' }", "`x.inspection.scan.share` is missing"),
            ("x.inspection.scan = { share = 0.1 }", "`x.inspection.scan.time` is missing"),
            (
                "x.inspection.scan = { share = '1', time = '1 h' }",
                "`x.inspection.scan.share` is a text",
            ),
            (
                "x.inspection.scan = { share = { frozen = 0.1 }, time = '1 h' }",
                "`x.inspection.scan.share.frozen` names the unknown class of cargo \"frozen\"",
            ),
            (
                "x.inspection.scan = { share = { cold = -0.1 }, time = '1 h' }",
                "`x.inspection.scan.share.cold` is negative",
            ),
            (
                "x.inspection.a = { share = 0.6, time = '1 h' }\nx.inspection.b = { share = { cold = 0.5 }, time = '1 h' }",
                "`x.inspection` inspects 1.1 of the boxes of the class \"cold\", more than all of them",
            ),
        ] {
            assert_eq!(read(text), Err(vec![problem.to_owned()]), "{text}");
        }
    }
}
