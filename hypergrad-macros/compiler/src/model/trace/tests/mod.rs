//! Every word of the language: the same text is compiled by rustc and traced, and the interpreted
//! graph has to give what the compiled function gives.

mod ahead;
mod arrange;
mod columns;
mod companions;
mod conditions;
mod counts;
mod derivatives;
mod enums;
mod exits;
mod flat;
mod geometry;
mod idioms;
mod indices;
mod inner;
mod iterators;
mod lists;
mod loops;
mod modules;
mod mutable;
mod page;
mod perhaps;
mod queue;
mod ranked;
mod recursions;
mod refusals;
mod results;
mod scalars;
mod scan;
mod searches;
mod sorted;
mod spellings;
mod steps;
mod tensors;
mod types;

use nalgebra::{DMatrix, DVector, Matrix, RowDVector, SMatrix, SVector};
use proc_macro2::TokenStream;

use super::{Checkpoints, Lazy, Surroundings, Tensor, Tracer, Value};
use crate::diagnostics::Diagnostics;
use crate::ir::interpret::{self, Point};
use crate::ir::{Graph, Id, InputInfo, Role, Size, Symbol};
use crate::model::{Form, Scalar};
use crate::shape::{Sizes, SymbolSource};
use crate::syntax::{Member, Module, parse};

/// The data of the test functions.
#[derive(Clone, Debug)]
pub struct Data {
    /// 5 x 3, dynamic.
    pub a: DMatrix<f64>,
    /// 5 x 5, dynamic.
    pub q: DMatrix<f64>,
    /// 3 x 3, constant.
    pub s: SMatrix<f64, 3, 3>,
    /// 2 x 3, constant.
    pub t: SMatrix<f64, 2, 3>,
    pub b: DVector<f64>,
    pub r: RowDVector<f64>,
    pub w: [f64; 3],
    pub n: usize,
    pub k: f64,
}

/// The functions under test take these.
pub fn x() -> DVector<f64> {
    DVector::from_vec(vec![0.7, -1.3, 0.4, 2.1, -0.6])
}

pub fn y() -> SVector<f64, 3> {
    SVector::from([0.5, 1.25, -0.75])
}

pub fn data() -> Data {
    Data {
        a: DMatrix::from_fn(5, 3, |i, j| (1.3 * i as f64 - 0.7 * j as f64).sin()),
        q: DMatrix::from_fn(5, 5, |i, j| (0.9 * i as f64 + 1.7 * j as f64).cos()),
        s: SMatrix::from_fn(|i, j| 1.0 / (1.0 + i as f64 + 2.0 * j as f64)),
        t: SMatrix::from_fn(|i, j| i as f64 - 0.3 * j as f64 + 0.2),
        b: DVector::from_fn(5, |i, _| (i as f64 + 0.5).ln()),
        r: RowDVector::from_fn(5, |_, j| 0.3 * j as f64 - 0.8),
        w: [0.2, 0.9, -0.4],
        n: 5,
        k: 1.7,
    }
}

/// The module's text around the functions under test.
const HEAD: &str = "
    use nalgebra::{DMatrix, DVector, Matrix2, Matrix3, OMatrix, RowDVector, RowSVector, SMatrix, SVector, Vector2, Vector3, Const, Dyn};
    use hypergrad::math::*;
    pub struct Data { pub a: DMatrix<f64>, pub q: DMatrix<f64>, pub s: SMatrix<f64, 3, 3>, pub t: SMatrix<f64, 2, 3>, pub b: DVector<f64>,
        pub r: RowDVector<f64>, pub w: [f64; 3], pub n: usize, pub k: f64 }
";

/// Entries row by row.
pub trait Entries {
    fn entries(&self) -> Vec<f64>;
}

