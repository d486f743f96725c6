//! Running compiled kernels: data to pointers, ranges to threads.

use crate::abi::{BUFFERS, Context, buffer_number};
use crate::project::{Projector, Real, Room};
use crate::{Compiled, Error};
use rayon::prelude::*;
use spadina_core::bind::{Buffers, Chunks, Data, Streams};
use spadina_core::element::batches;
use spadina_core::executor::Executor;
use spadina_core::kernel::Buffer;
use spadina_core::real::Precision;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Nanoseconds of work for which it pays to wake the threads.
const PARALLEL: f64 = 100_000.0;

/// So many numbers are worth it, too, to be gone through.
const MANY: usize = 1 << 18;

/// How long an iteration of the outermost loop takes on one thread: the least of what was measured, in femtoseconds;
/// `u64::MAX` before the first run.
pub(crate) struct Pace(AtomicU64);

impl Pace {
    pub(crate) fn unknown() -> Self {
        Self(AtomicU64::new(u64::MAX))
    }

    fn is_known(&self) -> bool {
        self.0.load(Ordering::Relaxed) != u64::MAX
    }

    /// Whether so many iterations take long enough for several threads.
    fn pays(&self, iterations: i64) -> bool {
        self.is_known() && 1e-6 * self.0.load(Ordering::Relaxed) as f64 * iterations as f64 >= PARALLEL
    }

    fn learn(&self, time: Duration, iterations: i64) {
        let femtoseconds = 1e15 * time.as_secs_f64() / iterations.max(1) as f64;
        self.0.fetch_min(femtoseconds as u64, Ordering::Relaxed);
    }
}

/// The threads that run kernels.
#[derive(Debug)]
pub struct Pool(Option<rayon::ThreadPool>);

impl Pool {
    /// A pool of `threads` threads; 0 for one on each core. A pool of one runs on the caller's thread.
    pub fn new(threads: usize) -> Result<Self, Error> {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        if threads == 1 {
            return Ok(Self(None));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map(|pool| Self(Some(pool))).map_err(|e| Error::Threads { reason: e.to_string() })
    }

    /// How many threads run.
    pub fn threads(&self) -> usize {
        self.0.as_ref().map_or(1, rayon::ThreadPool::current_num_threads)
    }

    /// Calls `f` for every item, at the same time; gives the first error in their order.
    pub fn try_each<T: Send, E: Send>(&self, items: Vec<T>, f: impl Fn(T) -> Result<(), E> + Sync) -> Result<(), E> {
        match &self.0 {
            Some(pool) => {
                let results: Vec<Result<(), E>> = pool.install(|| items.into_par_iter().map(&f).collect());
                results.into_iter().collect()
            }
            None => items.into_iter().try_for_each(f),
        }
    }

    /// Calls `f` for parts of many numbers at the same time, or for all of a few; gives the results in order.
    pub fn parts<T: Send>(&self, numbers: &mut [f64], f: impl Fn(&mut [f64]) -> T + Sync) -> Vec<T> {
        match &self.0 {
            Some(pool) if numbers.len() >= MANY => pool.install(|| {
                let share = numbers.len().div_ceil(rayon::current_num_threads());
                numbers.par_chunks_mut(share).map(&f).collect()
            }),
            _ => vec![f(numbers)],
        }
    }

    /// Calls `f` for pieces of many numbers at the same time, `length` of them in each but the last, with room to work.
    pub(crate) fn pieces(&self, numbers: &mut [f64], length: usize, f: impl Fn(&mut Room, &mut [f64]) + Sync) {
        match &self.0 {
            Some(pool) if numbers.len() >= MANY => pool.install(|| {
                numbers.par_chunks_mut(length).for_each_init(Room::new, |room, piece| f(room, piece));
            }),
            _ => {
                let mut room = Room::new();
                numbers.chunks_mut(length).for_each(|piece| f(&mut room, piece));
            }
        }
    }

    /// Calls `f` for every number, in any order and, if `parallel`, at the same time; gives the results in the order of
    /// the numbers.
    fn map(&self, numbers: &[u32], parallel: bool, f: impl Fn(u32) -> f64 + Sync) -> Vec<f64> {
        match &self.0 {
            Some(pool) if numbers.len() > 1 && parallel => pool.install(|| numbers.par_iter().map(|&k| f(k)).collect()),
            _ => numbers.iter().map(|&k| f(k)).collect(),
        }
    }
}

impl Executor for Pool {
    fn threads(&self) -> usize {
        Pool::threads(self)
    }

