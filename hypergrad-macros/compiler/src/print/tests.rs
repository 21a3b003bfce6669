//! Formulas of small models, word by word.

use super::{derivation, formula};
use crate::analysis::structure;
use crate::differentiate::tests::fixture::Fixture;
use crate::ir::{Affine, Func, Id, Number, Operand, Product, Size, View, Wire};

fn written(build: impl FnOnce(&mut Fixture) -> Id) -> String {
    let mut fixture = Fixture::new();
    let node = build(&mut fixture);
    formula(&fixture.graph, &fixture.sizes, "h", node)
}

fn ridge_derivation() -> super::derivation::Derivation {
    let mut fixture = Fixture::new();
    let f = &mut fixture;
    let r = f.residual();
    let (loss, penalty) = (f.square(r), f.ridge());
    let inner = f.plus(loss, penalty);
    let outer = f.square(f.x);
    let (mut model, q) = fixture.objective(inner, outer);
    let facts = structure(&mut model.graph, &model.sizes, &q);
    derivation(&model, &q, &facts)
}

#[test]
fn ridge_regression() {
    let derived = ridge_derivation();
    println!("{}", derived.text());
    assert_eq!(derived.quantity("F").unwrap(), "F = 2 x∘e^y + 2 aᵀ (a x - b)");
    assert_eq!(derived.quantity("F_1").unwrap(), "F_1 = 2 diag(e^y) + 2 aᵀ a");
    assert_eq!(derived.quantity("F_2").unwrap(), "F_2 = 2 diag(x∘e^y)");
    assert_eq!(derived.quantity("g_1").unwrap(), "g_1 = 2 x");
    assert_eq!(derived.quantity("g_11").unwrap(), "g_11 = 2 I");
    assert_eq!(derived.quantity("g_21").unwrap(), "g_21 = 0");
    assert_eq!(derived.quantity("F_11").unwrap(), "F_11 = 0");
    assert_eq!(derived.quantity("F_21").unwrap(), "F_21[i,j,k] = 2 (e^y)[i] [j = i] [k = i]");
    assert_eq!(derived.text(), ridge_derivation().text());
}

#[test]
fn scalars() {
    assert_eq!(
        written(|f| {
            let r = f.residual();
            f.square(r)
        }),
        "h = ‖a x - b‖²"
    );
    assert_eq!(written(|f| f.dot(f.x, f.y)), "h = ⟨x, y⟩");
    assert_eq!(written(|f| f.total(f.x)), "h = Σ x");
    assert_eq!(
        written(|f| {
            let ax = f.apply(f.a, f.x, false);
            f.dot(f.b, ax)
        }),
        "h = ⟨b, a x⟩"
    );
    assert_eq!(
        written(|f| {
            let s = f.square(f.x);
            f.map(Func::Exp, s)
        }),
        "h = exp(‖x‖²)"
    );
}

#[test]
fn what_is_long_and_repeated_gets_a_name() {
    let text = written(|f| {
        let r = f.residual();
        let (s, c) = (f.map(Func::Sin, r), f.map(Func::Cos, r));
        let both = f.times(s, c);
        let mapped = f.map(Func::Logistic(0), both);
        let (one, two) = (f.map(Func::Sin, mapped), f.map(Func::Cos, mapped));
        f.dot(one, two)
    });
    assert_eq!(text, "h = ⟨sin(t1), cos(t1)⟩\n  where t1 = softplus(sin(a x - b)∘cos(a x - b))");
}

#[test]
fn parts_are_written_as_slices() {
    let mut f = Fixture::new();
    let tail = f.n.sub(&Size::constant(1));
    let mut part = |offset: i64| {
        let index = vec![Affine::wire(Wire(0)).add(&Affine::constant(Size::constant(offset)))];
        let product = Product {
            coefficient: Number::new(1.0),
            extents: vec![tail.clone()],
            operands: vec![Operand { node: f.x, index }],
            guards: Vec::new(),
            out: vec![Affine::wire(Wire(0))],
        };
        f.graph.product(product, vec![tail.clone()])
    };
    let (later, earlier) = (part(1), part(0));
    let difference = f.graph.subtract(later, earlier);
    let exponential = f.map(Func::Exp, earlier);
    let node = f.dot(difference, exponential);
    assert_eq!(formula(&f.graph, &f.sizes, "h", node), "h = ⟨x[1..] - x[..n - 1], exp(x[..n - 1])⟩");
}

/// `[1, 0.5; -2, 0] y` for y of length 2, as `Matrix2::new` makes the matrix.
#[test]
fn matrices_of_numbers() {
    let mut fixture = Fixture::new();
    let f = &mut fixture;
    let two = Size::constant(2);
    let entry = |f: &mut Fixture, row: i64, column: i64| {
        let out = [row, column].map(|k| Affine::constant(Size::constant(k))).to_vec();
        let product = Product { coefficient: Number::new(1.0), extents: vec![], operands: vec![], guards: vec![], out };
        f.graph.product(product, vec![two.clone(), two.clone()])
    };
    let terms = [(1.0, 0, 0), (0.5, 0, 1), (-2.0, 1, 0)].map(|(c, row, column)| {
        let node = entry(f, row, column);
        f.graph.term(c, node)
    });
    let matrix = f.graph.sum(terms.to_vec(), vec![two.clone(), two.clone()]);
    assert_eq!(formula(&f.graph, &f.sizes, "h", matrix), "h = [1, 0.5; -2, 0]");
    let column = View { node: matrix, axes: vec![1, 0] };
    let transposed = f.graph.view(3.0, &column, vec![two.clone(), two]);
    assert_eq!(formula(&f.graph, &f.sizes, "h", transposed), "h = [3, -6; 1.5, 0]");
}

/// The vector of ones is written `1`, and a multiple of it as that number.
#[test]
fn a_vector_of_equal_numbers_is_a_number() {
    let text = written(|f| {
        let n = f.n.clone();
        let product = Product {
            coefficient: Number::new(-1.5),
            extents: vec![n.clone()],
            operands: Vec::new(),
            guards: Vec::new(),
            out: vec![Affine::wire(Wire(0))],
        };
        let numbers = f.graph.product(product, vec![n]);
        f.plus(f.x, numbers)
    });
    assert_eq!(text, "h = x - 1.5");
}
