//! Messages of the WGSL validator in plain words: it speaks of places in its own tables, which no user knows.

/// The hints that stand for messages which take some knowledge of naga's insides.
const HINTS: &[(&str, &str)] = &[
    ("valid destination for a store", "inputs are read only: assign to a `var` of the function"),
    ("declared return type", "the returned value does not have the type of the function's result"),
    ("out of [0] bounds", "the index is out of range"),
    ("out of bounds", "the index is out of range"),
    ("`if` condition", "the condition of `if` is not a boolean: compare, as in `x > 0.0`"),
    ("not a boolean", "this condition is not a boolean: compare, as in `x > 0.0`"),
];

/// The operators by their names in naga.
const OPERATORS: &[(&str, &str)] = &[
    ("Add", "+"),
    ("Subtract", "-"),
    ("Multiply", "*"),
    ("Divide", "/"),
    ("Modulo", "%"),
    ("Equal", "=="),
    ("NotEqual", "!="),
    ("LessEqual", "<="),
    ("Less", "<"),
    ("GreaterEqual", ">="),
    ("Greater", ">"),
    ("And", "&"),
    ("ExclusiveOr", "^"),
    ("InclusiveOr", "|"),
    ("LogicalAnd", "&&"),
    ("LogicalOr", "||"),
    ("ShiftLeft", "<<"),
    ("ShiftRight", ">>"),
];

/// A message of the validator, with its causes, in plain words.
pub fn plain(message: &str) -> String {
    if let Some((_, hint)) = HINTS.iter().find(|(rule, _)| message.contains(rule)) {
        return (*hint).to_string();
    }
    let inner = message.split(": ").filter(|part| !is_place(part)).collect::<Vec<_>>().join(": ");
    let said = operation(&inner).or_else(|| composing(&inner)).unwrap_or(inner);
    without_handles(&said)
}

/// True for a part that only says where: `Function [0] 'energy' is invalid`.
fn is_place(part: &str) -> bool {
    let kinds = ["Function ", "Expression ", "Type ", "Constant ", "Override ", "Entry point ", "Global variable "];
    part.ends_with(" is invalid") && kinds.iter().any(|kind| part.starts_with(kind))
}

/// An operator between types that it does not take.
fn operation(message: &str) -> Option<String> {
    let (name, rest) = message.strip_prefix("Operation ")?.split_once(" can't work with ")?;
    let sign = OPERATORS.iter().find(|(own, _)| *own == name).map_or(name, |(_, sign)| sign);
    let types: Vec<String> = rest.split("(of type ").skip(1).map(name_of).collect();
    Some(match &types[..] {
        [a, b] => format!("`{sign}` does not take {a} and {b}: convert one of them, as in `f32(n)`"),
        _ => format!("`{sign}` does not take values of these types"),
    })
}

/// The name of a type from its debug text.
fn name_of(text: &str) -> String {
    let scalar = [("Float", "f32"), ("Sint", "i32"), ("Uint", "u32"), ("Bool", "bool")];
    let kind = |text: &str| {
        let after = text.split("kind: ").nth(1)?;
        scalar.iter().find(|(own, _)| after.starts_with(own)).map(|(_, name)| *name)
    };
    let size = |key: &str| {
        let after = text.split(&format!("{key}: ")[..]).nth(1)?;
        [("Bi", 2), ("Tri", 3), ("Quad", 4)].into_iter().find(|(own, _)| after.starts_with(own)).map(|(_, n)| n)
    };
    let name = match text {
        _ if text.starts_with("Scalar") => kind(text).map(str::to_string),
        _ if text.starts_with("Vector") => size("size").zip(kind(text)).map(|(n, kind)| format!("vec{n}<{kind}>")),
        _ if text.starts_with("Matrix") => {
            let sizes = size("columns").zip(size("rows"));
            sizes.zip(kind(text)).map(|((columns, rows), kind)| format!("mat{columns}x{rows}<{kind}>"))
        }
        _ => None,
    };
    name.unwrap_or_else(|| "a value of another type".into())
}

/// A value that is composed of another number of parts.
fn composing(message: &str) -> Option<String> {
    let (wanted, found) = message.strip_prefix("Composing expects ")?.split_once(" components but ")?;
    Some(format!("this is made of {wanted} values, and {} are given", found.strip_suffix(" were given")?))
}

/// A text without ` [3]` and its like.
fn without_handles(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(" [") {
        let inner = &rest[at + 2..];
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        let handle = digits > 0 && inner[digits..].starts_with(']');
        let end = if handle { at + 2 + digits + 1 } else { at + 2 };
        out.push_str(if handle { &rest[..at] } else { &rest[..end] });
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn validators_speak_plainly() {
        let inside = "Function [0] 'energy' is invalid: Expression [4] is invalid: ";
        let float = "Scalar(Scalar { kind: Float, width: 4 })";
        let vector = "Vector { size: Tri, scalar: Scalar { kind: Sint, width: 4 } }";
        let matrix = "Matrix { columns: Bi, rows: Tri, scalar: Scalar { kind: Float, width: 8 } }";
        for (said, wanted) in [
            (
                format!("Operation Multiply can't work with [2] (of type {float}) and [3] (of type {vector})"),
                "`*` does not take f32 and vec3<i32>: convert one of them, as in `f32(n)`",
            ),
            (
                format!("Operation LessEqual can't work with [2] (of type {matrix}) and [13] (of type Array)"),
                "`<=` does not take mat2x3<f32> and a value of another type: convert one of them, as in `f32(n)`",
            ),
            ("Composing expects 3 components but 2 were given".into(), "this is made of 3 values, and 2 are given"),
            ("Argument [1] of sin [22] is not [x]".into(), "Argument of sin is not [x]"),
            ("Accessing index 5 is out of [0] bounds".into(), "the index is out of range"),
            (
                "The `if` condition [2] is not a boolean scalar".into(),
                "the condition of `if` is not a boolean: compare, as in `x > 0.0`",
            ),
        ] {
            assert_eq!(plain(&format!("{inside}{said}")), wanted);
        }
    }
}
