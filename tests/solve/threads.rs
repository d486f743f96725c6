//! Types that can be given to another thread, and printed.

use super::soft_box;
use spadina::minimize::{self, Adjoint, Guard, Lbfgs, LevenbergMarquardt, Minimizer, Newton, Settings};
use spadina::simulate::{self, Setup, Simulation};
use spadina::{Evaluation, Options, Problem, System};
use std::fmt::Debug;

/// All that is public and has state.
#[test]
fn all_of_it_can_be_sent_and_printed() {
    fn sent<T: Send + Debug>() {}
    fn shared<T: Send + Sync + Debug>() {}
    sent::<System>();
    sent::<Box<dyn Minimizer>>();
    sent::<(Newton, Lbfgs, LevenbergMarquardt, Adjoint)>();
    sent::<Simulation>();
    shared::<(Problem, Options, Settings, Setup, Guard)>();
    shared::<Evaluation<'static>>();
    shared::<(spadina::Error, minimize::Error, simulate::Error, simulate::SectionError)>();
}

fn falling() -> Simulation {
    let problem = soft_box([2, 1, 1], [2.0, 1.0, 1.0], (1e3, 1e3));
    let setup = Setup::new("x", vec![1.0; 12]).gravity(vec![0.0, 0.0, -9.81]);
    Simulation::new(problem, setup, Options::default()).unwrap()
}

#[test]
fn simulations_go_on_in_another_thread() {
    let (mut here, mut there) = (falling(), falling());
    (0..3).for_each(|_| drop(here.step().unwrap()));
    there.step().unwrap();
    let mut there = std::thread::spawn(move || {
        there.step().unwrap();
        there
    })
    .join()
    .unwrap();
    there.step().unwrap();
    assert_eq!(here.state(), there.state());
}

/// A system in print is a summary.
#[test]
fn systems_are_printed_in_short() {
    let problem = soft_box([4, 4, 4], [1.0, 1.0, 1.0], (1e3, 1e3));
    let text = format!("{:?}", System::build(problem, Options::default()).unwrap());
    let has = |part: &str| text.contains(part);
    assert!(has("neo_hookean.wgsl") && has("unknowns: 375") && text.len() < 1000, "{text}");
    let text = format!("{:?}", falling());
    assert!(text.contains("Newton"), "{text}");
}
