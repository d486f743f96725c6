//! Integers of WGSL have 32 bits: what stays within them is computed as WGSL does, what would leave them where its value
//! matters is refused with the place.

mod hashes;
mod random;

use spadina::system::Device;
use spadina::{Error, Options, Problem, System, Term, builder};
use spadina_conformance::without_gpu;

/// The text before every body; `s` is signed, `u` is not, `x` counts the nodes.
const HEAD: &str = "@group(0) @binding(0) var<storage, read> x: array<f32>;\n\
    @group(0) @binding(1) var<storage, read> s: array<i32>;\n\
    @group(0) @binding(2) var<storage, read> u: array<u32>;\n\
    override n: u32; override k: i32;\n\
    fn energy() -> f32 {\nvar sum = 0.0;\n";

/// The line on which a body begins.
const FIRST_LINE: usize = 7;

/// The data of a test.
#[derive(Clone)]
struct Data {
    x: Vec<f64>,
    s: Vec<i32>,
    u: Vec<i32>,
    n: i32,
    k: i32,
}

fn data() -> Data {
    let x = (0..8).map(|i| 1.0 + 0.25 * f64::from(i)).collect();
    Data { x, s: vec![0, -3, 7, 2000], u: vec![5, 0, 12, i32::MAX], n: 8, k: -2 }
}

fn build(body: &str, data: &Data) -> Result<System, Error> {
    build_on(Device::default(), body, data)
}

/// A body on all devices, by name, with the tolerance of each; on the GPU, if there is one, in single precision.
fn on_devices(body: &str, data: &Data) -> Vec<(&'static str, System, f64)> {
    let devices = [("interpreter", Device::Interpreter), ("cpu", Device::Cpu), ("gpu", Device::Gpu)];
    let mut systems = Vec::new();
    for (name, device) in devices {
        match build_on(device, body, data) {
            Ok(system) => systems.push((name, system, if device == Device::Gpu { 1e-6 } else { 1e-12 })),
            Err(error) if device == Device::Gpu && !error.to_string().contains("kernel") => without_gpu(error),
            Err(error) => panic!("{name}: {error}\n{body}"),
        }
    }
    systems
}

fn build_on(device: Device, body: &str, data: &Data) -> Result<System, Error> {
    let text = format!("{HEAD}{body}\nreturn sum;\n}}\n{}", hashes::WGSL);
    let problem = Problem::new()
        .unknown("x", data.x.clone())
        .indices("s", data.s.clone())
        .indices("u", data.u.clone())
        .indices("n", data.n)
        .indices("k", data.k)
        .term(Term::energy("e.wgsl", &text));
    System::build(problem, Options::default().device(device))
}

fn energy(body: &str, data: &Data) -> f64 {
    let mut system = build(body, data).unwrap_or_else(|e| panic!("{e}\n{body}"));
    system.value().unwrap_or_else(|e| panic!("{e}\n{body}"))
}

/// Checks that a body is refused where `at` first stands in it, with a message that holds all of `wanted`.
fn refused(body: &str, data: &Data, at: &str, wanted: &[&str]) {
    let message = match build(body, data) {
        Ok(_) => panic!("accepted: {body}"),
        Err(error) => error.to_string(),
    };
    let before = &body[..body.find(at).expect("the place stands in the body")];
    let line = FIRST_LINE + before.matches('\n').count();
    let column = before.rsplit('\n').next().map_or(0, str::len) + 1;
    let place = format!("e.wgsl:{line}:{column}: ");
    assert!(message.starts_with(&place), "{message}\nshould begin with {place}\n{body}");
    wanted.iter().for_each(|w| assert!(message.contains(w), "{message}\nshould contain {w}\n{body}"));
}

