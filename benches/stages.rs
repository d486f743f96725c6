//! The cost of every stage, from 10³ to 10⁶ elements: build, compile, pattern, evaluation, memory.
//!
//! `cargo bench --bench stages` prints criterion's estimates, then a table with the ratio of the times from decade to
//! decade and the bytes held for each element. `SPADINA_BENCH_MAX` lowers the largest size.

mod problems;

use criterion::{BenchmarkId, Criterion, Throughput};
use problems::PROBLEMS;
use spadina::{Options, System};
use std::alloc::{GlobalAlloc, Layout, System as Allocator};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Counts the bytes in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed on to the system's allocator unchanged; only a counter is kept beside it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { Allocator.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the pointer came from `alloc` with this layout.
        unsafe { Allocator.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The measured seconds of one problem at one size.
struct Row {
    problem: &'static str,
    elements: usize,
    seconds: [f64; 6],
    bytes: usize,
}

const COLUMNS: [&str; 6] = ["build", "compile", "pattern", "value", "gradient", "Hessian"];

fn main() {
    let largest: usize = std::env::var("SPADINA_BENCH_MAX").ok().and_then(|v| v.parse().ok()).unwrap_or(1_000_000);
    let mut criterion = Criterion::default().configure_from_args();
    let mut rows = Vec::new();
    for (name, most, problem) in PROBLEMS {
        for size in [1_000, 10_000, 100_000, 1_000_000].into_iter().filter(|&s| s <= largest.min(most)) {
            rows.push(measure(&mut criterion, name, size, problem));
        }
    }
    criterion.final_summary();
    print(&rows);
}

fn measure(
    criterion: &mut Criterion,
    problem: &'static str,
    size: usize,
    make: fn(usize) -> (usize, spadina::Problem),
) -> Row {
    let (elements, loaded) = make(size);
    let before = IN_USE.load(Ordering::Relaxed);
    let mut system = System::build(loaded, Options::default()).expect("the problem is right");
    system.evaluate().expect("the problem is right");
    let bytes = IN_USE.load(Ordering::Relaxed).saturating_sub(before);
    let built = system.seconds();
    let mut group = criterion.benchmark_group(problem);
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(elements as u64));
    group.bench_function(BenchmarkId::new("hessian", elements), |b| b.iter(|| black_box(system.evaluate().is_ok())));
    group.finish();
    let seconds = [
        built.build,
        built.compile,
        built.pattern,
        median(|| system.value().is_ok()),
        median(|| system.gradient().is_ok()),
        median(|| system.evaluate().is_ok()),
    ];
    Row { problem, elements, seconds, bytes }
}

fn median(mut run: impl FnMut() -> bool) -> f64 {
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn print(rows: &[Row]) {
    println!("\n{:12} {:>9} {}  bytes/element", "problem", "elements", COLUMNS.map(|c| format!("{c:>22}")).join(""));
    for (k, row) in rows.iter().enumerate() {
        let previous = k.checked_sub(1).map(|k| &rows[k]).filter(|p| p.problem == row.problem);
        let cells: Vec<String> = (0..6)
            .map(|c| {
                let ratio = previous.map_or(String::new(), |p| format!("(x{:.1})", row.seconds[c] / p.seconds[c]));
                format!("{:>11.3} ms {ratio:>8}", 1e3 * row.seconds[c])
            })
            .collect();
        println!("{:12} {:>9} {}  {:>13}", row.problem, row.elements, cells.join(""), row.bytes / row.elements);
    }
}
