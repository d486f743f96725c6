//! Expressions.

use super::machine::{Frame, Machine, Storage, of_data};
use super::zero::zero;
use crate::frontend::trace::{Pointer, Result, Root, Val, merge};
use crate::index::Index;
use crate::real::Value;
use naga::{Expression, Handle, Literal, TypeInner};

/// Integers up to this are exact in single precision.
const EXACT_INTEGER: f32 = 16_777_216.0;

impl<'m> Machine<'m> {
    /// Evaluates an expression whose operands have been evaluated, and keeps its value.
    pub fn emit(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<()> {
        self.step()?;
        let span = self.source.place(frame.arena.get_span(handle));
        if span.end > span.start {
            self.trace.graph.span = span;
        }
        let value = self.expression(frame, handle)?;
        frame.values[handle.index()] = Some(value);
        Ok(())
    }

    /// The value of an expression. Those that are never emitted have no operands and are evaluated here.
    pub fn value(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<Val> {
        if let Some(value) = self.kept(frame, handle) {
            return Ok(value);
        }
        let outer = self.trace.graph.span;
        self.constant(frame, handle)?;
        self.trace.graph.span = outer;
        match self.kept(frame, handle) {
            Some(value) => Ok(value),
            None => self.error("this expression has no value"),
        }
    }

    /// Evaluates an expression that is never emitted: a constant, or one built from constants. Operands come first, on
    /// a list of their own.
    fn constant(&mut self, frame: &mut Frame<'m>, root: Handle<Expression>) -> Result<()> {
        let mut pending = vec![root];
        while let Some(&at) = pending.last() {
            if self.kept(frame, at).is_some() {
                pending.pop();
                continue;
            }
            let before = pending.len();
            let Some(operands) = constant_operands(&frame.arena[at]) else {
                return self.error("this expression is used before its operands are known");
            };
            pending.extend(operands.into_iter().filter(|o| frame.values.get(o.index()).is_some_and(Option::is_none)));
            if pending.len() == before {
                self.emit(frame, at)?;
                pending.pop();
            }
        }
        Ok(())
    }

    fn kept(&self, frame: &Frame<'m>, handle: Handle<Expression>) -> Option<Val> {
        frame.values.get(handle.index()).cloned().flatten()
    }

    /// A value that must not be poison.
    fn sound(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<Val> {
        match self.value(frame, handle)? {
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            Val::Gathered(number) => self.expand(number),
            value => Ok(value),
        }
    }

    /// A real.
    pub fn real(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<Value> {
        match self.value(frame, handle)? {
            Val::Real(value) => Ok(value),
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            _ => self.error("a real is wanted here"),
        }
    }

    /// An integer and whether it is signed.
    pub fn integer(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<(Index, bool)> {
        match self.value(frame, handle)? {
            Val::Int { index, signed } => Ok((index, signed)),
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            _ => self.error("an integer is wanted here"),
        }
    }

    /// A condition.
    pub fn predicate(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<Value> {
        match self.value(frame, handle)? {
            Val::Bool(value) => Ok(value),
            Val::Poison(reason) => Err(reason.as_ref().clone()),
            _ => self.error("a condition is wanted here"),
        }
    }

    /// The zero of a type.
    pub fn zero(&mut self, ty: Handle<naga::Type>) -> Result<Val> {
        match zero(&mut self.trace.graph, self.module, ty) {
            Some(value) => Ok(value),
            None => self.error("this type has no values in an energy"),
        }
    }

    fn expression(&mut self, frame: &mut Frame<'m>, handle: Handle<Expression>) -> Result<Val> {
        match &frame.arena[handle] {
            Expression::Literal(literal) => self.literal_value(*literal),
            Expression::Constant(constant) => self.global(self.module.constants[*constant].init),
            Expression::Override(item) => self.override_value(*item),
            Expression::ZeroValue(ty) => self.zero(*ty),
            Expression::Compose { ty, components } => self.compose(frame, *ty, components),
            Expression::Access { base, index } => {
                let (index, _) = self.integer(frame, *index)?;
                let base = self.value(frame, *base)?;
                self.access(base, index)
            }
            Expression::AccessIndex { base, index } => {
                let index = self.trace.graph.indices.int(i64::from(*index));
                let base = self.value(frame, *base)?;
                self.access(base, index)
            }
            Expression::Splat { size, value } => {
                let value = self.sound(frame, *value)?;
                Ok(Val::composite(std::iter::repeat_n(value, *size as usize)))
            }
            Expression::Swizzle { size, vector, pattern } => match self.sound(frame, *vector)? {
                Val::Composite(parts) => {
                    let pick = |k: usize| parts.get(pattern[k] as usize).cloned().unwrap_or(Val::Unset);
                    Ok(Val::composite((0..*size as usize).map(pick)))
                }
                _ => self.error("a vector is wanted here"),
            },
            Expression::FunctionArgument(number) => match frame.arguments.get(*number as usize) {
                Some(value) => Ok(value.clone()),
                None => self.error("this argument has no value"),
            },
            Expression::GlobalVariable(handle) => {
                let root = match self.private.get(handle) {
                    Some(&cell) => Root::Cell(cell),
                    None => Root::Storage(handle.index()),
                };
                Ok(Val::Pointer(Pointer { root, path: Vec::new() }.into()))
            }
            Expression::LocalVariable(local) => {
                let root = Root::Cell(frame.first_cell + local.index());
                Ok(Val::Pointer(Pointer { root, path: Vec::new() }.into()))
            }
            Expression::Load { pointer } => {
                let pointer = self.pointer(frame, *pointer)?;
                self.load(&pointer)
            }
            other => self.operation(frame, handle, other),
        }
    }

    fn operation(
        &mut self,
        frame: &mut Frame<'m>,
        handle: Handle<Expression>,
        expression: &'m Expression,
    ) -> Result<Val> {
        match *expression {
            Expression::Unary { op, expr } => {
                let value = self.sound(frame, expr)?;
                self.unary_operator(op, &value)
            }
            Expression::Binary { op, left, right } => {
                let (a, b) = (self.value(frame, left)?, self.value(frame, right)?);
                match (a, b) {
                    // Poison passes through sums, for `r[i] += v` reads what it may not.
                    (poison @ Val::Poison(_), _) | (_, poison @ Val::Poison(_)) => Ok(poison),
                    (a, b) => self.binary_operator(op, &a, &b),
                }
            }
            Expression::Select { condition, accept, reject } => {
                let condition = self.sound(frame, condition)?;
                let (a, b) = (self.sound(frame, accept)?, self.sound(frame, reject)?);
                self.select_values(&condition, &a, &b)
            }
            Expression::Relational { fun, argument } => {
                let argument = self.sound(frame, argument)?;
                self.relational(fun, &argument)
            }
            Expression::Math { fun, arg, arg1, arg2, arg3 } => {
                let mut arguments = Vec::with_capacity(4);
                for operand in [Some(arg), arg1, arg2, arg3].into_iter().flatten() {
                    arguments.push(self.sound(frame, operand)?);
                }
                match self.source.function_at(frame.arena.get_span(handle)) {
                    Some(function) => self.function(function, &arguments),
                    None => self.builtin(fun, &arguments),
                }
            }
            Expression::As { expr, kind, convert } => {
                let value = self.sound(frame, expr)?;
                self.convert(&value, kind, convert.is_none())
            }
            Expression::ArrayLength(array) => {
                let pointer = self.pointer(frame, array)?;
                self.array_length(&pointer)
            }
            Expression::CallResult(_) => self.error("this call has no result"),
            _ => self.error("this built-in has no place in an energy: only numeric functions with a derivative do"),
        }
    }

    fn literal_value(&mut self, literal: Literal) -> Result<Val> {
        let int = |s: &mut Self, v: i64, signed| Ok(Val::Int { index: s.trace.graph.indices.int(v), signed });
        match literal {
            Literal::F32(rounded) => {
                // Integers that became reals are written in the text in full.
                let text = self.source.text_of(self.trace.graph.span).trim();
                let exact = super::token::literal_value(text).filter(|v| *v as f32 == rounded);
                let negated = text.strip_prefix('-').and_then(|t| super::token::literal_value(t.trim_start()));
                let negated = negated.map(|v| -v).filter(|v| *v as f32 == rounded);
                let whole = (rounded.fract() == 0.0 && rounded.abs() <= EXACT_INTEGER).then_some(f64::from(rounded));
                let Some(number) = exact.or(negated).or(whole) else {
                    return self.error(
                        "this constant was computed from integer literals in single precision: write them with a \
                         decimal point, as in `2.0`, to keep double precision",
                    );
                };
                Ok(Val::Real(self.trace.graph.constant(number)))
            }
            Literal::AbstractFloat(v) => Ok(Val::Real(self.trace.graph.constant(v))),
            // The upper half stands below zero, so that `i + 0xffffffffu` is `i - 1`, and wraps when it is looked at.
            Literal::U32(v) => int(self, i64::from(v as i32), false),
            Literal::I32(v) => int(self, i64::from(v), true),
            Literal::AbstractInt(v) => int(self, v, true),
            Literal::Bool(v) => Ok(Val::Bool(self.trace.graph.bool(v))),
            _ => self.error("only f32, i32, u32 and bool have a place in an energy"),
        }
    }

    /// The value of a module-scope expression.
    fn global(&mut self, handle: Handle<Expression>) -> Result<Val> {
        match self.globals.get(handle.index()).cloned().flatten() {
            Some(Val::Poison(reason)) => Err(reason.as_ref().clone()),
            Some(value) => Ok(value),
            None => self.error("this constant has no value"),
        }
    }

    fn override_value(&mut self, handle: Handle<naga::Override>) -> Result<Val> {
        let item = &self.module.overrides[handle];
        let name = item.name.clone().unwrap_or_default();
        if let Some(&number) = self.source.literals.get(&name) {
            return Ok(Val::Real(self.trace.graph.constant(number)));
        }
        // Operands come first, and so do the defaults that this one may depend on.
        if let Some(init) = item.init.filter(|_| self.inputs.roles().unbound.contains(&name)) {
            return self.global(init);
        }
        match self.signature.parameters.iter().find(|p| p.name == name).map(|p| p.ty.numbers()) {
            Some(numbers) => Ok(of_data(self.inputs.single(&mut self.trace.graph, &name, numbers))),
            None => self.error("only f32, u32 and i32 bind to data"),
        }
    }

    /// Evaluates everything at module scope and gives private variables their cells. What cannot be evaluated is an
    /// error only if it is used.
    pub fn module_scope(&mut self) -> Result<()> {
        let mut frame = Frame::global(self.module);
        frame.values = vec![None; self.module.global_expressions.len()];
        for (handle, _) in self.module.global_expressions.iter() {
            // Constants of constants look their initialiser up in the list of what has been evaluated.
            let value = match self.emit(&mut frame, handle) {
                Ok(()) => self.kept(&frame, handle),
                Err(reason) => Some(Val::Poison(reason.into())),
            };
            frame.values[handle.index()] = value.clone();
            self.globals[handle.index()] = value;
        }
        for (handle, variable) in self.module.global_variables.iter() {
            if variable.space != naga::AddressSpace::Private {
                continue;
            }
            self.trace.graph.span = self.source.place(self.module.global_variables.get_span(handle));
            let value = match variable.init {
                Some(init) => self.globals[init.index()].clone().unwrap_or(Val::Unset),
                None => self.zero(variable.ty)?,
            };
            let cell = self.trace.declare(value);
            self.private.insert(handle, cell);
        }
        Ok(())
    }

    fn compose(
        &mut self,
        frame: &mut Frame<'m>,
        ty: Handle<naga::Type>,
        components: &[Handle<Expression>],
    ) -> Result<Val> {
        let mut parts = Vec::with_capacity(components.len());
        let vector = matches!(self.module.types[ty].inner, TypeInner::Vector { .. });
        for &component in components {
            match self.sound(frame, component)? {
                // A vector may be built from shorter vectors.
                Val::Composite(inner) if vector => parts.extend(inner.iter().cloned()),
                value => parts.push(value),
            }
        }
        Ok(Val::composite(parts))
    }

    fn array_length(&mut self, pointer: &Pointer) -> Result<Val> {
        let Root::Storage(number) = pointer.root else { return self.error("only arrays of data have a length") };
        let Storage::Data(_, width) = self.storage(number)? else {
            return self.error("the length of the residual follows from its writes");
        };
        let name = self.global_name(number);
        let index = self.inputs.length(&mut self.trace.graph, name, width);
        Ok(Val::Int { index, signed: false })
    }

    /// `select` with a condition for the whole or for each component.
    fn select_values(&mut self, condition: &Val, a: &Val, b: &Val) -> Result<Val> {
        match (condition, a, b) {
            (Val::Bool(p), _, _) => Ok(merge(&mut self.trace.graph, *p, a, b)),
            (Val::Composite(ps), Val::Composite(xs), Val::Composite(ys)) => {
                let mut parts = Vec::with_capacity(ps.len());
                for ((p, x), y) in ps.iter().zip(xs.iter()).zip(ys.iter()) {
                    parts.push(self.select_values(p, x, y)?);
                }
                Ok(Val::composite(parts))
            }
            _ => self.error("a condition is wanted here"),
        }
    }
}

/// The operands of an expression that may stand in a constant; `None` for the others.
fn constant_operands(expression: &Expression) -> Option<Vec<Handle<Expression>>> {
    Some(match *expression {
        Expression::Literal(_)
        | Expression::Constant(_)
        | Expression::Override(_)
        | Expression::ZeroValue(_)
        | Expression::FunctionArgument(_)
        | Expression::GlobalVariable(_)
        | Expression::LocalVariable(_) => vec![],
        Expression::Compose { ref components, .. } => components.clone(),
        Expression::Splat { value, .. } => vec![value],
        Expression::Swizzle { vector, .. } => vec![vector],
        Expression::Access { base, index } => vec![base, index],
        Expression::AccessIndex { base, .. } => vec![base],
        Expression::Unary { expr, .. } | Expression::As { expr, .. } => vec![expr],
        Expression::Binary { left, right, .. } => vec![left, right],
        Expression::Select { condition, accept, reject } => vec![condition, accept, reject],
        Expression::Relational { argument, .. } => vec![argument],
        Expression::Math { arg, arg1, arg2, arg3, .. } => [Some(arg), arg1, arg2, arg3].into_iter().flatten().collect(),
        _ => return None,
    })
}
