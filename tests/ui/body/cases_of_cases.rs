use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    fn between(i: usize, n: usize) -> usize {
        i.saturating_sub(n).max(i.min(n)).abs_diff(n.max(3))
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let m = between(between(x.len(), y.len()), between(y.len(), x.len() + 1));
        x.norm_squared() + between(m, y.len()) as f64 * x.dot(y)
    }

    pub fn g(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        x.dot(y)
    }
}

fn main() {}