#[test]
fn an_integer_that_leaves_32_bits_where_its_value_matters_is_refused() {
    let d = data();
    let i32s = "this i32 would be";
    let loop_of = |body: &str| format!("for (var i = 0u; i < n; i++) {{ {body} }}");
    refused(
        "if (s[3] * 2000000 < 0) { sum = x[0]; }",
        &d,
        "s[3]",
        &[i32s, "4000000000", "`s` row 3 has the value 2000"],
    );
    refused("sum = f32(s[3] * -2000000) * x[0];", &d, "f32(", &[i32s, "-4000000000"]);
    refused("sum = x[(s[3] * 2000000) / 1000000000];", &d, "(s[3]", &[i32s]);
    refused("sum = x[u32(s[3] * 2000000 % 4)];", &d, "s[3]", &[i32s]);
    refused("sum = x[abs(s[3] * 2000000)];", &d, "abs", &[i32s]);
    refused("sum = x[min(s[3] * 2000000, 3)];", &d, "min", &[i32s]);
    refused("sum = f32(sign(s[3] * 2000000)) * x[0];", &d, "sign", &[i32s]);
    refused("switch s[3] * 2000000 { case 7: { sum = x[1]; } default: { sum = x[0]; } }", &d, "switch", &[i32s]);
    refused(
        &loop_of("sum += x[(u[3] + u[3] + 2u * i) / 4294967295u];"),
        &d,
        "(u[3]",
        &["this u32 would be 4294967296", "(at i = 1)", "& 0xffffffffu"],
    );
    refused(&loop_of("sum += x[(u[3] + u[3] + i) >> 30u];"), &d, "(u[3]", &["this u32", "4294967296", "(at i = 2)"]);
    refused("sum = x[u[3] * u[3] * u[3] / u[3]];", &d, "u[3]", &["leaves the 64 bits in which it is computed"]);
    // Low bits are the same however large a sum is, up to 64 bits.
    refused(
        "sum = f32((u[3] * u[3] * u[3]) & 255u) * x[0];",
        &d,
        "(u[3]",
        &["leaves the 64 bits in which it is computed"],
    );
    refused("for (var i = s[1]; i < s[3] * 2000000; i++) { sum += x[0]; }", &d, "i < ", &[i32s]);
}

/// The test that ends a loop is looked at, too: one more step must not wrap around.
#[test]
fn the_end_of_a_loop_stays_within_32_bits() {
    let mut d = data();
    d.k = i32::MAX;
    d.s[0] = 4;
    let body = |test: &str, step: &str| format!("for (var i = k - s[0]; {test}; {step}) {{ sum += x[i - k + 4]; }}");
    refused(&body("i <= k", "i++"), &d, "for", &["this i32 would be 2147483648"]);
    assert_eq!(energy(&body("i < k", "i++"), &d), 1.0 + 1.25 + 1.5 + 1.75);
    refused(&body("i < k", "i += 3"), &d, "for", &["this i32 would be 2147483649"]);
    assert_eq!(energy(&body("i < k", "i += 2"), &d), 1.0 + 1.5);
    // What ends the loop before, keeps the counter from wrapping around.
    let body = "for (var i = k - s[0]; i <= k; i++) { if (i - k == s[3]) { break; } sum += x[i - k + 4]; }";
    d.s[3] = -1;
    assert_eq!(energy(body, &d), 1.0 + 1.25 + 1.5);
    d.s[3] = 1;
    refused(body, &d, "for", &["this i32 would be 2147483648"]);
    // The same, unrolled.
    let body = "for (var i = k - 4; i <= k; i++) { sum += x[i - k + 4]; }";
    refused(body, &d, "i <= k", &["this i32 would be 2147483648"]);
}

#[test]
fn a_loop_that_has_passed_its_bound_is_refused() {
    let mut d = data();
    let body = "for (var i = 5u; i != n; i++) { sum += x[i]; }";
    assert_eq!(energy(body, &d), d.x[5] + d.x[6] + d.x[7]);
    d.n = 3;
    refused(body, &d, "for", &["this u32 would be 4294967299"]);
}

