//! `spadina bench --device gpu`.

use super::arguments::{Arguments, EVALUATIONS};
use super::linear::Linear;
use crate::columns;
use crate::error::Error;
use crate::place::name;
use crate::summary::time;
use crate::timing::{median, times};
use spadina::gpu::{Schedule, Timer};
use spadina::problem::Problem;
use spadina::system::{self, BuildSeconds, Options, Resident, System, Work};
use std::fmt::Write;
use std::time::Instant;

/// The columns after the time; the last one is the time from the numbers on the host to the results on the host.
const COLUMNS: [&str; 7] = ["ns/element", "op/element", "GFLOP/s", "B/element", "GB/s", "of copy", "from host"];

/// The seconds of an evaluation.
struct Seconds {
    /// On the device alone.
    device: f64,
    /// From unknowns on the host to results on the host.
    host: f64,
}

/// The text of the table, and the numbers that its rows refer to.
struct Table {
    text: String,
    elements: f64,
    /// Bytes that the device copies in a second.
    copy: f64,
}

/// Times every stage of a problem on a GPU.
pub fn run(arguments: &Arguments, options: &Options) -> Result<String, Error> {
    let start = Instant::now();
    let problem = Problem::read(&arguments.problem)?;
    let read = start.elapsed().as_secs_f64();
    let mut system = built(&problem, options)?;
    let first = start.elapsed().as_secs_f64();
    let device = system.resident()?.device.clone();
    let timer = Timer::new(&device)?;
    let work = system.work()?;
    let mut table = Table { text: String::new(), elements: work[2].elements.max(1) as f64, copy: timer.copy_rate()? };
    table.header(arguments, &timer, &mut system, &device.name())?;
    table.stages(read, &system.seconds(), first);
    let repeat = arguments.repeat.get();
    for (mode, work) in work.iter().enumerate() {
        let seconds = seconds(&timer, repeat, &mut system, mode)?;
        table.evaluation(EVALUATIONS[mode], &seconds, Some(work));
    }
    let mut notes = vec![format!("assembly: {}", assembly(&system.resident()?))];
    if let Some(projection) = arguments.project.into() {
        // One problem at a time lies on the device.
        drop(system);
        let gpu = options.gpu.clone().device(Some(device.clone()));
        let own = options.clone().gpu(gpu);
        match built(&problem, &own.clone().projection(Some(projection))) {
            Ok(projected) => {
                system = projected;
                table.evaluation(EVALUATIONS[3], &seconds(&timer, repeat, &mut system, 2)?, None);
                notes[0].push_str(&format!("; projected: {}", assembly(&system.resident()?)));
            }
            Err(refused) => {
                notes.push(format!("not projected: {refused}"));
                system = built(&problem, &own)?;
            }
        }
    }
    match Linear::measure(&system.resident()?, node(&problem), &timer, repeat) {
        Ok(Some(linear)) => {
            table.linear(&linear);
            notes.push(linear.note());
        }
        Ok(None) => {}
        // The rest of the table is worth printing.
        Err(refused) => notes.push(format!("no linear system: {refused}")),
    }
    notes.iter().for_each(|note| _ = writeln!(table.text, "{note}"));
    Ok(table.text)
}

/// A system that has been evaluated once, so that everything is compiled.
fn built(problem: &Problem, options: &Options) -> Result<System, system::Error> {
    let mut system = System::build(problem.clone(), options.clone())?;
    system.evaluate()?;
    Ok(system)
}

/// Medians of the times of the evaluations of the value, the gradient or the Hessian.
fn seconds(timer: &Timer, repeat: usize, system: &mut System, mode: usize) -> Result<Seconds, Error> {
    let resident = system.resident()?;
    let bound = [resident.value, resident.gradient, resident.hessian][mode];
    // Some drivers compile at the first dispatch.
    timer.time(|encoder| bound.encode(encoder))?;
    let device: Result<Vec<f64>, _> = (0..repeat).map(|_| timer.time(|encoder| bound.encode(encoder))).collect();
    let host = times(repeat, || match mode {
        0 => system.value().map(drop),
        1 => system.gradient().map(drop),
        _ => system.evaluate().map(drop),
    });
    Ok(Seconds { device: median(device?), host: median(host?) })
}

