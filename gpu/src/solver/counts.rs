//! Numbers of iterations with the preconditioners.

use super::tests::{Springs, device};
use super::*;
use std::collections::BTreeMap;

/// A cube of nodes, each with springs to the 26 around it, whose stiffness is the inverse of their length: the matrix of an
/// elastic body; or, where it is not `elastic`, springs along the axes alone, which resist in all directions. One side is held.
fn cube(side: usize, elastic: bool) -> Springs {
    let nodes = side * side * side;
    let mut rows: Vec<BTreeMap<u32, [f64; 9]>> = vec![BTreeMap::new(); nodes];
    let place = |[x, y, z]: [usize; 3]| (x * side + y) * side + z;
    for number in 0..nodes * 27 {
        let step = [number / 9 % 3, number / 3 % 3, number % 3];
        let at = [number / 27 / side / side, number / 27 / side % side, number / 27 % side];
        let to = [0, 1, 2].map(|k| (at[k] + step[k]).wrapping_sub(1));
        let steps = step.iter().filter(|&&step| step != 1).count();
        // Every spring once.
        if steps == 0 || place(step) < place([1; 3]) || to.iter().any(|&k| k >= side) || (!elastic && steps > 1) {
            continue;
        }
        let length = (steps as f64).sqrt();
        let d = step.map(|step| (step as f64 - 1.0) / length);
        let stiffness: [f64; 9] = std::array::from_fn(|k| match elastic {
            true => d[k / 3] * d[k % 3] / length,
            false => [0.2, 1.0][usize::from(k / 3 == k % 3)],
        });
        let ends = [place(at), place(to)];
        for (row, column, sign) in [(0, 0, 1.0), (1, 1, 1.0), (0, 1, -1.0), (1, 0, -1.0)] {
            let entry = rows[ends[row]].entry(ends[column] as u32).or_default();
            entry.iter_mut().zip(stiffness).for_each(|(entry, k)| *entry += sign * k);
        }
    }
    scalar(&rows, side * side)
}

/// Compressed rows of single unknowns; the first nodes are held.
fn scalar(rows: &[BTreeMap<u32, [f64; 9]>], held: usize) -> Springs {
    let (mut row_ptr, mut col_idx, mut values) = (vec![0], Vec::new(), Vec::new());
    for row in 0..3 * rows.len() {
        for (&column, block) in &rows[row / 3] {
            col_idx.extend((0..3).map(|k| 3 * column + k));
            values.extend(&block[row % 3 * 3..row % 3 * 3 + 3]);
        }
        row_ptr.push(col_idx.len() as u32);
    }
    let rhs = (0..3 * rows.len()).map(|k| (0.37 * k as f64).sin() + 0.3).collect();
    let fixed = (0..3 * rows.len()).map(|k| k / 3 < held).collect();
    Springs { row_ptr, col_idx, values, rhs, fixed, block: 1 }
}

/// The iterations of every preconditioner, by name; all converge.
fn iterations(device: &Device, springs: &Springs, node: u32) -> BTreeMap<&'static str, u32> {
    let of = |&preconditioner: &&'static dyn Preconditioner| {
        let settings = Settings { node, preconditioner, ..Settings::default() };
        let report = springs.solver(device, Precision::F32, settings).unwrap().solve(device).unwrap();
        assert_eq!(report.status, Status::Converged, "{preconditioner:?} {report:?}");
        (preconditioner.name(), report.iterations)
    };
    PRECONDITIONERS.iter().map(of).collect()
}

#[test]
fn several_levels_take_fewer_iterations() {
    let Some(device) = device() else { return };
    let [jacobi, several] = [BlockJacobi.name(), Multilevel.name()];
    let found = iterations(&device, &cube(10, true), 3);
    assert!(found[several] < found[jacobi], "{found:?}");
    let found = iterations(&device, &cube(16, false), 3);
    assert!(found[several] * 4 < found[jacobi] * 3, "{found:?}");
}
