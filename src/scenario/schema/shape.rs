//! What a value can look like, and what JSON Schema calls that.

use serde_json::{Map, Value, json};

use super::keys::LAWS;
use super::reference::Reference;
use crate::units::Dimension;

/// A table with fixed keys.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name among the definitions.
    pub(super) name: &'static str,
    /// Where the reference describes its keys, best place first.
    pub(super) described: &'static [Described],
    /// Its keys.
    pub(super) keys: &'static [(&'static str, Shape)],
    /// What may stand in its place, of another type than a table.
    pub(super) or: Option<Shape>,
}

/// A place in the reference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Described {
    /// What the heading begins with.
    pub(super) section: &'static str,
    /// What stands before the key in the table there.
    pub(super) prefix: &'static str,
    /// The one row that describes all the keys.
    pub(super) row: Option<&'static str>,
}

impl Described {
    /// A row for each key in the tables of a section.
    pub(super) const fn in_section(section: &'static str) -> Self {
        Self::under(section, "")
    }

    /// The same, each written behind the key of its table, as in `windows[].days`.
    pub(super) const fn under(section: &'static str, prefix: &'static str) -> Self {
        Self {
            section,
            prefix,
            row: None,
        }
    }

    /// By the row of the key to which the table belongs.
    pub(super) const fn as_the_key(section: &'static str, row: &'static str) -> Self {
        Self {
            section,
            prefix: "",
            row: Some(row),
        }
    }
}

