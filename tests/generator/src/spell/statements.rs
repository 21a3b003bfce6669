//! Blocks with loops.

use super::{Speller, spelled};
use crate::ast::{Change, Expr, Jump, Name, Pattern, Statement};
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
            text.push_str(&format!("{}{separator}", self.statement(statement, 0)));
        }
        text
    }

    /// Inside of so many loops.
    fn statement(&mut self, statement: &Statement, depth: usize) -> String {
        match statement {
            Statement::Let(name, value) => format!("let {} = {};", spelled(*name, &self.kind(value)), self.result(value)),
            Statement::Jump(jump, condition) => {
                let word = if jump.leaves { "break" } else { "continue" };
                let label = if jump.outer { format!(" 'l{}", depth.saturating_sub(2)) } else { String::new() };
                format!("if {} {{ {word}{label}; }}", self.whole(condition))
            }
            Statement::If(condition, body, otherwise) => {
                let (condition, body) = (self.whole(condition), self.body(body, depth));
                match otherwise.as_slice() {
                    [] => format!("if {condition} {{ {body} }}"),
                    otherwise => format!("if {condition} {{ {body} }} else {{ {} }}", self.body(otherwise, depth)),
                }
            }
            Statement::For(pattern, chain, body) => self.steps(pattern, chain, body, depth),
            Statement::While(counter, heads, body) => self.counting(*counter, heads, body, depth),
            Statement::Change(change, name, indices, value) => self.change(*change, *name, indices, value),
        }
    }

    fn steps(&mut self, pattern: &Pattern, chain: &Expr, body: &[Statement], depth: usize) -> String {
        let chain = self.whole(chain);
        let pattern = self.pattern(pattern, 0);
        format!("{}for {pattern} in {chain} {{ {} }}", label(body, depth), self.body(body, depth + 1))
    }

    fn counting(&mut self, counter: Name, [start, end, condition]: &[Expr; 3], body: &[Statement], depth: usize) -> String {
        let k = spelled(counter, &Type::Index);
        let (start, end, condition) = (self.whole(start), self.operand(end), self.operand(condition));
        let label = label(body, depth);
        let body = self.body(body, depth + 1);
        format!("let mut {k}: usize = {start}; {label}while {k} < {end} && {condition} {{ {body} {k} += 1; }}")
    }

    fn body(&mut self, statements: &[Statement], depth: usize) -> String {
        let statements: Vec<String> = statements.iter().map(|s| self.statement(s, depth)).collect();
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
            Change::Push => return format!("{place}.push({});", self.result(value)),
        };
        format!("{place} {sign} {};", self.result(value))
    }
}

/// `'l0: `, where a loop in this body names it.
fn label(body: &[Statement], depth: usize) -> String {
    fn names(statement: &Statement, inside: bool) -> bool {
        match statement {
            Statement::Jump(Jump { outer, .. }, _) => inside && *outer,
            Statement::If(_, body, otherwise) => body.iter().chain(otherwise).any(|s| names(s, inside)),
            Statement::For(_, _, body) | Statement::While(_, _, body) => !inside && body.iter().any(|s| names(s, true)),
            Statement::Let(..) | Statement::Change(..) => false,
        }
    }
    if body.iter().any(|s| names(s, false)) { format!("'l{depth}: ") } else { String::new() }
}
