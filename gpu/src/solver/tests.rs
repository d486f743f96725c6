//! Every shader beside its twin, and whole solutions.

use super::system::team;
use super::*;
use crate::memory::{bytes, storage_usage};
use spadina_core::pattern::Csr;
use spadina_shaders::multilevel::{self, Clusters, Pattern, coarsen, invert, prolongation, restriction};
use spadina_shaders::{
    Bsr, Constants, Vector, block_diagonal, check, direct, largest, multiply, scale, start, step, update,
};

/// A matrix of springs between nodes, and what belongs to it. [`new`](Self::new): between the nodes of a square grid, `block` unknowns each, with a part that pulls every node back.
pub(super) struct Springs {
    pub(super) row_ptr: Vec<u32>,
    pub(super) col_idx: Vec<u32>,
    pub(super) values: Vec<f64>,
    pub(super) rhs: Vec<f64>,
    pub(super) fixed: Vec<bool>,
    pub(super) block: u32,
}

impl Springs {
    pub(super) fn new(side: usize, block: usize) -> Self {
        let (mut row_ptr, mut col_idx, mut values) = (vec![0], Vec::new(), Vec::new());
        for node in 0..side * side {
            let (i, j) = (node / side, node % side);
            let mut others = vec![node];
            others.extend((i > 0).then(|| node - side));
            others.extend((i + 1 < side).then_some(node + side));
            others.extend((j > 0).then(|| node - 1));
            others.extend((j + 1 < side).then_some(node + 1));
            others.sort_unstable();
            for other in others {
                col_idx.push(other as u32);
                for a in 0..block {
                    for b in 0..block {
                        let mixed = if a == b { 1.0 } else { 0.2 };
                        let own = if a == b { 4.5 + a as f64 } else { 0.9 };
                        values.push(if other == node { own } else { -mixed });
                    }
                }
            }
            row_ptr.push(col_idx.len() as u32);
        }
        let n = side * side * block;
        let rhs = (0..n).map(|k| (0.37 * k as f64).sin() + 0.1).collect();
        let fixed = (0..n).map(|k| k < 3 || k % 41 == 7).collect();
        Self { row_ptr, col_idx, values, rhs, fixed, block: block as u32 }
    }

    pub(super) fn pattern(&self) -> Csr {
        let row_ptr = self.row_ptr.iter().map(|&start| start as usize).collect();
        Csr { cols: self.row_ptr.len() - 1, row_ptr, col_idx: self.col_idx.clone() }
    }

    pub(super) fn solver(&self, device: &Device, precision: Precision, settings: Settings) -> Result<Solver, Error> {
        let (row_ptr, col_idx) = (device.words("rows", &self.row_ptr)?, device.words("columns", &self.col_idx)?);
        let reals = |what, numbers: &[f64]| device.filled(what, &bytes(precision, numbers), storage_usage());
        let (values, rhs) = (reals("values", &self.values)?, reals("right-hand side", &self.rhs)?);
        let pattern = self.pattern();
        let matrix = Matrix {
            row_ptr: &row_ptr,
            col_idx: &col_idx,
            values: &values,
            block: self.block,
            rows: self.row_ptr.len() - 1,
            blocks: self.col_idx.len(),
            pattern: Some(&pattern),
        };
        Solver::new(device, precision, &matrix, &rhs, &self.fixed, settings)
    }

    fn bsr(&self, shift: f64) -> Bsr<'_, f64> {
        Bsr { row_ptr: &self.row_ptr, col_idx: &self.col_idx, values: &self.values, shift }
    }

    fn flags(&self) -> Vec<u32> {
        self.fixed.iter().map(|&fixed| u32::from(fixed)).collect()
    }
}

pub(super) fn device() -> Option<Device> {
    match Device::open(None) {
        Ok(device) => Some(device),
        Err(error) => {
            assert!(std::env::var_os("SPADINA_REQUIRE_GPU").is_none(), "{error}");
            println!("not tested: {error}");
            None
        }
    }
}

fn precisions(device: &Device) -> impl Iterator<Item = (Precision, f64)> {
    let all = [(Precision::F64, 1e-12), (Precision::F32, 2e-5)];
    all.into_iter().filter(|(precision, _)| device.check(*precision).is_ok())
}

