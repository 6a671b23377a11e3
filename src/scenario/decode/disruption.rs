//! `[disruptions.ID]`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::super::disruption::{Amount, Capacity, Disruption, Effect, Element, InHand, When};
use super::super::document::Node;
use super::super::item::Item;
use super::super::layers::{AMOUNT, EFFECT, WHEN};
use super::super::problem::{ProblemKind, Thing};
use super::super::reader::{Context, Reader};
use super::super::types::{FacilityKind, Id, StepRef};
use super::{civil, law};

const IN_HAND: [(&str, InHand); 3] = [
    ("finish", InHand::Finish),
    ("pause", InHand::Pause),
    ("start_over", InHand::StartOver),
];

/// How the number of servers of a facility is called.
const SERVERS: [(FacilityKind, &str); 4] = [
    (FacilityKind::Clearance, "desks"),
    (FacilityKind::Handling, "servers"),
    (FacilityKind::Reloading, "berths"),
    (FacilityKind::Transloading, "berths"),
];

/// What is in force for a time.
pub(super) fn disruption(id: &str, item: &Item<'_>) -> Option<Disruption> {
    item.table(|reader| {
        let name = reader.name(id);
        let effect = effect(reader);
        let when = when(reader);
        let clock = reader.optional("clock", |place| place.known(Thing::Place));
        Some(Disruption {
            name,
            effect: effect?,
            when: when?,
            clock,
        })
    })
    .flatten()
}

fn effect(reader: &mut Reader<'_>) -> Option<Effect> {
    match reader.alternative(EFFECT)? {
        "closes" => closure(reader),
        "embargoes" => embargo(reader),
        "changes" => {
            let capacities = reader.optional("changes", capacities);
            let amount = amount(reader);
            Some(Effect::Change {
                capacities: capacities?,
                amount: amount?,
            })
        }
        _ => {
            let flows = reader.optional("surges", flows);
            let times = reader.required("times", "how many trains for each of the usual ones, such as 1.5", |times| {
                times.positive_or_zero("a factor, zero or more").filter(|times| *times <= 1e3)
            });
            Some(Effect::Surge {
                flows: flows?,
                times: times?,
            })
        }
    }
}

fn closure(reader: &mut Reader<'_>) -> Option<Effect> {
    let elements = reader.optional("closes", |item| elements(item, false));
    let ends = elements.as_deref().map(|elements| shared_ends(elements, reader.item().cx));
    let towards = reader.optional("towards", |place| {
        let ends = ends.as_ref()?;
        let known = place.known(Thing::Place)?;
        if !ends.contains(&known) {
            let expected = "an end of every line that is closed, and `closes` names only lines";
            return place.refuse(place.problem(ProblemKind::NoEnd(known)).expected(expected));
        }
        Some(known)
    });
    let in_hand = reader.get("in_hand").and_then(|item| {
        let policy = item.choice(&IN_HAND)?;
        let lines_only = elements
            .as_ref()
            .is_some_and(|all| all.iter().all(|e| matches!(e, Element::Line(_))));
        if lines_only && policy != InHand::Finish {
            let problem = item.problem(ProblemKind::RunsOn);
            return item.refuse(problem.remedy("take it out: a train on a closed line runs on to the next place"));
        }
        Some(policy)
    });
    Some(Effect::Closure {
        elements: elements?,
        towards,
        in_hand: in_hand.unwrap_or_default(),
    })
}

/// The places at which all lines of a closure end; none where something else is closed.
fn shared_ends(elements: &[Element], cx: &Context<'_>) -> BTreeSet<Id> {
    let ends = elements.iter().map(|element| match element {
        Element::Line(line) => {
            let between = cx.root().find(&["lines", line, "between"]).map(|node| &node.value);
            match between {
                Some(super::super::document::Value::Array(ends)) => ends.iter().filter_map(Node::text).map(str::to_owned).collect(),
                _ => BTreeSet::new(),
            }
        }
        _ => BTreeSet::new(),
    });
    ends.reduce(|one: BTreeSet<Id>, other| one.intersection(&other).cloned().collect())
        .unwrap_or_default()
}

