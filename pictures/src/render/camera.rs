//! The camera: it looks at a target from a distance, turned by two angles.
//!
//! Depth is reversed and has no far end, as `near / w`: one at the near plane, towards zero far away. Nothing is cut
//! off behind, and `f32` resolves depth well.

use super::vector::{Vector, add, along, dot, finite, scale, sub};
use std::f32::consts::{FRAC_PI_2, TAU};

/// The axis that points up in the picture.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Up {
    /// The second axis.
    #[default]
    Y,
    /// The third axis.
    Z,
}

impl Up {
    /// The direction that points up.
    pub fn vector(self) -> [f32; 3] {
        match self {
            Up::Y => [0.0, 1.0, 0.0],
            Up::Z => [0.0, 0.0, 1.0],
        }
    }

    /// The direction from the target to a camera whose angles are both zero.
    fn front(self) -> [f32; 3] {
        match self {
            Up::Y => [0.0, 0.0, 1.0],
            Up::Z => [0.0, -1.0, 0.0],
        }
    }

    /// The index of the axis that points up.
    pub fn axis(self) -> usize {
        match self {
            Up::Y => 1,
            Up::Z => 2,
        }
    }
}

/// A perspective camera on a sphere around its target.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Camera {
    /// The point in the middle of the picture.
    pub target: [f32; 3],
    /// The distance of the eye from the target, above zero.
    pub distance: f32,
    /// The angle around the up axis in radians. At zero the eye is before the target, with the first axis to the
    /// right: on the third axis if the second is up, on the negative second axis if the third is up.
    pub azimuth: f32,
    /// The angle above the horizon in radians, from -π/2 to π/2.
    pub elevation: f32,
    /// The angle between the lower and the upper edge of the picture in radians.
    pub field_of_view: f32,
    /// The axis that points up.
    pub up: Up,
}

/// The directions of a camera, each of length one and at right angles to the others.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Basis {
    /// To the right in the picture.
    pub right: [f32; 3],
    /// Upwards in the picture.
    pub up: [f32; 3],
    /// Out of the picture, from the target to the eye.
    pub toward: [f32; 3],
}

impl Default for Camera {
    /// Looks at the origin from slightly above, at a distance of three.
    fn default() -> Camera {
        Camera { target: [0.0; 3], distance: 3.0, azimuth: 0.6, elevation: 0.4, field_of_view: 0.6, up: Up::Y }
    }
}

/// The share of the shorter way to the edge of the picture that the points take up.
const FILL: f32 = 0.86;

impl Camera {
    /// Looks slightly from above at points that just fit into a picture of this aspect (width over height). Points
    /// that are not finite do not count; without any other, this is the default camera.
    pub fn fit(points: impl IntoIterator<Item = [f32; 3]>, aspect: f32, up: Up) -> Camera {
        Camera { up, ..Camera::default() }.framing(points, aspect)
    }

    /// Looks straight at the plane of the first two axes, the first to the right and the second upwards: the way to
    /// look at meshes in two dimensions. Otherwise like [`Camera::fit`].
    pub fn front(points: impl IntoIterator<Item = [f32; 3]>, aspect: f32) -> Camera {
        Camera { azimuth: 0.0, elevation: 0.0, up: Up::Y, ..Camera::default() }.framing(points, aspect)
    }

