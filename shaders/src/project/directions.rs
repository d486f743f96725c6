//! Bases of directions.

/// An orthonormal basis of the directions that the energy sees: its columns, then its rows, as sparse lists.
#[derive(Clone, PartialEq, Debug)]
pub struct Directions<T> {
    /// For each list where it begins among these words, and where the last one ends; then the rows of each column's
    /// components, and the columns of each row's.
    pub places: Vec<u32>,
    /// The components that belong to these.
    pub components: Vec<T>,
}

impl<T> Directions<T> {
    /// From columns, each a list of unknowns, of which there are `unknowns`, with components.
    pub fn new(unknowns: usize, columns: &[Vec<(usize, f64)>], convert: impl Fn(f64) -> T) -> Self {
        let mut rows = vec![Vec::new(); unknowns];
        for (number, column) in columns.iter().enumerate() {
            column.iter().for_each(|&(unknown, component)| rows[unknown].push((number, component)));
        }
        let lists = || columns.iter().chain(&rows);
        let mut end = (columns.len() + unknowns) as u32 + 1;
        let mut places = vec![end];
        for list in lists() {
            end += list.len() as u32;
            places.push(end);
        }
        places.extend(lists().flatten().map(|&(other, _)| other as u32));
        Self { places, components: lists().flatten().map(|&(_, component)| convert(component)).collect() }
    }

    /// Number `k` of the columns and rows: unknowns, or directions, with components.
    pub(super) fn list(&self, k: usize) -> impl Iterator<Item = (usize, &T)> {
        let range = self.places[k] as usize..self.places[k + 1] as usize;
        let first = self.places[0] as usize;
        let components = &self.components[range.start - first..range.end - first];
        self.places[range].iter().map(|&other| other as usize).zip(components)
    }
}
