//! `F_i = e^{y_i} x_i - b_i e^{drift y_i}` and two maps: phi is `z / a(y)`, psi is `-1/z`. g has constant slope
//! where `curved` is 0, and is quadratic without a slope at 0 where it is 1.

use hypergrad::bilevel;

#[bilevel]
pub mod model {
    use nalgebra::Vector2;

    pub struct Data {
        pub drift: f64,
        pub curved: f64,
    }

    pub fn F(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> Vector2<f64> {
        let b = Vector2::new(1.3, -0.8);
        x.component_mul(&y.map(f64::exp)) - b.component_mul(&y.map(|y| (data.drift * y).exp()))
    }

    pub fn g(x: &Vector2<f64>, y: &Vector2<f64>, data: &Data) -> f64 {
        (1.0 - data.curved) * (2.0 * x[0] - 0.7 * x[1]) + 0.5 * data.curved * x.norm_squared() + y.norm_squared()
    }

    pub fn phi(z: &Vector2<f64>, y: &Vector2<f64>) -> Vector2<f64> {
        z.zip_map(y, |z, y| z * (-y).exp())
    }

    pub fn psi(z: &Vector2<f64>, _y: &Vector2<f64>, _x_bar: &Vector2<f64>, _y_bar: &Vector2<f64>) -> Vector2<f64> {
        z.map(|z| -1.0 / z)
    }

    pub fn psi_inv(x: &Vector2<f64>, _y: &Vector2<f64>, _x_bar: &Vector2<f64>, _y_bar: &Vector2<f64>) -> Vector2<f64> {
        x.map(|x| -1.0 / x)
    }
}

pub const Y: [f64; 2] = [0.6, -0.3];

pub fn problem(drift: f64, curved: f64) -> model::Problem<model::Data> {
    model::Problem::new(model::Data { drift, curved }).unwrap()
}
