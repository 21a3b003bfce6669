//! The normal form of a node: distribution, and powers of equal atoms made one.

use std::collections::BTreeMap;

use super::{Algebra, Atom, Frame, Monomial, Polynomial, exact_product, fits, whole};
use crate::ir::{Affine, Func, Guard, Id, Number, Op, Operand, Product, Size, View, Wire};

/// Atoms with the index at which they are read, and their exponents.
type Powers = BTreeMap<(Atom, Vec<Affine>), f64>;

impl Algebra<'_> {
    /// The normal form; `None` where it is too large or would be rounded.
    pub(super) fn polynomial(&mut self, node: Id) -> Option<Polynomial> {
        if let Some(known) = self.known.get(&node) {
            return Some(known.clone());
        }
        let polynomial = self.of_op(node)?;
        self.known.insert(node, polynomial.clone());
        Some(polynomial)
    }

    fn of_op(&mut self, node: Id) -> Option<Polynomial> {
        if self.meanings.contains_key(&node) {
            return Some(self.atom(node));
        }
        let shape = self.graph.shape(node).to_vec();
        match self.graph.op(node).clone() {
            Op::Input(_) | Op::Count(_) | Op::Iota => {
                let leaf = self.leaf(Atom::Node(node), 1.0);
                Some(self.atom(leaf))
            }
            Op::Constant(number) => self.number(number.get(), shape),
            Op::Product(product) => self.of_product(&product, &shape),
            Op::Sum(terms) => {
                let mut sum = Polynomial::zero(shape.clone());
                for term in terms {
                    let inner = self.polynomial(term.view.node)?;
                    let scaled = self.number(term.coefficient.get(), Vec::new())?;
                    let index = index(&term.view);
                    let term = self.distribute(&Frame::whole(&shape), &[(inner, index), (scaled, Vec::new())], 1.0)?;
                    sum.accumulate(1.0, &term)?;
                }
                Some(sum)
            }
            Op::Map(func, args) => self.of_map(func, &args, &shape),
            Op::Reduce { kind, arg, keep } => {
                let arg = self.renewed(arg)?;
                let image = self.graph.reduce(kind, arg, keep);
                self.opaque(image)
            }
            Op::Weights { kind, arg, keep } => {
                let arg = self.renewed(arg)?;
                let image = self.graph.weights(kind, arg, keep);
                self.opaque(image)
            }
            Op::Exclusive { arg, order } => {
                let arg = self.renewed(arg)?;
                let image = self.graph.exclusive(arg, order);
                self.opaque(image)
            }
            Op::Factor { elimination, arg } => {
                let arg = self.renewed(arg)?;
                let image = self.graph.factor(elimination, arg);
                self.opaque(image)
            }
            Op::Solve { factor, rhs, transposed } => {
                let (factor, rhs) = (self.renewed_factor(factor)?, self.renewed(rhs)?);
                let image = self.graph.solve(factor, rhs, transposed);
                self.opaque(image)
            }
            Op::Lower { factor } => {
                let factor = self.renewed_factor(factor)?;
                let image = self.graph.lower(factor);
                self.opaque(image)
            }
            Op::Determinant { factor, logarithm } => {
                let factor = self.renewed_factor(factor)?;
                let image = self.graph.determinant(factor, logarithm);
                self.opaque(image)
            }
            // Two recursions are not compared.
            Op::Scan(_) | Op::State { .. } | Op::Slot(_) => None,
        }
    }

    /// The node of the normal form.
    pub(super) fn renewed(&mut self, node: Id) -> Option<Id> {
        let polynomial = self.polynomial(node)?;
        Some(self.node(&polynomial))
    }

    /// The factor of the normal form of its matrix: what reads a factor reads no polynomial.
    fn renewed_factor(&mut self, factor: Id) -> Option<Id> {
        let (elimination, arg) = self.graph.factored(factor)?;
        let arg = self.renewed(arg)?;
        Some(self.graph.factor(elimination, arg))
    }

    /// A leaf as a polynomial.
    pub(super) fn atom(&mut self, leaf: Id) -> Polynomial {
        Polynomial { shape: self.graph.shape(leaf).to_vec(), terms: BTreeMap::from([(leaf, 1.0)]) }
    }

    /// A function of normal forms that has no rule.
    pub(super) fn opaque(&mut self, image: Id) -> Option<Polynomial> {
        match self.graph.op(image) {
            Op::Map(..)
            | Op::Reduce { .. }
            | Op::Weights { .. }
            | Op::Exclusive { .. }
            | Op::Factor { .. }
            | Op::Solve { .. }
            | Op::Lower { .. }
            | Op::Determinant { .. } => {
                let leaf = self.leaf(Atom::Node(image), 1.0);
                Some(self.atom(leaf))
            }
            // It simplified.
            Op::Input(_)
            | Op::Constant(_)
            | Op::Count(_)
            | Op::Iota
            | Op::Product(_)
            | Op::Sum(_)
            | Op::Scan(_)
            | Op::State { .. }
            | Op::Slot(_) => self.polynomial(image),
        }
    }

    fn of_product(&mut self, product: &Product, shape: &[Size]) -> Option<Polynomial> {
        let mut factors = vec![(self.number(product.coefficient.get(), Vec::new())?, Vec::new())];
        for operand in &product.operands {
            factors.push((self.polynomial(operand.node)?, operand.index.clone()));
        }
        let Product { extents, guards, out, .. } = product.clone();
        self.distribute(&Frame { extents, guards, out, shape: shape.to_vec() }, &factors, 1.0)
    }

    /// The product of sums as the sum of products.
    pub(super) fn distribute(
        &mut self,
        frame: &Frame,
        factors: &[(Polynomial, Vec<Affine>)],
        coefficient: f64,
    ) -> Option<Polynomial> {
        let mut products: Vec<(f64, Vec<Operand>)> = vec![(coefficient, Vec::new())];
        for (factor, index) in factors {
            let mut longer = Vec::new();
            for (coefficient, operands) in &products {
                self.budget = self.budget.checked_sub(factor.terms.len())?;
                for (node, own) in &factor.terms {
                    let operand = Operand { node: *node, index: index.clone() };
                    longer.push((exact_product(*coefficient, *own)?, [operands.as_slice(), &[operand]].concat()));
                }
            }
            products = longer;
        }
        let mut sum = Polynomial::zero(frame.shape.clone());
        for (coefficient, operands) in products {
            let (extents, guards, out) = (frame.extents.clone(), frame.guards.clone(), frame.out.clone());
            let product = Product { coefficient: Number::new(1.0), extents, operands, guards, out };
            let part = self.monomials(product, &frame.shape)?;
            sum.accumulate(coefficient, &part)?;
        }
        Some(sum)
    }

    /// A product of monomials: one monomial, or several where a sum is no longer a denominator.
    fn monomials(&mut self, product: Product, shape: &[Size]) -> Option<Polynomial> {
        self.budget = self.budget.checked_sub(1)?;
        let node = self.graph.product_inlining(product, shape.to_vec(), &|_| true);
        let (coefficient, product) = self.read(node);
        if coefficient == 0.0 {
            return Some(Polynomial::zero(shape.to_vec()));
        }
        let (inner, product) = self.without_sums(product)?;
        let mut coefficient = exact_product(coefficient, inner)?;
        let frame = Frame {
            extents: product.extents.clone(),
            guards: product.guards.clone(),
            out: product.out.clone(),
            shape: shape.to_vec(),
        };
        let mut sums = Vec::new();
        let mut operands = Vec::new();
        for ((atom, index), exponent) in self.powers(&product)? {
            let exponent = if self.is_sign(atom) { exponent.rem_euclid(2.0) } else { exponent };
            let repeated = if exponent.fract() == 0.0 && (1.0..=8.0).contains(&exponent) { exponent as usize } else { 0 };
            match (self.is_sum(atom), atom) {
                (Some(sum), _) if repeated > 0 => {
                    let factor = self.polynomial(sum)?;
                    sums.extend(std::iter::repeat_n((factor, index), repeated));
                }
                (_, Atom::Number(digits)) if repeated > 0 && fits(digits.get()) => {
                    for _ in 0..repeated {
                        coefficient = exact_product(coefficient, digits.get())?;
                    }
                }
                _ if exponent == 0.0 => {}
                _ => operands.push(Operand { node: self.leaf(atom, exponent), index }),
            }
        }
        let node = self.graph.product(Product { operands, ..product }, frame.shape.clone());
        let mut single = Polynomial::zero(shape.to_vec());
        let (unit, _) = self.read(node);
        if unit != 1.0 {
            return None;
        }
        single.add(node, coefficient)?;
        if sums.is_empty() {
            return Some(single);
        }
        // The monomial keeps its guards and diagonals; the sums are read at its wires.
        let (_, product) = self.read(node);
        let entry = self.graph.product(
            Product { out: whole(product.extents.len()), guards: Vec::new(), ..product.clone() },
            product.extents.clone(),
        );
        let monomial = Polynomial { shape: product.extents.clone(), terms: BTreeMap::from([(entry, 1.0)]) };
        let mut factors = vec![(monomial, whole(product.extents.len()))];
        factors.extend(sums);
        self.distribute(&frame, &factors, coefficient)
    }

    /// The exponent of each atom at each index.
    fn powers(&mut self, product: &Product) -> Option<Powers> {
        let mut powers = Powers::new();
        for operand in &product.operands {
            let (atom, exponent) = match self.meanings.get(&operand.node) {
                Some(leaf) => (leaf.atom, leaf.exponent),
                // A count, from a sum over an index that nothing reads.
                None => (Atom::Node(operand.node), 1.0),
            };
            let total = powers.entry((atom, operand.index.clone())).or_insert(0.0);
            let sum = *total + exponent;
            if sum - *total != exponent {
                return None;
            }
            *total = sum;
        }
        Some(powers)
    }

    /// Whether an atom is 1 or -1.
    pub(super) fn is_sign(&self, atom: Atom) -> bool {
        matches!(atom, Atom::Node(node) if matches!(self.graph.op(node), Op::Map(Func::Signum, _)))
    }

    /// Operands that a summed wire connects become one atom.
    fn without_sums(&mut self, product: Product) -> Option<Monomial> {
        let mut product = product;
        let mut coefficient = 1.0;
        while let Some(wire) = product.summed().first().copied() {
            let group = connected(&product, wire);
            let touched = |affines: &[Affine]| affines.iter().any(|a| group.iter().any(|w| a.mentions(*w)));
            let (inside, operands): (Vec<Operand>, Vec<Operand>) =
                product.operands.iter().cloned().partition(|o| touched(&o.index));
            let (within, guards): (Vec<Guard>, Vec<Guard>) =
                product.guards.iter().cloned().partition(|g| touched(std::slice::from_ref(&g.affine)));
            let read = inside.iter().flat_map(|o| &o.index).chain(within.iter().map(|g| &g.affine));
            let mut kept: Vec<Wire> = read.flat_map(Affine::wires).filter(|w| !group.contains(w)).collect();
            kept.sort();
            kept.dedup();
            let index: Vec<Affine> = kept.iter().map(|w| Affine::wire(*w)).collect();
            let shape = kept.iter().map(|w| product.extent(*w)).collect();
            let sum = Product { operands: inside, guards: within, out: index.clone(), ..product.clone() };
            // A wire that nothing read would count.
            let others: Vec<Wire> = product.wires().filter(|w| !kept.contains(w) && !group.contains(w)).collect();
            let sum = self.graph.product(without_wires(&sum, &others), shape);
            let (own, unit) = self.read(sum);
            coefficient = exact_product(coefficient, own)?;
            let shape = self.graph.shape(sum).to_vec();
            let unit = self.graph.product(unit, shape);
            let mut operands = operands;
            operands.push(Operand { node: self.leaf(Atom::Node(unit), 1.0), index });
            product = without_wires(&Product { operands, guards, ..product.clone() }, &group);
        }
        Some((coefficient, product))
    }
}

