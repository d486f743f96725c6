//! A problem to look at.

use std::fs;
use std::path::{Path, PathBuf};

const SPRING: &str = "fn energy(x: array<vec2f, 2>, stiffness: f32, rest: f32) -> f32 {
  let stretch = length(x[1] - x[0]) - rest;
  return 0.5 * stiffness * stretch * stretch;
}";
const WEIGHT: &str = "fn energy(x: array<vec2f, 1>, weight: f32) -> f32 { return weight * x[0].y; }";
/// Nodes along a side.
pub const SIDE: usize = 13;

/// Writes a problem: a net of springs in the plane, with triangles to be seen, that hangs from its upper side.
pub fn net(folder: &Path) -> PathBuf {
    let side = SIDE as i32;
    let at = |x: i32, y: i32| y * side + x;
    let cells = || (0..side - 1).flat_map(|y| (0..side - 1).map(move |x| (x, y)));
    let nodes: Vec<[f64; 2]> = (0..side * side).map(|k| [k % side, k / side].map(|c| f64::from(c) / 12.0)).collect();
    let mut springs = Vec::new();
    for (x, y) in (0..side).flat_map(|y| (0..side).map(move |x| (x, y))) {
        springs.extend((x + 1 < side).then(|| [at(x, y), at(x + 1, y)]));
        springs.extend((y + 1 < side).then(|| [at(x, y), at(x, y + 1)]));
    }
    let diagonals: Vec<_> =
        cells().flat_map(|(x, y)| [[at(x, y), at(x + 1, y + 1)], [at(x + 1, y), at(x, y + 1)]]).collect();
    let triangles: Vec<_> = cells()
        .flat_map(|(x, y)| {
            let [a, b, c, d] = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)];
            [[a, b, c], [a, c, d]]
        })
        .collect();
    let rest: Vec<f64> =
        springs.iter().map(|_| 1.0 / 12.0).chain(diagonals.iter().map(|_| 2f64.sqrt() / 12.0)).collect();
    springs.extend(diagonals);
    let ids: Vec<[i32; 1]> = (0..side * side).map(|k| [k]).collect();
    let top: Vec<i32> = (0..side).map(|x| at(x, side - 1)).collect();
    let text = format!(
        "[unknowns]\nx = {nodes:?}\n\n[arrays]\nstiffness = 40.0\nweight = 0.01\nrest = {rest:?}\n\n[indices]\n\
         springs = {springs:?}\nnodes = {ids:?}\ntriangles = {triangles:?}\n\n[[terms]]\nenergy = \"spring.wgsl\"\n\
         over = \"springs\"\n\n[[terms]]\nenergy = \"weight.wgsl\"\nover = \"nodes\"\n\n[solve]\nfix = {{ x = {top:?} }}\n"
    );
    for (name, text) in [("net.toml", &text[..]), ("spring.wgsl", SPRING), ("weight.wgsl", WEIGHT)] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder.join("net.toml")
}