/// What a value can look like by itself, whatever else the scenario says.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Any value.
    Any,
    /// A table with any keys.
    AnyTable,
    /// A text.
    Text,
    /// True or false.
    Boolean,
    /// A whole number within bounds.
    Whole { least: u64, most: u64 },
    /// A number within bounds.
    Number { least: f64, most: f64 },
    /// A number with its unit.
    Quantity(Dimension),
    /// A value that does not vary, or a law written out.
    Law(LawOf),
    /// The word with which a layer takes a table of the layers below out.
    Without,
    /// One of several words.
    Word(&'static [&'static str]),
    /// A date and time of day.
    DateTime,
    /// A date, or the first and last of several.
    Dates,
    /// The same, or an id, which never begins with a digit.
    DatesOrId,
    /// A number with one unit, whatever it measures.
    Amount,
    /// The dotted path of a key.
    Path,
    /// A time of day.
    Clock,
    /// Days of the week.
    Days,
    /// Hours of a day.
    Hours,
    /// A measure and how well it is to be known.
    Goal,
    /// A measure, the most that it may be, and a tolerance.
    Limit,
    /// A measure and what one of its units costs.
    Price,
    /// Any of several shapes.
    Either(&'static [Shape]),
    /// An array.
    List(&'static Shape),
    /// A value, or an array of at least one.
    OneOrMore(&'static Shape),
    /// A table with fixed keys.
    Table(&'static Table),
    /// A table of such tables, each under its id.
    Tables(&'static Table),
    /// A table of other values, each under the id of something.
    Things(&'static Shape),
}

/// What a law is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LawOf {
    /// Times.
    Times,
    /// Counts.
    Counts,
    /// Speeds of the wind.
    Winds,
}

/// A number above or at zero as quantities have it.
const NUMBER: &str = r"\+?([0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)";
const DATE: &str = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}";
const TIME_OF_DAY: &str = "([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?";
const DAY: &str = "(mon|tue|wed|thu|fri|sat|sun)";

impl Shape {
    /// As JSON Schema.
    pub(super) fn schema(self) -> Value {
        match self {
            Self::Any => json!(true),
            Self::AnyTable => json!({ "type": "object" }),
            Self::Text => json!({ "type": "string" }),
            Self::Boolean => json!({ "type": "boolean" }),
            Self::Whole { least, most } => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Self::Number { least, most } => json!({ "type": "number", "minimum": least, "maximum": most }),
            Self::Quantity(dimension) => quantity(dimension),
            Self::Law(of) => reference(of.table()),
            Self::Without => text("none", &[]),
            Self::Word(words) => json!({ "enum": words }),
            Self::DateTime => text(&format!("{DATE}[ T]{TIME_OF_DAY}"), &["2022-01-01 06:00"]),
            Self::Dates => text(&format!(r"{DATE}(\.\.{DATE})?"), &["2022-05-01", "2022-01-31..2022-02-06"]),
            Self::DatesOrId => text(&format!(r"({DATE}(\.\.{DATE})?|([A-Za-z]|[^\x00-\x7F]).*)"), &["2022-05-01"]),
            Self::Amount => text("[0-9._+-]+[A-Za-z/ ]*[A-Za-z/][A-Za-z/ ]*", &["45 min"]),
            Self::Path => text(r"[^.]+(\.[^.]+)*", &["flows.west.growth"]),
            Self::Clock => text(TIME_OF_DAY, &["06:00"]),
            Self::Days => text(&format!(r"(daily|{DAY}(\s*-\s*{DAY})?)"), &["daily", "mon-fri", "sat"]),
            Self::Hours => text(
                &format!(r"(24h|{TIME_OF_DAY}\s*-\s*({TIME_OF_DAY}|24:00))"),
                &["24h", "08:00-20:00", "13:00-24:00"],
            ),
            Self::Goal => text(r"\S.* within \s*[0-9.eE+-]+\s*%", &["places.pass.dwell_time_hours_p95 within 5 %"]),
            Self::Limit => text(
                r"[^<\s].*<=\s*[0-9.eE+-]+\s* within \s*[0-9.eE+-]+\s*%?",
                &["places.pass.dwell_time_hours_p95 <= 24 within 0.5"],
            ),
            Self::Price => text(r"\S.* at \s*[0-9.eE+-]+", &["trains_inside_mean at 120"]),
            Self::Either(shapes) => json!({ "anyOf": shapes.iter().map(|shape| shape.schema()).collect::<Vec<_>>() }),
            Self::List(shape) => json!({ "type": "array", "items": shape.schema() }),
            Self::OneOrMore(shape) => json!({
                "anyOf": [shape.schema(), { "type": "array", "items": shape.schema(), "minItems": 1 }]
            }),
            Self::Table(table) => reference(table),
            Self::Tables(table) => things(&reference(table)),
            Self::Things(shape) => things(&shape.schema()),
        }
    }

    /// The tables within.
    pub(super) fn tables(self) -> Vec<&'static Table> {
        match self {
            Self::Table(table) | Self::Tables(table) => vec![table],
            Self::Law(of) => vec![of.table()],
            Self::Either(shapes) => shapes.iter().flat_map(|shape| shape.tables()).collect(),
            Self::List(shape) | Self::OneOrMore(shape) | Self::Things(shape) => shape.tables(),
            _ => Vec::new(),
        }
    }
}

impl LawOf {
    /// The law written out.
    fn table(self) -> &'static Table {
        let found = LAWS.iter().find(|(of, _)| *of == self);
        &found.unwrap_or(&LAWS[0]).1
    }
}

impl Table {
    /// As JSON Schema, with what the reference says of each key.
    pub(super) fn schema(&self, reference: &Reference) -> Value {
        let mut properties = Map::new();
        for (key, shape) in self.keys {
            let mut schema = shape.schema();
            if let (Some(object), Some(description)) = (schema.as_object_mut(), self.description(key, reference)) {
                object.insert("description".to_owned(), description.into());
            }
            properties.insert((*key).to_owned(), schema);
        }
        let object = json!({ "type": "object", "properties": properties, "additionalProperties": false });
        self.or.map_or(object.clone(), |other| either_type(&object, &other.schema()))
    }

    /// What the reference says of a key.
    pub(super) fn description(&self, key: &str, reference: &Reference) -> Option<String> {
        self.described.iter().find_map(|place| {
            let row = place.row.map_or_else(|| format!("{}{key}", place.prefix), str::to_owned);
            reference.description(place.section, &row)
        })
    }
}

/// A reference to the definition of a table.
fn reference(table: &Table) -> Value {
    json!({ "$ref": format!("#/$defs/{}", table.name) })
}

/// Things under their ids.
fn things(each: &Value) -> Value {
    let object = json!({ "type": "object", "propertyNames": { "pattern": r"^[^A-Z.\s]+$" }, "additionalProperties": each });
    either_type(&object, &Shape::Without.schema())
}

/// Two schemas of different types as one. Each keyword holds for its type alone, so that an editor shows a slip deep in a table
/// where it is, which it could not with `anyOf`.
fn either_type(one: &Value, other: &Value) -> Value {
    let mut both = one.clone();
    if let (Some(both), Some(other)) = (both.as_object_mut(), other.as_object()) {
        for (keyword, value) in other {
            both.entry(keyword).or_insert_with(|| value.clone());
        }
        both.insert("type".to_owned(), json!([one["type"], other.get("type")]));
    }
    both
}

/// A text of a pattern, with examples if there are any.
fn text(pattern: &str, examples: &[&str]) -> Value {
    let pattern = format!(r"^\s*{pattern}\s*$");
    match examples {
        [] => json!({ "type": "string", "pattern": pattern }),
        _ => json!({ "type": "string", "pattern": pattern, "examples": examples }),
    }
}

fn quantity(dimension: Dimension) -> Value {
    let mut units: Vec<&str> = dimension.unit_names().collect();
    // The longest first: `min` is no `m` with something behind it.
    units.sort_by_key(|unit| std::cmp::Reverse(unit.len()));
    let pattern = format!(r"({NUMBER}\s*({})\s*)+", units.join("|"));
    let example = match dimension {
        Dimension::Time => "90 min",
        Dimension::Length => "388 km",
        Dimension::Speed => "60 km/h",
        Dimension::Wind => "20 m/s",
        Dimension::Rate => "18/day",
    };
    text(&pattern, &[example])
}
