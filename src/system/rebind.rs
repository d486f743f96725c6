//! Binding after a change: of the terms, only those that the change concerns.
//!
//! The pattern of the terms that do not change is kept (`Fixed`). The new pattern is its union with that of the others;
//! where it differs from the one before, the slots of the terms that did not change are translated, in one pass.

use super::connectivity::{Connectivity, Fixed};
use super::layout::Layout;
use super::program::Placement;
use super::state::State;
use super::term::DerivedTerm;
use super::{Error, System};
use spadina_core::executor::Serial;
use spadina_core::pattern::{Csr, Gram, Places, hessian_pattern};
use std::collections::BTreeSet;
use std::time::Instant;

/// Terms to do something for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Stale {
    /// All.
    All,
    /// These.
    Terms(BTreeSet<usize>),
}

impl Stale {
    /// None.
    pub fn none() -> Self {
        Self::Terms(BTreeSet::new())
    }

    fn add(&mut self, terms: impl Iterator<Item = usize>) {
        if let Self::Terms(own) = self {
            own.extend(terms);
        }
    }

    /// Returns true if a term is among them.
    pub fn has(&self, term: usize) -> bool {
        match self {
            Self::All => true,
            Self::Terms(own) => own.contains(&term),
        }
    }

    /// Returns true if there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::none()
    }
}

impl System {
    /// Builds pattern and slots, if connectivity or the length of an array has changed, and computes what no unknown
    /// changes, if anything has.
    pub(super) fn bind(&mut self) -> Result<(), Error> {
        if self.connectivity.is_none() {
            self.match_references();
            self.bind_indices()?;
            (self.unbound, self.unstored) = (BTreeSet::new(), Stale::All);
        } else if !self.unbound.is_empty() {
            self.bind_changed()?;
        }
        if !self.unstored.is_none() {
            let start = Instant::now();
            let stale = self.terms.iter_mut().filter(|term| self.unstored.has(term.number));
            stale.for_each(|term| term.store(&self.problem, &*self.executor));
            self.refresh()?;
            self.seconds.store = start.elapsed().as_secs_f64();
            self.unstored = Stale::none();
        }
        Ok(())
    }

    fn bind_indices(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        self.problem.check()?;
        self.enumerate()?;
        self.place()?;
        self.seconds.pattern = start.elapsed().as_secs_f64();
        Ok(())
    }

    /// Checks every index, and records rows and columns.
    fn enumerate(&mut self) -> Result<(), Error> {
        let mut rows = 0;
        for term in &mut self.terms {
            rows += term.enumerate(&self.problem, rows, &*self.executor)?;
        }
        Ok(())
    }

    /// Builds pattern and slots from what was recorded.
    fn place(&mut self) -> Result<(), Error> {
        let unknowns = self.unknowns();
        let terms = &self.terms;
        let rows = terms.last().map_or(0, |term| term.rows().end);
        let jacobian = Csr::build(rows, unknowns, |add| terms.iter().for_each(|t| t.visit_jacobian(add)));
        let kernels: Vec<_> = terms.iter().flat_map(DerivedTerm::entries).collect();
        let pattern = hessian_pattern(unknowns, &kernels, &Gram::pattern(&jacobian), &*self.executor);
        let (stored, slots) = self.options.layout.store(&pattern)?;
        if u32::try_from(jacobian.nonzeros()).is_err() {
            return Err(Error::Slots { len: jacobian.nonzeros() });
        }
        let hessian = Places { pattern: &pattern, slots: slots.as_deref() };
        let own_rows = Places { pattern: &jacobian, slots: None };
        let batched = self.backend.abilities().batches_elements;
        let shared = stored.is_shared();
        let placement = Placement { hessian: Some(hessian), jacobian: Some(own_rows), shared, batched };
        self.terms.iter_mut().for_each(|term| term.place(placement, &*self.executor));
        self.state = State {
            gradient: vec![0.0; unknowns],
            hessian: vec![0.0; stored.len()],
            residual: vec![0.0; rows],
            jacobian: vec![0.0; jacobian.nonzeros()],
            ..State::default()
        };
        let slots = slots.filter(|_| self.problem.has_residuals());
        let connectivity = Connectivity { pattern, stored, slots, jacobian, zeros: vec![0.0; rows], fixed: None };
        self.patterns += 1;
        self.bind_backend(connectivity)
    }

