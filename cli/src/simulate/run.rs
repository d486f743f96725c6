//! A run: the steps, and what is written of them.

use super::bodies::Bodies;
use super::frames::FrameName;
use super::print::{HEAD, fit, line, row, singular};
use super::{ENERGIES, Folder, PLOT, RESULT, Row, STATE, Table};
use crate::error::Error;
use crate::output::{self, OutputFile};
use crate::progress::{Bar, interrupted, watch_interrupts};
use crate::summary;
use serde::Serialize;
use spadina::files::{FrameFile, SimulateSection};
use spadina::mesh::{VtkEncoding, write_obj, write_vtk};
use spadina::minimize;
use spadina::simulate::{self, Energies, Simulation, StepReport};
use spadina_pictures::scene::{Geometry, Picture};
use std::time::{Duration, Instant};

/// `result.json`. Steps, iterations and what has not converged are those of the whole simulation, seconds those of the run.
#[derive(Serialize)]
struct Simulated {
    steps: usize,
    time: f64,
    frames: usize,
    energies: Energies,
    iterations: usize,
    /// Steps whose minimisation has not converged.
    unconverged: usize,
    unknowns: usize,
    /// Elements at singular points in the last step, if a term has a policy for these.
    #[serde(skip_serializing_if = "Option::is_none")]
    singular: Option<usize>,
    seconds: f64,
    seconds_rebinding: f64,
    interrupted: bool,
    /// Bodies that were seen to pass through each other.
    overlap: Option<String>,
}

/// The time from one state to the next at least, where frames come faster: no more than that is lost if a run is killed.
const SAVED: Duration = Duration::from_millis(100);

/// A run, and where its frames go.
pub struct Run<'a> {
    section: &'a SimulateSection,
    folder: Folder,
    geometry: Option<Geometry>,
    picture: Picture,
    /// The bodies, until two of them overlap: that is said once.
    bodies: Option<Bodies>,
    overlap: Option<String>,
    frames: usize,
    /// Elements at singular points in the last step.
    singular: usize,
    /// Every step is a line of JSON.
    pub json: bool,
}

