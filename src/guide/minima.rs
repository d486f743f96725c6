//! Moved and held unknowns, and the reports of a minimiser.
//!
//! # A minimum
//!
//! ```
//! use spadina::mesh::{Mesh, Shape};
//! use spadina::minimize::{Outcome, Settings, minimize};
//! use spadina::{Options, Problem, System, Tensor, Term};
//!
//! let spring = "fn energy(x: array<vec3f, 2>, X: array<vec3f, 2>) -> f32 {
//!   let s = length(x[1] - x[0]) - length(X[1] - X[0]);
//!   return 50.0 * s * s;
//! }";
//! let weight = "fn energy(x: array<vec3f, 3>) -> f32 { return 0.1 * (x[0].z + x[1].z + x[2].z); }";
//! let mesh = Mesh::generate(&Shape::Cloth { cells: [8, 8], size: [1.0, 1.0] })?;
//! let (nodes, points) = (mesh.nodes(), mesh.points.clone());
//! let problem = Problem::new()
//!     .with_mesh(mesh)
//!     .unknown("x", Tensor::new([nodes, 3], points.clone())?)
//!     .term(Term::energy("spring.wgsl", spring).over("edges"))
//!     .term(Term::energy("weight.wgsl", weight).over("triangles"));
//!
//! let settings = Settings::default();
//! // Elements can be projected if the system is built for it: the settings know.
//! let mut system = System::build(problem, settings.options(Options::default()))?;
//! // The left and the right side are held: a flag for each entry of the global vector.
//! let held: Vec<bool> = points.chunks(3).flat_map(|p| [p[0].abs() > 0.499; 3]).collect();
//! let report = minimize(&mut system, &held, settings, |iteration| {
//!     println!("{:3} {:14.6e} {:9.1e}", iteration.number, iteration.energy, iteration.decrement);
//!     true // go on
//! })?;
//! assert_eq!(report.outcome, Outcome::Converged);
//! assert!(system.vector().iter().skip(2).step_by(3).all(|z| *z < 1e-9)); // it sags
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The cloth begins flat, where it has no stiffness against its weight at all: the Hessian is singular there, and something is
//! added to its diagonal until it is not ([`Iteration::shift`](crate::minimize::Iteration::shift)). Where springs are compressed
//! it is indefinite; then the negative eigenvalues of elements are removed, at last of those around the largest forces only
//! ([`Iteration::projected`](crate::minimize::Iteration::projected)). Near the minimum nothing is projected, and the decrement
//! is squared by every step.
//!
//! # When it has converged
//!
//! The decrement [`λ = √(gᵀH⁻¹g)`](crate::minimize::Iteration::decrement) is that of the Hessian as it is: a projected or a shifted
//! one makes it smaller, and ends nothing before the Hessian as it is has been tried. Where that is not positive definite, every
//! entry of the gradient must be small, too, and [`Iteration::hessian`](crate::minimize::Iteration::hessian) says with which
//! Hessian it ended: it may be a saddle, or something moves freely there that is neither a translation nor a rotation.
//!
//! A body that nothing holds slides and turns without any energy, and leaves the Hessian singular. These motions are found in
//! the Hessian itself and held within the solver, each part of a mesh for itself; the middle stays where it is. Nothing needs to
//! be held for the sake of the solver.
//!
//! # When it does not converge
//!
//! [`Outcome`](crate::minimize::Outcome) says how a minimisation ended, and [`Error`](crate::minimize::Error) why there was none.
//! An energy that falls without end names the unknown that runs away: mostly, not enough is held. `spadina solve` prints the
//! same, draws the convergence, and a picture.
//!
//! Prescribed displacements are unknowns that are held elsewhere: [`minimize_moved`](crate::minimize::minimize_moved) applies
//! them in steps.
//!
//! # Other methods
//!
//! [`Settings::method`](crate::minimize::Settings::method()) takes L-BFGS, which asks for gradients only, and the method of
//! Levenberg and Marquardt for residuals; [`Settings::linear`](crate::minimize::Settings::linear()) conjugate gradients instead of
//! sparse factors, where these are too large.
