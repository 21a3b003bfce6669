//! Linear solves, inverses and determinants.
//!
//! However a system is written (`lu`, `cholesky`, an inverse times a vector), it becomes a solve with a
//! factor: an inverse is formed only where it is used by itself. A matrix that is singular is an error
//! of the point, so what Rust gives as an `Option` is there.

use super::Tracer;
use super::call::{Call, Outcome};
use super::found::Present;
use super::value::{LoopVariable, Tensor, Value};
use super::words::{DecompositionWord, FoundWord, InverseWord, SolutionWord, TriangleWord, TriangularWord, Words};
use crate::ir::{Affine, Elimination, Func, Graph, Id, Op, Size, View};
use crate::model::Form;

/// nalgebra's types of factorisations.
const FACTORISATIONS: Words = Words("LU FullPivLU QR ColPivQR Cholesky");

/// Their parts, which have no derivative rule.
const PARTS: Words = Words("l u p q r l_dirty l_unpack unpack unpack_dirty q_tr_mul lu_internal qr_internal");

/// A factored matrix, one for every value of the index variables of its batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factored {
    elimination: Elimination,
    factor: Id,
    /// In the order of the factor's axes.
    batch: Vec<LoopVariable>,
    n: Size,
    /// The matrix itself, for closed forms.
    matrix: Tensor,
}

impl Factored {
    fn as_value(self, may_fail: bool) -> Value {
        let factor = self.factor;
        let value = Value::Factored(Box::new(self));
        if may_fail { present(value, factor) } else { value }
    }
}

/// A matrix that is the inverse of a factored one.
struct Inverse {
    factor: Id,
    transposed: bool,
    batch: Vec<LoopVariable>,
}

