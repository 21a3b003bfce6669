//! Enums of the module, and what paths mean by their variants.

use super::Module;

impl Module {
    /// The module's enum of this name.
    pub fn enumeration(&self, name: &str) -> Option<&syn::ItemEnum> {
        self.items.iter().find_map(|item| {
            if let syn::Item::Enum(found) = item
                && found.ident == name
            {
                Some(found)
            } else {
                None
            }
        })
    }

    /// The enum of the module and its variant that a path means: `Kernel::Rbf`, or `Rbf` where it is imported.
    pub fn own_variant(&self, path: &syn::Path) -> Option<(String, &syn::Variant)> {
        let mut owner = path.clone();
        let name = owner.segments.pop()?.ident.to_string();
        owner.segments.pop_punct();
        if !owner.segments.is_empty() {
            return self.variant_of(&owner, &name);
        }
        if path.leading_colon.is_some() || self.defines(&name) {
            return None;
        }
        match self.imports.path(&name) {
            Some(full) => {
                let (name, owner) = full.split_last()?;
                self.variant_of(&parsed(owner)?, name)
            }
            None => self.imports.globs().iter().find_map(|glob| self.variant_of(&parsed(glob)?, &name)),
        }
    }

    fn variant_of(&self, owner: &syn::Path, name: &str) -> Option<(String, &syn::Variant)> {
        let owner = self.own_type(owner)?;
        let variant = self.enumeration(&owner)?.variants.iter().find(|variant| variant.ident == name)?;
        Some((owner, variant))
    }
}

fn parsed(path: &[String]) -> Option<syn::Path> {
    syn::parse_str(&path.join("::")).ok()
}
