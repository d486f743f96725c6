//! The minimum cut of a network, by shortest augmenting paths (Dinic, *Algorithm for solution of a problem of maximum
//! flow in a network with power estimation*, 1970).

use std::collections::VecDeque;

/// A directed edge; its reverse is the edge with the other lowest bit.
struct Edge {
    to: usize,
    capacity: u32,
}

/// Nodes joined by edges with capacities.
pub struct Network {
    edges: Vec<Edge>,
    /// By node, its edges.
    from: Vec<Vec<usize>>,
}

impl Network {
    /// Nodes without edges.
    pub fn new(nodes: usize) -> Self {
        Self { edges: Vec::new(), from: vec![Vec::new(); nodes] }
    }

    /// Adds an edge.
    pub fn edge(&mut self, from: usize, to: usize, capacity: u32) {
        for (from, to, capacity) in [(from, to, capacity), (to, from, 0)] {
            self.from[from].push(self.edges.len());
            self.edges.push(Edge { to, capacity });
        }
    }

    /// The nodes on the source's side of the minimum cut nearest to the source.
    pub fn cut(mut self, source: usize, sink: usize) -> Vec<bool> {
        loop {
            let levels = self.levels(source);
            if levels[sink] == u32::MAX {
                return levels.into_iter().map(|level| level != u32::MAX).collect();
            }
            self.block(source, sink, &levels);
        }
    }

    /// Distances from the source over edges with capacity left.
    fn levels(&self, source: usize) -> Vec<u32> {
        let mut levels = vec![u32::MAX; self.from.len()];
        levels[source] = 0;
        let mut pending = VecDeque::from([source]);
        while let Some(node) = pending.pop_front() {
            for edge in self.from[node].iter().map(|&e| &self.edges[e]) {
                if edge.capacity > 0 && levels[edge.to] == u32::MAX {
                    levels[edge.to] = levels[node] + 1;
                    pending.push_back(edge.to);
                }
            }
        }
        levels
    }

    /// Augments along shortest paths until none is left.
    fn block(&mut self, source: usize, sink: usize, levels: &[u32]) {
        let mut next = vec![0; self.from.len()];
        let mut path: Vec<usize> = Vec::new();
        loop {
            let node = path.last().map_or(source, |&e| self.edges[e].to);
            if node == sink {
                let Some(flow) = path.iter().map(|&e| self.edges[e].capacity).min() else {
                    unreachable!("a path leads from the source to the sink")
                };
                for &e in &path {
                    self.edges[e].capacity -= flow;
                    self.edges[e ^ 1].capacity = self.edges[e ^ 1].capacity.saturating_add(flow);
                }
                let Some(full) = path.iter().position(|&e| self.edges[e].capacity == 0) else {
                    unreachable!("a path is augmented until an edge is full")
                };
                path.truncate(full);
                continue;
            }
            let open = |e: usize| self.edges[e].capacity > 0 && levels[self.edges[e].to] == levels[node] + 1;
            match self.from[node][next[node]..].iter().position(|&e| open(e)) {
                Some(skipped) => {
                    next[node] += skipped;
                    path.push(self.from[node][next[node]]);
                }
                None if node == source => return,
                None => {
                    next[node] = self.from[node].len();
                    if let Some(e) = path.pop() {
                        next[self.edges[e ^ 1].to] += 1;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Capacity over a cut given by its source's side.
    fn capacity(edges: &[(usize, usize, u32)], near: impl Fn(usize) -> bool) -> u32 {
        edges.iter().filter(|(a, b, _)| near(*a) && !near(*b)).map(|e| e.2).sum()
    }

    #[test]
    fn no_other_cut_is_smaller() {
        let mut state = 1u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let nodes = 2 + random(7) as usize;
            let edges: Vec<(usize, usize, u32)> = (0..random(24))
                .map(|_| (random(nodes as u64) as usize, random(nodes as u64) as usize, random(9) as u32))
                .collect();
            let mut network = Network::new(nodes);
            edges.iter().for_each(|&(a, b, c)| network.edge(a, b, c));
            let near = network.cut(0, 1);
            assert!(near[0] && !near[1]);
            let found = capacity(&edges, |n| near[n]);
            for side in (0..1usize << nodes).filter(|s| s & 1 == 1 && s & 2 == 0) {
                assert!(found <= capacity(&edges, |n| side >> n & 1 == 1), "{edges:?}");
            }
        }
    }
}
