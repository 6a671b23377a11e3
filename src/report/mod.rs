//! Results to bytes: tables, charts and the summary. Knows [`Results`] and nothing of the simulation.
//!
//! Nothing here reads or writes a file: charts are strings and bytes, tables go into any writer.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "pixels and shown numbers: counts are far below 2^53, casts of floats saturate"
)]

pub mod calendar;
mod chart;
pub mod charts;
pub mod document;
mod font;
pub mod html;
mod network;
pub mod number;
mod paint;
mod picture;
mod scale;
mod sheet;
pub mod summary;
pub mod tables;
pub mod theme;
pub mod words;

#[cfg(test)]
mod fixture;

pub use crate::lang::Lang;
pub use chart::Chart;
pub use charts::comparison_gallery;
pub use charts::gallery;

#[cfg(doc)]
use crate::experiment::results::Results;

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A chart could not be drawn.
    #[error("a chart could not be drawn: {0}")]
    Drawing(String),
    /// A table could not be written as CSV.
    #[error("a table could not be written as CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A table could not be written as Parquet.
    #[error("a table could not be written or read as Parquet: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A column of a Parquet file is of a type that this program does not write.
    #[error("the column {0:?} is of a type that this program does not write")]
    ColumnType(String),
    /// The summary could not be written as JSON.
    #[error("the summary could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A row has another number of values than the table has columns.
    #[error("a row of {found} values was given to a table of {expected} columns")]
    Columns {
        /// How many columns there are.
        expected: usize,
        /// How many values came.
        found: usize,
    },
    /// The destination did not take the bytes.
    #[error("the table could not be written: {0}")]
    Write(#[from] std::io::Error),
}
