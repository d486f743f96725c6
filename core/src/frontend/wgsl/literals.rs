//! Keeps double precision through naga, which rounds float literals to `f32` and folds constants in `f32`.
//!
//! The text that naga sees has every float literal replaced by an `override` without a value, which naga can neither
//! fold nor round; the lowering knows the value in double precision. Constants that hold floats become private
//! variables, or `let`s inside functions. A map gives every place in the rewritten text its place in the original.

use super::token::{Token, TokenKind, literal_value, tokens};
use crate::error::Diagnostic;
use crate::real::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// Tokens that constants may expand to, over the whole file.
const EXPANSION_LIMIT: usize = 1 << 18;

/// A stretch of the rewritten text and where it comes from.
#[derive(Clone, Copy, Debug)]
struct Piece {
    start: usize,
    from: Span,
    /// Copied letter by letter, so that places inside it map one to one.
    verbatim: bool,
}

/// A source text as the user wrote it and as naga sees it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// What the user wrote.
    pub original: String,
    /// What naga sees.
    pub rewritten: String,
    /// The values of the literals that became overrides, by name.
    pub literals: FxHashMap<String, f64>,
    /// How those literals are written, for messages.
    spellings: Vec<(String, String)>,
    /// The constants that became private variables.
    constants: FxHashSet<String>,
    pieces: Vec<Piece>,
}

impl Source {
    /// Rewrites a text.
    pub fn new(original: &str) -> Result<Source, Diagnostic> {
        let list = tokens(original);
        let plan = Plan::new(original, &list);
        let mut writer = Writer {
            source: Source { original: original.to_string(), ..Source::default() },
            by_bits: FxHashMap::default(),
            prefix: unused_prefix(original),
            budget: EXPANSION_LIMIT,
        };
        writer.source.constants = plan.demoted.keys().cloned().collect();
        writer.file(&list, &plan)?;
        Ok(writer.source)
    }

    /// The place in the original text of a place in the rewritten one.
    pub fn place(&self, span: naga::Span) -> Span {
        let Some(range) = span.to_range() else { return Span::default() };
        let (start, end) = (self.map(range.start, false), self.map(range.end, true));
        Span { start, end: end.max(start) }
    }

    fn map(&self, at: usize, end: bool) -> u32 {
        let key = if end { at.saturating_sub(1) } else { at };
        let after = self.pieces.partition_point(|p| p.start <= key);
        match after.checked_sub(1).map(|k| self.pieces[k]) {
            Some(p) if p.verbatim => (p.from.start + (at - p.start) as u32).min(p.from.end),
            Some(p) if end => p.from.end,
            Some(p) => p.from.start,
            None => 0,
        }
    }

    /// Whether a private variable is a constant that holds floats.
    pub fn is_constant(&self, name: &str) -> bool {
        self.constants.contains(name)
    }

