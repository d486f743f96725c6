//! An energy, its mesh, and how to trust it.
//!
//! # What to write
//!
//! An energy is that of *one* element. Here it is a triangle of a membrane that wants to keep its shape: `F` maps the triangle
//! at rest to the one in space, and `|F|² + 2 det` is the square of the sum of its singular values, so that the energy is
//! the squared distance of `F` from the nearest rotation:
//!
//! ```
//! use spadina::mesh::{Mesh, Shape};
//! use spadina::{Options, Problem, System, Tensor, Term};
//!
//! const MEMBRANE: &str = "fn energy(x: array<vec2f, 3>, X: array<vec2f, 3>, stiffness: f32) -> f32 {
//!   let rest = mat2x2f(X[1] - X[0], X[2] - X[0]);
//!   let area = 0.5 * determinant(rest);
//!   let inverse = mat2x2f(rest[1].y, -rest[0].y, -rest[1].x, rest[0].x) * (0.5 / area);
//!   let F = mat2x2f(x[1] - x[0], x[2] - x[0]) * inverse;
//!   let squares = dot(F[0], F[0]) + dot(F[1], F[1]);
//!   return stiffness * area * (squares - 2.0 * sqrt(squares + 2.0 * determinant(F)) + 2.0);
//! }";
//!
//! // A mesh brings `X` and the index arrays `edges`, `triangles`, `hinges` and, if it has any, `tetrahedra`.
//! let mesh = Mesh::generate(&Shape::Grid { cells: [8, 4], size: [2.0, 1.0] })?;
//! let start: Vec<f64> = mesh.points.iter().map(|x| 1.1 * x).collect();
//! let start = Tensor::new([mesh.nodes(), 2], start)?;
//! let problem = Problem::new()
//!     .with_mesh(mesh)
//!     .unknown("x", start)
//!     .array("stiffness", 10.0)
//!     .term(Term::energy("membrane.wgsl", MEMBRANE).over("triangles"));
//! let mut system = System::build(problem, Options::default())?;
//! // Stretched by a tenth in both directions: 10 · (0.1² + 0.1²) for each unit of area.
//! assert!((system.value()? - 0.4).abs() < 1e-12);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The kinds of the parameters follow from the shapes of the data that they bind to. Whatever does not depend on the
//! unknowns (`inverse` here) is computed once and stored; nothing needs to be prepared by hand.
//!
//! # How to trust it
//!
//! Derivatives are found, not written, so that what can be wrong is the energy itself. A look at its gradient in another way
//! costs little:
//!
//! ```
//! # use spadina::{Options, Problem, System, Term};
//! # let text = "fn energy(x: array<f32, 2>) -> f32 { return exp(x[0]) * x[1]; }";
//! # let problem = Problem::new().unknown("x", vec![0.3, 0.5, -0.2]).indices("edges", vec![[0, 1], [1, 2]]);
//! # let mut system = System::build(problem.term(Term::energy("e.wgsl", text).over("edges")), Options::default())?;
//! let x = system.vector();
//! let gradient = system.gradient()?.1.to_vec();
//! for k in 0..x.len() {
//!     let mut at = |h: f64| {
//!         let mut moved = x.clone();
//!         moved[k] += h;
//!         system.set_unknowns(&moved)?;
//!         system.value()
//!     };
//!     let difference = (at(1e-5)? - at(-1e-5)?) / 2e-5;
//!     assert!((difference - gradient[k]).abs() < 1e-8);
//! }
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! `spadina explain ENERGY.wgsl` prints what becomes of it, with operation counts, and names the place of what is refused.
//!
//! # Where it has no value
//!
//! Many energies are infinite where an element is inverted. Where a logarithm or a root says so, write nothing for it: of a negative
//! number it is no number, and every search here refuses steps that lead there ([`System::trial`](crate::System::trial) is
//! nothing). At the start, the message names the element. An energy that stays finite when its element is inverted says it itself:
//!
//! ```
//! use spadina::{Options, Problem, System, Term};
//!
//! let area = "fn energy(x: array<vec2f, 3>) -> f32 {
//!     let a = x[1] - x[0];
//!     let b = x[2] - x[0];
//!     let d = a.x * b.y - a.y * b.x;
//!     if d <= 0.0 { return 1.0 / 0.0; }
//!     return (d - 1.0) * (d - 1.0);
//! }";
//! let problem = Problem::new()
//!     .unknown("x", vec![[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
//!     .indices("triangles", vec![[0, 1, 2]])
//!     .term(Term::energy("area.wgsl", area).over("triangles"));
//! let mut system = System::build(problem, Options::default())?;
//! assert_eq!(system.value()?, 1.0);
//! system.set_unknown("x", &[0.0, 0.0, 1.0, 0.0, 0.0, -2.0])?;
//! assert_eq!(system.trial()?, None);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! `1.0 / 0.0` is infinity, on every device. It costs a comparison and a select in the energy, and nothing in its derivatives. What else has
//! no value, and how exact the rest is, [`numbers`](super::numbers) says.
//!
//! # Where it has no derivative
//!
//! The length of a vector has no derivative where the vector is zero, and neither has `acos` at one. What is made of them may have
//! one all the same, and has it here: `length(v) * length(v)`, `pow(dot(v, v), 1.5)`, a spring of rest length zero. Of others the
//! evaluation is refused, and the message names the call and the element. A policy, of the problem or of a term, says what counts
//! instead ([`Singular`](crate::Singular); `singular` and `epsilon` in a problem file):
//!
//! ```
//! use spadina::{Options, Problem, Singular, System, Term};
//!
//! let tie = "fn energy(x: array<vec2f, 2>) -> f32 { return length(x[1] - x[0]); }";
//! let problem = Problem::new()
//!     .unknown("x", vec![[0.0, 0.0], [0.0, 0.0], [4.0, 0.0]])
//!     .indices("ties", vec![[0, 1], [1, 2]])
//!     .term(Term::energy("tie.wgsl", tie).over("ties"));
//! let mut system = System::build(problem.clone(), Options::default())?;
//! let message = system.gradient().map(|_| ()).unwrap_err().to_string();
//! assert!(message.contains("element 0") && message.contains("`length` has no derivative there"));
//!
//! let mut system = System::build(problem.clone().singular(Singular::Zero), Options::default())?;
//! assert_eq!(system.gradient()?, (4.0, &[0.0, 0.0, -1.0, 0.0, 1.0, 0.0][..]));
//! assert_eq!(system.singular_elements()?, 1);
//!
//! let mut system = System::build(problem.singular(Singular::Smooth(1e-3)), Options::default())?;
//! assert!((system.value()? - 4.001).abs() < 1e-6);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! With [`Singular::Zero`](crate::Singular::Zero) that partial derivative counts as zero, wherever it stands in the chain: values stay what they
//! are, and the direction of a vector of length zero (`normalize`, `v / length(v)`) is zero. With
//! [`Singular::Smooth`](crate::Singular::Smooth) another energy is evaluated, whose derivatives are its own, with ε for `epsilon`:
//!
//! | written | evaluated | singular at |
//! |---|---|---|
//! | `sqrt(a)`, `length`, `distance`, `normalize` | `sqrt(a + ε²)` for the root | a = 0 |
//! | `pow(a, p)`, 0 < p < 2, but for p = 1 | `pow(a + ε², p)`; of p = 1.5 `a sqrt(a + ε²)` | a = 0 |
//! | `acos(x)` | `atan2(sqrt((1 - x) (1 + x) + ε²), x)` | x = 1, x = -1 |
//! | `asin(x)` | `atan2(x, sqrt((1 - x) (1 + x) + ε²))` | x = 1, x = -1 |
//! | `acosh(x)` | `log(x + sqrt((x - 1) (x + 1) + ε²))` | x = 1 |
//! | `atan2(y, x)` | `2 atan2(y, x + sqrt(x² + y² + ε²))` | x = y = 0 |
//!
//! An element counts as touched where an operation of it is at such a point, or, with a smooth function, where what stands under the
//! root (`a` of a power, `1 - |x|`, `x - 1`) is not above ε².
//!
//! # Functions and structs
//!
//! A function is executed where it is called; called again with the same arguments it gives what it gave, so that functions which
//! call each other do not grow, unless their arguments all differ: then a program of more than a million operations is refused.
//! Structs may be parameters and results. One that the energy itself takes is as many parameters as it has members, which bind by
//! their names: `fn energy(x: array<vec3f, 4>, m: Material)` reads `mu` and `lambda` of `struct Material { mu: f32, lambda: f32 }`.
//! The rows of a residual are all reals of its result, in the order of memory.
//!
//! # Integers
//!
//! On every device integers are those of WGSL, of 32 bits, but for this list:
//!
//! - Data are numbers up to 2³¹ - 1, for `u32` too, and not negative there.
//! - A `u32` that goes below zero wraps around. Above 2³² it does where it is a hash: where it is multiplied with a literal of 2¹⁶ or
//!   more, where results of `^`, `|`, `&`, `<<` and `>>` are added or multiplied, and where it is masked (`& 0xffffffffu`).
//!   Elsewhere it is an index or a count: one that would wrap around where its value matters is refused with its place.
//! - An `i32` that would leave its 32 bits where its value matters (in a comparison, a quotient, a shift to the right, an index, a
//!   real) is refused with its place; masked by a number that is not negative it wraps around.
//! - `>>` of an `i32` that may be negative, and `<<` of an `i32` by more than 8 bits or a variable, are refused.
//! - Sums and products are computed in 64 bits: one that leaves these is refused.
//! - Integers in loops that stay loops may be counted and summed, not mixed: `h = h * 31u + t[i]` is refused there.
