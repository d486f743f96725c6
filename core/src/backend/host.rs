//! A back-end of any engine: term by term, kernel by kernel, in the host's memory.

use super::interpreter::{Interpreter, Steps};
use super::{
    Abilities, Backend, BindError, Bound, Code, CompileOptions, Compiled, Engine, Error, Inputs, Job, KernelSet,
    ProgramInputs, ProgramKernels, Quantity, Residence, Routine, TermInputs, TermKernels, Wanted, check, check_buffers,
};
use crate::bind::{Buffers, Data};
use crate::element::{ProjectedElements, Projection, ProjectionRequest};
use crate::executor::{Executor, large_pieces, map, pieces};
use crate::pattern::Gram;
use rustc_hash::FxHashMap;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// A back-end that runs kernels by an engine.
#[derive(Clone, Debug)]
pub struct Host(Arc<dyn Engine>);

impl Host {
    /// A back-end of an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self(engine)
    }
}

/// The codes of one program, by quantity.
type Codes = [Vec<Box<dyn Code>>; 3];

/// The codes of one term. Terms that share kernels share them.
#[derive(Debug)]
struct TermCodes {
    main: Arc<Codes>,
    weighted: Option<Arc<Codes>>,
    matrices: Vec<Arc<Codes>>,
}

#[derive(Debug)]
struct HostCompiled {
    engine: Arc<dyn Engine>,
    terms: Arc<Vec<TermCodes>>,
}

#[derive(Debug)]
struct HostBound {
    engine: Arc<dyn Engine>,
    terms: Arc<Vec<TermCodes>>,
    /// By term and matrices: lower triangles, one after another.
    matrices: Vec<Vec<Vec<f64>>>,
    gram: Option<Gram>,
}

impl Backend for Host {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn abilities(&self) -> Abilities {
        self.0.abilities()
    }

    fn compile(
        &self,
        terms: &[TermKernels<'_>],
        options: &CompileOptions,
        executor: &dyn Executor,
    ) -> Result<Box<dyn Compiled>, Error> {
        let mut tasks: Vec<(&str, &Routine)> = Vec::new();
        let mut numbers: FxHashMap<*const KernelSet, usize> = FxHashMap::default();
        let mut sets: Vec<&KernelSet> = Vec::new();
        for term in terms {
            for ProgramKernels { set, .. } in programs(term) {
                // Terms that share kernels share their code.
                numbers.entry(&raw const **set).or_insert_with(|| {
                    // The largest first.
                    let routines = Quantity::ALL.into_iter().rev().flat_map(|q| set.routines(q));
                    tasks.extend(routines.map(|routine| (term.name, routine)));
                    sets.push(set);
                    sets.len() - 1
                });
            }
        }
        let compiled = map(executor, tasks, |(term, routine)| {
            self.0.compile(routine, options).map_err(|source| Error::Compile { term: term.into(), source })
        });
        let mut compiled = compiled.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter();
        let of_set = |set: &KernelSet| -> Arc<Codes> {
            let mut codes = Codes::default();
            for quantity in Quantity::ALL.into_iter().rev() {
                codes[quantity as usize] = compiled.by_ref().take(set.routines(quantity).len()).collect();
            }
            codes.into()
        };
        let all: Vec<Arc<Codes>> = sets.into_iter().map(of_set).collect();
        let codes = |program: &ProgramKernels<'_>| all[numbers[&(&raw const *program.set)]].clone();
        let terms = terms.iter().map(|term| TermCodes {
            main: codes(&term.main),
            weighted: term.weighted.as_ref().map(codes),
            matrices: term.matrices.iter().map(|m| codes(&m.program)).collect(),
        });
        Ok(Box::new(HostCompiled { engine: self.0.clone(), terms: Arc::new(terms.collect()) }))
    }

    fn engine(&self) -> Option<Arc<dyn Engine>> {
        Some(self.0.clone())
    }
}

/// The programs of a term, in the order of [`TermCodes`].
fn programs<'a>(term: &'a TermKernels<'a>) -> impl Iterator<Item = &'a ProgramKernels<'a>> {
    std::iter::once(&term.main).chain(&term.weighted).chain(term.matrices.iter().map(|m| &m.program))
}

