//! Solutions and determinants to third order along a line, against elimination in dual numbers.

use num_dual::{Dual3, DualNum};

use crate::differentiate::gradient;
use crate::ir::interpret::{Point, Tensor, wire};
use crate::ir::{Elimination, Func, Graph, Id, InputInfo, Number, Operand, Product, Role, Size};

type Number3 = Dual3<f64>;

const N: usize = 3;
const COLUMNS: usize = 2;
const BATCH: usize = 2;
const X: usize = 2;

/// Numbers without structure.
fn number(seed: usize) -> f64 {
    (0.7 + 1.9 * seed as f64 + 0.3 * (seed * seed) as f64).sin()
}

/// `A = c + Σ_k t_k tanh x_k` for each of a batch, `B = Σ_k s_k x_k²`.
struct Case {
    /// Whether the matrices are symmetric.
    symmetric: bool,
    elimination: Elimination,
}

impl Case {
    fn c(&self, i: usize, j: usize, b: usize) -> f64 {
        let (i, j) = if self.symmetric { (i.max(j), i.min(j)) } else { (i, j) };
        number(i + 5 * j + 17 * b) + if i == j { 4.0 } else { 0.0 }
    }

    fn t(&self, i: usize, j: usize, b: usize, k: usize) -> f64 {
        let (i, j) = if self.symmetric { (i.max(j), i.min(j)) } else { (i, j) };
        number(100 + i + 3 * j + 11 * b + 23 * k)
    }

    fn s(j: usize, c: usize, b: usize, k: usize) -> f64 {
        number(300 + j + 7 * c + 13 * b + 29 * k)
    }

    /// The matrices as plain elimination sees them.
    fn matrix(&self, x: &[Number3], b: usize) -> Vec<Vec<Number3>> {
        let entry = |i: usize, j: usize| {
            let (i, j) = if self.elimination == Elimination::Cholesky { (i.max(j), i.min(j)) } else { (i, j) };
            (0..X).fold(Number3::from_re(self.c(i, j, b)), |sum, k| sum + x[k].tanh() * self.t(i, j, b, k))
        };
        (0..N).map(|i| (0..N).map(|j| entry(i, j)).collect()).collect()
    }

    fn rhs(x: &[Number3], c: usize, b: usize) -> Vec<Number3> {
        (0..N).map(|j| (0..X).fold(Number3::from_re(0.0), |sum, k| sum + x[k] * x[k] * Self::s(j, c, b, k))).collect()
    }
}

/// `a⁻¹ rhs` and `det a`, without exchanges: the diagonals are heavy.
fn eliminate(mut a: Vec<Vec<Number3>>, mut rhs: Vec<Number3>) -> (Vec<Number3>, Number3) {
    let mut determinant = Number3::from_re(1.0);
    for j in 0..N {
        determinant *= a[j][j];
        for i in (0..N).filter(|i| *i != j) {
            let t = a[i][j] / a[j][j];
            let pivot_row = a[j].clone();
            a[i].iter_mut().zip(pivot_row).for_each(|(entry, own)| *entry -= t * own);
            let own = rhs[j];
            rhs[i] -= t * own;
        }
    }
    (0..N).for_each(|j| rhs[j] /= a[j][j]);
    (rhs, determinant)
}

fn transposed(a: &[Vec<Number3>]) -> Vec<Vec<Number3>> {
    (0..N).map(|i| (0..N).map(|j| a[j][i]).collect()).collect()
}

/// The graph's side: nodes of the matrices and of the right sides.
struct Nodes {
    graph: Graph,
    point: Point,
    x: Id,
    direction: Id,
    matrix: Id,
    rhs: Id,
}

const START: [f64; X] = [0.4, -0.7];
const DIRECTION: [f64; X] = [0.9, 1.3];

