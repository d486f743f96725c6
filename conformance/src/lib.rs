//! The numeric tests that every back-end passes: operations, functions, kernels with loops and sums, random programs,
//! problems with known results, projections, threads.
//!
//! A test file names a back-end once, and [`suite!`](crate::suite) makes a test of each:
//!
//! ```ignore
//! mod interpreter {
//!     spadina_conformance::suite!(Some(Subject::interpreter()));
//! }
//! ```
//!
//! Kernels are compared with the interpreter, which is tested against plain Rust by the same tests; problems with results
//! of an independent implementation, in `tests/conformance`. That implementation is [`mod@reference`]; the program `expected`
//! writes its results, and CONTRIBUTING.md has the recipe for another case.

pub mod cases;
pub mod expected;
pub mod functions;
pub mod kernels;
pub mod operations;
pub mod program;
pub mod projections;
pub mod random;
pub mod reference;
pub mod subject;
mod without;

pub use subject::{Subject, Threads};
pub use without::{everything_is_required, without_gpu};

/// Makes the tests of a back-end: `$subject` is an expression of type `Option<Subject>`, `None` where this machine lacks what
/// the back-end needs.
#[macro_export]
macro_rules! suite {
    ($subject:expr) => {
        $crate::kernel_suite!($subject);
        $crate::stamp!($subject, cases: [expected_results]);
        $crate::stamp!($subject, projections: [projected_cases, large_elements]);
        $crate::stamp!($subject, cases: [threads_and_repetitions_change_no_bit]);
    };
}

/// The part of [`suite!`](crate::suite) that needs kernels alone.
#[macro_export]
macro_rules! kernel_suite {
    ($subject:expr) => {
        $crate::stamp!($subject, operations: [
            the_side_not_taken_has_no_influence,
            guards_keep_loads_and_reads_in_range,
            integer_operations,
            integer_operations_of_64_bits,
            every_operation_on_every_kind_of_number,
            reductions_find_first_values_and_sums,
            two_hundred_live_values,
        ]);
        $crate::stamp!($subject, kernels: [
            chain_of_springs,
            ranges_and_threads_change_no_bit,
            empty_loop,
            stencils_of_variable_size_used_nonlinearly,
            three_loops_deep,
            a_sum_that_no_element_changes,
            no_loop_at_all,
            seeds_and_the_buffers_of_residuals,
        ]);
        $crate::stamp!($subject, functions: [functions_give_what_their_definitions_give, error_functions_are_within_two_units]);
        $crate::stamp!($subject, random: [random_programs]);
    };
}

/// A test for each function of a module.
#[doc(hidden)]
#[macro_export]
macro_rules! stamp {
    ($subject:expr, $module:ident: [$($name:ident),* $(,)?]) => {
        $(
            #[test]
            fn $name() {
                if let Some(subject) = $subject {
                    $crate::$module::$name(&subject);
                }
            }
        )*
    };
}
