//! The normal form of a product: views inlined, equations solved, every wire needed.
//!
//! Wires are what is looped over, so an equation between them is solved for the wire that leaves the
//! fewest values: one whose value is in its range anyway, else one that the others give without
//! repetition (`r = k·q + p` for the quotient q and the remainder p of r by k).

use super::affine::{Affine, Wire};
use super::equation::{self, Split};
use super::func::Number;
use super::graph::Graph;
use super::node::{Guard, Id, Op, Operand, Product, Term, Test};
use super::size::Size;

/// A product under normalisation. Eliminated wires have no extent any more.
pub(super) struct Normalizer<'s> {
    shape: &'s [Size],
    pub(super) coefficient: f64,
    pub(super) extents: Vec<Option<Size>>,
    pub(super) operands: Vec<Operand>,
    pub(super) guards: Vec<Guard>,
    pub(super) out: Vec<Affine>,
}

impl<'s> Normalizer<'s> {
    pub(super) fn new(product: Product, shape: &'s [Size]) -> Self {
        debug_assert_eq!(product.out.len(), shape.len(), "one index per axis of the result");
        Self {
            shape,
            coefficient: product.coefficient.get(),
            extents: product.extents.into_iter().map(Some).collect(),
            operands: product.operands,
            guards: product.guards,
            out: product.out,
        }
    }

    /// The normal form; `None` where the product is zero.
    pub(super) fn run(mut self, graph: &mut Graph, inline: &dyn Fn(Id) -> bool) -> Option<Product> {
        self.inline_operands(graph, inline)?;
        self.unit_wires();
        self.settle_guards()?;
        self.settle_selections(graph)?;
        self.fuse_wires();
        self.gather_outputs()?;
        self.fuse_wires();
        graph.without_implied_patterns(&mut self.operands);
        self.drop_whole_selections(graph);
        self.drop_unused_wires(graph);
        self.keep_sums_of_none(graph);
        if self.coefficient == 0.0 {
            return None;
        }
        Some(self.canonical())
    }

    fn extent(&self, wire: Wire) -> Size {
        self.extents[wire.0 as usize].clone().unwrap_or_default()
    }

    /// Constants join the coefficient; products that only view one operand, or none, are inlined.
    fn inline_operands(&mut self, graph: &mut Graph, inline: &dyn Fn(Id) -> bool) -> Option<()> {
        let mut pending = std::mem::take(&mut self.operands);
        pending.reverse();
        while let Some(operand) = pending.pop() {
            debug_assert_eq!(operand.index.len(), graph.order(operand.node), "one index per axis of the operand");
            if graph.is_zero(operand.node) {
                return None;
            }
            let node = graph.shared(operand.node);
            match &node.op {
                Op::Constant(number) => {
                    if !self.scale(number.get()) {
                        self.operands.push(operand);
                    }
                }
                Op::Product(inner)
                    if (inner.operands.len() <= 1 && inner.summed().is_empty())
                        || graph.is_over_stored_entries(inner)
                        || inline(operand.node) =>
                {
                    self.scale_or_keep(graph, inner.coefficient.get());
                    self.inline(inner, &node.shape, &operand.index, &mut pending)?;
                }
                Op::Product(inner) if inner.coefficient.get() != 1.0 => {
                    self.scale_or_keep(graph, inner.coefficient.get());
                    let unit = Product { coefficient: Number::new(1.0), ..inner.clone() };
                    let normal = graph.intern(Op::Product(unit), node.shape.clone());
                    self.operands.push(Operand { node: normal, ..operand });
                }
                Op::Sum(terms) if graph.misses(terms, &operand.index) => {
                    let held = terms.iter().filter(|term| !graph.misses_term(term, &operand.index)).cloned().collect();
                    let node = graph.sum(held, node.shape.clone());
                    pending.push(Operand { node, ..operand });
                }
                Op::Sum(terms) => match common_magnitude(terms) {
                    Some(magnitude) => {
                        let signs = terms.iter().map(|t| Term { coefficient: t.coefficient.signum(), view: t.view.clone() });
                        let signs = signs.collect();
                        self.scale_or_keep(graph, magnitude);
                        self.operands.push(Operand { node: graph.sum(signs, node.shape.clone()), ..operand });
                    }
                    None => self.operands.push(operand),
                },
                Op::Input(_)
                | Op::Count(_)
                | Op::Iota
                | Op::Product(_)
                | Op::Map(..)
                | Op::Reduce { .. }
                | Op::Weights { .. }
                | Op::Exclusive { .. }
                | Op::Factor { .. }
                | Op::Solve { .. }
                | Op::Lower { .. }
                | Op::Determinant { .. }
                | Op::Scan(_)
                | Op::State { .. }
                | Op::Slot(_) => self.operands.push(operand),
            }
        }
        Some(())
    }

