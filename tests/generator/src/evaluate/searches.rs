//! Items that are looked for, and what there is without one.

use super::{Number, Result, Run, Stop, Value};
use crate::ast::{Expr, Op};

impl<'a, D: Number> Run<'a, D> {
    pub(super) fn search(&mut self, op: &Op, arguments: &'a [Expr]) -> Option<Result<Value<D>>> {
        Some(match op {
            Op::When => self.when(arguments),
            Op::Match => self.matched(arguments),
            Op::MapOr => self.maybe(&arguments[0]).and_then(|found| self.of_found(found, &arguments[1], &arguments[2])),
            Op::UnwrapOr => self.maybe(&arguments[0]).and_then(|found| Ok(found.unwrap_or(self.value(&arguments[1])?))),
            Op::IsSome => self.maybe(&arguments[0]).map(|found| Value::Truth(found.is_some())),
            Op::IsVariant(k) => self.index(&arguments[0]).map(|own| Value::Truth(own == *k)),
            Op::Flagged | Op::LookOptional => self.item(arguments),
            Op::Any => self.is_met(arguments, true).map(Value::Truth),
            Op::All => self.is_met(arguments, false).map(|met| Value::Truth(!met)),
            Op::Find(_) => self.found(arguments),
            Op::Position { last } => self.position(*last, arguments),
            Op::FindMap => self.found_value(arguments),
            Op::ExtremeItem { largest } => self.extreme_item(*largest, arguments),
            Op::ExtremeKey { largest } => self.extreme_key(*largest, arguments),
            Op::Nth => self.nth(arguments),
            Op::Last => self.last(arguments),
            _ => return None,
        })
    }

    fn maybe(&mut self, expr: &'a Expr) -> Result<Option<Value<D>>> {
        self.value(expr)?.maybe()
    }

    /// Of a choice, the value of its own arm.
    fn matched(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let own = self.index(&arguments[0])?;
        self.value(&arguments[1 + own])
    }

    /// Of a list of flags or of optional numbers.
    fn item(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let Value::Tuple(items) = self.value(&arguments[0])? else { return Err(Stop::IllTyped("expected a list")) };
        let place = self.index(&arguments[1])?;
        items.get(place).cloned().ok_or(Stop::Panic("index out of bounds"))
    }

    fn when(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let value = if self.truth(&arguments[0])? { Some(self.value(&arguments[1])?) } else { None };
        Ok(Value::Maybe(value.map(Box::new)))
    }

    /// Whether the condition is so of some item.
    fn is_met(&mut self, arguments: &'a [Expr], so: bool) -> Result<bool> {
        for item in self.items(&arguments[0])? {
            if self.call(&arguments[1], vec![item?])?.truth()? == so {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A closure of what was found, or the value without.
    fn of_found(&mut self, item: Option<Value<D>>, without: &'a Expr, closure: &'a Expr) -> Result<Value<D>> {
        let without = self.value(without)?;
        match item {
            Some(item) => self.call(closure, vec![item]),
            None => Ok(without),
        }
    }

    fn found(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let mut found = None;
        for item in self.items(&arguments[0])? {
            let item = item?;
            if self.call(&arguments[1], vec![item.clone()])?.truth()? {
                found = Some(item);
                break;
            }
        }
        self.of_found(found, &arguments[2], &arguments[3])
    }

    fn position(&mut self, last: bool, arguments: &'a [Expr]) -> Result<Value<D>> {
        let mut items: Vec<_> = self.items(&arguments[0])?.into_iter().enumerate().collect();
        if last {
            items.reverse();
        }
        let mut found = None;
        for (place, item) in items {
            if self.call(&arguments[1], vec![item?])?.truth()? {
                found = Some(Value::Index(place));
                break;
            }
        }
        self.of_found(found, &arguments[2], &arguments[3])
    }

    fn found_value(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let mut found = None;
        for item in self.items(&arguments[0])? {
            found = self.call(&arguments[1], vec![item?])?.maybe()?;
            if found.is_some() {
                break;
            }
        }
        let without = self.value(&arguments[2])?;
        Ok(found.unwrap_or(without))
    }

    /// Of equal ones `max_by` gives the last, `min_by` the first.
    fn is_better(&mut self, largest: bool, best: D, other: D) -> bool {
        if largest { !self.is_above(best, other) } else { self.is_above(best, other) }
    }

    fn extreme_item(&mut self, largest: bool, arguments: &'a [Expr]) -> Result<Value<D>> {
        let numbers = self.numbers(&arguments[0])?;
        let without = self.number(&arguments[1])?;
        let best = numbers.into_iter().reduce(|best, other| if self.is_better(largest, best, other) { other } else { best });
        Ok(Value::Number(best.unwrap_or(without)))
    }

    fn extreme_key(&mut self, largest: bool, arguments: &'a [Expr]) -> Result<Value<D>> {
        let mut best: Option<(Value<D>, D)> = None;
        for item in self.items(&arguments[0])? {
            let item = item?;
            let key = self.call(&arguments[1], vec![item.clone()])?.number()?;
            let better = match &best {
                Some((_, own)) => self.is_better(largest, *own, key),
                None => true,
            };
            if better {
                best = Some((item, key));
            }
        }
        let pair = best.map(|(item, key)| Value::Tuple(vec![item, Value::Number(key)]));
        self.of_found(pair, &arguments[2], &arguments[3])
    }

    fn nth(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let items = self.items(&arguments[0])?;
        let place = self.index(&arguments[1])?;
        // Those before it are evaluated and dropped.
        let before = items.into_iter().take(place.saturating_add(1)).collect::<Result<Vec<_>>>()?;
        let found = if before.len() > place { before.into_iter().next_back() } else { None };
        self.of_found(found, &arguments[2], &arguments[3])
    }

    fn last(&mut self, arguments: &'a [Expr]) -> Result<Value<D>> {
        let found = self.items(&arguments[0])?.into_iter().collect::<Result<Vec<_>, Stop>>()?.pop();
        self.of_found(found, &arguments[1], &arguments[2])
    }
}
