//! Energies written in Rust.
//!
//! A closure computes with [`Real`]s in place of numbers. It does not run for every element: it runs once to find out what
//! it reads, and once whenever the energy is bound to data, and what it computes is recorded as a program. `Real` has the
//! operators and functions of `f64` and goes into `nalgebra`'s vectors and matrices.
//!
//! **Element form**: the energy of one element, from data that are gathered at its nodes.
//!
//! ```
//! use spadina_core::frontend::{Frontend, builder};
//!
//! let spring = builder::energy("spring", |e| {
//!     let x = e.nodes::<3>("x", 2);
//!     let (k, rest) = (e.scalar("k"), e.scalar("rest"));
//!     let stretch = (x[1] - x[0]).norm() - rest;
//!     0.5 * k * stretch * stretch
//! })?;
//! let program = spring.lower(&spring.default_roles(None))?;
//! assert!(program.to_string().starts_with("program spring {\n  for e in 0..len(stencil, 2) {"));
//! # Ok::<(), spadina_core::error::Diagnostic>(())
//! ```
//!
//! **Program form**: the whole energy, with loops.
//!
//! ```
//! use spadina_core::frontend::{Frontend, builder};
//!
//! let chain = builder::program("chain", |p| {
//!     let x = p.reals("x");
//!     p.sum(1, x.len(), |i| {
//!         let d = x.at(i - 1) - x.at(i);
//!         d * d
//!     })
//! })?;
//! let program = chain.lower(&chain.default_roles(None))?;
//! let text = "program chain {\n  for i in 1..len(x) {\n    let t0 = x[i - 1] - x[i]\n    energy += t0 * t0\n  }\n}\n";
//! assert!(program.to_string().starts_with(text));
//! # Ok::<(), spadina_core::error::Diagnostic>(())
//! ```
//!
//! **Residual form**: rows whose squares are summed, of an element or written in loops.
//!
//! ```
//! use spadina_core::frontend::{Frontend, builder};
//! use spadina_core::frontend::builder::{Vector, length, when};
//!
//! let edge = builder::residual("edge", |e| {
//!     let x = e.nodes::<2>("x", 2);
//!     let d = x[1] - x[0];
//!     Vector::<2>::new(length(d) - e.scalar("L"), 0.3 * d.x)
//! })?;
//! let smooth = builder::residual_program("smooth", |p| {
//!     let (x, n) = (p.reals("x"), p.size("n"));
//!     p.for_each(0, n, |i| {
//!         p.residual(i, x.at(i));
//!         when((i + 1).lt(n), || p.residual(i, -x.at(i + 1)));
//!     });
//! })?;
//! # edge.lower(&edge.default_roles(None))?;
//! let program = smooth.lower(&smooth.default_roles(None))?;
//! let text = "program smooth {\n  for i in 0..n {\n    r[i] += x[i]\n    \
//!             r[i] += select(0, -x[i + 1], i + 1 < n)\n  }\n}\n";
//! assert!(program.to_string().starts_with(text));
//! # Ok::<(), spadina_core::error::Diagnostic>(())
//! ```
//!
//! Rust's own `if`, `for` and `while` see literals only. What depends on data is a [`select`], a guard ([`when`]) or a
//! loop ([`sum`], [`for_each`]); a Rust `for` writes its iterations out. Nothing panics: what is refused gives a handle
//! that computes on, and the first refusal is the error of [`energy`] or of [`Frontend::lower`](super::Frontend::lower),
//! with its line in the Rust source.
//!
//! Elements have integers, too, that choose, guard, bound loops and index:
//!
//! ```
//! use spadina_core::frontend::{Frontend, builder};
//!
//! let fan = builder::energy("fan", |e| {
//!     let (x, degree, kind) = (e.node_scalars("x", 4), e.integer("degree"), e.integer("kind"));
//!     let sum = builder::sum(1, degree, |k| builder::at(&x, k) * x[0]);
//!     builder::when(kind.eq(1), || sum)
//! })?;
//! # Ok::<(), spadina_core::error::Diagnostic>(())
//! ```
//!
//! Integers and reals do not mix by themselves: an [`Int`] becomes a real by [`Int::real`], and a real never becomes an
//! index.
//!
//! ```compile_fail
//! # use spadina_core::frontend::builder::{Int, Real};
//! let mixed = Real::from(1.5) * Int::from(2);
//! ```
//!
//! ```compile_fail
//! # use spadina_core::frontend::builder::{RealArray, Real};
//! fn entry(x: RealArray, at: Real) -> Real { x.at(at) }
//! ```
//!
//! In `nalgebra`, everything that only computes works: sums and products, `dot`, `cross`, `norm`, `normalize`,
//! `transpose`, `trace`, `component_mul`, `determinant` of up to 3 rows, `try_inverse` of up to 4 rows (it is `None` for
//! matrices that are literally singular only), `cholesky`. What looks at values is refused: pivoting (`lu`, `determinant`
//! from 4 rows on), `svd`, eigenvalues, `max`. [`determinant`] and [`inverse`] of this module go up to 4 rows, and with
//! [`dot`], [`cross`] and [`product`] give the very program that the same energy gives in WGSL.
//!
//! | file        | what it does                                            |
//! |-------------|---------------------------------------------------------|
//! | `handle`    | what a handle holds                                     |
//! | `session`   | the build that is under way, and its refusals           |
//! | `operators` | operators                                               |
//! | `functions` | functions and comparisons                               |
//! | `control`   | choices, guards, loops                                  |
//! | `linear`    | vectors and matrices with WGSL's expansions             |
//! | `algebra`   | what `num-traits` and `approx` ask of a number          |
//! | `field`     | what `nalgebra` asks of a number                        |
//! | `element`   | what an element form reads                              |
//! | `scope`     | what a program form reads and writes                    |
//! | `energy`    | from a closure and its roles to a program               |

mod algebra;
mod control;
mod element;
mod energy;
mod field;
mod functions;
mod handle;
mod linear;
mod operators;
mod scope;
mod session;

pub use control::{Choose, Reals, at, for_each, select, sum, when};
pub use element::Element;
pub use energy::{Energy, Rows, energy, program, residual, residual_program};
pub use handle::{Bool, Int, Real};
pub use linear::{Matrix, Vector, cross, determinant, distance, dot, inverse, length, normalize, product, reflect};
pub use scope::{IntArray, IntRows, RealArray, RealRows, Scope};
