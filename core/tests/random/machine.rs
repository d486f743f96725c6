//! Running a program the way a caller would: kernels, symbolic phase, patterns, streams, interpreter.

use super::ast::{ARRAYS, TABLES, World};
use spadina_core::bind::{Buffers, Data, Streams};
use spadina_core::executor::Serial;
use spadina_core::hoist::{Hoisted, hoist};
use spadina_core::index::Indices;
use spadina_core::interpret;
use spadina_core::kernel::{Buffer, Kernel, Outputs, build, build_with};
use spadina_core::pattern::{
    Csr, Entries, Fault, Full, Places, Symbolic, dense_streams, hessian_pattern, slots, streams,
};
use spadina_core::program::Program;
use spadina_core::real::{Array, ArrayInfo, ArrayKind, Graph};

/// Residual rows a program may write.
pub const ROWS: usize = 16;

/// Everything a program can compute.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub energy: f64,
    pub gradient: Vec<f64>,
    pub hessian: Matrix,
    pub residual: Vec<f64>,
    pub jacobian: Matrix,
    pub product: Vec<f64>,
}

/// A sparse matrix.
#[derive(Clone, Default, Debug)]
pub struct Matrix {
    pub pattern: Csr,
    pub values: Vec<f64>,
}

impl Matrix {
    pub fn has(&self, i: usize, j: usize) -> bool {
        self.pattern.position(i as u32, j as u32).is_some()
    }

    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.pattern.position(i as u32, j as u32).map_or(0.0, |at| self.values[at])
    }
}

/// What programs read besides the data of a world.
#[derive(Clone, Default)]
pub struct Extra {
    /// By array, what its displacements are added to.
    pub references: Vec<Vec<f64>>,
    /// The weights of the rows.
    pub weights: Vec<f64>,
}

/// The number of an array of the world.
fn number(name: &str) -> usize {
    ARRAYS.iter().position(|own| *own == name).expect("an array of the world")
}

/// The data of a world for the arrays of a graph; `seed` is the direction.
pub fn data<'a>(g: &'a Graph, world: &'a World, extra: &'a Extra, seed: &'a [f64]) -> Data<'a> {
    let (mut arrays, mut seeds): (Vec<&[f64]>, Vec<&[f64]>) = (Vec::new(), Vec::new());
    for info in g.arrays() {
        let array: &[f64] = match &info.kind {
            ArrayKind::Unknown | ArrayKind::Data => &world.arrays[number(&info.name)],
            ArrayKind::Constant(numbers) => numbers,
            ArrayKind::Reference(of) => &extra.references[number(&g.array_info(*of).name)],
            ArrayKind::Weights => &extra.weights,
            kind => panic!("nothing binds to {kind:?}"),
        };
        arrays.push(array);
        let start = offset(world, info) as usize;
        let is_seed = info.kind == ArrayKind::Unknown && !seed.is_empty();
        seeds.push(if is_seed { &seed[start..start + array.len()] } else { &[] });
    }
    Data { arrays, seeds, tables: tables(&g.indices, world), sizes: sizes(&g.indices, world) }
}

fn tables<'a>(indices: &Indices, world: &'a World) -> Vec<&'a [i32]> {
    let number = |name: &str| TABLES.iter().position(|n| *n == name);
    indices.tables().iter().map(|t| number(&t.name).map_or(&[][..], |k| &world.tables[k])).collect()
}

fn sizes(indices: &Indices, world: &World) -> Vec<i64> {
    let number = |name: &str| super::ast::SIZES.iter().position(|n| *n == name);
    indices.sizes().iter().map(|size| size.bound_name().and_then(number).map_or(0, |k| world.sizes[k])).collect()
}

fn offset(world: &World, array: &ArrayInfo) -> u32 {
    let is_second = array.kind == ArrayKind::Unknown && number(&array.name) == 1;
    if is_second { world.arrays[0].len() as u32 } else { 0 }
}

/// Evaluates the outputs of a program, with its static part hoisted.
pub fn run(program: &Program, outputs: Outputs, world: &World, extra: &Extra, seed: &[f64]) -> Result<Outcome, Fault> {
    let weights = program.graph.arrays().iter().zip(0..).filter(|(array, _)| array.kind == ArrayKind::Weights);
    let changing: Vec<Array> = weights.map(|(_, k)| Array(k)).collect();
    let Hoisted { program: main, parts } = hoist(program, &changing);
    let (whole, entries, mut data) = bind(program, outputs, world, extra, (seed, true))?;
    let rows = Outputs { residual: true, ..Outputs::default() };
    let mut stored = Vec::new();
    for part in &parts {
        for kernel in build(&part.program, rows) {
            let streams = dense_streams(&kernel, &data)?;
            disjoint(&kernel, &streams);
            let mut numbers = vec![0.0; streams.regions.iter().map(|r| r.slots.len()).max().unwrap_or(0)];
            let mut buffers = Buffers { residual: &mut numbers, ..Buffers::default() };
            interpret::run(&kernel, &data, &streams, &mut buffers);
            stored.push(numbers);
        }
    }
    let kernels = build_with(&main, outputs, true);
    let kernels: Vec<Kernel> =
        kernels.into_iter().zip(whole).map(|(a, b)| if a.same_outputs(&b) { a } else { b }).collect();
    data.arrays.extend(stored.iter().map(|numbers| &numbers[..]));
    data.seeds.resize(data.arrays.len(), &[]);
    Ok(evaluate(&kernels, &entries, &data, world.unknowns()))
}

/// Evaluates the outputs of a program as it is.
pub fn run_whole(program: &Program, outputs: Outputs, world: &World) -> Result<Outcome, Fault> {
    let extra = Extra::default();
    let (kernels, entries, data) = bind(program, outputs, world, &extra, (&[], false))?;
    Ok(evaluate(&kernels, &entries, &data, world.unknowns()))
}

