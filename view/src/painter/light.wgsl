// The camera, the lights and the colours: the same as in `render::shade` and its neighbours.

struct Globals {
  matrix: mat4x4f,
  right: vec4f,
  up: vec4f,
  toward: vec4f,
  eye: vec4f,
  key: vec4f,
  fill: vec4f,
  sky: vec4f,
  // The linear colours of the background.
  top: vec4f,
  bottom: vec4f,
  // The size of the picture in pixels.
  size: vec2f,
  // The distance of the near plane.
  near: f32,
  // Whether the target takes sRGB numbers instead of light.
  encode: u32,
}

@group(1) @binding(0) var<uniform> globals: Globals;

const KEY = 0.92;
const FILL = 0.20;
const HEAD = 0.20;
const SKY = 0.20;
const GROUND = 0.09;
const GLOSS = 48.0;
const SHINE = 0.13;
const RIM = 0.07;
const KNEE = 0.75;

// Bends what is too bright towards one instead of cutting it off.
fn soft(x: f32) -> f32 {
  let room = 1.0 - KNEE;
  return select(KNEE + room * (1.0 - exp(-(x - KNEE) / room)), x, x <= KNEE);
}

fn shade(color: vec3f, normal: vec3f, view: vec3f) -> vec3f {
  let facing = max(dot(normal, view), 0.0);
  let key = max(dot(normal, globals.key.xyz), 0.0);
  let fill = max(dot(normal, globals.fill.xyz), 0.0);
  let sky = GROUND + (SKY - GROUND) * (0.5 + 0.5 * dot(normal, globals.sky.xyz));
  let diffuse = KEY * key + FILL * fill + HEAD * facing + sky;
  let half_way = normalize(globals.key.xyz + view);
  let shine = SHINE * pow(max(dot(normal, half_way), 1e-6), GLOSS);
  let rim = RIM * pow(1.0 - facing, 4.0);
  let light = color * diffuse + shine + rim;
  return vec3f(soft(light.x), soft(light.y), soft(light.z));
}

fn over_background(y: f32) -> vec3f {
  return mix(globals.top.xyz, globals.bottom.xyz, y / globals.size.y);
}

// What is written to the target.
fn written(light: vec3f) -> vec4f {
  if globals.encode == 0u { return vec4f(light, 1.0); }
  let c = clamp(light, vec3f(), vec3f(1.0));
  return vec4f(select(1.055 * pow(c, vec3f(1.0 / 2.4)) - 0.055, c * 12.92, c <= vec3f(0.0031308)), 1.0);
}

// Where something is that is not to be drawn.
fn nowhere() -> vec4f {
  return vec4f(2.0, 2.0, 0.5, 1.0);
}