    /// The original text of a place.
    pub fn text_of(&self, span: Span) -> &str {
        self.original.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// A message of naga with the literals as the user wrote them.
    pub fn in_user_terms(&self, message: &str) -> String {
        let mut text = message.to_string();
        for (name, spelling) in &self.spellings {
            if text.contains(name.as_str()) {
                text = text.replace(name.as_str(), spelling);
            }
        }
        text.replace("var<private>", "const")
    }
}

/// A name that no identifier of the text begins with.
fn unused_prefix(text: &str) -> String {
    let mut prefix = "literal".to_string();
    while text.contains(&prefix) {
        prefix.push('q');
    }
    prefix
}

/// Whether a type or constructor of this name holds floats.
fn is_float_type(word: &str) -> bool {
    let vector = |w: &str| matches!(w.as_bytes(), [b'2'..=b'4', b'f' | b'h']);
    word == "f32"
        || word == "f16"
        || word.strip_prefix("vec").is_some_and(vector)
        || word.strip_prefix("mat").is_some_and(|w| w.len() >= 3 && w.contains('x') && w.len() <= 4)
}

/// Built-in functions that take nothing but floats.
const FLOAT_FUNCTIONS: &[&str] = &[
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "ceil",
    "cos",
    "cosh",
    "degrees",
    "distance",
    "exp",
    "exp2",
    "floor",
    "fma",
    "fract",
    "inverseSqrt",
    "length",
    "log",
    "log2",
    "mix",
    "normalize",
    "pow",
    "radians",
    "round",
    "saturate",
    "sin",
    "sinh",
    "smoothstep",
    "sqrt",
    "step",
    "tan",
    "tanh",
    "trunc",
];

/// What to do with each token, by its number.
#[derive(Default)]
struct Plan {
    /// Becomes an override: a float literal, or an integer that a float constructor takes.
    literal: FxHashSet<usize>,
    /// Replaced by this text: the `const` of a constant that holds floats.
    replaced: FxHashMap<usize, &'static str>,
    /// Module constants that become variables: name and the tokens of the initialiser.
    demoted: FxHashMap<String, (usize, usize)>,
    /// Stands in a module-scope initialiser, where demoted constants are expanded.
    initializer: FxHashSet<usize>,
}

impl Plan {
    fn new(text: &str, list: &[Token]) -> Plan {
        let mut plan = Plan::default();
        plan.find_literals(text, list);
        plan.find_module_constants(text, list);
        plan.find_local_constants(text, list);
        plan
    }

    fn find_literals(&mut self, text: &str, list: &[Token]) {
        let mut open: Vec<bool> = Vec::new();
        let mut skip = false;
        for (k, token) in list.iter().enumerate() {
            match token.kind {
                TokenKind::Word if token.text(text) == "const_assert" => skip = true,
                TokenKind::Mark(b';') => skip = false,
                TokenKind::Mark(b'(') => open.push(is_float_constructor(text, list, k)),
                TokenKind::Mark(b'[' | b'{') => open.push(false),
                TokenKind::Mark(b')' | b']' | b'}') => {
                    open.pop();
                }
                TokenKind::Float if !skip => {
                    self.literal.insert(k);
                }
                TokenKind::Integer if !skip && open.last() == Some(&true) && stands_alone(list, k) => {
                    self.literal.insert(k);
                }
                _ => {}
            }
        }
    }

    /// Finds declarations at module scope and the constants among them that hold floats, also through others.
    fn find_module_constants(&mut self, text: &str, list: &[Token]) {
        let mut constants: Vec<(usize, usize, usize)> = Vec::new();
        let mut depth = 0usize;
        let mut k = 0;
        while k < list.len() {
            match list[k].kind {
                TokenKind::Mark(b'{') => depth += 1,
                TokenKind::Mark(b'}') => depth = depth.saturating_sub(1),
                TokenKind::Word if depth == 0 && matches!(list[k].text(text), "const" | "override" | "var") => {
                    let end = statement_end(list, k);
                    if let Some(equals) = assignment(list, k, end) {
                        self.initializer.extend(equals + 1..end);
                        if list[k].text(text) == "const" {
                            constants.push((k, equals, end));
                        }
                    }
                    k = end;
                    continue;
                }
                _ => {}
            }
            k += 1;
        }
        loop {
            let before = self.demoted.len();
            for &(at, equals, end) in &constants {
                let Some(name) = list.get(at + 1).map(|t| t.text(text)) else { continue };
                if !self.demoted.contains_key(name) && self.holds_floats(text, list, at + 2, end, &FxHashSet::default())
                {
                    self.demoted.insert(name.to_string(), (equals + 1, end));
                    self.replaced.insert(at, "var<private>");
                }
            }
            if self.demoted.len() == before {
                return;
            }
        }
    }

    fn holds_floats(&self, text: &str, list: &[Token], from: usize, to: usize, local: &FxHashSet<&str>) -> bool {
        (from..to.min(list.len())).any(|k| {
            let word = list[k].text(text);
            match list[k].kind {
                TokenKind::Float => true,
                TokenKind::Integer => self.literal.contains(&k),
                TokenKind::Word => is_float_type(word) || self.demoted.contains_key(word) || local.contains(word),
                TokenKind::Mark(_) => false,
            }
        })
    }