impl Nodes {
    fn new(case: &Case) -> Self {
        let (mut graph, mut point) = (Graph::new(), Point::default());
        let mut leaf = |role, shape: &[usize], value: &dyn Fn(&[usize]) -> f64| {
            let sizes: Vec<Size> = shape.iter().map(|s| Size::constant(*s as i64)).collect();
            let id = graph.input(InputInfo { role, block: 0, name: "a".to_owned() }, sizes);
            let total = shape.iter().product();
            let index = |flat: usize| {
                let mut rest = flat;
                let mut index: Vec<usize> = shape.iter().rev().map(|s| (rest % s, rest /= s).0).collect();
                index.reverse();
                index
            };
            let data = (0..total).map(|flat| value(&index(flat))).collect();
            point.inputs.insert(id, Tensor { shape: shape.to_vec(), data });
            id
        };
        let c = leaf(Role::Data, &[N, N, BATCH], &|i| case.c(i[0], i[1], i[2]));
        let t = leaf(Role::Data, &[N, N, BATCH, X], &|i| case.t(i[0], i[1], i[2], i[3]));
        let s = leaf(Role::Data, &[N, COLUMNS, BATCH, X], &|i| Case::s(i[0], i[1], i[2], i[3]));
        let x = leaf(Role::X, &[X], &|i| START[i[0]]);
        let direction = leaf(Role::DirectionX, &[X], &|i| DIRECTION[i[0]]);
        let bent = graph.apply(Func::Tanh, &[x]);
        let sum = contracted(&mut graph, t, &[bent]);
        let shape = graph.shape(c).to_vec();
        let matrix = graph.add_all(&[c, sum], shape);
        let rhs = contracted(&mut graph, s, &[x, x]);
        Self { graph, point, x, direction, matrix, rhs }
    }

    /// A scalar and its derivatives along the direction.
    fn orders(&mut self, node: Id) -> [f64; 4] {
        let mut nodes = [node; 4];
        for k in 1..4 {
            let gradient = gradient(&mut self.graph, nodes[k - 1], &[self.x])[0];
            nodes[k] = self.graph.inner(gradient, self.direction);
        }
        crate::ir::verify::verify(&self.graph, &nodes).unwrap();
        let values = self.point.values(&self.graph, &nodes);
        [0, 1, 2, 3].map(|k| values[k].data[0])
    }

    /// `Σ w∘node`, with weights that tell the entries apart.
    fn weighted(&mut self, node: Id) -> Id {
        let shape = self.graph.shape(node).to_vec();
        let weights = self.graph.input(InputInfo { role: Role::Data, block: 9, name: "w".to_owned() }, shape.clone());
        let shape = self.point.shape(&shape);
        let data = (0..shape.iter().product()).map(weight).collect();
        self.point.inputs.insert(weights, Tensor { shape, data });
        self.graph.inner(weights, node)
    }
}

fn weight(flat: usize) -> f64 {
    number(700 + flat)
}

/// `Σ_k tensor(.., k) Π vectors(k)`.
fn contracted(graph: &mut Graph, tensor: Id, vectors: &[Id]) -> Id {
    let extents = graph.shape(tensor).to_vec();
    let last = extents.len() - 1;
    let index: Vec<_> = (0..=last as u32).map(wire).collect();
    let operand = |node: &Id| Operand { node: *node, index: vec![index[last].clone()] };
    let operands = [Operand { node: tensor, index: index.clone() }].into_iter().chain(vectors.iter().map(operand)).collect();
    let shape = extents[..last].to_vec();
    let out = index[..last].to_vec();
    graph.product(Product { coefficient: Number::new(1.0), extents, operands, guards: Vec::new(), out }, shape)
}

fn line() -> Vec<Number3> {
    (0..X).map(|k| Number3::new(START[k], DIRECTION[k], 0.0, 0.0)).collect()
}

fn assert_orders(what: &str, found: [f64; 4], expected: Number3) {
    for (k, (found, expected)) in found.into_iter().zip([expected.re, expected.v1, expected.v2, expected.v3]).enumerate() {
        assert!((found - expected).abs() <= 1e-11 * (1.0 + expected.abs()), "{what}, order {k}: {found} {expected}");
    }
}

fn cases() -> impl Iterator<Item = Case> {
    [(true, Elimination::Gauss), (false, Elimination::Gauss), (true, Elimination::Cholesky), (false, Elimination::Cholesky)]
        .into_iter()
        .map(|(symmetric, elimination)| Case { symmetric, elimination })
}

