//! Tables with named and typed columns, as CSV and as Parquet.

mod from_comparison;
mod from_frontier;
mod from_losses;
mod from_optimisation;
mod from_response;
mod from_results;
mod from_search;
mod parquet_file;
mod replications;

use std::io::Write;
use std::sync::Arc;

pub use from_comparison::{differences, flow_differences, keys, train_differences};
pub use from_frontier::frontier;
pub use from_losses::{backlogs, losses};
pub use from_optimisation::alternatives;
pub use from_response::{factor_columns, response};
pub use from_results::{activities, all, daily, ledger, measures, queues, trains};
pub(crate) use from_results::{activity_rows, civil, kind, step_start};
pub use from_search::trials;
pub use parquet_file::TableStream;
pub use replications::ReplicationTable;

use super::ReportError;

/// A table: columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// For file names.
    pub name: String,
    /// The columns in order.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name, the unit last, such as `mean_hours`.
    pub name: String,
    /// Its values.
    pub values: Values,
}

/// The values of a column; `None` is an empty field in CSV and a null in Parquet.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Words; shared, as the same few repeat in long tables.
    Text(Vec<Option<Arc<str>>>),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Numbers; never undefined or infinite.
    Float(Vec<Option<f64>>),
}

impl Values {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::Integer(v) => v.len(),
            Self::Float(v) => v.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A value as CSV has it: floats with the fewest digits that read back as the same number.
    #[must_use]
    pub fn field(&self, row: usize) -> String {
        match self {
            Self::Text(v) => v.get(row).and_then(|v| v.as_deref().map(str::to_owned)),
            Self::Integer(v) => v.get(row).and_then(|v| v.map(|v| v.to_string())),
            Self::Float(v) => v.get(row).and_then(|v| v.map(float_field)),
        }
        .unwrap_or_default()
    }
}

