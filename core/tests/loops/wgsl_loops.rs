//! Energy, gradient, Hessian and its pattern of programs with loops. Programs may be refused, but not too many of them.

use super::ast::World;
use super::evaluate;
use super::execute::{Inputs, Monomial, execute};
use super::generate::Generator;
use super::machine::{Extra, Outcome, run};
use super::syntax;
use super::tape::Tape;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use spadina_core::executor::Serial;
use spadina_core::frontend::{Frontend, Module};
use spadina_core::kernel::Outputs;
use spadina_core::pattern::{Fault, FaultKind, check_words};
use spadina_core::pipeline;
use std::cell::Cell;
use std::fmt::{Debug, Formatter};

const ALL: Outputs =
    Outputs { energy: true, gradient: true, hessian: true, residual: false, jacobian: false, product: false };

/// A program and what it runs on.
struct Case {
    code: Vec<u8>,
    program: syntax::Program,
    inputs: Inputs,
}

impl Debug for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let (n, table) = (self.inputs.n, self.inputs.table);
        write!(f, "{:?}\nn = {n}, tab = {table:?}\n{}", self.code, self.program)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let tapes = (prop::collection::vec(any::<u8>(), 0..200), prop::collection::vec(any::<u8>(), 0..8));
    tapes.prop_map(|(code, data)| {
        let mut data = Tape::new(&data);
        let n = [6, 5, 7, 1][data.pick(4)];
        let mut table = [2, 0, 3, 1, 5, 4];
        table.iter_mut().for_each(|entry| *entry = (*entry + data.pick(8) as u32) % 8);
        let program = Generator::new(&code).program();
        Case { code, program, inputs: Inputs { n, table } }
    })
}

/// Value and derivatives of a polynomial, and which unknowns meet in a monomial.
struct Expected {
    energy: f64,
    gradient: Vec<f64>,
    hessian: Vec<Vec<Option<f64>>>,
}

impl Expected {
    fn of(polynomial: &[Monomial], x: &[f64]) -> Self {
        let n = x.len();
        let mut all = Self { energy: 0.0, gradient: vec![0.0; n], hessian: vec![vec![None; n]; n] };
        for Monomial { scale, unknowns } in polynomial {
            let without = |left_out: &[usize]| {
                let factors = unknowns.iter().enumerate().filter(|(k, _)| !left_out.contains(k));
                factors.fold(*scale, |product, (_, &u)| product * x[u])
            };
            all.energy += without(&[]);
            for (a, &row) in unknowns.iter().enumerate() {
                all.gradient[row] += without(&[a]);
                for (b, &column) in unknowns.iter().enumerate().filter(|(b, _)| *b != a) {
                    *all.hessian[row][column].get_or_insert(0.0) += without(&[a, b]);
                }
            }
        }
        all
    }

    fn check(&self, out: &Outcome) -> Result<(), TestCaseError> {
        close("energy", out.energy, self.energy)?;
        for (i, wanted) in self.gradient.iter().enumerate() {
            close(&format!("gradient[{i}]"), out.gradient[i], *wanted)?;
            for (j, wanted) in self.hessian[i].iter().enumerate() {
                prop_assert_eq!(out.hessian.has(i, j), wanted.is_some(), "entry [{}, {}]", i, j);
                close(&format!("hessian[{i}, {j}]"), out.hessian.get(i, j), wanted.unwrap_or(0.0))?;
            }
        }
        Ok(())
    }
}

fn close(what: &str, found: f64, wanted: f64) -> Result<(), TestCaseError> {
    prop_assert!((found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0), "{what} is {found} instead of {wanted}");
    Ok(())
}

/// What became of a program.
enum Verdict {
    /// It runs for too long to be compared.
    Discarded,
    Refused,
    Accepted,
}

fn check(case: &Case) -> Result<Verdict, TestCaseError> {
    let Inputs { n, table } = case.inputs;
    let Ok(polynomial) = execute(&case.program, &case.inputs) else { return Ok(Verdict::Discarded) };
    let text = case.program.to_string();
    let module = Module::parse("test", &text).map_err(|e| TestCaseError::fail(e.render("test", &text)))?;
    let Ok(program) = module.lower(&module.default_roles(None)) else { return Ok(Verdict::Refused) };
    let x: Vec<f64> = (0..n).map(|i| 0.5 + f64::from(i * 5 % 16) / 16.0).collect();
    let expected = Expected::of(&polynomial, &x);
    let tables = vec![vec![], vec![], table.map(|t| t as i32).to_vec()];
    let world = World { sizes: vec![i64::from(n), 1], tables, arrays: vec![x.clone(), vec![], vec![]] };
    // An integer that would wrap around where its value matters is refused when data are bound.
    if check_words(&program, &super::machine::data(&program.graph, &world, &Extra::default(), &[]), &Serial).is_err() {
        return Ok(Verdict::Refused);
    }
    let data = evaluate::Data {
        reals: vec![("x", x)],
        integers: vec![("tab", table.map(i64::from).to_vec())],
        sizes: vec![("n", i64::from(n))],
    };
    let stages = pipeline::run(program.clone());
    match run(&stages.solved, ALL, &world, &Extra::default(), &[]) {
        Ok(out) => {
            close("the program's energy", evaluate::energy(&program, &data), expected.energy)?;
            expected.check(&out).map(|()| Verdict::Accepted)
        }
        // No index of these programs is ever out of range, and of the divisors only the step of a loop may be zero.
        Err(Fault { kind: FaultKind::Array(..) | FaultKind::Table(..), .. }) => {
            Err(TestCaseError::fail("an index is out of range"))
        }
        Err(_) => Ok(Verdict::Refused),
    }
}

/// The same cases every time, or as many others as the environment asks for.
fn runner() -> TestRunner {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|c| c.parse().ok());
    let cases = asked.unwrap_or(1500);
    let source_file = Some(file!());
    let config = ProptestConfig { cases, max_shrink_iters: 4000, source_file, ..ProptestConfig::default() };
    match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha)),
    }
}

#[test]
fn loops_are_what_their_statements_do() {
    let (refused, accepted) = (Cell::new(0u32), Cell::new(0u32));
    let result = runner().run(&cases(), |case| {
        match check(&case)? {
            Verdict::Discarded => {}
            Verdict::Refused => refused.set(refused.get() + 1),
            Verdict::Accepted => accepted.set(accepted.get() + 1),
        }
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    let (refused, accepted) = (refused.get(), accepted.get());
    println!("{accepted} accepted, {refused} refused");
    assert!(accepted * 10 >= (accepted + refused) * 6, "{accepted} programs are accepted, {refused} are refused");
}
