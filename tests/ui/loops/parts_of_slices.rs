use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub fn f(x: &DVector<f64>, y: &DVector<f64>) -> f64 {
        let mut outer = x * y.transpose();
        outer.as_mut_slice()[1..3].fill(0.0);
        let mut pairs = x.as_slice().to_vec();
        for pair in pairs.chunks_mut(2) {
            pair[0] = 0.0;
        }
        let written = vec![(x[0], 1.0), (x[1], 2.0), (x[2], 3.0)];
        let ends: f64 = (0..3).map(|i| written[..i].iter().map(|(a, b)| a * b).sum::<f64>()).sum();
        let far = written[1..5].len() as f64;
        let mut grown: Vec<f64> = Vec::new();
        for t in x.iter() {
            if let Some(last) = grown.last_mut() {
                *last += t;
            }
            grown.push(*t);
        }
        outer.sum() + pairs[0] + ends * far + grown[0]
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
