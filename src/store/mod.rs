//! The store of finished runs: a folder of Parquet parts, each whole or not there at all.
//!
//! A part is written under a name of its own, made durable and renamed, and is never changed again; its footer says what
//! plan it belongs to and holds the hash of its rows. Whatever kills a program, what was published stays, and what was
//! not leaves nothing that could be taken for a part. Two processes that do the same work publish the same bytes.
//!
//! Every table is made from rows in the order of the plan, so it is the same bytes however the rows came to be.

mod error;
mod folder;
mod index;
mod merge;
mod part;

pub use error::StoreError;
pub use folder::{Lock, Parts, publish, publish_with};
pub use index::Index;
pub use merge::{Merged, headlines, merge};
pub use part::{Part, PartFacts, PartFault, StoredRow};

#[cfg(test)]
mod tests;
