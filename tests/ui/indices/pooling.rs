use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{SMatrix, Vector2};

    const SIDE: usize = 4;

    // Pooling takes the entry of the largest value: by `max`, not by its place.
    fn pooled(x: &SMatrix<f64, SIDE, SIDE>, i: usize, j: usize) -> f64 {
        let window = x.fixed_view::<2, 2>(2 * i, 2 * j);
        let place = window.iamax_full();
        window[place]
    }

    pub fn f(x: &SMatrix<f64, SIDE, SIDE>, y: &Vector2<f64>) -> f64 {
        let outside = (0..2).map(|i| x.view((2 * i + 1, 0), (2, 2)).max()).sum::<f64>();
        x.norm_squared() + outside * y.x
    }

    pub fn g(x: &SMatrix<f64, SIDE, SIDE>, y: &Vector2<f64>) -> f64 {
        (0..2).map(|i| (0..2).map(|j| pooled(x, i, j)).sum::<f64>()).sum::<f64>() * y.y
    }
}

fn main() {}
