//! Integers that wrap around or need all 32 bits, on all devices.

use crate::{Data, data, on_devices};

/// Wrapping around is meant in hashes: what is multiplied with large literals, made of bits or masked is what it is in WGSL.
#[test]
fn hashes_wrap_around() {
    let d = Data { x: (0..256).map(|i| f64::from(i).sqrt()).collect(), n: 200, ..data() };
    type Exact = fn(u32) -> u32;
    let hashes: [(&str, Exact); 13] = [
        ("((i * 1664525u + 1013904223u) & 0xffffu) % 251u", |i| {
            (i.wrapping_mul(1664525).wrapping_add(1013904223) & 0xffff) % 251
        }),
        ("(i * 2654435761u) % 251u", |i| i.wrapping_mul(2654435761) % 251),
        ("((i * 1000000007u) & 0xffffffffu) >> 24u", |i| i.wrapping_mul(1000000007) >> 24),
        ("((i * 12345677u) ^ ((i + 3u) * 7654321u)) & 255u", |i| {
            (i.wrapping_mul(12345677) ^ (i + 3).wrapping_mul(7654321)) & 255
        }),
        ("(i * 2000000011u << 5u) & 0xf0u | (i & 15u)", |i| (i.wrapping_mul(2000000011) << 5) & 0xf0 | (i & 15)),
        ("u32((i32(i) * -1103515245 + 12345) & 0x7fffffff) % 250u", |i| {
            ((i as i32).wrapping_mul(-1103515245).wrapping_add(12345) & 0x7fffffff) as u32 % 250
        }),
        ("(i * 1000000000u) % 251u", |i| i.wrapping_mul(1000000000) % 251),
        ("(i * 60000u * 70000u) % 251u", |i| i.wrapping_mul(4200000000) % 251),
        ("pcg(i) % 251u", |i| pcg(i) % 251),
        ("murmur(i + 7u) >> 24u", |i| murmur(i + 7) >> 24),
        ("lcg(lcg(lcg(lcg(i)))) >> 25u", |i| lcg(lcg(lcg(lcg(i)))) >> 25),
        ("djb2(djb2(5381u, i), i ^ 99u) % 251u", |i| djb2(djb2(5381, i), i ^ 99) % 251),
        ("xorshift(i + 1u) % 251u", |i| xorshift(i + 1) % 251),
    ];
    for (hash, exact) in hashes {
        let body = format!("for (var i = 0u; i < n; i++) {{ sum += x[{hash}] * f32(i + 1u); }}");
        let expected: f64 = (0..200).map(|i| d.x[exact(i) as usize] * f64::from(i + 1)).sum();
        for (device, mut system, tolerance) in on_devices(&body, &d) {
            let got = system.value().unwrap();
            assert!((got - expected).abs() <= tolerance * expected, "{hash} on {device}: {got} instead of {expected}");
        }
    }
}

/// Hashes as they are written, in WGSL; the functions of the same names are them in Rust.
pub const WGSL: &str = "
fn pcg(i: u32) -> u32 {
  let state = i * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
fn murmur(i: u32) -> u32 {
  var h = i;
  h = (h ^ (h >> 16u)) * 0x85ebca6bu;
  h ^= h >> 13u; h *= 0xc2b2ae35u;
  return h ^ (h >> 16u);
}
fn lcg(i: u32) -> u32 { return i * 1664525u + 1013904223u; }
fn djb2(h: u32, c: u32) -> u32 { return (h << 5u) + h + c; }
fn xorshift(i: u32) -> u32 { var h = i; h ^= h << 13u; h ^= h >> 17u; h ^= h << 5u; return h; }
";

fn pcg(i: u32) -> u32 {
    let state = lcg_by(i, 747796405, 2891336453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277803737);
    (word >> 22) ^ word
}

fn murmur(i: u32) -> u32 {
    let h = (i ^ (i >> 16)).wrapping_mul(0x85ebca6b);
    let h = (h ^ (h >> 13)).wrapping_mul(0xc2b2ae35);
    h ^ (h >> 16)
}

fn lcg_by(i: u32, factor: u32, addend: u32) -> u32 {
    i.wrapping_mul(factor).wrapping_add(addend)
}

fn lcg(i: u32) -> u32 {
    lcg_by(i, 1664525, 1013904223)
}

fn djb2(h: u32, c: u32) -> u32 {
    (h << 5).wrapping_add(h).wrapping_add(c)
}

fn xorshift(i: u32) -> u32 {
    let h = i ^ (i << 13);
    let h = h ^ (h >> 17);
    h ^ (h << 5)
}

/// Comparisons of sums and products beyond 31 bits, and beyond 32 where only their difference is that large.
#[test]
fn comparisons_beyond_31_bits() {
    let d = Data { x: vec![1.0; 16], u: vec![40_000, 70_000, i32::MAX, 9], n: 16, ..data() };
    for (test, expected) in [
        ("u[0] * u[1] > 2147483648u + i", 16.0),
        ("u[0] * (u[1] + i) < 2800360000u", 9.0),
        ("u[2] + u[2] > u[0] * u[1] + i", 16.0),
        ("u[2] + u[2] == 4294967290u + i * 2u", 1.0),
        ("(u[0] - u[1]) > 4294930000u", 16.0),
        ("u[0] * u[1] - u[2] * 1u <= 652516354u - i", 2.0),
    ] {
        let body = format!("for (var i = 0u; i < n; i++) {{ if ({test}) {{ sum += x[i]; }} }}");
        for (device, mut system, _) in on_devices(&body, &d) {
            assert_eq!(system.value().unwrap(), expected, "{test} on {device}");
        }
    }
}
