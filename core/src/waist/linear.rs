//! Which values are linear combinations of unknowns, and the inner program that has them for unknowns.

use crate::program::{Entry, Program};
use crate::real::{ArrayKind, BinaryOp, Graph, Node, Rebuild, UnaryOp, Value};
use rustc_hash::FxHashMap;

/// Combinations of more unknowns are not taken apart.
const LONGEST: usize = 128;

/// The sizes of the literal factors that a combination may have, besides zero: a derivative by what larger ones multiply would leave
/// the range before the factor is put back.
const MODERATE: std::ops::Range<f64> = 1e-6..1e6;

/// The kinds of coefficients that a combination may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Coefficients {
    /// Numbers.
    Literal,
    /// Anything that no unknown changes.
    Static,
}

/// A combination: coefficients by load, in the order of the loads. A static offset is not kept.
pub type Form = Vec<(Value, Value)>;

/// A linear combination of unknowns. Its values are those of [`Waist::source`].
pub struct Combination {
    /// The unknown of the inner program that stands for it.
    pub entry: Entry,
    /// The combination.
    pub value: Value,
    /// The coefficients of the unknowns.
    pub form: Vec<(Entry, Value)>,
}

/// A program taken apart at its linear combinations.
pub struct Waist {
    /// The program with the combinations as unknowns.
    pub inner: Program,
    /// The graph of the combinations; its integers are those of the inner program.
    pub source: Graph,
    /// The combinations.
    pub combinations: Vec<Combination>,
}

/// The linear combinations with literal coefficients through which alone a program of energies sees its unknowns. An
/// unknown that is in none of them may be seen in any way.
pub fn literal_combinations(program: &Program) -> Vec<Vec<(Entry, f64)>> {
    let mut g = program.graph.clone();
    let roots: Vec<Value> = program.updates.iter().map(|u| u.value).collect();
    let allowed = allowed(&g, program);
    let forms = forms(&mut g, &allowed, &roots, Coefficients::Literal);
    let literal = |&(load, c): &(Value, Value)| Some((entry_of(&g, load)?, g.as_const(c)?));
    let waist = outermost(&g, &allowed, &forms, &roots);
    waist.iter().map(|v| forms[v].iter().filter_map(literal).collect()).collect()
}

impl Waist {
    /// The waist with coefficients that no unknown changes, or that with literal ones.
    pub fn innermost(program: &Program) -> Option<Self> {
        Self::of(program, Coefficients::Static).or_else(|| Self::of(program, Coefficients::Literal))
    }

    /// Takes a program of energies apart, if it has combinations and not more of them than unknowns.
    pub fn of(program: &Program, kind: Coefficients) -> Option<Self> {
        let mut inner = program.clone();
        let g = &mut inner.graph;
        let roots: Vec<Value> = inner.updates.iter().map(|u| u.value).collect();
        let allowed = allowed(g, program);
        let forms = forms(g, &allowed, &roots, kind);
        let multiples = Multiples::of(g, &forms, &outermost(g, &allowed, &forms, &roots));
        let waist = multiples.bases();
        let mut loads: Vec<Value> = waist.iter().flat_map(|v| forms[v].iter().map(|(load, _)| *load)).collect();
        loads.sort_unstable();
        loads.dedup();
        let bare = |v: &Value| matches!(g.node(*v), Node::Load(..));
        if waist.iter().all(bare) || waist.len() > loads.len() {
            return None;
        }
        let array = g.array(&format!("waist@{}", g.arrays().len()), ArrayKind::Combinations(g.arrays().len()));
        let mut combinations = Vec::new();
        let mut pairs = Vec::new();
        for (number, &value) in waist.iter().enumerate() {
            let entry = Entry { array, index: own_index(g, value, number, waist.len()) };
            let load = g.load(array, entry.index);
            for (multiple, factor) in multiples.list.iter().filter(|(_, base, _)| *base == value).map(|m| (m.0, m.2)) {
                let factor = g.constant(factor);
                pairs.push((multiple, g.mul(factor, load)));
            }
            let form = forms[&value].iter().filter_map(|&(load, c)| Some((entry_of(g, load)?, c))).collect();
            combinations.push(Combination { entry, value, form });
        }
        let source = g.clone();
        let mut replace = Rebuild::of_values(pairs);
        for update in &mut inner.updates {
            update.value = replace.value(&mut inner.graph, update.value);
        }
        Some(Self { inner, source, combinations })
    }
}