#[track_caller]
fn assert_near(got: &[f64], wanted: &[f64], tolerance: f64, what: &str) {
    let scale = wanted.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    assert_eq!(got.len(), wanted.len(), "{what}");
    for (k, (g, w)) in got.iter().zip(wanted).enumerate() {
        assert!((g - w).abs() <= tolerance * scale, "{what}: number {k} is {g}, not {w}");
    }
}

fn encoded(device: &Device, encode: impl FnOnce(&mut wgpu::CommandEncoder)) {
    let mut encoder = device.device().create_command_encoder(&Default::default());
    encode(&mut encoder);
    device.wait(device.submit(encoder.finish()).unwrap()).unwrap();
}

/// The preconditioners' twins.
struct Twin {
    clusters: Option<Clusters>,
    flags: Vec<u32>,
    nodes: Vec<f64>,
    inverse: Vec<f64>,
}

impl Twin {
    fn new(springs: &Springs, constants: Constants, Settings { node, preconditioner, shift, .. }: Settings) -> Self {
        let csr = springs.pattern();
        let pattern = Pattern { row_ptr: &csr.row_ptr, col_idx: &csr.col_idx, block: springs.block };
        let several = preconditioner.name() == Multilevel.name();
        let clusters = several.then(|| Clusters::of(pattern, node, &springs.fixed));
        let flags = springs.flags();
        let (nodes, definite) = block_diagonal(constants, springs.bsr(shift), &flags);
        assert!(definite);
        let mut inverse = Vec::new();
        if let Some(clusters) = &clusters {
            assert!(clusters.levels.len() > 1);
            let mut sums = vec![0.0; clusters.len() * multilevel::parts(node as usize)];
            (0..clusters.levels.len()).for_each(|level| coarsen(clusters, level, 4, &springs.values, &mut sums));
            inverse = invert(clusters, &sums, shift);
        }
        Self { clusters, flags, nodes, inverse }
    }

    /// Adds the parts of the clusters; gives the partial sums.
    fn add(&self, residual: &[f64], preconditioned: &mut [f64], sums: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
        let Some(clusters) = &self.clusters else { return sums };
        let count = clusters.len() * clusters.node as usize;
        let [mut residuals, mut coarse] = [vec![0.0; count], vec![0.0; count]];
        for level in 0..clusters.levels.len() {
            restriction(clusters, level, (&self.inverse, residual), [&mut residuals, &mut coarse]);
        }
        prolongation(clusters, &self.flags, (residual, &coarse), preconditioned)
    }
}

/// Three iterations of the shaders and of the twins.
fn beside_twins(device: &Device, springs: &Springs, (precision, tolerance): (Precision, f64), settings: Settings) {
    let (n, node) = (springs.rhs.len(), settings.node as usize);
    let team = team(springs.row_ptr.len() - 1, springs.col_idx.len());
    let settings = Settings { team: Some(team), ..settings };
    let solver = springs.solver(device, precision, settings).unwrap();
    let state =
        || device.read(precision, &[(&solver.buffers.work, Vector::COUNT * n), (&solver.buffers.solution, n)]).unwrap();
    let near = |got: &[f64], wanted: &[f64], what: &str| {
        assert_near(got, wanted, tolerance, &format!("{what} with blocks of {}, {settings:?}", springs.block));
    };
    let constants = Constants { double: true, block: springs.block, node: settings.node, team };
    let twin = Twin::new(springs, constants, settings);
    let Settings { shift, negate, .. } = settings;
    // The start.
    encoded(device, |encoder| solver.encode(encoder, 0));
    let mut scalars = SolverScalars { relative: 1e-60, shift, ..SolverScalars::default() };
    scale(&largest(node, &twin.flags, &springs.rhs), &mut scalars);
    let (mut residual, mut direction, sums) =
        start((node, &twin.nodes), &twin.flags, &springs.rhs, negate, scalars.scale);
    let [mixed, square] = twin.add(&residual, &mut direction, sums);
    let got = state();
    near(&got[0][..n], &residual, "residual");
    near(&got[0][n..2 * n], &direction, "preconditioned");
    near(&got[0][2 * n..3 * n], &direction, "direction");
    let (mut progress, mut x) = (SolverProgress::START, vec![0.0; n]);
    check([&mixed, &square], &mut scalars, &mut progress);
    for iteration in 1..4 {
        encoded(device, |encoder| solver.encode_more(encoder, 1));
        let (product, partials) = multiply(constants, springs.bsr(shift), &twin.flags, &direction);
        step(&partials, &mut scalars, &mut progress);
        let (mut preconditioned, sums) =
            update((node, &twin.nodes), &scalars, &mut x, &mut residual, (&direction, &product));
        let sums = twin.add(&residual, &mut preconditioned, sums);
        check([&sums[0], &sums[1]], &mut scalars, &mut progress);
        direct(&preconditioned, scalars.beta, &mut direction);
        let got = state();
        near(&got[0][3 * n..], &product, "product");
        near(&got[0][..n], &residual, "residual");
        near(&got[0][n..2 * n], &preconditioned, "preconditioned");
        near(&got[0][2 * n..3 * n], &direction, "direction");
        near(&got[1], &x, "solution");
        let found = device.read(precision, &[(&solver.buffers.scalars, SOLVER_SCALARS)]).unwrap().remove(0);
        let SolverScalars { scale, unscale, .. } = SolverScalars::of_reals(&found).unwrap();
        assert_eq!((scale, unscale), (scalars.scale, scalars.unscale));
        let SolverScalars { mixed, alpha, beta, square, first, .. } = scalars;
        for (found, twin) in found.iter().zip([mixed, alpha, beta, square, first]) {
            assert!((found - twin).abs() <= 10.0 * tolerance * twin.abs(), "{found} {twin}");
        }
        assert_eq!(progress.iterations, iteration);
    }
}

