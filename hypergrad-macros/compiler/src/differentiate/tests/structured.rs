//! Modules whose samples are not coupled, and modules whose are: what is proved, and the blocks and the
//! diagonal against the dense `F_1` at a random point.

use super::fixture::random_point;
use super::random::Random;
use super::read;
use crate::analysis::{Facts, structure};
use crate::differentiate::{Quantities, derive};
use crate::exploit::exploit;
use crate::ir::Id;
use crate::ir::interpret::{Point, Tensor, indices};
use crate::model::Model;

/// Four samples of three entries.
struct Studied {
    model: Model,
    q: Quantities,
    facts: Facts,
    point: Point,
}

const HEAD: &str = "use nalgebra::{Matrix3, SMatrix, SVector, Vector3, RowVector3};
    type Columns = SMatrix<f64, 3, 4>;
    type Rows = SMatrix<f64, 4, 3>;";

fn study(body: &str) -> Studied {
    let mut model = read(&format!("pub mod m {{ {HEAD} {body} }}")).unwrap();
    let mut q = derive(&mut model);
    let facts = structure(&mut model.graph, &model.sizes, &q);
    exploit(&mut model.graph, &mut q, &facts);
    let point = random_point(&model.graph, &[], &mut Random::new(7));
    Studied { model, q, facts, point }
}

/// x of one type, a root or an objective of it.
fn of(x: &str, role: &str, result: &str, body: &str) -> Studied {
    study(&format!(
        "pub fn {role}(x: &{x}, y: &Matrix3<f64>) -> {result} {{ {body} }}
        pub fn g(x: &{x}, y: &Matrix3<f64>) -> f64 {{ x.norm_squared() }}"
    ))
}

fn columns(role: &str, body: &str) -> Studied {
    of("Columns", role, if role == "f" { "f64" } else { "Columns" }, body)
}

impl Studied {
    fn value(&self, node: Id) -> Tensor {
        self.point.value(&self.model.graph, node)
    }

    /// `F_1` of blocks r and c at equal samples is what the blocks say, and 0 at others.
    fn check_blocks(&self) {
        let axes = &self.facts.samples.as_ref().expect("uncoupled").axes;
        for (r, row) in self.q.f_1.as_ref().unwrap().iter().enumerate() {
            for (c, dense) in row.iter().enumerate() {
                let (dense, blocks) = (self.value(*dense), self.value(self.q.f_1_blocks[r][c]));
                let rows = self.model.graph.order(self.q.x[r]);
                for index in indices(&dense.shape) {
                    let (mut row, mut column) = (index[..rows].to_vec(), index[rows..].to_vec());
                    let (s, t) = (row.remove(axes[r]), column.remove(axes[c]));
                    let expected = if s == t { blocks.at(&[row, column, vec![s]].concat()) } else { 0.0 };
                    assert!((dense.at(&index) - expected).abs() < 1e-12, "block ({r}, {c}) at {index:?}");
                }
            }
        }
    }

    /// The diagonal is that of `F_1`.
    fn check_diagonal(&self) {
        for (k, diagonal) in self.q.f_1_diagonal.iter().enumerate() {
            let (diagonal, dense) = (self.value(*diagonal), self.value(self.q.f_1.as_ref().unwrap()[k][k]));
            for index in indices(&diagonal.shape) {
                let expected = dense.at(&[index.clone(), index.clone()].concat());
                assert!((diagonal.at(&index) - expected).abs() < 1e-12, "diagonal of block {k} at {index:?}");
            }
        }
    }

    /// `F_1 = diag(d) + Σ BᵀB`, block by block.
    fn check_parts(&self) {
        let parts = self.q.f_1_parts.as_ref().expect("found");
        let blocks = parts.diagonal.len();
        assert!(blocks == self.q.x.len() && parts.roots.iter().all(|root| root.blocks.len() == blocks));
        for (r, row) in self.q.f_1.as_ref().unwrap().iter().enumerate() {
            for (c, dense) in row.iter().enumerate() {
                let (dense, order) = (self.value(*dense), self.model.graph.order(self.q.x[r]));
                let diagonal = (r == c).then(|| self.value(parts.diagonal[r]));
                let pairs: Vec<[Tensor; 2]> =
                    parts.roots.iter().map(|root| [r, c].map(|block| self.value(root.blocks[block]))).collect();
                for (root, [left, _]) in parts.roots.iter().zip(&pairs) {
                    let rows = left.shape[order..].iter().product::<usize>() as i64;
                    assert_eq!(root.count.as_constant(), Some(rows));
                }
                for index in indices(&dense.shape) {
                    let (i, j) = index.split_at(order);
                    let squares = pairs.iter().map(|[left, right]| {
                        let rows = indices(&left.shape[order..]);
                        rows.iter().map(|k| left.at(&[i, k].concat()) * right.at(&[j, k].concat())).sum::<f64>()
                    });
                    let expected = squares.sum::<f64>() + diagonal.as_ref().filter(|_| i == j).map_or(0.0, |d| d.at(i));
                    assert!((dense.at(&index) - expected).abs() < 1e-12, "block ({r}, {c}) at {index:?}");
                }
            }
        }
    }
}

