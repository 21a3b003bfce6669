//! One dimension: `F = e^y x + cubic x³ - 1.3 e^{drift y}`, `g = 2 x + curvature x²/2 + y²`, phi = `alpha e^{beta z}`;
//! psi is the map of Prop. 11 with an error in the slope.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    #[derive(Clone, Copy, Default)]
    pub struct Data {
        pub cubic: f64,
        pub drift: f64,
        pub curvature: f64,
        pub alpha: f64,
        pub beta: f64,
        pub error: f64,
    }

    pub fn F(x: f64, y: f64, data: &Data) -> f64 {
        y.exp() * x + data.cubic * x.powi(3) - 1.3 * (data.drift * y).exp()
    }

    pub fn g(x: f64, y: f64, data: &Data) -> f64 {
        2.0 * x + 0.5 * data.curvature * x.powi(2) + y.powi(2)
    }

    pub fn phi(z: f64, _y: f64, data: &Data) -> f64 {
        data.alpha * (data.beta * z).exp()
    }

    pub fn psi(z: f64, y: f64, x_bar: f64, y_bar: f64, data: &Data) -> f64 {
        x_bar - F(z, y_bar, data) / (y.exp() + 3.0 * data.cubic * x_bar.powi(2) + data.error)
    }

    pub fn P(_x: f64, y: f64) -> f64 {
        2.0 * y.exp()
    }
}

pub fn problem(data: model::Data) -> model::Problem<model::Data> {
    model::Problem::new(data).unwrap()
}
