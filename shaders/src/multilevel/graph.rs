//! The graph of the nodes, and clusters of neighbours in it.

use super::pattern::Pattern;
pub(super) use crate::solver::NONE;
use std::collections::VecDeque;

/// For each node its neighbours, each with a weight: the number of entries of the matrix between the two.
pub(super) struct Graph {
    starts: Vec<usize>,
    links: Vec<(u32, u32)>,
}

impl Graph {
    /// The graph of the nodes of a matrix, of which entries of fixed unknowns are no part.
    pub fn of_nodes(pattern: Pattern<'_>, node: usize, fixed: &[bool]) -> Self {
        let block = pattern.block as usize;
        let nodes = fixed.len() / node;
        Self::collect(nodes, nodes, |number, add| {
            for row in (number * node..(number + 1) * node).filter(|&row| !fixed[row]) {
                for &column in pattern.row(row / block) {
                    let columns = column as usize * block..(column as usize + 1) * block;
                    columns.filter(|&column| !fixed[column]).for_each(|column| add((column / node) as u32, 1));
                }
            }
        })
    }

    /// The graph of clusters, from that of their members.
    pub fn of_clusters(&self, members: &[Vec<u32>], owner: &[u32]) -> Self {
        Self::collect(members.len(), members.len(), |cluster, add| {
            for &(other, weight) in members[cluster].iter().flat_map(|&member| self.links(member)) {
                if owner[other as usize] != NONE {
                    add(owner[other as usize], weight);
                }
            }
        })
    }

    /// Collects the neighbours of each node, which may be named several times, in the order in which they are first named.
    fn collect(nodes: usize, others: usize, neighbours: impl Fn(usize, &mut dyn FnMut(u32, u32))) -> Self {
        let (mut starts, mut links) = (Vec::with_capacity(nodes + 1), Vec::new());
        // By node, the place of the link to it plus one, if that is among the current ones.
        let mut places = vec![0; others];
        starts.push(0);
        for node in 0..nodes {
            let first = links.len();
            neighbours(node, &mut |other, weight| {
                let place = &mut places[other as usize];
                if other as usize == node {
                    return;
                }
                if *place <= first {
                    links.push((other, 0));
                    *place = links.len();
                }
                let (_, total): &mut (u32, u32) = &mut links[*place - 1];
                *total = total.saturating_add(weight);
            });
            starts.push(links.len());
        }
        Self { starts, links }
    }

    fn links(&self, node: u32) -> &[(u32, u32)] {
        &self.links[self.starts[node as usize]..self.starts[node as usize + 1]]
    }

    /// Puts the nodes that are active into clusters that are connected: each grows to `size` by the node that is linked most to
    /// it, the first one found of several, and the next one begins beside those there are. What grew to half the size at
    /// most is given to its neighbours, which have half more than the size at most: compact clusters of much the same size
    /// take the fewest iterations. Gives the members of each. Every link is looked at once or twice, and the candidates of a
    /// cluster once for each of its members.
    pub fn clusters(&self, active: &[bool], size: usize) -> Vec<Vec<u32>> {
        let mut grown = Growth { graph: self, free: active.to_vec(), weights: vec![0; active.len()] };
        let (mut clusters, mut beside) = (Vec::new(), VecDeque::new());
        for node in 0..active.len() as u32 {
            beside.push_back(node);
            while let Some(seed) = beside.pop_front() {
                if grown.free[seed as usize] {
                    clusters.push(grown.grow(seed, size, &mut beside));
                }
            }
        }
        self.share_out(&mut clusters, size);
        clusters
    }

    /// Gives the members of clusters that are small to the neighbours they are linked most to, where these have room.
    fn share_out(&self, clusters: &mut Vec<Vec<u32>>, size: usize) {
        let mut owner = vec![NONE; self.starts.len() - 1];
        for (number, members) in (0..).zip(clusters.iter()) {
            members.iter().for_each(|&member| owner[member as usize] = number);
        }
        let small: Vec<bool> = clusters.iter().map(|members| 2 * members.len() <= size).collect();
        let mut weights = vec![0u32; clusters.len()];
        for number in (0..clusters.len()).filter(|&number| small[number]) {
            let mut kept = Vec::new();
            for member in std::mem::take(&mut clusters[number]) {
                let mut best = None;
                for &(other, weight) in self.links(member) {
                    let to = owner[other as usize] as usize;
                    if owner[other as usize] == NONE || small[to] || 2 * clusters[to].len() >= 3 * size {
                        continue;
                    }
                    weights[to] = weights[to].saturating_add(weight);
                    if best.is_none_or(|best| weights[to] > weights[best]) {
                        best = Some(to);
                    }
                }
                for &(other, _) in self.links(member).iter().filter(|(other, _)| owner[*other as usize] != NONE) {
                    weights[owner[other as usize] as usize] = 0;
                }
                match best {
                    Some(to) => {
                        clusters[to].push(member);
                        owner[member as usize] = to as u32;
                    }
                    None => kept.push(member),
                }
            }
            clusters[number] = kept;
        }
        clusters.retain(|members| !members.is_empty());
    }
}

/// Clusters while they grow.
struct Growth<'a> {
    graph: &'a Graph,
    /// True for an active node that is in no cluster yet.
    free: Vec<bool>,
    /// The weight of the links from each candidate to the current cluster.
    weights: Vec<u32>,
}

impl Growth<'_> {
    /// A cluster that begins at a seed; the candidates that it leaves are beside it.
    fn grow(&mut self, seed: u32, size: usize, beside: &mut VecDeque<u32>) -> Vec<u32> {
        let mut members = vec![seed];
        let mut candidates: Vec<u32> = Vec::new();
        self.free[seed as usize] = false;
        let mut last = seed;
        while members.len() < size {
            for &(other, weight) in self.graph.links(last) {
                let own = &mut self.weights[other as usize];
                if self.free[other as usize] {
                    if *own == 0 {
                        candidates.push(other);
                    }
                    *own = own.saturating_add(weight);
                }
            }
            // Of several that are linked alike, the first.
            let best = (0..candidates.len()).rev().max_by_key(|&k| self.weights[candidates[k] as usize]);
            let Some(best) = best else { break };
            last = candidates.remove(best);
            self.weights[last as usize] = 0;
            self.free[last as usize] = false;
            members.push(last);
        }
        candidates.iter().for_each(|&candidate| self.weights[candidate as usize] = 0);
        beside.extend(candidates);
        members
    }
}
