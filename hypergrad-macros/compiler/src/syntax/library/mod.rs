//! What is read of nalgebra as if it stood in the module: types, whose text is in `nalgebra.rs` and `isometry.rs`, where
//! they have names that no module has, and in `matrix.rs` methods and constructors of vectors and matrices.

use std::collections::BTreeSet;

use super::Associated;
use super::associated;
use super::inner::names_in;

/// In front of the names in the text.
const PREFIX: &str = "Nalgebra";

/// The types that users name, and those whose associated items are theirs.
const NAMES: [(&str, &str); 16] = [
    ("Translation2", "Translation2"),
    ("Translation3", "Translation3"),
    ("UnitComplex", "UnitComplex"),
    ("Isometry2", "Isometry2"),
    ("Isometry3", "Isometry3"),
    ("Unit", "Unit"),
    ("UnitVector2", "Unit"),
    ("UnitVector3", "Unit"),
    ("Point", "Point"),
    ("OPoint", "Point"),
    ("Point2", "Point2"),
    ("Point3", "Point3"),
    ("Rotation2", "Rotation2"),
    ("Rotation3", "Rotation3"),
    ("Quaternion", "Quaternion"),
    ("UnitQuaternion", "UnitQuaternion"),
];

/// Methods and constructors of vectors and matrices.
const MATRIX: &str = include_str!("matrix.rs");

/// The items of the text, read where a module may use them.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub items: Vec<syn::Item>,
    pub associated: Vec<Associated>,
}

impl Library {
    /// For a module of this text.
    pub fn of(module: &proc_macro2::TokenStream) -> Self {
        let mut said = BTreeSet::new();
        names_in(module.clone(), &mut said);
        let is_said = |name: &str| said.contains(name);
        let is_axis = |name: &String| name.ends_with("_axis");
        let named = NAMES.iter().any(|(name, _)| is_said(name)) || said.iter().any(is_axis) || functions(MATRIX).any(is_said);
        let text = concat!(include_str!("nalgebra.rs"), include_str!("isometry.rs"), include_str!("matrix.rs"));
        let file = if named { syn::parse_str::<syn::File>(text) } else { return Self::default() };
        let Ok(file) = file else { return Self::default() };
        let associated = associated::read(&file.items);
        Self { items: file.items, associated }
    }
}

/// The names of the functions in a text.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    let behind = text.split("fn ").skip(1);
    behind.filter_map(|rest| rest.split(['(', '<']).next())
}

/// The methods of vectors and matrices that the text has.
pub fn methods() -> impl Iterator<Item = &'static str> {
    let of_type = |owner: &str| {
        let block = MATRIX.split("impl ").find(|block| block.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with(owner)));
        functions(block.unwrap_or_default())
    };
    ["Vector ", "RowVector ", "Matrix "].into_iter().flat_map(of_type)
}

/// The name in the text of the type that users call `name`.
pub fn inner_name(name: &str) -> Option<String> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, meant)| format!("{PREFIX}{meant}"))
}

/// The name that the text gives to what belongs to a type of this name.
pub fn owner_of(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// The name that users know of a type of the text.
pub fn outer_name(inner: &str) -> Option<&str> {
    inner.strip_prefix(PREFIX)
}
