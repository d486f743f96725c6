//! The energies that other tools are measured by, A to D, at 10⁴, 10⁵ and 10⁶ elements on one thread, and B written by hand
//! beside ours.
//!
//! `cargo bench --bench peers` prints criterion's estimates, then a table in nanoseconds per element. `SPADINA_BENCH_MAX`
//! lowers the largest size.

#[allow(dead_code, reason = "the files of the examples name the parts apart")]
#[path = "problems/peers.rs"]
mod problems;

#[path = "problems/hand.rs"]
mod hand;

use criterion::{BenchmarkId, Criterion, Throughput};
use hand::{Hand, Sums};
use problems::PEERS;
use spadina::system::Projection;
use spadina::{Options, System};
use std::hint::black_box;
use std::time::{Duration, Instant};

const COLUMNS: [&str; 5] = ["value", "gradient", "Hessian", "projected", "by hand"];

/// Evaluations whose times are compared.
const REPEAT: usize = 21;

/// Sizes of the grids that give about 10⁴, 10⁵ and 10⁶ elements.
const SIZES: [(&str, [usize; 3]); 4] =
    [("A", [71, 224, 707]), ("B", [12, 26, 55]), ("C", [14, 32, 69]), ("D", [58, 183, 578])];

fn main() {
    let largest: usize = std::env::var("SPADINA_BENCH_MAX").ok().and_then(|v| v.parse().ok()).unwrap_or(1_000_000);
    let mut criterion = Criterion::default().configure_from_args();
    let mut rows = Vec::new();
    for (letter, sizes) in SIZES {
        for (size, _) in sizes.into_iter().zip([10_000, 100_000, 1_000_000]).filter(|(_, about)| *about <= largest) {
            rows.push(measure(&mut criterion, letter, size));
        }
    }
    criterion.final_summary();
    print!("\n{:10}{:>10}", "problem", "elements");
    COLUMNS.iter().for_each(|column| print!("{column:>11}"));
    println!("  ns per element, medians of {REPEAT}");
    for (letter, elements, times) in rows {
        print!("{letter:10}{elements:>10}");
        times.iter().for_each(|time| print!("{:>11.1}", time * 1e9 / elements as f64));
        println!();
    }
}

fn measure(criterion: &mut Criterion, letter: &'static str, size: usize) -> (&'static str, usize, Vec<f64>) {
    let (_, make) = PEERS.into_iter().find(|(name, _)| *name == letter).expect("there is such a problem");
    let (elements, problem) = make(size).problem();
    let options = Options::default().threads(Some(1));
    let projected = options.clone().projection(Some(Projection::Clamp));
    let mut system = System::build(problem.clone(), options).expect("the problem is right");
    let mut clamped = System::build(problem, projected).expect("the problem is right");
    let mut group = criterion.benchmark_group(letter);
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(elements as u64));
    group.bench_function(BenchmarkId::new("hessian", elements), |b| b.iter(|| black_box(system.evaluate().is_ok())));
    group.bench_function(BenchmarkId::new("projected", elements), |b| b.iter(|| black_box(clamped.evaluate().is_ok())));
    group.finish();
    let mut by_hand = (letter == "B").then(|| by_hand(size, &mut system));
    // In turns, so that a slow moment of the machine meets all.
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); COLUMNS.len()];
    for _ in 0..REPEAT {
        times[0].push(time(|| system.value().is_ok()));
        times[1].push(time(|| system.gradient().is_ok()));
        times[2].push(time(|| system.evaluate().is_ok()));
        times[3].push(time(|| clamped.evaluate().is_ok()));
        if let Some((hand, x, sums)) = &mut by_hand {
            times[4].push(time(|| {
                hand.evaluate(x, sums);
                sums.energy.is_finite()
            }));
        }
    }
    (letter, elements, times.into_iter().filter(|list| !list.is_empty()).map(median).collect())
}

/// Problem B by hand, checked against ours.
fn by_hand(size: usize, system: &mut System) -> (Hand, Vec<f64>, Sums) {
    let (_, make) = PEERS.into_iter().find(|(name, _)| *name == "B").expect("there is such a problem");
    let peer = make(size);
    let array = |name: &str| &peer.arrays.iter().find(|(n, _)| *n == name).expect("it has the array").1.data;
    let at = system.evaluate().expect("the problem is right");
    let hand = Hand::new(&peer.over.1, array("X"), [array("mu")[0], array("lambda")[0]], at.hessian);
    let mut sums =
        Sums { energy: 0.0, gradient: vec![0.0; at.gradient.len()], hessian: vec![0.0; at.hessian.nonzeros()] };
    hand.evaluate(&peer.x.data, &mut sums);
    let near = |a: f64, b: f64, scale: f64| assert!((a - b).abs() <= 1e-10 * scale, "by hand {b}, ours {a}");
    near(at.energy, sums.energy, at.energy.abs());
    let largest = |list: &[f64]| list.iter().fold(0.0f64, |m, v| m.max(v.abs()));
    for (ours, theirs) in [(at.gradient, &sums.gradient), (at.hessian.values, &sums.hessian)] {
        let scale = largest(ours);
        ours.iter().zip(theirs).for_each(|(&a, &b)| near(a, b, scale));
    }
    (hand, peer.x.data, sums)
}

fn time(run: impl FnOnce() -> bool) -> f64 {
    let start = Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
