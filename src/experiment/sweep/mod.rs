//! Sweeps: `PlanFile` -build-> `Plan` -work-> `Row`s, which the store keeps and merges into one table.
//!
//! A [`Plan`] holds everything that a run needs and nothing that depends on a machine, so that its bytes are its name:
//! their SHA-256. A run is known by what has an influence on it, the content of its scenario, seed, replication and
//! version of results, so a row is good for every plan that asks for this run.

mod asked;
mod design;
mod plan;
mod response;
mod row;
mod selecting;
mod sensitivity;
mod stopping;
mod work;
#[cfg(test)]
mod work_tests;

pub use asked::build_selection;
pub use design::settings;
pub use plan::{FactorColumn, MeasureColumn, Plan, PlanError, Point, PointGoal, StoppingRule, build, hexadecimal};
pub use response::{Response, ResponsePoint, Shape};
pub use row::{Row, Status};
pub use selecting::{PointLimit, PointPrice, Seen, SelectionRule, Standing, standing};
pub use sensitivity::{Factors, Sensitivity, sensitivity};
pub use stopping::needed;
pub use work::{RunId, WorkError, run_one, work};

#[cfg(test)]
pub(crate) mod tests;