    /// Constants of functions that hold floats become `let`.
    fn find_local_constants<'a>(&mut self, text: &'a str, list: &[Token]) {
        let mut depth = 0usize;
        let mut local: FxHashSet<&'a str> = FxHashSet::default();
        for (k, token) in list.iter().enumerate() {
            match token.kind {
                TokenKind::Mark(b'{') => depth += 1,
                TokenKind::Mark(b'}') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        local.clear();
                    }
                }
                TokenKind::Word if depth > 0 && token.text(text) == "const" => {
                    let end = statement_end(list, k);
                    if self.holds_floats(text, list, k + 2, end, &local) {
                        self.replaced.insert(k, "let");
                        if let Some(name) = list.get(k + 1) {
                            local.insert(name.text(text));
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// The number of the `;` that ends a statement, or of the end of the file.
fn statement_end(list: &[Token], from: usize) -> usize {
    (from..list.len()).find(|&k| matches!(list[k].kind, TokenKind::Mark(b';' | b'}'))).unwrap_or(list.len())
}

/// The number of the `=` of a declaration.
fn assignment(list: &[Token], from: usize, to: usize) -> Option<usize> {
    (from..to.min(list.len())).find(|&k| list[k].kind == TokenKind::Mark(b'='))
}

/// Whether the parenthesis with this number opens the arguments of a float constructor.
fn is_float_constructor(text: &str, list: &[Token], paren: usize) -> bool {
    let Some(before) = paren.checked_sub(1) else { return false };
    if list[before].kind == TokenKind::Word {
        let word = list[before].text(text);
        return is_float_type(word) || (FLOAT_FUNCTIONS.contains(&word) && !declares(text, word));
    }
    if list[before].kind != TokenKind::Mark(b'>') {
        return false;
    }
    // `vec3<f32>(`, `array<vec3f, 2>(`: the type arguments are few tokens.
    let first = before.saturating_sub(8);
    let Some(angle) = (first..before).rev().find(|&k| list[k].kind == TokenKind::Mark(b'<')) else { return false };
    let constructor = angle.checked_sub(1).map(|k| list[k].text(text)).unwrap_or("");
    let element = list.get(angle + 1).map(|t| t.text(text)).unwrap_or("");
    let scalar = element == "f32" || element == "f16";
    match constructor {
        "array" | "vec2" | "vec3" | "vec4" => scalar,
        _ => constructor.starts_with("mat") && constructor.contains('x') && scalar,
    }
}

/// Whether a text declares a function of its own by a built-in's name.
fn declares(text: &str, name: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("fn ") {
        if after.trim_start().strip_prefix(name).is_some_and(|a| a.trim_start().starts_with('(')) {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether a literal is a whole argument, up to its sign.
fn stands_alone(list: &[Token], k: usize) -> bool {
    let mark = |k: Option<usize>| match k.and_then(|k| list.get(k)).map(|t| t.kind) {
        Some(TokenKind::Mark(c)) => c,
        _ => 0,
    };
    let mut before = k.checked_sub(1);
    if mark(before) == b'-' {
        before = before.and_then(|b| b.checked_sub(1));
    }
    matches!(mark(before), b'(' | b',') && matches!(mark(Some(k + 1)), b')' | b',')
}

struct Writer {
    source: Source,
    by_bits: FxHashMap<u64, String>,
    prefix: String,
    budget: usize,
}

impl Writer {
    fn file(&mut self, list: &[Token], plan: &Plan) -> Result<(), Diagnostic> {
        let original = self.source.original.clone();
        let mut copied = 0;
        for (k, token) in list.iter().enumerate() {
            let from = span(token);
            let expands = plan.initializer.contains(&k) && is_use(&original, list, k, plan);
            let replacement = plan.replaced.get(&k);
            if replacement.is_none() && !expands && !plan.literal.contains(&k) {
                continue;
            }
            self.copy(&original, copied, token.start);
            copied = token.end;
            self.source.pieces.push(Piece { start: self.source.rewritten.len(), from, verbatim: false });
            if let Some(text) = replacement {
                self.source.rewritten.push_str(text);
            } else if expands {
                self.expand(&original, list, plan, k)?;
            } else {
                let name = self.literal(token.text(&original), from)?;
                self.source.rewritten.push_str(&name);
            }
        }
        self.copy(&original, copied, original.len());
        self.declare(original.len() as u32);
        Ok(())
    }

    fn copy(&mut self, original: &str, start: usize, end: usize) {
        let from = Span { start: start as u32, end: end as u32 };
        self.source.pieces.push(Piece { start: self.source.rewritten.len(), from, verbatim: true });
        self.source.rewritten.push_str(original.get(start..end).unwrap_or(""));
    }

    /// Writes the initialiser of a demoted constant in place of its name, and of those it uses in turn.
    fn expand(&mut self, original: &str, list: &[Token], plan: &Plan, at: usize) -> Result<(), Diagnostic> {
        let from = span(&list[at]);
        let range = |k: usize| plan.demoted.get(list[k].text(original)).copied().unwrap_or((k, k));
        let mut open = vec![range(at)];
        self.source.rewritten.push('(');
        while let Some((next, end)) = open.last_mut() {
            if *next >= *end {
                self.source.rewritten.push(')');
                open.pop();
                continue;
            }
            let k = *next;
            *next += 1;
            self.budget = self.budget.checked_sub(1).ok_or_else(|| {
                Diagnostic::new(from, "constants that are built from each other expand to too many terms")
            })?;
            if open.len() > 1000 {
                return Err(Diagnostic::new(from, "a constant may not be defined by itself"));
            }
            if is_use(original, list, k, plan) {
                self.source.rewritten.push('(');
                open.push(range(k));
            } else if plan.literal.contains(&k) {
                let name = self.literal(list[k].text(original), span(&list[k]))?;
                self.source.rewritten.push_str(&name);
                self.source.rewritten.push(' ');
            } else {
                self.source.rewritten.push_str(list[k].text(original));
                // Operators of several characters must stay together.
                if list.get(k + 1).is_none_or(|n| n.start > list[k].end) || list[k].kind == TokenKind::Word {
                    self.source.rewritten.push(' ');
                }
            }
        }
        Ok(())
    }

    /// The name of the override for a literal.
    fn literal(&mut self, text: &str, from: Span) -> Result<String, Diagnostic> {
        let value = literal_value(text).filter(|v| v.is_finite()).ok_or_else(|| {
            Diagnostic::new(from, format!("`{text}` is not a number in the range of double precision"))
        })?;
        if let Some(name) = self.by_bits.get(&value.to_bits()) {
            return Ok(name.clone());
        }
        let name = format!("{}{}_", self.prefix, self.by_bits.len());
        self.by_bits.insert(value.to_bits(), name.clone());
        self.source.literals.insert(name.clone(), value);
        self.source.spellings.push((name.clone(), text.to_string()));
        Ok(name)
    }

    fn declare(&mut self, end: u32) {
        let from = Span { start: end, end };
        self.source.pieces.push(Piece { start: self.source.rewritten.len(), from, verbatim: false });
        for (name, _) in &self.source.spellings {
            self.source.rewritten.push_str(&format!("\noverride {name}: f32;"));
        }
        self.source.rewritten.push('\n');
    }
}

fn span(token: &Token) -> Span {
    Span { start: token.start as u32, end: token.end as u32 }
}

/// Whether a token names a demoted constant, not a member of something.
fn is_use(text: &str, list: &[Token], k: usize, plan: &Plan) -> bool {
    let member = k.checked_sub(1).is_some_and(|b| list[b].kind == TokenKind::Mark(b'.'));
    list[k].kind == TokenKind::Word && !member && plan.demoted.contains_key(list[k].text(text))
}