type Ready<'a> = (Vec<Kernel>, Vec<Entries>, Data<'a>);

/// The kernels of a program after their symbolic phases.
fn bind<'a>(
    program: &'a Program,
    outputs: Outputs,
    world: &'a World,
    extra: &'a Extra,
    (seed, runs): (&'a [f64], bool),
) -> Result<Ready<'a>, Fault> {
    let data = data(&program.graph, world, extra, seed);
    let offsets: Vec<u32> = program.graph.arrays().iter().map(|array| offset(world, array)).collect();
    let kernels = build_with(program, outputs, runs);
    let mut entries = Vec::new();
    for kernel in &kernels {
        super::schedule::verify(kernel);
        entries.push(Symbolic::of(kernel, program, true).run(&data, &offsets, 0, &Serial)?);
    }
    Ok((kernels, entries, data))
}

fn evaluate(kernels: &[Kernel], entries: &[Entries], data: &Data<'_>, unknowns: usize) -> Outcome {
    let visit = |buffer: Buffer, add: &mut dyn FnMut(u32, u32)| {
        for (kernel, entries) in kernels.iter().zip(entries) {
            entries.visit(kernel, buffer, &mut *add);
        }
    };
    let pairs: Vec<_> = kernels.iter().zip(entries).collect();
    let hessian = hessian_pattern(unknowns, &pairs, &Csr::default(), &Serial);
    let jacobian = Csr::build(ROWS, unknowns, |add| visit(Buffer::Jacobian, add));
    let hessian_slots = slots(&hessian, &Full(&hessian)).expect("slots fit");
    let mut out = Outcome {
        energy: 0.0,
        gradient: vec![0.0; unknowns],
        hessian: Matrix { values: vec![0.0; hessian.nonzeros()], pattern: Csr::default() },
        residual: vec![0.0; ROWS],
        jacobian: Matrix { values: vec![0.0; jacobian.nonzeros()], pattern: Csr::default() },
        product: vec![0.0; unknowns.max(ROWS)],
    };
    for (kernel, entries) in kernels.iter().zip(entries) {
        let own = Places { pattern: &hessian, slots: Some(&hessian_slots) };
        let rows = Places { pattern: &jacobian, slots: None };
        let streams = streams(kernel, entries, Some(own), Some(rows), &Serial);
        disjoint(kernel, &streams);
        let mut parts = out.clone();
        add(&mut out, kernel, data, &streams);
        for odd in [false, true] {
            let part = kernel.restricted(|output| output.node.is_some_and(|(node, _)| node % 2 == 1) == odd);
            super::schedule::verify(&part);
            assert!(part.steps.len() <= kernel.steps.len());
            add(&mut parts, &part, data, &streams);
        }
        out.same(&parts);
    }
    (out.hessian.pattern, out.jacobian.pattern) = (hessian, jacobian);
    out
}

/// Adds what a kernel computes.
fn add(out: &mut Outcome, kernel: &Kernel, data: &Data<'_>, streams: &Streams) {
    let mut buffers = Buffers {
        gradient: &mut out.gradient,
        hessian: &mut out.hessian.values,
        residual: &mut out.residual,
        jacobian: &mut out.jacobian.values,
        product: &mut out.product,
    };
    out.energy += interpret::run(kernel, data, streams, &mut buffers);
}

impl Outcome {
    /// Fails where numbers differ by more than the order of sums makes them.
    fn same(&self, other: &Outcome) {
        let lists = |o: &Outcome| {
            let vectors = [&o.gradient, &o.hessian.values, &o.residual, &o.jacobian.values, &o.product];
            [o.energy].into_iter().chain(vectors.into_iter().flatten().copied()).collect::<Vec<f64>>()
        };
        let (own, other) = (lists(self), lists(other));
        // Data are of the size of one: where all results cancel, what is left are the rounding errors of that.
        let largest = own.iter().filter(|x| x.is_finite()).fold(1e-3f64, |most, x| most.max(x.abs()));
        for (a, b) in own.iter().zip(&other) {
            let near = (a - b).abs() <= 1e-10 * largest || a.to_bits() == b.to_bits();
            assert!(near || !a.is_finite(), "{a} in one kernel, {b} in parts");
        }
    }
}

/// No two ranges of a group write the same slot of the same buffer, and every record is complete.
pub fn disjoint(kernel: &Kernel, streams: &Streams) {
    let runs = streams.runs();
    let covered: i64 = runs.ranges.iter().map(|r| r.end - r.start).sum();
    assert_eq!(covered, streams.outer.end - streams.outer.start, "ranges cover the outermost loop");
    let mut numbers: Vec<u32> = runs.groups.iter().flatten().copied().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..runs.ranges.len() as u32).collect::<Vec<_>>(), "every range is in one group");
    for group in runs.groups.iter().filter(|g| g.len() > 1) {
        let mut owner = std::collections::HashMap::new();
        for &number in group {
            let range = &runs.ranges[number as usize];
            let (first, end) = (range.start - streams.outer.start, range.end - streams.outer.start);
            for output in kernel.outputs.iter().filter(|o| o.has_slot()) {
                let stream = &streams.regions[output.region];
                for record in stream.first_record(first as usize)..stream.first_record(end as usize) {
                    let at = record * stream.width + output.offset;
                    for &slot in stream.slots[at..=at].iter().filter(|&&s| s != u32::MAX) {
                        let before = owner.insert((output.buffer, slot + output.shift), number);
                        assert!(before.is_none_or(|b| b == number), "two ranges of a group write {:?}", output.buffer);
                    }
                }
            }
        }
    }
}
