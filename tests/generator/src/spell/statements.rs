//! Blocks with loops.

use super::{Speller, spelled};
use crate::ast::{Change, Expr, Name, Statement};
use crate::types::Type;

impl Speller<'_> {
    /// `let mut s = ..; for .. { .. }`, each followed by the separator.
    pub(super) fn loops(&mut self, states: &[(Name, Expr)], statements: &[Statement], separator: &str) -> String {
        let mut text = String::new();
        for (name, first) in states {
            let spelled = spelled(*name, &self.kind(first));
            text.push_str(&format!("let mut {spelled} = {};{separator}", self.result(first)));
            self.letters.insert(*name, self.kind(first));
        }
        for statement in statements {
            text.push_str(&format!("{}{separator}", self.statement(statement)));
        }
        text
    }

    fn statement(&mut self, statement: &Statement) -> String {
        match statement {
            Statement::Let(name, value) => format!("let {} = {};", spelled(*name, &self.kind(value)), self.result(value)),
            Statement::Continue(condition) => format!("if {} {{ continue; }}", self.whole(condition)),
            Statement::If(condition, body) => {
                let condition = self.whole(condition);
                format!("if {condition} {{ {} }}", self.body(body))
            }
            Statement::For(pattern, chain, body) => {
                let chain = self.whole(chain);
                let pattern = self.pattern(pattern, 0);
                format!("for {pattern} in {chain} {{ {} }}", self.body(body))
            }
            Statement::Change(change, name, indices, value) => self.change(*change, *name, indices, value),
        }
    }

    fn body(&mut self, statements: &[Statement]) -> String {
        let statements: Vec<String> = statements.iter().map(|s| self.statement(s)).collect();
        statements.join(" ")
    }

    fn change(&mut self, change: Change, name: Name, indices: &[Expr], value: &Expr) -> String {
        let indices: Vec<String> = indices.iter().map(|i| self.whole(i)).collect();
        let ty = self.letters.get(&name).cloned().unwrap_or(Type::Number);
        let place = match indices.as_slice() {
            [] => spelled(name, &ty),
            [i] => format!("{}[{i}]", spelled(name, &ty)),
            several => format!("{}[({})]", spelled(name, &ty), several.join(", ")),
        };
        let sign = match change {
            Change::Set => "=",
            Change::Add => "+=",
            Change::Subtract => "-=",
            Change::Multiply => "*=",
        };
        format!("{place} {sign} {};", self.result(value))
    }
}
