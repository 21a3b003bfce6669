//! Products and reductions that a kernel of the runtime computes, as calls of it.

use super::body::Body;
use super::pattern::Pattern;
use super::program::{Argument, Expr, Kernel, Place, Slice, Stmt, natural_strides};
use crate::ir::{Id, Product, Reduction, Size};

impl Body<'_> {
    /// Emits a kernel's call where all operands and the target lie as it needs them.
    pub(super) fn kernel(&mut self, product: &Product, found: Pattern, scale: f64, place: &Place) -> bool {
        let shapes = |k: usize| self.context.graph.shape(product.operands[k].node).to_vec();
        let stored = |k: usize| self.context.place(product.operands[k].node);
        let coefficient = scale * product.coefficient.get();
        let one = Size::constant(1);
        match found {
            Pattern::MatrixVector { matrix, vector, transposed } => {
                let (Some(a), Some(x)) = (stored(matrix), stored(vector)) else { return false };
                if place.strides[0] != one {
                    return false;
                }
                let (shape, length) = (shapes(matrix), shapes(vector).remove(0));
                let out = if transposed { shape[1].clone() } else { shape[0].clone() };
                let alpha = self.alpha(product, coefficient, &[matrix, vector]);
                let arguments = vec![
                    Argument::Value(alpha),
                    self.slice(&a, Size::product(&shape)),
                    Argument::Size(shape[0].clone()),
                    Argument::Size(shape[1].clone()),
                    self.slice(&x, length),
                ];
                self.call(if transposed { "gemv_t" } else { "gemv" }, arguments, place, out, None)
            }
            Pattern::Sparse { matrix, other, transposed } => {
                let Some(x) = stored(other) else { return false };
                let (field, shape) = (shapes(matrix), shapes(other));
                let rows = field[usize::from(transposed)].clone();
                let columns = shape.get(1).cloned().unwrap_or(one);
                let out: Vec<Size> = [rows.clone()].into_iter().chain(shape.get(1).cloned()).collect();
                if place.strides != natural_strides(&out) {
                    return false;
                }
                let alpha = self.alpha(product, coefficient, &[matrix, other]);
                let arguments = vec![
                    Argument::Value(alpha),
                    Argument::Sparse(product.operands[matrix].node),
                    self.slice(&x, Size::product(&shape)),
                    Argument::Size(columns),
                ];
                self.call(if transposed { "csr_tr_mul" } else { "csr_mul" }, arguments, place, Size::product(&out), None)
            }
            Pattern::Dot { left, right } => {
                let (Some(a), Some(b)) = (stored(left), stored(right)) else { return false };
                let length = Size::product(&shapes(left));
                let alpha = self.alpha(product, coefficient, &[left, right]);
                let arguments = vec![self.slice(&a, length.clone()), self.slice(&b, length)];
                self.call("dot", arguments, place, one, Some(alpha))
            }
            Pattern::MatrixMatrix { left, left_transposed, right, right_transposed } => {
                self.matrix_matrix(product, (left, left_transposed), (right, right_transposed), coefficient, place)
            }
            Pattern::Gram { matrix } => {
                let (Some(a), shape) = (stored(matrix), shapes(matrix)) else { return false };
                if place.strides != natural_strides(&[shape[1].clone(), shape[1].clone()]) {
                    return false;
                }
                let others: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
                let alpha = self.alpha(product, coefficient, &others);
                let arguments = vec![
                    Argument::Value(alpha),
                    self.slice(&a, Size::product(&shape)),
                    Argument::Size(shape[0].clone()),
                    Argument::Size(shape[1].clone()),
                ];
                let out = shape[1].mul(&shape[1]);
                self.call("gram", arguments, place, out, None)
            }
            Pattern::WeightedGram { matrix, weights } => self.weighted_gram(product, matrix, weights, coefficient, place),
        }
    }

    fn matrix_matrix(
        &mut self,
        product: &Product,
        (left, left_transposed): (usize, bool),
        (right, right_transposed): (usize, bool),
        coefficient: f64,
        place: &Place,
    ) -> bool {
        let graph = self.context.graph;
        let (l, r) = (product.operands[left].node, product.operands[right].node);
        let (Some(a), Some(b)) = (self.context.place(l), self.context.place(r)) else { return false };
        let side = |node: Id, transposed: bool| {
            let shape = graph.shape(node);
            if transposed { (shape[1].clone(), shape[0].clone()) } else { (shape[0].clone(), shape[1].clone()) }
        };
        let (m, k) = side(l, left_transposed);
        let (_, n) = side(r, right_transposed);
        let natural = natural_strides(&[m.clone(), n.clone()]);
        let flipped: Vec<Size> = natural_strides(&[n.clone(), m.clone()]).into_iter().rev().collect();
        let alpha = self.alpha(product, coefficient, &[left, right]);
        let (first, second) = (self.slice(&a, m.mul(&k)), self.slice(&b, k.mul(&n)));
        let out = m.mul(&n);
        let (m_k_n, operands, transposed) = if place.strides == natural {
            ([m, k, n], [first, second], (left_transposed, right_transposed))
        } else if place.strides == flipped {
            // (A B)ᵀ = Bᵀ Aᵀ: the transposed result is the product of the transposed operands.
            ([n, k, m], [second, first], (!right_transposed, !left_transposed))
        } else {
            return false;
        };
        let name = match transposed {
            (false, false) => "gemm",
            (true, false) => "gemm_tn",
            (false, true) => "gemm_nt",
            (true, true) => "gemm_tt",
        };
        let arguments = [vec![Argument::Value(alpha)], operands.to_vec(), m_k_n.map(Argument::Size).to_vec()].concat();
        self.call(name, arguments, place, out, None)
    }

    fn weighted_gram(&mut self, product: &Product, matrix: usize, weights: usize, coefficient: f64, place: &Place) -> bool {
        let graph = self.context.graph;
        let node = product.operands[matrix].node;
        let (Some(a), Some(d)) = (self.context.place(node), self.context.place(product.operands[weights].node)) else {
            return false;
        };
        let shape = graph.shape(node).to_vec();
        let (rows, columns) = (shape[0].clone(), shape[1].clone());
        if place.strides != natural_strides(&[columns.clone(), columns.clone()]) {
            return false;
        }
        let tensors: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
        let alpha = self.alpha(product, coefficient, &tensors);
        let arguments = vec![
            Argument::Value(alpha),
            self.slice(&a, rows.mul(&columns)),
            self.slice(&d, rows.clone()),
            Argument::Size(rows.clone()),
            Argument::Size(columns.clone()),
            Argument::Scratch { rows, columns: columns.clone() },
        ];
        self.call("weighted_gram", arguments, place, columns.mul(&columns), None)
    }

    /// The coefficient and the scalar operands, as one factor.
    fn alpha(&mut self, product: &Product, coefficient: f64, tensors: &[usize]) -> Expr {
        let mut factors = Vec::new();
        for (position, operand) in product.operands.iter().enumerate() {
            if !tensors.contains(&position) {
                factors.push(self.expression(operand.node, &[]));
            }
        }
        Expr::Product(coefficient, factors)
    }

    fn slice(&mut self, place: &Place, length: Size) -> Argument {
        self.require(place.source);
        Argument::Slice(Slice { source: place.source, offset: place.offset.clone(), length })
    }

    fn call(&mut self, name: &'static str, arguments: Vec<Argument>, place: &Place, length: Size, returns: Option<Expr>) -> bool {
        let target = Slice { source: place.source, offset: place.offset.clone(), length };
        self.statements.push(Stmt::Kernel(Kernel { name, arguments, target, returns }));
        true
    }

    /// Opaque reductions: kept axes come first, so entry `(k, r)` lies at `k + r·kept`.
    pub(super) fn reduction(&mut self, node: Id, name: &'static str, arg: Id, keep: usize, order: Option<usize>) {
        let graph = self.context.graph;
        let (Some(source), Some(target)) = (self.context.place(arg), self.context.place(node)) else {
            unreachable!("reductions and their arguments are stored")
        };
        let shape = graph.shape(arg).to_vec();
        let mut arguments = vec![
            self.slice(&source, Size::product(&shape)),
            Argument::Size(Size::product(&shape[..keep])),
            Argument::Size(Size::product(&shape[keep..])),
        ];
        arguments.extend(order.map(|k| Argument::Size(Size::constant(k as i64))));
        let length = Size::product(graph.shape(node));
        self.call(name, arguments, &target, length, None);
    }
}

pub(super) fn reduction_name(kind: Reduction) -> &'static str {
    match kind {
        Reduction::Max => "reduce_max",
        Reduction::Min => "reduce_min",
        Reduction::LogSumExp => "reduce_log_sum_exp",
    }
}

pub(super) fn weights_name(kind: Reduction) -> &'static str {
    match kind {
        Reduction::Max => "max_weights",
        Reduction::Min => "min_weights",
        Reduction::LogSumExp => "softmax",
    }
}