/// A float as CSV has it.
fn float_field(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { String::new() }
}

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
        }
    }

    /// With a further column of words.
    #[must_use]
    pub fn text<T: Into<Arc<str>>>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.nullable_text(name, values.into_iter().map(Some))
    }

    /// With a further column of words that may be absent.
    #[must_use]
    pub fn nullable_text<T: Into<Arc<str>>>(self, name: &str, values: impl IntoIterator<Item = Option<T>>) -> Self {
        self.column(name, Values::Text(values.into_iter().map(|v| v.map(Into::into)).collect()))
    }

    /// With a further column of whole numbers.
    #[must_use]
    pub fn integer<T: Into<i64>>(self, name: &str, values: impl IntoIterator<Item = T>) -> Self {
        self.nullable_integer(name, values.into_iter().map(Some))
    }

    /// With a further column of whole numbers that may be absent.
    #[must_use]
    pub fn nullable_integer<T: Into<i64>>(self, name: &str, values: impl IntoIterator<Item = Option<T>>) -> Self {
        self.column(name, Values::Integer(values.into_iter().map(|v| v.map(Into::into)).collect()))
    }

    /// With a further column of numbers; undefined and infinite ones are absent.
    #[must_use]
    pub fn float(self, name: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.nullable_float(name, values.into_iter().map(Some))
    }

    /// With a further column of numbers that may be absent; undefined and infinite ones are.
    #[must_use]
    pub fn nullable_float(self, name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        self.column(
            name,
            Values::Float(values.into_iter().map(|v| v.filter(|v| v.is_finite())).collect()),
        )
    }

    fn column(mut self, name: &str, values: Values) -> Self {
        self.columns.push(Column {
            name: name.to_owned(),
            values,
        });
        self
    }

    /// How many rows it has: those that every column has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.iter().map(|c| c.values.len()).min().unwrap_or(0)
    }

    /// Writes the header and the rows as CSV.
    ///
    /// # Errors
    /// Where the destination does not take the bytes.
    pub fn write_csv(&self, to: impl Write) -> Result<(), ReportError> {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(self.columns.iter().map(|c| c.name.as_str()))?;
        for row in 0..self.rows() {
            writer.write_record(self.columns.iter().map(|c| c.values.field(row)))?;
        }
        writer.flush()?;
        Ok(())
    }

    /// The CSV as a text.
    ///
    /// # Errors
    /// None that memory does not give.
    pub fn to_csv(&self) -> Result<String, ReportError> {
        let mut bytes = Vec::new();
        self.write_csv(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Writes the table as Parquet: every column nullable, snappy, the same bytes for the same table.
    ///
    /// # Errors
    /// Where the destination does not take the bytes.
    pub fn write_parquet(&self, to: impl Write + Send) -> Result<(), ReportError> {
        parquet_file::write(self, None, to)
    }

    /// The same with a note in the footer, that [`Table::read_parquet`] gives back.
    ///
    /// # Errors
    /// Where the destination does not take the bytes.
    pub fn write_parquet_noted(&self, note: &str, to: impl Write + Send) -> Result<(), ReportError> {
        parquet_file::write(self, Some(note), to)
    }

    /// Reads a Parquet file of this program, and its note where there is one.
    ///
    /// # Errors
    /// The bytes are no such file, or not all of it.
    pub fn read_parquet(name: &str, bytes: Vec<u8>) -> Result<(Self, Option<String>), ReportError> {
        parquet_file::read(name, bytes)
    }

    /// The values of a column; `None` where there is no such column.
    #[must_use]
    pub fn values(&self, column: &str) -> Option<&Values> {
        self.columns.iter().find(|c| c.name == column).map(|c| &c.values)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;

    use super::*;
    use crate::report::fixture;

    /// A Parquet file, read back, written as the CSV writer would.
    pub(super) fn parquet_as_csv(bytes: Vec<u8>) -> String {
        let reader = SerializedFileReader::new(Bytes::from(bytes)).expect("a Parquet file");
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let created_by = reader.metadata().file_metadata().created_by();
        assert_eq!(created_by, Some(concat!("landbridge ", env!("CARGO_PKG_VERSION"))));
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(schema.columns().iter().map(|c| c.name())).expect("memory");
        for row in reader.get_row_iter(None).expect("rows") {
            let row = row.expect("a row");
            let fields = row.get_column_iter().map(|(_, field)| match field {
                Field::Null => String::new(),
                Field::Str(s) => s.clone(),
                Field::Long(n) => n.to_string(),
                Field::Double(x) => x.to_string(),
                other => panic!("{other:?} is no type of these tables"),
            });
            writer.write_record(fields).expect("memory");
        }
        String::from_utf8(writer.into_inner().expect("memory")).expect("text")
    }

    #[test]
    fn parquet_says_what_csv_says() {
        for results in [fixture::tiny(), fixture::usual(), fixture::empty()] {
            for table in all(&results) {
                let (mut once, mut again) = (Vec::new(), Vec::new());
                table.write_parquet(&mut once).expect("memory");
                table.write_parquet(&mut again).expect("memory");
                let read = Table::read_parquet(&table.name, again.clone()).expect("a Parquet file");
                assert!(read == (table.clone(), None), "{} is another one read back", table.name);
                assert!(once == again, "{} differs between two writes", table.name);
                assert!(parquet_as_csv(once) == table.to_csv().expect("memory"), "{}", table.name);
            }
        }
    }

    #[test]
    fn notes_and_torn_files() {
        let table = Table::new("t")
            .integer("n", 0..1_000_i64)
            .text("word", (0..1_000).map(|n| format!("w{}", n % 7)));
        let mut bytes = Vec::new();
        table.write_parquet_noted("{\"a\":1}", &mut bytes).expect("memory");
        assert_eq!(
            Table::read_parquet("t", bytes.clone()).expect("whole"),
            (table, Some("{\"a\":1}".to_owned()))
        );
        for length in [0, 3, 100, bytes.len() / 2, bytes.len() - 1] {
            assert!(Table::read_parquet("t", bytes[..length].to_vec()).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn pieces_are_row_groups_of_one_table() {
        let piece = |from: i64| Table::new("t").integer("n", from..from + 3);
        let mut stream = TableStream::new(&piece(0), Vec::new()).expect("memory");
        stream.push(&piece(0)).expect("memory");
        stream.push(&piece(3)).expect("memory");
        let bytes = stream.finish().expect("memory");
        let whole = Table::new("t").integer("n", 0..6_i64);
        assert_eq!(Table::read_parquet("t", bytes).expect("whole").0, whole);
    }

    #[test]
    fn absent_and_undefined_values_are_empty() {
        let table = Table::new("odd")
            .nullable_text("words", [Some("a,\"b\""), None, Some("")])
            .nullable_integer("whole", [Some(1_i64), None, Some(-3)])
            .float("number", [f64::NAN, f64::INFINITY, 0.1]);
        assert_eq!(
            table.to_csv().expect("memory"),
            "words,whole,number\n\"a,\"\"b\"\"\",1,\n,,\n,-3,0.1\n"
        );
        assert_eq!(table.rows(), 3);
    }

    #[test]
    fn trains_still_inside_have_no_end() {
        let results = fixture::usual();
        let table = trains(&results);
        let left = table.columns.iter().find(|c| c.name == "left_ms").expect("a column");
        assert_eq!(left.values.field(table.rows() - 1), "");
        assert_ne!(left.values.field(0), "");
    }
}
