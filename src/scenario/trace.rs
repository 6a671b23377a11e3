//! Recorded departures: CSV files become rows of the tree, each value with its place in the CSV file.

use std::fs;

use super::document::{Node, Table, Value};
use super::layers::Document;
use super::nearest::suggestion;
use super::problem::{Problem, ProblemKind, SourcePlace, reason};

/// The columns of a trace; the first must be there.
const COLUMNS: [&str; 2] = ["departure", "boxes"];

/// Reads every trace that a flow names and puts its rows beside the name.
pub(super) fn embed(document: &mut Document, problems: &mut Vec<Problem>) {
    for (flow, trace) in wanted(document) {
        let Some(rows) = read(document, &flow, &trace, problems) else {
            continue;
        };
        let path = ["flows", &flow, "departures"];
        let table = path
            .iter()
            .try_fold(&mut document.root, |node, key| node.table_mut()?.get_mut(*key));
        if let Some(departures) = table.and_then(Node::table_mut) {
            departures.insert("trace_rows".to_owned(), Node { key: trace.key, ..rows });
        }
    }
}

/// The flows whose trace is not yet in the tree, or is that of a layer below.
fn wanted(document: &Document) -> Vec<(String, Node)> {
    let flows = document.root.find(&["flows"]).and_then(Node::table);
    let mut wanted = Vec::new();
    for (id, flow) in flows.into_iter().flatten() {
        let Some(trace) = flow.find(&["departures", "trace"]).filter(|trace| trace.text().is_some()) else {
            continue;
        };
        let rows = flow.find(&["departures", "trace_rows"]);
        if rows.is_none_or(|rows| document.is_above(&trace.at, &rows.at)) {
            wanted.push((id.clone(), trace.clone()));
        }
    }
    wanted
}

fn read(document: &mut Document, flow: &str, trace: &Node, problems: &mut Vec<Problem>) -> Option<Node> {
    let folder = document.folders.get(trace.at.file).cloned().unwrap_or_default();
    let path = folder.join(trace.text()?);
    let key = format!("flows.{flow}.departures.trace");
    match fs::read_to_string(&path) {
        Ok(text) => {
            let file = document.add_source(path.display().to_string(), text.clone(), folder);
            Some(rows(&text, file, &key, problems))
        }
        Err(error) => {
            let kind = ProblemKind::Unreadable {
                path: path.display().to_string(),
                reason: reason(&error),
            };
            problems.push(
                Problem::error(kind, key, trace.at.clone())
                    .expected("a CSV file with the columns `departure` and, if known, `boxes`")
                    .remedy("give its path relative to the file that names it"),
            );
            None
        }
    }
}

/// The rows of a CSV text as an array of tables.
fn rows(text: &str, file: usize, key: &str, problems: &mut Vec<Problem>) -> Node {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Option<Vec<Option<&str>>> = None;
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let from = usize::try_from(reader.position().byte()).unwrap_or(text.len());
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                let at = line_at(text, from, file);
                problems
                    .push(Problem::error(ProblemKind::BadRow(csv_reason(&error)), key, at).expected("as many fields as in the first line"));
                break;
            }
        }
        let line = line_at(text, from, file);
        let fields = fields(&record, text, &line);
        match &columns {
            None => columns = Some(header(&fields, &line, key, problems)),
            Some(columns) => rows.push(row(columns, fields, line)),
        }
    }
    if columns.is_none() {
        header(&[], &line_at(text, 0, file), key, problems);
    }
    if !columns.is_some_and(|columns| columns.contains(&Some(COLUMNS[0]))) {
        rows.clear();
    }
    Node::new(Value::Array(rows), SourcePlace { file, span: 0..0 })
}

