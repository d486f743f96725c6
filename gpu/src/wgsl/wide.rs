//! Integers of 64 bits, as pairs of words, where a comparison needs them.

use super::writer::Writer;
use crate::Error;
use rustc_hash::FxHashMap;
use spadina_core::index::{Index, IndexNode};
use spadina_core::program::Word;

impl Writer<'_> {
    /// An integer in 64 bits, by name.
    pub(super) fn wide(&mut self, index: Index) -> Result<String, Error> {
        self.needs_wide = true;
        self.wide_in(index, &mut FxHashMap::default())
    }

    fn wide_in(&mut self, index: Index, known: &mut FxHashMap<Index, String>) -> Result<String, Error> {
        if let Some(name) = known.get(&index) {
            return Ok(name.clone());
        }
        let kernel = self.kernel;
        let expression = match kernel.graph.indices.node(index) {
            IndexNode::Const(c) => wide_literal(*c),
            IndexNode::Product(a, b) => {
                let (a, b) = (self.wide_in(*a, known)?, self.wide_in(*b, known)?);
                format!("wide_mul({a}, {b})")
            }
            IndexNode::Poly(terms) => {
                let mut sum: Option<String> = None;
                for term in terms {
                    let mut product = self.temporary(&wide_literal(term.coef));
                    for &atom in &term.atoms {
                        let atom = self.wide_in(atom, known)?;
                        product = self.temporary(&format!("wide_mul({product}, {atom})"));
                    }
                    sum = Some(match sum {
                        Some(sum) => self.temporary(&format!("wide_add({sum}, {product})")),
                        None => product,
                    });
                }
                sum.unwrap_or_else(|| wide_literal(0))
            }
            _ => {
                let name = self.integer(index)?;
                match self.widths.word(index) {
                    Word::U32 => format!("vec2<u32>(u32({name}), 0u)"),
                    Word::I32 | Word::Low => format!("vec2<u32>(u32({name}), u32({name} >> 31u))"),
                }
            }
        };
        let name = self.temporary(&expression);
        known.insert(index, name.clone());
        Ok(name)
    }
}

fn wide_literal(number: i64) -> String {
    format!("vec2<u32>({}u, {}u)", number as u32, (number >> 32) as u32)
}
