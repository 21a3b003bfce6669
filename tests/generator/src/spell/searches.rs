//! Items that are looked for.

use super::Speller;
use crate::ast::{Expr, Op, VARIANTS};

impl Speller<'_> {
    pub(super) fn search(&mut self, op: &Op, arguments: &[Expr]) -> Option<String> {
        let first = arguments.first()?;
        let text = match op {
            Op::Match => return Some(self.matched(first, &arguments[1..])),
            Op::MapOr => self.or(&arguments[1..]),
            Op::UnwrapOr => format!(".unwrap_or({})", self.result(&arguments[1])),
            Op::IsSome => ".is_some()".to_owned(),
            Op::IsVariant(k) => return Some(format!("matches!({}, Kind::{})", self.whole(first), VARIANTS[*k])),
            Op::Flagged | Op::LookOptional => format!("[{}]", self.whole(&arguments[1])),
            Op::Present => ".iter().flatten()".to_owned(),
            Op::When => return Some(self.when(first, &arguments[1])),
            Op::Any => format!(".any({})", self.whole(&arguments[1])),
            Op::All => format!(".all({})", self.whole(&arguments[1])),
            Op::Find(apart) => format!(".find({}){}", self.filter(*apart, &arguments[1]), self.or(&arguments[2..])),
            Op::Position { last } => {
                let name = if *last { "rposition" } else { "position" };
                format!(".{name}({}){}", self.whole(&arguments[1]), self.or(&arguments[2..]))
            }
            Op::FindMap => format!(".find_map({}).unwrap_or({})", self.whole(&arguments[1]), self.result(&arguments[2])),
            Op::ExtremeItem { largest } => {
                format!(".{}(|a, b| a.total_cmp(b)).unwrap_or({})", extreme(*largest), self.result(&arguments[1]))
            }
            Op::ExtremeKey { largest } => {
                let pairs = self.keyed(&arguments[1]);
                format!(".map({pairs}).{}(|a, b| a.1.total_cmp(&b.1)){}", extreme(*largest), self.or(&arguments[2..]))
            }
            Op::Nth => format!(".nth({}){}", self.whole(&arguments[1]), self.or(&arguments[2..])),
            Op::Last => format!(".last(){}", self.or(&arguments[1..])),
            _ => return None,
        };
        Some(format!("{}{text}", self.receiver(first)))
    }

    /// `.map_or(without, |item| ..)`
    fn or(&mut self, arguments: &[Expr]) -> String {
        format!(".map_or({}, {})", self.result(&arguments[0]), self.whole(&arguments[1]))
    }

    fn matched(&mut self, choice: &Expr, arms: &[Expr]) -> String {
        let choice = self.whole(choice);
        let arms = VARIANTS.iter().zip(arms).map(|(variant, arm)| format!("Kind::{variant} => {}", self.result(arm)));
        let arms: Vec<String> = arms.collect();
        format!("match {choice} {{ {} }}", arms.join(", "))
    }

    fn when(&mut self, condition: &Expr, value: &Expr) -> String {
        let (condition, value) = (self.whole(condition), self.result(value));
        if self.program.names.is_multiple_of(2) {
            format!("({condition}).then(|| {value})")
        } else {
            format!("if {condition} {{ Some({value}) }} else {{ None }}")
        }
    }

    /// `|item| (item, key)`
    fn keyed(&mut self, closure: &Expr) -> String {
        let Expr::Lambda(patterns, key) = closure else { return self.whole(closure) };
        let item = patterns.first().map(|p| self.pattern(p, 0)).unwrap_or_default();
        format!("|{item}| ({item}, {})", self.result(key))
    }
}

fn extreme(largest: bool) -> &'static str {
    if largest { "max_by" } else { "min_by" }
}
