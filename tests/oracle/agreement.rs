//! What the oracle says of every quantity, by name, and when two lists of numbers agree.

use nalgebra::{DMatrix, DVector};

use super::Derivatives;

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
