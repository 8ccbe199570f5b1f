//! Builders of container formats that several areas need.
