//! Numbers: where an energy has a value, how exact it is, and what overflows.
//!
//! # Out of the domain
//!
//! An energy has a value where every operation has one whose result it takes. What is simplified has its say, too: `0.0 * log(d)` is
//! zero where `d` is positive, and no number elsewhere.
//!
//! ```
//! use spadina::{Options, Problem, System, Term};
//!
//! let text = "fn energy(x: array<f32, 1>) -> f32 { return x[0] * x[0] + 0.0 * log(x[0]); }";
//! let problem = Problem::new().unknown("x", vec![2.0]).indices("nodes", vec![[0]]);
//! let mut system = System::build(problem.term(Term::energy("e.wgsl", text).over("nodes")), Options::default())?;
//! assert_eq!(system.value()?, 4.0);
//! system.set_unknown("x", &[-2.0])?;
//! assert_eq!(system.trial()?, None);
//! # Ok::<(), spadina::Error>(())
//! ```
//!
//! | what | rule |
//! |---|---|
//! | sides of `if` and `select` that are not taken | have no say |
//! | `0.0 * f`, `0.0 / f`, `f - f`, `pow(f, 0.0)`, `mix(a, f, 0.0)`, zeros of matrices | no number where `f` is infinite or none |
//! | `max`, `min`, `clamp`, `saturate`, `sign`, `step` of what is no number | no number, on every device |
//! | comparisons with what is no number | false, but for `!=` |
//! | sums, differences and products of data and unknowns | count as finite: `0.0 * (x * x)` is zero |
//!
//! This costs nothing if the result shows it anyway; else a comparison and a sum in the energy, and nothing in its derivatives.
//! Zeros of derivatives are another matter: what the derivatives of an energy multiply by zero is not computed at all.
//!
//! # Numbers that are not finite
//!
//! `1.0 / 0.0` is infinity, `0.0 / 0.0` no number, `exp(1000.0)` and `1e308 * 10.0` are infinity, and `x / 0.0` is one of the three by
//! the sign of `x`; the same on every device. Constants are computed in double precision; one that single precision cannot hold is
//! infinite there. A result that is not finite is refused, with the place. So an energy says where it ends, `d` being a determinant:
//!
//! ```wgsl
//! if (d <= 0.0) { return 1.0 / 0.0; }
//! ```
//!
//! This costs a comparison and a select in the energy, and nothing in the derivatives: where it is infinite, they are not asked for.
//!
//! # Ties
//!
//! Of equal arguments `max` takes one and `min` the other, whatever the order they are written in, and `abs(a - b)` is the one that
//! `max` takes less the one that `min` takes; `clamp` and `saturate` are made of these. So `max(a, b) + min(a, b)`, their product, sorts and
//! splits by sign have the derivatives of what they equal, on every device. `step(e, x)` is one where `e` is `x`, `sign(d)` zero where `d`
//! is, and both have the derivative zero: at a tie `sign(d) * d` has the value of `abs(d)` but the slope zero, and what is chosen by
//! `step` may be the other side than that of `max` or `min`.
//!
//! # How exact
//!
//! Functions are within 2 units in the last place, on every device. First and second derivatives of functions of one real are within 40
//! units (of `tan`, `erf` and `erfc` plus the rounding of their argument), over the whole range of both precisions, or refused;
//! results below the least normal number lose digits.
//!
//! | what | where | result |
//! |---|---|---|
//! | derivatives of `asinh`, `acosh`, `atan` | arguments whose square overflows: above 1e154, in single precision 1.8e19 | refused |
//! | derivatives of `pow`, `length`, `distance`, `smoothstep`, `a / b`, `inverseSqrt`, `atan2` | everywhere where they, the value and the squares of vectors are in range | within 60 units |
//! | `a / length(v)`, `normalize(v)`, `inverseSqrt(s)` | the cube of the length or root overflows: lengths above 1e102, in single precision 7e12 | refused, never zero |
//! | `length`, `distance`, `normalize` | `dot(v, v)` below the least normal number: vectors shorter than 1e-153, in single precision 1e-18 | lose digits |
//! | `log(c * x)`, `c` a literal or data | everywhere | the derivatives of `log(x)`, whatever `c` is |
//! | `y / (c * x)`, `pow(c * x, p)` with `p` from -1 to 1, `c` a literal | everywhere | as exact as without `c` |
//! | second derivatives of `log(1.0 + exp(x))` and of logarithms of sums of exponentials | the square of the sum overflows | within rounding of the terms inside |
//! | derivatives of other logarithms and ratios of what has derivatives of its own, such as `1.0 / (1.0 + exp(x))` | the square of the argument is beyond the range: above 1e154, in single precision 1.8e19 | may lose digits: choose units such that it is not |
