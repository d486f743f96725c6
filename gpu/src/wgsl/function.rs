//! Functions such as `exp`: those of `spadina_core::function`, each written once as a WGSL function.

use super::arithmetic::{Emitter, Operand};
use super::literal::real_type;
use crate::words;
use spadina_core::function::{self, Arithmetic, LargeAngle, Pieces};
use spadina_core::real::{Precision, RealFunction};

/// The name of a function in WGSL, which no function of WGSL has.
fn name(function: RealFunction) -> String {
    format!("real_{}", function.name())
}

/// The functions that a shader calls.
pub(super) struct Functions {
    precision: Precision,
    called: Vec<RealFunction>,
}

impl Functions {
    pub fn new(precision: Precision) -> Self {
        Self { precision, called: Vec::new() }
    }

    /// A call.
    pub fn call(&mut self, function: RealFunction, arguments: &[&str]) -> String {
        if !self.called.contains(&function) {
            self.called.push(function);
        }
        format!("{}({})", name(function), arguments.join(", "))
    }

    /// The functions that are called, in order of first call, after what they call.
    pub fn text(&self) -> String {
        let real = real_type(self.precision);
        let mut reduces = false;
        let mut text = String::new();
        for &function in &self.called {
            let mut m = Emitter::new(self.precision);
            let names = &["x", "y"][..function.arity()];
            let arguments: Vec<Operand> = names.iter().map(|name| m.parameter(name)).collect();
            let result = function::evaluate(&mut m, function, &arguments);
            let parameters: Vec<String> = names.iter().map(|name| format!("{name}: {real}")).collect();
            let parameters = parameters.join(", ");
            reduces |= m.reduces();
            text += &m.finish(&format!("fn {}({parameters}) -> {real}", name(function)), &[result]);
        }
        if reduces { large_angle(self.precision) + &text } else { text }
    }
}

/// The reduction of large angles, with a loop over the pieces of 2/π: compilers put it in the place of every call.
fn large_angle(precision: Precision) -> String {
    let real = real_type(precision);
    let Pieces { width, count, .. } = Pieces::of(precision);
    let mut m = Emitter::new(precision);
    let x = m.parameter("x");
    let angle = LargeAngle::new(&mut m, x);
    let (scale, one, zero) = (m.constant(2f64.powi(-width)), m.constant(1.0), m.constant(0.0));
    let [total, piece, weight] = ["total", "piece", "weight"];
    let [scale, one, zero] = [scale, one, zero].map(|number| m.text(number).to_string());
    m.line(&format!("var {total} = vec3<{real}>({zero}, {zero}, {zero});"));
    m.line(&format!("var {piece} = {zero};"));
    m.line(&format!("var {weight} = {scale};"));
    // Compilers do not unroll what they cannot count.
    m.line(&format!("let count = {count}i + {};", words::wgsl(words::NEVER)));
    m.line("for (var k = 0i; k < count; k++) {");
    let sum = ["total.x", "total.y", "total.z"].map(|name| m.parameter(name));
    let (number, factor) = (m.parameter(piece), m.parameter(weight));
    let [a, b, c] = angle.add_piece(&mut m, sum, number, factor).map(|result| m.text(result).to_string());
    m.line(&format!("{total} = vec3<{real}>({a}, {b}, {c});"));
    m.line(&format!("{piece} += {one};"));
    m.line(&format!("{weight} *= {scale};"));
    m.line("}");
    let results = angle.finish(&mut m, sum);
    m.finish(&format!("fn large_angle(x: {real}) -> vec3<{real}>"), &results)
}
