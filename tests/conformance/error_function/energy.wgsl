// Charges that are smeared out, as in the smooth part of an Ewald sum, and a repulsion that ends soon.
fn energy(x: array<vec3f, 2>, q: array<f32, 2>, alpha: f32, beta: f32, strength: f32) -> f32 {
  let r = distance(x[0], x[1]);
  return (q[0] * q[1] * erf(alpha * r) + strength * erfc(beta * r)) / r;
}
