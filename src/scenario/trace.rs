//! Recorded departures, winds and breakdowns: CSV files become rows of the tree, each value with its place in the file.

use std::fs;

use super::document::{Node, Table, Value};
use super::layers::Document;
use super::nearest::suggestion;
use super::problem::{Problem, ProblemKind, SourcePlace, reason};

/// A kind of trace.
#[derive(Clone, Copy, Debug)]
struct Form {
    /// The table that names its file as `trace`; `*` is any id.
    table: &'static [&'static str],
    /// The columns that must be there, then those that may be.
    columns: &'static [&'static str],
    /// How many must be there.
    needed: usize,
    /// Columns of numbers.
    numbers: &'static [&'static str],
    /// What the file is.
    file: &'static str,
    /// What its columns are.
    header: &'static str,
}

/// Every kind.
const FORMS: [Form; 3] = [
    Form {
        table: &["flows", "*", "departures"],
        columns: &["departure", "boxes"],
        needed: 1,
        numbers: &["boxes"],
        file: "a CSV file with the columns `departure` and, if known, `boxes`",
        header: "the columns `departure` and `boxes`",
    },
    Form {
        table: &["places", "*", "wind"],
        columns: &["time", "speed_m_s"],
        needed: 2,
        numbers: &["speed_m_s"],
        file: "a CSV file with the columns `time` and `speed_m_s`",
        header: "the columns `time` and `speed_m_s`",
    },
    Form {
        table: &["places", "*", "reloading", "*", "breakdowns"],
        columns: &["crane", "from", "to"],
        needed: 3,
        numbers: &["crane"],
        file: "a CSV file with the columns `crane`, `from` and `to`",
        header: "the columns `crane`, `from` and `to`",
    },
];

/// Reads every trace that a table names and puts its rows beside the name.
pub(super) fn embed(document: &mut Document, problems: &mut Vec<Problem>) {
    for form in FORMS {
        let mut wanted = Vec::new();
        find_wanted(document, &document.root, form.table, &mut Vec::new(), &mut wanted);
        for (path, trace) in wanted {
            let key = format!("{}.trace", path.join("."));
            let Some(rows) = read(document, form, &key, &trace, problems) else {
                continue;
            };
            let table = path.iter().try_fold(&mut document.root, |node, key| node.table_mut()?.get_mut(key));
            if let Some(table) = table.and_then(Node::table_mut) {
                table.insert("trace_rows".to_owned(), Node { key: trace.key, ..rows });
            }
        }
    }
}

/// The tables whose trace is not yet in the tree, or is that of a layer below.
fn find_wanted(document: &Document, node: &Node, below: &[&str], path: &mut Vec<String>, wanted: &mut Vec<(Vec<String>, Node)>) {
    let Some((key, below)) = below.split_first() else {
        let trace = node.find(&["trace"]).filter(|trace| trace.text().is_some());
        let is_old = |trace: &Node| {
            let rows = node.find(&["trace_rows"]);
            rows.is_some_and(|rows| !document.is_above(&trace.at, &rows.at))
        };
        wanted.extend(trace.filter(|trace| !is_old(trace)).map(|trace| (path.clone(), trace.clone())));
        return;
    };
    for (id, inner) in node.table().into_iter().flatten().filter(|(id, _)| *key == "*" || id == key) {
        path.push(id.clone());
        find_wanted(document, inner, below, path, wanted);
        path.pop();
    }
}

fn read(document: &mut Document, form: Form, key: &str, trace: &Node, problems: &mut Vec<Problem>) -> Option<Node> {
    let folder = document.folders.get(trace.at.file).cloned().unwrap_or_default();
    let path = folder.join(trace.text()?);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let file = document.add_source(path.display().to_string(), text.clone(), folder);
            Some(rows(form, &text, file, key, problems))
        }
        Err(error) => {
            let kind = ProblemKind::Unreadable {
                path: path.display().to_string(),
                reason: reason(&error),
            };
            problems.push(
                Problem::error(kind, key, trace.at.clone())
                    .expected(form.file)
                    .remedy("give its path relative to the file that names it"),
            );
            None
        }
    }
}

/// The rows of a CSV text as an array of tables.
fn rows(form: Form, text: &str, file: usize, key: &str, problems: &mut Vec<Problem>) -> Node {
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
            None => columns = Some(header(form, &fields, &line, key, problems)),
            Some(columns) => rows.push(row(form, columns, fields, line)),
        }
    }
    if columns.is_none() {
        header(form, &[], &line_at(text, 0, file), key, problems);
    }
    let complete = |columns: Vec<Option<&str>>| form.columns[..form.needed].iter().all(|needed| columns.contains(&Some(needed)));
    if !columns.is_some_and(complete) {
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
fn header(
    form: Form,
    fields: &[(String, SourcePlace)],
    line: &SourcePlace,
    key: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Option<&'static str>> {
    let mut columns = Vec::new();
    for (name, at) in fields {
        let name = name.trim_start_matches('\u{feff}');
        let known = form.columns.iter().copied().find(|column| *column == name);
        if known.is_none() {
            let problem = Problem::error(ProblemKind::UnknownKey, name, at.clone());
            problems.push(
                problem
                    .expected(form.header)
                    .remedy_if(suggestion(name, form.columns.iter().copied())),
            );
        }
        columns.push(known);
    }
    let missing = form.columns[..form.needed].iter().find(|needed| !columns.contains(&Some(**needed)));
    if let Some(column) = missing {
        let problem = Problem::error(ProblemKind::NoColumn(column), key, line.clone());
        problems.push(
            problem
                .expected("a first line that names the columns")
                .remedy(format!("write {}", form.columns.join(","))),
        );
    }
    columns
}

fn row(form: Form, columns: &[Option<&'static str>], fields: Vec<(String, SourcePlace)>, line: SourcePlace) -> Node {
    let mut table = Table::new();
    for (column, (text, at)) in columns.iter().zip(fields) {
        let Some(column) = *column else { continue };
        let is_number = form.numbers.contains(&column);
        let value = match (text.parse(), text.parse()) {
            (Ok(number), _) if is_number => Value::Integer(number),
            (_, Ok(number)) if is_number => Value::Float(number),
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
        let node = rows(FORMS[0], text, 0, "t", &mut problems);
        let Value::Array(rows) = node.value else {
            unreachable!("rows are an array")
        };
        (rows.len(), problems)
    }

    #[test]
    fn rows_with_their_places() {
        let text = "departure,boxes\n2022-01-01 06:00, 41\n\n\"2022-01-02 06:00\",\n";
        let mut problems = Vec::new();
        let node = rows(FORMS[0], text, 0, "t", &mut problems);
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
    fn numbers_with_a_point() {
        let node = rows(FORMS[1], "time,speed_m_s\n2022-01-01 06:00,17.2\n", 0, "t", &mut Vec::new());
        let Value::Array(rows) = node.value else {
            unreachable!("rows are an array")
        };
        let speed = rows[0].find(&["speed_m_s"]).expect("it is there");
        assert!(matches!(speed.value, Value::Float(17.2)));
        let mut problems = Vec::new();
        super::rows(FORMS[2], "crane,from\n1,2022-01-01 06:00\n", 0, "t", &mut problems);
        assert_eq!(problems[0].kind, ProblemKind::NoColumn("to"));
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
