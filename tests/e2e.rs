//! e2e
use hypergrad::bilevel;
use nalgebra::{DMatrix, DVector};

#[bilevel]
pub mod ridge {
    use nalgebra::{DMatrix, DVector};
    pub struct Data {
        pub a_tr: DMatrix<f64>,
        pub b_tr: DVector<f64>,
        pub a_val: DMatrix<f64>,
        pub b_val: DVector<f64>,
    }
    /// Inner objective: least squares plus a ridge penalty with one weight e^{y_i} per feature.
    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a_tr * x - &data.b_tr;
        r.norm_squared() + 0.5 * y.map(f64::exp).dot(&x.component_mul(x))
    }
    /// Outer objective: validation loss.
    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (&data.a_val * x - &data.b_val).norm_squared()
    }
}

#[test]
fn e2e() {
    use hypergrad::estimator::*;
    use hypergrad::solver::*;
    let a = |m: usize, n: usize, s: f64| {
        DMatrix::from_fn(m, n, |i, j| (1.3 * i as f64 + 0.7 * j as f64 + 0.1 * (i * j) as f64 + s).sin())
    };
    let v = |m: usize, s: f64| DVector::from_fn(m, |i, _| (s * i as f64).cos());
    for m in [12, 3] {
        let data = ridge::Data { a_tr: a(m, 4, 0.0), b_tr: v(m, 0.9), a_val: a(9, 4, 0.5), b_val: v(9, 1.7) };
        let p = ridge::Problem::new(&data).unwrap();
        let (x, y) = (v(4, 0.3), v(4, 2.1));
        let at = p.at(&x, &y).unwrap();
        println!("f {} {}", at.f(), ridge::f(&x, &y, &data));
        println!("F_1 {}", at.F_1());
        println!("Omega {:?}", at.Omega());
        println!("{}", p.check_derivatives(&x, &y).unwrap());
        let s = p.solve(&x, &y, &Newton::new().tolerance(1e-10).max_steps(50)).unwrap();
        println!("{:?}", p.hypergradient(&s.x, &y, &Ift::new()).map(|h| (h.gradient, h.report)));
        println!("{}", p.compare(&s.x, &y).unwrap());
        println!("{:?}", ridge::Problem::STRUCTURE);
        assert!(p.check_derivatives(&x, &y).unwrap().agrees());
    }
}