fn embargo(reader: &mut Reader<'_>) -> Option<Effect> {
    let elements = reader.optional("embargoes", |item| elements(item, true));
    let flows = reader.optional("flows", flows);
    let cargo = reader.optional("cargo", |item| names(item, Thing::Cargo, "a class of cargo, or an array of them"));
    if !reader.has("flows") && !reader.has("cargo") {
        let item = reader.item();
        let problem = item.problem(ProblemKind::NoneOf("`flows` or `cargo`".to_owned()));
        item.cx
            .report(problem.remedy("say which trains are held; to hold every train, give `closes` instead of `embargoes`"));
        return None;
    }
    Some(Effect::Embargo {
        elements: elements?,
        flows: flows.unwrap_or_default(),
        cargo: cargo.unwrap_or_default(),
    })
}

fn flows(item: &Item<'_>) -> Option<BTreeSet<Id>> {
    names(item, Thing::Flow, "the id of a flow, or an array of them")
}

/// One or more ids.
fn names(item: &Item<'_>, thing: Thing, expected: &str) -> Option<BTreeSet<Id>> {
    let names: BTreeSet<Id> = item.one_or_more(expected).iter().filter_map(|entry| entry.known(thing)).collect();
    (!names.is_empty()).then_some(names)
}

/// How many there are while it is in force.
fn amount(reader: &mut Reader<'_>) -> Option<Amount> {
    if reader.alternative(AMOUNT)? == "to" {
        return reader.optional("to", |n| n.count(1)).map(Amount::To);
    }
    reader.optional("share", |item| {
        let expected = "a share above 0, such as 0.5 for half of the usual number";
        let share = item.positive_or_zero(expected)?;
        if share == 0.0 {
            let problem = item.problem(ProblemKind::Zero).expected(expected);
            return item.refuse(problem.remedy("give `closes` with the facility or line instead of `changes`"));
        }
        if share > 1e3 {
            return item.out_of_range(expected);
        }
        Some(Amount::Share(share))
    })
}

fn when(reader: &mut Reader<'_>) -> Option<When> {
    match reader.alternative(WHEN)? {
        "from" => {
            let item = reader.item().clone();
            let window = window(reader);
            window
                .filter(|window| runs_forward(&item, *window))
                .map(|window| When::Dated(vec![window]))
        }
        "windows" => reader.optional("windows", windows).map(When::Dated),
        _ => {
            let between = reader.optional("between", law::of_times_above_zero);
            let lasts = reader.required("lasts", "how long each lasts, such as \"6 h\"", law::of_times_above_zero);
            Some(When::Random {
                between: between?,
                lasts: lasts?,
            })
        }
    }
}

fn window(reader: &mut Reader<'_>) -> Option<(DateTime, DateTime)> {
    let from = reader.required("from", "when it begins, such as \"2022-03-01 08:00\"", civil::date_time);
    let until = reader.required("until", "when it ends, such as \"2022-03-04 08:00\"", civil::date_time);
    from.zip(until)
}

fn runs_forward(item: &Item<'_>, (from, until): (DateTime, DateTime)) -> bool {
    let forward = from < until;
    if !forward {
        let until = item.node.find(&["until"]).map_or(&item.node.at, |node| &node.at);
        let mut problem = item.problem(ProblemKind::Backward).expected("`until` after `from`");
        problem.place = Some(until.clone());
        item.cx.report(problem);
    }
    forward
}

/// Several windows, in order and without overlap.
fn windows(item: &Item<'_>) -> Option<Vec<(DateTime, DateTime)>> {
    let mut found: Vec<(DateTime, DateTime)> = Vec::new();
    let expected = "an array of tables such as { from = \"2022-03-01 08:00\", until = \"2022-03-04 08:00\" }";
    for entry in item.one_or_more(expected) {
        let window = entry.table(window).flatten()?;
        if !runs_forward(&entry, window) {
            return None;
        }
        if found.last().is_some_and(|last| window.0 < last.1) {
            let day = window.0.date().to_string();
            let problem = entry.problem(ProblemKind::Overlap { day });
            return entry.refuse(problem.remedy("write the windows in order, each from the end of the one before or later"));
        }
        found.push(window);
    }
    (!found.is_empty()).then_some(found)
}

/// One or more dotted paths of what can be closed, or of facilities before which trains can be held.
fn elements(item: &Item<'_>, embargo: bool) -> Option<Vec<Element>> {
    let expected = if embargo {
        "the dotted path of a facility, such as \"places.pass.exchange.export\", or an array of them"
    } else {
        "the dotted path of a place, a line or a facility, such as \"places.pass.reloading.shed\", or an array of them"
    };
    paths(item, Thing::Element, &known_elements(item.cx, embargo), expected)
}

