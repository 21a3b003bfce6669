//! Many problems side by side, as one with a block-diagonal Jacobian: large, with cheap products.
//!
//! Nothing dense can be asked of it: an estimator that wants a matrix of the whole problem fails its test.

use hypergrad_runtime::error::{LinearError, ShapeError};
use hypergrad_runtime::linear::{self, Inertia, LogDet, Segment, Spectrum, method};
use hypergrad_runtime::nalgebra::{DMatrix, DVector};
use hypergrad_runtime::problem::Bilevel;
use hypergrad_runtime::structure::Structure;

use super::{Cubic, Kind, Work};

/// Blocks of equal size.
pub struct Blocks<K> {
    pub blocks: Vec<Cubic<K>>,
}

pub struct BlockWork<W> {
    x: DVector<f64>,
    y: DVector<f64>,
    works: Vec<W>,
}

impl<K: Kind> Blocks<K> {
    /// Length of x and of y of one block.
    fn size(&self) -> (usize, usize) {
        self.blocks[0].c.shape()
    }

    /// Applies a kernel to every block: `from` and `out` split into pieces.
    fn each(
        &self,
        w: &mut BlockWork<<Cubic<K> as Bilevel>::Work>,
        (from, length): (&[f64], usize),
        (out, rows): (&mut [f64], usize),
        kernel: impl Fn(&Cubic<K>, &mut <Cubic<K> as Bilevel>::Work, &[f64], &mut [f64]),
    ) {
        let pieces = from.chunks_exact(length).zip(out.chunks_exact_mut(rows));
        for ((block, work), (from, out)) in self.blocks.iter().zip(&mut w.works).zip(pieces) {
            kernel(block, work, from, out);
        }
    }
}

impl<F: Spectrum> Spectrum for BlockWork<Work<F>> {
    fn log_det(&self) -> LogDet {
        self.works.iter().fold(LogDet::ONE, |all, work| all.and(work.factor.log_det()))
    }
    fn inertia(&self) -> Option<Inertia> {
        self.works.iter().try_fold(Inertia::default(), |all, work| Some(all.and(work.factor.inertia()?)))
    }
    fn condition(&mut self) -> f64 {
        self.works.iter_mut().fold(0.0, |worst, work| f64::max(worst, work.factor.condition()))
    }
    fn entries(&self) -> usize {
        self.works.iter().map(|work| work.factor.entries()).sum()
    }
}

const DENSE: &str = "a dense matrix of the whole problem";

impl<K: Kind> Bilevel for Blocks<K> {
    type Scalar = f64;
    type X = DVector<f64>;
    type Y = DVector<f64>;
    type XX = DMatrix<f64>;
    type XY = DMatrix<f64>;
    type YX = DMatrix<f64>;
    type Square = linear::Blocks<method::Lu, DMatrix<f64>, DVector<f64>, 1>;
    type Work = BlockWork<<Cubic<K> as Bilevel>::Work>;
    const STRUCTURE: Structure = K::STRUCTURE;

