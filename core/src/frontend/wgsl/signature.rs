//! Finds the energy of a file and what it reads.

use super::literals::Rewriting;
use super::{Form, Kind, Numbers, Parameter, ParameterType};
use crate::error::Diagnostic;
use crate::real::Span;
use naga::{AddressSpace, ArraySize, Expression, Function, Handle, Scalar, ScalarKind, StorageAccess, TypeInner};

/// The energy or residual of a file, and its parameters.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The form in which it is evaluated.
    pub form: Form,
    /// The kind of result that it computes.
    pub kind: Kind,
    /// The function.
    pub function: Handle<Function>,
    /// The parameters: arguments of the element form first, in their order, then those that the module declares.
    pub parameters: Vec<Parameter>,
    /// The arguments of the function.
    pub arguments: Vec<Argument>,
    /// The array that a residual program writes.
    pub output: Option<Handle<naga::GlobalVariable>>,
}

/// An argument of the function, by the numbers of parameters.
#[derive(Clone, Debug)]
pub enum Argument {
    /// A parameter.
    One(usize),
    /// A struct, whose members are parameters of their own names.
    Struct(Vec<Argument>),
}

/// Finds the energy or residual of a module.
pub fn find(source: &Rewriting, module: &naga::Module) -> Result<Signature, Diagnostic> {
    let (handle, function, kind) = find_function(source, module)?;
    let form = if function.arguments.is_empty() { Form::Program } else { Form::Element };
    let mut signature =
        Signature { form, kind, function: handle, parameters: Vec::new(), arguments: Vec::new(), output: None };
    for (number, argument) in function.arguments.iter().enumerate() {
        let span = argument_span(source, function, number);
        let name = argument.name.clone().unwrap_or_else(|| format!("argument{number}"));
        let added = add_argument(module, (&name, argument.ty), span, &mut signature.parameters);
        let added = added.map_err(|rule| Diagnostic::new(span, format!("parameter `{name}`: {rule}")))?;
        signature.arguments.push(added);
    }
    let mut declared = overrides(source, module)?;
    declared.extend(globals(source, module, &mut signature)?);
    declared.sort_by_key(|p| p.span.start);
    signature.parameters.extend(declared);
    check_result(source, module, function, &signature)?;
    Ok(signature)
}

fn find_function<'m>(
    source: &Rewriting,
    module: &'m naga::Module,
) -> Result<(Handle<Function>, &'m Function, Kind), Diagnostic> {
    let mut found = None;
    for (handle, function) in module.functions.iter() {
        let kind = match function.name.as_deref() {
            Some("energy") => Kind::Energy,
            Some("residual") => Kind::Residual,
            _ => continue,
        };
        if found.is_some() {
            let span = source.place(module.functions.get_span(handle));
            return Err(Diagnostic::new(span, "a file has one `fn energy` or one `fn residual`, not both: split it"));
        }
        found = Some((handle, function, kind));
    }
    found.ok_or_else(|| {
        let message = "the file has no `fn energy(...) -> f32` and no `fn residual(...)`: write one of them";
        Diagnostic::new(Span::default(), message)
    })
}

fn argument_span(source: &Rewriting, function: &Function, number: usize) -> Span {
    let named = |(_, e): &(Handle<Expression>, &Expression)| **e == Expression::FunctionArgument(number as u32);
    let found = function.expressions.iter().find(named);
    found.map(|(h, _)| source.place(function.expressions.get_span(h))).unwrap_or_default()
}

fn is_real(scalar: Scalar) -> bool {
    numbers(scalar) == Some(Numbers::Real)
}

/// The numbers of a type; `None` for those that have no place in an energy.
fn numbers(scalar: Scalar) -> Option<Numbers> {
    match scalar {
        Scalar { kind: ScalarKind::Float, width: 4 } => Some(Numbers::Real),
        Scalar { kind: ScalarKind::Uint, width: 4 } => Some(Numbers::Unsigned),
        Scalar { kind: ScalarKind::Sint, width: 4 } => Some(Numbers::Signed),
        _ => None,
    }
}

/// The numbers and components of a scalar or vector.
fn row(module: &naga::Module, ty: Handle<naga::Type>) -> Option<(Numbers, usize)> {
    match module.types[ty].inner {
        TypeInner::Scalar(scalar) => Some((numbers(scalar)?, 1)),
        TypeInner::Vector { size, scalar } => Some((numbers(scalar)?, size as usize)),
        _ => None,
    }
}

/// Adds an argument, or a member of one, to the parameters; gives the rule that it breaks, if it breaks one.
fn add_argument(
    module: &naga::Module,
    (name, ty): (&str, Handle<naga::Type>),
    span: Span,
    parameters: &mut Vec<Parameter>,
) -> Result<Argument, String> {
    if let Some(ty) = argument_type(module, ty) {
        if parameters.iter().any(|own| own.name == name) {
            return Err(format!("the name `{name}` of a member is another parameter's, too: rename one of them"));
        }
        parameters.push(Parameter { name: name.into(), ty, span, default: None });
        return Ok(Argument::One(parameters.len() - 1));
    }
    let TypeInner::Struct { members, .. } = &module.types[ty].inner else {
        return Err(
            "an element energy takes f32, u32, i32, vectors of those, matCxRf, arrays array<S, K> of scalars or \
                    vectors at the K nodes, and structs of all these, whose members bind by their names; pass other \
                    arrays as several such parameters"
                .into(),
        );
    };
    let of = |member: &naga::StructMember| member.name.clone().unwrap_or_default();
    let added = members.iter().map(|member| add_argument(module, (&of(member), member.ty), span, parameters));
    added.collect::<Result<_, _>>().map(Argument::Struct)
}

