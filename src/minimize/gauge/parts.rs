//! The parts of a matrix that hang together.

use crate::minimize::linear::FreeHessian;
use crate::problem::Problem;

/// A row that is not there.
const NOWHERE: u32 = u32::MAX;

/// An array of unknowns.
#[derive(Clone, Debug)]
pub struct Array {
    first: usize,
    end: usize,
    /// The number of unknowns of each node.
    pub width: usize,
}

/// The held nodes that touch a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Hold {
    /// Nothing.
    None,
    /// One node, of which this is the first unknown.
    Node(usize),
    /// More than that.
    More,
}

/// An unknown of a row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its number among all unknowns.
    pub unknown: usize,
    /// The number of its array.
    pub array: usize,
    /// Its axis.
    pub axis: usize,
}

/// The rows of a matrix by the parts that hang together, all axes of a node in the same one.
#[derive(Debug)]
pub struct Parts {
    /// The arrays of unknowns.
    pub arrays: Vec<Array>,
    /// The unknown of each row.
    unknowns: Vec<u32>,
    /// The row of each unknown.
    numbers: Vec<u32>,
    /// The part of each row.
    parts: Vec<u32>,
    /// The rows, by parts.
    rows: Vec<u32>,
    /// For each part the position of its first row, and at the end their number.
    ends: Vec<usize>,
    /// For each part what holds it.
    holds: Vec<Hold>,
}

impl Parts {
    /// Finds the parts; `touched` are pairs of a held unknown and a free one that share an entry of the Hessian.
    pub fn new(problem: &Problem, matrix: &FreeHessian, touched: &[[u32; 2]]) -> Self {
        let arrays = arrays(problem);
        let unknowns = matrix.free.clone();
        let mut numbers = vec![NOWHERE; arrays.last().map_or(0, |array| array.end)];
        unknowns.iter().enumerate().for_each(|(row, &unknown)| numbers[unknown as usize] = row as u32);
        let mut sets = Sets::new(matrix.rows());
        for row in 0..matrix.rows() {
            matrix.col_idx[matrix.row_ptr[row]..matrix.row_ptr[row + 1]].iter().for_each(|&col| sets.join(row, col));
        }
        for array in &arrays {
            for node in numbers[array.first..array.end].chunks(array.width.max(1)) {
                let mut free = node.iter().filter(|row| **row != NOWHERE);
                if let Some(&first) = free.next() {
                    free.for_each(|&row| sets.join(first as usize, row as usize));
                }
            }
        }
        let (parts, count) = sets.numbers();
        let mut ends = vec![0; count + 1];
        parts.iter().for_each(|&part| ends[part as usize + 1] += 1);
        (0..count).for_each(|part| ends[part + 1] += ends[part]);
        let mut rows: Vec<u32> = (0..parts.len() as u32).collect();
        rows.sort_by_key(|&row| parts[row as usize]);
        let holds = vec![Hold::None; count];
        let mut own = Self { arrays, unknowns, numbers, parts, rows, ends, holds };
        for &[held, free] in touched {
            let Some(row) = own.number(free as usize) else { continue };
            let part = own.part(row);
            let node = held as usize - own.place(held as usize).axis;
            own.holds[part] = match own.holds[part] {
                Hold::None => Hold::Node(node),
                Hold::Node(other) if other == node => Hold::Node(node),
                _ => Hold::More,
            };
        }
        own
    }

    /// True if a node that is held is the only one that touches a part: the part may turn around it.
    pub fn hangs(&self) -> bool {
        self.holds.iter().any(|hold| matches!(hold, Hold::Node(_)))
    }

    /// The number of parts.
    pub fn count(&self) -> usize {
        self.ends.len() - 1
    }

    /// The rows of a part.
    pub fn rows(&self, part: usize) -> &[u32] {
        &self.rows[self.ends[part]..self.ends[part + 1]]
    }

    /// The part of a row.
    pub fn part(&self, row: usize) -> usize {
        self.parts[row] as usize
    }

    /// The row of an unknown, if it is free.
    pub fn number(&self, unknown: usize) -> Option<usize> {
        Some(self.numbers[unknown] as usize).filter(|row| *row != NOWHERE as usize)
    }

    /// The unknown of a row.
    pub fn row(&self, row: usize) -> Row {
        self.place(self.unknowns[row] as usize)
    }

    fn place(&self, unknown: usize) -> Row {
        let array = self.arrays.partition_point(|array| array.end <= unknown);
        let own = &self.arrays[array];
        Row { unknown, array, axis: (unknown - own.first) % own.width.max(1) }
    }

    /// The point around which each part may turn: the only node that is held, or the middle.
    pub fn centers(&self, x: &[f64]) -> Vec<[f64; 3]> {
        let middle = |part: usize| {
            let (mut sums, mut counts) = ([0.0; 3], [0.0f64; 3]);
            for &row in self.rows(part) {
                let own = self.row(row as usize);
                if own.axis < 3 {
                    sums[own.axis] += x[own.unknown];
                    counts[own.axis] += 1.0;
                }
            }
            [0, 1, 2].map(|axis| sums[axis] / counts[axis].max(1.0))
        };
        let center = |(part, hold): (usize, &Hold)| match *hold {
            Hold::Node(first) => {
                let width = self.arrays[self.place(first).array].width;
                [0, 1, 2].map(|axis| if axis < width { x[first + axis] } else { 0.0 })
            }
            _ => middle(part),
        };
        self.holds.iter().enumerate().map(center).collect()
    }
}

/// The arrays of a problem.
fn arrays(problem: &Problem) -> Vec<Array> {
    let mut first = 0;
    let mut arrays = Vec::new();
    for (_, tensor) in &problem.unknowns {
        let width = if tensor.shape.len() > 1 { tensor.shape.iter().skip(1).product() } else { 1 };
        let end = first + tensor.data.len();
        arrays.push(Array { first, end, width });
        first = end;
    }
    arrays
}

/// Sets of rows that are joined.
struct Sets(Vec<u32>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count as u32).collect())
    }

    /// The row that stands for a set; the way to it becomes shorter.
    fn root(&mut self, mut row: usize) -> usize {
        while self.0[row] as usize != row {
            self.0[row] = self.0[self.0[row] as usize];
            row = self.0[row] as usize;
        }
        row
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b) as u32;
    }

    /// The number of the set of each row, and how many there are.
    fn numbers(mut self) -> (Vec<u32>, usize) {
        let mut count = 0;
        let mut numbers = vec![0; self.0.len()];
        for row in 0..self.0.len() {
            let root = self.root(row);
            numbers[row] = match root == row {
                true => {
                    count += 1;
                    count - 1
                }
                false => numbers[root],
            };
        }
        (numbers, count as usize)
    }
}