/// Integers within 32 bits are accepted however near they come, and whatever a bound without the data would say.
#[test]
fn what_stays_within_32_bits_is_accepted() {
    let mut d = data();
    d.u = vec![46340, 46341, 65535, 65536];
    d.s = vec![46340, -46340, i32::MAX, i32::MIN];
    for (body, expected) in [
        ("sum = f32(s[0] * s[0]) * x[0];", 46340.0 * 46340.0),
        ("sum = f32(s[0] * s[1]) * x[0];", -46340.0 * 46340.0),
        ("sum = f32(u[2] * u[2]) * x[0];", 65535.0 * 65535.0),
        ("sum = f32(s[2] - 1 + 1) * x[0];", 2147483647.0),
        ("sum = f32(s[3]) * x[0];", -2147483648.0),
        // The extremes of the two tables never meet.
        (
            "for (var i = 0u; i < 2u; i++) { sum += f32(u[i] * u[3u - i]) * x[0]; }",
            46340.0 * 65536.0 + 46341.0 * 65535.0,
        ),
        // Only guarded iterations would wrap around.
        ("for (var i = 0u; i < 4u; i++) { if (u[i] < 65536u && u[i] * u[i] > 0u) { sum += x[0]; } }", 3.0),
        ("for (var i = 0u; i < n; i++) { if (i < 3u && u[i] * u[i] > 0u) { sum += x[0]; } }", 3.0),
        ("for (var i = 0u; i < 4u; i++) { if (u[i] < 65536u) { sum += f32(u[i] * u[i] / u[i]) * x[0]; } }", 158216.0),
        (
            "for (var i = 0u; i < n; i++) { for (var j = i + 1u; j < n; j++) { sum += f32((n - 1u - i) * (j - i)) * x[0]; } }",
            462.0,
        ),
    ] {
        assert_eq!(energy(body, &d), expected, "{body}");
    }
    refused("sum = f32(u[3] * u[3]) * x[0];", &d, "f32(", &["this u32 would be 4294967296"]);
    refused("sum = f32(s[2] + 1) * x[0];", &d, "f32(", &["this i32 would be 2147483648"]);
}

/// Triangular numbers of many nodes: bounds of the polynomial alone are beyond 32 bits.
#[test]
fn polynomials_with_repeated_variables_are_accepted() {
    let n = 46340;
    let d = Data { x: vec![1.0], n, k: n, ..data() };
    let body = "for (var i = 0; i < k; i++) { sum += f32((i * k - i * (i + 1) / 2) % 2) * x[0]; }";
    let odd = (0..i64::from(n)).filter(|i| (i * i64::from(n) - i * (i + 1) / 2) % 2 != 0).count();
    assert_eq!(energy(body, &d), odd as f64);
    refused(body, &Data { k: 46342, ..d }, "i * (i", &["this i32 would be 2147"]);
}

/// New data are checked when they are bound.
#[test]
fn new_tables_are_checked() {
    let mut system = build("if (s[3] * 1000000 > 0) { sum = x[0] * x[0]; }", &data()).unwrap();
    assert_eq!(system.value().unwrap(), 1.0);
    system.set_indices("s", vec![0, 0, 0, 3000]).unwrap();
    let message = system.value().unwrap_err().to_string();
    assert!(message.contains("this i32 would be 3000000000"), "{message}");
    system.set_indices("s", vec![0, 0, 0, -1]).unwrap();
    assert_eq!(system.value().unwrap(), 0.0);
}

/// Integers written in Rust never wrap around; only their 64 bits are an end.
#[test]
fn integers_in_rust_have_64_bits() {
    let cubes = builder::program("cubes", |p| {
        let (x, t) = (p.reals("x"), p.integers("t"));
        p.sum(0, t.len(), |i| (t.at(i) * t.at(i) * t.at(i)).real() * x.at(0))
    });
    let problem = |t: Vec<i32>| {
        let term = Term::built("cubes.rs", cubes.clone().unwrap());
        Problem::new().unknown("x", vec![1.0]).indices("t", t).term(term)
    };
    for device in [Device::Cpu, Device::Interpreter] {
        let options = Options::default().device(device);
        let mut system = System::build(problem(vec![1, 2_000_000]), options.clone()).unwrap();
        assert_eq!(system.value().unwrap(), 8e18 + 1.0);
        let message = System::build(problem(vec![1, 2_100_000]), options).err().unwrap().to_string();
        assert!(message.contains("leaves the 64 bits") && message.contains("i = 1"), "{message}");
    }
}