/// Combinations as literal multiples of others, so that `w` and `3 w` are one combination.
struct Multiples {
    /// A combination, that of which it is a multiple, and the factor. The second come in ascending order.
    list: Vec<(Value, Value, f64)>,
}

impl Multiples {
    fn of(g: &Graph, forms: &FxHashMap<Value, Form>, waist: &[Value]) -> Self {
        let bases: Vec<(Value, f64)> = waist.iter().map(|&value| multiple_of(g, forms, value)).collect();
        let mut uses: FxHashMap<Value, usize> = FxHashMap::default();
        bases.iter().for_each(|(base, _)| *uses.entry(*base).or_default() += 1);
        let own = |(&value, &(base, factor)): (&Value, &(Value, f64))| match uses[&base] {
            1 => (value, value, 1.0),
            _ => (value, base, factor),
        };
        let mut list: Vec<_> = waist.iter().zip(&bases).map(own).collect();
        list.sort_by_key(|&(value, base, _)| (base, value));
        Self { list }
    }

    /// The combinations of which the others are multiples.
    fn bases(&self) -> Vec<Value> {
        let mut bases: Vec<Value> = self.list.iter().map(|(_, base, _)| *base).collect();
        bases.dedup();
        bases
    }
}

/// The combination of which another one is a literal multiple, and the factor.
fn multiple_of(g: &Graph, forms: &FxHashMap<Value, Form>, mut value: Value) -> (Value, f64) {
    let mut factor = 1.0;
    loop {
        let (inner, own) = match *g.node(value) {
            Node::Unary(UnaryOp::Neg, a) => (a, Some(-1.0)),
            Node::Binary(BinaryOp::Mul, c, a) if g.as_const(c).is_some() => (a, g.as_const(c)),
            Node::Binary(BinaryOp::Mul, a, c) => (a, g.as_const(c)),
            _ => return (value, factor),
        };
        // A factor that underflows or overflows is none of the combination.
        match own.map(|own| factor * own).filter(|all| forms.contains_key(&inner) && all.is_normal()) {
            Some(all) => (value, factor) = (inner, all),
            None => return (value, factor),
        }
    }
}

fn entry_of(g: &Graph, load: Value) -> Option<Entry> {
    match *g.node(load) {
        Node::Load(array, index) => Some(Entry { array, index }),
        _ => None,
    }
}

/// An index of its own for each combination, which depends on the same loops as the combination.
fn own_index(g: &mut Graph, value: Value, number: usize, count: usize) -> crate::index::Index {
    let vars = g.indices.vars(g.free(value)).to_vec();
    let mut index = g.indices.int(number as i64);
    for var in vars {
        let own = g.indices.var_index(var);
        let scaled = g.indices.scale(own, count as i64);
        index = g.indices.add(index, scaled);
    }
    index
}

/// The values that stand in no loop but those of the updates that use them.
pub fn allowed(g: &Graph, program: &Program) -> Vec<bool> {
    let mut allowed = vec![false; g.len()];
    let mut refused = vec![false; g.len()];
    for update in &program.updates {
        let reachable = g.reachable([update.value]);
        for at in g.values().filter(|v| reachable[v.index()]) {
            let inside = g.indices.vars(g.free(at)).iter().all(|v| update.vars.contains(v));
            allowed[at.index()] |= inside;
            refused[at.index()] |= !inside;
        }
    }
    allowed.iter().zip(refused).map(|(&a, r)| a && !r).collect()
}

/// The linear combinations among the allowed values.
pub fn forms(g: &mut Graph, allowed: &[bool], roots: &[Value], kind: Coefficients) -> FxHashMap<Value, Form> {
    let mut forms: FxHashMap<Value, Form> = FxHashMap::default();
    // An adjoint that is zero where a branch is not taken must not meet a coefficient that is infinite there.
    let (reachable, strict) = (g.reachable(roots.iter().copied()), g.strict(roots.iter().copied()));
    let masks = |v: Value| matches!(g.node(v), Node::Select(..)) && !(strict[v.index()] && g.refusing(v).is_some());
    let finite = g.values().zip(&reachable).any(|(v, reachable)| *reachable && masks(v)).then(|| finite(g));
    for (at, _) in allowed.iter().enumerate().filter(|(_, allowed)| **allowed) {
        let value = Value(at as u32);
        if g.dynamic(value) {
            let form = form(g, value, &forms, (kind, finite.as_deref())).filter(|f| f.len() <= LONGEST);
            form.map(|f| forms.insert(value, f));
        }
    }
    forms
}