    fn work(&self, x: &DVector<f64>, y: &DVector<f64>) -> Result<Self::Work, ShapeError> {
        let (n, m) = self.size();
        let piece = |v: &DVector<f64>, k: usize, length: usize| v.rows(k * length, length).into_owned();
        let works: Result<Vec<_>, _> =
            self.blocks.iter().enumerate().map(|(k, block)| block.work(&piece(x, k, n), &piece(y, k, m))).collect();
        Ok(BlockWork { x: x.clone(), y: y.clone(), works: works? })
    }
    fn dims(&self, w: &Self::Work) -> (usize, usize) {
        (w.x.len(), w.y.len())
    }
    fn set_y(&self, w: &mut Self::Work, y: &[f64]) {
        w.y.as_mut_slice().copy_from_slice(y);
        for ((block, work), y) in self.blocks.iter().zip(&mut w.works).zip(y.chunks_exact(self.size().1)) {
            block.set_y(work, y);
        }
    }
    fn set_x(&self, w: &mut Self::Work, x: &[f64]) {
        w.x.as_mut_slice().copy_from_slice(x);
        for ((block, work), x) in self.blocks.iter().zip(&mut w.works).zip(x.chunks_exact(self.size().0)) {
            block.set_x(work, x);
        }
    }
    fn x<'w>(&self, w: &'w Self::Work) -> &'w [f64] {
        w.x.as_slice()
    }
    fn y<'w>(&self, w: &'w Self::Work) -> &'w [f64] {
        w.y.as_slice()
    }
    fn objective(&self, _: &mut Self::Work) -> Option<f64> {
        None
    }
    fn residual(&self, w: &mut Self::Work, out: &mut [f64]) {
        let n = self.size().0;
        for ((block, work), out) in self.blocks.iter().zip(&mut w.works).zip(out.chunks_exact_mut(n)) {
            block.residual(work, out);
        }
    }
    fn f_1_mul(&self, w: &mut Self::Work, u: &[f64], out: &mut [f64]) {
        let (n, _) = self.size();
        self.each(w, (u, n), (out, n), Cubic::f_1_mul);
    }
    fn f_1_tr_mul(&self, w: &mut Self::Work, s: &[f64], out: &mut [f64]) {
        let (n, _) = self.size();
        self.each(w, (s, n), (out, n), Cubic::f_1_tr_mul);
    }
    fn f_2_mul(&self, w: &mut Self::Work, c: &[f64], out: &mut [f64]) {
        let (n, m) = self.size();
        self.each(w, (c, m), (out, n), Cubic::f_2_mul);
    }
    fn f_2_tr_mul(&self, w: &mut Self::Work, s: &[f64], out: &mut [f64]) {
        let (n, m) = self.size();
        self.each(w, (s, n), (out, m), Cubic::f_2_tr_mul);
    }
    fn f_1(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn f_2(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn f_1_diagonal(&self, w: &mut Self::Work, out: &mut [f64]) {
        let n = self.size().0;
        for ((block, work), out) in self.blocks.iter().zip(&mut w.works).zip(out.chunks_exact_mut(n)) {
            block.f_1_diagonal(work, out);
        }
    }
    fn f_1_diagonal_2_tr_mul(&self, w: &mut Self::Work, s: &[f64], out: &mut [f64]) {
        let (n, m) = self.size();
        self.each(w, (s, n), (out, m), Cubic::f_1_diagonal_2_tr_mul);
    }
    fn g(&self, w: &mut Self::Work) -> f64 {
        self.blocks.iter().zip(&mut w.works).map(|(block, work)| block.g(work)).sum()
    }
    fn g_1(&self, w: &mut Self::Work, out: &mut [f64]) {
        let n = self.size().0;
        for ((block, work), out) in self.blocks.iter().zip(&mut w.works).zip(out.chunks_exact_mut(n)) {
            block.g_1(work, out);
        }
    }
    fn g_2(&self, w: &mut Self::Work, out: &mut [f64]) {
        let m = self.size().1;
        for ((block, work), out) in self.blocks.iter().zip(&mut w.works).zip(out.chunks_exact_mut(m)) {
            block.g_2(work, out);
        }
    }
    fn g_11(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn g_21(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn f_11(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn f_21(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn set_adjoint(&self, w: &mut Self::Work, v: &[f64]) {
        for ((block, work), v) in self.blocks.iter().zip(&mut w.works).zip(v.chunks_exact(self.size().0)) {
            block.set_adjoint(work, v);
        }
    }
    fn m_11_mul(&self, w: &mut Self::Work, u: &[f64], out: &mut [f64]) {
        let (n, _) = self.size();
        self.each(w, (u, n), (out, n), Cubic::m_11_mul);
    }
    fn m_21_mul(&self, w: &mut Self::Work, u: &[f64], out: &mut [f64]) {
        let (n, m) = self.size();
        self.each(w, (u, n), (out, m), Cubic::m_21_mul);
    }
    fn m_12_mul(&self, w: &mut Self::Work, c: &[f64], out: &mut [f64]) {
        let (n, m) = self.size();
        self.each(w, (c, m), (out, n), Cubic::m_12_mul);
    }
    fn m_11(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn m_21(&self, _: &mut Self::Work, _: &mut [f64]) {
        panic!("{DENSE}");
    }
    fn square(&self, _: &Self::Work, what: &'static str) -> Result<Self::Square, LinearError> {
        let length = self.size().0;
        let mut square = Self::Square::empty();
        square.resize(what, self.blocks.len(), [Segment { offset: 0, length, stride: 1, step: length }])?;
        Ok(square)
    }
    fn factor(&self, w: &mut Self::Work) -> Result<(), LinearError> {
        self.blocks.iter().zip(&mut w.works).try_for_each(|(block, work)| block.factor(work))
    }
    fn f_1_solve(&self, w: &mut Self::Work, rhs: &mut [f64]) {
        for ((block, work), rhs) in self.blocks.iter().zip(&mut w.works).zip(rhs.chunks_exact_mut(self.size().0)) {
            block.f_1_solve(work, rhs);
        }
    }
    fn f_1_tr_solve(&self, w: &mut Self::Work, rhs: &mut [f64]) {
        for ((block, work), rhs) in self.blocks.iter().zip(&mut w.works).zip(rhs.chunks_exact_mut(self.size().0)) {
            block.f_1_tr_solve(work, rhs);
        }
    }
    fn spectrum<'w>(&self, w: &'w mut Self::Work) -> &'w mut dyn Spectrum {
        w
    }
}
