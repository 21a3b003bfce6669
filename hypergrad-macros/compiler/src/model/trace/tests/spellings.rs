//! Different spellings of one function are one node: what is proved of one holds for all.

use super::{Harness, module};
use crate::diagnostics::Diagnostics;
use crate::ir::Id;
use crate::model::trace::Value;

fn nodes(result: &str, bodies: &[&str]) -> Vec<Id> {
    let (mut harness, arguments) = Harness::new();
    let node = |body: &&str| {
        let items = format!("fn f(x: &DVector<f64>, y: &SVector<f64, 3>, data: &Data) -> {result} {{ {body} }}");
        let mut diagnostics = Diagnostics::default();
        let value = harness.trace(&module(&items), arguments.clone(), &mut diagnostics);
        match value {
            Some(Value::Tensor(tensor)) => tensor.node,
            other => panic!("{other:?}: {body}"),
        }
    };
    bodies.iter().map(node).collect()
}

fn same(result: &str, bodies: &[&str]) {
    let nodes = nodes(result, bodies);
    let others: Vec<&&str> = bodies.iter().zip(&nodes).filter(|(_, node)| **node != nodes[0]).map(|(body, _)| body).collect();
    assert!(others.is_empty(), "{others:#?} are not {}", bodies[0]);
}

#[test]
fn of_scalars() {
    same(
        "f64",
        &[
            "x.dot(x)",
            "x.norm_squared()",
            "x.component_mul(x).sum()",
            "x.iter().map(|t| t * t).sum::<f64>()",
            "x.iter().map(|t| t.powi(2)).sum()",
            "x.map(|t| t.powf(2.0)).sum()",
            "(0..x.len()).map(|i| x[i] * x[i]).sum::<f64>()",
            "(x.transpose() * x)[0]",
            "(x * x.transpose()).trace()",
            "x.iter().zip(x.iter()).map(|(a, b)| a * b).sum::<f64>()",
        ],
    );
    // `mean` is not among them: of nothing it is 0.
    same("f64", &["x.sum() / x.len() as f64", "x.iter().sum::<f64>() / x.nrows() as f64"]);
    same("f64", &["(1.0 + x[0].exp()).ln()", "x[0].exp().ln_1p()", "softplus(x[0])"]);
    same("f64", &["1.0 / (1.0 + (-x[0]).exp())", "sigmoid(x[0])", "(1.0 + (-x[0]).exp()).recip()"]);
    same("f64", &["x.map(f64::exp).sum().ln()", "x.iter().map(|t| t.exp()).sum::<f64>().ln()", "log_sum_exp(x)"]);
}

#[test]
fn of_tensors() {
    same(
        "DVector<f64>",
        &[
            "&data.a * y",
            "DVector::from_fn(data.a.nrows(), |i, _| data.a.row(i).transpose().dot(y))",
            "DVector::from_fn(data.a.nrows(), |i, _| (data.a.row(i) * y)[0])",
            "DVector::from_fn(data.a.nrows(), |i, _| (0..data.a.ncols()).map(|j| data.a[(i, j)] * y[j]).sum::<f64>())",
            "(y.transpose() * data.a.transpose()).transpose()",
            "data.a.transpose().tr_mul(y)",
            "(0..data.a.ncols()).map(|j| data.a.column(j) * y[j]).sum::<DVector<f64>>()",
        ],
    );
    same(
        "DMatrix<f64>",
        &[
            "DMatrix::from_diagonal(x)",
            "DMatrix::from_fn(x.len(), x.len(), |i, j| if i == j { x[i] } else { 0.0 })",
            "DMatrix::from_fn(x.len(), x.len(), |i, j| if i != j { 0.0 } else { x[j] })",
        ],
    );
}
