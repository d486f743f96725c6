//! A solver of your own on the Hessian that is there.
//!
//! The system is bound to a mesh once; what a solver does per iteration is: set the unknowns, evaluate, use the numbers. Here
//! are twenty lines of Newton's method with `faer` (feature `faer`), and a cheap one without any matrix:
//!
//! ```
//! use faer::linalg::solvers::Solve;
//! use spadina::{Options, Problem, System, Term, system::Projection};
//!
//! let text = "fn energy(x: array<f32, 2>, k: f32) -> f32 { let d = x[1] - x[0]; return k * (d * d * d * d + d * d - d); }";
//! let problem = Problem::new()
//!     .unknown("x", vec![0.0; 50])
//!     .array("k", 3.0)
//!     .indices("edges", (0..49).map(|i| [i, i + 1]).collect::<Vec<_>>())
//!     .indices("first", vec![[0]])
//!     .term(Term::energy("edge.wgsl", text).over("edges"))
//!     .term(Term::energy("hold.wgsl", "fn energy(x: array<f32, 1>) -> f32 { return x[0] * x[0]; }").over("first"));
//! let options = Options::default().projection(Projection::Clamp);
//! let mut system = System::build(problem, options)?;
//! for _ in 0..20 {
//!     let at = system.evaluate()?;
//!     if at.gradient.iter().all(|g| g.abs() < 1e-12) {
//!         break;
//!     }
//!     let rhs = faer::Col::from_fn(at.gradient.len(), |k| -at.gradient[k]);
//!     let hessian = at.hessian.to_faer()?; // compressed rows; symmetric, so that columns are the same
//!     let step = hessian.to_col_major()?.sp_cholesky(faer::Side::Lower)?.solve(&rhs);
//!     let x: Vec<f64> = system.vector().iter().zip(step.iter()).map(|(x, d)| x + d).collect();
//!     system.set_unknowns(&x)?;
//! }
//! assert!(system.gradient()?.1.iter().all(|g| g.abs() < 1e-12));
//!
//! // Products with the Hessian need no matrix: a power iteration for the largest eigenvalue.
//! let mut v = vec![1.0; 50];
//! v[7] = -1.0;
//! let mut eigenvalue = 0.0;
//! for _ in 0..200 {
//!     let product = system.product(&v)?.to_vec();
//!     eigenvalue = product.iter().map(|p| p * p).sum::<f64>().sqrt();
//!     v = product.iter().map(|p| p / eigenvalue).collect();
//! }
//! assert!(eigenvalue > 10.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Layout`](crate::Layout) stores one triangle, blocks, or whatever a solver wants; [`System::evaluate_into`](
//! crate::System::evaluate_into) writes into its buffer. [`System::set_indices`](crate::System::set_indices) changes
//! connectivity: only the terms concerned are bound again. [`minimize::Minimizer`](crate::minimize::Minimizer) is the trait of
//! the methods that are there; [`System::resident`](crate::System::resident) has the same numbers in buffers of a GPU.