/// The schedules of the kernels of the Hessian, counted.
fn assembly(resident: &Resident<'_>) -> String {
    let schedules = resident.schedules();
    let all = [(Schedule::Staged, "staged"), (Schedule::Rows, "rows"), (Schedule::Atomic, "atomic")];
    let count = |wanted: Schedule| schedules.iter().filter(|&&own| own == wanted).count();
    let counted = all.map(|(schedule, name)| (count(schedule), name));
    let used = counted.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = used.map(|(count, name)| format!("{count} {name}")).collect();
    format!("kernels: {}", words.join(", "))
}

/// Unknowns of a node: the columns of the unknowns, if these are one array.
fn node(problem: &Problem) -> u32 {
    match &problem.unknowns[..] {
        [(_, one)] if one.shape.len() == 2 => u32::try_from(one.shape[1]).unwrap_or(1),
        _ => 1,
    }
}

impl Table {
    fn header(
        &mut self,
        arguments: &Arguments,
        timer: &Timer,
        system: &mut System,
        device: &str,
    ) -> Result<(), system::Error> {
        let (unknowns, nonzeros) = (system.unknowns(), system.pattern()?.nonzeros());
        let _ = writeln!(self.text, "{} elements, {unknowns} unknowns, {nonzeros} non-zeros", self.elements);
        let clock = match timer.has_timestamps() {
            true => "timed by its own clock",
            false => "has no timestamps: times are the host's (wall), with the submission",
        };
        let (precision, copy) = (name(arguments.precision), 1e-9 * self.copy);
        let _ = writeln!(self.text, "\n{device}, {precision}; copies {copy:.1} GB/s; {clock}");
        Ok(())
    }

    /// The stages before the evaluations.
    fn stages(&mut self, read: f64, built: &BuildSeconds, first: f64) {
        let stages = [
            ("read", read),
            ("build", built.build),
            ("shaders", built.compile),
            ("pattern and upload", built.pattern),
            ("hoist", built.store),
            ("to the first Hessian", first),
        ];
        for (name, seconds) in stages {
            let _ = writeln!(self.text, "{name:21}{}", time(seconds));
        }
        self.row("", "time", COLUMNS.map(String::from));
    }

    /// An evaluation. How much work a projection is depends on the numbers.
    fn evaluation(&mut self, name: &str, Seconds { device, host }: &Seconds, work: Option<&Work>) {
        let mut cells = [const { String::new() }; COLUMNS.len()];
        cells[0] = format!("{:.1}", 1e9 * device / self.elements);
        if let Some(work) = work {
            cells[1] = format!("{:.0}", work.operations as f64 / self.elements);
            cells[2] = format!("{:.2}", 1e-9 * work.operations as f64 / device);
            self.moved(&mut cells, work.bytes as f64, *device);
        }
        cells[6] = time(*host).trim_start().to_string();
        self.row(name, time(*device).trim_start(), cells);
    }

    /// The cells about bytes.
    fn moved(&self, cells: &mut [String; COLUMNS.len()], bytes: f64, seconds: f64) {
        cells[3] = format!("{:.0}", bytes / self.elements);
        cells[4] = format!("{:.1}", 1e-9 * bytes / seconds);
        cells[5] = format!("{:.0} %", 100.0 * bytes / seconds / self.copy);
    }

    /// The product with the Hessian, and an iteration.
    fn linear(&mut self, linear: &Linear) {
        let Some([product, iteration]) = linear.seconds else { return };
        let rows = [("product", product, Some(linear.bytes)), ("PCG iteration", iteration, None)];
        for (name, seconds, bytes) in rows {
            let mut cells = [const { String::new() }; COLUMNS.len()];
            cells[0] = format!("{:.1}", 1e9 * seconds / self.elements);
            if let Some(bytes) = bytes {
                self.moved(&mut cells, bytes as f64, seconds);
            }
            self.row(name, time(seconds).trim_start(), cells);
        }
    }

    fn row(&mut self, name: &str, time: &str, cells: [String; COLUMNS.len()]) {
        let cells: String = cells.iter().map(|cell| format!("{cell:>12}")).collect();
        let line = format!("{name:21}{time:>11}{cells}");
        let _ = writeln!(self.text, "{}", columns::cut(line.trim_end(), (32, 12), columns::room()));
    }
}
