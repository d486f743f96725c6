//! Nested clusters of nodes, and what each sums of the matrix: lists from the pattern alone.

use super::graph::{Graph, NONE};
use super::pattern::Pattern;
use std::ops::Range;

/// Members that a cluster grows to; it can have half more. For a mesh in space that is two in each direction, as from one
/// mesh to the next coarser one.
const SIZE: usize = 8;

/// No coarser level is made where there are so few clusters, or nodes: one workgroup of a graphics processor would not be
/// filled.
const FEW: usize = 32;

/// Nested clusters of nodes: those of the first level have nodes as members, those of the others have clusters of the level
/// before. Clusters are numbered level by level. Nodes all of whose unknowns are fixed are in none.
///
/// The *parts* of a cluster are the numbers that it sums of the matrix: with `n` unknowns of a node, the lower triangle of
/// its block on the diagonal, row by row, `n (n + 1) / 2` parts, then the `n` sums of the entries on the matrix's diagonal,
/// which tell how large rounding errors are.
#[derive(Clone, Debug)]
pub struct Clusters {
    /// Unknowns of a node.
    pub node: u32,
    /// The numbers of the clusters of each level.
    pub levels: Vec<Range<u32>>,
    /// The places in `members` at which those of each cluster begin, and the number of all at the end.
    pub member_ptr: Vec<u32>,
    /// The members: nodes, or clusters.
    pub members: Vec<u32>,
    /// By node, then by cluster: the cluster that it is a member of, or the largest word.
    pub parents: Vec<u32>,
    /// By cluster and component: unknowns in it that are not fixed.
    pub sizes: Vec<u32>,
    /// By cluster and part: where its entries begin in `list`, and the number of all at the end.
    pub list_ptr: Vec<u32>,
    /// Places among the values of the matrix: the entries within a cluster that are not within one of its members.
    pub list: Vec<u32>,
}

/// The parts of a cluster.
pub fn parts(node: usize) -> usize {
    crate::shader::parts(node as u32) as usize
}

/// The number of a part: that of an entry of the lower triangle.
pub(super) fn part(row: usize, column: usize) -> usize {
    row * (row + 1) / 2 + column
}

impl Clusters {
    /// Clusters for a pattern with so many unknowns of a node, whose number divides that of the unknowns: clusters of
    /// about eight neighbours, level by level, until there are few, or until neighbours are too few to halve their number.
    /// Linear in the number of entries.
    ///
    /// # Panics
    ///
    /// Unless the pattern has all its rows, and columns below the number of flags.
    pub fn of(pattern: Pattern<'_>, node: u32, fixed: &[bool]) -> Self {
        let (n, nodes) = (node as usize, fixed.len() / node as usize);
        let mut all = Self {
            node,
            levels: Vec::new(),
            member_ptr: vec![0],
            members: Vec::new(),
            parents: vec![NONE; nodes],
            sizes: Vec::new(),
            list_ptr: Vec::new(),
            list: Vec::new(),
        };
        let mut graph = Graph::of_nodes(pattern, n, fixed);
        let mut active: Vec<bool> = fixed.chunks(n).map(|fixed| fixed.contains(&false)).collect();
        loop {
            let count = active.iter().filter(|&&active| active).count();
            let members = if count > FEW { graph.clusters(&active, SIZE) } else { Vec::new() };
            if members.is_empty() || 2 * members.len() > count {
                break;
            }
            let owner = all.add(&members, active.len());
            graph = graph.of_clusters(&members, &owner);
            active = vec![true; members.len()];
        }
        all.count(fixed);
        all.distribute(pattern, fixed);
        all
    }

    /// The number of clusters.
    pub fn len(&self) -> usize {
        self.member_ptr.len() - 1
    }

    /// Returns true if there are none: the nodes are few, or have few neighbours.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a level, whose members are nodes or the clusters of the last one; gives by member its cluster within the level.
    fn add(&mut self, level: &[Vec<u32>], below: usize) -> Vec<u32> {
        let first = self.len() as u32;
        let base = self.levels.last().map_or(0, |level| level.start);
        let place = self.parents.len() - below;
        let mut owner = vec![NONE; below];
        for (number, members) in (0..).zip(level) {
            for &member in members {
                owner[member as usize] = number;
                self.parents[place + member as usize] = first + number;
                self.members.push(base + member);
            }
            self.member_ptr.push(self.members.len() as u32);
        }
        self.levels.push(first..first + level.len() as u32);
        self.parents.resize(self.parents.len() + level.len(), NONE);
        owner
    }

    fn nodes(&self) -> usize {
        self.parents.len() - self.len()
    }

    /// The clusters that a node is in, level by level.
    pub(super) fn around(&self, node: usize) -> impl Iterator<Item = usize> {
        let parent = |at: usize| Some(self.parents[at]).filter(|&parent| parent != NONE).map(|parent| parent as usize);
        std::iter::successors(parent(node), move |&cluster| parent(self.nodes() + cluster))
    }

    /// Counts the unknowns that are not fixed.
    fn count(&mut self, fixed: &[bool]) {
        let n = self.node as usize;
        let mut sizes = vec![0; self.len() * n];
        for unknown in (0..fixed.len()).filter(|&unknown| !fixed[unknown]) {
            self.around(unknown / n).for_each(|cluster| sizes[cluster * n + unknown % n] += 1);
        }
        self.sizes = sizes;
    }

    /// Lists the entries of the matrix, each in the smallest cluster that has both its row and its column.
    fn distribute(&mut self, pattern: Pattern<'_>, fixed: &[bool]) {
        let mut ends = vec![0u32; self.len() * parts(self.node as usize) + 1];
        self.visit(pattern, fixed, |list, _| ends[list + 1] += 1);
        for k in 1..ends.len() {
            ends[k] += ends[k - 1];
        }
        self.list_ptr = ends.clone();
        let mut list = vec![0; ends[ends.len() - 1] as usize];
        self.visit(pattern, fixed, |at, position| {
            list[ends[at] as usize] = position;
            ends[at] += 1;
        });
        self.list = list;
    }

    /// Visits all entries that are listed, with the number of the list and the place of the entry's value.
    fn visit(&self, pattern: Pattern<'_>, fixed: &[bool], mut visit: impl FnMut(usize, u32)) {
        let (n, block) = (self.node as usize, pattern.block as usize);
        let parts = parts(n);
        for row in (0..fixed.len()).filter(|&row| !fixed[row]) {
            let begin = pattern.row_ptr[row / block];
            for (at, &block_column) in (begin..).zip(pattern.row(row / block)) {
                for j in 0..block {
                    let column = block_column as usize * block + j;
                    if fixed[column] || row % n < column % n {
                        continue;
                    }
                    let others = self.around(row / n).zip(self.around(column / n));
                    let Some((cluster, _)) = others.into_iter().find(|(a, b)| a == b) else { continue };
                    let position = ((at * block + row % block) * block + j) as u32;
                    visit(cluster * parts + part(row % n, column % n), position);
                    if row == column {
                        visit(cluster * parts + part(n, row % n), position);
                    }
                }
            }
        }
    }
}
