//! Terms of one energy are derived and compiled once, whatever the names of their data.

use crate::{SPRING, close, waves};
use spadina::backend::{Abilities, Code, CompileOptions, Engine, Host, Interpreter, Routine};
use spadina::system::{Device, Projection};
use spadina::{Options, Problem, System, Term};
use spadina_conformance::without_gpu;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The interpreter, which counts what it compiles.
#[derive(Default, Debug)]
struct Counting(AtomicUsize);

impl Engine for Counting {
    fn name(&self) -> &str {
        "counting"
    }

    fn abilities(&self) -> Abilities {
        Interpreter.abilities()
    }

    fn compile(
        &self,
        routine: &Routine,
        options: &CompileOptions,
    ) -> Result<Box<dyn Code>, Box<dyn std::error::Error + Send + Sync>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Interpreter.compile(routine, options)
    }
}

/// Rows of two residuals, of which one is bound to a table that gathers it.
const PULL: &str = "fn residual(x: array<vec2f, 2>, to: vec2f, k: f32) -> vec2f { return k * (x[0] * x[1] - to); }";

/// So many terms of springs and of rows, each over data of its own names; every third has the first one's data.
/// `distinct`: all have files of their own, so that they share nothing.
fn problem(count: usize, distinct: bool) -> Problem {
    let mut problem =
        Problem::new().unknown("x", (0..12).map(|i| [crate::wave(i), crate::wave(i + 5)]).collect::<Vec<_>>());
    problem = problem.array("k", 2.5).array("rest", vec![0.5, 0.75, 1.0]).array("to", vec![0.5, 0.25]);
    problem = problem.indices("edges", vec![[0, 1], [2, 3], [3, 1]]);
    for number in 0..count {
        let file = |name: &str| if distinct { format!("{name}{number}.wgsl") } else { format!("{name}.wgsl") };
        let mut spring = Term::energy(file("spring"), SPRING);
        let mut pull = Term::residual(file("pull"), PULL);
        if number % 3 == 0 {
            (spring, pull) = (spring.over("edges"), pull.over("edges"));
        } else {
            let (over, rest) = (format!("edges{number}"), format!("rest{number}"));
            let n = number as i32 % 8;
            problem = problem.indices(&over, vec![[n, n + 2], [n + 1, n + 3]]);
            problem = problem.array(&rest, vec![0.1 * number as f64, 0.7]);
            (spring, pull) = (spring.over(&over).bind("rest", &rest), pull.over(&over));
        }
        problem = problem.term(spring).term(pull);
    }
    problem
}

fn counted(problem: Problem, options: Options) -> (System, Arc<Counting>) {
    let engine = Arc::new(Counting::default());
    (System::with_backend(problem, options, Arc::new(Host::new(engine.clone()))).unwrap(), engine)
}

#[test]
fn compiled_once() {
    let compiled = |count, distinct| {
        let (mut system, engine) = counted(problem(count, distinct), Options::default());
        let built = engine.0.load(Ordering::Relaxed);
        system.product(&waves(24)).unwrap();
        [built, engine.0.load(Ordering::Relaxed) - built]
    };
    let one = compiled(1, false);
    assert!(one[0] > 0 && one[1] > 0);
    assert_eq!(compiled(9, false), one);
    assert_eq!(compiled(9, true), one.map(|count| 9 * count));
    // An energy with another role for its data is another program.
    let fixed = problem(1, false).array("y", vec![[0.0, 1.0]; 12]);
    let (_, engine) =
        counted(fixed.term(Term::energy("spring.wgsl", SPRING).over("edges").bind("x", "y")), Options::default());
    assert!(engine.0.load(Ordering::Relaxed) > one[0]);
}

/// Values are those of terms that share nothing, to the bit, also after data of single terms have changed.
#[test]
fn values_are_those_of_separate_terms() {
    let devices = [(Device::Cpu, false), (Device::Interpreter, false), (Device::Cpu, true), (Device::Gpu, false)];
    for (device, gauss_newton) in devices {
        let mut options = Options::default().device(device).gauss_newton(gauss_newton);
        if gauss_newton {
            options = options.projection(Some(Projection::Reduced));
        }
        let build = |distinct| System::build(problem(7, distinct), options.clone());
        let mut systems = match (build(false), build(true)) {
            (Ok(shared), Ok(distinct)) => [shared, distinct],
            (Err(error), _) | (_, Err(error)) => {
                without_gpu(error);
                continue;
            }
        };
        for round in 0..3 {
            let results = systems.each_mut().map(|system| {
                if round == 1 {
                    system.set_array("rest4", &[0.3, 0.2]).unwrap();
                }
                if round == 2 {
                    system.set_indices("edges5", vec![[0, 11], [4, 7], [7, 1]]).unwrap();
                    system.set_array("rest5", &[0.5; 3]).unwrap();
                }
                let all = system.evaluate().unwrap().into_owned();
                let product = system.product(&waves(24)).unwrap().to_vec();
                (all.energy, all.gradient, all.hessian.values, all.residual, product, system.energies().unwrap())
            });
            assert_eq!(results[0], results[1], "{device:?}, round {round}");
            close(&[results[0].5.iter().sum::<f64>()], &[results[0].0], 1e-5);
        }
    }
}

/// A message names the data of its own term.
#[test]
fn messages_name_their_own_data() {
    let message = |distinct| {
        let mut system = System::build(problem(3, distinct), Options::default()).unwrap();
        system.set_indices("edges2", vec![[0, 1], [0, 12]]).unwrap();
        system.value().unwrap_err().to_string()
    };
    let own = message(false);
    assert!(own.contains("`edges2` row 1, column 1 has the value 12"), "{own}");
    assert_eq!(own, message(true).replace("spring2.wgsl", "spring.wgsl"));
}
