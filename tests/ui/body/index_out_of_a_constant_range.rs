use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::SVector;

    const N: usize = 3;

    pub fn f(x: &SVector<f64, N>, y: f64) -> f64 {
        (0..N).map(|i| (x[i + 1] - y).powi(2)).sum()
    }

    pub fn g(x: &SVector<f64, N>, _y: f64) -> f64 {
        x[N]
    }
}

fn main() {}