#[test]
fn shaders_do_what_their_twins_do() {
    let Some(device) = device() else { return };
    for (block, node) in [(1, 1), (1, 3), (2, 2), (3, 3)] {
        let springs = Springs::new(30, block);
        for precision in precisions(&device) {
            let settings = Settings { node, tolerance: 1e-30, ..Settings::default() };
            beside_twins(&device, &springs, precision, settings);
            let preconditioner: &dyn Preconditioner = &Multilevel;
            beside_twins(
                &device,
                &springs,
                precision,
                Settings { preconditioner, negate: true, shift: 0.5, ..settings },
            );
        }
    }
}

#[test]
fn systems_are_solved() {
    let Some(device) = device() else { return };
    for (precision, _) in precisions(&device) {
        let tolerance = if precision == Precision::F64 { 1e-12 } else { 1e-6 };
        for block in 1..4 {
            let springs = Springs::new(40, block);
            let settings = Settings { node: block as u32, tolerance, ..Settings::default() };
            let solver = springs.solver(&device, precision, settings).unwrap();
            let report = solver.solve(&device).unwrap();
            assert_eq!(report.status, Status::Converged, "{report:?}");
            assert!(report.residual <= tolerance && report.iterations < 200, "{report:?}");
            let n = springs.rhs.len();
            let x = device.read(precision, &[(&solver.buffers.solution, n)]).unwrap().remove(0);
            let constants = Constants { double: true, block: springs.block, node: 1, team: 1 };
            let (product, _) = multiply(constants, springs.bsr(0.0), &springs.flags(), &x);
            for k in 0..n {
                let wanted = if springs.fixed[k] { 0.0 } else { springs.rhs[k] };
                assert!((product[k] - wanted).abs() < 20.0 * tolerance * (n as f64).sqrt(), "{k}");
                assert!(!springs.fixed[k] || x[k] == 0.0);
            }
            // Again, to the last bit.
            assert_eq!(solver.solve(&device).unwrap(), report);
            assert_eq!(device.read(precision, &[(&solver.buffers.solution, n)]).unwrap().remove(0), x);
        }
    }
}

/// Norms whose squares single precision cannot hold.
#[test]
fn numbers_of_any_size_are_solved() {
    let Some(device) = device() else { return };
    let settings = Settings { node: 2, tolerance: 1e-5, ..Settings::default() };
    let solve = |springs: &Springs, settings: Settings| {
        let solver = springs.solver(&device, Precision::F32, settings).unwrap();
        let report = solver.solve(&device).unwrap();
        (report, device.read(Precision::F32, &[(&solver.buffers.solution, springs.rhs.len())]).unwrap().remove(0))
    };
    let mut springs = Springs::new(20, 2);
    let own = springs.rhs.clone();
    let (report, wanted) = solve(&springs, settings);
    assert_eq!(report.status, Status::Converged, "{report:?}");
    for power in [-100, -80, 70, 110] {
        let size = 2.0f64.powi(power);
        springs.rhs = own.iter().map(|x| x * size).collect();
        let (own, x) = solve(&springs, settings);
        assert_eq!(own, report);
        assert_near(&x, &wanted.iter().map(|x| x * size).collect::<Vec<_>>(), 1e-7, &format!("2^{power}"));
        // An absolute tolerance is that of these numbers.
        let absolute = Settings { tolerance: 0.0, absolute: 1e-4 * size, ..settings };
        let (own, _) = solve(&springs, absolute);
        assert!(own.status == Status::Converged && own.iterations > 2 && own.residual < 1e-4, "{own:?}");
    }
    // What is not finite is not solved.
    for wrong in [f64::INFINITY, f64::NAN] {
        springs.rhs = own.clone();
        springs.rhs[100] = wrong;
        let (report, _) = solve(&springs, settings);
        assert_eq!((report.status, report.iterations), (Status::Indefinite, 0), "{wrong}");
    }
}

