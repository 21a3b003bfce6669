//! The bilevel problems: y are weights of samples, and `g = ⟨c, x⟩`, so that Ω is `(dx*/dy)ᵀ c`.

use hypergrad::bilevel;

/// `f = ½ Σ_i y_i (a_iᵀ x - b_i)² + ½ λ |x|²`.
#[bilevel]
pub mod ridge {
    use nalgebra::{DMatrix, DVector};

    #[derive(Clone)]
    pub struct Data {
        pub a: DMatrix<f64>,
        pub b: DVector<f64>,
        pub penalty: f64,
        pub c: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let r = &data.a * x - &data.b;
        0.5 * y.dot(&r.component_mul(&r)) + 0.5 * data.penalty * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        data.c.dot(x)
    }
}

/// `f = Σ_i y_i softplus(-a_iᵀ x) + ½ λ |x|²`, rows times their labels.
#[bilevel]
pub mod logistic {
    use hypergrad::math::softplus;
    use nalgebra::{DMatrix, DVector};

    pub struct Data {
        pub a: DMatrix<f64>,
        pub penalty: f64,
        pub c: DVector<f64>,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        y.dot(&(-(&data.a * x)).map(softplus)) + 0.5 * data.penalty * x.norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        data.c.dot(x)
    }
}
