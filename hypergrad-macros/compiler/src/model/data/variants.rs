//! Enums of the module as data: which variant each item is, and what the variants hold.
//!
//! What a variant holds is read as an `Option` is: a list in the item, of one where the item is this variant and of none
//! where it is another.

use super::{Fields, Items, Place, spelled};
use crate::ir::Size;
use crate::model::trace::{Item, ListedVariant};
use crate::model::{DataKind, Held, Level};
use crate::syntax::{Member, Type};

impl<'m> Fields<'m> {
    /// Whether a type is an enum some variant of which holds something.
    pub(super) fn holds_values(&self, of: &Type) -> bool {
        let Type::Enum(name) = of else { return false };
        let item = self.module.enumeration(name);
        item.is_some_and(|item| item.variants.iter().any(|variant| !matches!(variant.fields, syn::Fields::Unit)))
    }

    /// A variant of each item.
    pub(super) fn chosen(&mut self, items: &mut Items<'m, '_>, name: &str, place: &mut Place<'_>) -> Item {
        let Some(enumeration) = self.module.enumeration(name).filter(|_| !items.inside.iter().any(|outer| outer == name)) else {
            return Item::Refused(name.to_owned());
        };
        let variants: Vec<String> = enumeration.variants.iter().map(|variant| variant.ident.to_string()).collect();
        let leaf = self.leaves.len();
        let shape = vec![items.length.clone(), Size::constant(variants.len() as i64)];
        let selection = place.selection(leaf, &items.suffix(), shape);
        let is_one_of_several = variants.len() > 1;
        let kind = DataKind::Variants { name: name.to_owned(), variants };
        let shown = items.name(&self.name, place);
        self.leaf(items.field, items.whole.clone(), kind, None, (items.levels.clone(), items.path.clone()), shown, place);
        items.inside.push(name.to_owned());
        let mut variants = Vec::new();
        for variant in &enumeration.variants {
            let mut fields = Vec::new();
            for (member, field) in Member::of(&variant.fields) {
                let held =
                    Held { of: name.to_owned(), variant: variant.ident.to_string(), member: member.clone(), is_one_of_several };
                fields.push((member.to_string(), self.held(items, held, field, place)));
            }
            variants.push(ListedVariant { name: variant.ident.to_string(), fields });
        }
        items.inside.pop();
        let of_refused = |item: &Item| if let Item::Refused(of) = item { Some(of.clone()) } else { None };
        let refused = variants.iter().flat_map(|variant| &variant.fields).find_map(|(_, item)| of_refused(item));
        match refused {
            Some(of) => Item::Refused(of),
            None => Item::Variant { leaf, selection, name: name.to_owned(), variants },
        }
    }

    /// What a variant of each item holds, where the item is this variant.
    fn held(&mut self, items: &mut Items<'m, '_>, held: Held, field: &'m syn::Field, place: &mut Place<'_>) -> Item {
        let Ok(of) = self.resolved(field, &held.member.to_string()) else { return Item::Refused(spelled(&field.ty)) };
        let path = std::mem::take(&mut items.path);
        items.levels.push(Level { path, held: Some(held), longest: Size::constant(1) });
        let item = self.item(items, &of, place);
        items.path = items.levels.pop().map(|level| level.path).unwrap_or_default();
        item
    }
}
