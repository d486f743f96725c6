//! Keeps double precision through naga, which rounds float literals to `f32` and folds constants in `f32`.
//!
//! The text that naga sees has every float literal replaced by an `override` without a value, which naga can neither
//! fold nor round; the lowering knows the value in double precision. Constants that hold floats become private
//! variables, or `let`s inside functions. A map gives every place in the rewritten text its place in the original.

use super::functions::STAND_IN;
use super::plan::Plan;
use super::token::{Token, TokenKind, literal_value, tokens};
use crate::error::Diagnostic;
use crate::frontend::kit::Function;
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
pub struct Rewriting {
    /// The text as the user wrote it.
    pub original: String,
    /// The text as naga sees it.
    pub rewritten: String,
    /// The values of the literals that became overrides, by name.
    pub literals: FxHashMap<String, f64>,
    /// The functions that WGSL lacks, by the place in the rewritten text of the name that stands in for each.
    functions: FxHashMap<usize, Function>,
    /// The spellings of those literals, for messages.
    spellings: Vec<(String, String)>,
    /// The constants that became private variables.
    constants: FxHashSet<String>,
    pieces: Vec<Piece>,
}

impl Rewriting {
    /// Rewrites a text.
    pub fn new(original: &str) -> Result<Rewriting, Diagnostic> {
        let list = tokens(original);
        let plan = Plan::new(original, &list);
        let mut writer = Writer {
            source: Rewriting { original: original.to_string(), ..Rewriting::default() },
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

    /// The function that WGSL lacks whose stand-in is called at a place in the rewritten text.
    pub fn function_at(&self, span: naga::Span) -> Option<Function> {
        span.to_range().and_then(|range| self.functions.get(&range.start).copied())
    }

    /// Returns true if a private variable is a constant that holds floats.
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
        if let Some(function) = self.functions.values().next().filter(|_| !self.original.contains(STAND_IN)) {
            text = text.replace(STAND_IN, function.name());
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

struct Writer {
    source: Rewriting,
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
                self.replace(text, plan, k);
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

    /// Writes a text in place of a token.
    fn replace(&mut self, text: &str, plan: &Plan, at: usize) {
        if let Some(&function) = plan.called.get(&at) {
            self.source.functions.insert(self.source.rewritten.len(), function);
        }
        self.source.rewritten.push_str(text);
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
            } else if let Some(text) = plan.replaced.get(&k) {
                self.replace(text, plan, k);
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

/// Returns true if a token names a demoted constant, not a member of something.
fn is_use(text: &str, list: &[Token], k: usize, plan: &Plan) -> bool {
    let member = k.checked_sub(1).is_some_and(|b| list[b].kind == TokenKind::Mark(b'.'));
    list[k].kind == TokenKind::Word && !member && plan.demoted.contains_key(list[k].text(text))
}
