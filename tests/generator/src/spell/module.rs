//! The module around the functions.

use super::{CONSTANTS, Speller, spelled};
use crate::ast::{Expr, Helper, Inner, Input, InputKind, Name, Program, Role, VARIANTS};
use crate::types::Type;

/// `pub mod name { .. }`, without the attribute.
pub fn module(program: &Program, name: &str) -> String {
    let mut speller = Speller::new(program);
    let mut text = format!("pub mod {name} {{\n    use nalgebra::{{{}}};\n", types().join(", "));
    if program.inputs.iter().any(|i| matches!(i.kind, InputKind::Sparse(..))) {
        text.push_str("    use nalgebra_sparse::CsrMatrix;\n");
    }
    for (constant, (value, fixed)) in CONSTANTS.iter().zip(&program.dimensions) {
        if *fixed {
            text.push_str(&format!("    pub const {constant}: usize = {value};\n"));
        }
    }
    if program.inputs.iter().any(|i| i.kind == InputKind::Choice) {
        text.push_str(&format!("    #[derive(Clone, Copy)]\n    pub enum Kind {{ {} }}\n", VARIANTS.join(", ")));
    }
    for (role, name) in [(Role::X, "Inner"), (Role::Y, "Outer"), (Role::Data, "Data")] {
        text.push_str(&speller.structure(role, name));
    }
    for (k, helper) in program.helpers.iter().enumerate() {
        text.push_str(&speller.helper(k, helper));
    }
    let inner = match program.inner {
        Inner::Objective => "f",
        Inner::Root => "F",
        Inner::FixedPoint => "Phi",
    };
    let result = if program.inner == Inner::Objective { speller.scalar.to_owned() } else { speller.variable(Role::X, "Inner") };
    text.push_str(&speller.role(inner, &result, &program.f));
    let scalar = speller.scalar.to_owned();
    text.push_str(&speller.role("g", &scalar, &program.g));
    text.push_str("}\n");
    text
}

fn types() -> [&'static str; 10] {
    ["Const", "DMatrix", "DVector", "Dyn", "OMatrix", "RowDVector", "RowSVector", "SMatrix", "SVector", "Matrix"]
}

impl Speller<'_> {
    fn field_type(&self, input: &Input) -> String {
        match &input.kind {
            InputKind::Array(n) => format!("[{}; {n}]", self.scalar),
            _ => self.type_name(&input.ty()),
        }
    }

    fn structure(&self, role: Role, name: &str) -> String {
        let fields: Vec<String> = self
            .program
            .blocks(role)
            .filter(|(_, input)| !input.field.is_empty())
            .map(|(_, input)| format!("pub {}: {}", input.field, self.field_type(input)))
            .collect();
        if fields.is_empty() {
            return String::new();
        }
        format!("    #[derive(Clone)]\n    pub struct {name} {{ {} }}\n", fields.join(", "))
    }

    /// The type of x, y or the data, without reference.
    fn variable(&self, role: Role, name: &str) -> String {
        match self.program.blocks(role).next() {
            Some((_, input)) if input.field.is_empty() => self.field_type(input),
            _ => name.to_owned(),
        }
    }

    fn helper(&mut self, k: usize, helper: &Helper) -> String {
        if let Some(fields) = helper.fields {
            return self.with_method(k, helper, fields);
        }
        let parameters = self.parameters(&helper.parameters);
        let body = self.statements(&helper.body, "\n        ", true);
        format!("    fn helper{k}({parameters}) -> {} {{\n        {body}\n    }}\n", self.scalar)
    }

    /// A type with its method.
    fn with_method(&mut self, k: usize, helper: &Helper, fields: usize) -> String {
        let (own, others) = helper.parameters.split_at(fields);
        let written = |(name, ty): &(Name, Type)| format!("{}: {}", spelled(*name, ty), self.type_name(ty));
        let declared: Vec<String> = own.iter().map(written).collect();
        let names: Vec<String> = own.iter().map(|(name, ty)| spelled(*name, ty)).collect();
        let (declared, names) = (declared.join(", "), names.join(", "));
        let parameters = self.parameters(others);
        self.fields.extend(own.iter().map(|(name, _)| *name));
        let body = self.statements(&helper.body, "\n            ", true);
        let and = if others.is_empty() { "" } else { ", " };
        let mut text = format!("    struct Type{k} {{ {declared} }}\n    impl Type{k} {{\n");
        if k.is_multiple_of(2) {
            text.push_str(&format!("        fn new({declared}) -> Self {{\n            Self {{ {names} }}\n        }}\n"));
        }
        text + &format!(
            "        fn value(&self{and}{parameters}) -> {} {{\n            {body}\n        }}\n    }}\n",
            self.scalar
        )
    }

    fn parameters(&mut self, parameters: &[(Name, Type)]) -> String {
        let parameters: Vec<String> = parameters
            .iter()
            .map(|(name, ty)| {
                let and = if ty.is_tensor() { "&" } else { "" };
                self.behind.insert(*name, usize::from(ty.is_tensor()));
                format!("{}: {and}{}", spelled(*name, ty), self.type_name(ty))
            })
            .collect();
        parameters.join(", ")
    }

    fn role(&mut self, name: &str, result: &str, body: &Expr) -> String {
        let parameter = |role: Role, name: &str, structure: &str| {
            let ty = self.variable(role, structure);
            let by_value = self.program.by_value || ty == self.scalar;
            format!("{name}: {}{ty}", if by_value { "" } else { "&" })
        };
        let mut parameters = vec![parameter(Role::X, "x", "Inner"), parameter(Role::Y, "y", "Outer")];
        if self.program.blocks(Role::Data).next().is_some() {
            parameters.push("data: &Data".to_owned());
        }
        let body = self.statements(body, "\n        ", true);
        format!("    pub fn {name}({}) -> {result} {{\n        {body}\n    }}\n", parameters.join(", "))
    }
}