impl Entries for f64 {
    fn entries(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<R: nalgebra::Dim, C: nalgebra::Dim, S: nalgebra::RawStorage<f64, R, C>> Entries for Matrix<f64, R, C, S> {
    fn entries(&self) -> Vec<f64> {
        self.row_iter().flat_map(|row| row.iter().copied().collect::<Vec<_>>()).collect()
    }
}

impl<A: Entries, B: Entries> Entries for (A, B) {
    fn entries(&self) -> Vec<f64> {
        [self.0.entries(), self.1.entries()].concat()
    }
}

/// The inputs of a traced function, and what it says of them.
#[derive(Default)]
pub struct Harness {
    pub graph: Graph,
    pub sizes: Sizes,
    pub arrays: Vec<interpret::Tensor>,
    symbols: Vec<i64>,
    fields: Vec<(String, Value)>,
    outside: Vec<String>,
    pub checkpoints: Checkpoints,
}

/// The fields, while the graph is borrowed by the tracer.
struct Fields<'f> {
    fields: &'f [(String, Value)],
    outside: &'f mut Vec<String>,
}

impl Surroundings for Fields<'_> {
    fn field(&mut self, _: &Lazy, member: &Member, _: &mut Graph, _: &mut Sizes, _: &mut Diagnostics) -> Option<Value> {
        self.fields.iter().find(|(name, _)| member.to_string() == *name).map(|(_, value)| value.clone())
    }

    fn outside(&mut self, _: &syn::Path, meant: &str) {
        self.outside.push(meant.to_owned());
    }

    fn candidates(&self) -> Vec<(String, Form, Size, Size)> {
        let tensor = |(name, value): &(String, Value)| match value {
            Value::Tensor(t) => Some((format!("data.{name}"), t.form, t.rows.clone(), t.columns.clone())),
            _ => None,
        };
        self.fields.iter().filter_map(tensor).collect()
    }
}

impl Harness {
    fn symbol(&mut self, name: String, value: usize, source: SymbolSource) -> Size {
        self.symbols.push(value as i64);
        self.sizes.symbol(name, source)
    }

    /// An input; `dynamic` axes get symbols.
    fn input(
        &mut self,
        name: &str,
        role: Role,
        form: Form,
        dynamic: bool,
        (rows, columns): (usize, usize),
        data: Vec<f64>,
    ) -> Value {
        let block = self.arrays.len();
        let mut axis = |axis: usize, extent: usize| {
            let name =
                if form == Form::Matrix { format!("{name}.{}()", ["nrows", "ncols"][axis]) } else { format!("{name}.len()") };
            if dynamic {
                self.symbol(name, extent, SymbolSource::DataAxis { field: block, axis })
            } else {
                Size::constant(extent as i64)
            }
        };
        let (shape, extents) = match form {
            Form::Scalar => (Vec::new(), Vec::new()),
            Form::Column => (vec![axis(0, rows)], vec![rows]),
            Form::Row => (vec![axis(0, columns)], vec![columns]),
            Form::Matrix => (vec![axis(0, rows), axis(1, columns)], vec![rows, columns]),
        };
        let node = self.graph.input(InputInfo { role, block, name: name.to_owned() }, shape.clone());
        self.arrays.push(interpret::Tensor { shape: extents, data });
        Value::tensor(node, form, &shape)
    }

    fn field<R: nalgebra::Dim, C: nalgebra::Dim, S: nalgebra::RawStorage<f64, R, C>>(
        &mut self,
        name: &str,
        form: Form,
        dynamic: bool,
        value: &Matrix<f64, R, C, S>,
    ) {
        let value = self.input(&format!("data.{name}"), Role::Data, form, dynamic, value.shape(), value.entries());
        self.fields.push((name.to_owned(), value));
    }