    /// Takes a number into the coefficient, unless that would overflow or vanish: the operands may bring
    /// the product back into range.
    fn scale(&mut self, factor: f64) -> bool {
        let product = self.coefficient * factor;
        let exact = !self.coefficient.is_finite() || !factor.is_finite() || self.coefficient == 0.0 || factor == 0.0;
        let fits = exact || product.is_finite() && product.abs() >= f64::MIN_POSITIVE;
        if fits {
            self.coefficient = product;
        }
        fits
    }

    fn scale_or_keep(&mut self, graph: &mut Graph, factor: f64) {
        if !self.scale(factor) {
            let node = graph.constant(factor);
            self.operands.push(Operand { node, index: Vec::new() });
        }
    }

    /// Replaces an operand of this shape, read at `index`, by the terms of the product that it is.
    fn inline(&mut self, inner: &Product, shape: &[Size], index: &[Affine], pending: &mut Vec<Operand>) -> Option<()> {
        if let Some(values) = self.values(inner, shape, index) {
            let place = |affine: &Affine| affine.substitute(&|wire| values[wire.0 as usize].clone());
            self.guards.extend(inner.guards.iter().map(|g| Guard { affine: place(&g.affine), test: g.test }));
            let placed = |o: &Operand| Operand { node: o.node, index: o.index.iter().map(place).collect() };
            pending.extend(inner.operands.iter().map(placed));
            return Some(());
        }
        let offset = self.extents.len() as u32;
        self.extents.extend(inner.extents.iter().cloned().map(Some));
        let shift = |affine: &Affine| affine.substitute(&|w| Affine::wire(Wire(w.0 + offset)));
        self.guards.extend(inner.guards.iter().map(|g| Guard { affine: shift(&g.affine), test: g.test }));
        for ((o, i), size) in inner.out.iter().zip(index).zip(shape) {
            // What the operand does not hold is not read: neither scattered outside nor asked for outside.
            let held = o.provably_within(size, &|w| inner.extent(w)) || i.provably_within(size, &|w| self.extent(w));
            if !held {
                let last = Affine::constant(size.sub(&Size::constant(1))).sub(i);
                self.guards.extend([i.clone(), last].map(|affine| Guard { affine, test: Test::NonNegative }));
            }
        }
        let mut equations: Vec<Affine> = inner.out.iter().zip(index).map(|(o, i)| shift(o).sub(i)).collect();
        // The inlined operand is at the end of `pending`, so that substitutions reach it.
        pending.extend(inner.operands.iter().map(|o| Operand { node: o.node, index: o.index.iter().map(&shift).collect() }));
        while let Some(equation) = equations.pop() {
            self.solve(equation, offset, &mut equations, pending)?;
        }
        Some(())
    }

    /// What the wires of a product are outside, where it sums nothing, is whole, and is read inside of its range: then
    /// no equation is left to solve.
    fn values(&self, inner: &Product, shape: &[Size], index: &[Affine]) -> Option<Vec<Affine>> {
        let mut values: Vec<Option<Affine>> = vec![None; inner.extents.len()];
        for ((out, index), size) in inner.out.iter().zip(index).zip(shape) {
            let own = out.as_wire()?.0 as usize;
            let is_whole = || index.as_wire().is_some_and(|wire| self.extents[wire.0 as usize].as_ref() == Some(size));
            let is_within = || is_whole() || index.provably_within(size, &|wire| self.extent(wire));
            if inner.extents[own] != *size || values[own].is_some() || !is_within() {
                return None;
            }
            values[own] = Some(index.clone());
        }
        values.into_iter().collect()
    }