fn argument_type(module: &naga::Module, ty: Handle<naga::Type>) -> Option<ParameterType> {
    Some(match module.types[ty].inner {
        TypeInner::Scalar(scalar) => ParameterType::Plain { numbers: numbers(scalar)?, shape: vec![] },
        TypeInner::Vector { size, scalar } => {
            ParameterType::Plain { numbers: numbers(scalar)?, shape: vec![size as usize] }
        }
        TypeInner::Matrix { columns, rows, scalar } => {
            ParameterType::Plain { numbers: numbers(scalar)?, shape: vec![rows as usize, columns as usize] }
        }
        TypeInner::Array { base, size: ArraySize::Constant(nodes), .. } => {
            let (numbers, components) = row(module, base)?;
            ParameterType::Gathered { numbers, components, nodes: nodes.get() as usize }
        }
        _ => return None,
    })
}

fn overrides(source: &Rewriting, module: &naga::Module) -> Result<Vec<Parameter>, Diagnostic> {
    let mut list = Vec::new();
    for (handle, item) in module.overrides.iter() {
        let name = item.name.clone().unwrap_or_default();
        if source.literals.contains_key(&name) {
            continue;
        }
        let span = source.place(module.overrides.get_span(handle));
        let Some((numbers, 1)) = row(module, item.ty) else {
            let message = format!("override `{name}`: only f32, u32 and i32 bind to data");
            return Err(Diagnostic::new(span, message));
        };
        let ty = ParameterType::Override(numbers);
        list.push(Parameter { name, ty, span, default: None });
    }
    Ok(list)
}

fn globals(source: &Rewriting, module: &naga::Module, signature: &mut Signature) -> Result<Vec<Parameter>, Diagnostic> {
    let mut list = Vec::new();
    for (handle, item) in module.global_variables.iter() {
        let name = item.name.clone().unwrap_or_default();
        let span = source.place(module.global_variables.get_span(handle));
        let refuse = |rule: &str| Err(Diagnostic::new(span, format!("variable `{name}`: {rule}")));
        let access = match item.space {
            AddressSpace::Private => continue,
            AddressSpace::Storage { access } => access,
            _ => return refuse("data are read from var<storage, read>, or are an `override`"),
        };
        if signature.form == Form::Element {
            return refuse("an element energy takes its data as parameters of the function");
        }
        let ty = storage_type(module, item.ty);
        if access.contains(StorageAccess::STORE) {
            let flat = ty == Some(ParameterType::Array { numbers: Numbers::Real, components: 1 });
            if signature.kind == Kind::Residual && name == "r" && flat {
                signature.output = Some(handle);
                continue;
            }
            return refuse("inputs are read only: declare it var<storage, read>; a residual writes `r: array<f32>`");
        }
        match ty {
            Some(ty) => list.push(Parameter { name, ty, span, default: None }),
            None => return refuse("data are arrays of f32, u32, i32 or vectors of those, without a fixed length"),
        }
    }
    Ok(list)
}

fn storage_type(module: &naga::Module, ty: Handle<naga::Type>) -> Option<ParameterType> {
    let TypeInner::Array { base, size: ArraySize::Dynamic, .. } = module.types[ty].inner else {
        return None;
    };
    let (numbers, components) = row(module, base)?;
    Some(ParameterType::Array { numbers, components })
}

fn check_result(
    source: &Rewriting,
    module: &naga::Module,
    function: &Function,
    signature: &Signature,
) -> Result<(), Diagnostic> {
    let span = source.place(module.functions.get_span(signature.function));
    let result = function.result.as_ref().map(|r| &module.types[r.ty].inner);
    let real = |inner: &TypeInner| matches!(inner, TypeInner::Scalar(s) if is_real(*s));
    let rows = |inner: &TypeInner| holds_reals(module, inner);
    let message = match (signature.kind, signature.form) {
        (Kind::Energy, _) if result.is_some_and(real) => return Ok(()),
        (Kind::Energy, _) => "`energy` returns f32",
        (Kind::Residual, Form::Element) if result.is_some_and(rows) => return Ok(()),
        (Kind::Residual, Form::Element) => "`residual` returns f32, vecNf, matCxRf, or arrays and structs of these",
        (Kind::Residual, Form::Program) if result.is_some() => {
            "`residual` without parameters returns nothing: it writes `r`"
        }
        (Kind::Residual, Form::Program) if signature.output.is_none() => {
            "`residual` without parameters writes its rows: declare var<storage, read_write> r: array<f32>"
        }
        (Kind::Residual, Form::Program) => return Ok(()),
    };
    Err(Diagnostic::new(span, message))
}

/// Returns true if a type consists of reals.
fn holds_reals(module: &naga::Module, inner: &TypeInner) -> bool {
    match inner {
        TypeInner::Scalar(scalar) | TypeInner::Vector { scalar, .. } | TypeInner::Matrix { scalar, .. } => {
            is_real(*scalar)
        }
        TypeInner::Array { base, size: ArraySize::Constant(_), .. } => holds_reals(module, &module.types[*base].inner),
        TypeInner::Struct { members, .. } => members.iter().all(|m| holds_reals(module, &module.types[m.ty].inner)),
        _ => false,
    }
}
