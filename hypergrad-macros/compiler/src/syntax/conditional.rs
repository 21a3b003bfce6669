//! `#[cfg]`: attribute macros see items that rustc will drop, so what is read must not be conditional.

/// The first `#[cfg]` among attributes.
pub fn cfg(attributes: &[syn::Attribute]) -> Option<&syn::Attribute> {
    attributes.iter().find(|attribute| attribute.path().is_ident("cfg"))
}
