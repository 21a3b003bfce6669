//! Every accessor of a point against the oracle, in two orders of calls, and the runtime's own check.

pub use crate::oracle::agreement::{Expectation, agree, assert_agree, expectations};

/// A quantity by its name, computed when it is called.
pub type Quantity<'a> = (&'static str, Box<dyn Fn() -> Vec<f64> + 'a>);

/// The flat entries of a dense result, as `f64`.
pub fn entries<S: hypergrad::scalar::Real>(values: &[S]) -> Vec<f64> {
    values.iter().map(|value| value.wide()).collect()
}

/// Compares a problem at `(x, y)` with the oracle: relative to the largest entry of each quantity.
///
/// `verify!(problem, x, y, oracle)`, or with a tolerance other than 1e-9.
#[macro_export]
macro_rules! verify {
    ($problem:expr, $x:expr, $y:expr, $oracle:expr) => {
        $crate::verify!($problem, $x, $y, $oracle, 1e-9)
    };
    ($problem:expr, $x:expr, $y:expr, $oracle:expr, $tolerance:expr) => {{
        use hypergrad::problem::Bilevel as _;
        use $crate::data::{flat, scattered};
        use $crate::verify::entries;
        let (problem, x, y) = (&$problem, &$x, &$y);
        let expected = $oracle.derivatives(&flat(x), &flat(y));
        let value: Vec<f64> = expected.f.into_iter().collect();
        let (u, c) = (scattered(x, 1.1), scattered(y, 0.9));
        let expected = $crate::verify::expectations(&expected, &flat(&u), &flat(&c));
        let held = problem.fix(y).unwrap();
        let points = [problem.at(x, y).unwrap(), held.at(x).unwrap(), held.at(x).unwrap()];
        for (turn, at) in points.iter().enumerate() {
            let list: Vec<$crate::verify::Quantity> = vec![
                ("g", Box::new(|| entries(&[at.g()]))),
                ("F", Box::new(|| flat(&at.F()))),
                ("g_1", Box::new(|| flat(&at.g_1()))),
                ("g_2", Box::new(|| flat(&at.g_2()))),
                ("F_1", Box::new(|| entries(at.F_1().as_slice()))),
                ("F_2", Box::new(|| entries(at.F_2().as_slice()))),
                ("g_11", Box::new(|| entries(at.g_11().as_slice()))),
                ("g_21", Box::new(|| entries(at.g_21().as_slice()))),
                ("F_1 u", Box::new(|| flat(&at.F_1_mul(&u)))),
                ("F_1ᵀ u", Box::new(|| flat(&at.F_1_tr_mul(&u)))),
                ("F_2 c", Box::new(|| flat(&at.F_2_mul(&c)))),
                ("F_2ᵀ u", Box::new(|| flat(&at.F_2_tr_mul(&u)))),
                ("F_11", Box::new(|| entries(at.F_11().flat()))),
                ("F_21", Box::new(|| entries(at.F_21().flat()))),
                ("Psi", Box::new(|| entries(at.Psi().unwrap().as_slice()))),
                ("Psi_1", Box::new(|| entries(at.Psi_1().unwrap().flat()))),
                ("Omega", Box::new(|| flat(&at.Omega().unwrap()))),
                ("Omega_1", Box::new(|| entries(at.Omega_1().unwrap().as_slice()))),
            ];
            $crate::verify::compare(list, &expected, turn == 1, $tolerance);
        }
        let found = hypergrad::point::start(problem, x, y).map(|mut work| problem.objective(&mut work)).unwrap();
        $crate::verify::assert_agree("f", &entries(found.as_slice()), &value, $tolerance);
        let report = problem.check_derivatives(x, y).unwrap();
        assert!(report.agrees(), "{report}");
    }};
}

/// Calls the accessors, in their order or in the reverse one, and compares.
pub fn compare(mut list: Vec<Quantity>, expected: &[Expectation], reversed: bool, tolerance: f64) {
    if reversed {
        list.reverse();
    }
    let mut wrong = String::new();
    for (name, compute) in list {
        let Some((_, expected)) = expected.iter().find(|(known, _)| *known == name) else { continue };
        if let Err(message) = agree(&compute(), expected, tolerance) {
            wrong += &format!("\n{name}: {message}");
        }
    }
    assert!(wrong.is_empty(), "{}{wrong}", if reversed { "asked in reverse order" } else { "" });
}
