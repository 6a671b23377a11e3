//! From a file, the files it extends and the overrides of a command line to one tree.

use std::fs;
use std::path::{Path, PathBuf};

use super::document::{Node, Table, Value, parse_document, parse_value};
use super::nearest::suggestion;
use super::problem::{Problem, ProblemKind, Source, SourcePlace, Thing, reason};
use super::types::FacilityKind;

/// The name under which overrides are shown.
const OVERRIDES: &str = "--set";

/// A tree that is merged from layers, and the texts it came from.
#[derive(Clone, Debug)]
pub(super) struct Document {
    pub(super) root: Node,
    pub(super) sources: Vec<Source>,
    /// For each source, the folder in which the files that it names are looked for.
    pub(super) folders: Vec<PathBuf>,
    /// The source of the overrides, which stand above all files.
    overrides: Option<usize>,
    /// The files of a scenario from the top down, as they are recognised.
    chain: Vec<PathBuf>,
    /// From which source on texts are laid over everything before them; so is then the first, the plan itself.
    plan_from: Option<usize>,
}

/// Reads all layers and merges them. Problems that leave no tree to go on with are syntax errors.
pub(super) fn assemble(text: String, path: &Path, overrides: &[String], problems: &mut Vec<Problem>) -> Document {
    let mut document = Document::empty();
    document.lay_scenario(text, path, overrides, problems);
    document
}

impl Document {
    /// Without any text.
    pub(super) fn empty() -> Self {
        Self {
            root: Node::new(Value::Table(Table::new()), SourcePlace { file: 0, span: 0..0 }),
            sources: Vec::new(),
            folders: Vec::new(),
            overrides: None,
            chain: Vec::new(),
            plan_from: None,
        }
    }

    /// Reads a scenario with the files that it extends and puts the overrides on top.
    pub(super) fn lay_scenario(&mut self, text: String, path: &Path, overrides: &[String], problems: &mut Vec<Problem>) {
        let mut layers = self.read_chain(text, path, problems);
        self.chain = layers.iter().map(|(identity, _)| identity.clone()).collect();
        if let Some((_, base)) = layers.pop() {
            self.root = base;
        }
        while let Some((_, layer)) = layers.pop() {
            self.lay(layer);
        }
        self.apply(overrides, problems);
    }

    /// From now on, added texts are laid over what is there.
    pub(super) fn begin_plan_layers(&mut self) {
        self.plan_from = Some(self.sources.len());
    }

    /// Puts one layer over everything.
    pub(super) fn lay(&mut self, layer: Node) {
        merge(&mut self.root, layer, &mut Vec::new());
    }

    /// Reads a file to be laid over the scenario, with the files that it extends, from the bottom up; but none
    /// that the scenario holds already.
    pub(super) fn read_above(&mut self, text: String, path: &Path, problems: &mut Vec<Problem>) -> Vec<Node> {
        let layers = self.read_chain(text, path, problems);
        let above = layers.into_iter().filter(|(identity, _)| !self.chain.contains(identity));
        above.map(|(_, layer)| layer).rev().collect()
    }

    /// Adds a text and gives its number.
    pub(super) fn add_source(&mut self, name: String, text: String, folder: PathBuf) -> usize {
        self.sources.push(Source { name, text });
        self.folders.push(folder);
        self.sources.len() - 1
    }

    /// Whether the first of two places is in a layer above that of the second.
    pub(super) fn is_above(&self, one: &SourcePlace, other: &SourcePlace) -> bool {
        let height = |place: &SourcePlace| match place.file {
            file if self.plan_from.is_some_and(|from| file == 0 || file >= from) => 0,
            file if Some(file) == self.overrides => 1,
            file => file + 2,
        };
        height(one) < height(other)
    }

    /// The file and what it extends, from the top down.
    fn read_chain(&mut self, text: String, path: &Path, problems: &mut Vec<Problem>) -> Vec<(PathBuf, Node)> {
        let mut layers = Vec::new();
        let mut seen = vec![identity(path)];
        let mut chain = vec![path.display().to_string()];
        let mut next = Some((text, path.to_path_buf()));
        while let Some((text, path)) = next.take() {
            let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
            let mut layer = parse_document(&text, self.sources.len(), problems);
            self.add_source(path.display().to_string(), text, folder.clone());
            let this = identity(&path);
            if let Some(extends) = layer.table_mut().and_then(|table| table.remove("extends")) {
                next = open_base(&extends, &folder, &mut seen, &mut chain, problems);
            }
            layers.push((this, layer));
        }
        layers
    }

