//! An arithmetic that writes WGSL: every operation is a `let`.
//!
//! The functions keep rounding errors: `b - ((a + b) - a)` is not zero to them, and a product from which its own rounding
//! error is found must not be contracted with a sum. Compilers of shaders reorder sums, distribute products over them and
//! contract both, and WGSL has no word against it. So sums and differences, and such products, are *hidden*: they pass a
//! selection by a zero of the uniform, which no compiler knows. Only `mul_add`, of which nobody asks an error, is left open.

use super::compare::compare;
use super::literal;
use crate::words;
use spadina_core::function::{Arithmetic, Lookup, split_product_error};
use spadina_core::real::{Compare, Precision};

/// A name or literal, by its number.
#[derive(Clone, Copy)]
pub(super) struct Operand(usize);

/// Writes the body of one function.
pub(super) struct Emitter {
    precision: Precision,
    operands: Vec<String>,
    /// By operand, the number that it is.
    constants: Vec<Option<f64>>,
    body: String,
    /// Tables that are read.
    tables: Vec<&'static [f64]>,
    reduces: bool,
}

/// The bits of a format.
struct Format {
    /// The type of an integer of so many bits, and the suffix of its literals.
    word: &'static str,
    suffix: &'static str,
    /// Bits of a significand, without the leading one that is not stored.
    digits: u32,
    /// The exponent that is stored for 1.
    bias: u64,
    /// The type of a signed integer of so many bits, and its zero.
    signed: &'static str,
    zero: &'static str,
    /// All bits.
    all: u64,
}

const SINGLE: Format =
    Format { word: "u32", suffix: "u", digits: 23, bias: 127, signed: "i32", zero: "0i", all: u32::MAX as u64 };
const DOUBLE: Format =
    Format { word: "u64", suffix: "lu", digits: 52, bias: 1023, signed: "i64", zero: "0li", all: u64::MAX };

impl Emitter {
    pub fn new(precision: Precision) -> Self {
        Self {
            precision,
            operands: Vec::new(),
            constants: Vec::new(),
            body: String::new(),
            tables: Vec::new(),
            reduces: false,
        }
    }

    /// A parameter of the function.
    pub fn parameter(&mut self, name: &str) -> Operand {
        self.operand(name.to_string())
    }

    /// Returns true if the function calls the reduction of large angles.
    pub fn reduces(&self) -> bool {
        self.reduces
    }

    /// The text of the function, with the tables it reads.
    pub fn finish(self, signature: &str, results: &[Operand]) -> String {
        let real = literal::real_type(self.precision);
        let mut text = String::new();
        for (number, table) in self.tables.iter().enumerate() {
            let entries: Vec<String> = table.iter().map(|&entry| literal::real(self.precision, entry)).collect();
            text += &format!("const TABLE{number} = array<{real}, {}>({});\n\n", table.len(), entries.join(", "));
        }
        let results: Vec<&str> = results.iter().map(|&result| self.text(result)).collect();
        let result = match results[..] {
            [single] => single.to_string(),
            _ => format!("vec{}<{real}>({})", results.len(), results.join(", ")),
        };
        let never = words::wgsl(words::NEVER);
        text + &format!("{signature} {{\n  let never = {never} != 0i;\n{}  return {result};\n}}\n\n", self.body)
    }

    fn format(&self) -> &'static Format {
        match self.precision {
            Precision::F32 => &SINGLE,
            Precision::F64 => &DOUBLE,
        }
    }

    fn operand(&mut self, text: String) -> Operand {
        self.operands.push(text);
        self.constants.push(None);
        Operand(self.operands.len() - 1)
    }

    /// The name or literal of an operand.
    pub fn text(&self, operand: Operand) -> &str {
        &self.operands[operand.0]
    }

    /// A new name for an expression.
    fn name(&mut self, expression: String) -> Operand {
        let name = format!("t{}", self.operands.len());
        self.line(&format!("let {name} = {expression};"));
        self.operand(name)
    }

    /// Writes a line of the body.
    pub fn line(&mut self, line: &str) {
        self.body += &format!("  {line}\n");
    }

    /// The same number, as one that no compiler sees through.
    fn hidden(&mut self, a: Operand) -> Operand {
        let zero = literal::real(self.precision, 0.0);
        self.name(format!("select({}, {zero}, never)", self.text(a)))
    }

    /// A sum or difference, hidden; so is one of two equal terms, whose difference is NaN where they are infinite.
    fn added(&mut self, operator: char, a: Operand, b: Operand) -> Operand {
        let b = if a.0 == b.0 { self.hidden(b) } else { b };
        let result = self.name(format!("{} {operator} {}", self.text(a), self.text(b)));
        self.hidden(result)
    }

    fn call(&mut self, function: &str, a: Operand) -> Operand {
        self.name(format!("{function}({})", self.text(a)))
    }

    /// The bits of a real.
    fn bits(&mut self, a: Operand) -> Operand {
        let word = self.format().word;
        self.call(&format!("bitcast<{word}>"), a)
    }

    /// The real of some bits.
    fn of_bits(&mut self, bits: Operand) -> Operand {
        self.call(&format!("bitcast<{}>", literal::real_type(self.precision)), bits)
    }

    /// `bits operator literal`
    fn with_bits(&mut self, bits: Operand, operator: char, literal: u64) -> Operand {
        let format = self.format();
        let literal = literal & format.all;
        self.name(format!("{} {operator} {literal}{}", self.text(bits), format.suffix))
    }
}

