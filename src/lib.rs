//! Spadina: the runtime for the energies of meshes. It takes an energy, finds which derivatives are structurally
//! non-zero, compiles exactly those, and evaluates gradient and sparse Hessian.
//!
//! # A first energy
//!
//! An energy is a WGSL function of one element. A [`Problem`] binds its parameters to data, a [`System`] is the problem
//! compiled for this machine:
//!
//! ```
//! use spadina::{Options, Problem, System, Term};
//!
//! let spring = "fn energy(x: array<vec2f, 2>, k: f32, rest: f32) -> f32 {
//!   let stretch = length(x[1] - x[0]) - rest;
//!   return 0.5 * k * stretch * stretch;
//! }";
//! let problem = Problem::new()
//!     .unknown("x", vec![[0.0, 0.0], [2.0, 0.0], [2.0, 2.0]])
//!     .array("k", 100.0)
//!     .array("rest", vec![1.0, 1.0])
//!     .indices("springs", vec![[0, 1], [1, 2]])
//!     .term(Term::energy("spring.wgsl", spring).over("springs"));
//! let mut system = System::build(problem, Options::default())?;
//! let result = system.evaluate()?;
//! assert_eq!(result.energy, 100.0);
//! assert_eq!(result.gradient[..2], [-100.0, 0.0]);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! `x` is an array of nodes: the energy sees the rows that the element's stencil, a row of `springs`, names. `k` is one
//! number for all elements and `rest` one for each: the shapes tell them apart. The same problem can be read from a file
//! with [`Problem::read`] (feature `files`).
//!
//! # Reading the Hessian
//!
//! All unknowns, each in C order, one after another, are the rows and columns. By default the Hessian is a [`Matrix`] in
//! compressed rows with both triangles, its columns ascending, without duplicates:
//!
//! ```
//! # use spadina::{Options, Problem, System, Term};
//! # let text = "fn energy(x: array<f32, 2>) -> f32 { let d = x[1] - x[0]; return d * d; }";
//! let problem = Problem::new().unknown("x", vec![0.0, 1.0, 3.0]).indices("edges", vec![[0, 1], [1, 2]]);
//! let mut system = System::build(problem.term(Term::energy("edge.wgsl", text).over("edges")), Options::default())?;
//! let hessian = system.evaluate()?.hessian;
//! for row in 0..hessian.rows {
//!     for at in hessian.row_ptr[row]..hessian.row_ptr[row + 1] {
//!         println!("H[{row}, {}] = {}", hessian.col_idx[at], hessian.values[at]);
//!     }
//! }
//! assert_eq!(hessian.row_ptr, [0, 2, 5, 7]);
//! assert_eq!(hessian.values, [2.0, -2.0, -2.0, 4.0, -2.0, -2.0, 2.0]);
//! // The same as rows, columns and values.
//! assert_eq!(hessian.coordinates()?.next(), Some((0, 0, 2.0)));
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! An entry is stored if and only if the energy's structure makes it non-zero, be it zero at this point. [`Layout`] has
//! one triangle, blocks, and storage of your own; [`System::evaluate_into`] writes straight into your buffer. The features
//! `faer`, `sprs` and `nalgebra-sparse` add `Matrix::to_faer`, `to_sprs` (and `as_sprs`, without a copy) and
//! `to_nalgebra`.
//!
//! # Many evaluations
//!
//! New numbers cost nothing but the evaluation. New connectivity, or data of another length, has the pattern built again;
//! nothing is compiled again:
//!
//! ```
//! # use spadina::{Options, Problem, System, Term};
//! # let text = "fn energy(x: array<f32, 2>, k: f32) -> f32 { let d = x[1] - x[0]; return k * d * d; }";
//! # let problem = Problem::new().unknown("x", vec![0.0, 1.0, 3.0]).array("k", vec![1.0, 1.0]);
//! # let problem = problem.indices("edges", vec![[0, 1], [1, 2]]).term(Term::energy("edge.wgsl", text).over("edges"));
//! # let mut system = System::build(problem, Options::default())?;
//! // Gradient descent.
//! let mut x = vec![0.0, 1.0, 3.0];
//! for _ in 0..100 {
//!     system.set_unknown("x", &x)?;
//!     let (_, gradient) = system.gradient()?;
//!     x.iter_mut().zip(gradient).for_each(|(x, g)| *x -= 0.1 * g);
//! }
//! assert!(system.value()? < 1e-6);
//!
//! // A third edge, and a stiffness for it.
//! system.set_indices("edges", vec![[0, 1], [1, 2], [2, 0]])?;
//! system.set_array("k", &[1.0, 1.0, 5.0])?;
//! assert_eq!(system.evaluate()?.hessian.nonzeros(), 9);
//!
//! // Products with the Hessian need no Hessian.
//! assert_eq!(system.product(&[1.0, 0.0, 0.0])?, [12.0, -2.0, -10.0]);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! The result is the same to the last bit for every number of [`threads`](Options::threads).
//!
//! # Energies with loops of their own
//!
//! Without parameters, an energy is a program over whole arrays. Loops, index arithmetic and tables are found sparse, too:
//!
//! ```
//! # use spadina::{Options, Problem, System, Term};
//! let ring = "override n: u32;
//! @group(0) @binding(0) var<storage, read> x: array<f32>;
//! fn energy() -> f32 {
//!   var sum = 0.0;
//!   for (var i = 0u; i < n; i++) { let d = x[(i + 1u) % n] - x[i]; sum += d * d; }
//!   return sum;
//! }";
//! let problem = Problem::new().unknown("x", vec![0.0, 1.0, 3.0, 2.0]).indices("n", 4);
//! let mut system = System::build(problem.term(Term::energy("ring.wgsl", ring)), Options::default())?;
//! let hessian = system.evaluate()?.hessian;
//! assert_eq!(hessian.col_idx[..3], [0, 1, 3]);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! # Integers of elements
//!
//! Integer parameters bind to [`indices`](Problem::indices), one for all elements or one for each. They may be conditions,
//! loop bounds and indices; an entry that only excluded elements would touch is not stored:
//!
//! ```
//! # use spadina::{Options, Problem, System, Term};
//! let text = "fn energy(x: array<f32, 3>, corners: u32) -> f32 {
//!   var sum = 0.0;
//!   for (var k = 1u; k < corners; k++) { sum += x[k] * x[0]; }
//!   return sum;
//! }";
//! let problem = Problem::new().unknown("x", vec![1.0, 2.0, 3.0, 4.0]);
//! let problem = problem.indices("cells", vec![[0, 1, 2], [3, 2, -1]]).indices("corners", vec![3, 2]);
//! let mut system = System::build(problem.term(Term::energy("fan.wgsl", text).over("cells")), Options::default())?;
//! assert_eq!(system.evaluate()?.energy, 17.0);
//! assert_eq!(system.evaluate()?.hessian.nonzeros(), 6);
//! system.set_indices("corners", vec![2, 1])?; // the next evaluation builds another pattern and compiles nothing
//! assert_eq!(system.evaluate()?.hessian.nonzeros(), 2);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! # Residuals
//!
//! The energy of a residual is half the sum of its squares; its Jacobian comes with the evaluation:
//!
//! ```
//! # use spadina::{Options, Problem, System, Term};
//! let rows = "fn residual(x: array<vec2f, 2>) -> vec2f { return vec2f(length(x[1] - x[0]) - 1.0, x[0].y * x[1].x); }";
//! let problem = Problem::new().unknown("x", vec![[0.0, 1.0], [3.0, 5.0]]).indices("edges", vec![[0, 1]]);
//! let problem = problem.term(Term::residual("rows.wgsl", rows).over("edges"));
//! let mut system = System::build(problem, Options::default())?;
//! let result = system.evaluate()?;
//! assert_eq!(result.residual, Some(&[4.0, 3.0][..]));
//! assert_eq!(result.jacobian.map(|j| j.nonzeros()), Some(6));
//! assert_eq!(result.energy, 12.5);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! # When something is wrong
//!
//! Every input works or is refused with an [`Error`] that names the place and the rule; nothing panics.
//!
//! ```
//! # use spadina::{Options, Problem, System, Term};
//! let text = "fn energy(x: array<f32, 2>) -> f32 {\n  return x[0] * y;\n}";
//! let problem = Problem::new().unknown("x", vec![0.0, 1.0]).indices("edges", vec![[0, 1]]);
//! let refused = System::build(problem.term(Term::energy("edge.wgsl", text).over("edges")), Options::default());
//! let message = refused.err().map(|error| error.to_string()).unwrap_or_default();
//! assert!(message.contains("edge.wgsl:2:17"), "{message}");
//! ```
//!
//! Indices are checked when data are bound: at [`System::build`] and, after a change of connectivity or lengths, at the
//! next evaluation. A NaN or infinity in a result is an error that names the term and its first element.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod backend;
pub mod executor;
pub mod explain;
#[cfg(feature = "files")]
pub mod files;
#[cfg(all(feature = "solve", feature = "meshes"))]
pub mod guide;
#[cfg(feature = "solve")]
pub mod minimize;
pub mod npy;
pub mod problem;
#[cfg(feature = "solve")]
pub mod simulate;
pub mod system;
pub mod tensor;

pub use problem::{Problem, Singular, Term};
pub use spadina_core::frontend::builder;
#[cfg(feature = "gpu")]
pub use spadina_gpu as gpu;
#[cfg(feature = "cpu")]
pub use spadina_jit_cpu as cpu;
#[cfg(feature = "meshes")]
pub use spadina_meshes as mesh;
pub use system::{Error, Evaluation, Layout, Matrix, Options, System};
pub use tensor::Tensor;
