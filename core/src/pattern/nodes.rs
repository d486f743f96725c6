//! Nodes: unknowns that follow each other and always occur together, as the components of a position do. Where all entries
//! come in full blocks of node by node, rows and slots are found once for each node.

use super::Csr;
use super::entries::RegionEntries;
use rustc_hash::FxHashSet;

/// The places of a region as components of nodes.
pub(super) struct Nodes {
    /// Unknowns of a node.
    pub width: usize,
    /// By node of a record, the places of its components.
    pub places: Vec<Vec<usize>>,
}

impl Nodes {
    /// The nodes of some places of a region, which stand in every record; nothing if these do not have the same number
    /// of components, or only one.
    pub fn of(entries: &RegionEntries, used: &[bool]) -> Option<Self> {
        let before = |place: usize| entries.before.get(place).copied().flatten().filter(|&before| used[before]);
        let used: Vec<usize> = (0..entries.places).filter(|&place| used[place]).collect();
        let mut after = vec![None; entries.places];
        used.iter().for_each(|&place| before(place).into_iter().for_each(|b| after[b] = Some(place)));
        let chain = |&root: &usize| std::iter::successors(Some(root), |&place| after[place]).collect::<Vec<_>>();
        let places: Vec<Vec<usize>> = used.iter().filter(|&&p| before(p).is_none()).map(chain).collect();
        let width = places.first()?.len();
        let same = entries.on.is_empty() && width > 1 && places.iter().all(|node| node.len() == width);
        same.then_some(Self { width, places })
    }

    /// The numbers of the nodes of all records; nothing if a node does not begin at a multiple of the width.
    pub fn numbers(&self, entries: &RegionEntries) -> Option<Vec<u32>> {
        // Division by a number that the compiler knows is no division.
        match self.width {
            2 => self.divided(entries, |first| (first / 2, first % 2)),
            3 => self.divided(entries, |first| (first / 3, first % 3)),
            width => self.divided(entries, |first| (first / width as u32, first % width as u32)),
        }
    }

    fn divided(&self, entries: &RegionEntries, divide: impl Fn(u32) -> (u32, u32)) -> Option<Vec<u32>> {
        let firsts: Vec<usize> = self.places.iter().map(|node| node[0]).collect();
        let mut rests = 0;
        let mut numbers = Vec::with_capacity(entries.records() * firsts.len());
        for record in entries.numbers.chunks_exact(entries.places) {
            numbers.extend(firsts.iter().map(|&first| {
                let (number, rest) = divide(record[first]);
                rests |= rest;
                number
            }));
        }
        (rests == 0).then_some(numbers)
    }

    /// The number of nodes of a record.
    pub fn count(&self) -> usize {
        self.places.len()
    }
}

/// The entries of a region as blocks of nodes.
pub(super) struct Blocks {
    pub nodes: Nodes,
    /// By place, its node in the record, and which component it is.
    pub of_place: Vec<(usize, usize)>,
    /// By node of a record, the nodes with which it has a block.
    pub met: Vec<Vec<usize>>,
}

impl Blocks {
    /// The blocks of a region that has entries of a symmetric matrix at these pairs of places; nothing if entries do not
    /// come in full blocks.
    pub fn of(entries: &RegionEntries, pairs: impl Iterator<Item = [usize; 2]>) -> Option<Self> {
        let pairs: FxHashSet<[usize; 2]> = pairs.flat_map(|[row, col]| [[row, col], [col, row]]).collect();
        let mut used = vec![false; entries.places];
        pairs.iter().for_each(|[row, _]| used[*row] = true);
        let nodes = Nodes::of(entries, &used)?;
        let mut of_place = vec![(0, 0); entries.places];
        for (node, components) in nodes.places.iter().enumerate() {
            components.iter().enumerate().for_each(|(k, &place)| of_place[place] = (node, k));
        }
        let mut blocks: Vec<[usize; 2]> = pairs.iter().map(|pair| pair.map(|place| of_place[place].0)).collect();
        blocks.sort_unstable();
        blocks.dedup();
        let full = blocks.len() * nodes.width * nodes.width == pairs.len();
        let mut met = vec![Vec::new(); nodes.count()];
        blocks.into_iter().for_each(|[row, col]| met[row].push(col));
        full.then_some(Self { nodes, of_place, met })
    }

    /// The entries of nodes; nothing if a node does not begin at a multiple of the width.
    pub fn coarse(&self, entries: &RegionEntries) -> Option<RegionEntries> {
        let pairs = self.met.iter().enumerate().flat_map(|(row, met)| met.iter().map(move |&col| [row, col]));
        Some(RegionEntries {
            numbers: self.nodes.numbers(entries)?,
            places: self.nodes.count(),
            outputs: pairs.collect(),
            before: vec![None; self.nodes.count()],
            ..RegionEntries::default()
        })
    }
}

/// The pattern of unknowns from that of nodes of `width` unknowns.
pub(super) fn expand(coarse: &Csr, width: usize) -> Csr {
    let mut row_ptr = Vec::with_capacity(coarse.rows() * width + 1);
    let mut col_idx = Vec::with_capacity(coarse.nonzeros() * width * width);
    row_ptr.push(0);
    for node in 0..coarse.rows() {
        let begin = col_idx.len();
        for &col in coarse.row(node) {
            col_idx.extend((0..width).map(|k| col * width as u32 + k as u32));
        }
        let end = col_idx.len();
        row_ptr.push(end);
        for _ in 1..width {
            col_idx.extend_from_within(begin..end);
            row_ptr.push(col_idx.len());
        }
    }
    Csr { cols: coarse.cols * width, row_ptr, col_idx }
}

/// The pattern of nodes of `width` unknowns; nothing if rows and columns do not come in nodes.
pub(super) fn contract(pattern: &Csr, width: usize) -> Option<Csr> {
    let mut coarse = Csr { cols: pattern.cols / width, row_ptr: vec![0], col_idx: Vec::new() };
    coarse.row_ptr.reserve(pattern.rows() / width);
    coarse.col_idx.reserve(pattern.nonzeros() / (width * width));
    let is_node = |columns: &[u32]| {
        (columns[0] as usize).is_multiple_of(width) && columns[width - 1] - columns[0] == width as u32 - 1
    };
    for node in 0..pattern.rows() / width {
        let first = pattern.row(node * width);
        let mut fine = first.len().is_multiple_of(width) && (1..width).all(|k| pattern.row(node * width + k) == first);
        for columns in first.chunks_exact(width) {
            fine &= is_node(columns);
            coarse.col_idx.push(columns[0] / width as u32);
        }
        if !fine {
            return None;
        }
        coarse.row_ptr.push(coarse.col_idx.len());
    }
    (pattern.rows().is_multiple_of(width) && pattern.cols.is_multiple_of(width)).then_some(coarse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_nodes() {
        let coarse = Csr { cols: 3, row_ptr: vec![0, 2, 2, 4], col_idx: vec![0, 2, 0, 1] };
        let fine = expand(&coarse, 2);
        assert_eq!(fine.row(0), [0, 1, 4, 5]);
        assert_eq!(fine.row(5), [0, 1, 2, 3]);
        assert_eq!(contract(&fine, 2), Some(coarse));
        assert_eq!(contract(&fine, 3), None);
        let shifted = Csr { cols: 4, row_ptr: vec![0, 2, 4, 4, 4], col_idx: vec![1, 2, 1, 2] };
        assert_eq!(contract(&shifted, 2), None);
    }
}
