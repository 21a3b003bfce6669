use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::{DVector, Vector2};

    pub struct Inner {
        pub position: Vector2<f64>,
        pub rest: DVector<f64>,
    }

    pub struct State {
        pub inner: Inner,
        pub mass: f64,
    }

    // A block of the nested struct has length 3 instead of 2.
    pub fn Phi(s: &State, y: &Vector2<f64>) -> State {
        let rest = DVector::from_vec(vec![s.inner.position.x, y.x, s.mass]);
        State { inner: Inner { position: s.inner.position, rest: rest + s.inner.rest.rows(0, 2) }, mass: s.mass }
    }

    pub fn g(s: &State, y: &Vector2<f64>) -> f64 {
        s.inner.position.dot(y) + s.inner.rest.norm_squared() + s.mass
    }
}

fn main() {}
