//! Randomness: addressed streams and the laws drawn from them. The only place that draws.
//!
//! Every draw has an address (seed, replication, purpose, entity) and is a pure function of it, through
//! the counter-based generator Philox2x64-7. Nothing depends on the order of events, so the same train
//! has the same luck in two scenarios that treat it differently, and adding a place leaves every other
//! draw as it was.
//!
//! Logarithms and exponentials come from the pure-Rust `libm`, not from the platform: with the
//! platform's, the last bit of a draw may differ from host to host. That is why the laws that need them
//! are written here, by inversion where that is practical, and only those that need none (triangular,
//! weighted choice) come from `rand_distr`.

mod counts;
mod elementary;
mod law;
mod normal;
mod philox;
mod stream;
mod variate;

pub use law::Law;
pub use normal::{normal_cdf, normal_deviate, normal_quantile};
pub use philox::philox2x64;
pub use stream::{Draws, Purpose, StreamKey};
pub use variate::Variate;
