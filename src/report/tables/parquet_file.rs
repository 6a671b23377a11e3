//! The low-level side of Parquet: a schema of optional flat columns, and columns into row groups.

use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::{Table, Values};
use crate::report::ReportError;

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
    let properties = WriterProperties::builder()
        .set_created_by(concat!("landbridge ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .build();
    Ok(SerializedFileWriter::new(to, schema(columns)?, Arc::new(properties))?)
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

pub(super) fn write(table: &Table, to: impl Write + Send) -> Result<(), ReportError> {
    let columns: Vec<(&str, Kind)> = table
        .columns
        .iter()
        .map(|c| {
            let kind = match c.values {
                Values::Text(_) => Kind::Text,
                Values::Integer(_) => Kind::Integer,
                Values::Float(_) => Kind::Float,
            };
            (c.name.as_str(), kind)
        })
        .collect();
    let mut file = create(&columns, to)?;
    let rows = table.rows();
    for first in (0..rows).step_by(ROWS) {
        let mut group = file.next_row_group()?;
        for column in &table.columns {
            push(&mut group, &column.values, first..rows.min(first + ROWS))?;
        }
        group.close()?;
    }
    file.close()?;
    Ok(())
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
