//! The work of an evaluation, and the memory of a system.

use super::program::SolvedProgram;
use super::{Csr, Error, Precision, System};
use spadina_core::backend::Quantity;
use spadina_core::kernel::{Buffer, Step};

/// The work of one evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Work {
    /// Iterations of the innermost loops that write: elements, in the element form.
    pub elements: usize,
    /// Real operations. Loops inside of an iteration whose results are summed before they are used count once.
    pub operations: usize,
    /// Bytes that move if every number is read and written once: arrays, tables, stored numbers and slots are read,
    /// gradient and Hessian read and written. The CPU holds reals in double precision. The GPU holds them in that of the
    /// options, and only writes gradient and Hessian, whose entries are gathered.
    pub bytes: usize,
}

/// The memory of a system besides the problem itself, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Memory {
    /// The Hessian: pattern and values.
    pub matrix: usize,
    /// The slots of every kernel's outputs.
    pub slots: usize,
    /// Numbers that no unknown changes.
    pub stored: usize,
}

impl System {
    /// The memory of the system.
    pub fn memory(&mut self) -> Result<Memory, Error> {
        self.bind()?;
        let matrix = |csr: &Csr| size_of_val(&csr.row_ptr[..]) + size_of_val(&csr.col_idx[..]);
        let mut memory = Memory { matrix: size_of_val(&self.state.hessian[..]), ..Memory::default() };
        memory.matrix += self.connectivity.as_ref().map_or(0, |own| matrix(&own.pattern));
        for own in self.terms.iter().flat_map(|term| term.programs()) {
            let streams = Quantity::ALL.into_iter().flat_map(|quantity| own.streams(quantity));
            let regions = streams.flat_map(|streams| &streams.regions);
            memory.slots += regions.map(|r| size_of_val(&r.slots[..]) + size_of_val(&r.starts[..])).sum::<usize>();
            memory.stored += own.stored().map(size_of_val).sum::<usize>();
        }
        Ok(memory)
    }

    /// Bytes of a real where it is evaluated, and the number of times that an entry of a result moves.
    fn held(&self) -> (usize, usize) {
        let traffic = self.backend.abilities().traffic;
        let real = match self.options.precision {
            Precision::F32 if traffic.narrow => size_of::<f32>(),
            _ => size_of::<f64>(),
        };
        (real, if traffic.gathers { 1 } else { 2 })
    }

    /// The work of the evaluations of the value, of the gradient and of the Hessian.
    pub fn work(&mut self) -> Result<[Work; 3], Error> {
        self.bind()?;
        let (real, writes) = self.held();
        Ok(Quantity::ALL.map(|quantity| {
            let mut work = Work::default();
            for own in self.terms.iter().flat_map(|term| term.programs()) {
                let data = own.data(&self.problem, &[]);
                work.bytes += data.arrays.iter().map(|a| real * a.len()).sum::<usize>();
                work.bytes += data.tables.iter().map(|t| size_of_val(*t)).sum::<usize>();
                add(&mut work, own, quantity);
            }
            let state = &self.state;
            let results = [&state.gradient, &state.hessian, &state.residual, &state.jacobian];
            let buffers = [Buffer::Gradient, Buffer::Hessian, Buffer::Residual, Buffer::Jacobian];
            for (numbers, buffer) in results.into_iter().zip(buffers) {
                let mut programs = self.terms.iter().flat_map(|t| t.programs());
                let written = programs.any(|own| own.kernels.writes(quantity, buffer));
                work.bytes += if written { writes * real * numbers.len() } else { 0 };
            }
            work
        }))
    }
}

/// Adds what the kernels of a quantity do.
fn add(work: &mut Work, own: &SolvedProgram, quantity: Quantity) {
    for (routine, streams) in own.kernels.routines(quantity).iter().zip(own.streams(quantity)) {
        let iterations = (streams.outer.end - streams.outer.start).max(0) as usize;
        let records: Vec<usize> = (streams.regions.iter().zip(&routine.kernel.regions))
            .map(|(stream, region)| match (stream.width, region.var) {
                (0, None) => 1,
                (0, Some(_)) => iterations,
                (width, _) => stream.slots.len() / width,
            })
            .collect();
        let mut open = vec![0];
        for step in &routine.kernel.steps {
            match *step {
                Step::Begin(_, region) => {
                    open.push(if region == 0 { open.last().copied().unwrap_or(0) } else { region })
                }
                Step::End => drop(open.pop()),
                _ => work.operations += records[open.last().copied().unwrap_or(0)] * routine.kernel.operations(*step),
            }
        }
        work.elements += records.iter().skip(1).max().copied().unwrap_or(1);
        work.bytes += streams.regions.iter().map(|s| size_of_val(&s.slots[..])).sum::<usize>();
    }
}
