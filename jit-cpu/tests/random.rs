//! Random programs with nested loops, sums, branches and tables: compiled, whole and cut into functions of every length,
//! they give the bits of the interpreter.

mod support;

use support::everywhere_within;
use support::random::program;

#[test]
fn compiled_programs_give_the_bits_of_the_interpreter() {
    for seed in 0..150 {
        let (kernel, bound) = program(seed);
        let results = everywhere_within(&kernel, &bound, [0.0, f64::INFINITY]);
        assert!(results.all().iter().any(|&x| x != 0.0), "program {seed} computes nothing");
    }
}
