use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::Vector2;

    pub struct Pair {
        pub left: Vector2<f64>,
        pub right: f64,
    }

    pub struct Data {
        pub weight: f64,
    }

    pub fn F(x: &Pair, y: &Vector2<f64>, data: &Data) -> Pair {
        Pair { left: x.left - y * data.wieght }
    }

    pub fn g(x: &Pair, _y: &Vector2<f64>, _data: &Data) -> f64 {
        x.middle.norm()
    }
}

fn main() {}
