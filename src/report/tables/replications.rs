//! The wide table with a row per replication, written as the replications finish.

use std::io::Write;

use parquet::data_type::{DoubleType, Int64Type};
use parquet::file::writer::SerializedFileWriter;

use super::float_field;
use super::parquet_file::{self, Kind};
use crate::report::ReportError;

/// Values kept in memory before they are written as a row group: 16 MB at most. The writer keeps an entry for each column of each row
/// group up to the end, so that fewer row groups take less: some 65 bytes a replication of 430 measures.
const VALUES: usize = 1 << 21;

/// A row per replication and a column per measure, into CSV and Parquet at once, in bounded memory.
pub struct ReplicationTable<C: Write, P: Write + Send> {
    csv: csv::Writer<C>,
    parquet: SerializedFileWriter<P>,
    numbers: Vec<i64>,
    // A column after the other, as Parquet wants them; NaN is absent.
    values: Vec<Vec<f64>>,
    group_rows: usize,
}

impl<C: Write, P: Write + Send> ReplicationTable<C, P> {
    /// Writes the header: `replication`, then the given columns.
    ///
    /// # Errors
    /// Where a destination does not take the bytes.
    pub fn new(columns: &[String], csv: C, parquet: P) -> Result<Self, ReportError> {
        let mut csv = csv::Writer::from_writer(csv);
        csv.write_record(std::iter::once("replication").chain(columns.iter().map(String::as_str)))?;
        let mut kinds = vec![("replication", Kind::Integer)];
        kinds.extend(columns.iter().map(|c| (c.as_str(), Kind::Float)));
        Ok(Self {
            csv,
            parquet: parquet_file::create_lean(&kinds, parquet)?,
            numbers: Vec::new(),
            values: vec![Vec::new(); columns.len()],
            group_rows: (VALUES / columns.len().max(1)).max(1),
        })
    }

    /// Adds a row; undefined and infinite values are absent.
    ///
    /// # Errors
    /// Where the row has another number of values than there are columns, or a destination does not take the bytes.
    pub fn push(&mut self, replication: u32, values: &[Option<f64>]) -> Result<(), ReportError> {
        if values.len() != self.values.len() {
            return Err(ReportError::Columns {
                expected: self.values.len(),
                found: values.len(),
            });
        }
        let fields = values.iter().map(|v| v.map_or_else(String::new, float_field));
        self.csv.write_record(std::iter::once(replication.to_string()).chain(fields))?;
        self.numbers.push(i64::from(replication));
        for (column, value) in self.values.iter_mut().zip(values) {
            column.push(value.filter(|v| v.is_finite()).unwrap_or(f64::NAN));
        }
        if self.numbers.len() >= self.group_rows {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), ReportError> {
        if self.numbers.is_empty() {
            return Ok(());
        }
        let mut group = self.parquet.next_row_group()?;
        parquet_file::put::<Int64Type, _>(&mut group, self.numbers.drain(..).map(Some))?;
        for column in &mut self.values {
            parquet_file::put::<DoubleType, _>(&mut group, column.drain(..).map(|v| (!v.is_nan()).then_some(v)))?;
        }
        group.close()?;
        Ok(())
    }

    /// Writes what is left and the end of the Parquet file; gives the destinations back.
    ///
    /// # Errors
    /// Where a destination does not take the bytes.
    pub fn finish(mut self) -> Result<(C, P), ReportError> {
        self.flush()?;
        let csv = self.csv.into_inner().map_err(|e| ReportError::Write(e.into_error()))?;
        Ok((csv, self.parquet.into_inner()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tables::tests::parquet_as_csv;

    #[test]
    fn both_forms_say_the_same_over_several_row_groups() {
        let columns = vec!["places.a.dwell_time_hours_p95".to_owned(), "trains".to_owned()];
        let mut table = ReplicationTable::new(&columns, Vec::new(), Vec::new()).expect("memory");
        table.group_rows = 3;
        for r in 1..=7 {
            let value = f64::from(r) / 3.0;
            table
                .push(r, &[(r != 4).then_some(value), Some(if r == 5 { f64::NAN } else { value })])
                .expect("memory");
        }
        let wrong = table.push(8, &[None]);
        assert!(matches!(wrong, Err(ReportError::Columns { expected: 2, found: 1 })));
        let (csv, parquet) = table.finish().expect("memory");
        let csv = String::from_utf8(csv).expect("text");
        assert_eq!(csv.lines().nth(4), Some("4,,1.3333333333333333"));
        assert_eq!(csv.lines().nth(5), Some("5,1.6666666666666667,"));
        assert_eq!(parquet_as_csv(parquet), csv);
    }

    #[test]
    fn no_rows_and_no_columns() {
        let table = ReplicationTable::new(&[], Vec::new(), Vec::new()).expect("memory");
        let (csv, parquet) = table.finish().expect("memory");
        assert_eq!(csv, b"replication\n");
        assert_eq!(parquet_as_csv(parquet), "replication\n");
    }
}
