//! Models built by hand, without source text.

use proc_macro2::{Ident, Span, TokenStream};

use super::random::Random;
use crate::differentiate::{Quantities, derive};
use crate::ir::interpret::{Point, Tensor};
use crate::ir::{Func, Graph, Id, InputInfo, Number, Operand, Product, Role, Size, View};
use crate::model::{Block, Form, Inner, InnerKind, Model, Optional, Outer, Scalar, Signature, Variable};
use crate::shape::{Sizes, SymbolSource};
use crate::syntax::{Dimension, Type};

/// A model in the making: `x` of length n, `y` of length n, `b` of length k, `a` of size k by n.
pub struct Fixture {
    pub graph: Graph,
    pub sizes: Sizes,
    pub n: Size,
    pub k: Size,
    pub x: Id,
    pub y: Id,
    pub a: Id,
    pub b: Id,
}

impl Fixture {
    pub fn new() -> Self {
        let mut sizes = Sizes::default();
        let k = sizes.symbol("k", SymbolSource::DataAxis { field: 0, axis: 0 });
        let n = sizes.symbol("n", SymbolSource::DataAxis { field: 0, axis: 1 });
        let mut graph = Graph::new();
        let mut leaf =
            |role, block, name: &str, shape: Vec<Size>| graph.input(InputInfo { role, block, name: name.to_owned() }, shape);
        let a = leaf(Role::Data, 0, "a", vec![k.clone(), n.clone()]);
        let b = leaf(Role::Data, 1, "b", vec![k.clone()]);
        let x = leaf(Role::X, 0, "x", vec![n.clone()]);
        let y = leaf(Role::Y, 0, "y", vec![n.clone()]);
        Self { graph, sizes, n, k, x, y, a, b }
    }

    pub fn map(&mut self, func: Func, node: Id) -> Id {
        self.graph.apply(func, &[node])
    }

    /// The elementwise product.
    pub fn times(&mut self, a: Id, b: Id) -> Id {
        let shape = self.graph.shape(a).to_vec();
        let views = [self.graph.whole(a), self.graph.whole(b)];
        self.graph.times(1.0, &views, shape)
    }

    pub fn plus(&mut self, a: Id, b: Id) -> Id {
        let shape = self.graph.shape(a).to_vec();
        self.graph.add_all(&[a, b], shape)
    }

    pub fn minus(&mut self, a: Id, b: Id) -> Id {
        self.graph.subtract(a, b)
    }

    pub fn dot(&mut self, a: Id, b: Id) -> Id {
        self.graph.inner(a, b)
    }

    /// The sum of all entries.
    pub fn total(&mut self, a: Id) -> Id {
        let extents = self.graph.shape(a).to_vec();
        let index = (0..extents.len() as u32).map(crate::ir::interpret::wire).collect();
        let product = Product {
            coefficient: Number::new(1.0),
            extents,
            operands: vec![Operand { node: a, index }],
            guards: Vec::new(),
            out: Vec::new(),
        };
        self.graph.product(product, Vec::new())
    }

    /// `a v` of the matrix `a`, or `aᵀ v`.
    pub fn apply(&mut self, matrix: Id, vector: Id, transposed: bool) -> Id {
        let shape = self.graph.shape(matrix).to_vec();
        let (kept, summed) = if transposed { (1, 0) } else { (0, 1) };
        let wire = crate::ir::interpret::wire;
        let product = Product {
            coefficient: Number::new(1.0),
            extents: shape.clone(),
            operands: vec![
                Operand { node: matrix, index: vec![wire(0), wire(1)] },
                Operand { node: vector, index: vec![wire(summed)] },
            ],
            guards: Vec::new(),
            out: vec![wire(kept)],
        };
        self.graph.product(product, vec![shape[kept as usize].clone()])
    }

    /// `a x - b`.
    pub fn residual(&mut self) -> Id {
        let ax = self.apply(self.a, self.x, false);
        self.minus(ax, self.b)
    }

    /// `‖v‖²`.
    pub fn square(&mut self, vector: Id) -> Id {
        self.dot(vector, vector)
    }

    /// `Σ e^y x²`.
    pub fn ridge(&mut self) -> Id {
        let weights = self.map(Func::Exp, self.y);
        let squares = self.times(self.x, self.x);
        self.dot(weights, squares)
    }

    pub fn scalar(&mut self, value: f64, like: Id) -> View {
        let _ = like;
        View { node: self.graph.constant(value), axes: Vec::new() }
    }

    pub fn model(self, kind: InnerKind, nodes: Vec<Id>, g: Id) -> Model {
        let variable = |name: &str, input: Id| Variable {
            ty: Type::Tensor {
                scalar: Scalar::F64,
                form: Form::Column,
                rows: Dimension::Dynamic,
                columns: Dimension::Constant(1),
            },
            name: name.to_owned(),
            blocks: vec![Block { path: Vec::new(), array: None, form: Form::Column, input }],
            is_struct: false,
            structs: Vec::new(),
        };
        let ident = |name: &str| Ident::new(name, Span::call_site());
        let signature = Signature { x_by_reference: true, y_by_reference: true, data_by_reference: None };
        Model {
            name: ident("fixture"),
            scalar: Scalar::F64,
            x: variable("x", self.x),
            y: variable("y", self.y),
            data: None,
            inner: Inner { kind, function: ident("f"), nodes, signature },
            outer: Outer { function: ident("g"), node: g, signature },
            optional: Optional::default(),
            graph: self.graph,
            sizes: self.sizes,
            checks: Vec::new(),
            claims: Vec::new(),
            crate_path: TokenStream::new(),
            declared: Vec::new(),
        }
    }

    /// The derived quantities of an objective and `g`.
    pub fn objective(self, f: Id, g: Id) -> (Model, Quantities) {
        let mut model = self.model(InnerKind::Objective, vec![f], g);
        let quantities = derive(&mut model);
        (model, quantities)
    }

    pub fn root(self, residual: Id, g: Id) -> (Model, Quantities) {
        let mut model = self.model(InnerKind::Root, vec![residual], g);
        let quantities = derive(&mut model);
        (model, quantities)
    }
}

/// Random values for all inputs of a graph, the symbols being given.
pub fn random_point(graph: &Graph, symbols: &[i64], random: &mut Random) -> Point {
    let mut point = Point { symbols: symbols.to_vec(), ..Point::default() };
    for (_, _, id) in graph.inputs() {
        let shape = point.shape(graph.shape(id));
        let count = shape.iter().product();
        let data = (0..count).map(|_| random.between(-1.0, 1.0)).collect();
        point.inputs.insert(id, Tensor { shape, data });
    }
    point
}
