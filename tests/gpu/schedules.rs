//! Every schedule gives the same matrices, and those without atomics the same bits in every run.

use super::{both, cases, compare, on_gpu, peers, read};
use spadina::gpu::Schedule;
use spadina::system::{GpuOptions, Precision};
use spadina::{Options, Problem};

fn options(precision: Precision, schedule: Schedule) -> Options {
    Options::default().precision(precision).gpu(GpuOptions::default().schedule(schedule))
}

/// Builds and compares with each schedule.
fn check(problem: &Problem, what: &str) {
    for (precision, tolerance) in [(Precision::F32, 1e-4), (Precision::F64, 1e-10)] {
        for schedule in [Schedule::Staged, Schedule::Rows, Schedule::Atomic] {
            if (precision, schedule) == (Precision::F64, Schedule::Atomic) {
                continue;
            }
            let options = options(precision, schedule);
            let Some(mut systems) = both(problem, &options) else { continue };
            let what = format!("{what}, {precision:?}, {schedule:?}");
            let first = compare(&mut systems, tolerance, &what);
            if schedule != Schedule::Atomic {
                let bits = |list: &[f64]| list.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&compare(&mut systems, tolerance, &what)), bits(&first), "{what}");
            }
        }
    }
}

#[test]
fn conformance_cases() {
    cases().for_each(|(case, problem)| check(&problem, &case));
}

#[test]
fn benchmark_problems() {
    peers().for_each(|(letter, problem)| check(&problem, letter));
}

/// Terms that a schedule cannot handle are staged.
#[test]
fn schedules_are_used_where_they_can_be() {
    let used = |case: &str, schedule| {
        let problem = read(case);
        let mut system = on_gpu(&problem, &options(Precision::F32, schedule))?;
        Some(system.resident().unwrap().schedules())
    };
    let Some(rows) = used("neo_hookean", Schedule::Rows) else { return };
    assert_eq!(rows, [Schedule::Rows]);
    assert_eq!(used("neo_hookean", Schedule::Atomic), Some(vec![Schedule::Atomic]));
    assert_eq!(used("neo_hookean", Schedule::Staged), Some(vec![Schedule::Staged]));
    // Rows of a residual and the sums of one-rings have no owner.
    for case in ["edge_residual", "one_ring"] {
        let staged = used(case, Schedule::Rows).unwrap();
        assert!(staged.contains(&Schedule::Staged), "{case}: {staged:?}");
    }
}
