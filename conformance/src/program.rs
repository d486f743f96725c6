//! Programs under construction, what they are run on and what they give.

use spadina_core::bind::{Buffers, Chunks, Data, Stream, Streams};
use spadina_core::index::{Index, Indices, Var};
use spadina_core::interpret;
use spadina_core::kernel::{Kernel, Outputs, build};
use spadina_core::program::{Entry, Program, Target, Update};
use spadina_core::real::{Array, ArrayKind, Graph, Value};

/// Every kind of output.
pub const ALL: Outputs =
    Outputs { energy: true, gradient: true, hessian: true, residual: true, jacobian: true, product: true };

/// A program under construction.
#[derive(Default)]
pub struct Builder {
    /// Its nodes.
    pub g: Graph,
    /// Its updates.
    pub updates: Vec<Update>,
}

impl Builder {
    /// An array of unknowns.
    pub fn unknown(&mut self, name: &str) -> Array {
        self.g.array(name, ArrayKind::Unknown)
    }

    /// `for name in lo..hi` at a depth.
    pub fn var(&mut self, level: u32, lo: Index, hi: Index, name: &str) -> (Var, Index) {
        let var = self.g.indices.var(level, lo, hi, name);
        (var, self.g.indices.var_index(var))
    }

    /// `for i in 0..n`.
    pub fn elements(&mut self) -> (Var, Index) {
        let zero = self.g.indices.int(0);
        let n = self.g.indices.size("n");
        self.var(0, zero, n, "i")
    }

    /// Its integers.
    pub fn ix(&mut self) -> &mut Indices {
        &mut self.g.indices
    }

    /// `target += value` in loops, of which the first `base` are those of the energy.
    pub fn update(&mut self, vars: &[Var], base: usize, target: Target, value: Value) {
        self.updates.push(Update { vars: vars.to_vec(), base, target, value, stored: None });
    }

    /// An energy.
    pub fn energy(&mut self, vars: &[Var], value: Value) {
        self.update(vars, vars.len(), Target::Energy, value);
    }

    /// An entry of the gradient.
    pub fn gradient(&mut self, vars: &[Var], array: Array, index: Index, value: Value) {
        self.update(vars, vars.len(), Target::Gradient(Entry { array, index }), value);
    }

    /// An entry of the Hessian.
    pub fn hessian(&mut self, vars: &[Var], array: Array, at: [Index; 2], mirrored: bool, value: Value) {
        let [row, col] = at.map(|index| Entry { array, index });
        self.update(vars, vars.len(), Target::Hessian { row, col, mirrored }, value);
    }

    /// The kernel of a program with one loop nest.
    pub fn kernel(&self) -> Kernel {
        let program =
            Program { name: "test".into(), graph: self.g.clone(), updates: self.updates.clone(), looked_at: vec![] };
        let mut kernels = build(&program, ALL);
        assert_eq!(kernels.len(), 1);
        kernels.remove(0)
    }
}

/// The data that a kernel is run on.
#[derive(Clone, Default)]
pub struct Setup {
    /// By array.
    pub arrays: Vec<Vec<f64>>,
    /// By array, the direction of a product.
    pub seeds: Vec<Vec<f64>>,
    /// By table.
    pub tables: Vec<Vec<i32>>,
    /// By size.
    pub sizes: Vec<i64>,
    /// The slots.
    pub streams: Streams,
    /// Entries of the gradient.
    pub gradient: usize,
    /// Entries of the Hessian.
    pub hessian: usize,
    /// Lengths of the other three buffers.
    pub other: usize,
}

impl Setup {
    /// `0..n` elements, one size `n`.
    pub fn elements(n: i64) -> Self {
        Self { sizes: vec![n], streams: Streams { outer: 0..n, ..Streams::default() }, ..Self::default() }
    }

    /// Adds a stream; `starts` is empty where there is a record for each element.
    pub fn stream(&mut self, width: usize, slots: Vec<u32>, starts: Vec<u64>) {
        self.streams.regions.push(Stream { width, slots, starts });
    }

