use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, SVector};

    pub struct Data {
        pub noisy: DVector<f64>,
    }

    // At i = 0 the neighbour on the left does not exist.
    pub fn f(x: &DVector<f64>, y: &f64, data: &Data) -> f64 {
        let steps = (0..x.len()).map(|i| (x[i] - x[i - 1]).powi(2)).sum::<f64>();
        y.exp() * steps + (x - &data.noisy).norm_squared()
    }

    // The second of these windows ends behind the last entry.
    pub fn g(x: &DVector<f64>, _y: &f64, _data: &Data) -> f64 {
        let head = SVector::<f64, 4>::new(x[0], x[1], x[2], x[3]);
        (0..2).map(|i| head[2 * i].max(head[2 * i + 1]).max(head[2 * i + 2])).sum()
    }
}

fn main() {}
