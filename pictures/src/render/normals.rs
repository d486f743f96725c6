//! Normals at the corners of triangles, smooth where the surface is and sharp at its creases.

use super::vector::{Vector, along, cross, dot, sub, unit};

/// The cosine of the angle, about 40°, beyond which two faces meet at a crease.
const CREASE: f32 = 0.766;

/// The most faces at a point that share normals. Of more, each keeps its own: comparing all pairs would take too long.
const MOST_FACES: usize = 256;

/// The three points of a triangle, none if an index or a coordinate is bad.
pub(super) fn corners(points: &[Vector], triangle: [u32; 3]) -> Option<[Vector; 3]> {
    let [a, b, c] = triangle.map(|i| points.get(i as usize).copied().filter(|&p| super::vector::finite(p)));
    Some([a?, b?, c?])
}

/// The normal of each triangle at length one; zero for those without area or with bad points.
pub(super) fn face_normals(points: &[Vector], triangles: &[[u32; 3]]) -> Vec<Vector> {
    let normal = |&t: &[u32; 3]| match corners(points, t) {
        Some([a, b, c]) => unit(cross(unit(sub(b, a)), unit(sub(c, a)))),
        None => [0.0; 3],
    };
    triangles.iter().map(normal).collect()
}

/// A normal for each corner of each triangle: the average, weighted by angles, of those faces around the point that
/// are not across a crease from this one. Faces may be wound either way.
pub(super) fn corner_normals(points: &[Vector], triangles: &[[u32; 3]], faces: &[Vector]) -> Vec<[Vector; 3]> {
    let weights: Vec<Vector> = triangles.iter().map(|&t| angles(points, t)).collect();
    let around = Around::new(points.len(), triangles);
    let normal = |triangle: usize, point: u32| {
        let own = faces[triangle];
        let meeting = around.corners(point);
        if meeting.len() > MOST_FACES {
            return own;
        }
        let mut sum = [0.0; 3];
        for &(other, corner) in meeting {
            let cosine = dot(own, faces[other as usize]);
            if cosine.abs() > CREASE {
                let weight = weights[other as usize][corner as usize];
                sum = along(sum, faces[other as usize], weight.copysign(cosine));
            }
        }
        if sum == [0.0; 3] { own } else { unit(sum) }
    };
    triangles.iter().enumerate().map(|(i, t)| t.map(|point| normal(i, point))).collect()
}

/// The angles of a triangle in radians; zero if its points are bad.
fn angles(points: &[Vector], triangle: [u32; 3]) -> Vector {
    let Some(p) = corners(points, triangle) else { return [0.0; 3] };
    std::array::from_fn(|i| {
        let (a, b) = (unit(sub(p[(i + 1) % 3], p[i])), unit(sub(p[(i + 2) % 3], p[i])));
        dot(a, b).clamp(-1.0, 1.0).acos()
    })
}

/// The corners of triangles at each point.
#[derive(Debug)]
pub struct Around {
    starts: Vec<u32>,
    corners: Vec<(u32, u8)>,
}

impl Around {
    /// The corners of triangles at so many points.
    pub fn new(points: usize, triangles: &[[u32; 3]]) -> Around {
        let valid = |&p: &u32| (p as usize) < points;
        let mut starts = vec![0u32; points + 1];
        for &point in triangles.iter().flatten().filter(|p| valid(p)) {
            starts[point as usize + 1] += 1;
        }
        for i in 0..points {
            starts[i + 1] += starts[i];
        }
        let mut next = starts.clone();
        let mut corners = vec![(0, 0); starts[points] as usize];
        for (triangle, indices) in triangles.iter().enumerate() {
            for (corner, &point) in indices.iter().enumerate().filter(|(_, p)| valid(p)) {
                let slot = &mut next[point as usize];
                corners[*slot as usize] = (triangle as u32, corner as u8);
                *slot += 1;
            }
        }
        Around { starts, corners }
    }

    /// The places at which the corners of each point begin, and at the end their number.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// The corners of all points, one after another.
    pub fn all(&self) -> &[(u32, u8)] {
        &self.corners
    }

    fn corners(&self, point: u32) -> &[(u32, u8)] {
        let at = point as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&from), Some(&to)) => &self.corners[from as usize..to as usize],
            _ => &[],
        }
    }
}