    /// Puts `key.path=value` on top of everything.
    fn apply(&mut self, overrides: &[String], problems: &mut Vec<Problem>) {
        if overrides.is_empty() {
            return;
        }
        let file = self.add_source(OVERRIDES.to_owned(), overrides.join("\n"), PathBuf::new());
        self.overrides = Some(file);
        let mut offset = 0;
        for text in overrides {
            if let Some((keys, value)) = parse_override(text, file, offset, problems) {
                match self.unknown_id(&keys) {
                    None => merge(&mut self.root, nest(keys, value), &mut Vec::new()),
                    Some(problem) => problems.push(problem),
                }
            }
            offset += text.len() + 1;
        }
    }

    /// A slip in an id must not create a thing that nobody knows: only whole things can be added.
    pub(super) fn unknown_id(&self, keys: &[(String, SourcePlace)]) -> Option<Problem> {
        let names: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
        for depth in 0..names.len().saturating_sub(1) {
            let Some(thing) = things_under(&names[..depth]) else { continue };
            let table = self.root.find(&names[..depth]).and_then(Node::table);
            if table.is_some_and(|table| table.contains_key(names[depth])) {
                continue;
            }
            let name = names[depth].to_owned();
            let known = table.into_iter().flat_map(|table| table.keys().map(String::as_str));
            let remedy = suggestion(&name, known.collect::<Vec<_>>());
            let kind = ProblemKind::ChangesUnknown { thing, name };
            return Some(Problem::error(kind, names.join("."), keys[depth].1.clone()).remedy_if(remedy));
        }
        None
    }
}

/// What kind of thing the keys of the table at a path name; `None` where they are fixed words.
fn things_under(path: &[&str]) -> Option<Thing> {
    match path {
        ["places"] => Some(Thing::Place),
        ["lines"] => Some(Thing::Line),
        ["flows"] => Some(Thing::Flow),
        ["gauges"] => Some(Thing::Gauge),
        ["calendars"] => Some(Thing::Calendar),
        ["corridors"] => Some(Thing::Corridor),
        ["holidays"] => Some(Thing::Holidays),
        ["cargo"] => Some(Thing::Cargo),
        ["disruptions"] => Some(Thing::Disruption),
        ["places", _, "clearance", _, "inspection"] => Some(Thing::Facility),
        ["places", _, "procedures"] => Some(Thing::Procedure),
        ["flows", _, "routes"] => Some(Thing::Route),
        ["places", _, "transloading", _, "outlets"] => Some(Thing::Outlet),
        ["places", _, kind] if FacilityKind::ALL.iter().any(|k| k.word() == *kind) => Some(Thing::Facility),
        _ => None,
    }
}