    /// Streams of a kernel whose outputs are all energies.
    pub fn no_slots(&mut self, kernel: &Kernel) {
        self.streams.regions = kernel.regions.iter().map(|_| Stream::default()).collect();
    }

    /// The data as back-ends take them.
    pub fn data(&self) -> Data<'_> {
        Data {
            arrays: self.arrays.iter().map(Vec::as_slice).collect(),
            seeds: self.seeds.iter().map(Vec::as_slice).collect(),
            tables: self.tables.iter().map(Vec::as_slice).collect(),
            sizes: self.sizes.clone(),
        }
    }

    /// Cuts the outermost loop into ranges of `length`, `groups` of them interleaved.
    pub fn cut(&mut self, length: i64, groups: usize) {
        let outer = self.streams.outer.clone();
        let starts: Vec<i64> = outer.clone().step_by(length as usize).collect();
        let ranges = starts.iter().map(|&s| s..(s + length).min(outer.end)).collect();
        let mut lists = vec![Vec::new(); groups];
        (0..starts.len()).for_each(|k| lists[k % groups].push(k as u32));
        self.streams.chunks = Chunks { ranges, groups: lists };
    }
}

/// The results of a run.
#[derive(Clone, Debug)]
pub struct Results {
    /// The energy.
    pub energy: f64,
    /// The gradient.
    pub gradient: Vec<f64>,
    /// The Hessian.
    pub hessian: Vec<f64>,
    /// Residual, Jacobian and product.
    pub other: [Vec<f64>; 3],
}

impl Results {
    /// The results of `run`, which adds to buffers of zeros; the gradient's has this length.
    pub fn collect(setup: &Setup, length: usize, run: impl FnOnce(&mut Buffers<'_>) -> f64) -> Self {
        let (mut gradient, mut hessian) = (vec![0.0; length], vec![0.0; setup.hessian]);
        let mut other = [(); 3].map(|()| vec![0.0; setup.other]);
        let [residual, jacobian, product] = &mut other;
        let energy = run(&mut Buffers { gradient: &mut gradient, hessian: &mut hessian, residual, jacobian, product });
        gradient.truncate(setup.gradient);
        Self { energy, gradient, hessian, other }
    }

    /// The nearest numbers of single precision; large ones become infinite.
    pub fn narrowed(&self) -> Self {
        let narrow = |x: &f64| f64::from(*x as f32);
        let list = |l: &[f64]| l.iter().map(narrow).collect();
        let other = [0, 1, 2].map(|k| list(&self.other[k]));
        Self { energy: self.energy, gradient: list(&self.gradient), hessian: list(&self.hessian), other }
    }

    /// All numbers.
    pub fn all(&self) -> Vec<f64> {
        [&[self.energy], self.gradient.as_slice(), &self.hessian, &self.other.concat()].concat()
    }

    /// Equal, up to `tolerance` relative to the larger of the two and of 1; NaN and infinities must be the same.
    pub fn close(&self, other: &Self, tolerance: f64, what: &str) {
        let (a, b) = (self.all(), other.all());
        assert_eq!(a.len(), b.len());
        for (k, (x, y)) in a.iter().zip(&b).enumerate() {
            let same = x == y || (x.is_nan() && y.is_nan());
            let near = (x - y).abs() <= tolerance * x.abs().max(y.abs()).max(1.0);
            assert!(same || near, "{what}: number {k} is {x:e}, wanted {y:e}");
        }
    }
}

/// The results of the interpreter.
pub fn interpreted(kernel: &Kernel, setup: &Setup) -> Results {
    Results::collect(setup, setup.gradient, |buffers| interpret::run(kernel, &setup.data(), &setup.streams, buffers))
}

/// Numbers without pattern in -1..1.
pub fn numbers(count: usize) -> Vec<f64> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        })
        .collect()
}

/// An energy that is known.
pub fn expect(results: &Results, energy: f64) {
    assert!((results.energy - energy).abs() <= 1e-12 * energy.abs().max(1.0), "{} is not {energy}", results.energy);
}
