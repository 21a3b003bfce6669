//! Reductions under two outer indices of dynamic size: `log_sum_exp`, `max`, softmax quotients, `ln Σ exp`.

use hypergrad::bilevel;

use crate::data;

#[bilevel]
pub mod responses {
    use hypergrad::math::log_sum_exp;
    use nalgebra::DMatrix;

    pub struct Data {
        pub items: DMatrix<f64>,
    }

    /// Every person answers every item.
    pub fn f(x: &DMatrix<f64>, y: &f64, data: &Data) -> f64 {
        let answers =
            (0..x.nrows()).map(|i| (0..data.items.nrows()).map(|j| log_sum_exp(&(x.row(i) + data.items.row(j)))).sum::<f64>());
        answers.sum::<f64>() + y.exp() * x.norm_squared()
    }

    pub fn g(x: &DMatrix<f64>, _y: &f64, data: &Data) -> f64 {
        (0..x.nrows()).map(|i| (0..data.items.nrows()).map(|j| (x.row(i) - data.items.row(j)).max()).sum::<f64>()).sum::<f64>()
    }
}

#[bilevel]
pub mod topics {
    use nalgebra::DMatrix;

    pub struct Weights {
        pub documents: DMatrix<f64>,
        pub words: DMatrix<f64>,
    }

    /// The logarithm of a product of exponentials: a sum under two indices.
    pub fn f(x: &Weights, y: &f64) -> f64 {
        let mixture = x.documents.map(f64::exp) * x.words.map(f64::exp);
        mixture.map(f64::ln).sum() + y.exp() * (x.documents.norm_squared() + x.words.norm_squared())
    }

    /// Quotients of exponentials and their sum.
    pub fn g(x: &Weights, y: &f64) -> f64 {
        let pairs = (0..x.documents.nrows()).map(|i| {
            (0..x.words.ncols())
                .map(|j| {
                    let scores = x.documents.row(i) + x.words.column(j).transpose();
                    let weights = scores.map(f64::exp);
                    weights[0] / weights.sum()
                })
                .sum::<f64>()
        });
        pairs.sum::<f64>() + 0.1 * y * x.words.norm_squared()
    }
}

#[test]
fn every_person_answers_every_item() {
    let problem = responses::Problem::new(responses::Data { items: data::matrix(4, 3, 0.7) }).unwrap();
    let (x, y) = (data::matrix(2, 3, 0.2), 0.3);
    let report = problem.check_derivatives(&x, &y).unwrap();
    assert!(report.agrees(), "{report}");
}

#[test]
fn a_product_of_exponentials() {
    let x = topics::Weights { documents: data::matrix(2, 3, 0.4), words: data::matrix(3, 4, 0.1) };
    let report = topics::Problem::new().unwrap().check_derivatives(&x, &-0.2).unwrap();
    assert!(report.agrees(), "{report}");
}
