//! Types of nalgebra that are read as if they stood in the module: their text is in `nalgebra.rs` and `isometry.rs`, where
//! they have names that no module has.

use super::Associated;
use super::associated;

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

/// The items of the text, read where a module may use them.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub items: Vec<syn::Item>,
    pub associated: Vec<Associated>,
}

impl Library {
    /// For a module of this text.
    pub fn of(module: &proc_macro2::TokenStream) -> Self {
        let text = module.to_string();
        let named = NAMES.iter().any(|(name, _)| text.contains(name)) || text.contains("_axis");
        let text = concat!(include_str!("nalgebra.rs"), include_str!("isometry.rs"));
        let file = if named { syn::parse_str::<syn::File>(text) } else { return Self::default() };
        let Ok(file) = file else { return Self::default() };
        let associated = associated::read(&file.items);
        Self { items: file.items, associated }
    }
}

/// The name in the text of the type that users call `name`.
pub fn inner_name(name: &str) -> Option<String> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, meant)| format!("{PREFIX}{meant}"))
}

/// The name that users know of a type of the text.
pub fn outer_name(inner: &str) -> Option<&str> {
    inner.strip_prefix(PREFIX)
}
