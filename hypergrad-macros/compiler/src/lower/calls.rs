//! Products and reductions that a kernel of the runtime computes, as calls of it.

use super::body::Body;
use super::cost::UNROLLED;
use super::differences::{Squares, Weights};
use super::pattern::{Matrix, Pattern};
use super::program::{Argument, Expr, Kernel, Place, Slice, Stmt, natural_strides};
use crate::ir::{Affine, Id, Product, Reduction, Size};

impl Body<'_> {
    /// Emits a kernel's call where all operands and the target lie as it needs them.
    pub(super) fn kernel(&mut self, product: &Product, found: Pattern, scale: f64, place: &Place) -> bool {
        let shapes = |k: usize| self.context.graph.shape(product.operands[k].node).to_vec();
        let stored = |k: usize| self.context.place(product.operands[k].node);
        let coefficient = scale * product.coefficient.get();
        let one = Size::constant(1);
        match found {
            Pattern::MatrixVector { matrix, vector } => {
                let (Some(a), Some(x)) = (stored(matrix.position), stored(vector)) else { return false };
                let shape = shapes(matrix.position);
                let (leading, trailing) = shape.split_at(matrix.split);
                let out = if matrix.transposed { trailing } else { leading };
                if place.strides != natural_strides(out) {
                    return false;
                }
                let (rows, columns) = (Size::product(leading), Size::product(trailing));
                let (out, length) = if matrix.transposed { (&columns, &rows) } else { (&rows, &columns) };
                let alpha = self.alpha(product, coefficient, &[matrix.position, vector]);
                let arguments = vec![
                    Argument::Value(alpha),
                    self.slice(&a, Size::product(&shape)),
                    Argument::Size(rows.clone()),
                    Argument::Size(columns.clone()),
                    self.slice(&x, length.clone()),
                ];
                let small = [&rows, &columns].iter().all(|size| size.as_constant().is_some_and(|size| size <= UNROLLED));
                let name = match (matrix.transposed, small) {
                    (true, _) => "gemv_t",
                    (false, true) => "gemv_small",
                    (false, false) => "gemv",
                };
                self.call(name, arguments, place, out.clone(), None)
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
            Pattern::MatrixMatrix { left, right } => self.matrix_matrix(product, left, right, coefficient, place),
            Pattern::Gram { matrix } => {
                let (Some(a), shape) = (stored(matrix.position), shapes(matrix.position)) else { return false };
                let (leading, trailing) = shape.split_at(matrix.split);
                if place.strides != natural_strides(&[trailing, trailing].concat()) {
                    return false;
                }
                let (rows, columns) = (Size::product(leading), Size::product(trailing));
                let others: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
                let alpha = self.alpha(product, coefficient, &others);
                let arguments = vec![
                    Argument::Value(alpha),
                    self.slice(&a, Size::product(&shape)),
                    Argument::Size(rows),
                    Argument::Size(columns.clone()),
                ];
                let out = columns.mul(&columns);
                self.call("gram", arguments, place, out, None)
            }
            Pattern::WeightedGram { matrix, weights } => self.weighted_gram(product, matrix, weights, coefficient, place),
            Pattern::KhatriRao { left, right } => self.khatri_rao(product, &left, &right, coefficient, place),
            Pattern::Squares(squares) => self.squares(product, &squares, coefficient, place),
        }
    }

    fn squares(&mut self, product: &Product, found: &Squares, coefficient: f64, place: &Place) -> bool {
        let [rows, columns, inner] = found.extents.clone();
        let (name, out) = match found.weights {
            Weights::Inner(_) => ("squared_distances", vec![rows.clone(), columns.clone()]),
            Weights::Pairs(_) => ("squared_differences", vec![inner.clone()]),
        };
        let [Some(a), Some(b)] = found.sides.map(|side| self.context.place(side.node)) else { return false };
        let weights = self.slices(product, &found.weights());
        let (true, Some(weights)) = (place.strides == natural_strides(&out), weights) else { return false };
        let weights = match (&found.weights, weights) {
            (Weights::Pairs(_), Argument::Slices(mut own)) if own.len() == 1 => Argument::Slice(own.remove(0)),
            (_, weights) => weights,
        };
        let tensors: Vec<usize> = (0..product.operands.len()).filter(|k| !product.operands[*k].index.is_empty()).collect();
        let alpha = self.alpha(product, coefficient, &tensors);
        let one = Size::constant(1);
        let steps = if found.sides[1].by_column { [one, columns.clone()] } else { [inner.clone(), one] };
        let shape = [rows.clone(), columns.clone(), inner.clone()].into_iter().chain(steps).collect();
        let arguments = vec![
            Argument::Value(alpha),
            weights,
            self.slice(&a, rows.mul(&inner)),
            self.slice(&b, columns.mul(&inner)),
            Argument::Sizes(shape),
        ];
        self.call(name, arguments, place, Size::product(&out), None)
    }

    fn khatri_rao(&mut self, product: &Product, left: &[usize], right: &[usize], coefficient: f64, place: &Place) -> bool {
        let Some(row) = product.summed().first().map(|w| product.extent(*w)) else { return false };
        let sizes: Vec<Size> = product.out.iter().flat_map(Affine::wires).map(|w| product.extent(w)).collect();
        if place.strides != natural_strides(&sizes) {
            return false;
        }
        let (Some(first), Some(second)) = (self.slices(product, left), self.slices(product, right)) else { return false };
        let (height, width) = sizes.split_at(sizes.len().div_ceil(2));
        let columns = Size::product(height).add(&Size::product(width));
        let alpha = self.alpha(product, coefficient, &[left, right].concat());
        let arguments = vec![Argument::Value(alpha), first, second, Argument::Size(row), Argument::Panel { columns }];
        self.call("khatri_rao", arguments, place, Size::product(&sizes), None)
    }

    fn matrix_matrix(&mut self, product: &Product, left: Matrix, right: Matrix, coefficient: f64, place: &Place) -> bool {
        let graph = self.context.graph;
        let node = |matrix: Matrix| product.operands[matrix.position].node;
        let (Some(a), Some(b)) = (self.context.place(node(left)), self.context.place(node(right))) else { return false };
        let sides = |matrix: Matrix| {
            let (leading, trailing) = graph.shape(node(matrix)).split_at(matrix.split);
            if matrix.transposed { (trailing, leading) } else { (leading, trailing) }
        };
        let ((rows, inner), (_, columns)) = (sides(left), sides(right));
        let natural = natural_strides(&[rows, columns].concat());
        let flipped = natural_strides(&[columns, rows].concat());
        let flipped = [&flipped[columns.len()..], &flipped[..columns.len()]].concat();
        let [m, k, n] = [rows, inner, columns].map(Size::product);
        let alpha = self.alpha(product, coefficient, &[left.position, right.position]);
        let (first, second) = (self.slice(&a, m.mul(&k)), self.slice(&b, k.mul(&n)));
        let out = m.mul(&n);
        let (m_k_n, operands, transposed) = if place.strides == natural {
            ([m, k, n], [first, second], (left.transposed, right.transposed))
        } else if place.strides == flipped {
            // (A B)ᵀ = Bᵀ Aᵀ: the transposed result is the product of the transposed operands.
            ([n, k, m], [second, first], (!right.transposed, !left.transposed))
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

    pub(super) fn slice(&mut self, place: &Place, length: Size) -> Argument {
        self.require(place.source);
        Argument::Slice(Slice { source: place.source, offset: place.offset.clone(), length })
    }

    /// Operands that are read whole, where all are stored.
    fn slices(&mut self, product: &Product, positions: &[usize]) -> Option<Argument> {
        let nodes = positions.iter().map(|k| product.operands[*k].node);
        let places: Vec<(Place, Size)> =
            nodes.map(|n| Some((self.context.place(n)?, Size::product(self.context.graph.shape(n))))).collect::<Option<_>>()?;
        places.iter().for_each(|(place, _)| self.require(place.source));
        let slice = |(place, length): (Place, Size)| Slice { source: place.source, offset: place.offset, length };
        Some(Argument::Slices(places.into_iter().map(slice).collect()))
    }

    pub(super) fn call(
        &mut self,
        name: &'static str,
        arguments: Vec<Argument>,
        place: &Place,
        length: Size,
        returns: Option<Expr>,
    ) -> bool {
        let target = Slice { source: place.source, offset: place.offset.clone(), length };
        self.statements.push(Stmt::Kernel(Kernel {
            name,
            arguments,
            target,
            returns,
            writes: false,
            along: None,
            exponential: None,
        }));
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
