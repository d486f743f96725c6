//! The answer of an equilibrium to its data.
//!
//! A bridge of springs sags under its weight. Which springs must be stiffer so that its middle is higher? One linear system
//! answers for all of them:
//!
//! ```
//! use spadina::minimize::{Adjoint, Settings, minimize};
//! use spadina::{Options, Problem, System, Term};
//!
//! let spring = "fn energy(x: array<vec2f, 2>, k: f32, rest: f32) -> f32 {
//!   let s = length(x[1] - x[0]) - rest;
//!   return 0.5 * k * s * s;
//! }";
//! let weight = "fn energy(x: array<vec2f, 1>) -> f32 { return x[0].y; }";
//! // Two rows of nodes, with diagonals.
//! let n = 6;
//! let nodes: Vec<[f64; 2]> = (0..2 * n).map(|k| [(k % n) as f64, (k / n) as f64]).collect();
//! let mut springs: Vec<[i32; 2]> = Vec::new();
//! for i in 0..n as i32 {
//!     springs.push([i, i + n as i32]);
//!     if i + 1 < n as i32 {
//!         springs.extend([[i, i + 1], [i + n as i32, i + n as i32 + 1], [i, i + n as i32 + 1], [i + 1, i + n as i32]]);
//!     }
//! }
//! let length = |s: &[i32; 2]| {
//!     let [a, b] = s.map(|k| nodes[k as usize]);
//!     (a[0] - b[0]).hypot(a[1] - b[1])
//! };
//! let problem = Problem::new()
//!     .unknown("x", nodes.clone())
//!     .array("k", vec![500.0; springs.len()])
//!     .array("rest", springs.iter().map(length).collect::<Vec<_>>())
//!     .indices("springs", springs.clone())
//!     .indices("nodes", (0..2 * n as i32).map(|k| [k]).collect::<Vec<_>>())
//!     .term(Term::energy("spring.wgsl", spring).over("springs"))
//!     .term(Term::energy("weight.wgsl", weight).over("nodes"));
//! let settings = Settings::default();
//! let mut system = System::build(problem, settings.options(Options::default()))?;
//! // The two lower corners stand.
//! let held: Vec<bool> = (0..4 * n).map(|k| k < 2 || k == 2 * n - 2 || k == 2 * n - 1).collect();
//! assert!(minimize(&mut system, &held, settings, |_| true)?.outcome.is_minimum());
//!
//! // J: the height of a node in the middle of the lower row.
//! let (middle, mut by) = (n, vec![0.0; 4 * n]);
//! by[middle + 1] = 1.0;
//! let mut adjoint = Adjoint::new(&mut system, &held, &["k"])?;
//! let answers = adjoint.gradient(&by)?.arrays.remove(0).data;
//! let best = (0..springs.len()).max_by(|&a, &b| answers[a].total_cmp(&answers[b])).unwrap();
//!
//! // It is so: with this spring stiffer, the middle rises as predicted.
//! let before = system.vector()[middle + 1];
//! let mut k = vec![500.0; springs.len()];
//! k[best] += 1.0;
//! system.set_array("k", &k)?;
//! minimize(&mut system, &held, settings, |_| true)?;
//! let rise = system.vector()[middle + 1] - before;
//! assert!(rise > 0.0 && (rise / answers[best] - 1.0).abs() < 0.01);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
