//! The text of shaders: two small kernels in full, and what a validator says without any capability.

mod support;

use naga::valid::{Capabilities, ValidationFlags, Validator};
use spadina_core::kernel::{Kernel, Step};
use spadina_core::program::{Entry, Target};
use spadina_core::real::{Compare, Node, Precision, UnaryOp};
use spadina_gpu::Schedule;
use spadina_gpu::emit;
use spadina_gpu::wgsl::{ENTRY, Options};
use support::{Builder, random};

/// A chain of springs, (x[i + 1] - x[i])² where that is positive.
fn chain() -> Kernel {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let next = p.ix().offset(i, 1);
    let (a, b) = (p.g.load(x, i), p.g.load(x, next));
    let d = p.g.sub(b, a);
    let square = p.g.mul(d, d);
    let zero = p.g.constant(0.0);
    let positive = p.g.compare(Compare::Less, zero, d);
    let energy = p.g.select(positive, square, zero);
    p.energy(&[var], energy);
    p.gradient(&[var], x, i, d);
    p.gradient(&[var], x, next, square);
    p.kernel()
}

/// For each element a sum over its neighbours, whose gradients are written in the inner loop.
fn star() -> Kernel {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let row = p.ix().table("row", true);
    let col = p.ix().table("col", true);
    let next = p.ix().offset(i, 1);
    let (lo, hi) = (p.ix().read(row, i), p.ix().read(row, next));
    let (j, at) = p.var(1, lo, hi, "j");
    let node = p.ix().read(col, at);
    let (own, other) = (p.g.load(x, i), p.g.load(x, node));
    let d = p.g.sub(other, own);
    let sum = p.g.sum(j, d);
    let power = p.g.unary(UnaryOp::Exp, sum);
    p.energy(&[var], power);
    p.update(&[var, j], 1, Target::Gradient(Entry { array: x, index: node }), d);
    p.kernel()
}

/// What a validator with some capabilities says.
fn validate(text: &str, capabilities: Capabilities) -> Result<(), String> {
    let module = naga::front::wgsl::parse_str(text).map_err(|e| e.emit_to_string(text))?;
    assert_eq!(module.entry_points.len(), 1);
    assert_eq!(module.entry_points[0].name, ENTRY);
    let found = Validator::new(ValidationFlags::all(), capabilities).validate(&module);
    found.map(|_| ()).map_err(|e| e.emit_to_string(text))
}

#[test]
fn a_chain_in_single_precision() {
    insta::assert_snapshot!(emit(&chain(), &Options::default()).unwrap()[0].kernel);
}

#[test]
fn a_star_in_double_precision_in_pieces() {
    let options = Options { precision: Precision::F64, function_limit: 5, ..Options::default() };
    insta::assert_snapshot!(emit(&star(), &options).unwrap()[0].kernel);
}

#[test]
fn single_precision_needs_no_capability() {
    let kernels = [chain(), star()].into_iter().chain((100..140).map(|seed| random::program(seed).0));
    for (number, kernel) in kernels.enumerate() {
        for function_limit in [400, 7] {
            let options = Options { function_limit, ..Options::default() };
            let text = emit(&kernel, &options).unwrap().remove(0).kernel;
            validate(&text, Capabilities::empty()).unwrap_or_else(|e| panic!("{number}, {function_limit}: {e}"));
            let double = Options { precision: Precision::F64, ..options };
            let text = emit(&kernel, &double).unwrap().remove(0).kernel;
            let needed = Capabilities::FLOAT64 | Capabilities::SHADER_INT64;
            validate(&text, needed).unwrap_or_else(|e| panic!("{number}, {function_limit}: {e}"));
            assert!(validate(&text, Capabilities::empty()).is_err());
        }
    }
}

/// Rows need none either; atomic additions need theirs.
#[test]
fn schedules_that_add_to_results() {
    let options = |schedule| Options { schedule, ..Options::default() };
    let shaders = |schedule| emit(&chain(), &options(schedule)).unwrap();
    // The energy, and a kernel for each of the two rows.
    let rows = shaders(Schedule::Rows);
    assert_eq!(rows.len(), 3);
    for shader in &rows {
        validate(&shader.kernel, Capabilities::empty()).unwrap_or_else(|e| panic!("{e}"));
    }
    assert!(rows[1].kernel.contains("gradient["), "{}", rows[1].kernel);
    let [atomic] = &shaders(Schedule::Atomic)[..] else { panic!("one shader") };
    assert!(validate(&atomic.kernel, Capabilities::empty()).is_err());
    validate(&atomic.kernel, Capabilities::SHADER_FLOAT32_ATOMIC).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn kernels_that_are_not_scheduled_are_refused() {
    let mut kernel = chain();
    let is_load = |step: &Step| match *step {
        Step::Value(v) => matches!(kernel.graph.node(v), Node::Load(..)),
        _ => false,
    };
    let load = kernel.steps.iter().position(is_load).unwrap();
    kernel.steps.remove(load);
    let error = emit(&kernel, &Options::default()).unwrap_err().to_string();
    assert_eq!(error, "kernel `test` uses a node that none of its steps computes");
}

/// A long kernel becomes many functions, none of them long; the text is linear in the length.
#[test]
fn long_kernels_are_cut() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let (first, mut value) = (p.g.load(x, i), p.g.load(x, i));
    for k in 0..50_000 {
        let number = p.g.constant(1.0 + f64::from(k));
        let sum = p.g.add(value, number);
        value = p.g.mul(sum, first);
    }
    p.energy(&[var], value);
    let text = emit(&p.kernel(), &Options::default()).unwrap().remove(0).kernel;
    let longest = text.split("\nfn ").map(|function| function.lines().count()).max().unwrap();
    assert!(longest < 900, "{longest}");
    validate(&text, Capabilities::empty()).unwrap();
}

/// Numbers of every size are literals that a validator takes, or stand in the uniform.
#[test]
fn constants_of_every_size() {
    let mut p = Builder::default();
    let x = p.unknown("x");
    let (var, i) = p.elements();
    let a = p.g.load(x, i);
    for number in [1e-45, 5e-324, -1e-310, 1e300, -1e39, 3.4e38, f64::MAX, 0.1, -0.0, f64::INFINITY, f64::NAN] {
        let constant = p.g.constant(number);
        let zero = p.g.constant(0.0);
        let positive = p.g.compare(Compare::Less, zero, a);
        let value = p.g.select(positive, constant, a);
        p.energy(&[var], value);
    }
    let text = emit(&p.kernel(), &Options::default()).unwrap().remove(0).kernel;
    validate(&text, Capabilities::empty()).unwrap();
    let double = Options { precision: Precision::F64, ..Options::default() };
    let text = emit(&p.kernel(), &double).unwrap().remove(0).kernel;
    validate(&text, Capabilities::FLOAT64 | Capabilities::SHADER_INT64).unwrap();
}
