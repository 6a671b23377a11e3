//! Scenarios and plans as JSON Schema, draft 2020-12, for completion and checking in editors.
//!
//! A schema knows what a value can look like by itself: its type, its unit, its words, the keys beside it. What depends on
//! the rest of the file, such as whether an id exists, only the program knows. It asks for no key, because a file may
//! extend another that has it.

mod keys;
mod plan_keys;
mod reference;
mod shape;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use reference::Reference;
use shape::Table;

/// The page that describes the keys of a scenario.
const SCENARIO_PAGE: &str = include_str!("../../../docs/scenario.md");
/// The page that describes the keys of a plan.
const PLAN_PAGE: &str = include_str!("../../../docs/sweeps.md");

/// The schema of a scenario file.
#[must_use]
pub fn scenario() -> Value {
    document(&keys::SCENARIO, "A landbridge scenario", &Reference::read(SCENARIO_PAGE))
}

/// The schema of a plan of experiments.
#[must_use]
pub fn plan() -> Value {
    document(&plan_keys::PLAN, "A landbridge plan of experiments", &Reference::read(PLAN_PAGE))
}

/// A whole schema: the root, and a definition for each table below it.
fn document(root: &'static Table, title: &str, reference: &Reference) -> Value {
    let mut tables = BTreeMap::new();
    collect(root, &mut tables);
    tables.remove(root.name);
    let definitions: Map<String, Value> = tables
        .into_iter()
        .map(|(name, table)| (name.to_owned(), table.schema(reference)))
        .collect();
    let mut schema = root.schema(reference);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        object.insert("title".to_owned(), title.into());
        object.insert("$defs".to_owned(), definitions.into());
    }
    schema
}

/// Every table from this one on, by its name.
fn collect(table: &'static Table, found: &mut BTreeMap<&'static str, &'static Table>) {
    if found.insert(table.name, table).is_some() {
        return;
    }
    for (_, shape) in table.keys {
        for inner in shape.tables() {
            collect(inner, found);
        }
    }
}
