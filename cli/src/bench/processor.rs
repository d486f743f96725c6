//! `spadina bench --device cpu`.

use super::arguments::{Arguments, EVALUATIONS};
use crate::columns;
use crate::error::Error;
use crate::machine::Machine;
use crate::summary::time;
use crate::timing::{median, times};
use spadina::system::{self, BuildSeconds, Work};
use spadina::{Options, Problem, System};
use std::fmt::Write;
use std::time::Instant;

/// Times every stage of a problem on the processor.
pub fn run(arguments: &Arguments, options: &Options) -> Result<String, Error> {
    let start = Instant::now();
    let problem = Problem::read(&arguments.problem)?;
    let read = start.elapsed().as_secs_f64();
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let threads: Vec<usize> = match arguments.threads.is_empty() {
        true => vec![cores],
        false => arguments.threads.iter().copied().map(usize::from).collect(),
    };
    let mut text = String::new();
    for (k, &threads) in threads.iter().enumerate() {
        let options = options.clone().threads(Some(threads));
        let start = Instant::now();
        let mut system = System::build(problem.clone(), options.clone())?;
        system.evaluate()?;
        let first = read + start.elapsed().as_secs_f64();
        let work = system.work()?;
        let repeat = arguments.repeat.get();
        let mut seconds = vec![
            median(times(repeat, || system.value().map(drop))?),
            median(times(repeat, || system.gradient().map(drop))?),
            median(times(repeat, || system.evaluate().map(drop))?),
        ];
        let mut note = String::new();
        if let Some(projection) = arguments.project.into() {
            match projected(&problem, options, projection, repeat)? {
                Ok(time) => seconds.push(time),
                Err(refused) => note = format!("not projected: {refused}\n"),
            }
        }
        if k == 0 {
            header(&mut text, &mut system, &work)?;
        }
        let machine = Machine::measure(threads).map_err(spadina::Error::from)?;
        table(&mut text, (threads, machine), &stages(read, &system.seconds(), first), &work, &seconds);
        text.push_str(&note);
    }
    Ok(text)
}

/// The time of an evaluation whose element Hessians are projected, or why they cannot be.
fn projected(
    problem: &Problem,
    options: Options,
    projection: system::Projection,
    repeat: usize,
) -> Result<Result<f64, system::Error>, Error> {
    let mut system = match System::build(problem.clone(), options.projection(Some(projection))) {
        Ok(system) => system,
        Err(refused) => return Ok(Err(refused)),
    };
    system.evaluate()?;
    Ok(Ok(median(times(repeat, || system.evaluate().map(drop))?)))
}

fn header(text: &mut String, system: &mut System, work: &[Work; 3]) -> Result<(), Error> {
    let (unknowns, nonzeros) = (system.unknowns(), system.pattern()?.nonzeros());
    let (elements, memory) = (work[2].elements, system.memory()?);
    let _ = writeln!(text, "{elements} elements, {unknowns} unknowns, {nonzeros} non-zeros");
    let each = |bytes: usize| bytes as f64 / elements.max(1) as f64;
    let _ = writeln!(
        text,
        "bytes for each element: {:.0} matrix, {:.0} slots, {:.0} stored numbers",
        each(memory.matrix),
        each(memory.slots),
        each(memory.stored)
    );
    Ok(())
}

/// The stages before the evaluations, with their times.
fn stages(read: f64, built: &BuildSeconds, first: f64) -> [(&'static str, f64); 6] {
    [
        ("read", read),
        ("build", built.build),
        ("compile", built.compile),
        ("pattern", built.pattern),
        ("hoist", built.store),
        ("to the first Hessian", first),
    ]
}

fn table(
    text: &mut String,
    (threads, machine): (usize, Machine),
    stages: &[(&str, f64)],
    work: &[Work; 3],
    seconds: &[f64],
) {
    let name = if threads == 1 { "thread" } else { "threads" };
    let _ = writeln!(
        text,
        "\n{threads} {name}; the machine copies {:.1} GB/s and does {:.1} GFLOP/s (multiply-add, 128 bits)",
        1e-9 * machine.copy,
        1e-9 * machine.operations
    );
    for (name, seconds) in stages {
        let _ = writeln!(text, "{name:21}{}", time(*seconds));
    }
    let columns = ["ns/element", "op/element", "GFLOP/s", "of peak", "B/element", "GB/s", "of copy"];
    let head: String = columns.iter().map(|c| format!("{c:>12}")).collect();
    let fit = |line: String| columns::cut(&line, (32, 12), columns::room());
    let _ = writeln!(text, "{}", fit(format!("{:21}{:>11}{head}", "", "time")));
    for (k, (name, &seconds)) in EVALUATIONS.iter().zip(seconds).enumerate() {
        let elements = work[2].elements.max(1) as f64;
        let Some(work) = work.get(k) else {
            // How much work a projection is depends on the numbers.
            let line = format!("{name:21}{:>11}{:>12.1}", time(seconds).trim_start(), 1e9 * seconds / elements);
            let _ = writeln!(text, "{}", fit(line));
            continue;
        };
        let (flops, bytes) = (work.operations as f64 / seconds, work.bytes as f64 / seconds);
        let cells = [
            format!("{:.1}", 1e9 * seconds / elements),
            format!("{:.0}", work.operations as f64 / elements),
            format!("{:.2}", 1e-9 * flops),
            format!("{:.0} %", 100.0 * flops / machine.operations),
            format!("{:.0}", work.bytes as f64 / elements),
            format!("{:.1}", 1e-9 * bytes),
            format!("{:.0} %", 100.0 * bytes / machine.copy),
        ];
        let cells: String = cells.iter().map(|c| format!("{c:>12}")).collect();
        let _ = writeln!(text, "{}", fit(format!("{name:21}{:>11}{cells}", time(seconds).trim_start())));
    }
}
