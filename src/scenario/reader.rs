//! Cursors over tables: they take values by key, note what is wrong, and go on.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::document::{Node, Table};
use super::item::Item;
use super::nearest::suggestion;
use super::problem::{Problem, ProblemKind, Severity, Thing};
use super::types::Id;
use crate::lang::Lang;

/// What all cursors share: the names that exist, and the problems found so far.
#[derive(Debug)]
pub(super) struct Context<'a> {
    root: &'a Node,
    /// In which language names are read where they are given in it.
    lang: Lang,
    problems: RefCell<Vec<Problem>>,
    /// Every key that each table was asked for, by the path of the table, to compare with key reference and schema.
    #[cfg(test)]
    pub(super) known_keys: RefCell<BTreeMap<String, BTreeSet<&'static str>>>,
}

impl<'a> Context<'a> {
    /// Begins with the problems that came up before.
    pub(super) fn new(root: &'a Node, problems: Vec<Problem>) -> Self {
        Self {
            root,
            lang: Lang::default(),
            problems: RefCell::new(problems),
            #[cfg(test)]
            known_keys: RefCell::default(),
        }
    }

    /// The same, with names in another language.
    pub(super) fn speaking(self, lang: Lang) -> Self {
        Self { lang, ..self }
    }

    /// In which language names are read.
    pub(super) fn lang(&self) -> Lang {
        self.lang
    }

    /// The whole document.
    pub(super) fn root(&self) -> &'a Node {
        self.root
    }

    /// Notes a problem.
    pub(super) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Whether there is an error so far.
    pub(super) fn has_errors(&self) -> bool {
        self.problems.borrow().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// All problems.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    /// The ids of a kind of thing that has a table of its own at the top.
    pub(super) fn ids(&self, thing: Thing) -> Vec<&'a str> {
        let table = self.things(thing);
        table.map(|table| table.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// Whether something of a kind has this id.
    pub(super) fn has(&self, thing: Thing, id: &str) -> bool {
        self.things(thing).is_some_and(|table| table.contains_key(id))
    }

    fn things(&self, thing: Thing) -> Option<&'a Table> {
        let key = match thing {
            Thing::Place => "places",
            Thing::Line => "lines",
            Thing::Flow => "flows",
            Thing::Gauge => "gauges",
            Thing::Calendar => "calendars",
            Thing::Holidays => "holidays",
            Thing::Cargo => "cargo",
            _ => return None,
        };
        self.root.find(&[key]).and_then(Node::table)
    }
}

impl<'a> Item<'a> {
    /// A table with fixed keys: `read` takes those that exist, any other is a problem.
    pub(super) fn table<T>(&self, read: impl FnOnce(&mut Reader<'a>) -> T) -> Option<T> {
        let Some(table) = self.node.table() else {
            return self.wrong_type("a table");
        };
        let mut reader = Reader {
            item: self.clone(),
            table,
            known: Vec::new(),
        };
        let value = read(&mut reader);
        reader.report_unknown_keys();
        Some(value)
    }

    /// A table whose keys are ids.
    pub(super) fn things<T>(&self, read: impl Fn(&str, &Item<'a>) -> Option<T>) -> Option<BTreeMap<Id, T>> {
        let Some(table) = self.node.table() else {
            return self.wrong_type("a table with an id for each entry");
        };
        let mut things = BTreeMap::new();
        for (id, node) in table {
            let item = Item {
                node,
                path: joined(&self.path, id),
                cx: self.cx,
            };
            if !is_id(id) {
                let problem = Problem::error(ProblemKind::BadId, item.path.as_str(), node.key.clone());
                self.cx.report(
                    problem
                        .expected("lower-case letters, digits, `_` and `-`")
                        .remedy("put the full name in `name`"),
                );
            }
            if let Some(thing) = read(id, &item) {
                things.insert(id.clone(), thing);
            }
        }
        Some(things)
    }
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Whether a key can be an id: letters that are not upper case, digits, `_` and `-`.
fn is_id(key: &str) -> bool {
    !key.is_empty()
        && key
            .chars()
            .all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || matches!(c, '_' | '-'))
}

/// A cursor over a table with fixed keys.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    item: Item<'a>,
    table: &'a Table,
    known: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    /// The table itself.
    pub(super) fn item(&self) -> &Item<'a> {
        &self.item
    }