    /// The same angles, with target and distance such that all finite points just fit into a picture of this aspect
    /// (width over height). Without finite points nothing changes.
    pub fn framing(self, points: impl IntoIterator<Item = [f32; 3]>, aspect: f32) -> Camera {
        let basis = self.basis();
        let tan_y = self.tangent() * FILL;
        let tan_x = tan_y * if aspect.is_finite() && aspect > 0.0 { aspect } else { 1.0 };
        // How far the points reach beyond planes through the origin that are parallel to the sides of the pyramid
        // of view; `middle` keeps the sums small where the points are far from the origin.
        let mut reach = [f32::NEG_INFINITY; 4];
        let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
        let mut middle = None;
        for point in points.into_iter().filter(|&p| finite(p)) {
            let offset = sub(point, *middle.get_or_insert(point));
            let (x, y, z) = (dot(offset, basis.right), dot(offset, basis.up), dot(offset, basis.toward));
            let beyond = [x + z * tan_x, -x + z * tan_x, y + z * tan_y, -y + z * tan_y];
            for (most, value) in reach.iter_mut().zip(beyond) {
                *most = most.max(value);
            }
            (low, high) = (low.min(z), high.max(z));
        }
        let Some(middle) = middle else { return self };
        let needed = ((reach[0] + reach[1]) / (2.0 * tan_x)).max((reach[2] + reach[3]) / (2.0 * tan_y));
        // The target lies halfway into the points, so that the camera turns around them.
        let z = 0.5 * (low + high);
        let mut target = along(middle, basis.right, 0.5 * (reach[0] - reach[1]));
        target = along(target, basis.up, 0.5 * (reach[2] - reach[3]));
        target = along(target, basis.toward, z);
        let distance = needed - z;
        let distance = if distance > f32::MIN_POSITIVE { distance } else { 1.0 };
        if finite(target) && distance.is_finite() { Camera { target, distance, ..self } } else { self }
    }

    /// Turns the camera around its target, by radians to the right and upwards. It stops above and below.
    pub fn orbit(&mut self, azimuth: f32, elevation: f32) {
        if azimuth.is_finite() && elevation.is_finite() {
            self.azimuth = (self.azimuth + azimuth) % TAU;
            self.elevation = (self.elevation + elevation).clamp(-FRAC_PI_2, FRAC_PI_2);
        }
    }

    /// Makes things look larger by a factor above zero. Other factors change nothing.
    pub fn zoom(&mut self, factor: f32) {
        let distance = self.distance / factor;
        if distance.is_normal() && distance > 0.0 {
            self.distance = distance;
        }
    }

    /// Moves the picture at the target by this much to the right and upwards, in heights of the picture.
    pub fn pan(&mut self, right: f32, up: f32) {
        let basis = self.basis();
        let height = 2.0 * self.tangent() * self.distance;
        let moved = add(scale(basis.right, -right * height), scale(basis.up, -up * height));
        if finite(moved) {
            self.target = add(self.target, moved);
        }
    }

    /// The position of the camera.
    pub fn eye(&self) -> [f32; 3] {
        along(self.target, self.basis().toward, self.distance)
    }

    /// The directions of the camera.
    pub fn basis(&self) -> Basis {
        let (front, side, above) = (self.up.front(), [1.0, 0.0, 0.0], self.up.vector());
        let ((sin_a, cos_a), (sin_e, cos_e)) = (self.azimuth.sin_cos(), self.elevation.sin_cos());
        let level = along(scale(front, cos_a), side, sin_a);
        Basis {
            right: along(scale(side, cos_a), front, -sin_a),
            up: along(scale(above, cos_e), level, -sin_e),
            toward: along(scale(level, cos_e), above, sin_e),
        }
    }

    /// The distance at which things before the eye are cut off.
    pub fn near(&self) -> f32 {
        0.01 * self.distance
    }

    /// Half the height of what is seen at a distance of one.
    pub fn tangent(&self) -> f32 {
        (0.5 * self.field_of_view).clamp(0.005, 1.5).tan()
    }

    /// The matrix from positions to clip coordinates, as four columns, for a picture of this aspect (width over
    /// height). Positions in sight have `|x| ≤ w`, `|y| ≤ w` and `0 < z ≤ w`; depth `z / w` is one at the near plane
    /// and falls to zero, so the greater depth hides the smaller.
    pub fn view_projection(&self, aspect: f32) -> [[f32; 4]; 4] {
        let Basis { right, up, toward } = self.basis();
        let eye = self.eye();
        let (sx, sy) = (1.0 / (self.tangent() * aspect), 1.0 / self.tangent());
        let column = |i: usize| [sx * right[i], sy * up[i], 0.0, -toward[i]];
        let last = [-sx * dot(right, eye), -sy * dot(up, eye), self.near(), dot(toward, eye)];
        [column(0), column(1), column(2), last]
    }
}

/// A position in clip coordinates, for a matrix given as columns.
pub(super) fn transform(matrix: &[[f32; 4]; 4], point: Vector) -> [f32; 4] {
    std::array::from_fn(|i| matrix[0][i] * point[0] + matrix[1][i] * point[1] + matrix[2][i] * point[2] + matrix[3][i])
}
