//! Random expressions of 32-bit integers, over their whole range, against Rust's.

use crate::{Data, on_devices};

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

/// The value of an expression for a number of the loop and a table.
type Exact = Box<dyn Fn(u32, &[u32]) -> u32>;

/// An expression of `u32`.
struct Expression {
    text: String,
    exact: Exact,
}

fn atom(random: &mut Random) -> Expression {
    let literal = match random.next(3) {
        0 => random.next(40) as u32,
        1 => (random.next(1 << 31) as u32).wrapping_mul(5),
        _ => u32::MAX - random.next(3) as u32,
    };
    match random.next(4) {
        0 => Expression { text: "i".into(), exact: Box::new(|i, _| i) },
        1 => {
            let shift = random.next(4) as u32;
            let text = format!("u[(i + {shift}u) % 4u]");
            Expression { text, exact: Box::new(move |i, u| u[((i + shift) % 4) as usize]) }
        }
        2 => Expression { text: "n".into(), exact: Box::new(|_, _| 8) },
        _ => Expression { text: format!("{literal}u"), exact: Box::new(move |_, _| literal) },
    }
}

fn expression(random: &mut Random, depth: usize) -> Expression {
    if depth == 0 || random.next(8) == 0 {
        return atom(random);
    }
    let [a, b, c, d] = std::array::from_fn(|_| expression(random, depth - 1));
    type Binary = (&'static str, fn(u32, u32) -> u32);
    const OPERATIONS: [Binary; 16] = [
        ("((A + B) & 0xffffffffu)", u32::wrapping_add),
        ("((A - B) & 0xffffffffu)", u32::wrapping_sub),
        ("((A * B) & 0xffffffffu)", u32::wrapping_mul),
        ("(A & B)", |a, b| a & b),
        ("(A | B)", |a, b| a | b),
        ("(A ^ ~B)", |a, b| a ^ !b),
        ("(A << (B & 31u))", |a, b| a.wrapping_shl(b)),
        ("(A >> (B & 31u))", |a, b| a.wrapping_shr(b)),
        ("(A / (B | 1u))", |a, b| a / (b | 1)),
        ("(A % (B | 1u))", |a, b| a % (b | 1)),
        ("min(A, B)", u32::min),
        ("max(A, B)", u32::max),
        ("u32(abs(i32(A >> 1u) - i32(B >> 1u)))", |a, b| (a >> 1).abs_diff(b >> 1)),
        ("(u32(min(i32(A >> 1u), i32(B >> 2u)) / -7) & 0xffffffffu)", |a, b| ((a >> 1).min(b >> 2) as i32 / -7) as u32),
        ("((A * 2654435761u + B) >> 5u)", |a, b| a.wrapping_mul(2654435761).wrapping_add(b) >> 5),
        ("((A ^ B) * 277803737u % 65521u)", |a, b| (a ^ b).wrapping_mul(277803737) % 65521),
    ];
    type Test = (&'static str, fn(&u32, &u32) -> bool);
    const TESTS: [Test; 6] =
        [("<", u32::lt), ("<=", u32::le), (">", u32::gt), (">=", u32::ge), ("==", u32::eq), ("!=", u32::ne)];
    match random.next(OPERATIONS.len() + 4) {
        number if number < OPERATIONS.len() => {
            let (text, exact) = OPERATIONS[number];
            let text = text.replace('B', "\u{1}").replace('A', &a.text).replace('\u{1}', &b.text);
            Expression { text, exact: Box::new(move |i, u| exact((a.exact)(i, u), (b.exact)(i, u))) }
        }
        _ => {
            let (test, exact) = TESTS[random.next(TESTS.len())];
            let text = format!("select({}, {}, {} {test} {})", a.text, b.text, c.text, d.text);
            let exact: Exact = Box::new(move |i, u| {
                let chosen = if exact(&(c.exact)(i, u), &(d.exact)(i, u)) { &b } else { &a };
                (chosen.exact)(i, u)
            });
            Expression { text, exact }
        }
    }
}

#[test]
fn random_expressions_are_those_of_rust() {
    const EACH: usize = 5;
    let u: [u32; 4] = [0, 7, 70_000, i32::MAX as u32];
    for seed in 0..10 {
        let mut random = Random(seed * 77 + 5);
        let list: Vec<Expression> = (0..EACH).map(|_| expression(&mut random, 3)).collect();
        let mut body = String::from("for (var i = 0u; i < n; i++) {\n");
        for (k, own) in list.iter().enumerate() {
            body += &format!("sum += f32({}) * x[i * {EACH}u + {k}u];\n", own.text);
        }
        body += "}";
        let data = Data { x: vec![1.0; 8 * EACH], s: vec![0; 4], u: u.map(|v| v as i32).to_vec(), n: 8, k: 0 };
        for (device, mut system, tolerance) in on_devices(&body, &data) {
            let (_, gradient) = system.gradient().unwrap_or_else(|e| panic!("{device}: {e}\n{body}"));
            for (at, &found) in gradient.iter().enumerate() {
                let exact = f64::from((list[at % EACH].exact)((at / EACH) as u32, &u));
                let near = (found - exact).abs() <= tolerance * exact;
                assert!(
                    near,
                    "{device}, program {seed}: {found}, not {exact}, at i = {}: {}",
                    at / EACH,
                    list[at % EACH].text
                );
            }
        }
    }
}
