use hypergrad::bilevel;

const N: usize = 2;

#[bilevel]
mod toy {
    use super::N;
    use nalgebra::SVector;

    pub fn f(x: &SVector<f64, N>, y: f64) -> f64 {
        (x * y).norm_squared()
    }

    pub fn g(x: &SVector<f64, N>, _y: f64) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
