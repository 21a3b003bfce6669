//! Derivatives of solutions and determinants: solves with the same factor.

use super::reverse::Sweep;
use crate::ir::{Affine, Elimination, Graph, Guard, Id, Number, Operand, Product, Size, Test, Wire};

impl Sweep<'_> {
    /// `d(A⁻¹ B) = A⁻¹ dB - A⁻¹ dA A⁻¹ B`, so `B̄ = A⁻ᵀ X̄` and `Ā = -B̄ Xᵀ`; with `A⁻ᵀ B`, `Ā = -X B̄ᵀ`.
    pub(super) fn solve(&mut self, (factor, rhs, transposed): (Id, Id, bool), id: Id, cotangent: Id) {
        let Some((_, arg)) = self.graph.factored(factor) else { return };
        let (to_rhs, to_matrix) = (self.depends(rhs), self.depends(arg));
        if !to_rhs && !to_matrix {
            return;
        }
        let adjoint = self.graph.solve(factor, cotangent, !transposed);
        if to_rhs {
            self.contribute(rhs, adjoint);
        }
        if to_matrix {
            let (left, right) = if transposed { (id, adjoint) } else { (adjoint, id) };
            let product = outer(self.graph, -1.0, left, right, arg);
            self.to_matrix(factor, product);
        }
    }

    /// `d ln det A = ⟨A⁻ᵀ, dA⟩`, `d det A = det A ⟨A⁻ᵀ, dA⟩`.
    pub(super) fn determinant(&mut self, factor: Id, logarithm: bool, id: Id, cotangent: Id) {
        let Some((_, arg)) = self.graph.factored(factor).filter(|(_, arg)| self.depends(*arg)) else { return };
        let shape = self.graph.shape(arg).to_vec();
        let identity = self.graph.identity(&shape[0], &shape[2..]);
        let inverse = self.graph.solve(factor, identity, true);
        let whole: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
        let scalars = if logarithm { vec![cotangent] } else { vec![cotangent, id] };
        let operand = |node: Id| Operand { node, index: whole[2..].to_vec() };
        let operands = scalars.into_iter().map(operand).chain([Operand { node: inverse, index: whole.clone() }]).collect();
        let product = Product { coefficient: Number::new(1.0), extents: shape.clone(), operands, guards: Vec::new(), out: whole };
        let product = self.graph.product(product, shape);
        self.to_matrix(factor, product);
    }

    /// `dL = L Φ(L⁻¹ dA L⁻ᵀ)`, Φ being the lower triangle with half of the diagonal. So `Ā = L⁻ᵀ S L⁻¹` with the symmetric part S
    /// of `Φ(Lᵀ L̄)`, and `L⁻ᵀ = A⁻¹ L`.
    pub(super) fn lower(&mut self, factor: Id, id: Id, cotangent: Id) {
        let Some((_, arg)) = self.graph.factored(factor).filter(|(_, arg)| self.depends(*arg)) else { return };
        let symmetric = halved(self.graph, id, cotangent);
        let half = multiplied(self.graph, (id, false), (symmetric, false));
        let left = self.graph.solve(factor, half, false);
        let product = multiplied(self.graph, (left, false), (id, true));
        let swap: Vec<usize> = [1, 0].into_iter().chain(2..self.graph.order(arg)).collect();
        // `A⁻¹` from the right is one of the transpose from the left.
        let flipped = self.graph.permuted(product, &swap);
        let solved = self.graph.solve(factor, flipped, false);
        self.to_matrix(factor, solved);
    }

    /// Adds to the cotangent of the matrix that was factored. Of a matrix that is not seen to be symmetric,
    /// Cholesky's method reads the lower triangle: what belongs to the entries above it is theirs below.
    fn to_matrix(&mut self, factor: Id, cotangent: Id) {
        let Some((elimination, arg)) = self.graph.factored(factor) else { return };
        let whole = elimination == Elimination::Gauss || self.graph.is_own_transpose(arg);
        let cotangent = if whole { cotangent } else { folded(self.graph, cotangent) };
        self.contribute(arg, cotangent);
    }
}