impl<'a> Run<'a> {
    /// A run into a folder, in which nothing was written yet.
    pub fn new(
        section: &'a SimulateSection,
        folder: Folder,
        geometry: Option<Geometry>,
        picture: Picture,
        bodies: Option<Bodies>,
    ) -> Run<'a> {
        Run { section, folder, geometry, picture, bodies, overlap: None, frames: 0, singular: 0, json: false }
    }

    /// Begins or goes on, makes the steps that are left, and writes the results.
    pub fn all(&mut self, simulation: &mut Simulation, steps: usize, restart: bool) -> Result<String, Error> {
        let bar = Bar::new(false, steps);
        self.folder.start()?;
        let at = simulation.state().step;
        let mut table = match restart {
            true => {
                self.frames = at / self.section.every + 1;
                let table = Table::go_on(self.folder.path(), at)?;
                let missing = (at + 1).saturating_sub(table.rows.len());
                if missing > 0 {
                    bar.warn(&format!("{ENERGIES} has not the rows of {missing} of the steps from 0 to {at}"));
                }
                table
            }
            false => self.first(simulation)?,
        };
        self.look(simulation, &bar);
        watch_interrupts();
        let start = Instant::now();
        let made = self.steps(simulation, steps, &mut table, &bar);
        // What was done before a step that fails is done.
        let saved = self.save(simulation, &mut table);
        bar.finish();
        let rebinding = made?;
        saved?;
        let at = simulation.state().step;
        let simulated = Simulated {
            steps: at,
            time: simulation.time(),
            frames: self.frames,
            energies: table.rows.last().map_or(Energies::default(), |row| row.energies),
            iterations: table.iterations(),
            unconverged: table.unconverged(),
            unknowns: simulation.system().unknowns(),
            singular: simulation.system().problem().has_singular_policy().then_some(self.singular),
            seconds: start.elapsed().as_secs_f64(),
            seconds_rebinding: rebinding,
            interrupted: at < steps,
            overlap: self.overlap.clone(),
        };
        if let Some(first) = table.rows.iter().find(|row| !row.converged) {
            let (count, step) = (simulated.unconverged, first.step);
            bar.warn(&format!(
                "{count} of {at} steps have not converged, step {step} is the first: shorter steps, or more `iterations` \
                 in [solve], may help"
            ));
        }
        self.finish(&simulated, &table)?;
        if at < steps {
            return Err(Error::Interrupted { step: at, steps });
        }
        Ok(if self.json { String::new() } else { self.summary(&simulated) })
    }

    /// Writes the start: the first frame, the first row and the first state.
    fn first(&mut self, simulation: &mut Simulation) -> Result<Table, Error> {
        let table = Table::begin(self.folder.path(), Row::start(simulation.energies()?));
        self.frame(simulation)?;
        let (text, state) = (table.text(), simulation.state().to_numbers());
        self.folder.write(&[
            OutputFile::new(ENERGIES, |w| w.write_all(text.as_bytes())),
            OutputFile::new(STATE, |w| spadina::npy::write(w, &[state.len()], &state)),
        ])?;
        self.folder.has_state()?;
        Ok(table)
    }

    /// Makes the steps that are left; returns the seconds that went into patterns.
    fn steps(&mut self, simulation: &mut Simulation, steps: usize, table: &mut Table, bar: &Bar) -> Result<f64, Error> {
        let (mut at, mut rebinding, mut saved) = (simulation.state().step, 0.0, Instant::now());
        bar.begin(at);
        if !self.json {
            bar.line(&fit(HEAD));
        }
        while at < steps && !interrupted() {
            let report = match simulation.step() {
                // The step is not made.
                Err(simulate::Error::Minimize(minimize::Error::Stopped)) => break,
                report => report?,
            };
            at = report.step;
            rebinding += report.rebinding;
            self.tell(&report, table, bar)?;
            self.singular = singular(&report);
            table.rows.push(Row::of(&report));
            self.look(simulation, bar);
            if at.is_multiple_of(self.section.every) || at == steps {
                self.frame(simulation)?;
                // A run that is killed before it writes later frames and rows again.
                if saved.elapsed() >= SAVED {
                    self.save(simulation, table)?;
                    saved = Instant::now();
                }
                if !self.json {
                    bar.line(&fit(&row(&report)));
                }
            }
            bar.advance(&format!("{:.3} s", report.time));
        }
        Ok(rebinding)
    }

    /// Prints a step for programs, and says so if it is the first that has not converged.
    fn tell(&self, report: &StepReport, table: &Table, bar: &Bar) -> Result<(), Error> {
        if self.json {
            bar.line(&line(report)?);
        }
        if !report.outcome.is_minimum() && table.unconverged() == 0 {
            bar.warn(&format!("step {}: {}", report.step, report.outcome));
        }
        Ok(())
    }

    /// Says once that bodies pass through each other.
    fn look(&mut self, simulation: &Simulation, bar: &Bar) {
        let (Some(bodies), Some(geometry)) = (&self.bodies, &self.geometry) else { return };
        let vector = simulation.system().vector();
        if let Some(found) = bodies.overlap(geometry, geometry.positions(&vector)) {
            let text = format!("at step {}, {:.6} s, {found}", simulation.state().step, simulation.time());
            bar.warn(&format!("{text}: there is no contact between bodies yet, they pass through each other"));
            (self.overlap, self.bodies) = (Some(text), None);
        }
    }

    /// Writes a frame.
    fn frame(&mut self, simulation: &Simulation) -> Result<(), Error> {
        let vector = simulation.system().vector();
        let number = self.frames;
        let drawn = match &self.geometry {
            Some(g) if self.section.frames.contains(&FrameFile::Png) => self.picture.draw(g, &vector)?.png()?,
            _ => Vec::new(),
        };
        let title = format!("{} s", simulation.time());
        let kinds = if self.geometry.is_some() { &self.section.frames[..] } else { &[] };
        let frames: Vec<FrameName> = kinds.iter().map(|&kind| FrameName { kind, number }).collect();
        let names: Vec<String> = frames.iter().map(|frame| frame.file()).collect();
        let mut files = Vec::new();
        if let Some(g) = &self.geometry {
            let (vector, title, drawn) = (&vector[..], &title, &drawn);
            for (kind, name) in kinds.iter().zip(&names) {
                files.push(match kind {
                    FrameFile::Vtk => OutputFile::new(name, move |w| {
                        g.view(vector, false, |view| write_vtk(w, view, title, VtkEncoding::Binary))
                    }),
                    FrameFile::Obj => OutputFile::new(name, move |w| g.view(vector, true, |view| write_obj(w, view))),
                    FrameFile::Png => OutputFile::new(name, move |w| w.write_all(drawn)),
                });
            }
        }
        self.folder.write_frame(&frames, &files)?;
        self.frames += 1;
        Ok(())
    }

    /// Appends the rows until now, and then writes where the simulation is.
    fn save(&self, simulation: &Simulation, table: &mut Table) -> Result<(), Error> {
        table.append()?;
        let state = simulation.state().to_numbers();
        self.folder.write(&[OutputFile::new(STATE, |w| spadina::npy::write(w, &[state.len()], &state))])
    }

    fn finish(&mut self, simulated: &Simulated, table: &Table) -> Result<(), Error> {
        let json = output::json(simulated).map_err(Error::Json)?;
        let plot = table.plot().svg();
        self.folder.write(&[
            OutputFile::new(RESULT, |w| w.write_all(json.as_bytes())),
            OutputFile::new(PLOT, |w| w.write_all(plot.as_bytes())),
        ])?;
        if simulated.interrupted { Ok(()) } else { self.folder.complete() }
    }

    fn summary(&self, simulated: &Simulated) -> String {
        let folder = self.folder.path().display();
        let files = format!("{} frames, {ENERGIES}, {PLOT}, {STATE}, {RESULT} in {folder}", self.frames);
        let mut rows = vec![
            ("steps", format!("{}, {} s simulated", simulated.steps, simulated.time)),
            ("iterations", format!("{}, {} steps not converged", simulated.iterations, simulated.unconverged)),
            ("unknowns", simulated.unknowns.to_string()),
            ("took", summary::time(simulated.seconds)),
            ("rebinding", summary::time(simulated.seconds_rebinding)),
        ];
        rows.extend(simulated.singular.map(|n| ("singular elements", format!("{n} in the last step"))));
        rows.extend(self.overlap.clone().map(|text| ("no contact", text)));
        rows.push(("written", files));
        format!("\n{}", summary::aligned(&rows))
    }
}