impl HostCompiled {
    /// Refuses data of other kernels than those that were compiled.
    fn check_kernels(&self, inputs: &Inputs<'_>) -> Result<(), BindError> {
        let same = |(term, codes): (&TermInputs<'_>, &TermCodes)| {
            let fits = |(program, codes): (&ProgramInputs<'_>, &Arc<Codes>)| {
                Quantity::ALL.iter().all(|&q| program.kernels.set.routines(q).len() == codes[q as usize].len())
            };
            let matrices =
                term.matrices.len() == codes.matrices.len() && term.weighted.is_some() == codes.weighted.is_some();
            matrices
                && fits((&term.main, &codes.main))
                && term.weighted.iter().zip(&codes.weighted).all(fits)
                && term.matrices.iter().map(|m| &m.program).zip(&codes.matrices).all(fits)
        };
        match inputs.terms().len() == self.terms.len() && inputs.terms().iter().zip(&*self.terms).all(same) {
            true => Ok(()),
            false => Err(BindError::OtherKernels),
        }
    }
}

impl Compiled for HostCompiled {
    fn bind(&mut self, inputs: &Inputs<'_>, _: &dyn Executor) -> Result<Box<dyn Bound>, Error> {
        self.check_kernels(inputs)?;
        for term in inputs.terms() {
            let matrices = term.matrices.iter().map(|m| &m.program);
            for program in std::iter::once(&term.main).chain(&term.weighted).chain(matrices) {
                check_program(program)?;
            }
        }
        let numbers = |term: &TermInputs<'_>| -> Vec<Vec<f64>> {
            term.matrices.iter().map(|m| vec![0.0; m.count * m.element.entries()]).collect()
        };
        let gram = |places: &super::GramPlaces<'_>| {
            Gram::new(places.jacobian.pattern, places.hessian.pattern, places.hessian.slots)
        };
        Ok(Box::new(HostBound {
            engine: self.engine.clone(),
            terms: self.terms.clone(),
            matrices: inputs.terms().iter().map(numbers).collect(),
            gram: inputs.gram().map(gram),
        }))
    }
}

fn check_program(program: &ProgramInputs<'_>) -> Result<(), Error> {
    for quantity in Quantity::ALL {
        for (routine, streams) in program.kernels.set.routines(quantity).iter().zip(program.streams(quantity)) {
            check(&routine.kernel, &program.data, streams)?;
        }
    }
    Ok(())
}

impl Bound for HostBound {
    fn refresh(&mut self, _: &Inputs<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn evaluate(
        &mut self,
        wanted: &Wanted<'_>,
        inputs: &Inputs<'_>,
        buffers: &mut Buffers<'_>,
        executor: &dyn Executor,
    ) -> Result<f64, Error> {
        check_buffers(inputs.lengths(), wanted.quantity, buffers)?;
        let zero = |numbers: &mut [f64]| {
            let length = large_pieces(executor, numbers.len());
            pieces(executor, numbers, length, |_, piece| piece.fill(0.0));
        };
        [&mut *buffers.gradient, buffers.hessian, buffers.residual, buffers.jacobian].into_iter().for_each(zero);
        let mut energy = 0.0;
        for ((term, codes), matrices) in inputs.terms().iter().zip(&*self.terms).zip(&mut self.matrices) {
            energy +=
                Run { engine: &*self.engine, wanted, executor, unknowns: None }.term(term, codes, matrices, buffers);
        }
        if let (Quantity::Hessian, Some(gram), Some(places)) = (wanted.quantity, &self.gram, inputs.gram()) {
            gram.add(places.jacobian.pattern, buffers.jacobian, buffers.hessian);
        }
        Ok(energy)
    }

    fn energies(&mut self, inputs: &Inputs<'_>, executor: &dyn Executor) -> Result<Vec<f64>, Error> {
        let mut residual = vec![0.0; inputs.lengths().residual];
        let run = Run { engine: &*self.engine, wanted: &VALUE, executor, unknowns: None };
        let terms = inputs.terms().iter().zip(&*self.terms);
        Ok(terms.map(|(term, codes)| run.energy(term, codes, &mut residual)).collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The value alone.
static VALUE: Wanted<'static> = Wanted { quantity: Quantity::Value, projected: &ProjectedElements::None, count: &NONE };

/// Of the value nothing is projected.
static NONE: AtomicUsize = AtomicUsize::new(0);

/// The energy of each term, by the interpreter.
pub(super) fn interpreted_energies(inputs: &Inputs<'_>, executor: &dyn Executor) -> Vec<f64> {
    let mut residual = vec![0.0; inputs.lengths().residual];
    // Displacements, it may be, while the data have the unknowns themselves.
    let unknowns = inputs.unknowns().concat();
    let run = Run { engine: &Interpreter, wanted: &VALUE, executor, unknowns: Some(&unknowns) };
    let steps = |program: &ProgramInputs<'_>| -> Arc<Codes> {
        let step = |_: &Routine| -> Box<dyn Code> { Box::new(Steps) };
        Quantity::ALL.map(|quantity| program.kernels.set.routines(quantity).iter().map(step).collect()).into()
    };
    let energy = |term: &TermInputs<'_>| {
        let weighted = term.weighted.as_ref().map(steps);
        run.energy(term, &TermCodes { main: steps(&term.main), weighted, matrices: Vec::new() }, &mut residual)
    };
    inputs.terms().iter().map(energy).collect()
}

/// An evaluation.
#[derive(Clone, Copy)]
struct Run<'a> {
    engine: &'a dyn Engine,
    wanted: &'a Wanted<'a>,
    executor: &'a dyn Executor,
    /// The unknowns, if they are not those of the data.
    unknowns: Option<&'a [f64]>,
}

impl Run<'_> {
    /// The energy of a term alone; its rows are added to the residual, which holds zeros there.
    fn energy(self, term: &TermInputs<'_>, codes: &TermCodes, residual: &mut [f64]) -> f64 {
        self.term(term, codes, &mut [], &mut Buffers { residual, ..Buffers::default() })
    }