#[track_caller]
fn uncoupled(studied: &Studied, axes: &[usize]) {
    assert!(studied.facts.f1_block_diagonal.holds && !studied.facts.f1_diagonal.holds);
    assert_eq!(studied.facts.samples.as_ref().expect("found").axes, axes);
    studied.check_blocks();
    studied.check_diagonal();
}

#[track_caller]
fn coupled(studied: &Studied) {
    assert!(!studied.facts.f1_block_diagonal.holds && studied.q.f_1_blocks.is_empty());
}

#[test]
fn columns_of_a_matrix() {
    uncoupled(&columns("F", "x - (y * x).map(f64::tanh)"), &[1]);
    // Two layers; a norm and a softmax of each column; an explicit sum.
    uncoupled(&columns("F", "x - (y.transpose() * (y * x).map(f64::tanh)).map(f64::sin)"), &[1]);
    uncoupled(&columns("F", "Columns::from_fn(|k, i| x[(k, i)] * x.column(i).norm_squared() + y[(k, k)])"), &[1]);
    uncoupled(&columns("F", "Columns::from_fn(|k, i| x[(k, i)].exp() / x.column(i).map(f64::exp).sum() - y[(0, k)])"), &[1]);
    uncoupled(
        &columns(
            "f",
            "(0..4).map(|i| (1.0 + x.column(i).norm_squared()).sqrt() + (y * x.column(i)).map(f64::cos).sum()).sum::<f64>()",
        ),
        &[1],
    );
    uncoupled(&columns("f", "(y * x).norm_squared() + x.map(f64::exp).sum()"), &[1]);
}

#[test]
fn rows_of_a_matrix() {
    let rows = |body: &str| of("Rows", "F", "Rows", body);
    uncoupled(&rows("x - (x * y).map(f64::tanh)"), &[0]);
    uncoupled(&rows("x.component_mul(&(x * y.transpose() * y).map(f64::tanh)) + x"), &[0]);
}

#[test]
fn structs_whose_blocks_share_the_samples() {
    let state = "pub struct State { pub w: Columns, pub v: Rows, pub level: SVector<f64, 4> }";
    let g = "pub fn g(x: &State, y: &Matrix3<f64>) -> f64 { x.w.norm_squared() }";
    let per_sample = "(0..4).map(|i| {
            let both = y * x.w.column(i) + x.v.row(i).transpose();
            (1.0 + both.norm_squared()).ln() + x.level[i] * both.sum() + x.level[i].exp() + x.v.row(i).norm_squared()
        }).sum::<f64>()";
    let body = |extra: &str| format!("{state} pub fn f(x: &State, y: &Matrix3<f64>) -> f64 {{ {per_sample} + {extra} }} {g}");
    uncoupled(&study(&body("0.0")), &[1, 0, 0]);
    coupled(&study(&body("x.level.sum().powi(2)")));
    coupled(&study(&body("x.level[0] * x.w[(1, 1)]")));
}

#[test]
fn samples_that_are_coupled() {
    coupled(&columns("F", "x - (y * x).map(f64::tanh) / x.norm_squared()"));
    coupled(&columns("F", "Columns::from_fn(|k, i| x[(k, i)] + y[(0, k)] * x[(k, 3 - i)] * x[(0, i)])"));
    coupled(&columns("f", "(y * x).norm_squared() + x.row(0).sum().exp()"));
    // An axis of one entry is no axis of samples.
    coupled(&of("Vector3<f64>", "F", "Vector3<f64>", "(y * x).map(f64::tanh) + x"));
    coupled(&of("RowVector3<f64>", "F", "RowVector3<f64>", "(x * y).map(f64::tanh) + x"));
}

#[test]
fn a_diagonal_matrix_needs_no_blocks() {
    let diagonal = columns("F", "x.map(|t| t.exp() + t) * y[(0, 0)] + x.map(f64::tanh).map(f64::tanh)");
    assert!(diagonal.facts.f1_diagonal.holds && diagonal.facts.f1_block_diagonal.holds && diagonal.q.f_1_blocks.is_empty());
    diagonal.check_diagonal();
}