/// `coefficient · Σ_c left(i, c) right(j, c)` for every element of the batch, shaped like the matrix.
fn outer(graph: &mut Graph, coefficient: f64, left: Id, right: Id, matrix: Id) -> Id {
    let shape = graph.shape(matrix).to_vec();
    let own = graph.shape(left).to_vec();
    let batches = shape.len() - 2;
    let columns = &own[1..own.len() - batches];
    let wires: Vec<Affine> = (0..(2 + batches + columns.len()) as u32).map(|w| Affine::wire(Wire(w))).collect();
    let (batch, column) = wires[2..].split_at(batches);
    let read = |node: Id, row: usize| Operand { node, index: [&wires[row..=row], column, batch].concat() };
    let product = Product {
        coefficient: Number::new(coefficient),
        extents: shape.iter().chain(columns).cloned().collect(),
        operands: vec![read(left, 0), read(right, 1)],
        guards: Vec::new(),
        out: wires[..2 + batches].to_vec(),
    };
    graph.product(product, shape)
}

/// `a b`, or `a bᵀ`, for every element of the batch.
fn multiplied(graph: &mut Graph, (a, a_flipped): (Id, bool), (b, b_flipped): (Id, bool)) -> Id {
    let shape = graph.shape(a).to_vec();
    let wires: Vec<Affine> = (0..=shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let (own, batch) = wires.split_at(3);
    let read = |node: Id, flipped: bool, row: usize, column: usize| {
        let (row, column) = if flipped { (column, row) } else { (row, column) };
        Operand { node, index: [&own[row..=row], &own[column..=column], batch].concat() }
    };
    let product = Product {
        coefficient: Number::new(1.0),
        extents: [&shape[..2], &shape[1..]].concat(),
        operands: vec![read(a, a_flipped, 0, 2), read(b, b_flipped, 2, 1)],
        guards: Vec::new(),
        out: [&own[..2], batch].concat(),
    };
    graph.product(product, shape)
}

/// The symmetric part of the lower triangle of `lᵀ c` with half of its diagonal: `(Φ + Φᵀ)/2`.
fn halved(graph: &mut Graph, l: Id, c: Id) -> Id {
    let product = multiplied(graph, (l, true), (c, false));
    let shape = graph.shape(product).to_vec();
    let wires: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let flipped = [&[wires[1].clone(), wires[0].clone()], &wires[2..]].concat();
    let below = wires[0].sub(&wires[1]);
    let mut part = |index: &[Affine], affine: Affine| {
        let product = Product {
            coefficient: Number::new(0.5),
            extents: shape.clone(),
            operands: vec![Operand { node: product, index: index.to_vec() }],
            guards: vec![Guard { affine, test: Test::NonNegative }],
            out: wires.clone(),
        };
        graph.product(product, shape.clone())
    };
    // i >= j of itself and i < j of the transpose: each diagonal entry once, by half.
    let one = Affine::constant(Size::constant(1));
    let parts = [part(&wires, below.clone()), part(&flipped, below.scale(&Size::constant(-1)).sub(&one))];
    graph.add_all(&parts, shape)
}

/// `[i >= j] (m(i, j) + [i > j] m(j, i))`.
fn folded(graph: &mut Graph, matrix: Id) -> Id {
    let shape = graph.shape(matrix).to_vec();
    let wires: Vec<Affine> = (0..shape.len() as u32).map(|w| Affine::wire(Wire(w))).collect();
    let flipped = [&[wires[1].clone(), wires[0].clone()], &wires[2..]].concat();
    let mut part = |index: Vec<Affine>, below: i64| {
        let affine = wires[0].sub(&wires[1]).sub(&Affine::constant(Size::constant(below)));
        let product = Product {
            coefficient: Number::new(1.0),
            extents: shape.clone(),
            operands: vec![Operand { node: matrix, index }],
            guards: vec![Guard { affine, test: Test::NonNegative }],
            out: wires.clone(),
        };
        graph.product(product, shape.clone())
    };
    let parts = [part(wires.clone(), 0), part(flipped, 1)];
    graph.add_all(&parts, shape)
}