fn capacities(item: &Item<'_>) -> Option<Vec<Capacity>> {
    let expected = "the dotted path of a number that limits trains, such as \"places.pass.exchange.export.quota\", or an array of them";
    paths(item, Thing::Capacity, &known_capacities(item.cx), expected)
}

fn paths<T: Clone>(item: &Item<'_>, thing: Thing, known: &BTreeMap<String, T>, expected: &str) -> Option<Vec<T>> {
    let names: Vec<&str> = known.keys().map(String::as_str).collect();
    let entries = item.one_or_more(expected);
    let found: Vec<T> = entries
        .iter()
        .filter_map(|entry| entry.known_among(thing, &names, expected))
        .map(|path| known[&path].clone())
        .collect();
    (!found.is_empty() && found.len() == entries.len()).then_some(found)
}

/// The tables under a path, with their ids.
fn tables<'a>(cx: &Context<'a>, path: &[&str]) -> impl Iterator<Item = (&'a String, &'a Node)> + use<'a> {
    cx.root().find(path).and_then(Node::table).into_iter().flatten()
}

fn step(kind: FacilityKind, id: &str) -> StepRef {
    StepRef { kind, id: id.to_owned() }
}

/// Everything that can be closed, or before which trains can be held, by its path.
fn known_elements(cx: &Context<'_>, embargo: bool) -> BTreeMap<String, Element> {
    let mut all = Vec::new();
    for (place, _) in tables(cx, &["places"]) {
        for kind in FacilityKind::ALL.into_iter().filter(|kind| *kind != FacilityKind::Choice) {
            let facilities = tables(cx, &["places", place, kind.word()]);
            all.extend(facilities.map(|(id, _)| Element::Facility(place.clone(), step(kind, id))));
        }
        if embargo {
            continue;
        }
        all.push(Element::Place(place.clone()));
        for (clearance, _) in tables(cx, &["places", place, "clearance"]) {
            let kinds = tables(cx, &["places", place, "clearance", clearance, "inspection"]);
            all.extend(kinds.map(|(id, _)| Element::Inspection(place.clone(), clearance.clone(), id.clone())));
        }
    }
    if !embargo {
        all.extend(tables(cx, &["lines"]).map(|(line, _)| Element::Line(line.clone())));
        let gathers = |(_, node): &(&String, &Node)| node.find(&["departures", "gather"]).is_some();
        all.extend(
            tables(cx, &["flows"])
                .filter(gathers)
                .map(|(flow, _)| Element::Gathering(flow.clone())),
        );
    }
    all.into_iter().map(|element| (element.path(), element)).collect()
}

