use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct hg {
        pub a: f64,
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &hg) -> f64 {
        data.a * (x - y).norm_squared()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.sum()
    }
}

fn main() {}