    fn run(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        match &self.0 {
            Some(pool) if count > 1 => pool.install(|| (0..count).into_par_iter().for_each(task)),
            _ => (0..count).for_each(task),
        }
    }
}

/// Arrays as the compiled code sees them: pointers to at least one entry each, and the true lengths.
struct Inputs {
    pointers: Vec<*const u8>,
    lengths: Vec<i64>,
    /// What the pointers point to where the code wants another precision.
    _converted: Vec<Vec<f32>>,
}

/// Stands in for an empty array or table: a checked read looks at entry 0.
static NOTHING: u64 = 0;

impl Inputs {
    fn of(arrays: &[&[f64]], precision: Precision) -> Self {
        let mut converted = Vec::new();
        let mut pointers = Vec::with_capacity(arrays.len());
        for array in arrays {
            pointers.push(match precision {
                _ if array.is_empty() => (&raw const NOTHING).cast(),
                Precision::F64 => array.as_ptr().cast(),
                Precision::F32 => {
                    let narrow: Vec<f32> = array.iter().map(|&x| x as f32).collect();
                    let pointer = narrow.as_ptr().cast();
                    converted.push(narrow);
                    pointer
                }
            });
        }
        Self { pointers, lengths: arrays.iter().map(|a| a.len() as i64).collect(), _converted: converted }
    }
}

/// Tables as the compiled code sees them.
struct Tables {
    pointers: Vec<*const i32>,
    lengths: Vec<i64>,
}

impl Tables {
    fn of(tables: &[&[i32]]) -> Self {
        let pointer = |t: &&[i32]| if t.is_empty() { (&raw const NOTHING).cast() } else { t.as_ptr() };
        Self {
            pointers: tables.iter().map(pointer).collect(),
            lengths: tables.iter().map(|t| t.len() as i64).collect(),
        }
    }
}

/// What one range needs besides the context.
struct Job<'a> {
    compiled: &'a Compiled,
    context: Context,
    streams: &'a Streams,
    projector: Option<&'a Projector<'a>>,
}

// SAFETY: the context's pointers are to data that nobody writes while the job exists, and to buffers borrowed
// exclusively for as long; threads write disjoint entries of them, which `Compiled::run` demands of its caller.
unsafe impl Sync for Job<'_> {}

