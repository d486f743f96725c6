//! Parts that add to gradient and Hessian themselves: by the owners of rows, or atomically.

use super::base::{BINDING_LIMIT, Builder, Ready};
use crate::assembly::chunk::{Content, passes};
use crate::assembly::owners::Owners;
use crate::job::{Job, Task, Uploaded};
use crate::parts::Kind;
use crate::trips::Invocation;
use crate::{Error, words};
use spadina_core::kernel::Buffer;

impl Builder<'_> {
    /// Runs the parts that add to the results themselves. Their order is fixed.
    pub(super) fn direct(&mut self, jobs: &[Job<'_>], uploaded: &[Uploaded]) -> Result<(), Error> {
        let ready = self.ready(jobs, uploaded, false)?;
        ready.tasks.iter().try_for_each(|task| task.check_slots(self.vectors))?;
        for buffer in [Buffer::Gradient, Buffer::Hessian] {
            if ready.tasks.iter().any(|task| task.part.writes(buffer)) && !self.adds(buffer) {
                self.clears.push(self.vectors.target(buffer).0.clone());
            }
        }
        for number in 0..ready.tasks.len() {
            match &ready.tasks[number].part.kind {
                Kind::Rows(columns) => self.rows(&ready, number, columns)?,
                Kind::Atomic => self.atomic(&ready, number)?,
                Kind::Staged(..) => {}
            }
        }
        Ok(())
    }

    /// Runs a part by the owners of its rows.
    fn rows(&mut self, ready: &Ready<'_>, number: usize, columns: &[usize]) -> Result<(), Error> {
        let task = &ready.tasks[number];
        let Task { job, part, .. } = *task;
        let owners = Owners::of(task, columns)?;
        self.device.check_loops(
            &part.kernel,
            job.data,
            Invocation { times: owners.longest(), shared: false },
            self.executor,
        )?;
        let stream = &job.streams.regions[owners.region];
        let ranges = owners.ranges(columns.len(), self.words).map_err(|(_, wanted)| Error::Limit {
            what: format!("the elements around a node of kernel `{}`", part.kernel.name),
            wanted: wanted as u64,
            limit: BINDING_LIMIT,
            allowed: self.words as u64,
        })?;
        for range in ranges {
            let grid = self.device.grid("a kernel", range.len(), part.workgroup)?;
            let list = owners.words(range.clone(), stream, columns);
            let mut all = ready.words[number].clone();
            all[words::FIRST] = job.streams.outer.start as i32;
            all[words::COUNT] = range.len() as i32;
            all[words::GRID] = grid.row as i32;
            let first_item = range.len() + 1;
            let items = (owners.starts[range.end] - owners.starts[range.start]) as usize;
            let word = job.inner().words.region(owners.region);
            all[word] = (first_item + items) as i32;
            all[word + 1] = 0;
            all[word + 2] = first_item as i32;
            self.add(ready, number, all, grid.workgroups, &list)?;
        }
        Ok(())
    }

    /// Runs a part that adds atomically.
    fn atomic(&mut self, ready: &Ready<'_>, number: usize) -> Result<(), Error> {
        let task = &ready.tasks[number];
        let all = std::slice::from_ref(task);
        for mut share in passes(all, Content::Slots, self.words, BINDING_LIMIT)?.into_iter().flatten() {
            share.task = number;
            let (words, workgroups) = self.iterations(ready, &share)?;
            let slots = share.regions.iter().flat_map(|(region, _, records)| {
                let stream = &task.job.streams.regions[*region];
                &stream.slots[records.start * stream.width..records.end * stream.width]
            });
            let slots: Vec<u32> = slots.copied().collect();
            self.add(ready, number, words, workgroups, &slots)?;
        }
        Ok(())
    }

    /// Runs the shader of a part that adds to gradient and Hessian by these slots.
    fn add(
        &mut self,
        ready: &Ready<'_>,
        number: usize,
        words: Vec<i32>,
        workgroups: [u32; 2],
        slots: &[u32],
    ) -> Result<(), Error> {
        let part = ready.tasks[number].part;
        let slots = self.device.words("the slots of a kernel", slots)?;
        let energies = self.energies.clone();
        let others = [&slots, &self.vectors.gradient, &energies, &self.vectors.hessian];
        self.task(ready, number, words, (&part.pipeline, workgroups), &others)
    }
}