/// Every number that limits trains, by its path.
fn known_capacities(cx: &Context<'_>) -> BTreeMap<String, Capacity> {
    let mut all = BTreeMap::new();
    let limits = |node: Option<&Node>| node.is_some_and(|node| node.text() != Some("unlimited"));
    for (place, node) in tables(cx, &["places"]) {
        for (kind, key) in SERVERS {
            for (id, _) in tables(cx, &["places", place, kind.word()]) {
                let path = format!("places.{place}.{}.{id}.{key}", kind.word());
                all.insert(path, Capacity::Servers(place.clone(), step(kind, id)));
            }
        }
        for (clearance, _) in tables(cx, &["places", place, "clearance"]) {
            for (id, _) in tables(cx, &["places", place, "clearance", clearance, "inspection"]) {
                let path = format!("places.{place}.clearance.{clearance}.inspection.{id}.bays");
                all.insert(path, Capacity::Bays(place.clone(), clearance.clone(), id.clone()));
            }
        }
        for (id, terminal) in tables(cx, &["places", place, "reloading"]) {
            let path = format!("places.{place}.reloading.{id}");
            if terminal.find(&["per_lift"]).is_some() {
                all.insert(format!("{path}.cranes"), Capacity::Cranes(place.clone(), id.clone()));
            }
        }
        for (id, exchange) in tables(cx, &["places", place, "exchange"]) {
            if limits(exchange.find(&["quota"])) {
                let path = format!("places.{place}.exchange.{id}.quota");
                all.insert(path, Capacity::Quota(place.clone(), id.clone()));
            }
        }
        for (gauge, tracks) in node.find(&["tracks"]).and_then(Node::table).into_iter().flatten() {
            if limits(Some(tracks)) {
                all.insert(
                    format!("places.{place}.tracks.{gauge}"),
                    Capacity::Tracks(place.clone(), gauge.clone()),
                );
            }
        }
    }
    for (line, node) in tables(cx, &["lines"]) {
        if limits(node.find(&["paths"])) {
            all.insert(format!("lines.{line}.paths"), Capacity::Paths(line.clone()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::read_x;
    use super::*;
    use crate::random::Law;

    const AROUND: &str = r#"
        cargo = { cold = {}, dry = {} }
        gauges.g.width = "1435 mm"
        [places.a]
        [places.port]
        tracks = { g = 4 }
        clearance.customs = { time = "1 h", inspection.scan = { share = 1, time = "1 h" } }
        reloading.shed = { berths = 2, per_lift = "2 min", cranes = 4 }
        exchange.over = { quota = "14/day" }
        exchange.free = { quota = "unlimited" }
        choice.c = { of = [] }
        [lines.l]
        between = ["a", "port"]
        paths = "10/day"
        [flows.f.departures]
        rate = "9/day"
        [flows.boxes.departures.gather]
        [x]
        "#;
    const DATED: &str = "\nfrom = '2022-03-01 08:00'\nuntil = '2022-03-04 08:00'";

    fn read(text: &str) -> Result<Option<Disruption>, Vec<String>> {
        read_x(&format!("{AROUND}{text}"), |item| disruption("x", item))
    }

    fn effect_of(text: &str) -> Effect {
        read(&format!("{text}{DATED}")).expect("it is right").expect("it is a table").effect
    }

    #[test]
    fn what_can_be_closed() {
        for path in [
            "places.port",
            "lines.l",
            "places.port.clearance.customs",
            "places.port.clearance.customs.inspection.scan",
            "places.port.reloading.shed",
            "places.port.exchange.free",
            "flows.boxes.departures.gather",
        ] {
            let Effect::Closure {
                elements,
                in_hand,
                towards,
            } = effect_of(&format!("closes = '{path}'"))
            else {
                panic!("{path} is closed")
            };
            assert_eq!((elements[0].path().as_str(), in_hand, towards), (path, InHand::Finish, None));
        }
        let both = effect_of("closes = ['places.port.exchange.over', 'lines.l']\nin_hand = 'start_over'");
        assert!(matches!(both, Effect::Closure { elements, in_hand: InHand::StartOver, .. } if elements.len() == 2));
        let one_way = effect_of("closes = 'lines.l'\ntowards = 'port'");
        assert!(matches!(one_way, Effect::Closure { towards: Some(place), .. } if place == "port"));
    }

    #[test]
    fn what_can_be_changed() {
        for path in [
            "places.port.clearance.customs.desks",
            "places.port.clearance.customs.inspection.scan.bays",
            "places.port.reloading.shed.berths",
            "places.port.reloading.shed.cranes",
            "places.port.exchange.over.quota",
            "places.port.tracks.g",
            "lines.l.paths",
        ] {
            let change = effect_of(&format!("changes = '{path}'\nshare = 0.5"));
            assert!(
                matches!(change, Effect::Change { amount: Amount::Share(share), .. } if share.to_bits() == 0.5_f64.to_bits()),
                "{path}"
            );
        }
        let to = effect_of("changes = 'lines.l.paths'\nto = 4");
        assert!(matches!(to, Effect::Change { amount: Amount::To(4), .. }));
    }

    #[test]
    fn whom_an_embargo_and_a_surge_concern() {
        let Effect::Embargo { flows, cargo, .. } = effect_of("embargoes = 'places.port.exchange.over'\ncargo = ['cold', 'dry']") else {
            panic!("it is an embargo")
        };
        assert_eq!((flows.len(), cargo.len()), (0, 2));
        assert!(matches!(effect_of("surges = 'f'\ntimes = 0"), Effect::Surge { times, .. } if times == 0.0));
    }

    #[test]
    fn when_it_is_in_force() {
        let when = |text: &str| read(&format!("closes = 'places.port'\n{text}")).map(|d| d.expect("it is a table").when);
        let two = "windows = [{ from = 2022-03-01 08:00:00, until = '2022-03-02 00:00' }, { from = '2022-03-02 00:00', until = '2022-03-03 00:00' }]";
        assert!(matches!(when(two), Ok(When::Dated(windows)) if windows.len() == 2));
        let random = when("between = { law = 'exponential', mean = '30 days' }\nlasts = '6 h'");
        assert!(matches!(random, Ok(When::Random { lasts: Law::Constant(lasts), .. }) if lasts.to_bits() == 21_600_000.0_f64.to_bits()));
    }

    #[test]
    fn what_is_refused() {
        let dated = |text: &str| format!("{text}{DATED}");
        let closed = |text: &str| format!("closes = 'places.port'\n{text}");
        for (text, problem) in [
            (dated(""), "`x` needs one of `closes`, `embargoes`, `changes` or `surges`"),
            (
                dated("closes = 'lines.l'\nsurges = 'f'"),
                "`x` gives `closes` and `surges`, of which there may be only one",
            ),
            (
                dated("closes = 'places.prot'"),
                "`x.closes` names the unknown element \"places.prot\"",
            ),
            (
                dated("closes = 'places.port.choice.c'"),
                "`x.closes` names the unknown element \"places.port.choice.c\"",
            ),
            (
                dated("closes = 'flows.f.departures.gather'"),
                "`x.closes` names the unknown element \"flows.f.departures.gather\"",
            ),
            (dated("closes = []"), "`x.closes` is empty"),
            (
                dated("closes = 'places.port'\ntowards = 'port'"),
                "`x.towards` leads to \"port\", which is not an end of every line that is closed",
            ),
            (
                dated("closes = 'lines.l'\nin_hand = 'pause'"),
                "`x.in_hand` concerns work in hand, of which there is none on a line",
            ),
            (
                dated("closes = 'places.port'\nin_hand = 'stop'"),
                "`x.in_hand` is \"stop\", which is not one of the possible words",
            ),
            (
                dated("closes = 'places.port'\ntimes = 2"),
                "`x.times` means nothing without `surges`",
            ),
            (
                dated("embargoes = 'lines.l'\nflows = 'f'"),
                "`x.embargoes` names the unknown element \"lines.l\"",
            ),
            (
                dated("embargoes = 'places.port.exchange.over'"),
                "`x` needs one of `flows` or `cargo`",
            ),
            (
                dated("embargoes = 'places.port.exchange.over'\ncargo = 'frozen'"),
                "`x.cargo` names the unknown class of cargo \"frozen\"",
            ),
            (
                dated("changes = 'places.port.exchange.free.quota'\nshare = 0.5"),
                "`x.changes` names the unknown capacity \"places.port.exchange.free.quota\"",
            ),
            (dated("changes = 'lines.l.paths'"), "`x` needs one of `to` or `share`"),
            (dated("changes = 'lines.l.paths'\nto = 0"), "`x.to` is zero"),
            (dated("changes = 'lines.l.paths'\nshare = 0"), "`x.share` is zero"),
            (dated("surges = 'f'"), "`x.times` is missing"),
            (dated("surges = 'f'\ntimes = -1"), "`x.times` is negative"),
            (dated("surges = 'g'\ntimes = 2"), "`x.surges` names the unknown flow \"g\""),
            (
                dated("closes = 'places.port'\nclock = 'here'"),
                "`x.clock` names the unknown place \"here\"",
            ),
            (closed(""), "`x` needs one of `from`, `windows` or `between`"),
            (closed("from = '2022-03-01 08:00'"), "`x.until` is missing"),
            (
                closed("from = '2022-03-01 08:00'\nuntil = '2022-03-01 08:00'"),
                "`x` ends before it begins",
            ),
            (
                closed(
                    "windows = [{ from = '2022-03-01 00:00', until = '2022-03-03 00:00' }, { from = '2022-03-02 00:00', until = '2022-03-04 00:00' }]",
                ),
                "`x.windows[1]` overlaps another window on 2022-03-02",
            ),
            (closed("between = '1 day'"), "`x.lasts` is missing"),
            (closed("between = '0 h'\nlasts = '1 h'"), "`x.between` is zero"),
        ] {
            assert_eq!(read(&text), Err(vec![problem.to_owned()]), "{text}");
        }
    }
}
