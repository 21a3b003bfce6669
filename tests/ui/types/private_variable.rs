use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    struct Hyper {
        beta: f64,
    }

    fn f(x: &DVector<f64>, y: &Hyper) -> f64 {
        x.norm_squared() * y.beta
    }

    fn g(x: &DVector<f64>, _y: &Hyper) -> f64 {
        x.sum()
    }
}

fn main() {}
