//! Chebyshev series: `Σ_k c_k T_k(t)` with `t = (x - middle) / half`, `T_k(cos a) = cos(k a)`.

use std::f64::consts::PI;

use nalgebra::DVector;

/// A function on `[middle - half, middle + half]`.
pub struct Series {
    pub middle: f64,
    pub half: f64,
    pub coefficients: DVector<f64>,
}

impl Series {
    /// Interpolates at `cos((j + 1/2) π / count)`; the first failure of the function ends it.
    pub fn interpolate<E>(low: f64, high: f64, count: usize, f: impl Fn(f64) -> Result<f64, E>) -> Result<Self, E> {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let angle = |j: usize| (j as f64 + 0.5) * PI / count as f64;
        let values: Vec<f64> = (0..count).map(|j| f(middle + half * angle(j).cos())).collect::<Result<_, E>>()?;
        let coefficient = |k: usize| {
            let sum: f64 = values.iter().enumerate().map(|(j, value)| value * (k as f64 * angle(j)).cos()).sum();
            sum * if k == 0 { 1.0 } else { 2.0 } / count as f64
        };
        Ok(Self { middle, half, coefficients: DVector::from_fn(count, |k, _| coefficient(k)) })
    }

    /// The value at x, by Clenshaw's recurrence.
    pub fn value(&self, x: f64) -> f64 {
        let t = (x - self.middle) / self.half;
        let (mut b1, mut b2) = (0.0, 0.0);
        for &c in self.coefficients.iter().rev() {
            (b1, b2) = (c + 2.0 * t * b1 - b2, b1);
        }
        b1 - t * b2
    }

    /// The integral that vanishes in the middle: `∫ T_k = T_{k+1} / (2k + 2) - T_{k-1} / (2k - 2)`.
    pub fn integral(&self) -> Self {
        let count = self.coefficients.len();
        let c = |k: usize| self.coefficients.get(k).copied().unwrap_or(0.0);
        let entry = |k: usize| match k {
            0 => 0.0,
            1 => self.half * (c(0) - 0.5 * c(2)),
            _ => self.half * (c(k - 1) - c(k + 1)) / (2 * k) as f64,
        };
        let mut out = Self { middle: self.middle, half: self.half, coefficients: DVector::from_fn(count + 1, |k, _| entry(k)) };
        out.coefficients[0] = -out.value(self.middle);
        out
    }

    /// The size of the last coefficients, relative to the largest: how much the series leaves out.
    pub fn tail(&self) -> f64 {
        let count = self.coefficients.len();
        self.coefficients.rows(count.saturating_sub(3), count.min(3)).amax() / self.coefficients.amax()
    }
}
