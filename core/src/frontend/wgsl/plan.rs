//! Which tokens are rewritten before naga reads them: float literals, integers that float constructors take, and
//! constants that hold floats.

use super::functions::{STAND_IN, beyond_wgsl, takes_reals};
use super::token::{Token, TokenKind};
use crate::frontend::kit::Function;
use rustc_hash::{FxHashMap, FxHashSet};

/// Returns true if a type or constructor of this name holds floats.
fn is_float_type(word: &str) -> bool {
    let vector = |w: &str| matches!(w.as_bytes(), [b'2'..=b'4', b'f' | b'h']);
    word == "f32"
        || word == "f16"
        || word.strip_prefix("vec").is_some_and(vector)
        || word.strip_prefix("mat").is_some_and(|w| w.len() >= 3 && w.contains('x') && w.len() <= 4)
}

/// The treatment of each token, by its number.
#[derive(Default)]
pub struct Plan {
    /// Becomes an override: a float literal, or an integer that a float constructor takes.
    pub literal: FxHashSet<usize>,
    /// Replaced by this text: the `const` of a constant that holds floats.
    pub replaced: FxHashMap<usize, &'static str>,
    /// Module constants that become variables: name and the tokens of the initialiser.
    pub demoted: FxHashMap<String, (usize, usize)>,
    /// Calls of functions that WGSL lacks; their names are [replaced](Self::replaced).
    pub called: FxHashMap<usize, Function>,
    /// Stands in a module-scope initialiser, where demoted constants are expanded.
    pub initializer: FxHashSet<usize>,
}

impl Plan {
    /// Finds what to do with the tokens of a text.
    pub fn new(text: &str, list: &[Token]) -> Plan {
        let mut plan = Plan::default();
        let own = own_names(text, list);
        plan.find_functions(text, list, &own);
        plan.find_literals(text, list, &own);
        plan.find_module_constants(text, list);
        plan.find_local_constants(text, list);
        plan
    }

    /// Finds calls of functions that WGSL lacks, where the text has none of that name of its own.
    fn find_functions(&mut self, text: &str, list: &[Token], own: &FxHashSet<&str>) {
        for (k, token) in list.iter().enumerate().filter(|(_, t)| t.kind == TokenKind::Word) {
            let called = list.get(k + 1).is_some_and(|t| t.kind == TokenKind::Mark(b'('));
            let name = token.text(text);
            if let Some(function) = beyond_wgsl(name).filter(|_| called && !own.contains(name)) {
                self.called.insert(k, function);
                self.replaced.insert(k, STAND_IN);
            }
        }
    }

    fn find_literals(&mut self, text: &str, list: &[Token], own: &FxHashSet<&str>) {
        let mut open: Vec<bool> = Vec::new();
        let mut skip = false;
        for (k, token) in list.iter().enumerate() {
            match token.kind {
                TokenKind::Word if token.text(text) == "const_assert" => skip = true,
                TokenKind::Mark(b';') => skip = false,
                TokenKind::Mark(b'(') => open.push(is_float_constructor(text, list, k, own)),
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

/// Returns true if the parenthesis with this number opens the arguments of a float constructor or function.
fn is_float_constructor(text: &str, list: &[Token], paren: usize, own: &FxHashSet<&str>) -> bool {
    let Some(before) = paren.checked_sub(1) else { return false };
    if list[before].kind == TokenKind::Word {
        let word = list[before].text(text);
        return is_float_type(word) || (takes_reals(word) && !own.contains(word));
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

/// The names of the functions and types that a text declares.
fn own_names<'a>(text: &'a str, list: &[Token]) -> FxHashSet<&'a str> {
    let declares = |t: &Token| t.kind == TokenKind::Word && matches!(t.text(text), "fn" | "struct" | "alias");
    list.windows(2).filter(|pair| declares(&pair[0])).map(|pair| pair[1].text(text)).collect()
}

/// Returns true if a literal is a whole argument, up to its sign.
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
