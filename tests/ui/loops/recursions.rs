use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct P(pub f64);

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut p = P(x[0]);
        p += P(y[0]);
        p.0 + std::iter::successors(x.iter().find(|t| **t > 0.0).copied(), |t| Some(t - 1.0)).take(3).sum::<f64>()
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

impl std::ops::AddAssign for toy::P {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

fn main() {}
