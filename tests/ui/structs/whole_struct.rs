#![allow(unused)]

use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::Vector2;

    #[derive(Clone)]
    pub struct Pair {
        pub left: Vector2<f64>,
        pub right: Vector2<f64>,
    }

    impl std::ops::Sub for &Pair {
        type Output = Pair;
        fn sub(self, other: &Pair) -> Pair {
            Pair { left: self.left - other.left, right: self.right - other.right }
        }
    }

    impl std::ops::Sub<Pair> for &Pair {
        type Output = Pair;
        fn sub(self, _: Pair) -> Pair {
            self.clone()
        }
    }

    // An operator of the user's own, for values and for references.
    pub fn F(x: &Pair, y: &Vector2<f64>) -> Pair {
        let target = Pair { left: *y, right: y * 2.0 };
        x - &target
    }

    pub fn g(x: &Pair, _y: &Vector2<f64>) -> f64 {
        if x.left.x > 0.0 { x.left.norm() } else { x.right.norm() }
    }
}

fn main() {}
