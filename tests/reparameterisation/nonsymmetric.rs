//! A nonsymmetric root with every optional role.

use hypergrad::bilevel;
use hypergrad::estimator::*;
use nalgebra::{SMatrix, SVector};

#[bilevel]
pub mod root {
    use nalgebra::{SMatrix, SVector};

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

    pub fn phi(z: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SVector<f64, 4> {
        SVector::<f64, 4>::from_fn(|i, _| z[i] * (0.3 * y[i % 3]).exp() + 0.1 * z[(i + 1) % 4].powi(2) + 0.05 * y[0].sin() * z[i])
    }

    pub fn psi(z: &SVector<f64, 4>, _y: &SVector<f64, 3>, x_bar: &SVector<f64, 4>, _y_bar: &SVector<f64, 3>) -> SVector<f64, 4> {
        z.zip_map(x_bar, |z, x| x.signum() * z.exp())
    }

    pub fn psi_inv(x: &SVector<f64, 4>, _y: &SVector<f64, 3>, _x_bar: &SVector<f64, 4>, _: &SVector<f64, 3>) -> SVector<f64, 4> {
        x.map(|x| x.abs().ln())
    }

    pub fn P(x: &SVector<f64, 4>, y: &SVector<f64, 3>) -> SMatrix<f64, 4, 4> {
        SMatrix::<f64, 4, 4>::from_fn(|i, j| if i == j { 2.0 + x[i] * x[i] } else { 0.1 * x[j] * y[0] })
    }
}

fn point() -> (SVector<f64, 4>, SVector<f64, 4>, SVector<f64, 3>) {
    (
        SVector::from([0.3388988443180712, 0.4547202101284905, -0.16267462065515975, -0.5536122812967942]),
        SVector::from([0.358, 0.443, -0.174, -0.534]),
        SVector::from([0.4, -0.3, 0.7]),
    )
}

fn gradient(x: &SVector<f64, 4>, e: &impl Estimator<root::Problem>) -> SVector<f64, 3> {
    let y = point().2;
    root::Problem::new().unwrap().hypergradient(x, &y, e).unwrap().gradient
}

fn differences(x: &SVector<f64, 4>, e: &impl Estimator<root::Problem>) -> SMatrix<f64, 3, 4> {
    let h = 1e-3;
    let columns: Vec<_> = (0..4)
        .map(|k| {
            let moved = |t: f64| {
                let mut x = *x;
                x[k] += t * h;
                gradient(&x, e)
            };
            ((moved(1.0) - moved(-1.0)) * 8.0 - (moved(2.0) - moved(-2.0))) / (12.0 * h)
        })
        .collect();
    SMatrix::from_columns(&columns)
}

#[test]
fn first() {
    let (star, hat, y) = point();
    let problem = root::Problem::new().unwrap();
    println!("{}", root::Problem::DERIVATION);
    println!("{:?}", gradient(&hat, &Reparameterized::new()));
    println!("{:?}", gradient(&hat, &Localized::custom()));
    println!("{:?}", gradient(&hat, &Localized::exp()));
    println!("{:?}", gradient(&hat, &Localized::diagonal()));
    println!("{:?}", gradient(&hat, &Localized::newton()));
    println!("{:?}", gradient(&hat, &Preconditioned::custom()));
    println!(
        "jac {:?}",
        (problem.jacobian(&hat, &y, &Reparameterized::new()).unwrap() - differences(&hat, &Reparameterized::new())).norm()
    );
    println!(
        "jac {:?}",
        (problem.jacobian(&hat, &y, &Preconditioned::custom()).unwrap() - differences(&hat, &Preconditioned::custom())).norm()
    );
    println!(
        "jac {:?}",
        (problem.jacobian(&star, &y, &Localized::custom()).unwrap() - differences(&star, &Localized::custom())).norm()
    );
    println!("cy {:?}", problem.efficiency(&star, &y, &Reparameterized::new()));
    println!("cy {:?}", problem.efficiency(&star, &y, &Localized::custom()));
    println!("cy {:?}", problem.efficiency(&star, &y, &Localized::exp()));
    println!("cy {:?}", problem.efficiency(&star, &y, &Localized::diagonal()));
    println!("cy {:?}", problem.efficiency(&star, &y, &Localized::newton()));
}
