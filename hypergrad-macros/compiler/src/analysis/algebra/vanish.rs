//! Whether every entry of a node is zero, given that others are.

use std::collections::BTreeMap;

use super::{Algebra, Atom, Frame, Leaf, Polynomial, Rank, fits, whole};
use crate::ir::{Affine, Guard, Id, Number, Op, Operand, Product, Size};

/// A node that is zero, and the axes of the tested node at whose index it is read.
pub struct Relation {
    pub node: Id,
    pub axes: std::ops::Range<usize>,
}

/// Where the entries of some terms stand: on a diagonal, say.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    out: Vec<Affine>,
    guards: Vec<Guard>,
    extents: Vec<Size>,
}

/// What is done with sums over an index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sums {
    /// They are atoms.
    Closed,
    /// Where a term has one, its index is an axis like the others.
    Open,
}

/// An atom at an index.
type Variable = (Atom, Vec<Affine>);

/// A polynomial in the root of a variable of this order: its coefficients by exponent, from 0.
struct Powers {
    order: i32,
    parts: BTreeMap<i32, Polynomial>,
}

impl Powers {
    /// The highest exponent and its coefficient.
    fn leading(&self) -> Option<(i32, &Polynomial)> {
        self.parts.last_key_value().map(|(degree, part)| (*degree, part))
    }
}

/// Roots of variables: `e^{z/2}` is a root of `e^z`.
const ORDERS: std::ops::RangeInclusive<i32> = 1..=4;

/// Steps of a division at most.
const STEPS: usize = 24;

