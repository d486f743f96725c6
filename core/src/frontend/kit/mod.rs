//! The kit of front-ends, from inputs to a [`Program`](crate::program::Program): inputs, functions, outputs.
//!
//! A front-end says what it reads, as a list of [parameters](super::Parameter). When they are bound it declares its
//! [`Inputs`] in a fresh [graph](crate::real::Graph), builds values from them with the graph's constructors and the
//! [functions](Function) of this module, and hands over the updates that its results stand for: those of an [`energy`], or
//! [rows of a residual](element_rows), or [writes](crate::program::residual_updates) in loops. Loops are variables of the
//! graph's integers, and [`Graph::sum`](crate::real::Graph::sum) sums over them. Every value remembers the
//! [span](crate::real::Graph::span) that was set when it was built, which is what messages point at.
//!
//! The stretch of springs in a chain, by hand:
//!
//! ```
//! use spadina_core::error::Diagnostic;
//! use spadina_core::frontend::kit::{self, Data, Function, Inputs, Scalar};
//! use spadina_core::frontend::{Form, Frontend, Kind, Numbers, Parameter, ParameterType, Roles};
//! use spadina_core::program::{LookedAt, Program};
//! use spadina_core::real::{Graph, Span};
//!
//! /// `for i in 1..len(x) { energy += max(|x[i] - x[i - 1]| - rest, 0) }`
//! struct Chain {
//!     parameters: Vec<Parameter>,
//! }
//!
//! impl Chain {
//!     fn new() -> Self {
//!         let parameter = |name: &str, ty| Parameter { name: name.into(), ty, span: Span::default(), default: None };
//!         let x = parameter("x", ParameterType::Array { numbers: Numbers::Real, components: 1 });
//!         let rest = parameter("rest", ParameterType::Override(Numbers::Real));
//!         Chain { parameters: vec![x, rest] }
//!     }
//! }
//!
//! impl Frontend for Chain {
//!     fn form(&self) -> Form {
//!         Form::Program
//!     }
//!
//!     fn kind(&self) -> Kind {
//!         Kind::Energy
//!     }
//!
//!     fn parameters(&self) -> &[Parameter] {
//!         &self.parameters
//!     }
//!
//!     fn lower(&self, roles: &Roles) -> Result<Program, Diagnostic> {
//!         let (mut graph, mut inputs) = (Graph::default(), Inputs::new(roles));
//!         let g = &mut graph;
//!         inputs.declare(g, self.form(), &self.parameters);
//!         let (Data::Reals(x), Scalar::Real(rest)) =
//!             (inputs.data(g, "x", Numbers::Real), inputs.single(g, "rest", Numbers::Real))
//!         else {
//!             unreachable!("reals were asked for")
//!         };
//!         let (first, end) = (g.indices.int(1), inputs.length(g, "x", 1));
//!         let var = g.indices.var(0, first, end, "i");
//!         let i = g.indices.var_index(var);
//!         let before = g.indices.offset(i, -1);
//!         let (a, b) = (g.load(x, before), g.load(x, i));
//!         let gap = kit::difference(g, &[b], &[a]);
//!         let gap = kit::length(g, &gap);
//!         let (stretch, zero) = (g.sub(gap, rest), g.constant(0.0));
//!         let Some(term) = Function::Max.scalar(g, &[stretch, zero]) else { unreachable!("`max` takes two reals") };
//!         let sum = g.sum(var, term);
//!         let updates = kit::energy(g, &inputs, sum);
//!         let looked_at = LookedAt::computed(g);
//!         Ok(Program { name: "chain".into(), graph, updates, looked_at })
//!     }
//! }
//!
//! let chain = Chain::new();
//! let program = chain.lower(&chain.default_roles(None))?;
//! assert!(program.to_string().starts_with("program chain {\n  for i in 1..len(x) {\n"));
//! # Ok::<(), Diagnostic>(())
//! ```
//!
//! A language with variables and statements is best executed as a [trace](super::trace), and its loops
//! [recovered](super::loops).
//!
//! | file       | what it holds                                            |
//! |------------|----------------------------------------------------------|
//! | `data`     | numbers that data hold                                   |
//! | `inputs`   | parameters, what they are bound to, and the element      |
//! | `function` | the list of numeric functions                            |
//! | `scalars`  | expansions of functions of reals                         |
//! | `linear`   | expansions of functions of vectors and matrices          |
//! | `whole`    | the same, of operands as they come                       |
//! | `outputs`  | the updates of energies and residuals                    |

mod data;
mod function;
mod inputs;
mod linear;
mod outputs;
mod scalars;
mod whole;

pub use data::{Data, Scalar, single};
pub use function::{Function, Operands};
pub use inputs::Inputs;
pub use linear::{
    cross, determinant, difference, dot, inverse, length, matrix_vector, normalize, outer, product, reflect, refract,
    transpose, vector_matrix,
};
pub use outputs::{element_rows, energy};
pub use scalars::{ldexp, remainder};
pub use whole::Operand;