/// A name by which a file is recognised when it comes up again.
fn identity(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

fn open_base(
    extends: &Node,
    folder: &Path,
    seen: &mut Vec<PathBuf>,
    chain: &mut Vec<String>,
    problems: &mut Vec<Problem>,
) -> Option<(String, PathBuf)> {
    let mut refuse = |kind: ProblemKind, expected: &str| {
        problems.push(Problem::error(kind, "extends", extends.at.clone()).expected(expected));
        None
    };
    let expected = "the path of another scenario, relative to this file";
    let Some(name) = extends.text() else {
        return refuse(
            ProblemKind::WrongType {
                found: extends.value.kind(),
            },
            expected,
        );
    };
    let path = folder.join(name);
    chain.push(path.display().to_string());
    let identity = identity(&path);
    if seen.contains(&identity) {
        return refuse(
            ProblemKind::ExtendsCircle { chain: chain.join(" -> ") },
            "a file that does not lead back here",
        );
    }
    seen.push(identity);
    match fs::read_to_string(&path) {
        Ok(text) => Some((text, path)),
        Err(error) => {
            let kind = ProblemKind::Unreadable {
                path: path.display().to_string(),
                reason: reason(&error),
            };
            refuse(kind, expected)
        }
    }
}

/// The keys of a dotted path, each with its place.
pub(super) type Keys = Vec<(String, SourcePlace)>;

/// The keys and the value of an override that stands at an offset among all of them.
fn parse_override(text: &str, file: usize, offset: usize, problems: &mut Vec<Problem>) -> Option<(Keys, Node)> {
    let place = |start: usize, length: usize| SourcePlace {
        file,
        span: offset + start..offset + start + length,
    };
    let Some((path, value)) = text
        .split_once('=')
        .filter(|(path, _)| !path.split('.').any(|key| bare(key).is_empty()))
    else {
        let problem = Problem::error(ProblemKind::NotAnOverride, "", place(0, text.len()));
        let expected = "the dotted path of a key, an equals sign and a value";
        problems.push(problem.expected(expected).remedy("write, for example, --set run.replications=5"));
        return None;
    };
    let mut start = 0;
    let keys = path.split('.').map(|part| {
        let at = place(start, part.len());
        start += part.len() + 1;
        (bare(part).to_owned(), at)
    });
    let keys = keys.collect();
    let start = path.len() + 1 + value.len() - value.trim_start().len();
    let value = value.trim();
    let node = parse_value(value, file, offset + start, problems)
        .unwrap_or_else(|| Node::new(Value::Text(value.to_owned()), place(start, value.len())));
    Some((keys, node))
}

/// A key without blanks and quotes around it.
pub(super) fn bare(key: &str) -> &str {
    key.trim().trim_matches(['"', '\''])
}

/// The value within a table for each key of its path.
pub(super) fn nest(keys: Keys, value: Node) -> Node {
    keys.into_iter().rev().fold(value, |mut inner, (key, place)| {
        inner.key = place.clone();
        Node::new(Value::Table(Table::from([(key, inner)])), place)
    })
}

/// Puts one layer over another: tables key by key, anything else as a whole.
fn merge(lower: &mut Node, upper: Node, path: &mut Vec<String>) {
    match (&mut lower.value, upper.value) {
        // A law that is written anew has other parameters, so nothing of the old one is kept.
        (Value::Table(below), Value::Table(above)) if !names_a_law(&above) || above.len() == 1 => {
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            drop_alternatives(below, &above, &keys);
            for (key, node) in above {
                if takes_out(&node) && below.get(&key).is_some_and(|old| old.table().is_some()) {
                    below.remove(&key);
                } else if let Some(old) = below.get_mut(&key) {
                    path.push(key);
                    merge(old, node, path);
                    path.pop();
                } else {
                    below.insert(key, node);
                }
            }
        }
        (_, value) => *lower = Node { value, ..upper },
    }
}

/// Whether a value takes a table of the layers below out.
fn takes_out(node: &Node) -> bool {
    node.text() == Some("none")
}

/// Whether a table is a law written out.
pub(super) fn names_a_law(table: &Table) -> bool {
    table.get("law").is_some_and(|node| node.text().is_some())
}

/// The ways to say the same thing, of which there may be one: each by its own key, then what belongs to it.
pub(super) const DEPARTURES: &[&[&str]] = &[
    &["rate", "by_hour", "by_weekday", "by_month"],
    &["timetable", "lateness"],
    &["appointments", "at", "lateness"],
    &["every"],
    &["trace", "trace_rows"],
    &["gather"],
];
/// The same for the arrivals of lots of boxes.
pub(super) const LOTS: &[&[&str]] = &[&["rate", "by_hour", "by_weekday", "by_month"], &["every"]];
/// The same for the stated times of a regrouping.
pub(super) const CALLS: &[&[&str]] = &[&["every"], &["timetable"]];
/// The same for the lifting time of a reloading terminal.
pub(super) const LIFTING: &[&[&str]] = &[&["lifting"], &["per_lift", "cranes", "cranes_per_train"]];
/// The same for the wind over a place.
pub(super) const WIND: &[&[&str]] = &[&["storms"], &["dated"], &["trace", "trace_rows"]];
/// The same for the breakdowns of a terminal.
pub(super) const BREAKDOWNS: &[&[&str]] = &[&["up", "down", "repairers"], &["dated"], &["trace", "trace_rows"]];
/// The same for the ways of a flow.
pub(super) const WAYS: &[&[&str]] = &[&["via"], &["routes", "choice", "divert_above", "divert_after"]];
/// The same for the running time of a line.
pub(super) const RUNNING: &[&[&str]] = &[&["running_time"], &["speed"]];
/// The same for the passing places of a single track.
pub(super) const PASSING: &[&[&str]] = &[&["passing_places", "passing_tracks"], &["passing", "sections"]];
/// The same for the size of a section.
pub(super) const SECTION: &[&[&str]] = &[&["length"], &["share"]];
/// The same for what a disruption does.
pub(super) const EFFECT: &[&[&str]] = &[
    &["closes", "towards", "in_hand"],
    &["embargoes", "flows", "cargo"],
    &["changes", "to", "share"],
    &["surges", "times"],
];
/// The same for the number while it is in force.
pub(super) const AMOUNT: &[&[&str]] = &[&["to"], &["share"]];
/// The same for when it is in force.
pub(super) const WHEN: &[&[&str]] = &[&["from", "until"], &["windows"], &["between", "lasts"]];
/// The same for the spread of a law.
pub(super) const SPREAD: &[&[&str]] = &[&["sd"], &["cv"]];

/// What belongs to one word of a choice of words: the key of the choice, the word, and the keys that belong to it.
fn belongs(path: &[&str]) -> Option<(&'static str, &'static str, &'static [&'static str])> {
    const SINGLE: &[&str] = &["passing_places", "passing_tracks", "passing", "sections", "bunch", "crossing"];
    match path {
        ["places", _, "choice", _] => Some(("rule", "shares", &["shares"])),
        ["places", _, "clearance", _] => Some(("held", "set_out", &["most_boxes"])),
        ["lines", _] => Some(("tracks", "single", SINGLE)),
        _ => None,
    }
}