    /// An array or table has other numbers of the same shape.
    pub(super) fn touch(&mut self, name: &str) {
        let terms = self.terms.iter().filter(|term| term.uses(name)).map(|term| term.number);
        self.unstored.add(terms);
    }

    /// An array, table or size has another length, or other connectivity.
    pub(super) fn unbind(&mut self, name: &str) {
        self.touch(name);
        let rebinds = self.backend.abilities().rebinds;
        let partial = rebinds && matches!(self.options.layout, Layout::Full) && !self.problem.has_residuals();
        let unknown = self.problem.unknowns.iter().any(|(own, _)| own == name);
        if !partial || unknown {
            drop(self.take_connectivity());
            return;
        }
        self.unbound.extend(self.terms.iter().filter(|term| term.uses(name)).map(|term| term.number));
    }

    /// Binds the terms that a change concerns.
    pub(super) fn bind_changed(&mut self) -> Result<(), Error> {
        let now = std::mem::take(&mut self.unbound);
        // Until all is done, nothing is bound: an index out of range leaves no half of it.
        let Some(mut own) = self.take_connectivity() else {
            unreachable!("terms are bound again where there is connectivity")
        };
        let start = Instant::now();
        let fixed = match own.fixed.take() {
            Some(fixed) if now.is_subset(&fixed.changing) => fixed,
            // What has changed before will change again.
            Some(fixed) => return self.bind_with_changing(&now | &fixed.changing),
            None => return self.bind_with_changing(now),
        };
        for &number in &fixed.changing {
            self.terms[number].enumerate(&self.problem, 0, &*self.executor)?;
        }
        let changed = self.pattern_of(|term| fixed.changing.contains(&term));
        let pattern = fixed.pattern.union(&changed);
        if pattern != own.pattern {
            let slots = own.pattern.translation(&pattern);
            let stay = self.terms.iter_mut().filter(|term| !fixed.changing.contains(&term.number));
            stay.for_each(|term| term.translate(&slots));
            (own.stored, _) = self.options.layout.store(&pattern)?;
            self.state.hessian.resize(own.stored.len(), 0.0);
            own.pattern = pattern;
            self.patterns += 1;
        }
        let placement = Placement {
            hessian: Some(Places { pattern: &own.pattern, slots: None }),
            jacobian: Some(Places { pattern: &own.jacobian, slots: None }),
            shared: false,
            batched: self.backend.abilities().batches_elements,
        };
        for &number in &fixed.changing {
            // Few elements: threads would take longer to start.
            self.terms[number].place(placement, &Serial);
        }
        self.unstored.add(fixed.changing.iter().copied());
        own.fixed = Some(fixed);
        self.bind_backend(own)?;
        self.seconds.pattern = start.elapsed().as_secs_f64();
        Ok(())
    }

    /// Binds all terms, and keeps the pattern of those that do not change.
    fn bind_with_changing(&mut self, changing: BTreeSet<usize>) -> Result<(), Error> {
        let start = Instant::now();
        self.unstored = Stale::All;
        self.enumerate()?;
        let pattern = self.pattern_of(|term| !changing.contains(&term));
        self.place()?;
        if let Some(own) = &mut self.connectivity {
            own.fixed = Some(Fixed { changing, pattern });
        }
        self.seconds.pattern = start.elapsed().as_secs_f64();
        Ok(())
    }

    /// The pattern of some terms, which have been enumerated and are no residuals.
    fn pattern_of(&self, wanted: impl Fn(usize) -> bool) -> Csr {
        let kernels: Vec<_> = self.terms.iter().filter(|t| wanted(t.number)).flat_map(DerivedTerm::entries).collect();
        let unknowns = self.unknowns();
        let more = Csr { cols: unknowns, row_ptr: vec![0; unknowns + 1], col_idx: vec![] };
        hessian_pattern(unknowns, &kernels, &more, &*self.executor)
    }
}