/// x of 70 entries, the data of 5 rows.
fn wide(objective: &str) -> Studied {
    study(&format!(
        "type Long = SVector<f64, 70>;
        pub struct Data {{ pub a: SMatrix<f64, 5, 70>, pub b: SVector<f64, 5>, pub c: Long }}
        pub fn f(x: &Long, y: &Long, data: &Data) -> f64 {{ {objective} }}
        pub fn g(x: &Long, y: &Long, data: &Data) -> f64 {{ x.norm_squared() }}"
    ))
}

const RIDGE: &str = "y.map(f64::exp).dot(&x.component_mul(x))";

#[test]
fn a_diagonal_plus_a_gram_matrix() {
    let squares = "(&data.a * x - &data.b).norm_squared()";
    let logistic = "(&data.a * x).map(|t| (1.0 + (-t).exp()).ln()).sum()";
    let rank_one = "0.3 * data.c.dot(x).powi(2)";
    for terms in [squares, logistic, rank_one, "(x.sum() - 1.0).powi(2)", &format!("{squares} + {logistic} + {rank_one}")] {
        let studied = wide(&format!("{terms} + {RIDGE}"));
        assert!(studied.facts.f1_diagonal_plus_gram.holds && studied.facts.f1_definite.holds, "{terms}");
        studied.check_parts();
        studied.check_diagonal();
    }
    // Weights of y and of two data; a diagonal that depends on x; a matrix for x.
    wide(&format!("y.rows(0, 5).map(f64::exp).dot(&(&data.a * x).map(|t| t * t)) + {RIDGE}")).check_parts();
    wide("(&data.a * x).norm_squared() / 5.0 + x.map(f64::exp).sum() + 0.1 * x.norm_squared()").check_parts();
    of("SMatrix<f64, 20, 4>", "f", "f64", "(x.row_sum() * 2.0).norm_squared() + x.sum().powi(2) + x.norm_squared()")
        .check_parts();
}

#[test]
fn what_is_no_diagonal_plus_gram_matrix() {
    let refused = |objective: &str| {
        let studied = wide(objective);
        assert!(!studied.facts.f1_diagonal_plus_gram.holds && studied.q.f_1_parts.is_none(), "{objective}");
    };
    // A weight or a diagonal of no known sign; a negative term; coupled entries without a square.
    refused(&format!("y.rows(0, 5).dot(&(&data.a * x).map(|t| t * t)) + {RIDGE}"));
    refused("(&data.a * x).norm_squared() + y.dot(&x.component_mul(x))");
    refused(&format!("{RIDGE} - (&data.a * x).norm_squared()"));
    refused(&format!("{RIDGE} + (0..69).map(|i| x[i] * x[i + 1]).sum::<f64>()"));
    // No diagonal, or nothing but it.
    refused("(&data.a * x).norm_squared()");
    refused(RIDGE);
    // Found, but too small for its parts.
    let small = of("Vector3<f64>", "f", "f64", "x.sum().powi(2) + x.norm_squared()");
    assert!(small.facts.f1_diagonal_plus_gram.holds && small.q.f_1_parts.is_none());
}

/// Of a struct x with as many entries.
fn parts_of_blocks(objective: &str) -> Studied {
    study(&format!(
        "pub struct Effects {{ pub fixed: SVector<f64, 3>, pub group: SVector<f64, 40>, pub slope: SMatrix<f64, 10, 3> }}
        pub struct Data {{ pub a: SMatrix<f64, 6, 3>, pub b: SMatrix<f64, 6, 40>, pub c: SMatrix<f64, 6, 10>, pub w: SVector<f64, 6> }}
        pub fn f(x: &Effects, y: &Vector3<f64>, d: &Data) -> f64 {{ {objective} }}
        pub fn g(x: &Effects, y: &Vector3<f64>, d: &Data) -> f64 {{ x.group.norm_squared() + d.w[0] }}"
    ))
}

const PRIORS: &str =
    "0.1 * x.fixed.norm_squared() + y[0].exp() * x.group.norm_squared() + 0.5 * y[1].exp() * x.slope.norm_squared()";

