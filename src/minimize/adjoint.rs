//! Adjoint sensitivities: the answer of an equilibrium to its data.

use super::error::Error;
use super::linear::{Linear, LinearSolver};
use super::method::{check, with_unused};
use crate::problem::Problem;
use crate::system::{Options, ProjectedElements, System};
use crate::tensor::Tensor;

/// Derivatives of functions of an equilibrium.
///
/// At an equilibrium the gradient `g(x, p)` of the energy by the free unknowns is zero for all data `p`. A function `J(x)` of
/// the equilibrium therefore has the derivative
///
/// ```text
/// dJ/dp = -(∂g/∂p)ᵀ λ,     H λ = ∂J/∂x
/// ```
///
/// with one linear system for any number of data. The product with the mixed derivative `∂g/∂p` is that of the Hessian of the
/// same energy in which the data are unknowns, too, with the direction `(λ, 0)`: it goes through the pipeline like any other,
/// and the mixed matrix is never there.
///
/// ```
/// use spadina::minimize::{Adjoint, Settings, minimize};
/// use spadina::{Options, Problem, System, Term};
///
/// // A spring carries a weight: it is longer by weight / k.
/// let energy = "fn energy(x: array<f32, 1>, k: f32, weight: f32) -> f32 {
///   return 0.5 * k * x[0] * x[0] - weight * x[0];
/// }";
/// let problem = Problem::new().unknown("x", vec![0.0]).array("k", 4.0).array("weight", 2.0);
/// let problem = problem.indices("node", vec![[0]]).term(Term::energy("spring.wgsl", energy).over("node"));
/// let settings = Settings::default();
/// let mut system = System::build(problem, settings.options(Options::default()))?;
/// minimize(&mut system, &[false], settings, |_| true)?;
/// let mut adjoint = Adjoint::new(&mut system, &[false], &["k", "weight"])?;
/// let by = adjoint.gradient(&[1.0])?; // of J = x
/// assert!((by.arrays[0].data[0] + 2.0 / 16.0).abs() < 1e-12);
/// assert!((by.arrays[1].data[0] - 1.0 / 4.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Adjoint {
    /// The problem with the data among the unknowns.
    whole: System,
    linear: Linear,
    held: Vec<bool>,
    shapes: Vec<Vec<usize>>,
}

/// Derivatives of a function of an equilibrium.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Sensitivity {
    /// By the arrays, in the order and with the shapes in which they were named.
    pub arrays: Vec<Tensor<f64>>,
    /// By the values at which unknowns are held; zero for those that are free.
    pub held: Vec<f64>,
}

impl Adjoint {
    /// Prepares for a system at an equilibrium, whose unknowns `held` do not answer; `arrays` are the arrays and parameters
    /// by which to derive. The Hessian is factored once for any number of functions.
    pub fn new(system: &mut System, held: &[bool], arrays: &[&str]) -> Result<Adjoint, Error> {
        check(system, held)?;
        let (held, _) = with_unused(system, held)?;
        let mut linear = Linear::new(system.pattern()?, &held, LinearSolver::Direct, None)?;
        let exact = Options { projection: None, gauss_newton: false, ..system.options().clone() };
        let residuals = system.problem().has_residuals();
        system.project(ProjectedElements::None);
        if residuals {
            // Of residuals the exact Hessian is needed, whatever the system was built for.
            let mut own = System::build(system.problem().clone(), exact.clone())?;
            linear.rebind(own.pattern()?, &held)?;
            linear.set(own.evaluate()?.hessian)?;
        } else {
            linear.set(system.evaluate()?.hessian)?;
        }
        system.project(ProjectedElements::All);
        let (problem, shapes) = with_unknowns(system.problem(), arrays)?;
        let whole = System::build(problem, exact)?;
        if !linear.factor()? {
            return Err(Error::NoMinimum);
        }
        Ok(Adjoint { whole, linear, held, shapes })
    }

    /// The derivatives of a function of the equilibrium, whose own derivative by the unknowns is `by_unknowns`, one number
    /// for each. What the function has of the data directly is not in them.
    pub fn gradient(&mut self, by_unknowns: &[f64]) -> Result<Sensitivity, Error> {
        let (found, wanted) = (by_unknowns.len(), self.held.len());
        if found != wanted {
            return Err(crate::system::Error::VectorLength { found, wanted }.into());
        }
        let mut adjoint = Vec::new();
        self.linear.matrix.gather(by_unknowns, &mut adjoint);
        self.linear.back(&mut adjoint);
        let mut direction = vec![0.0; self.whole.unknowns()];
        for (&at, value) in self.linear.matrix.free.iter().zip(&adjoint) {
            direction[at as usize] = *value;
        }
        let product = self.whole.product(&direction)?;
        let answer = |k: usize| if self.held[k] { by_unknowns[k] - product[k] } else { 0.0 };
        let held = (0..wanted).map(answer).collect();
        let mut rest = &product[wanted..];
        let mut arrays = Vec::new();
        for shape in &self.shapes {
            let (own, others) = rest.split_at(shape.iter().product());
            arrays.push(Tensor { shape: shape.clone(), data: own.iter().map(|v| -v).collect() });
            rest = others;
        }
        Ok(Sensitivity { arrays, held })
    }
}

/// The problem in which arrays are unknowns, behind the others, and the shapes of these.
fn with_unknowns(problem: &Problem, arrays: &[&str]) -> Result<(Problem, Vec<Vec<usize>>), Error> {
    let mut whole = problem.clone();
    let mut shapes = Vec::new();
    for &name in arrays {
        let found = whole.arrays.iter().position(|(own, _)| own == name);
        let at = found.ok_or_else(|| crate::system::Error::NoSuchArray { name: name.into() })?;
        let (name, tensor) = whole.arrays.remove(at);
        shapes.push(tensor.shape.clone());
        whole.unknowns.push((name, tensor));
    }
    Ok((whole, shapes))
}
