use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct Data<T> {
        pub a: T,
    }

    pub fn f(x: f64, y: f64, data: &Data<DVector<f64>>) -> f64 {
        (x - y).powi(2) * data.a.sum()
    }

    pub fn g(x: f64, _y: f64) -> f64 {
        x * x
    }
}

fn main() {}