    /// Whether a key is given.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The value of a key, where it is given.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.known.push(key);
        let node = self.table.get(key)?;
        Some(Item {
            node,
            path: joined(&self.item.path, key),
            cx: self.item.cx,
        })
    }

    /// The value of a key that may be left out; `None` also where it is given but wrong.
    pub(super) fn optional<T>(&mut self, key: &'static str, read: impl FnOnce(&Item<'a>) -> Option<T>) -> Option<T> {
        read(&self.get(key)?)
    }

    /// The value of a key that may not be left out.
    pub(super) fn required<T>(&mut self, key: &'static str, expected: &str, read: impl FnOnce(&Item<'a>) -> Option<T>) -> Option<T> {
        if let Some(item) = self.get(key) {
            return read(&item);
        }
        self.item.cx.report(self.missing(key).expected(expected));
        None
    }

    /// The problem that a key is missing.
    pub(super) fn missing(&self, key: &str) -> Problem {
        Problem::error(ProblemKind::Missing, joined(&self.item.path, key), self.item.node.key.clone())
    }

    /// The name for people: in the language that is read where it is given in it, else as it stands, by default the id.
    pub(super) fn name(&mut self, id: &str) -> String {
        let name = self.optional("name", |item| item.text("a name"));
        self.spoken("names").or(name).unwrap_or(id).to_owned()
    }

    /// Of a text in several languages, a key for each, that in the language that is read.
    pub(super) fn spoken(&mut self, key: &'static str) -> Option<&'a str> {
        let asked = self.item.cx.lang;
        let read = |reader: &mut Reader<'a>| {
            let texts = Lang::ALL.map(|lang| (lang, reader.optional(lang.code(), |item| item.text("a name"))));
            texts.into_iter().find(|(lang, _)| *lang == asked).and_then(|(_, text)| text)
        };
        self.optional(key, |item| item.table(read)).flatten()
    }

    /// Things by id; none where the key is left out.
    pub(super) fn things<T>(&mut self, key: &'static str, read: impl Fn(&str, &Item<'a>) -> Option<T>) -> BTreeMap<Id, T> {
        self.optional(key, |item| item.things(read)).unwrap_or_default()
    }

    /// Which one of several alternatives is given, by the first key of each, with the keys that belong to it.
    pub(super) fn alternative(&mut self, alternatives: &[&'static [&'static str]]) -> Option<&'static str> {
        let quoted = |keys: Vec<&str>, last: &str| {
            let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
            match keys.split_last() {
                Some((end, rest)) if !rest.is_empty() => format!("{} {last} {end}", rest.join(", ")),
                _ => keys.join(""),
            }
        };
        self.known.extend(alternatives.iter().copied().flatten());
        let given: Vec<_> = alternatives.iter().filter(|keys| self.has(keys[0])).collect();
        match given[..] {
            [] => {
                let list = quoted(alternatives.iter().map(|keys| keys[0]).collect(), "or");
                let at = self.item.node.key.clone();
                let problem = Problem::error(ProblemKind::NoneOf(list), self.item.path.as_str(), at);
                self.item.cx.report(problem.remedy("give one of them"));
                None
            }
            [only] => {
                self.report_strays(alternatives, only);
                Some(only[0])
            }
            [first, second, ..] => {
                let kind = ProblemKind::MoreThanOneOf(quoted(given.iter().map(|keys| keys[0]).collect(), "and"));
                let place = |keys: &[&str]| self.table.get(keys[0]).map_or(&self.item.node.key, |node| &node.key);
                let problem = Problem::error(kind, self.item.path.as_str(), place(second).clone());
                self.item
                    .cx
                    .report(problem.note(place(first), "also given here").remedy("keep one of them"));
                None
            }
        }
    }

    /// Keys of the alternatives that were not chosen.
    fn report_strays(&self, alternatives: &[&'static [&'static str]], chosen: &[&'static str]) {
        let mut reported = BTreeSet::new();
        for keys in alternatives.iter().filter(|keys| **keys != chosen) {
            for key in keys.iter().filter(|key| self.has(key) && !chosen.contains(key)) {
                // A key may belong to several alternatives.
                if !reported.insert(*key) {
                    continue;
                }
                let at = self.table.get(*key).map_or(&self.item.node.key, |node| &node.key);
                let problem = Problem::error(ProblemKind::OnlyWith(keys[0]), joined(&self.item.path, key), at.clone());
                self.item
                    .cx
                    .report(problem.remedy(format!("take it out, or give `{}` instead of `{}`", keys[0], chosen[0])));
            }
        }
    }

    fn report_unknown_keys(&self) {
        let known: BTreeSet<&str> = self.known.iter().copied().collect();
        #[cfg(test)]
        self.item
            .cx
            .known_keys
            .borrow_mut()
            .entry(self.item.path.clone())
            .or_default()
            .extend(&known);
        for (key, node) in self.table.iter().filter(|(key, _)| !known.contains(key.as_str())) {
            let problem = Problem::error(ProblemKind::UnknownKey, joined(&self.item.path, key), node.key.clone());
            self.item.cx.report(problem.remedy_if(suggestion(key, known.iter().copied())));
        }
    }
}