    /// Evaluates a term; gives its energy.
    fn term(
        self,
        term: &TermInputs<'_>,
        codes: &TermCodes,
        matrices: &mut [Vec<f64>],
        buffers: &mut Buffers<'_>,
    ) -> f64 {
        let quantity = self.wanted.quantity;
        if quantity == Quantity::Hessian {
            for ((own, codes), numbers) in term.matrices.iter().zip(&codes.matrices).zip(&mut *matrices) {
                numbers.fill(0.0);
                let mut rows = Buffers { residual: numbers, ..Buffers::default() };
                self.program(&own.program, &own.program.data, codes, &mut rows);
                self.engine.project(own.element, self.choice(Projection::Clamp), numbers, self.executor);
            }
        }
        let data = self.with_residents(&term.main, matrices, &[]);
        let energy = self.program(&term.main, &data, &codes.main, buffers);
        let (Some(weighted), Some(codes)) = (&term.weighted, &codes.weighted) else { return energy };
        let rows = &buffers.residual[term.rows.clone()];
        let data = self.with_residents(weighted, &[], rows);
        let mut into =
            Buffers { gradient: &mut *buffers.gradient, hessian: &mut *buffers.hessian, ..Buffers::default() };
        self.program(weighted, &data, codes, &mut into);
        0.5 * rows.iter().map(|r| r * r).sum::<f64>()
    }

    /// Runs the kernels of a program; gives the energy.
    fn program(self, program: &ProgramInputs<'_>, data: &Data<'_>, codes: &Codes, buffers: &mut Buffers<'_>) -> f64 {
        let quantity = self.wanted.quantity;
        let routines = program.kernels.set.routines(quantity).iter().zip(program.streams(quantity));
        let mut energy = 0.0;
        for ((routine, streams), code) in routines.zip(&codes[quantity as usize]) {
            let choice = routine.elements.as_ref().map(|elements| self.choice(elements.projection));
            // SAFETY: `Inputs::new` demands it; rows and matrices have the lengths of what stands for them there.
            let job = unsafe { Job::new(routine, data, streams, choice) };
            energy += code.run(&job, buffers, self.executor);
        }
        energy
    }

    fn choice(&self, projection: Projection) -> ProjectionRequest<'_> {
        ProjectionRequest { projection, projected: self.wanted.projected, count: self.wanted.count }
    }

    /// The data of a program, with the numbers that are not among them.
    fn with_residents<'b>(
        &'b self,
        program: &ProgramInputs<'b>,
        matrices: &'b [Vec<f64>],
        rows: &'b [f64],
    ) -> Data<'b> {
        let mut data = program.data.clone();
        let arrays = data.arrays.iter_mut().zip(program.kernels.residences).zip(&program.offsets);
        for ((array, residence), &first) in arrays {
            match (*residence, self.unknowns) {
                (Residence::Rows, _) => *array = rows,
                (Residence::Matrices(number), _) => *array = matrices.get(number).map_or(*array, |own| own),
                (Residence::Unknowns, Some(unknowns)) => *array = &unknowns[first as usize..][..array.len()],
                (Residence::Unknowns, None) | (Residence::Data, _) => {}
            }
        }
        data
    }
}