/// Which values are finite whatever the data are: sums and products of numbers and data.
fn finite(g: &Graph) -> Vec<bool> {
    let mut finite = vec![false; g.len()];
    for value in g.values() {
        let mut own = match g.node(value) {
            Node::Const(bits) => f64::from_bits(*bits).is_finite(),
            Node::Load(..) | Node::Integer(_) | Node::Unary(UnaryOp::Neg | UnaryOp::Abs, _) => true,
            Node::Binary(BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul, ..) => true,
            _ => false,
        };
        g.operands(value, |a| own &= finite[a.index()]);
        finite[value.index()] = own;
    }
    finite
}

fn form(
    g: &mut Graph,
    value: Value,
    forms: &FxHashMap<Value, Form>,
    (kind, finite): (Coefficients, Option<&[bool]>),
) -> Option<Form> {
    let fixed = |g: &Graph, v: Value| match kind {
        _ if g.as_const(v).is_some_and(|c| !MODERATE.contains(&c.abs())) => false,
        Coefficients::Literal => g.as_const(v).is_some(),
        Coefficients::Static => !g.dynamic(v) && finite.is_none_or(|finite| finite[v.index()]),
    };
    match *g.node(value) {
        Node::Load(array, _) => g.array_info(array).kind.is_unknown().then(|| {
            let one = g.constant(1.0);
            vec![(value, one)]
        }),
        Node::Unary(UnaryOp::Neg, a) => Some(map(g, forms.get(&a)?, |g, c| g.neg(c))),
        Node::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), a, b) => {
            let empty = Form::new();
            let of = |g: &Graph, v: Value| if g.dynamic(v) { forms.get(&v) } else { Some(&empty) };
            let (left, right) = (of(g, a)?, of(g, b)?);
            let right = if op == BinaryOp::Sub { map(g, right, |g, c| g.neg(c)) } else { right.clone() };
            Some(join(g, left, right))
        }
        Node::Binary(BinaryOp::Mul, c, a) if fixed(g, c) => Some(map(g, forms.get(&a)?, |g, x| g.mul(c, x))),
        Node::Binary(BinaryOp::Mul, a, c) if fixed(g, c) => Some(map(g, forms.get(&a)?, |g, x| g.mul(c, x))),
        Node::Binary(BinaryOp::Div, a, c) if fixed(g, c) && finite.is_none() => {
            Some(map(g, forms.get(&a)?, |g, x| g.div(x, c)))
        }
        _ => None,
    }
}

fn map(g: &mut Graph, form: &Form, f: impl Fn(&mut Graph, Value) -> Value) -> Form {
    form.iter().map(|&(load, c)| (load, f(g, c))).collect()
}

/// The sum of two combinations.
fn join(g: &mut Graph, left: &Form, right: Form) -> Form {
    let mut sum = left.clone();
    for (load, c) in right {
        match sum.iter_mut().find(|(l, _)| *l == load) {
            Some((_, old)) => *old = g.add(*old, c),
            None => sum.push((load, c)),
        }
    }
    sum.retain(|(_, c)| !g.is_zero(*c));
    sum.sort_unstable_by_key(|(load, _)| *load);
    sum
}

/// The combinations that something else than a combination uses, in ascending order.
pub fn outermost(g: &Graph, allowed: &[bool], forms: &FxHashMap<Value, Form>, roots: &[Value]) -> Vec<Value> {
    let reachable = g.reachable(roots.iter().copied());
    let mut used = vec![false; allowed.len()];
    roots.iter().for_each(|r| used[r.index()] = true);
    for at in (0..allowed.len()).filter(|&at| reachable[at]) {
        let value = Value(at as u32);
        if !forms.contains_key(&value) {
            g.operands(value, |a| used[a.index()] = true);
        }
    }
    (0..allowed.len() as u32).map(Value).filter(|v| used[v.index()] && forms.contains_key(v)).collect()
}