impl Tracer<'_> {
    /// Factorisations, inverses and determinants of matrices.
    pub(super) fn factored_of(&mut self, call: &Call<'_>, matrix: &Tensor, arguments: &[Value]) -> Outcome {
        if !arguments.is_empty() {
            return Outcome::Unknown;
        }
        if let Some(word) = DecompositionWord::named(call.name()) {
            let factored = self.factored(call, matrix, word.elimination());
            return Outcome::Known(factored.map(|factored| factored.as_value(word.may_fail())));
        }
        let Some(word) = InverseWord::named(call.name()) else { return Outcome::Unknown };
        let Some(factored) = self.factored(call, matrix, Elimination::Gauss) else { return Outcome::Known(None) };
        Outcome::Known(Some(match word {
            InverseWord::try_inverse => present(Value::Tensor(self.inverse(&factored)), factored.factor),
            InverseWord::determinant => Value::Tensor(self.determinant(&factored, false)),
        }))
    }

    /// Methods of a factorisation.
    pub(super) fn factored_method(&mut self, call: &Call<'_>, factored: &Factored, arguments: &[Value]) -> Outcome {
        let may_fail = factored.elimination == Elimination::Gauss;
        let wrapped =
            |tensor: Tensor| if may_fail { present(Value::Tensor(tensor), factored.factor) } else { Value::Tensor(tensor) };
        if let (Elimination::Cholesky, Some(TriangleWord::l | TriangleWord::unpack), []) =
            (factored.elimination, TriangleWord::named(call.name()), arguments)
        {
            return Outcome::Known(Some(Value::Tensor(self.lower(factored))));
        }
        if PARTS.contains(call.name()) {
            self.diagnostics.error_with_help(
                call.site.span,
                format!("`{}` of a factorisation is not accepted: its parts have no derivative rule", call.name()),
                "use the whole: `solve(&b)`, `determinant()`; of `cholesky` also `l()`, `inverse()` and `ln_determinant()`",
            );
            return Outcome::Known(None);
        }
        match (SolutionWord::named(call.name()), arguments) {
            (Some(SolutionWord::solve), [rhs]) => {
                let Some(rhs) = self.tensor_at(rhs.clone(), &call.place(1), "a vector or matrix") else {
                    return Outcome::Known(None);
                };
                Outcome::Known(self.checked_solution(call, factored, &rhs).map(wrapped))
            }
            (Some(SolutionWord::try_inverse | SolutionWord::inverse), []) => {
                Outcome::Known(Some(wrapped(self.inverse(factored))))
            }
            (Some(SolutionWord::determinant), []) => Outcome::Known(Some(Value::Tensor(self.determinant(factored, false)))),
            (Some(SolutionWord::ln_determinant), []) => Outcome::Known(Some(Value::Tensor(self.determinant(factored, true)))),
            _ => Outcome::Unknown,
        }
    }

    /// Methods of what may not be found.
    pub(super) fn present_method(&mut self, call: &Call<'_>, present: Present, arguments: &[Value]) -> Outcome {
        match FoundWord::named(call.name()) {
            Some(FoundWord::unwrap | FoundWord::expect) => Outcome::Known(Some(present.value)),
            None => {
                let choice = self.granted(present, call.site.span, true);
                self.choice_method(call, &choice, arguments)
            }
        }
    }

    /// `LU::new(a)`, `Cholesky::new(a)`.
    pub(super) fn factorisation(&mut self, path: &syn::ExprPath, arguments: &[Value], call: &Call<'_>) -> Option<Option<Value>> {
        let full = self.module.imports.expand(&path.path);
        let [.., owner, name] = full.as_slice() else { return None };
        if name != "new" || !FACTORISATIONS.contains(owner) {
            return None;
        }
        let [argument] = arguments else { return None };
        let elimination = if owner == "Cholesky" { Elimination::Cholesky } else { Elimination::Gauss };
        let Some(matrix) = self.tensor_at(argument.clone(), &call.place(0), "a matrix") else { return Some(None) };
        let factored = self.factored(call, &matrix, elimination);
        Some(factored.map(|factored| factored.as_value(elimination == Elimination::Cholesky)))
    }

    /// The factor of a square matrix; in an arm that is not taken, that of the identity.
    fn factored(&mut self, call: &Call<'_>, matrix: &Tensor, elimination: Elimination) -> Option<Factored> {
        let matrix = self.reform(matrix, Form::Matrix);
        self.square(call, &matrix)?;
        let n = self.sizes.resolve(&matrix.rows);
        let identity = Tensor::new(self.graph.identity(&n, &[]), Form::Matrix, &[n.clone(), n.clone()]);
        let matrix = self.protected(&matrix, &identity);
        let batches = matrix.batch.len();
        let axes: Vec<usize> = [batches, batches + 1].into_iter().chain(0..batches).collect();
        let node = self.graph.permuted(matrix.node, &axes);
        let factor = self.graph.factor(elimination, node);
        Some(Factored { elimination, factor, batch: matrix.batch.clone(), n, matrix })
    }

    fn checked_solution(&mut self, call: &Call<'_>, factored: &Factored, rhs: &Tensor) -> Option<Tensor> {
        let matrix = &factored.matrix;
        self.agree_inner(&call.site, (matrix, &matrix.rows, "rows"), (rhs, &rhs.rows, "rows"))?;
        let inverse = Inverse { factor: factored.factor, transposed: false, batch: factored.batch.clone() };
        Some(self.solution(&inverse, rhs))
    }

    /// `A⁻¹ rhs`. Index variables of the right side alone are further columns of it.
    fn solution(&mut self, inverse: &Inverse, rhs: &Tensor) -> Tensor {
        if rhs.form == Form::Row {
            let matrix = self.reform(rhs, Form::Matrix);
            let solution = self.solution(inverse, &matrix);
            return self.reform(&solution, Form::Row);
        }
        let batch = &inverse.batch;
        let more: Vec<LoopVariable> = rhs.batch.iter().copied().filter(|v| !batch.contains(v)).collect();
        // [n] + own columns + more + batch.
        let own: Vec<Size> = rhs.own_shape().iter().map(|size| self.sizes.resolve(size)).collect();
        let extents = |tracer: &Self, all: &[LoopVariable]| all.iter().map(|v| tracer.extent(*v)).collect::<Vec<Size>>();
        let shape = [own.clone(), extents(self, &more), extents(self, batch)].concat();
        let place = |v: &LoopVariable| match more.iter().position(|m| m == v) {
            Some(k) => own.len() + k,
            None => own.len() + more.len() + batch.iter().position(|b| b == v).unwrap_or_default(),
        };
        let axes = rhs.batch.iter().map(place).chain(0..own.len()).collect();
        let columns = self.graph.view(1.0, &View { node: rhs.node, axes }, shape);
        let solution = self.graph.solve(inverse.factor, columns, inverse.transposed);
        let mut all: Vec<LoopVariable> = more.iter().chain(batch).copied().collect();
        all.sort_unstable();
        let back: Vec<usize> = all.iter().map(place).chain(0..own.len()).collect();
        let node = self.graph.permuted(solution, &back);
        Tensor { node, batch: all, ..rhs.clone() }
    }

    fn inverse(&mut self, factored: &Factored) -> Tensor {
        let n = &factored.n;
        let identity = Tensor::new(self.graph.identity(n, &[]), Form::Matrix, &[n.clone(), n.clone()]);
        self.solution(&Inverse { factor: factored.factor, transposed: false, batch: factored.batch.clone() }, &identity)
    }

    /// The lower triangular L with `A = L Lᵀ`.
    fn lower(&mut self, factored: &Factored) -> Tensor {
        let node = self.graph.lower(factored.factor);
        let batches = factored.batch.len();
        let axes: Vec<usize> = (2..2 + batches).chain([0, 1]).collect();
        let node = self.graph.permuted(node, &axes);
        let (rows, columns) = (factored.n.clone(), factored.n.clone());
        Tensor { node, batch: factored.batch.clone(), form: Form::Matrix, rows, columns }
    }

    /// `solve_lower_triangular` and the like: of the L of a factored A, `L⁻¹ = Lᵀ A⁻¹`; of another matrix, its triangle is
    /// factored.
    pub(super) fn triangular_solution(&mut self, call: &Call<'_>, matrix: &Tensor, arguments: &[Value]) -> Outcome {
        let (Some(word), [rhs]) = (TriangularWord::named(call.name()), arguments) else { return Outcome::Unknown };
        let Some(rhs) = self.tensor_at(rhs.clone(), &call.place(1), "a vector or matrix") else { return Outcome::Known(None) };
        let solution = match (lower_of(self.graph, matrix), word) {
            (Some(inverse), TriangularWord::solve_lower_triangular) => {
                let agree = self.agree_inner(&call.site, (matrix, &matrix.rows, "rows"), (&rhs, &rhs.rows, "rows"));
                agree.map(|()| {
                    let solution = self.solution(&inverse, &rhs);
                    let transposed = self.transpose(matrix);
                    (self.matrix_product(&transposed, &solution), inverse.factor)
                })
            }
            (Some(inverse), TriangularWord::tr_solve_lower_triangular) => {
                self.product_of(&call.site, matrix, &rhs).map(|product| (self.solution(&inverse, &product), inverse.factor))
            }
            _ => self.solution_of_triangle(call, word, matrix, &rhs),
        };
        Outcome::Known(solution.map(|(solution, factor)| present(Value::Tensor(solution), factor)))
    }

    /// And the factor by which it is found.
    fn solution_of_triangle(
        &mut self,
        call: &Call<'_>,
        word: TriangularWord,
        matrix: &Tensor,
        rhs: &Tensor,
    ) -> Option<(Tensor, Id)> {
        let (side, transposed) = match word {
            TriangularWord::solve_lower_triangular => (-1, false),
            TriangularWord::tr_solve_lower_triangular => (-1, true),
            TriangularWord::solve_upper_triangular => (1, false),
            TriangularWord::tr_solve_upper_triangular => (1, true),
        };
        let triangle = self.triangle(matrix, side);
        let triangle = if transposed { self.transpose(&triangle) } else { triangle };
        let factored = self.factored(call, &triangle, Elimination::Gauss)?;
        Some((self.checked_solution(call, &factored, rhs)?, factored.factor))
    }

    /// `left · right` as a solve, where one of them is an inverse.
    pub(super) fn product_with_inverse(&mut self, left: &Tensor, right: &Tensor) -> Option<Tensor> {
        if let Some(inverse) = inverse_of(self.graph, left) {
            return Some(self.solution(&inverse, right));
        }
        // B A⁻¹ = (A⁻ᵀ Bᵀ)ᵀ
        let inverse = inverse_of(self.graph, right)?;
        let columns = self.transpose(left);
        let solution = self.solution(&Inverse { transposed: !inverse.transposed, ..inverse }, &columns);
        Some(self.transpose(&solution))
    }

    /// Written out up to three rows, where it is a polynomial: right for singular matrices too.
    fn determinant(&mut self, factored: &Factored, logarithm: bool) -> Tensor {
        if let (Elimination::Gauss, Some(n @ 1..=3)) = (factored.elimination, factored.n.as_constant()) {
            let determinant = self.minor(&factored.matrix, &(0..n).collect::<Vec<_>>(), &(0..n).collect::<Vec<_>>());
            return if logarithm { self.safely(Func::Ln, &determinant) } else { determinant };
        }
        let node = self.graph.determinant(factored.factor, logarithm);
        let one = Size::constant(1);
        Tensor { node, batch: factored.batch.clone(), form: Form::Scalar, rows: one.clone(), columns: one }
    }

    /// The determinant of some rows and columns, by its first row.
    fn minor(&mut self, matrix: &Tensor, rows: &[i64], columns: &[i64]) -> Tensor {
        let [row, rest @ ..] = rows else { return self.number(1.0) };
        let index = |k: i64| Affine::constant(Size::constant(k));
        let mut terms = Vec::new();
        for (k, column) in columns.iter().enumerate() {
            let others: Vec<i64> = columns.iter().copied().filter(|c| c != column).collect();
            let (entry, minor) = (self.entry(matrix, &index(*row), &index(*column)), self.minor(matrix, rest, &others));
            terms.push((if k % 2 == 0 { 1.0 } else { -1.0 }, self.multiply(&[&entry, &minor])));
        }
        self.linear(&terms.iter().map(|(sign, term)| (*sign, term)).collect::<Vec<_>>())
    }
}

