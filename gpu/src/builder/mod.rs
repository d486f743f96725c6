//! An evaluation while it is bound: the dispatches in the order in which they run.

mod base;
mod direct;
mod staged;

pub(crate) use base::Builder;

use crate::Error;
use crate::assembly::lists::Lists;
use crate::assembly::{Products, Segment, Target, partials};
use crate::evaluation::Matrices;
use crate::job::{Job, Uploaded};
use crate::memory::real_bytes;
use crate::project::Projector;
use base::length;
use spadina_core::kernel::Buffer;
use spadina_core::pattern::Places;
use spadina_shaders::Region;
use std::ops::Range;

impl Builder<'_> {
    /// The dispatches that compute and project matrices; gives the data of the jobs.
    pub fn matrices(&mut self, own: &Matrices<'_>) -> Result<Vec<Uploaded>, Error> {
        let precision = self.vectors.precision;
        let buffer = self.device.storage("projected matrices", length(own), real_bytes(precision))?;
        let uploaded = self.upload(&own.jobs)?;
        let target = Target { entries: &buffer, count: length(own), adds: false };
        self.staged(&own.jobs, &uploaded, |_, target_buffer| (target_buffer == Buffer::Residual).then_some(target))?;
        let entries = own.element.entries();
        let places: Vec<u32> = (0..entries as u32).collect();
        let region = Region { base: 0, lanes: 1, stride: entries as u32, count: own.count as u32 };
        let projector = Projector::new(self.device, precision, own.element, own.projection, own.count)?;
        self.dispatches.extend(projector.dispatches(self.device, &buffer, region, &places)?);
        self.matrices.push(buffer);
        Ok(uploaded)
    }

    /// The dispatches of a stage; gives the data of its jobs.
    pub fn stage(&mut self, jobs: &[Job<'_>]) -> Result<Vec<Uploaded>, Error> {
        let uploaded = self.upload(jobs)?;
        let vectors = self.vectors;
        self.staged(jobs, &uploaded, |builder, buffer| {
            let (entries, count) = vectors.target(buffer);
            Some(Target { entries, count, adds: builder.adds(buffer) })
        })?;
        self.direct(jobs, &uploaded)?;
        Ok(uploaded)
    }

    /// Adds JᵀJ to the Hessian.
    pub fn gram(&mut self, jacobian: Places<'_>, hessian: Places<'_>) -> Result<(), Error> {
        let (entries, count) = self.vectors.target(Buffer::Hessian);
        let lists = Lists::of(count, &Products { jacobian: jacobian.pattern, hessian }, self.executor)?;
        let target = Target { entries, count, adds: self.adds(Buffer::Hessian) };
        let gram = self.assembly.gram(self.device, &lists, &self.vectors.jacobian, target)?;
        self.dispatches.extend(gram);
        Ok(())
    }

    /// Sums the energies of all invocations, and half the squares of rows.
    pub fn energy(&mut self, squares: &[Range<usize>]) -> Result<(), Error> {
        let energies = Segment { buffer: &self.energies, first: 0, count: self.invocations, squares: false };
        let rows = squares.iter().map(|rows| {
            let end = rows.end.min(self.vectors.lengths.residual);
            let count = end.saturating_sub(rows.start);
            Segment { buffer: &self.vectors.residual, first: rows.start, count, squares: true }
        });
        let segments: Vec<Segment<'_>> =
            std::iter::once(energies).chain(rows).filter(|segment| segment.count > 0).collect();
        let bytes = real_bytes(self.vectors.precision);
        let partial = self.device.storage("partial sums", partials(self.device, &segments), bytes)?;
        let reductions = self.assembly.energy(self.device, &segments, &partial, &self.vectors.energy)?;
        self.dispatches.extend(reductions);
        Ok(())
    }
}
