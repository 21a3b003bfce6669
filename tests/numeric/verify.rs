//! Every accessor of a point against the oracle, in two orders of calls, and the runtime's own check.

use nalgebra::{DMatrix, DVector};

use crate::oracle::Derivatives;

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

/// A name with what the oracle says.
pub type Expectation = (&'static str, Vec<f64>);

/// What the oracle says, by name. Without solves where `F_1` is singular.
pub fn expectations(at: &Derivatives, u: &[f64], c: &[f64]) -> Vec<Expectation> {
    let (u, c) = (DVector::from_column_slice(u), DVector::from_column_slice(c));
    let mut list = vec![
        ("g", vec![at.g]),
        ("F", list_of(&at.F)),
        ("g_1", list_of(&at.g_1)),
        ("g_2", list_of(&at.g_2)),
        ("F_1", at.F_1.as_slice().to_vec()),
        ("F_2", at.F_2.as_slice().to_vec()),
        ("g_11", at.g_11.as_slice().to_vec()),
        ("g_21", at.g_21.as_slice().to_vec()),
        ("F_1 u", list_of(&(&at.F_1 * &u))),
        ("F_1ᵀ u", list_of(&at.F_1.tr_mul(&u))),
        ("F_2 c", list_of(&(&at.F_2 * &c))),
        ("F_2ᵀ u", list_of(&at.F_2.tr_mul(&u))),
        ("F_11", slices(&at.F_11)),
        ("F_21", slices(&at.F_21)),
    ];
    if let Some(implicit) = at.implicit() {
        list.push(("Psi", implicit.Psi.as_slice().to_vec()));
        list.push(("Psi_1", slices(&implicit.Psi_1)));
        list.push(("Omega", list_of(&implicit.Omega)));
        list.push(("Omega_1", implicit.Omega_1.as_slice().to_vec()));
    }
    list
}

fn list_of(vector: &DVector<f64>) -> Vec<f64> {
    vector.as_slice().to_vec()
}

fn slices(tensor: &[DMatrix<f64>]) -> Vec<f64> {
    tensor.iter().flat_map(|slice| slice.iter().copied()).collect()
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

/// Whether two lists agree, relative to the largest entry expected (and to 1 where all are tiny).
///
/// # Errors
/// The worst entry, in words.
pub fn agree(found: &[f64], expected: &[f64], tolerance: f64) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!("{} entries, {} expected", found.len(), expected.len()));
    }
    let largest = expected.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
    let scale = if largest > 1e-3 { largest } else { 1.0 };
    let mut worst = (0.0, 0);
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs() / scale;
        if error.is_nan() || error > worst.0 {
            worst = (error, index);
            if error.is_nan() {
                break;
            }
        }
    }
    let (error, index) = worst;
    if error <= tolerance {
        return Ok(());
    }
    Err(format!("entry {index} is {}, expected {} (error {error:.1e} of the largest entry)", found[index], expected[index]))
}

/// [`agree`], or a panic with a name.
pub fn assert_agree(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    if let Err(message) = agree(found, expected, tolerance) {
        panic!("{what}: {message}");
    }
}
