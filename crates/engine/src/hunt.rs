//! `hunt`: logs in, detections out. Blocks of all logs are read by whichever worker is free, also within one log;
//! results are put back into the order of the inputs, so that the output does not depend on the number of threads.

mod batch;
mod clocks;
mod feed;
mod follow;
mod opening;
mod order;
mod pool;
mod run;

pub use follow::hunt_follow;
pub use run::{Asked, Covered, Extra, HuntProgress, HuntSettings, Told, hunt_inputs};
