//! A discrete-event simulator of freight-train flows through border ports.

pub mod lang;

pub mod units;

pub mod random;

pub mod scenario;

pub mod network;

pub mod model;

pub mod engine;

pub mod observe;

pub mod railway;

pub mod stats;

pub mod experiment;

pub mod verify;

pub mod report;

pub mod store;

pub mod cli;