    /// Imposes `equation = 0`: takes it apart, or eliminates a wire with coefficient ±1, or keeps a
    /// guard. Of wires that leave as many values, those from `prefer` on and then summed ones go.
    fn solve(&mut self, equation: Affine, prefer: u32, equations: &mut Vec<Affine>, pending: &mut [Operand]) -> Option<()> {
        if let Some(size) = equation.as_size() {
            return match size.as_constant() {
                Some(0) => Some(()),
                Some(_) => None,
                None => {
                    self.guards.push(Guard { affine: equation, test: Test::Zero });
                    Some(())
                }
            };
        }
        if let Some(split) = equation::split(&equation, &|w| self.extent(w)) {
            let Split::Both(multiple, rest) = split else { return None };
            equations.extend([multiple, rest]);
            return Some(());
        }
        let best = self.determined(&equation, prefer);
        if best.as_ref().is_none_or(|(cost, ..)| *cost >= OUTSIDE)
            && let Some(refined) = equation::refinement(&equation, &|w| self.extent(w))
        {
            equations.push(equation);
            for (wire, radix) in refined {
                self.refine(wire, &radix, equations, pending);
            }
            return Some(());
        }
        match best {
            Some((_, wire, value)) => self.eliminate(wire, &value, equations, pending),
            None => self.guards.push(Guard { affine: equation, test: Test::Zero }),
        }
        Some(())
    }

    /// The wire that an equation is best solved for, and what it is then.
    fn determined(&self, equation: &Affine, prefer: u32) -> Option<(u32, Wire, Affine)> {
        let mut best: Option<(u32, Wire, Affine)> = None;
        for (wire, coefficient) in &equation.terms {
            let Some(sign) = coefficient.as_constant().filter(|c| c.abs() == 1) else { continue };
            let rest = equation.sub(&Affine::wire(*wire).scale(coefficient));
            let value = rest.scale(&Size::constant(-sign));
            let waste = if value.provably_within(&self.extent(*wire), &|w| self.extent(w)) {
                0
            } else if equation::is_injective(&value, &|w| self.extent(w)) {
                OUTSIDE
            } else {
                REPEATED
            };
            let in_out = self.out.iter().any(|o| o.mentions(*wire));
            let cost = waste + u32::from(in_out) * 2 + u32::from(wire.0 < prefer);
            if best.as_ref().is_none_or(|(c, ..)| cost < *c) {
                best = Some((cost, *wire, value));
            }
        }
        best
    }

    /// Writes a wire as `radix·high + low`.
    fn refine(&mut self, wire: Wire, radix: &Size, equations: &mut [Affine], pending: &mut [Operand]) {
        let Some(high) = self.extent(wire).divided_by(radix) else { return };
        let first = self.extents.len() as u32;
        self.extents.extend([Some(high), Some(radix.clone())]);
        let value = Affine::wire(Wire(first)).scale(radix).add(&Affine::wire(Wire(first + 1)));
        self.eliminate(wire, &value, equations, pending);
    }

    /// Two wires that are read as `n·high + low` only, n being the extent of the lower one, are one
    /// wire.
    fn fuse_wires(&mut self) {
        while let Some((high, low)) = self.read_together() {
            let fresh = Affine::wire(Wire(self.extents.len() as u32));
            self.extents.push(Some(self.extent(high).mul(&self.extent(low))));
            let value = |wire: Wire| match wire {
                _ if wire == low => fresh.clone(),
                _ if wire == high => Affine::default(),
                _ => Affine::wire(wire),
            };
            self.affines_mut().for_each(|affine| *affine = affine.substitute(&value));
            // The product of two extents below 0 is above 0.
            if !self.extent(high).is_nonnegative() && !self.extent(low).is_nonnegative() {
                self.guards.push(Guard { affine: Affine::constant(self.extent(low)), test: Test::NonNegative });
            }
            self.extents[high.0 as usize] = None;
            self.extents[low.0 as usize] = None;
        }
    }