/// Counts of shifts are taken modulo 32; literal ones must be smaller.
#[test]
fn shifts_by_large_counts() {
    let u = vec![1, 5, 31, 32, 33, 63, 64, 1_000_000_007, i32::MAX];
    let d = Data { n: u.len() as i32, u: u.clone(), ..data() };
    type Exact = fn(u32, u32) -> u32;
    let shifts: [(&str, Exact); 4] = [
        ("u[i] << u[j]", |a, b| a.wrapping_shl(b)),
        ("u[i] >> u[j]", |a, b| a.wrapping_shr(b)),
        ("(u[i] * 3u) << (u[j] + 0xfffffff0u)", |a, b| a.wrapping_mul(3).wrapping_shl(b.wrapping_sub(16))),
        ("(u[i] - 2u) >> (u[j] - 7u)", |a, b| a.wrapping_sub(2).wrapping_shr(b.wrapping_sub(7))),
    ];
    for (shift, exact) in shifts {
        let body = format!(
            "for (var i = 0u; i < n; i++) {{ for (var j = 0u; j < n; j++) {{ sum += f32({shift}) * f32(i + 3u * j) * x[0]; }} }}"
        );
        let pairs = (0..u.len()).flat_map(|i| (0..u.len()).map(move |j| (i, j)));
        let terms = pairs.map(|(i, j)| f64::from(exact(u[i] as u32, u[j] as u32)) * (i + 3 * j) as f64);
        assert_eq!(energy(&body, &d), terms.sum::<f64>(), "{shift}");
    }
    for (body, at) in [("sum = f32(u[0] << 40u) * x[0];", "u[0]"), ("sum = f32(u[0] >> 32u) * x[0];", "u[0]")] {
        refused(body, &d, at, &["Shift amount exceeds the bit width"]);
    }
}

/// The values of a counter in a loop of `for (var i = start; i op end; i += step)`, and the one after it.
fn counted(start: i64, op: &str, end: i64, step: i64) -> (Vec<i64>, i64) {
    let (mut values, mut i) = (Vec::new(), start);
    let holds = |i: i64| match op {
        "<" => i < end,
        "<=" => i <= end,
        ">" => i > end,
        _ => i >= end,
    };
    while holds(i) {
        values.push(i);
        i += step;
    }
    (values, i)
}

/// Loops with a step from a variable start to a variable end, inside a loop: values, what the counter is afterwards, and
/// which entries there are, against the loops themselves.
#[test]
fn strided_loops_from_a_variable_start() {
    type Bound = (&'static str, fn(i64, i64, &[i32]) -> i64);
    let bounds: [(Bound, Bound); 4] = [
        (("k", |k, _, _| k), ("n", |_, n, _| n)),
        (("s[k]", |k, _, s| s[k as usize].into()), ("n - k", |k, n, _| n - k)),
        (("2 * k + 1", |k, _, _| 2 * k + 1), ("s[k] + 4", |k, _, s| i64::from(s[k as usize]) + 4)),
        (("k / 2", |k, _, _| k / 2), ("(n + k) / 2", |k, n, _| (n + k) / 2)),
    ];
    let s = vec![3, 0, 7, 1, 6, 2, 9, 4, 8, 5];
    for ((low, low_of), (high, high_of)) in bounds {
        for (op, step) in [("<", 2), ("<=", 3), ("<", 5), (">", -2), (">=", -3), (">=", -4)] {
            let (from, to) = if step > 0 { (low, high) } else { (high, low) };
            let body = format!(
                "let n = i32(n); for (var k = 0; k < n; k++) {{ var i = {from}; for (; i {op} {to}; i += {step}) {{ \
                 sum += x[i] * x[i + 1] * f32(i + k); }} sum += f32(i) * x[0]; }}"
            );
            for n in [0, 1, 2, 3, 7, 10] {
                let x: Vec<f64> = (0..40).map(|i| 1.0 + f64::from(i * i % 11)).collect();
                let d = Data { x: x.clone(), s: s.clone(), n, ..data() };
                let mut expected = 0.0;
                let mut pairs = std::collections::BTreeSet::new();
                for k in 0..i64::from(n) {
                    let (low, high) = (low_of(k, n.into(), &s), high_of(k, n.into(), &s));
                    let (start, end) = if step > 0 { (low, high) } else { (high, low) };
                    let (values, after) = counted(start, op, end, step);
                    for i in values {
                        let at = i as usize;
                        expected += x[at] * x[at + 1] * (i + k) as f64;
                        pairs.extend([(at, at + 1), (at + 1, at)]);
                    }
                    expected += after as f64 * x[0];
                }
                let mut system = build(&body, &d).unwrap_or_else(|e| panic!("{e}\n{body}"));
                let got = system.evaluate().unwrap_or_else(|e| panic!("{e}\n{body}"));
                assert!((got.energy - expected).abs() <= 1e-12 * expected.abs(), "n = {n}: {body}");
                let found: std::collections::BTreeSet<_> =
                    got.hessian.coordinates().unwrap().map(|(row, col, _)| (row, col)).collect();
                assert_eq!(found, pairs, "n = {n}: {body}");
            }
        }
    }
}
