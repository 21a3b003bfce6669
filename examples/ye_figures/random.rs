//! The generator of the paper's script, so that a seed gives the same draws here: the Mersenne
//! twister (Matsumoto and Nishimura, 1998) and Marsaglia's polar method, as in `numpy.random.RandomState`.

use nalgebra::{DMatrix, DVector};

const LENGTH: usize = 624;
const SHIFT: usize = 397;

/// MT19937.
pub struct Random {
    state: [u32; LENGTH],
    next: usize,
    /// The polar method gives two numbers at a time.
    spare: Option<f64>,
}

impl Random {
    /// The state of a seed.
    pub fn new(seed: u32) -> Self {
        let mut state = [seed; LENGTH];
        for k in 1..LENGTH {
            let before = state[k - 1];
            state[k] = (before ^ (before >> 30)).wrapping_mul(1_812_433_253).wrapping_add(k as u32);
        }
        Self { state, next: LENGTH, spare: None }
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        if self.next == LENGTH {
            self.twist();
        }
        let mut bits = self.state[self.next];
        self.next += 1;
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    fn twist(&mut self) {
        for k in 0..LENGTH {
            let joined = (self.state[k] & 0x8000_0000) | (self.state[(k + 1) % LENGTH] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[k] = self.state[(k + SHIFT) % LENGTH] ^ (joined >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// Uniform in `[0, 1)`, of 53 bits.
    pub fn uniform(&mut self) -> f64 {
        let (high, low) = (self.bits() >> 5, self.bits() >> 6);
        (f64::from(high) * f64::from(1 << 26) + f64::from(low)) / 2.0_f64.powi(53)
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (a, b) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = a * a + b * b;
            if square > 0.0 && square < 1.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(factor * a);
                return factor * b;
            }
        }
    }

    /// Standard normal entries.
    pub fn normals(&mut self, length: usize) -> DVector<f64> {
        DVector::from_fn(length, |_, _| self.normal())
    }

    /// Standard normal entries, drawn row by row.
    pub fn normal_matrix(&mut self, rows: usize, columns: usize) -> DMatrix<f64> {
        let entries = self.normals(rows * columns);
        DMatrix::from_row_slice(rows, columns, entries.as_slice())
    }

    /// Uniform entries.
    pub fn uniforms(&mut self, length: usize) -> DVector<f64> {
        DVector::from_fn(length, |_, _| self.uniform())
    }
}
