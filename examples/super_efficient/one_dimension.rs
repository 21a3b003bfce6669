//! Problems in one dimension.

use hypergrad::bilevel;

/// A root that is not affine in x, an outer objective whose slope depends on x and y, and a change of
/// variables that the data give: a Chebyshev series, and another one for its inverse.
#[bilevel]
pub mod curve {
    use nalgebra::DVector;

    /// `x = Σ_k series[k] T_k((z - middle) / half)`, and the same with z and x exchanged.
    pub struct Data {
        pub middle: f64,
        pub half: f64,
        pub series: DVector<f64>,
        pub inverse_middle: f64,
        pub inverse_half: f64,
        pub inverse: DVector<f64>,
    }

    pub fn F(x: f64, y: f64, _data: &Data) -> f64 {
        y.exp() * x + 0.5 * x.powi(3) + 0.2 * y.sin() - 1.5
    }

    pub fn g(x: f64, y: f64, _data: &Data) -> f64 {
        0.5 * (x + 1.0).powi(2) + 0.3 * x * y.sin() + 0.1 * y * y
    }

    /// `T_k(cos a) = cos(k a)`.
    pub fn phi(z: f64, _y: f64, data: &Data) -> f64 {
        let angle = ((z - data.middle) / data.half).acos();
        (0..data.series.len()).map(|k| data.series[k] * (k as f64 * angle).cos()).sum()
    }

    pub fn phi_inv(x: f64, _y: f64, data: &Data) -> f64 {
        let angle = ((x - data.inverse_middle) / data.inverse_half).acos();
        (0..data.inverse.len()).map(|k| data.inverse[k] * (k as f64 * angle).cos()).sum()
    }
}

/// `F = e^y x + b` with `b = -1.3 + shift y`, g of constant slope, and `phi = e^z`: Proposition 8 says
/// that this is super-efficient where b does not depend on y.
#[bilevel]
pub mod line {
    pub struct Data {
        pub shift: f64,
    }

    pub fn F(x: f64, y: f64, data: &Data) -> f64 {
        y.exp() * x - 1.3 + data.shift * y
    }

    pub fn g(x: f64, y: f64, _data: &Data) -> f64 {
        2.0 * x + y.powi(2)
    }

    pub fn phi(z: f64, _y: f64, _data: &Data) -> f64 {
        z.exp()
    }

    pub fn phi_inv(x: f64, _y: f64, _data: &Data) -> f64 {
        x.ln()
    }
}