/// Words of the application's that are no pattern end no loop late.
#[test]
fn rows_end_where_the_columns_do() {
    let Some(device) = device() else { return };
    let mut springs = Springs::new(20, 2);
    // The host's pattern must fit.
    let pattern = springs.pattern();
    let rows = springs.row_ptr.len() - 1;
    *springs.row_ptr.last_mut().unwrap() = u32::MAX;
    let reals = |numbers: &[f64]| device.filled("numbers", &bytes(Precision::F32, numbers), storage_usage()).unwrap();
    let (values, rhs) = (reals(&springs.values), reals(&springs.rhs));
    let [row_ptr, col_idx] = [&springs.row_ptr, &springs.col_idx].map(|words| device.words("words", words).unwrap());
    let blocks = springs.col_idx.len();
    let matrix = Matrix {
        row_ptr: &row_ptr,
        col_idx: &col_idx,
        values: &values,
        block: 2,
        rows,
        blocks,
        pattern: Some(&pattern),
    };
    let solver = Solver::new(&device, Precision::F32, &matrix, &rhs, &springs.fixed, Settings::default()).unwrap();
    assert_eq!(solver.solve(&device).unwrap().status, Status::Converged);
    let large = Matrix { block: 1 << 16, rows: 1 << 60, ..matrix };
    let refused = Solver::new(&device, Precision::F32, &large, &rhs, &springs.fixed, Settings::default());
    assert!(matches!(refused, Err(Error::System { what: "flags of fixed unknowns", .. })));
    let large = Matrix { block: 1 << 16, rows: 0, ..matrix };
    let refused = Solver::new(&device, Precision::F32, &large, &rhs, &[], Settings::default());
    assert!(matches!(refused, Err(Error::System { what: "bytes of values", .. })));
}

#[test]
fn what_cannot_be_solved_is_told() {
    let Some(device) = device() else { return };
    let mut springs = Springs::new(20, 2);
    let few = Settings { node: 2, tolerance: 1e-7, iterations: 3, batch: 2, ..Settings::default() };
    let report = springs.solver(&device, Precision::F32, few).unwrap().solve(&device).unwrap();
    assert_eq!((report.status, report.iterations), (Status::Running, 3));
    assert!(matches!(
        springs.solver(&device, Precision::F32, Settings { node: 3, ..few }),
        Err(Error::System { wanted: 800, given: 3, .. })
    ));
    let values = springs.values.split_off(springs.values.len() - 4);
    assert!(matches!(springs.solver(&device, Precision::F32, few), Err(Error::System { what: "bytes of values", .. })));
    springs.values.extend(values);
    // A zero right-hand side has a zero solution.
    let rhs = std::mem::replace(&mut springs.rhs, vec![0.0; 800]);
    let report = springs.solver(&device, Precision::F32, few).unwrap().solve(&device).unwrap();
    assert_eq!((report.status, report.iterations), (Status::Converged, 0));
    springs.rhs = rhs;
    // Blocks that are definite in a matrix that is not.
    springs.values.iter_mut().for_each(|v| *v = if *v < 0.0 { 4.0 * *v } else { *v });
    let settings = Settings { node: 2, ..Settings::default() };
    let report = springs.solver(&device, Precision::F32, settings).unwrap().solve(&device).unwrap();
    assert_eq!(report.status, Status::Indefinite);
    // A block that is not definite.
    springs.values.iter_mut().for_each(|v| *v = -*v);
    let report = springs.solver(&device, Precision::F32, settings).unwrap().solve(&device).unwrap();
    assert_eq!((report.status, report.iterations), (Status::Indefinite, 0));
}
