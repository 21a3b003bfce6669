//! e2e
#![allow(missing_docs)]
use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector, SMatrix, SVector};

#[bilevel]
pub mod ridge {
    use nalgebra::{DMatrix, DVector};
    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}
#[bilevel]
pub mod ridge_const {
    use nalgebra::{SMatrix, SVector};
    pub struct Data {
        pub a_tr: SMatrix<f64, 392, 7>,
        pub b_tr: SVector<f64, 392>,
        pub a_val: SMatrix<f64, 392, 7>,
        pub b_val: SVector<f64, 392>,
    }
    pub fn f(x: &SVector<f64, 7>, y: &SVector<f64, 7>, data: &Data) -> f64 {
        let r = data.a_tr * x - data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }
    pub fn g(x: &SVector<f64, 7>, _y: &SVector<f64, 7>, data: &Data) -> f64 {
        (data.a_val * x - data.b_val).norm_squared()
    }
}
#[bilevel]
pub mod logistic {
    use nalgebra::{DMatrix, DVector};
    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub av: DMatrix<f64>,
        pub bv: DVector<f64>,
    }
    fn loss(m: f64) -> f64 {
        (1.0 + (-m).exp()).ln()
    }
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a * x).component_mul(&data.b).map(loss).sum() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (0..data.av.nrows()).map(|i| loss(data.bv[i] * data.av.row(i).transpose().dot(x))).sum::<f64>()
    }
}
#[bilevel]
pub mod root {
    use nalgebra::SVector;
    pub fn F(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SVector<f64, 4> {
        SVector::<f64, 4>::from_fn(|i, _| {
            2.0 * x[i]
                + 0.4 * (x[(i + 1) % 4] + y[i % 3]).sin()
                + 0.3 * x[(i + 2) % 4] * y[(i + 1) % 3]
                + 0.1 * x[i].powi(3) * y[i % 3].exp()
                - (0.9 * i as f64).cos()
        })
    }
    pub fn g(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> f64 {
        let t = SVector::<f64, 4>::from_fn(|i, _| (1.7 * i as f64 + 0.4).cos());
        0.5 * (x - t).norm_squared() + 0.1 * y.norm_squared() + 0.3 * x[0] * y[1] + 0.2 * (x[2] * y[2]).sin()
    }
}

#[test]
fn e2e() {
    let a = |m: usize, n: usize, s: f64| {
        DMatrix::from_fn(m, n, |i, j| (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64 + s).sin())
    };
    let v = |m: usize, s: f64| DVector::from_fn(m, |i, _| (s * i as f64).cos());
    println!("{}", ridge::Problem::DERIVATION);
    for m in [12, 3] {
        let data = ridge::Data { a_tr: a(m, 4, 0.0), b_tr: v(m, 0.9), a_val: a(9, 4, 0.5), b_val: v(9, 1.7) };
        let p = ridge::Problem::new(&data).unwrap();
        let (x, y) = (v(4, 0.3), v(4, 2.1));
        assert!(p.check_derivatives(&x, &y).unwrap().agrees());
    }
    let data =
        logistic::Data { a: a(9, 4, 0.0), b: v(9, 0.9).map(f64::signum), av: a(7, 4, 0.5), bv: v(7, 1.7).map(f64::signum) };
    let p = logistic::Problem::new(&data).unwrap();
    println!("{}", logistic::Problem::DERIVATION);
    let (x, y) = (v(4, 0.3), v(4, 2.1));
    println!("{}", p.check_derivatives(&x, &y).unwrap());
    println!("{:?}", logistic::Problem::STRUCTURE);
    assert!(p.check_derivatives(&x, &y).unwrap().agrees());
    let p = root::Problem::new().unwrap();
    println!("{}", root::Problem::DERIVATION);
    let (x, y) = (SVector::<f64, 4>::new(0.1, 0.3, -0.2, 0.4), SVector::<f64, 3>::new(0.4, -0.3, 0.7));
    println!("{}", p.check_derivatives(&x, &y).unwrap());
    assert!(p.check_derivatives(&x, &y).unwrap().agrees());
    let data = ridge_const::Data {
        a_tr: SMatrix::from_fn(|i, j| (i as f64 * 0.3 + j as f64 * 1.7 + 0.1 * (i * j) as f64).sin()),
        b_tr: SVector::from_fn(|i, _| (0.9 * i as f64).cos()),
        a_val: SMatrix::from_fn(|i, j| (i as f64 * 0.7 + j as f64 + 0.2 * (i * j) as f64).sin()),
        b_val: SVector::from_fn(|i, _| (0.4 * i as f64).cos()),
    };
    let p = ridge_const::Problem::new(&data).unwrap();
    let (x, y) = (SVector::<f64, 7>::from_fn(|i, _| 0.1 * i as f64 - 0.3), SVector::<f64, 7>::from_fn(|i, _| (i as f64).sin()));
    println!("{}", p.check_derivatives(&x, &y).unwrap());
    assert!(p.check_derivatives(&x, &y).unwrap().agrees());
    println!("work {}", std::mem::size_of_val(&p.at(&x, &y).unwrap()));
}
