//! Fingerprints of problems: by them a run that goes on knows what has changed since it began.

use serde::{Deserialize, Serialize};
use spadina::problem::Source;
use spadina::simulate::Setup;
use spadina::{Problem, Singular};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;

/// A problem and its setup in hashes, by the names of their parts.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
pub struct Fingerprint {
    /// The parts that must be the same: unknowns, connectivity, and the terms with what they bind to.
    structure: BTreeMap<String, String>,
    /// The parts that may change: the numbers of arrays, the texts of energies, the setup.
    numbers: BTreeMap<String, String>,
}

impl Fingerprint {
    /// The fingerprint of a problem.
    pub fn of(problem: &Problem, setup: &Setup) -> Fingerprint {
        let mut print = Fingerprint::default();
        for (name, tensor) in &problem.unknowns {
            print.structure.insert(format!("the shape of the unknown `{name}`"), format!("{:?}", tensor.shape));
            print.numbers.insert(format!("the start of the unknown `{name}`"), reals(&tensor.shape, &tensor.data));
        }
        for (name, tensor) in &problem.arrays {
            print.numbers.insert(format!("the array `{name}`"), reals(&tensor.shape, &tensor.data));
        }
        for (name, tensor) in &problem.indices {
            let data = tensor.data.iter().flat_map(|v| v.to_le_bytes());
            print.structure.insert(format!("the index array `{name}`"), hash(shape(&tensor.shape).chain(data)));
        }
        if let Some(mesh) = &problem.mesh {
            let elements = text(&(&mesh.lines, &mesh.triangles, &mesh.tetrahedra));
            print.structure.insert("the elements of the mesh".into(), elements);
        }
        print.structure.insert("the number of terms".into(), problem.terms.len().to_string());
        for (number, term) in problem.terms.iter().enumerate() {
            let bound = term.bind.iter().map(|(own, to)| (own, &to.array, &to.table)).collect::<Vec<_>>();
            let binds = text(&(term.residual, &term.over, bound));
            print.structure.insert(format!("the arrays that term {number} takes"), binds);
            let file = term.path.file_name().map(Path::new).unwrap_or(Path::new("")).display();
            let energy = match &term.source {
                Source::Text(energy) => hash(energy.bytes()),
                Source::Built(_) => String::new(),
            };
            print.numbers.insert(format!("the energy of term {number} (`{file}`)"), energy);
            let policy = term.singular.unwrap_or(problem.singular);
            if policy != Singular::Error {
                print.numbers.insert(format!("`singular` of term {number}"), text(&policy));
            }
        }
        print.setup(setup);
        print
    }

    fn setup(&mut self, setup: &Setup) {
        let parts = [
            ("the masses", reals(&[], &setup.masses)),
            ("`gravity`", reals(&[], &setup.gravity)),
            ("`velocity`", reals(&[], &setup.velocity)),
            ("what is held", text(&setup.held)),
            ("[[simulate.move]]", text(&setup.motions)),
            ("[[simulate.obstacle]]", text(&setup.obstacles)),
            ("`integrator`", format!("{:?}", setup.integrator)),
            ("the way steps are minimised ([solve])", text(&setup.minimize)),
        ];
        self.numbers.extend(parts.map(|(name, value)| (name.to_string(), value)));
        self.structure.insert("the unknown that moves".into(), setup.unknown.clone());
    }

    /// The names of the parts that must not differ from another fingerprint, but do.
    pub fn misfits(&self, other: &Fingerprint) -> Vec<String> {
        differences(&self.structure, &other.structure)
    }

    /// The names of the other parts that differ.
    pub fn changes(&self, other: &Fingerprint) -> Vec<String> {
        differences(&self.numbers, &other.numbers)
    }
}

fn differences(a: &BTreeMap<String, String>, b: &BTreeMap<String, String>) -> Vec<String> {
    let added = b.keys().filter(|name| !a.contains_key(*name));
    a.keys().filter(|name| a.get(*name) != b.get(*name)).chain(added).cloned().collect()
}

fn text(value: &impl Debug) -> String {
    hash(format!("{value:?}").bytes())
}

fn reals(own: &[usize], data: &[f64]) -> String {
    // Zeros of either sign are the same number.
    hash(shape(own).chain(data.iter().flat_map(|v| (v + 0.0).to_bits().to_le_bytes())))
}

fn shape(own: &[usize]) -> impl Iterator<Item = u8> + '_ {
    own.iter().flat_map(|&count| (count as u64).to_le_bytes()).chain([u8::MAX])
}

/// The hash of Fowler, Noll and Vo in 64 bits (FNV-1a): the same in every build and on every machine.
fn hash(bytes: impl Iterator<Item = u8>) -> String {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    format!("{:016x}", bytes.fold(0xcbf2_9ce4_8422_2325, mix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spadina::Term;

    fn print(k: f64, springs: Vec<[i32; 2]>) -> Fingerprint {
        let text = "fn energy(x: array<vec2f, 2>, k: f32) -> f32 { return k * length(x[1] - x[0]); }";
        let problem = Problem::new()
            .unknown("x", vec![[0.0, 1.0], [2.0, 3.0]])
            .array("k", k)
            .indices("springs", springs)
            .term(Term::energy("a/spring.wgsl", text).over("springs"));
        Fingerprint::of(&problem, &Setup::new("x", vec![1.0, 1.0]))
    }

    #[test]
    fn changed_parts_have_names() {
        let own = print(1.0, vec![[0, 1]]);
        assert_eq!((own.misfits(&own), own.changes(&own)), (vec![], vec![]));
        assert_eq!(own.changes(&print(2.0, vec![[0, 1]])), ["the array `k`"]);
        let other = print(1.0, vec![[1, 0]]);
        assert_eq!((own.misfits(&other), own.changes(&other)), (vec!["the index array `springs`".into()], vec![]));
        assert_eq!(hash(b"foobar".iter().copied()), "85944171f73967e8");
    }
}