    pub fn new() -> (Self, Vec<Value>) {
        let mut harness = Self::default();
        let data = data();
        harness.field("a", Form::Matrix, true, &data.a);
        harness.field("q", Form::Matrix, true, &data.q);
        harness.field("s", Form::Matrix, false, &data.s);
        harness.field("t", Form::Matrix, false, &data.t);
        harness.field("b", Form::Column, true, &data.b);
        harness.field("r", Form::Row, true, &data.r);
        harness.field("w", Form::Column, false, &SVector::from(data.w));
        let k = harness.input("data.k", Role::Data, Form::Scalar, false, (1, 1), vec![data.k]);
        harness.fields.push(("k".to_owned(), k));
        let n = harness.symbol("data.n".to_owned(), data.n, SymbolSource::Count { field: 99 });
        harness.fields.push(("n".to_owned(), Value::count(n)));
        let y = harness.input("y", Role::Y, Form::Column, false, (3, 1), y().entries());
        let x = harness.input("x", Role::X, Form::Column, true, (5, 1), x().entries());
        let arguments = vec![x, y, Value::Lazy(Lazy { name: "Data".to_owned(), path: Vec::new() })];
        (harness, arguments)
    }

    pub fn trace(&mut self, module: &Module, arguments: Vec<Value>, diagnostics: &mut Diagnostics) -> Option<Value> {
        let mut fields = Fields { fields: &self.fields, outside: &mut self.outside };
        let function = module.function("f").unwrap();
        let mut tracer = Tracer::new(&mut self.graph, &mut self.sizes, diagnostics, module, &mut fields, Scalar::F64);
        tracer = tracer.with_checkpoints(self.checkpoints);
        let value = tracer.call(function, arguments);
        self.sizes.settle();
        value
    }

    pub fn value_of_symbol(&self, symbol: Symbol) -> i64 {
        if let Some(value) = self.symbols.get(symbol.0 as usize) {
            return *value;
        }
        let evaluate = |size: &Size| self.sizes.resolve(size).evaluate(&|s| self.value_of_symbol(s));
        match self.sizes.source(symbol) {
            SymbolSource::Quotient { dividend, divisor } => evaluate(dividend).div_euclid(evaluate(divisor)).max(0),
            _ => evaluate(&Size::symbol(symbol)),
        }
    }

    /// The sizes, and these values of the inputs.
    pub fn point(&self, arrays: &[interpret::Tensor]) -> Point {
        // A dimension that nothing fixes is read nowhere.
        let is_open = |k: u32| {
            self.sizes.source(Symbol(k)) == &SymbolSource::Inferred
                && self.sizes.resolve(&Size::symbol(Symbol(k))).as_symbol() == Some(Symbol(k))
        };
        let symbols = (0..self.sizes.len() as u32).map(|k| if is_open(k) { 0 } else { self.value_of_symbol(Symbol(k)) });
        let inputs = self.graph.inputs().map(|(input, _, id)| (id, arrays[input.0 as usize].clone()));
        Point { symbols: symbols.collect(), inputs: inputs.collect() }
    }

    fn evaluate(&mut self, value: &Value) -> Vec<f64> {
        let mut tensors: Vec<Tensor> = Vec::new();
        collect(value, &mut tensors);
        let roots: Vec<Id> = tensors.iter().map(|t| t.node).collect();
        let roots = self.graph.resolve_sizes(&roots, &|size| self.sizes.resolve(size));
        let values = self.point(&self.arrays).values(&self.graph, &roots);
        for (tensor, value) in tensors.iter().zip(&values) {
            assert!(tensor.batch.is_empty(), "an index variable is left");
            let shape: Vec<usize> = tensor
                .own_shape()
                .iter()
                .map(|size| self.sizes.resolve(size).evaluate(&|s| self.value_of_symbol(s)) as usize)
                .collect();
            assert_eq!(value.shape, shape, "the tensor's shape is its node's");
        }
        values.into_iter().flat_map(|array| array.data).collect()
    }
}

pub fn collect(value: &Value, tensors: &mut Vec<Tensor>) {
    match value {
        Value::Tensor(tensor) => tensors.push(tensor.clone()),
        Value::Tuple(values) | Value::Array(values) => values.iter().for_each(|v| collect(v, tensors)),
        Value::Struct(structure) => structure.fields.iter().for_each(|(_, v)| collect(v, tensors)),
        other => panic!("{other:?} is no result"),
    }
}