fn csv_reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("it has {len} fields instead of {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// The first line from an offset on that is not blank.
fn line_at(text: &str, from: usize, file: usize) -> SourcePlace {
    let rest = text.get(from..).unwrap_or_default();
    let start = from + (rest.len() - rest.trim_start_matches(['\r', '\n']).len());
    let length = text.get(start..).map_or(0, |rest| rest.find(['\r', '\n']).unwrap_or(rest.len()));
    SourcePlace {
        file,
        span: start..start + length,
    }
}

/// Each field with its place; that of its line where the line has quotes, so that fields are not simply between commas.
fn fields(record: &csv::StringRecord, text: &str, line: &SourcePlace) -> Vec<(String, SourcePlace)> {
    let written = text.get(line.span.clone()).unwrap_or_default();
    let plain = !written.contains('"');
    let mut parts = written.split(',');
    let mut start = line.span.start;
    let mut fields = Vec::new();
    for field in record {
        let part = parts.next().unwrap_or_default();
        let indent = part.len() - part.trim_start().len();
        let span = if plain {
            start + indent..start + indent + part.trim().len()
        } else {
            line.span.clone()
        };
        start += part.len() + 1;
        fields.push((field.to_owned(), SourcePlace { file: line.file, span }));
    }
    fields
}

/// The known columns in the order of the file.
fn header(fields: &[(String, SourcePlace)], line: &SourcePlace, key: &str, problems: &mut Vec<Problem>) -> Vec<Option<&'static str>> {
    let mut columns = Vec::new();
    for (name, at) in fields {
        let name = name.trim_start_matches('\u{feff}');
        let known = COLUMNS.into_iter().find(|column| *column == name);
        if known.is_none() {
            let problem = Problem::error(ProblemKind::UnknownKey, name, at.clone());
            problems.push(
                problem
                    .expected("the columns `departure` and `boxes`")
                    .remedy_if(suggestion(name, COLUMNS)),
            );
        }
        columns.push(known);
    }
    if !columns.contains(&Some(COLUMNS[0])) {
        let problem = Problem::error(ProblemKind::NoColumn(COLUMNS[0]), key, line.clone());
        problems.push(
            problem
                .expected("a first line that names the columns")
                .remedy("write departure,boxes"),
        );
    }
    columns
}

fn row(columns: &[Option<&'static str>], fields: Vec<(String, SourcePlace)>, line: SourcePlace) -> Node {
    let mut table = Table::new();
    for (column, (text, at)) in columns.iter().zip(fields) {
        let Some(column) = *column else { continue };
        let value = match text.parse() {
            Ok(number) if column == "boxes" => Value::Integer(number),
            _ if text.is_empty() => continue,
            _ => Value::Text(text),
        };
        table.insert(column.to_owned(), Node::new(value, at));
    }
    Node::new(Value::Table(table), line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (usize, Vec<Problem>) {
        let mut problems = Vec::new();
        let node = rows(text, 0, "t", &mut problems);
        let Value::Array(rows) = node.value else {
            unreachable!("rows are an array")
        };
        (rows.len(), problems)
    }

    #[test]
    fn rows_with_their_places() {
        let text = "departure,boxes\n2022-01-01 06:00, 41\n\n\"2022-01-02 06:00\",\n";
        let mut problems = Vec::new();
        let node = rows(text, 0, "t", &mut problems);
        assert_eq!(problems, []);
        let Value::Array(rows) = node.value else {
            unreachable!("rows are an array")
        };
        assert_eq!(rows.len(), 2);
        assert_eq!(&text[rows[0].at.span.clone()], "2022-01-01 06:00, 41");
        let boxes = rows[0].find(&["boxes"]).expect("it is there");
        assert_eq!(&text[boxes.at.span.clone()], "41");
        assert_eq!(&text[rows[1].at.span.clone()], "\"2022-01-02 06:00\",");
        assert!(rows[1].find(&["boxes"]).is_none());
    }

    #[test]
    fn what_is_no_trace() {
        assert_eq!(read("").1[0].kind, ProblemKind::NoColumn("departure"));
        let (rows, problems) = read("departur,boxes\n1,2\n");
        assert_eq!((rows, problems.len()), (0, 2));
        assert_eq!(problems[0].remedy.as_deref(), Some("did you mean `departure`?"));
        let (_, problems) = read("departure,boxes\n1,2,3\n");
        assert_eq!(problems[0].kind, ProblemKind::BadRow("it has 3 fields instead of 2".into()));
    }
}
