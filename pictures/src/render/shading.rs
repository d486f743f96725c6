//! The light that a surface sends to the eye. Everything is `f32` and linear RGB, so a shader can do the same.

use super::camera::{Basis, Camera};
use super::vector::{Vector, add, along, dot, scale, smooth_step, unit};

/// The directions of the lights: of length one, from the surface to each light. `key` and `fill` go with the camera.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Lights {
    /// The main light, from the upper left.
    pub key: [f32; 3],
    /// A weak light from the right, which softens the dark side.
    pub fill: [f32; 3],
    /// The direction up in the scene, from which the sky shines.
    pub sky: [f32; 3],
}

impl Lights {
    /// The lights of a camera.
    pub fn new(camera: &Camera) -> Lights {
        let Basis { right, up, toward } = camera.basis();
        let direction = |x, y, z| unit(add(add(scale(right, x), scale(up, y)), scale(toward, z)));
        Lights { key: direction(-0.70, 0.68, 0.50), fill: direction(0.85, 0.05, 0.50), sky: camera.up.vector() }
    }
}

const KEY: f32 = 0.92;
const FILL: f32 = 0.20;
const HEAD: f32 = 0.20;
const SKY: f32 = 0.20;
const GROUND: f32 = 0.09;
const GLOSS: f32 = 48.0;
const SHINE: f32 = 0.13;
const RIM: f32 = 0.07;

/// The light that a surface of this colour sends to the eye. `normal` and `view` (to the eye) have length one, and the
/// normal is on the side of the eye.
pub fn shade(color: [f32; 3], normal: [f32; 3], view: [f32; 3], lights: &Lights) -> [f32; 3] {
    let facing = dot(normal, view).max(0.0);
    let key = dot(normal, lights.key).max(0.0);
    let fill = dot(normal, lights.fill).max(0.0);
    let sky = GROUND + (SKY - GROUND) * (0.5 + 0.5 * dot(normal, lights.sky));
    let diffuse = KEY * key + FILL * fill + HEAD * facing + sky;
    let half = unit(add(lights.key, view));
    let shine = SHINE * dot(normal, half).max(0.0).powf(GLOSS);
    let rim = RIM * (1.0 - facing).powi(4);
    color.map(|c| soft(c * diffuse + shine + rim))
}

/// Bends what is too bright towards one instead of cutting it off.
fn soft(x: f32) -> f32 {
    const KNEE: f32 = 0.75;
    const ROOM: f32 = 1.0 - KNEE;
    if x <= KNEE { x } else { KNEE + ROOM * (1.0 - (-(x - KNEE) / ROOM).exp()) }
}

/// The normal on the side of the eye: turned round where the surface, whose true normal is `face`, shows its back.
pub(super) fn toward_eye(normal: Vector, face: Vector, view: Vector) -> Vector {
    if dot(face, view) < 0.0 { scale(normal, -1.0) } else { normal }
}

/// The strength with which an edge darkens a surface: from the distance to the edge and the height of the triangle, in
/// pixels. Edges of triangles only a few pixels high fade, for else the surface would turn black.
pub fn edge_strength(distance: f32, height: f32) -> f32 {
    const HALF_WIDTH: f32 = 0.55;
    let cover = (HALF_WIDTH + 0.5 - distance).clamp(0.0, 1.0);
    0.72 * cover * smooth_step(2.5, 12.0, height)
}

/// The colour of an edge over a surface that sends this light.
pub(super) fn darken(light: Vector, strength: f32) -> Vector {
    along(scale(light, 1.0 - strength), [0.004, 0.006, 0.010], strength)
}