/// Linear predictors that read every block of x.
#[test]
fn gram_matrices_across_the_blocks_of_x() {
    let predictor = "let eta = &d.a * x.fixed - 2.0 * (&d.b * x.group) + (&d.c * x.slope).column(1).component_mul(&d.w);";
    for loss in [
        "eta.map(|t| (1.0 + t.exp()).ln()).sum()",
        "eta.norm_squared()",
        "eta.map(f64::exp).sum() - eta.dot(&d.w)",
        "eta.map(|t| (1.0 + t.exp()).ln()).sum() + (x.fixed[0] - x.group.sum()).powi(2)",
    ] {
        let studied = parts_of_blocks(&format!("{predictor} {loss} + {PRIORS}"));
        assert!(studied.facts.f1_diagonal_plus_gram.holds, "{loss}: {:?}", studied.facts.f1_diagonal_plus_gram);
        studied.check_parts();
    }
    let conditional = parts_of_blocks(&format!("{predictor} eta.map(f64::exp).dot(&d.w) + {PRIORS}"));
    assert!(conditional.facts.f1_diagonal_plus_gram.is_conditional() && conditional.facts.f1_definite.is_conditional());
    for other in [
        // A block without a diagonal; a negative weight; coupled arguments; no known sign.
        &format!("{predictor} eta.norm_squared() + x.group.norm_squared() + x.slope.norm_squared()"),
        &format!("{predictor} {PRIORS} - eta.norm_squared()"),
        &format!("{predictor} {PRIORS} + eta.norm_squared().exp()"),
        &format!("{predictor} {PRIORS} + eta.map(f64::sin).sum()"),
        &format!("{predictor} {PRIORS} + y[2] * eta.norm_squared()"),
    ] {
        let studied = parts_of_blocks(other);
        assert!(!studied.facts.f1_diagonal_plus_gram.may_hold(), "{other}");
    }
}

/// A softmax per sample: `S = diag(√p)(I - √p √pᵀ)`.
#[test]
fn gram_matrices_of_softmax_losses() {
    let softmax = |head: &str, objective: &str| {
        study(&format!(
            "use hypergrad::math::log_sum_exp; use nalgebra::{{DMatrix, DVector}};
            pub struct Data {{ pub a: SMatrix<f64, 3, 30>, pub t: SMatrix<f64, 3, 4>, pub w: SVector<f64, 3>, pub s: f64 }}
            {head} pub fn f(x: &X, y: &Vector3<f64>, d: &Data) -> f64 {{ {objective} }}
            pub fn g(x: &X, y: &Vector3<f64>, d: &Data) -> f64 {{ y.norm_squared() + d.s + d.t[(0, 0)] }}"
        ))
    };
    let plain = "pub type X = SMatrix<f64, 30, 4>;";
    let losses = "let z = &d.a * x;
        let loss = |i: usize| log_sum_exp(&z.row(i)) - d.t.row(i).dot(&z.row(i));";
    for sum in [
        "(0..3).map(|i| loss(i)).sum::<f64>() + 0.1 * x.norm_squared()",
        "(0..3).map(|i| y[i].exp() * loss(i)).sum::<f64>() / 3.0 + y[0].exp() * x.norm_squared()",
        "(0..3).map(|i| loss(i)).sum::<f64>() + x.rows(0, 30).map(|x| x * x).sum()",
    ] {
        let studied = softmax(plain, &format!("{losses} {sum}"));
        assert!(studied.facts.f1_diagonal_plus_gram.holds, "{sum}: {:?}", studied.facts.f1_definite);
        studied.check_parts();
    }
    let weighted = softmax(plain, &format!("{losses} (0..3).map(|i| d.w[i] * loss(i)).sum::<f64>() + d.s * x.norm_squared()"));
    assert!(weighted.facts.f1_diagonal_plus_gram.is_conditional() && weighted.facts.f1_diagonal_plus_gram.given.len() == 2);
    let biased = softmax(
        "pub struct X { pub w: SMatrix<f64, 30, 4>, pub b: SVector<f64, 4> }",
        "let z = &d.a * x.w; (0..3).map(|i| log_sum_exp(&(z.row(i) + x.b.transpose())) - d.t.row(i).dot(&z.row(i))).sum::<f64>()
            + 0.1 * x.w.norm_squared() + 0.01 * x.b.norm_squared()",
    );
    assert!(biased.facts.f1_diagonal_plus_gram.holds);
    biased.check_parts();
    for other in [
        "-(0..3).map(|i| loss(i)).sum::<f64>() + 0.1 * x.norm_squared()",
        "(0..3).map(|i| y[i] * loss(i)).sum::<f64>() + x.norm_squared()",
        "(0..3).map(|i| loss(i).powi(2)).sum::<f64>() + x.norm_squared()",
    ] {
        assert!(!softmax(plain, &format!("{losses} {other}")).facts.f1_diagonal_plus_gram.may_hold(), "{other}");
    }
}