pub(super) fn index(view: &View) -> Vec<Affine> {
    view.axes.iter().map(|axis| Affine::wire(Wire(*axis as u32))).collect()
}

/// The summed wires that operands and guards connect to this one.
fn connected(product: &Product, wire: Wire) -> Vec<Wire> {
    let summed = product.summed();
    let readers: Vec<Vec<Wire>> = product
        .operands
        .iter()
        .map(|o| o.index.iter().flat_map(Affine::wires).collect())
        .chain(product.guards.iter().map(|g| g.affine.wires().collect()))
        .collect();
    let mut group = vec![wire];
    loop {
        let next = readers
            .iter()
            .filter(|wires| wires.iter().any(|w| group.contains(w)))
            .flatten()
            .find(|w| summed.contains(w) && !group.contains(w));
        match next {
            Some(next) => group.push(*next),
            None => return group,
        }
    }
}

/// Wires that nothing reads any more, taken away.
pub(super) fn without_wires(product: &Product, gone: &[Wire]) -> Product {
    let kept: Vec<Wire> = product.wires().filter(|w| !gone.contains(w)).collect();
    let number = |wire: Wire| Affine::wire(Wire(kept.iter().position(|w| *w == wire).unwrap_or_default() as u32));
    let rename = |affine: &Affine| affine.substitute(&number);
    Product {
        coefficient: product.coefficient,
        extents: kept.iter().map(|w| product.extent(*w)).collect(),
        operands: product
            .operands
            .iter()
            .map(|o| Operand { node: o.node, index: o.index.iter().map(rename).collect() })
            .collect(),
        guards: product.guards.iter().map(|g| Guard { affine: rename(&g.affine), test: g.test }).collect(),
        out: product.out.iter().map(rename).collect(),
    }
}
