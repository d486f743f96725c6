//! Which node is under the mouse, and where it goes when it is dragged.

use super::Scene;
use spadina_pictures::render::{Camera, Viewport};

/// The distance from the mouse at which a node is still found, in pixels.
const REACH: f32 = 20.0;

/// The place of a point in the picture, in pixels, and its distance before the eye; none before the near plane.
pub fn project(camera: &Camera, viewport: Viewport, point: [f32; 3]) -> Option<([f32; 2], f32)> {
    let matrix = camera.view_projection(viewport.aspect());
    let [x, y, _, w] = std::array::from_fn(|i| {
        matrix[0][i] * point[0] + matrix[1][i] * point[1] + matrix[2][i] * point[2] + matrix[3][i]
    });
    let at =
        [viewport.left + (0.5 + 0.5 * x / w) * viewport.width, viewport.top + (0.5 - 0.5 * y / w) * viewport.height];
    (w > camera.near() && at.iter().all(|c| c.is_finite())).then_some((at, w))
}

/// The node of a scene that is nearest to a place in the picture, in pixels; none if there is none near it. Nodes far behind
/// others that are near the place, too, do not count, nor those inside of a mesh with a surface. `points` are the positions
/// of the scene.
pub fn pick(
    scene: &Scene<'_>,
    points: &[[f32; 3]],
    camera: &Camera,
    viewport: Viewport,
    place: [f32; 2],
) -> Option<usize> {
    let mut shown = vec![scene.triangles.is_empty() && scene.lines.is_empty(); points.len()];
    for &node in scene.triangles.iter().flatten().chain(scene.lines.iter().flatten()) {
        if let Some(flag) = shown.get_mut(node as usize) {
            *flag = true;
        }
    }
    let near = |(node, &point): (usize, &[f32; 3])| {
        let (at, depth) = project(camera, viewport, point)?;
        let away = (at[0] - place[0]).hypot(at[1] - place[1]);
        (shown[node] && away <= REACH).then_some((node, away, depth))
    };
    let found: Vec<_> = points.iter().enumerate().filter_map(near).collect();
    let first = found.iter().map(|&(_, _, depth)| depth).fold(f32::INFINITY, f32::min);
    // As much behind as the reach is wide.
    let behind = first * (1.0 + 4.0 * REACH * camera.tangent() / viewport.height);
    let visible = found.into_iter().filter(|&(_, _, depth)| depth <= behind);
    visible.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(node, ..)| node)
}

/// A node that follows the mouse, in the plane through it that faces the camera.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Drag {
    /// The node.
    pub node: usize,
    /// The distance of the plane before the eye.
    depth: f32,
    /// From the mouse to the node when the drag began, in pixels.
    offset: [f32; 2],
}

impl Drag {
    /// Takes hold of a node at a position, with the mouse at a place in the picture.
    pub fn new(node: usize, position: [f32; 3], camera: &Camera, viewport: Viewport, place: [f32; 2]) -> Option<Drag> {
        let (at, depth) = project(camera, viewport, position)?;
        Some(Drag { node, depth, offset: [at[0] - place[0], at[1] - place[1]] })
    }

    /// The position of the node for a place of the mouse.
    pub fn target(&self, camera: &Camera, viewport: Viewport, place: [f32; 2]) -> [f32; 3] {
        let (basis, eye) = (camera.basis(), camera.eye());
        let half = camera.tangent() * self.depth;
        let x = (2.0 * (place[0] + self.offset[0] - viewport.left) / viewport.width - 1.0) * half * viewport.aspect();
        let y = (1.0 - 2.0 * (place[1] + self.offset[1] - viewport.top) / viewport.height) * half;
        std::array::from_fn(|i| eye[i] - self.depth * basis.toward[i] + x * basis.right[i] + y * basis.up[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Positions;

    const POINTS: [[f32; 3]; 4] = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -4.0]];

    fn view() -> (Camera, Viewport) {
        (Camera::front(POINTS, 1.5), Viewport { left: 0.0, top: 10.0, width: 300.0, height: 200.0 })
    }

    #[test]
    fn nodes_are_found_where_they_are_seen() {
        let (camera, viewport) = view();
        let triangles = [[0, 1, 2]];
        let scene = Scene { triangles: &triangles, ..Scene::default() };
        for (node, &point) in POINTS[..3].iter().enumerate() {
            let (at, _) = project(&camera, viewport, point).unwrap();
            let found = pick(&scene, &POINTS, &camera, viewport, [at[0] + 3.0, at[1] - 2.0]);
            assert_eq!(found, Some(node));
        }
        assert_eq!(pick(&scene, &POINTS, &camera, viewport, [299.0, 11.0]), None);
        // Without triangles all nodes count, but not those behind others.
        let (at, _) = project(&camera, viewport, POINTS[3]).unwrap();
        let (front, _) = project(&camera, viewport, POINTS[0]).unwrap();
        assert!((at[0] - front[0]).hypot(at[1] - front[1]) > 0.0);
        let bare = Scene { positions: Positions::Host(&POINTS), ..Scene::default() };
        assert_eq!(pick(&bare, &POINTS, &camera, viewport, front), Some(0));
        assert_eq!(pick(&scene, &[[f32::NAN; 3]; 3], &camera, viewport, front), None);
    }

    #[test]
    fn a_dragged_node_stays_under_the_mouse() {
        let (mut camera, viewport) = view();
        camera.orbit(0.4, 0.3);
        let (at, depth) = project(&camera, viewport, POINTS[1]).unwrap();
        let drag = Drag::new(1, POINTS[1], &camera, viewport, [at[0] + 4.0, at[1]]).unwrap();
        let there = drag.target(&camera, viewport, [at[0] + 4.0, at[1]]);
        assert!(there.iter().zip(POINTS[1]).all(|(a, b)| (a - b).abs() < 1e-4), "{there:?}");
        let moved = drag.target(&camera, viewport, [at[0] + 24.0, at[1] - 30.0]);
        let (now, same) = project(&camera, viewport, moved).unwrap();
        assert!((now[0] - at[0] - 20.0).abs() < 0.01 && (now[1] - at[1] + 30.0).abs() < 0.01, "{now:?}");
        assert!((same - depth).abs() < 1e-3);
    }
}
