//! The convolutional equilibrium model (Grazzi et al. C.3): `w = tanh(A * w + B * u + c)` with
//! 3 x 3 kernels, a sample being the column of its images, one channel after another; the readout
//! is a max pooling and a linear map.

use hypergrad::bilevel;
use nalgebra::DVector;

use crate::data::{cosines, sines};
use crate::oracle::{DualNum, Inner, Number, Oracle};
use crate::verify::{against_oracle, verify};

#[bilevel]
pub mod network {
    use nalgebra::{DMatrix, DVector};

    /// Rows and columns of an image.
    const SIDE: usize = 4;
    const PIXELS: usize = SIDE * SIDE;
    const CHANNELS: usize = 2;

    pub struct Weights {
        /// Kernel entry `(d, e)` from channel k to channel c is at `((c * CHANNELS + k) * 3 + d) * 3 + e`.
        pub a: DVector<f64>,
        /// Kernel entry `(d, e)` to channel c is at `(c * 3 + d) * 3 + e`.
        pub b: DVector<f64>,
        pub c: DVector<f64>,
        pub readout: DVector<f64>,
    }

    pub struct Data {
        /// One image per column.
        pub images: DMatrix<f64>,
        pub targets: DVector<f64>,
    }

    /// Pixel `(i + d - 1, j + e - 1)` of channel k, 0 outside.
    fn pixel(w: &DMatrix<f64>, s: usize, k: usize, i: usize, j: usize, d: usize, e: usize) -> f64 {
        if i + d >= 1 && i + d <= SIDE && j + e >= 1 && j + e <= SIDE {
            w[(k * PIXELS + (i + d - 1) * SIDE + (j + e - 1), s)]
        } else {
            0.0
        }
    }

    pub fn Phi(x: &DMatrix<f64>, y: &Weights, data: &Data) -> DMatrix<f64> {
        DMatrix::from_fn(CHANNELS * PIXELS, data.images.ncols(), |r, s| {
            let (c, i, j) = (r / PIXELS, r % PIXELS / SIDE, r % SIDE);
            let hidden = (0..CHANNELS)
                .map(|k| {
                    (0..3)
                        .map(|d| {
                            (0..3).map(|e| y.a[((c * CHANNELS + k) * 3 + d) * 3 + e] * pixel(x, s, k, i, j, d, e)).sum::<f64>()
                        })
                        .sum::<f64>()
                })
                .sum::<f64>();
            let input = (0..3)
                .map(|d| (0..3).map(|e| y.b[(c * 3 + d) * 3 + e] * pixel(&data.images, s, 0, i, j, d, e)).sum::<f64>())
                .sum::<f64>();
            (hidden + input + y.c[c]).tanh()
        })
    }

    /// The largest of a 2 x 2 window.
    fn pooled(x: &DMatrix<f64>, s: usize, c: usize, i: usize, j: usize) -> f64 {
        let entry = |d: usize, e: usize| x[(c * PIXELS + (2 * i + d) * SIDE + 2 * j + e, s)];
        entry(0, 0).max(entry(0, 1)).max(entry(1, 0).max(entry(1, 1)))
    }

    pub fn g(x: &DMatrix<f64>, y: &Weights, data: &Data) -> f64 {
        let score = |s: usize| {
            (0..CHANNELS)
                .map(|c| {
                    (0..2)
                        .map(|i| (0..2).map(|j| y.readout[(c * 2 + i) * 2 + j] * pooled(x, s, c, i, j)).sum::<f64>())
                        .sum::<f64>()
                })
                .sum::<f64>()
        };
        0.5 * (0..data.targets.len()).map(|s| (score(s) - data.targets[s]).powi(2)).sum::<f64>()
    }
}

/// The copy of Phi: channels of 4 x 4 pixels, one sample after another.
fn layer(x: &[Number], y: &[Number], images: &nalgebra::DMatrix<f64>) -> Vec<Number> {
    let channels = x.len() / 16 / images.ncols();
    let inside = |i: usize, d: usize| (1..=4).contains(&(i + d)).then(|| i + d - 1);
    let entry = |r: usize, s: usize| {
        let (c, i, j) = (r / 16, r % 16 / 4, r % 4);
        let mut sum = y[9 * channels * (channels + 1) + c];
        for (d, e) in (0..9).map(|at| (at / 3, at % 3)) {
            let (Some(p), Some(q)) = (inside(i, d), inside(j, e)) else { continue };
            sum += y[9 * (channels * channels + c) + 3 * d + e] * images[(4 * p + q, s)];
            for k in 0..channels {
                sum += y[9 * (c * channels + k) + 3 * d + e] * x[16 * (channels * s + k) + 4 * p + q];
            }
        }
        sum.tanh()
    };
    (0..images.ncols()).flat_map(|s| (0..16 * channels).map(move |r| entry(r, s))).collect()
}

/// The copy of g.
fn loss(x: &[Number], y: &[Number], targets: &DVector<f64>) -> Number {
    let rows = x.len() / targets.len();
    let readout = &y[y.len() - rows / 4..];
    let pooled = |at: usize| {
        let window = [0, 1, 4, 5].map(|step| x[at + step]);
        window.into_iter().reduce(|a, b| if b.re > a.re { b } else { a }).unwrap()
    };
    let score = |s: usize| -> Number {
        let corner = |k: usize| rows * s + k / 4 * 16 + k % 4 / 2 * 8 + k % 2 * 2;
        (0..rows / 4).map(|k| readout[k] * pooled(corner(k))).sum()
    };
    targets.iter().enumerate().map(|(s, t)| score(s) - *t).map(|r| r * r * 0.5).sum()
}

#[test]
fn convolutional_equilibrium() {
    let data = network::Data { images: sines(16, 1, [0.7, 1.9, 0.3, 0.2]), targets: cosines(1, 1.3, 0.2) };
    let problem = network::Problem::new(&data).unwrap();
    let y = network::Weights {
        a: 0.1 * cosines(36, 1.7, 0.4),
        b: 0.4 * cosines(18, 0.9, 0.1),
        c: DVector::from_element(2, 0.1),
        readout: cosines(8, 2.3, 0.6),
    };
    let x = 0.2 * sines(32, 1, [0.4, 1.7, 0.3, 0.2]);
    verify(&problem, &x, &y);
    let oracle = Oracle { inner: Inner::Map(&|x, y| layer(x, y, &data.images)), g: &|x, y| loss(x, y, &data.targets) };
    against_oracle(&problem, &x, &y, &oracle);
    assert!(!network::Problem::STRUCTURE.f1_symmetric);
}
