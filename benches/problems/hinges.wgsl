// Hinge bending (Grinspun et al., Discrete shells, 2003). Nodes 0 and 1 are the shared edge, 2 and 3 the opposite ones.
struct Hinge { angle: f32, edge: f32, area: f32 }

fn hinge(p: array<vec3f, 4>) -> Hinge {
  let edge = p[1] - p[0];
  let left = cross(edge, p[2] - p[0]);
  let right = cross(p[3] - p[0], edge);
  let size = length(edge);
  let angle = atan2(dot(cross(left, right), edge) / size, dot(left, right));
  return Hinge(angle, size, 0.5 * (length(left) + length(right)));
}

fn energy(x: array<vec3f, 4>, X: array<vec3f, 4>, k: f32) -> f32 {
  let rest = hinge(X);
  let bend = hinge(x).angle - rest.angle;
  return k * rest.edge * rest.edge / rest.area * bend * bend;
}
