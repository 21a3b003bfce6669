#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct Data {
        pub n: usize,
    }

    fn total(x: &DVector<f64>, n: usize) -> Result<f64, String> {
        let mut sum = 0.0;
        for i in 0..n {
            let t = x.get(i).ok_or("short".to_string())?;
            sum += t * t;
        }
        Ok(sum)
    }

    fn kind(x: &DVector<f64>) -> std::cmp::Ordering {
        for i in 0..x.len() {
            if x[i] > 1.0 {
                return x[i].total_cmp(&2.0);
            }
        }
        std::cmp::Ordering::Less
    }

    pub fn f(x: &DVector<f64>, y: &DVector<f64>, data: &Data) -> f64 {
        let mut sum = y[0];
        for i in 0..data.n {
            sum += match x.get(i) {
                Some(t) => *t,
                None => continue,
            };
        }
        let mut best = Some(x[0]);
        if let Some(ref mut t) = best {
            *t += 1.0;
        }
        sum + total(x, data.n).unwrap_or(0.0) + if kind(x).is_lt() { x[0] } else { x[1] }
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, _data: &Data) -> f64 {
        x.norm_squared()
    }
}

fn main() {}
