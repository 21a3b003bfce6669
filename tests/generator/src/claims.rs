//! What a compiler claims of a module, against the exact derivatives at a point.

use crate::oracle::Expected;

/// A quantity that was computed, by name.
pub type Found = (&'static str, f64);

/// The first quantity that is not what is expected, values before derivatives, and how it is not.
pub fn difference(found: &[Found], expected: &[Expected]) -> Option<(&'static str, String)> {
    expected.iter().find_map(|e| {
        let (name, found) = found.iter().find(|(name, _)| *name == e.name)?;
        let agrees = (found - e.value).abs() <= e.tolerance;
        (!agrees).then(|| (*name, format!("{name}: found {found:e}, expected {:e} within {:e}", e.value, e.tolerance)))
    })
}

/// The first claim, by the name of its field in `STRUCTURE`, that does not hold here. Besides the oracle's
/// quantities `found` has `v F_1 v`, `w F_1 w` and the largest entry `off diagonal` of `F_1`.
pub fn refuted<'c>(claimed: &[&'c str], found: &[Found], expected: &[Expected]) -> Option<&'c str> {
    let of = |name: &str| expected.iter().find(|e| e.name == name);
    let is_zero = |name: &str| of(name).is_none_or(|e| e.value.abs() <= e.tolerance);
    let symmetric = match (of("F_1 u"), of("F_1ᵀ u")) {
        (Some(a), Some(b)) => (a.value - b.value).abs() <= a.tolerance + b.tolerance,
        _ => true,
    };
    let at = |name: &str| found.iter().find(|(own, _)| *own == name).map_or(0.0, |(_, value)| *value);
    let tolerance = of("F_1").map_or(0.0, |e| e.tolerance);
    let holds = |claim: &str| match claim {
        "f1_symmetric" => symmetric,
        "f1_constant_in_x" => is_zero("F_11"),
        "f1_constant_in_y" | "f21_zero" => is_zero("F_21"),
        "g_constant_slope" => is_zero("g_11") && is_zero("g_21"),
        "f1_definite" | "f1_diagonal_plus_gram" => at("v F_1 v") >= -tolerance && at("w F_1 w") >= -tolerance,
        "f1_diagonal" => at("off diagonal").abs() <= tolerance,
        _ => true,
    };
    claimed.iter().copied().find(|claim| !holds(claim))
}
