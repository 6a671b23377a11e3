//! Files of holidays: their dates become part of the tree, each with its place in its file.

use std::fs;

use super::document::{Node, Table, parse_document};
use super::layers::Document;
use super::nearest::suggestion;
use super::problem::{Problem, ProblemKind, reason};

/// The keys of a file of holidays; the last must be there.
const KEYS: [&str; 2] = ["name", "dates"];

/// Reads every file that a set of holidays names and puts its dates beside the name.
pub(super) fn embed(document: &mut Document, problems: &mut Vec<Problem>) {
    for (id, file) in wanted(document) {
        let Some(mut read) = read(document, &id, &file, problems) else {
            continue;
        };
        let table = ["holidays", &id]
            .iter()
            .try_fold(&mut document.root, |node, key| node.table_mut()?.get_mut(*key));
        let Some(set) = table.and_then(Node::table_mut) else { continue };
        if let Some(dates) = read.remove("dates") {
            let key = file.key.clone();
            set.insert("file_dates".to_owned(), Node { key, ..dates });
        }
        if let Some(name) = read.remove("name") {
            set.entry("name".to_owned()).or_insert(name);
        }
    }
}

/// The sets whose file is not yet in the tree, or is that of a layer below.
fn wanted(document: &Document) -> Vec<(String, Node)> {
    let sets = document.root.find(&["holidays"]).and_then(Node::table);
    let mut wanted = Vec::new();
    for (id, set) in sets.into_iter().flatten() {
        let Some(file) = set.find(&["file"]).filter(|file| file.text().is_some()) else {
            continue;
        };
        let dates = set.find(&["file_dates"]);
        if dates.is_none_or(|dates| document.is_above(&file.at, &dates.at)) {
            wanted.push((id.clone(), file.clone()));
        }
    }
    wanted
}

/// The table of a file.
fn read(document: &mut Document, id: &str, file: &Node, problems: &mut Vec<Problem>) -> Option<Table> {
    let folder = document.folders.get(file.at.file).cloned().unwrap_or_default();
    let path = folder.join(file.text()?);
    let key = format!("holidays.{id}.file");
    let expected = "a TOML file with `dates`, an array of dates, and if wanted `name`";
    match fs::read_to_string(&path) {
        Ok(text) => {
            let number = document.sources.len();
            let mut tree = parse_document(&text, number, problems);
            document.add_source(path.display().to_string(), text, folder);
            let table = std::mem::take(tree.table_mut()?);
            for (word, node) in table.iter().filter(|(word, _)| !KEYS.contains(&word.as_str())) {
                let problem = Problem::error(ProblemKind::UnknownKey, word.as_str(), node.key.clone());
                problems.push(problem.expected(expected).remedy_if(suggestion(word, KEYS)));
            }
            if !table.contains_key(KEYS[1]) {
                let problem = Problem::error(ProblemKind::Missing, "dates", file.at.clone());
                problems.push(problem.expected(expected));
            }
            Some(table)
        }
        Err(error) => {
            let kind = ProblemKind::Unreadable {
                path: path.display().to_string(),
                reason: reason(&error),
            };
            let remedy = "give its path relative to the file that names it";
            problems.push(Problem::error(kind, key, file.at.clone()).expected(expected).remedy(remedy));
            None
        }
    }
}
