//! Steps through time, obstacles, states.
//!
//! A step of implicit Euler is the minimum of the energy and of what it takes to leave the way of inertia; all that Newton's
//! method does is as for any other energy. A ball of soft tetrahedra falls on a plane:
//!
//! ```
//! use spadina::mesh::{Mesh, Shape};
//! use spadina::simulate::{self, Obstacle, Setup, Simulation};
//! use spadina::{Options, Problem, Tensor, Term};
//!
//! let soft = include_str!("../../examples/energies/neo_hookean.wgsl");
//! let mesh = Mesh::generate(&Shape::Ball { cells: 4, radius: 0.2 })?;
//! let masses: Vec<f64> = mesh.lumped_masses().iter().map(|share| 1000.0 * share).collect();
//! let (nodes, points) = (mesh.nodes(), mesh.points.clone());
//! let problem = Problem::new()
//!     .with_mesh(mesh)
//!     .unknown("x", Tensor::new([nodes, 3], points)?)
//!     .array("mu", 2e4)
//!     .array("lambda", 8e4)
//!     .term(Term::energy("neo_hookean.wgsl", soft).over("tetrahedra"));
//! let ground = simulate::Shape::Plane { point: vec![0.0, 0.0, -0.3], normal: vec![0.0, 0.0, 1.0] };
//! let ground = Obstacle::new(ground, 0.01, 0.05).friction(0.5); // pushes from a centimetre on, with 0.05 J
//! let setup = Setup::new("x", masses).gravity(vec![0.0, 0.0, -9.81]).obstacles(vec![ground]);
//! let mut simulation = Simulation::new(problem, setup, Options::default())?;
//! for _ in 0..30 {
//!     let report = simulation.step()?;
//!     println!("{:.2} s {:8.4} J, {} nodes touch", report.time, report.energies.total(), report.contacts);
//! }
//! assert!(simulation.positions().iter().skip(2).step_by(3).all(|z| *z > -0.3));
//!
//! // A state is enough to go on, as if nothing had been between.
//! let state = simulation.state();
//! simulation.step()?;
//! let after = simulation.positions();
//! simulation.set_state(&state)?;
//! simulation.step()?;
//! assert_eq!(simulation.positions(), after);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nodes that come near an obstacle are rows of an index array that changes from step to step; only the barrier's own term is
//! bound again then ([`StepReport::rebinding`](crate::simulate::StepReport::rebinding)). Forces of your own are energies of the
//! problem; what they depend on besides positions are arrays, set before each step.
