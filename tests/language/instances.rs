//! Structs with constant parameters, of which roles and fields mean one.

use hypergrad::bilevel;
use nalgebra::SVector;

use crate::check;

#[bilevel]
pub mod groups {
    use nalgebra::SVector;

    pub const GROUPS: usize = 3;

    /// Shares of so many groups, and of pairs of them.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Shares<const N: usize> {
        pub sick: SVector<f64, N>,
        pub immune: [f64; N],
    }

    #[derive(Clone, Debug)]
    pub struct Measures<const N: usize> {
        pub distance: SVector<f64, N>,
        pub vaccines: f64,
    }

    pub struct Obstacle<const D: usize> {
        pub centre: [f64; D],
        pub radius: f64,
    }

    /// Holds others with parameters.
    pub struct Region<const D: usize> {
        pub obstacles: Vec<Obstacle<D>>,
        pub weight: f64,
    }

    pub struct Data {
        pub regions: Vec<Region<2>>,
    }

    impl<const D: usize> Obstacle<D> {
        fn level(&self, t: f64) -> f64 {
            let mut sum = 0.0;
            for k in 0..D {
                sum += (self.centre[k] - t).powi(2);
            }
            sum - self.radius
        }
    }

    impl<const N: usize> Shares<N> {
        fn total(&self) -> f64 {
            self.sick.sum() + self.immune.iter().sum::<f64>()
        }
    }

    impl<const N: usize> Measures<N> {
        pub fn scaled(&self, by: f64) -> Self {
            Measures { distance: self.distance * by, vaccines: self.vaccines * by }
        }
    }

    fn force<const N: usize>(shares: &Shares<N>, measures: &Measures<N>) -> SVector<f64, N> {
        shares.sick.component_mul(&measures.distance.map(f64::exp)) * (1.0 + measures.vaccines * shares.immune[0])
    }

    pub fn f(shares: &Shares<GROUPS>, measures: &Measures<GROUPS>, data: &Data) -> f64 {
        let levels: f64 = data
            .regions
            .iter()
            .map(|region| region.weight * region.obstacles.iter().map(|o| o.level(shares.total())).sum::<f64>())
            .sum();
        let forces = force(shares, &measures.scaled(0.5));
        shares.sick.norm_squared()
            + shares.immune.iter().map(|t| t * t).sum::<f64>()
            + 0.1 * levels
            + 0.05 * forces.norm_squared()
    }

    pub fn g(shares: &Shares<GROUPS>, measures: &Measures<GROUPS>, _data: &Data) -> f64 {
        shares.total().sin() + measures.distance.norm_squared() + measures.vaccines * shares.sick[1]
    }
}

#[test]
fn constants_are_parameters_of_structs() {
    let obstacle = |at: f64| groups::Obstacle { centre: [at, 0.3], radius: 0.2 };
    let region = |weight: f64| groups::Region { obstacles: vec![obstacle(weight), obstacle(0.7)], weight };
    let data = groups::Data { regions: vec![region(0.4), region(1.1)] };
    let shares = groups::Shares { sick: SVector::from([0.2, 0.5, 0.1]), immune: [0.3, 0.1, 0.6] };
    let measures = groups::Measures { distance: SVector::from([0.4, -0.2, 0.8]), vaccines: 0.7 };
    check(&groups::Problem::new(data).unwrap(), &shares, &measures);
}