pub fn module(items: &str) -> Module {
    let mut diagnostics = Diagnostics::default();
    let text = format!("mod m {{ {HEAD} {items} }}");
    let item = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
    let parsed = parse(TokenStream::new(), item, &mut diagnostics);
    let errors: Vec<&str> = diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert!(errors.is_empty(), "{errors:?} in {text}");
    parsed.unwrap().1
}

/// Traces `f` of these items and evaluates it.
pub fn traced(items: &str) -> Vec<f64> {
    traced_with(Checkpoints::default(), items)
}

/// The same where recursions keep checkpoints alone.
pub fn traced_with(checkpoints: Checkpoints, items: &str) -> Vec<f64> {
    let module = module(items);
    let (mut harness, arguments) = Harness::new();
    harness.checkpoints = checkpoints;
    let mut diagnostics = Diagnostics::default();
    let value = harness.trace(&module, arguments, &mut diagnostics);
    let errors: Vec<String> = diagnostics.iter().map(|d| format!("{} ({:?})", d.message, d.help)).collect();
    assert!(errors.is_empty(), "{errors:#?} in {items}");
    harness.evaluate(&value.unwrap_or_else(|| panic!("no value and no error: {items}")))
}

/// The errors of `f` of these items, with their help.
pub fn errors(items: &str) -> Vec<String> {
    let module = module(items);
    let (mut harness, arguments) = Harness::new();
    let mut diagnostics = Diagnostics::default();
    let value = harness.trace(&module, arguments, &mut diagnostics);
    assert!(value.is_none() || !diagnostics.is_empty(), "accepted: {items}");
    let text = |d: &crate::diagnostics::Diagnostic| match &d.help {
        Some(help) => format!("{}\nhelp: {help}", d.message),
        None => d.message.clone(),
    };
    diagnostics.iter().map(text).collect()
}

pub fn assert_same(found: &[f64], expected: &[f64], items: &str) {
    assert_eq!(found.len(), expected.len(), "{items}");
    for (found, expected) in found.iter().zip(expected) {
        // Rounding of a few dozen operations; equal where both are infinite or not a number.
        let close = (found - expected).abs() <= 1e-12 * (1.0 + expected.abs());
        let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(close || same, "found {found}, expected {expected}: {items}");
    }
}

/// Compiles the items and traces them: both have to give the same.
macro_rules! agrees {
    ($($item:item)*) => {{
        #[allow(unused, clippy::all, clippy::pedantic)]
        {
            use nalgebra::{Const, Dyn, OMatrix};
            $($item)*
            let items = stringify!($($item)*);
            let expected = crate::model::trace::tests::Entries::entries(&f(&super::x(), &super::y(), &super::data()));
            crate::model::trace::tests::assert_same(&crate::model::trace::tests::traced(items), &expected, items);
            let compiled = |x: &DVector<f64>, y: &SVector<f64, 3>| crate::model::trace::tests::Entries::entries(&f(x, y, &super::data()));
            crate::model::trace::tests::derivatives::assert_derivatives(items, &compiled);
        }
    }};
}

/// `agrees!` for bodies: `(x, y, data) -> f64: { x.norm() } { x.sum() }`.
macro_rules! bodies {
    (($x:ident, $y:ident, $data:ident) -> $result:ty: $($body:block)*) => {
        $(agrees! {
            fn f($x: &DVector<f64>, $y: &SVector<f64, 3>, $data: &Data) -> $result $body
        })*
    };
}

/// As nalgebra's, which needs its `macros` feature.
macro_rules! vector {
    ($($entry:expr),*) => { nalgebra::SVector::from([$($entry),*]) };
}

pub fn by_rows<const R: usize, const C: usize>(rows: [[f64; C]; R]) -> SMatrix<f64, R, C> {
    SMatrix::from_fn(|i, j| rows[i][j])
}

/// As nalgebra's, by rows.
macro_rules! matrix {
    ($($($entry:expr),*);*) => { crate::model::trace::tests::by_rows([$([$($entry),*]),*]) };
}

pub(crate) use {agrees, bodies, matrix, vector};
