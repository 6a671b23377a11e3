//! A discrete-event simulator of freight-train flows through border ports.

pub mod units;

pub mod random;

pub mod scenario;

pub mod observe;

pub mod stats;

pub mod experiment;

pub mod report;