impl Algebra<'_> {
    /// Whether all entries of a node are zero where the relations hold; `false` is "not proved".
    pub fn vanishes(&mut self, node: Id, relations: &[Relation]) -> bool {
        // Sums as atoms first; then Σ t = 0 where t is.
        let proved = |algebra: &mut Self, sums| algebra.try_vanish(node, relations, sums).unwrap_or(false);
        !self.graph.has_sparse() && (proved(self, Sums::Closed) || proved(self, Sums::Open))
    }

    fn try_vanish(&mut self, node: Id, relations: &[Relation], sums: Sums) -> Option<bool> {
        let polynomial = self.polynomial(node)?;
        // Terms at different places are tested apart.
        let mut places: BTreeMap<Place, Polynomial> = BTreeMap::new();
        for (monomial, coefficient) in &polynomial.terms {
            let product = match sums {
                Sums::Closed => self.read(*monomial).1,
                Sums::Open => self.opened(*monomial),
            };
            let place = Place { out: product.out.clone(), guards: product.guards.clone(), extents: product.extents.clone() };
            let extents = place.extents.clone();
            let entry = Product { guards: Vec::new(), out: whole(extents.len()), ..product };
            let entry = self.graph.product(entry, extents.clone());
            places.entry(place).or_insert_with(|| Polynomial::zero(extents)).add(entry, *coefficient)?;
        }
        for (place, entry) in places {
            if !self.entry_vanishes(&place, entry, relations)? {
                return Some(false);
            }
        }
        Some(true)
    }

    /// A monomial with its one sum over one index written out: that index becomes an axis.
    fn opened(&mut self, monomial: Id) -> Product {
        let (_, closed) = self.read(monomial);
        let sum = |operand: &Operand| match self.meanings.get(&operand.node)? {
            Leaf { atom: Atom::Node(node), exponent: 1.0, .. } => {
                if let Op::Product(inner) = self.graph.op(*node)
                    && inner.summed().len() == 1
                {
                    Some(*node)
                } else {
                    None
                }
            }
            _ => None,
        };
        let found: Vec<(usize, Id)> = closed.operands.iter().enumerate().filter_map(|(k, o)| Some((k, sum(o)?))).collect();
        let [(position, node)] = found.as_slice() else { return closed };
        let mut product = closed.clone();
        product.operands[*position].node = *node;
        let shape = self.graph.shape(monomial).to_vec();
        let open = self.graph.product_inlining(product, shape, &|inner| inner == *node);
        match self.read(open) {
            (1.0, open) => open,
            _ => closed,
        }
    }

    fn entry_vanishes(&mut self, place: &Place, entry: Polynomial, relations: &[Relation]) -> Option<bool> {
        let mut entry = self.without_denominators(entry)?;
        let mut divisors: Vec<(Polynomial, Variable)> = Vec::new();
        for relation in relations {
            let index = place.out[relation.axes.clone()].to_vec();
            let relation = self.polynomial(relation.node)?;
            let mut relation = self.distribute(&Frame::whole(&place.extents), &[(relation, index)], 1.0)?;
            relation = self.without_denominators(relation)?;
            for (divisor, variable) in &divisors {
                relation = self.remainder(relation, divisor, variable)?;
            }
            let Some(variable) = self.main_variable(&relation) else { continue };
            entry = self.remainder(entry, &relation, &variable)?;
            divisors.push((relation, variable));
        }
        Some(entry.is_zero())
    }

    /// Times the denominators: sums, and numbers.
    fn without_denominators(&mut self, polynomial: Polynomial) -> Option<Polynomial> {
        let mut polynomial = polynomial;
        loop {
            let mut denominators: BTreeMap<Variable, f64> = BTreeMap::new();
            for (variable, leaf) in self.leaves_of(&polynomial) {
                let is_number = matches!(leaf.atom, Atom::Number(digits) if fits(digits.get()));
                if leaf.exponent < 0.0 && (is_number || self.is_sum(leaf.atom).is_some()) {
                    let lowest = denominators.entry(variable).or_insert(0.0);
                    *lowest = lowest.min(leaf.exponent);
                }
            }
            if denominators.is_empty() {
                return Some(polynomial);
            }
            for ((atom, index), exponent) in denominators {
                polynomial = self.times_power(&polynomial, &(atom, index), -exponent)?;
            }
        }
    }

    /// Everything that is read, with repetitions.
    fn leaves_of(&self, polynomial: &Polynomial) -> Vec<(Variable, Leaf)> {
        let mut found = Vec::new();
        for monomial in polynomial.terms.keys() {
            for operand in self.read(*monomial).1.operands {
                if let Some(leaf) = self.meanings.get(&operand.node) {
                    found.push(((leaf.atom, operand.index), *leaf));
                }
            }
        }
        found
    }

    fn times_power(&mut self, polynomial: &Polynomial, (atom, index): &Variable, exponent: f64) -> Option<Polynomial> {
        // A wire of the monomial that is none of its axes, as of `i / 3`: nothing else could be read at it.
        let axes = polynomial.shape.len();
        if index.iter().flat_map(Affine::wires).any(|wire| wire.0 as usize >= axes) {
            return None;
        }
        let leaf = self.leaf(*atom, exponent);
        let power = self.atom(leaf);
        let factors = [(polynomial.clone(), whole(polynomial.shape.len())), (power, index.clone())];
        self.distribute(&Frame::whole(&polynomial.shape), &factors, 1.0)
    }

    /// The variable that a relation is solved for: one of z if there is one, else of x, else of y; of
    /// the lowest degree. Its leading coefficient must not vanish where the relation holds.
    fn main_variable(&mut self, relation: &Polynomial) -> Option<Variable> {
        let mut candidates: BTreeMap<Variable, (Rank, f64)> = BTreeMap::new();
        for (variable, leaf) in self.leaves_of(relation) {
            if leaf.rank > Rank::Given {
                let degree = &mut candidates.entry(variable).or_insert((leaf.rank, 0.0)).1;
                *degree = degree.max(leaf.exponent);
            }
        }
        let mut candidates: Vec<(Variable, (Rank, f64))> = candidates.into_iter().collect();
        candidates.sort_by(|(_, (a, m)), (_, (b, n))| b.cmp(a).then(m.total_cmp(n)));
        candidates.into_iter().map(|(variable, _)| variable).find(|variable| {
            let powers = ORDERS.into_iter().find_map(|order| self.split(relation, variable, order));
            powers.is_some_and(|powers| powers.leading().is_some_and(|(degree, leading)| degree > 0 && self.is_unit(leading)))
        })
    }

    /// Whether a leading coefficient is nowhere zero on the relation: it is free of x and z (generic
    /// in y and the data), or a product of such a one with exponentials, signs and what is assumed not
    /// to be zero, or a sum of products of exponentials.
    fn is_unit(&self, leading: &Polynomial) -> bool {
        let leaves = self.leaves_of(leading);
        let positive = |leaf: &Leaf| matches!(leaf.atom, Atom::Exp(_));
        let assumed = |leaf: &Leaf| matches!(leaf.atom, Atom::Node(node) if self.nonzero.contains(&node));
        let generic = |leaf: &Leaf| leaf.rank <= Rank::Y;
        let never_zero = |leaf: &Leaf| generic(leaf) || positive(leaf) || assumed(leaf) || self.is_sign(leaf.atom);
        leaves.iter().all(|(_, leaf)| generic(leaf))
            || leading.terms.len() == 1 && leaves.iter().all(|(_, leaf)| never_zero(leaf))
            || leading.terms.values().all(|c| *c > 0.0) && leaves.iter().all(|(_, leaf)| positive(leaf))
    }

    /// By powers of the root of a variable; `None` where an exponent is no integer. Negative ones are
    /// cleared.
    fn split(&mut self, polynomial: &Polynomial, variable: &Variable, order: i32) -> Option<Powers> {
        let mut polynomial = polynomial.clone();
        let exponents = self.leaves_of(&polynomial).into_iter().filter(|(found, _)| found == variable);
        let lowest = exponents.map(|(_, leaf)| leaf.exponent).fold(0.0, f64::min);
        if lowest < 0.0 {
            polynomial = self.times_power(&polynomial, variable, -lowest)?;
        }
        let mut powers = Powers { order, parts: BTreeMap::new() };
        for (monomial, coefficient) in &polynomial.terms {
            let (_, product) = self.read(*monomial);
            let mut exponent = 0.0;
            let mut operands = Vec::new();
            for operand in &product.operands {
                match self.meanings.get(&operand.node) {
                    Some(leaf) if leaf.atom == variable.0 && operand.index == variable.1 => exponent += leaf.exponent,
                    _ => operands.push(Operand::clone(operand)),
                }
            }
            exponent *= f64::from(order);
            if exponent.fract() != 0.0 || exponent > 64.0 {
                return None;
            }
            let rest = Product { operands, coefficient: Number::new(1.0), ..product };
            let rest = self.graph.product(rest, polynomial.shape.clone());
            let shape = polynomial.shape.clone();
            powers.parts.entry(exponent as i32).or_insert_with(|| Polynomial::zero(shape)).add(rest, *coefficient)?;
        }
        powers.parts.retain(|_, part| !part.is_zero());
        Some(powers)
    }

    /// The pseudo-remainder: a multiple of the polynomial by powers of the leading coefficient, minus
    /// a multiple of the divisor.
    fn remainder(&mut self, polynomial: Polynomial, divisor: &Polynomial, variable: &Variable) -> Option<Polynomial> {
        for order in ORDERS {
            let Some(divisor) = self.split(divisor, variable, order) else { continue };
            if self.split(&polynomial, variable, order).is_some() {
                return self.remainder_by(polynomial, &divisor, variable);
            }
        }
        Some(polynomial)
    }

    fn remainder_by(&mut self, polynomial: Polynomial, divisor: &Powers, variable: &Variable) -> Option<Polynomial> {
        let (degree, leading) = divisor.leading()?;
        let whole = self.join(divisor, variable, &polynomial.shape)?;
        let mut rest = polynomial;
        for _ in 0..STEPS {
            let Some(powers) = self.split(&rest, variable, divisor.order) else { return Some(rest) };
            let Some((own_degree, own_leading)) = powers.leading().filter(|(own, _)| *own >= degree) else { return Some(rest) };
            let cleared = self.join(&powers, variable, &rest.shape)?;
            let scaled = self.multiply(&cleared, leading)?;
            let multiple = self.multiply(&whole, own_leading)?;
            let lifted = f64::from(own_degree - degree) / f64::from(divisor.order);
            let multiple = self.times_power(&multiple, variable, lifted)?;
            rest = Self::combine(&[(1.0, scaled), (-1.0, multiple)])?;
        }
        Some(rest)
    }

    fn join(&mut self, powers: &Powers, variable: &Variable, shape: &[Size]) -> Option<Polynomial> {
        let mut sum = Polynomial::zero(shape.to_vec());
        for (exponent, part) in &powers.parts {
            let term = self.times_power(part, variable, f64::from(*exponent) / f64::from(powers.order))?;
            sum.accumulate(1.0, &term)?;
        }
        Some(sum)
    }
}
