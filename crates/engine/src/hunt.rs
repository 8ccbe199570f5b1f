//! `hunt`: logs in, detections out. Blocks of all logs are read by whichever worker is free, also within one log;
//! results are put back into the order of the inputs, so that the output does not depend on the number of threads.

mod batch;
mod clocks;
mod feed;
mod opening;
mod pool;
mod run;

pub use run::{Asked, HuntProgress, HuntSettings, Told, hunt_inputs};