/// A layer that chooses one alternative takes the others out of the layers below.
fn drop_alternatives(below: &mut Table, above: &Table, path: &[&str]) {
    if let Some((key, word, followers)) = belongs(path)
        && above.get(key).and_then(Node::text).is_some_and(|chosen| chosen != word)
    {
        for follower in followers {
            below.remove(*follower);
        }
    }
    let all: &[&[&[&str]]] = match path {
        ["flows", _] => &[WAYS],
        ["flows", _, "departures"] => &[DEPARTURES],
        ["flows", _, "departures", "gather", "lots"] => &[LOTS],
        ["places", _, "regrouping", _] => &[CALLS],
        ["places", _, "reloading", _] => &[LIFTING],
        ["places", _, "wind"] => &[WIND],
        ["places", _, "reloading", _, "breakdowns"] => &[BREAKDOWNS],
        ["lines", _] => &[RUNNING, PASSING],
        ["disruptions", _] => &[EFFECT, AMOUNT, WHEN],
        _ if names_a_law(below) => &[SPREAD],
        _ => return,
    };
    for alternatives in all {
        let mut chosen = alternatives.iter().filter(|keys| above.contains_key(keys[0]));
        if let (Some(only), None) = (chosen.next(), chosen.next()) {
            for key in alternatives.iter().filter(|keys| *keys != only).copied().flatten() {
                below.remove(*key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::resolved;

    fn layered(lower: &str, overrides: &[&str]) -> (String, Vec<Problem>) {
        let mut problems = Vec::new();
        let overrides: Vec<String> = overrides.iter().map(ToString::to_string).collect();
        let document = assemble(lower.to_owned(), Path::new("x.toml"), &overrides, &mut problems);
        (resolved::write(&document.root), problems)
    }

    #[test]
    fn overrides_are_values_or_else_texts() {
        let (text, problems) = layered(
            "title = 'a'",
            &["run.seed=5", "time.length=45 min", "title = \"b\"", "d=2022-01-01"],
        );
        assert_eq!(problems, []);
        assert_eq!(
            text,
            "d = 2022-01-01\ntitle = \"b\"\n\n[run]\nseed = 5\n\n[time]\nlength = \"45 min\"\n"
        );
    }

    #[test]
    fn overrides_that_are_none() {
        for text in ["", "title", "=3", "a..b=1", "a.=1"] {
            let (_, problems) = layered("", &[text]);
            assert_eq!(problems.len(), 1, "{text}");
            assert_eq!(problems[0].kind, ProblemKind::NotAnOverride, "{text}");
        }
    }

    #[test]
    fn a_slip_in_an_id_creates_nothing() {
        let (_, problems) = layered("[places.alataw_pass]", &["places.alatav_pass.tracks.broad=4"]);
        assert_eq!(problems[0].remedy.as_deref(), Some("did you mean `alataw_pass`?"));
        let (_, problems) = layered("[places.a.clearance.export]", &["places.a.clearance.exprt.desks=4"]);
        assert_eq!(problems[0].remedy.as_deref(), Some("did you mean `export`?"));
        let (_, problems) = layered("", &["places.b={ name = \"B\" }"]);
        assert_eq!(problems, []);
    }

    /// A whole thing, but no value: there the word is one like any other.
    #[test]
    fn a_layer_takes_things_out() {
        let (text, problems) = layered(
            "title = 'a'\n[flows.f]\nfrom = 'a'\n[flows.g]\nfrom = 'b'\n[places.a.clearance.c]\nadvance = { share = 1 }\ndesks = 2",
            &["flows.f=none", "places.a.clearance.c.advance=none", "title=none"],
        );
        assert_eq!(problems, []);
        assert_eq!(
            text,
            "title = \"none\"\n\n[flows.g]\nfrom = \"b\"\n\n[places.a.clearance.c]\ndesks = 2\n"
        );
    }

    #[test]
    fn a_layer_that_chooses_an_alternative_drops_the_other() {
        let (text, _) = layered(
            "[flows.f.departures]\nrate = '9/day'\nby_month = [1]",
            &["flows.f.departures.every=2 h"],
        );
        assert_eq!(text, "[flows.f.departures]\nevery = \"2 h\"\n");
        let (text, _) = layered("t = { law = 'gamma', mean = '1 h', cv = 1 }", &["t.sd=5 min"]);
        assert_eq!(text, "t = { law = \"gamma\", mean = \"1 h\", sd = \"5 min\" }\n");
        let (text, _) = layered(
            "t = { law = 'gamma', mean = '1 h', cv = 1 }",
            &["t={ law = 'constant', value = '1 h' }"],
        );
        assert_eq!(text, "t = { law = \"constant\", value = \"1 h\" }\n");
        let (text, _) = layered("t = { law = 'gamma', mean = '1 h', cv = 1 }", &["t.law=weibull"]);
        assert_eq!(text, "t = { law = \"weibull\", cv = 1, mean = \"1 h\" }\n");
        let (text, _) = layered(
            "[lines.x]\npassing = [{}]\nsections = [{}, {}]",
            &["lines.x.passing_places=3", "lines.x.speed=60 km/h"],
        );
        assert_eq!(text, "[lines.x]\npassing_places = 3\nspeed = \"60 km/h\"\n");
        let (text, _) = layered(
            "[lines.x]\ntracks = 'single'\npassing = [{}]\nbunch = 2\nroom = 3",
            &["lines.x.tracks=double"],
        );
        assert_eq!(text, "[lines.x]\nroom = 3\ntracks = \"double\"\n");
        let (text, _) = layered(
            "[places.a.choice.c]\nrule = 'shares'\nshares = [1, 0]\n[places.a.clearance.c]\nheld = 'set_out'\nmost_boxes = 5",
            &["places.a.choice.c.rule=order", "places.a.clearance.c.held=train"],
        );
        assert_eq!(
            text,
            "[places.a.choice.c]\nrule = \"order\"\n\n[places.a.clearance.c]\nheld = \"train\"\n"
        );
        let (text, _) = layered("[flows.f]\nvia = ['a']", &["flows.f.routes={ n = {} }", "flows.f.choice=fixed"]);
        assert_eq!(text, "[flows.f]\nchoice = \"fixed\"\n\n[flows.f.routes.n]\n");
        // A place may have any name, even that of an alternative.
        let (text, _) = layered("[places.rate]", &["places.every={}"]);
        assert_eq!(text, "[places.every]\n\n[places.rate]\n");
    }
}
