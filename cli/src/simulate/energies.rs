//! `energies.csv`: a row for the start and for each step, appended as the run goes.

use crate::error::Error;
use spadina::simulate::{Energies, StepReport};
use spadina_pictures::plot::{Plot, Series};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The name of the file.
pub const ENERGIES: &str = "energies.csv";

const HEAD: &str = "step,time,kinetic,elastic,gravity,contact,total,iterations,seconds,converged\n";

/// A row.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    pub step: usize,
    pub time: f64,
    pub energies: Energies,
    pub iterations: usize,
    pub seconds: f64,
    pub converged: bool,
}

impl Row {
    /// The row of the start.
    pub fn start(energies: Energies) -> Row {
        Row { step: 0, time: 0.0, energies, iterations: 0, seconds: 0.0, converged: true }
    }

    /// The row of a step.
    pub fn of(report: &StepReport) -> Row {
        Row {
            step: report.step,
            time: report.time,
            energies: report.energies,
            iterations: report.iterations.len(),
            seconds: report.seconds,
            converged: report.outcome.is_minimum(),
        }
    }

    fn text(&self) -> String {
        let e = &self.energies;
        let reals = [self.time, e.kinetic, e.elastic, e.gravity, e.contact, e.total()];
        let reals = reals.map(|v| format!("{:?}", v + 0.0)).join(",");
        let (step, count, seconds, converged) = (self.step, self.iterations, self.seconds, u8::from(self.converged));
        format!("{step},{reals},{count},{seconds:?},{converged}\n")
    }

    /// The row of a whole line.
    fn parse(line: &str) -> Option<Row> {
        let cells: Vec<&str> = line.strip_suffix('\n')?.split(',').collect();
        let [step, time, kinetic, elastic, gravity, contact, _, iterations, seconds, converged] = cells[..] else {
            return None;
        };
        let real = |cell: &str| cell.parse::<f64>().ok();
        let mut energies = Energies::default();
        (energies.kinetic, energies.elastic) = (real(kinetic)?, real(elastic)?);
        (energies.gravity, energies.contact) = (real(gravity)?, real(contact)?);
        Some(Row {
            step: step.parse().ok()?,
            time: real(time)?,
            energies,
            iterations: iterations.parse().ok()?,
            seconds: real(seconds)?,
            converged: converged.parse::<u8>().ok()? == 1,
        })
    }
}

/// The rows of a run, and how many of them are in the file.
#[derive(Debug)]
pub struct Table {
    path: PathBuf,
    pub rows: Vec<Row>,
    written: usize,
}

impl Table {
    /// The table of a run that begins; its file is written whole.
    pub fn begin(folder: &Path, start: Row) -> Table {
        Table { path: folder.join(ENERGIES), rows: vec![start], written: 1 }
    }

    /// The table of a run that goes on after a step: the rows until then are kept, what follows them is cut off.
    pub fn go_on(folder: &Path, step: usize) -> Result<Table, Error> {
        let path = folder.join(ENERGIES);
        let failed = |source| Error::File { path: path.clone(), source };
        let text = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let mut table = Table { path: path.clone(), rows: Vec::new(), written: 0 };
        let Some(body) = text.strip_prefix(HEAD) else {
            fs::write(&path, HEAD).map_err(failed)?;
            return Ok(table);
        };
        let mut end = HEAD.len();
        for line in body.split_inclusive('\n') {
            let after = table.rows.last().map(|row| row.step);
            let fits = |row: &Row| row.step <= step && after.is_none_or(|last| row.step > last);
            let Some(row) = Row::parse(line).filter(fits) else { break };
            table.rows.push(row);
            end += line.len();
        }
        let file = OpenOptions::new().write(true).open(&path).map_err(failed)?;
        file.set_len(end as u64).map_err(failed)?;
        table.written = table.rows.len();
        Ok(table)
    }

    /// The text of the whole file.
    pub fn text(&self) -> String {
        HEAD.to_string() + &self.rows.iter().map(Row::text).collect::<String>()
    }

    /// Appends the rows that the file has not.
    pub fn append(&mut self) -> Result<(), Error> {
        if self.written == self.rows.len() {
            return Ok(());
        }
        let text: String = self.rows[self.written..].iter().map(Row::text).collect();
        let file = OpenOptions::new().append(true).open(&self.path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|source| Error::File { path: self.path.clone(), source })?;
        self.written = self.rows.len();
        Ok(())
    }

    /// The steps that have not converged.
    pub fn unconverged(&self) -> usize {
        self.rows.iter().filter(|row| !row.converged).count()
    }

    /// The iterations of all steps.
    pub fn iterations(&self) -> usize {
        self.rows.iter().map(|row| row.iterations).sum()
    }

    /// The plot of the energies.
    pub fn plot(&self) -> Plot {
        let series = |name: &str, value: fn(&Energies) -> f64| {
            let points: Vec<(f64, f64)> = self.rows.iter().map(|row| (row.time, value(&row.energies))).collect();
            Series::new(name, points)
        };
        Plot {
            title: "Energies".into(),
            x_label: "time in s".into(),
            y_label: "energy in J".into(),
            log_y: false,
            series: vec![
                series("kinetic", |e| e.kinetic),
                series("elastic", |e| e.elastic),
                series("gravity", |e| e.gravity),
                series("contact", |e| e.contact),
                series("total", Energies::total),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(step: usize) -> Row {
        let mut energies = Energies::default();
        (energies.kinetic, energies.gravity, energies.contact) = (0.1, -1e-300, -0.0);
        Row { step, time: 0.1 * step as f64, energies, iterations: 3, seconds: 0.5, converged: step != 2 }
    }

    #[test]
    fn rows_are_appended_and_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(ENERGIES);
        let mut table = Table::begin(folder.path(), row(0));
        fs::write(&path, table.text()).unwrap();
        for step in 1..5 {
            table.rows.push(row(step));
            table.append().unwrap();
        }
        let whole = fs::read_to_string(&path).unwrap();
        assert_eq!((&whole, whole.lines().count()), (&table.text(), 6));
        assert_eq!(whole.lines().nth(3), Some("2,0.2,0.1,0.0,-1e-300,0.0,0.1,3,0.5,0"));
        // A row that is not whole is cut off, too, and so is one that is there twice.
        for (torn, step, kept) in [("", 3, 4), ("5,0.5,0.1", 5, 5), ("4,0.4,0.1,0.0,0.0,0.0,0.1,3,0.5,1\n", 9, 5)] {
            fs::write(&path, whole.clone() + torn).unwrap();
            let table = Table::go_on(folder.path(), step).unwrap();
            assert_eq!((table.rows.len(), table.unconverged(), table.iterations()), (kept, 1, 3 * kept));
            assert_eq!(fs::read_to_string(&path).unwrap(), table.text(), "{torn}");
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(Table::go_on(folder.path(), 3).unwrap().rows, []);
        assert_eq!(fs::read_to_string(&path).unwrap(), HEAD);
    }
}
