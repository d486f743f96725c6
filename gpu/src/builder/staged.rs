//! Parts that stage their numbers, which are gathered.

use super::base::{BINDING_LIMIT, Builder, Ready};
use crate::Error;
use crate::assembly::Target;
use crate::assembly::chunk::{Content, Share, passes};
use crate::assembly::lists::{Lists, Staged};
use crate::job::{Job, Task, Uploaded};
use crate::parts::{ElementProjection, Kind};
use crate::project::Projector;
use crate::staging;
use spadina_core::kernel::Buffer;
use spadina_shaders::Region;

/// The vectors that outputs are gathered into.
const TARGETS: [Buffer; 5] = [Buffer::Gradient, Buffer::Hessian, Buffer::Residual, Buffer::Jacobian, Buffer::Product];

impl Builder<'_> {
    /// Runs the parts that are staged, and gathers what they leave in the vectors that `target` gives.
    pub(super) fn staged<'t>(
        &mut self,
        jobs: &[Job<'_>],
        uploaded: &[Uploaded],
        target: impl Fn(&mut Self, Buffer) -> Option<Target<'t>>,
    ) -> Result<(), Error> {
        let ready = self.ready(jobs, uploaded, true)?;
        let passes = passes(&ready.tasks, Content::Staged, self.room, BINDING_LIMIT)?;
        let projectors = self.projectors(&ready.tasks, &passes)?;
        for (number, pass) in passes.iter().enumerate() {
            for share in pass {
                self.share(&ready, share)?;
                self.project(&ready.tasks[share.task], share, projectors[share.task].as_ref())?;
            }
            for buffer in TARGETS {
                if ready.tasks.iter().any(|task| task.part.writes(buffer))
                    && let Some(target) = target(self, buffer)
                {
                    // Every pass but the first adds to what the one before left.
                    let target = Target { adds: target.adds || number > 0, ..target };
                    let from = Staged::new(&ready.tasks, pass, buffer);
                    let lists = Lists::of(target.count.div_ceil(from.tile), &from, self.executor)?;
                    let gather = self.assembly.gather(self.device, (&lists, from.tile), &self.staging, target)?;
                    self.dispatches.extend(gather);
                }
            }
            self.passes += 1;
        }
        Ok(())
    }

    /// By task, what projects its elements.
    fn projectors(&self, tasks: &[Task<'_>], passes: &[Vec<Share>]) -> Result<Vec<Option<Projector>>, Error> {
        let most = |number: usize| {
            let own = passes.iter().flatten().filter(|share| share.task == number);
            own.flat_map(|share| &share.regions).map(|(.., records)| records.len()).max().unwrap_or(0)
        };
        let projector =
            |(number, task): (usize, &Task<'_>)| task.part.projector(self.device, self.vectors.precision, most(number));
        tasks.iter().enumerate().map(projector).collect()
    }

    /// Projects the elements of a share where they are staged.
    fn project(&mut self, task: &Task<'_>, share: &Share, projector: Option<&Projector>) -> Result<(), Error> {
        let (Some(projector), Kind::Staged(numbering, Some(projected))) = (projector, &task.part.kind) else {
            return Ok(());
        };
        let ElementProjection { region: own, places, .. } = projected;
        for (region, place, records) in share.regions.iter().filter(|(region, ..)| region == own) {
            let stride = numbering.counts[*region] as u32;
            let count = records.len() as u32;
            let region = Region { base: *place as u32, lanes: staging::LANES as u32, stride, count };
            self.dispatches.extend(projector.dispatches(self.device, &self.staging, region, places)?);
        }
        Ok(())
    }

    /// Runs some iterations of a task that is staged.
    fn share(&mut self, ready: &Ready<'_>, share: &Share) -> Result<(), Error> {
        let part = ready.tasks[share.task].part;
        let (words, workgroups) = self.iterations(ready, share)?;
        let [staging, energies] = [&self.staging, &self.energies].map(Clone::clone);
        let others = [&self.vectors.direction, &staging, &energies];
        let workgroups = if part.shared { [1, 1] } else { workgroups };
        self.task(ready, share.task, words, (&part.pipeline, workgroups), &others)
    }
}
