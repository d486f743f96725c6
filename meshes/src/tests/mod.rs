//! Files of every format and variant, bad files, hostile files, generated shapes, connectivity, writers.

mod bad;
mod bad_sections;
mod files;
mod fuzz;
mod geometry;
mod samples;
mod topology;
mod variants;
mod writers;

use super::read::parse_as;
use super::*;
use std::path::Path;

/// A format, by its extension.
type Format = &'static str;

/// Reads from memory; the name in messages is `m`.
fn read_bytes(format: Format, bytes: &[u8]) -> Result<Mesh, MeshError> {
    parse_as(format, Path::new("m"), bytes)
}

fn message(format: Format, bytes: &[u8]) -> String {
    match read_bytes(format, bytes) {
        Ok(mesh) => format!("no error: {mesh:?}"),
        Err(error) => error.to_string(),
    }
}