    fn read_together(&self) -> Option<(Wire, Wire)> {
        let together = |high: Wire, low: Wire| {
            let radix = self.extent(low);
            self.affines().all(|a| a.coefficient(high) == a.coefficient(low).mul(&radix))
        };
        let pairs = |affine: &Affine| {
            affine
                .wires()
                .find_map(|low| affine.wires().find(|high| *high != low && together(*high, low)).map(|high| (high, low)))
        };
        self.affines().filter(|affine| affine.terms.len() > 1).find_map(pairs)
    }

    fn affines(&self) -> impl Iterator<Item = &Affine> {
        let guards = self.guards.iter().map(|g| &g.affine);
        self.out.iter().chain(self.operands.iter().flat_map(|o| &o.index)).chain(guards)
    }

    fn affines_mut(&mut self) -> impl Iterator<Item = &mut Affine> {
        let guards = self.guards.iter_mut().map(|g| &mut g.affine);
        self.out.iter_mut().chain(self.operands.iter_mut().flat_map(|o| &mut o.index)).chain(guards)
    }

    /// `wire := value`; the wire's range becomes guards where it is not implied.
    fn eliminate(&mut self, wire: Wire, value: &Affine, equations: &mut [Affine], pending: &mut [Operand]) {
        let extent = self.extent(wire);
        self.extents[wire.0 as usize] = None;
        let replace = |affine: &mut Affine| {
            if affine.mentions(wire) {
                *affine = affine.substitute(&|w| if w == wire { value.clone() } else { Affine::wire(w) });
            }
        };
        self.affines_mut().for_each(replace);
        pending.iter_mut().flat_map(|o| &mut o.index).for_each(replace);
        equations.iter_mut().for_each(replace);
        let last = Affine::constant(extent.sub(&Size::constant(1))).sub(value);
        for affine in [value.clone(), last] {
            if !affine.provably_nonnegative(&|w| self.extent(w)) {
                self.guards.push(Guard { affine, test: Test::NonNegative });
            }
        }
    }

    /// A wire of extent 1 is 0.
    fn unit_wires(&mut self) {
        for wire in (0..self.extents.len() as u32).map(Wire) {
            if self.extents[wire.0 as usize].as_ref().is_some_and(Size::is_one) {
                self.eliminate(wire, &Affine::default(), &mut [], &mut []);
            }
        }
    }

    /// Drops guards that always hold, solves equations; `None` where one never holds.
    fn settle_guards(&mut self) -> Option<()> {
        loop {
            let guards = std::mem::take(&mut self.guards);
            let mut equation = None;
            for guard in guards {
                let guard = equation::tightened(&guard, &|w| self.extent(w)).unwrap_or(guard);
                match self.decide(&guard) {
                    Some(true) => {}
                    Some(false) => return None,
                    None if equation.is_none() && self.is_solvable(&guard) => equation = Some(guard.affine),
                    None => self.guards.push(guard),
                }
            }
            let Some(equation) = equation.or_else(|| self.equation_of_two()) else { return Some(()) };
            let mut equations = vec![equation];
            while let Some(equation) = equations.pop() {
                self.solve(equation, u32::MAX, &mut equations, &mut [])?;
            }
        }
    }

    fn is_solvable(&self, guard: &Guard) -> bool {
        let splits = || equation::split(&guard.affine, &|w| self.extent(w)).is_some();
        guard.test == Test::Zero && (has_unit(&guard.affine) || splits())
    }

    /// `a >= 0` and `-a >= 0` are `a = 0`.
    fn equation_of_two(&mut self) -> Option<Affine> {
        let opposite = |guard: &Guard| Guard { affine: guard.affine.scale(&Size::constant(-1)), test: Test::NonNegative };
        let is_first =
            |k: usize| self.guards[k].test == Test::NonNegative && self.guards[k + 1..].contains(&opposite(&self.guards[k]));
        let first = (0..self.guards.len().saturating_sub(1)).find(|k| is_first(*k))?;
        let (affine, other) = (self.guards[first].affine.clone(), opposite(&self.guards[first]));
        self.guards.retain(|guard| *guard != other && !(guard.test == Test::NonNegative && guard.affine == affine));
        Some(affine)
    }

