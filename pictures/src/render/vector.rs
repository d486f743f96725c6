//! Vectors of three `f32`, as plain arrays.

pub(super) type Vector = [f32; 3];

pub(super) fn add(a: Vector, b: Vector) -> Vector {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn sub(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(super) fn scale(a: Vector, s: f32) -> Vector {
    [a[0] * s, a[1] * s, a[2] * s]
}

/// `a + s b`.
pub(super) fn along(a: Vector, b: Vector, s: f32) -> Vector {
    add(a, scale(b, s))
}

/// From `a` at zero to `b` at one.
pub(super) fn mix(a: Vector, b: Vector, t: f32) -> Vector {
    along(scale(a, 1.0 - t), b, t)
}

pub(super) fn dot(a: Vector, b: Vector) -> f32 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// The vector at length one, or zero where it has no direction.
pub(super) fn unit(a: Vector) -> Vector {
    // The largest entry is divided out first: squares of very small or large numbers leave the range of `f32`.
    let largest = a.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    if !(largest > 0.0 && largest.is_finite()) {
        return [0.0; 3];
    }
    let near_one = a.map(|x| x / largest);
    scale(near_one, 1.0 / dot(near_one, near_one).sqrt())
}

pub(super) fn finite(a: Vector) -> bool {
    a.iter().all(|x| x.is_finite())
}

/// Rises smoothly from zero at `low` to one at `high`.
pub(super) fn smooth_step(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
