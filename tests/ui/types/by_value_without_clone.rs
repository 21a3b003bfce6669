use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    #[derive(Debug)]
    pub struct Hyper {
        pub beta: f64,
    }

    pub fn f(x: &DVector<f64>, y: Hyper) -> f64 {
        x.norm_squared() * y.beta
    }

    pub fn g(x: &DVector<f64>, _y: &Hyper) -> f64 {
        x.sum()
    }
}

fn main() {}