    fn decide(&self, guard: &Guard) -> Option<bool> {
        let (low, high) = guard.affine.bounds(&|w| self.extent(w))?;
        let negative = |size: &Size| size.scale(-1).sub(&Size::constant(1)).is_nonnegative();
        match guard.test {
            Test::NonNegative if low.is_nonnegative() => Some(true),
            Test::NonNegative if negative(&high) => Some(false),
            Test::Zero | Test::NonZero => {
                let is_zero = if low.is_zero() && high.is_zero() {
                    Some(true)
                } else if negative(&low.scale(-1)) || negative(&high) {
                    Some(false)
                } else {
                    None
                };
                is_zero.map(|zero| zero == (guard.test == Test::Zero))
            }
            Test::NonNegative => None,
        }
    }

    /// `out[e(i)] += t(i)` is `out[k] = t(i(k))` where `e` has one wire, which no other output has:
    /// results are gathered, not scattered, where that costs nothing.
    fn gather_outputs(&mut self) -> Option<()> {
        for axis in 0..self.out.len() {
            let index = self.out[axis].clone();
            let [(wire, coefficient)] = &*index.terms else { continue };
            let unit = coefficient.as_constant().is_some_and(|c| c.abs() == 1);
            let alone = self.out.iter().enumerate().all(|(k, o)| k == axis || !o.mentions(*wire));
            let plain = index.as_wire().is_some() && self.extent(*wire) == self.shape[axis];
            if !unit || !alone || plain {
                continue;
            }
            let fresh = Wire(self.extents.len() as u32);
            self.extents.push(Some(self.shape[axis].clone()));
            self.out[axis] = Affine::wire(fresh);
            let wire = *wire;
            let sign = coefficient.clone();
            let value = Affine::wire(fresh).sub(&Affine::constant(index.constant.clone())).scale(&sign);
            self.eliminate(wire, &value, &mut [], &mut []);
        }
        self.settle_guards()
    }

    /// `P_ij P_ik = P_ij δ_jk`: a row of a selection has one entry.
    fn settle_selections(&mut self, graph: &Graph) -> Option<()> {
        while let Some((position, equation)) = self.selected_twice(graph) {
            self.operands.remove(position);
            self.guards.push(Guard { affine: equation, test: Test::Zero });
            self.settle_guards()?;
        }
        Some(())
    }

    /// A selection of which another operand has an entry of the same row as a factor, and the difference of the
    /// columns.
    fn selected_twice(&self, graph: &Graph) -> Option<(usize, Affine)> {
        let column = |selection: &Operand, other: &Operand| {
            let supports = graph.supports(other.node).iter().filter(|support| support.matrix == selection.node);
            let read = |affine: &Affine| affine.substitute(&|axis| other.index[axis.0 as usize].clone());
            let mut same_row = supports.filter(|support| read(&support.row) == selection.index[0]);
            same_row.next().map(|support| read(&support.column))
        };
        self.operands.iter().enumerate().filter(|(_, operand)| graph.is_selection(operand.node)).find_map(|(k, operand)| {
            let others = self.operands.iter().enumerate().filter(|(other, _)| *other != k);
            let mut columns = others.filter_map(|(_, other)| column(operand, other));
            columns.next().map(|other| (k, other.sub(&operand.index[1])))
        })
    }

    /// `Σ_j P_ij = 1`, where nothing else reads j and i is a row.
    fn drop_whole_selections(&mut self, graph: &Graph) {
        let whole = |normalizer: &Self, operand: &Operand| {
            let [row, column] = operand.index.as_slice() else { return false };
            let [rows, columns] = graph.shape(operand.node) else { return false };
            let Some(wire) = column.as_wire() else { return false };
            graph.is_selection(operand.node)
                && normalizer.affines().filter(|affine| affine.mentions(wire)).count() == 1
                && normalizer.extent(wire) == *columns
                && row.provably_within(rows, &|w| normalizer.extent(w))
        };
        while let Some(position) = (0..self.operands.len()).find(|k| whole(self, &self.operands[*k])) {
            if let Some(wire) = self.operands.remove(position).index[1].as_wire() {
                self.extents[wire.0 as usize] = None;
            }
        }
    }