impl Job<'_> {
    /// Runs one range; returns its energy.
    ///
    /// # Safety
    ///
    /// That of [`Compiled::run`]; and no range that writes the same slots may run at the same time.
    unsafe fn range(&self, range: &Range<i64>) -> f64 {
        // SAFETY: the caller's.
        match (self.projector, self.compiled.precision()) {
            _ if range.is_empty() => 0.0,
            (None, _) => unsafe { self.call(range, &self.context) },
            (Some(projector), Precision::F64) => unsafe { self.projected::<f64>(range, projector) },
            (Some(projector), Precision::F32) => unsafe { self.projected::<f32>(range, projector) },
        }
    }

    /// Runs one range batch by batch: each is evaluated into a buffer, projected and added to the matrix.
    ///
    /// # Safety
    ///
    /// That of [`range`](Self::range); `T` is the kernel's real.
    unsafe fn projected<T: Real>(&self, range: &Range<i64>, projector: &Projector<'_>) -> f64 {
        let Some(hessian) = buffer_number(Buffer::Hessian) else { return 0.0 };
        let (stream, first) = (&self.streams.regions[projector.region()], self.streams.outer.start);
        let mut room = Room::new();
        let mut buffer: Vec<T> = Vec::new();
        let mut energy = 0.0;
        for batch in batches(stream, first, range.clone()) {
            let records = stream.records(first, &batch);
            projector.prepare(&mut buffer, records.len());
            let mut context = self.context;
            context.buffers[hessian] = buffer.as_mut_ptr().cast();
            // SAFETY: the caller's; the slots of the elements are within a buffer of this length.
            unsafe {
                energy += self.call(&batch, &context);
                projector.finish(&mut room, (stream, records), &mut buffer, self.context.buffers[hessian].cast::<T>());
            }
        }
        energy
    }

    /// Calls the code.
    ///
    /// # Safety
    ///
    /// That of [`range`](Self::range).
    unsafe fn call(&self, range: &Range<i64>, context: &Context) -> f64 {
        // SAFETY: the caller's.
        let Some(sides) = self.compiled.sides() else { return unsafe { self.enter(range, context, None, 1) } };
        let paired = range.start..range.end - (range.end - range.start) % sides.count as i64;
        // SAFETY: the caller's.
        let mut energy = if paired.is_empty() { 0.0 } else { unsafe { self.enter(&paired, context, None, 1) } };
        for iteration in paired.end..range.end {
            let alone = iteration..iteration + 1;
            let stream = &self.streams.regions[sides.region];
            let first = stream.first_record((iteration - self.streams.outer.start) as usize) * stream.width;
            let record = &stream.slots[first..first + stream.width];
            // SAFETY: the caller's; the small buffer has the places that the records name.
            energy += unsafe {
                let call = |context: &Context, records: &[u32]| self.enter(&alone, context, Some(records), 0);
                match self.compiled.precision() {
                    Precision::F64 => sides.single::<f64>(context, record, call),
                    Precision::F32 => sides.single::<f32>(context, record, call),
                }
            };
        }
        energy
    }

    /// Enters the code, with records of the caller's instead of those of the streams if they are given.
    ///
    /// # Safety
    ///
    /// That of [`range`](Self::range).
    unsafe fn enter(&self, range: &Range<i64>, context: &Context, records: Option<&[u32]>, step: i64) -> f64 {
        let iteration = (range.start - self.streams.outer.start) as usize;
        let cursors: Vec<*const u32> = (self.streams.regions.iter())
            .map(|stream| match records {
                Some(records) => records.as_ptr(),
                None => stream.slots.as_ptr().wrapping_add(stream.first_record(iteration) * stream.width),
            })
            .collect();
        let mut frame = vec![0u64; self.compiled.frame_words()];
        // SAFETY: the code was compiled for this context's layout and precision. The caller vouches for the data and
        // slots, and `frame` has the size the code was compiled for.
        unsafe { (self.compiled.entry())(context, range.start, range.end, cursors.as_ptr(), frame.as_mut_ptr(), step) }
    }
}

/// The buffers the code adds to, in its own precision.
struct Targets<'a, 'b> {
    buffers: [&'a mut &'b mut [f64]; BUFFERS],
    narrow: Vec<Vec<f32>>,
}

impl<'a, 'b> Targets<'a, 'b> {
    fn of(buffers: &'a mut Buffers<'b>, precision: Precision) -> Self {
        let Buffers { gradient, hessian, residual, jacobian, product } = buffers;
        let buffers = [gradient, hessian, residual, jacobian, product];
        let narrow = match precision {
            Precision::F64 => Vec::new(),
            Precision::F32 => buffers.iter().map(|b| vec![0.0; b.len()]).collect(),
        };
        Self { buffers, narrow }
    }

    fn pointers(&mut self) -> [*mut u8; BUFFERS] {
        let mut pointers = [std::ptr::null_mut(); BUFFERS];
        for (k, pointer) in pointers.iter_mut().enumerate() {
            *pointer = match self.narrow.get_mut(k) {
                Some(narrow) => narrow.as_mut_ptr().cast(),
                None => self.buffers[k].as_mut_ptr().cast(),
            };
        }
        pointers
    }

    /// Adds what was computed in single precision to the caller's buffers.
    fn finish(self) {
        for (wide, narrow) in self.buffers.into_iter().zip(&self.narrow) {
            wide.iter_mut().zip(narrow).for_each(|(sum, &x)| *sum += f64::from(x));
        }
    }
}