#[test]
fn solutions_to_third_order() {
    for case in cases() {
        for flip in [false, true] {
            let mut nodes = Nodes::new(&case);
            let factor = nodes.graph.factor(case.elimination, nodes.matrix);
            let solution = nodes.graph.solve(factor, nodes.rhs, flip);
            let total = nodes.weighted(solution);
            let x = line();
            let mut expected = Number3::from_re(0.0);
            for b in 0..BATCH {
                for c in 0..COLUMNS {
                    let a = case.matrix(&x, b);
                    let (column, _) = eliminate(if flip { transposed(&a) } else { a }, Case::rhs(&x, c, b));
                    for (i, entry) in column.into_iter().enumerate() {
                        expected += entry * weight((i * COLUMNS + c) * BATCH + b);
                    }
                }
            }
            let what = format!("{:?}, symmetric {}, transposed {flip}", case.elimination, case.symmetric);
            assert_orders(&what, nodes.orders(total), expected);
        }
    }
}

#[test]
fn determinants_to_third_order() {
    for case in cases() {
        for logarithm in [false, true] {
            let mut nodes = Nodes::new(&case);
            let factor = nodes.graph.factor(case.elimination, nodes.matrix);
            let determinant = nodes.graph.determinant(factor, logarithm);
            let total = nodes.weighted(determinant);
            let x = line();
            let expected = (0..BATCH).fold(Number3::from_re(0.0), |sum, b| {
                let (_, det) = eliminate(case.matrix(&x, b), vec![Number3::from_re(0.0); N]);
                sum + if logarithm { det.ln() } else { det } * weight(b)
            });
            assert_orders(&format!("{:?}, logarithm {logarithm}", case.elimination), nodes.orders(total), expected);
        }
    }
}

/// L with `A = L Lᵀ`, entry by entry.
fn triangle(a: &[Vec<Number3>]) -> Vec<Vec<Number3>> {
    let mut lower = vec![vec![Number3::from_re(0.0); N]; N];
    for i in 0..N {
        for j in 0..=i {
            let known = (0..j).fold(a[i][j], |rest, k| rest - lower[i][k] * lower[j][k]);
            lower[i][j] = if i == j { known.sqrt() } else { known / lower[j][j] };
        }
    }
    lower
}

#[test]
fn triangles_to_third_order() {
    for case in cases().filter(|case| case.elimination == Elimination::Cholesky) {
        let mut nodes = Nodes::new(&case);
        let factor = nodes.graph.factor(case.elimination, nodes.matrix);
        let lower = nodes.graph.lower(factor);
        let total = nodes.weighted(lower);
        let x = line();
        let mut expected = Number3::from_re(0.0);
        for b in 0..BATCH {
            let lower = triangle(&case.matrix(&x, b));
            for (i, row) in lower.iter().enumerate() {
                for (j, entry) in row.iter().enumerate() {
                    expected += *entry * weight((i * N + j) * BATCH + b);
                }
            }
        }
        assert_orders(&format!("symmetric {}", case.symmetric), nodes.orders(total), expected);
    }
}

/// The value `rᵀ A⁻¹ r` and its gradient in r read one solution.
#[test]
fn a_solution_and_its_derivatives_share_a_node() {
    let mut graph = Graph::new();
    let n = Size::constant(4);
    let mut leaf =
        |role, name: &str, shape: &[Size]| graph.input(InputInfo { role, block: 0, name: name.to_owned() }, shape.to_vec());
    let (x, y) = (leaf(Role::X, "x", std::slice::from_ref(&n)), leaf(Role::Y, "y", &[n.clone(), n.clone()]));
    let scale = leaf(Role::Y, "s", &[]);
    let factor = graph.factor(Elimination::Cholesky, y);
    let solution = graph.solve(factor, x, false);
    let form = graph.inner(x, solution);
    let scaled = graph.times(0.5, &[graph.whole(scale), graph.whole(form)], Vec::new());
    let gradients = gradient(&mut graph, scaled, &[x, y]);
    let solves = |id: &Id| matches!(graph.op(*id), crate::ir::Op::Solve { .. });
    let reached = graph.reachable(&[gradients[0], gradients[1], scaled]);
    let all: Vec<_> = reached.iter().map(|id| (id, graph.op(*id))).collect();
    assert_eq!(reached.iter().filter(|id| solves(id)).count(), 1, "{all:#?}");
}