    /// A summed wire that nothing reads counts its extent, which is empty where it is below 0. A sum of no terms is 0,
    /// also of terms that are not finite: then the count has a guard beside it, as `0·∞` is no 0.
    fn drop_unused_wires(&mut self, graph: &mut Graph) {
        for wire in (0..self.extents.len() as u32).map(Wire) {
            let Some(extent) = self.extents[wire.0 as usize].clone() else { continue };
            let used = self.out.iter().chain(self.operands.iter().flat_map(|o| &o.index)).any(|a| a.mentions(wire))
                || self.guards.iter().any(|g| g.affine.mentions(wire));
            if used {
                continue;
            }
            self.extents[wire.0 as usize] = None;
            match extent.as_constant() {
                Some(value) => self.scale_or_keep(graph, value.max(0) as f64),
                None => {
                    let finite = self.operands.iter().all(|operand| graph.is_finite_everywhere(operand.node));
                    let least = if finite { extent.clone() } else { extent.sub(&Size::constant(1)) };
                    if !least.is_nonnegative() {
                        self.guards.push(Guard { affine: Affine::constant(least), test: Test::NonNegative });
                    }
                    let count = graph.count(extent);
                    self.operands.push(Operand { node: count, index: Vec::new() });
                }
            }
        }
    }
}

impl Normalizer<'_> {
    /// A sum of no terms is 0, also where a factor that leaves it is the logarithm of a sum of nothing.
    fn keep_sums_of_none(&mut self, graph: &Graph) {
        let leaving: Vec<&Operand> = self.operands.iter().filter(|o| graph.reads_logarithm_of_none(o.node)).collect();
        let leaves = |wire: Wire| leaving.iter().any(|operand| !operand.index.iter().any(|index| index.mentions(wire)));
        let is_summed = |wire: Wire| !self.out.iter().any(|index| index.mentions(wire));
        let wires = (0..self.extents.len() as u32).map(Wire).filter(|wire| is_summed(*wire) && leaves(*wire));
        let least = wires.filter_map(|wire| self.extents[wire.0 as usize].as_ref().map(|e| e.sub(&Size::constant(1))));
        let empty = least.filter(|least| !least.is_nonnegative());
        let guards = empty.map(|least| Guard { affine: Affine::constant(least), test: Test::NonNegative });
        for guard in guards.collect::<Vec<_>>() {
            if !self.guards.contains(&guard) {
                self.guards.push(guard);
            }
        }
    }
}

impl Graph {
    /// Whether some terms of a sum hold nothing where it is read: `v[k]` of a vector that was put together
    /// entry by entry reads one of them.
    fn misses(&self, terms: &[Term], index: &[Affine]) -> bool {
        index.iter().any(|i| i.as_size().is_some()) && terms.iter().any(|term| self.misses_term(term, index))
    }

    /// Whether a term stands at another constant index than the one at which it is read.
    fn misses_term(&self, term: &Term, index: &[Affine]) -> bool {
        let Op::Product(product) = self.op(term.view.node) else { return false };
        product.out.iter().zip(&term.view.axes).any(|(out, axis)| match (out.as_size(), index[*axis].as_size()) {
            (Some(held), Some(read)) => held.sub(read).as_constant().is_some_and(|difference| difference != 0),
            _ => false,
        })
    }
}

/// c, where all terms have the coefficients ±c and c ≠ 1: then `Σ ±c t = c Σ ±t`, and the sum
/// without c may be one that others read.
fn common_magnitude(terms: &[Term]) -> Option<f64> {
    let (first, rest) = terms.split_first()?;
    let magnitude = first.coefficient.get().abs();
    (magnitude != 1.0 && rest.iter().all(|t| t.coefficient.get().abs() == magnitude)).then_some(magnitude)
}

/// Costs of solving for a wire: the values of the others that put it outside its range; that
/// repeat what others give as well.
const OUTSIDE: u32 = 4;
const REPEATED: u32 = 8;

fn has_unit(affine: &Affine) -> bool {
    affine.terms.iter().any(|(_, c)| c.as_constant().is_some_and(|c| c.abs() == 1))
}