impl Compiled {
    /// Runs the kernel over its whole outermost loop, adds to the buffers and returns the energy. The result is the same
    /// to the bit for every number of threads.
    ///
    /// With a `projector` the kernel is one that [`Blocks`](spadina_core::element::Blocks) made, and `streams` are widened by it:
    /// its elements are projected before they are added to the Hessian.
    ///
    /// Code of single precision reads copies of the arrays, made in every run, and sums in buffers of its own, which are
    /// then added to the caller's; energies are summed in double precision.
    ///
    /// # Safety
    ///
    /// What binding checks must hold, because the compiled code does not check it again:
    /// - every unchecked index the kernel evaluates over `streams.outer` is within its array or table, no unchecked
    ///   divisor is zero, and integers stay within 64 bits;
    /// - every region has a record for every one of its iterations, and `starts` leads to them;
    /// - slots are within their buffer, or [`NO_SLOT`](spadina_core::bind::NO_SLOT) if compiled with
    ///   [`Options::skips`](crate::Options::skips);
    /// - ranges of one group write no slot in common.
    pub unsafe fn run(
        &self,
        data: &Data<'_>,
        streams: &Streams,
        buffers: &mut Buffers<'_>,
        pool: &Pool,
        projector: Option<&Projector<'_>>,
    ) -> Result<f64, Error> {
        self.check(data, streams)?;
        let chunks = streams.runs();
        let arrays = Inputs::of(&data.arrays, self.precision());
        let seeds = Inputs::of(&data.seeds, self.precision());
        let tables = Tables::of(&data.tables);
        let mut targets = Targets::of(buffers, self.precision());
        let context = Context {
            arrays: arrays.pointers.as_ptr(),
            array_lengths: arrays.lengths.as_ptr(),
            seeds: seeds.pointers.as_ptr(),
            seed_lengths: seeds.lengths.as_ptr(),
            tables: tables.pointers.as_ptr(),
            table_lengths: tables.lengths.as_ptr(),
            sizes: data.sizes.as_ptr(),
            buffers: targets.pointers(),
        };
        let job = Job { compiled: self, context, streams, projector };
        let mut partial = vec![0.0; chunks.ranges.len()];
        let mut run = |group: &[u32]| {
            let length = |&k: &u32| chunks.ranges[k as usize].end.saturating_sub(chunks.ranges[k as usize].start);
            let iterations = group.iter().map(length).fold(0, i64::saturating_add);
            let parallel = self.pace().pays(iterations);
            let start = Instant::now();
            // SAFETY: the caller vouches for data and slots, and that the ranges of a group may run together; the groups
            // run one after another.
            let energies = pool.map(group, parallel, |k| unsafe { job.range(&chunks.ranges[k as usize]) });
            if !parallel {
                self.pace().learn(start.elapsed(), iterations);
            }
            group.iter().zip(energies).for_each(|(&k, energy)| partial[k as usize] = energy);
        };
        for group in &chunks.groups {
            // The first range ever tells how long an iteration takes.
            let (first, rest) = group.split_at(usize::from(!self.pace().is_known()).min(group.len()));
            [first, rest].into_iter().filter(|part| !part.is_empty()).for_each(&mut run);
        }
        targets.finish();
        Ok(Chunks::total(&partial))
    }

    /// Checks the shape of what is bound: what costs next to nothing to check.
    fn check(&self, data: &Data<'_>, streams: &Streams) -> Result<(), Error> {
        let wanted = self.wanted();
        let counts = [
            ("arrays", wanted.arrays, data.arrays.len()),
            ("seeds", wanted.seeds, data.seeds.len()),
            ("tables", wanted.tables, data.tables.len()),
            ("sizes", wanted.sizes, data.sizes.len()),
            ("streams", wanted.widths.len(), streams.regions.len()),
        ];
        for (what, wanted, given) in counts {
            if given < wanted {
                return Err(Error::Missing { what, wanted, given });
            }
        }
        let iterations = usize::try_from(streams.outer.end.saturating_sub(streams.outer.start)).unwrap_or(0);
        for (region, (&wanted, stream)) in wanted.widths.iter().zip(&streams.regions).enumerate() {
            if stream.width != wanted {
                return Err(Error::Width { region, wanted, given: stream.width });
            }
            let covered = match stream.starts.last() {
                Some(&records) => stream.starts.len() > iterations && (records as usize) * wanted <= stream.slots.len(),
                None => iterations * wanted <= stream.slots.len(),
            };
            if !covered {
                return Err(Error::Records { region });
            }
        }
        check_ranges(streams)
    }
}

/// The ranges lie in the outermost loop, and the groups consist of them.
fn check_ranges(streams: &Streams) -> Result<(), Error> {
    let (Chunks { ranges, groups }, outer) = (&streams.chunks, &streams.outer);
    let within = |r: &Range<i64>| r.is_empty() || (r.start >= outer.start && r.end <= outer.end);
    let known = |k: &u32| (*k as usize) < ranges.len();
    let whole = ranges.is_empty() || groups.iter().flatten().all(known);
    if ranges.iter().all(within) && whole { Ok(()) } else { Err(Error::Ranges) }
}