impl Arithmetic for Emitter {
    type Real = Operand;
    type Mask = Operand;

    fn precision(&self) -> Precision {
        self.precision
    }

    fn constant(&mut self, number: f64) -> Operand {
        let operand = self.operand(literal::real(self.precision, number));
        self.constants[operand.0] = Some(number);
        operand
    }

    fn add(&mut self, a: Operand, b: Operand) -> Operand {
        self.added('+', a, b)
    }

    fn sub(&mut self, a: Operand, b: Operand) -> Operand {
        self.added('-', a, b)
    }

    fn mul(&mut self, a: Operand, b: Operand) -> Operand {
        self.name(format!("{} * {}", self.text(a), self.text(b)))
    }

    fn div(&mut self, a: Operand, b: Operand) -> Operand {
        self.name(format!("{} / {}", self.text(a), self.text(b)))
    }

    fn mul_add(&mut self, a: Operand, b: Operand, c: Operand) -> Operand {
        let product = self.mul(a, b);
        self.name(format!("{} + {}", self.text(product), self.text(c)))
    }

    fn neg(&mut self, a: Operand) -> Operand {
        self.name(format!("-{}", self.text(a)))
    }

    fn abs(&mut self, a: Operand) -> Operand {
        // naga takes no absolute values of literals in double precision.
        match self.constants[a.0] {
            Some(number) => self.constant(number.abs()),
            None => self.call("abs", a),
        }
    }

    fn sqrt(&mut self, a: Operand) -> Operand {
        self.call("sqrt", a)
    }

    fn round(&mut self, a: Operand) -> Operand {
        self.call("round", a)
    }

    fn compare(&mut self, op: Compare, a: Operand, b: Operand) -> Operand {
        // A number is not itself if it is NaN.
        let b = if a.0 == b.0 { self.hidden(b) } else { b };
        self.name(compare(op, self.text(a), self.text(b)))
    }

    fn and(&mut self, a: Operand, b: Operand) -> Operand {
        self.name(format!("{} & {}", self.text(a), self.text(b)))
    }

    fn select(&mut self, mask: Operand, a: Operand, b: Operand) -> Operand {
        self.name(format!("select({}, {}, {})", self.text(b), self.text(a), self.text(mask)))
    }

    fn copy_sign(&mut self, a: Operand, b: Operand) -> Operand {
        let Format { signed, zero, .. } = *self.format();
        let bits = self.call(&format!("bitcast<{signed}>"), b);
        let negative = self.name(format!("{} < {zero}", self.text(bits)));
        let magnitude = self.abs(a);
        let minus = self.neg(magnitude);
        self.select(negative, minus, magnitude)
    }

    fn high(&mut self, a: Operand) -> Operand {
        let lower = (self.format().digits + 1).div_ceil(2);
        let bits = self.bits(a);
        let bits = self.with_bits(bits, '&', u64::MAX << lower);
        self.of_bits(bits)
    }

    fn exponent(&mut self, a: Operand) -> Operand {
        let Format { digits, bias, .. } = *self.format();
        let bits = self.bits(a);
        let stored = self.name(format!("i32({} >> {digits}u)", self.text(bits)));
        let exponent = self.name(format!("{} - {bias}i", self.text(stored)));
        self.call(literal::real_type(self.precision), exponent)
    }

    fn significand(&mut self, a: Operand) -> Operand {
        let Format { digits, bias, .. } = *self.format();
        let bits = self.bits(a);
        let bits = self.with_bits(bits, '&', (1 << digits) - 1);
        let bits = self.with_bits(bits, '|', bias << digits);
        self.of_bits(bits)
    }

    fn power_of_two(&mut self, n: Operand) -> Operand {
        let Format { word, digits, bias, .. } = *self.format();
        let n = self.call("i32", n);
        let stored = self.name(format!("{word}({} + {bias}i)", self.text(n)));
        let bits = self.name(format!("{} << {digits}u", self.text(stored)));
        self.of_bits(bits)
    }

    fn large_angle(&mut self, mask: Operand, a: Operand, otherwise: [Operand; 3]) -> [Operand; 3] {
        self.reduces = true;
        let [q, hi, lo] = otherwise.map(|operand| self.text(operand).to_string());
        let name = format!("t{}", self.operands.len());
        let (mask, a) = (self.text(mask).to_string(), self.text(a).to_string());
        self.line(&format!("var {name} = vec3<{}>({q}, {hi}, {lo});", literal::real_type(self.precision)));
        self.line(&format!("if {mask} {{"));
        self.line(&format!("  {name} = large_angle({a});"));
        self.line("}");
        let reduced = self.operand(name);
        ["x", "y", "z"].map(|component| self.name(format!("{}.{component}", self.text(reduced))))
    }

    fn product_error(&mut self, a: Operand, b: Operand, p: Operand) -> Operand {
        let hidden = self.hidden(p);
        // From now on that is the product.
        self.operands[p.0] = self.text(hidden).to_string();
        split_product_error(self, a, b, p)
    }
}

impl Lookup for Emitter {
    fn entry(&mut self, table: &'static [f64], index: Operand) -> Operand {
        let number = self.tables.iter().position(|known| std::ptr::eq(*known, table)).unwrap_or_else(|| {
            self.tables.push(table);
            self.tables.len() - 1
        });
        let at = self.name(format!("min(u32({}), {}u)", self.text(index), table.len() - 1));
        self.name(format!("TABLE{number}[{}]", self.text(at)))
    }
}
