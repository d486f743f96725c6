// Springs to padded lists of neighbours that end with n, weighted by their number; a closed polygon of the first k nodes;
// pairs up to the first marked node.
override n: u32;
override width: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> neighbours: array<u32>;
@group(0) @binding(2) var<storage, read> mark: array<u32>;

fn energy() -> f32 {
  var e = 0.0;
  for (var v = 0u; v < n; v++) {
    var mean = 0.0;
    var count = 0u;
    for (var k = 0u; k < width; k++) {
      let w = neighbours[v * width + k];
      if (w >= n) { break; }
      mean += x[w];
      count++;
    }
    if (count > 0u) {
      let d = x[v] - mean / f32(count);
      e += d * d * d * d;
    }
  }
  var last = n - 1u;
  var i = 0u;
  while (true) {
    if (i == n) { break; }
    let d = x[i] - x[last];
    e += d * d * f32(i + 1u);
    last = i;
    i++;
  }
  for (var j = 0u; j < n && mark[j] == 0u; j++) {
    for (var s = 1u; s <= j; s *= 2u) { e += x[j] * x[j - s] * x[j] * x[j - s]; }
  }
  return e;
}