fn present(value: Value, factor: Id) -> Value {
    Value::Present(Box::new(Present { value, factor }))
}

/// The factored matrix of which a tensor is the inverse, or the transposed inverse.
fn inverse_of(graph: &Graph, tensor: &Tensor) -> Option<Inverse> {
    let view = matrix_view(graph, tensor)?;
    let Op::Solve { factor, rhs, transposed } = graph.op(view.node) else { return None };
    if !graph.is_identity(*rhs) {
        return None;
    }
    let (flipped, batch) = places(tensor, &view)?;
    Some(Inverse { factor: *factor, transposed: *transposed != flipped, batch })
}

/// The factored matrix of which a tensor is the lower triangle.
fn lower_of(graph: &Graph, tensor: &Tensor) -> Option<Inverse> {
    let view = matrix_view(graph, tensor)?;
    let Op::Lower { factor } = graph.op(view.node) else { return None };
    let (flipped, batch) = places(tensor, &view)?;
    (!flipped).then_some(Inverse { factor: *factor, transposed: false, batch })
}

/// A matrix as a view of the node that holds it.
fn matrix_view(graph: &Graph, tensor: &Tensor) -> Option<View> {
    if tensor.form != Form::Matrix {
        return None;
    }
    match graph.as_view(tensor.node) {
        Some((coefficient, view)) => (coefficient == 1.0).then_some(view),
        None => Some(graph.whole(tensor.node)),
    }
}

/// Of a view of `[n, n] + batch`: whether rows and columns are exchanged, and the variables of the batch.
fn places(tensor: &Tensor, view: &View) -> Option<(bool, Vec<LoopVariable>)> {
    let own = tensor.batch.len();
    let (rows, batch) = view.axes.split_at(2);
    let flipped = match rows {
        [row, column] if [*row, *column] == [own, own + 1] => false,
        [row, column] if [*row, *column] == [own + 1, own] => true,
        _ => return None,
    };
    let batch: Vec<LoopVariable> = batch.iter().map(|axis| tensor.batch.get(*axis).copied()).collect::<Option<_>>()?;
    (batch.len() == own).then_some((flipped, batch))
}

impl DecompositionWord {
    fn elimination(self) -> Elimination {
        match self {
            Self::lu | Self::full_piv_lu | Self::qr | Self::col_piv_qr => Elimination::Gauss,
            Self::cholesky => Elimination::Cholesky,
        }
    }

    /// Whether Rust gives an `Option` of it.
    fn may_fail(self) -> bool {
        match self {
            Self::lu | Self::full_piv_lu | Self::qr | Self::col_piv_qr => false,
            Self::cholesky => true,
        }
    }
}
