//! The low-level side of Parquet: a schema of optional flat columns, and columns into row groups.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnDescPtr, Type, TypePtr};

use super::{Column, Table, Values};
use crate::report::ReportError;

/// The key of the note in a footer.
const NOTE: &str = "landbridge";
/// Rows of a row group of a whole table.
const ROWS: usize = 1 << 17;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Float,
}

/// A file with the given columns.
pub(super) fn create<W: Write + Send>(columns: &[(&str, Kind)], to: W) -> Result<SerializedFileWriter<W>, ReportError> {
    begin(columns, properties(), to)
}

/// A file of a few text or whole-number columns and many of numbers that hardly come twice, of which many row groups may
/// come: without dictionaries, which such numbers do not fit, and without the least, the most and the places of pages of every
/// piece, which the writer would keep in memory up to the end, a kilobyte and a half for each column of each row group.
pub(super) fn create_lean<W: Write + Send>(columns: &[(&str, Kind)], to: W) -> Result<SerializedFileWriter<W>, ReportError> {
    let lean = properties()
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    begin(columns, lean, to)
}

fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_created_by(concat!("landbridge ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
}

fn begin<W: Write + Send>(
    columns: &[(&str, Kind)],
    properties: WriterPropertiesBuilder,
    to: W,
) -> Result<SerializedFileWriter<W>, ReportError> {
    Ok(SerializedFileWriter::new(to, schema(columns)?, Arc::new(properties.build()))?)
}

fn schema(columns: &[(&str, Kind)]) -> Result<TypePtr, ReportError> {
    let field = |(name, kind): &(&str, Kind)| {
        let (physical, logical) = match kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Integer => (Physical::INT64, None),
            Kind::Float => (Physical::DOUBLE, None),
        };
        let built = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(built))
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, ReportError>>()?;
    Ok(Arc::new(Type::group_type_builder("landbridge").with_fields(fields).build()?))
}

pub(super) fn write(table: &Table, note: Option<&str>, to: impl Write + Send) -> Result<(), ReportError> {
    let note = note.map(|note| vec![KeyValue::new(NOTE.to_owned(), note.to_owned())]);
    let mut file = begin(&kinds(table), properties().set_key_value_metadata(note), to)?;
    let rows = table.rows();
    for first in (0..rows).step_by(ROWS) {
        put_group(&mut file, table, first..rows.min(first + ROWS))?;
    }
    file.close()?;
    Ok(())
}

/// The names and kinds of a table's columns.
fn kinds(table: &Table) -> Vec<(&str, Kind)> {
    let kind = |column: &Column| match column.values {
        Values::Text(_) => Kind::Text,
        Values::Integer(_) => Kind::Integer,
        Values::Float(_) => Kind::Float,
    };
    table.columns.iter().map(|column| (column.name.as_str(), kind(column))).collect()
}

fn put_group<W: Write + Send>(file: &mut SerializedFileWriter<W>, table: &Table, rows: Range<usize>) -> Result<(), ReportError> {
    let mut group = file.next_row_group()?;
    for column in &table.columns {
        push(&mut group, &column.values, rows.clone())?;
    }
    group.close()?;
    Ok(())
}

/// A table that is written piece by piece, each a row group, in the memory of one piece.
pub struct TableStream<W: Write + Send> {
    file: SerializedFileWriter<W>,
}

impl<W: Write + Send> TableStream<W> {
    /// Begins a file with the columns of a table, and none of its rows.
    ///
    /// # Errors
    /// Where the destination does not take the bytes.
    pub fn new(like: &Table, to: W) -> Result<Self, ReportError> {
        Ok(Self {
            file: create(&kinds(like), to)?,
        })
    }

    /// Adds the rows of a table with the same columns.
    ///
    /// # Errors
    /// Where the destination does not take the bytes.
    pub fn push(&mut self, table: &Table) -> Result<(), ReportError> {
        put_group(&mut self.file, table, 0..table.rows())
    }

    /// Writes the end of the file; gives the destination back.
    ///
    /// # Errors
    /// Where the destination does not take the bytes.
    pub fn finish(self) -> Result<W, ReportError> {
        Ok(self.file.into_inner()?)
    }
}

/// Reads a whole file that [`write()`] wrote: its table, and its note where there is one.
pub(super) fn read(name: &str, bytes: Vec<u8>) -> Result<(Table, Option<String>), ReportError> {
    let file = SerializedFileReader::new(Bytes::from(bytes))?;
    let facts = file.metadata().file_metadata();
    let note = facts
        .key_value_metadata()
        .into_iter()
        .flatten()
        .find(|pair| pair.key == NOTE)
        .and_then(|pair| pair.value.clone());
    let columns = facts.schema_descr().columns();
    let empty = |column: &ColumnDescPtr| {
        let values = match column.physical_type() {
            Physical::BYTE_ARRAY => Values::Text(Vec::new()),
            Physical::INT64 => Values::Integer(Vec::new()),
            _ => Values::Float(Vec::new()),
        };
        Column {
            name: column.name().to_owned(),
            values,
        }
    };
    let mut table = Table {
        name: name.to_owned(),
        columns: columns.iter().map(empty).collect(),
    };
    for group in 0..file.num_row_groups() {
        let group = file.get_row_group(group)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        for (at, column) in table.columns.iter_mut().enumerate() {
            match (&mut column.values, group.get_column_reader(at)?) {
                (Values::Text(values), ColumnReader::ByteArrayColumnReader(reader)) => {
                    let taken = take(reader, rows)?;
                    values.extend(
                        taken
                            .into_iter()
                            .map(|text| text.map(|text| String::from_utf8_lossy(text.data()).into())),
                    );
                }
                (Values::Integer(values), ColumnReader::Int64ColumnReader(reader)) => values.extend(take(reader, rows)?),
                (Values::Float(values), ColumnReader::DoubleColumnReader(reader)) => values.extend(take(reader, rows)?),
                _ => return Err(ReportError::ColumnType(column.name.clone())),
            }
        }
    }
    Ok((table, note))
}

/// The values of a column of a row group, with those that are absent.
fn take<D: DataType>(mut reader: ColumnReaderImpl<D>, rows: usize) -> Result<Vec<Option<D::T>>, ReportError> {
    let (mut present, mut levels) = (Vec::new(), Vec::new());
    while levels.len() < rows {
        let (read, _, _) = reader.read_records(rows - levels.len(), Some(&mut levels), None, &mut present)?;
        if read == 0 {
            break;
        }
    }
    let mut present = present.into_iter();
    Ok(levels.iter().map(|level| if *level > 0 { present.next() } else { None }).collect())
}

fn push<W: Write + Send>(group: &mut SerializedRowGroupWriter<'_, W>, values: &Values, rows: Range<usize>) -> Result<(), ReportError> {
    match values {
        Values::Text(v) => put::<ByteArrayType, _>(group, v[rows].iter().map(|v| v.as_deref().map(ByteArray::from))),
        Values::Integer(v) => put::<Int64Type, _>(group, v[rows].iter().copied()),
        Values::Float(v) => put::<DoubleType, _>(group, v[rows].iter().copied()),
    }
}

/// Writes the next column of a row group.
pub(super) fn put<D: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<D::T>>,
) -> Result<(), ReportError> {
    let mut present = Vec::new();
    let mut levels: Vec<i16> = Vec::new();
    for value in values {
        levels.push(i16::from(value.is_some()));
        present.extend(value);
    }
    if let Some(mut column) = group.next_column()? {
        column.typed::<D>().write_batch(&present, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}
