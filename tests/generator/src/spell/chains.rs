//! Iterators.

use super::Speller;
use crate::ast::{Expr, Op};
use crate::types::Type;

impl Speller<'_> {
    pub(super) fn chain(&mut self, op: &Op, arguments: &[Expr]) -> Option<String> {
        if matches!(op, Op::Range | Op::RangeInclusive) {
            return Some(self.range(op, arguments));
        }
        if *op == Op::NewList {
            return Some(format!("Vec::<{}>::new()", self.scalar));
        }
        let first = arguments.first()?;
        if *op == Op::Stored {
            let row = format!("{}.row({})", self.receiver(first), self.whole(&arguments[1]));
            return Some(format!("{row}.col_indices().iter().zip({row}.values())"));
        }
        if let Op::FromIterator(extent) = op {
            let head = self.constructor(&Type::Column(*extent), "from_iterator");
            return Some(format!("{head}{})", self.whole(first)));
        }
        let method = match op {
            Op::Iterate | Op::Vectors | Op::Listed => ".iter()".to_owned(),
            Op::Rows => ".row_iter()".to_owned(),
            Op::Columns => ".column_iter()".to_owned(),
            Op::Windows(width) => format!(".as_slice().windows({width})"),
            Op::Each => format!(".map({})", self.whole(&arguments[1])),
            Op::Filter(apart) => format!(".filter({})", self.filter(*apart, &arguments[1])),
            Op::Zip => format!(".zip({})", self.whole(&arguments[1])),
            Op::Chain => format!(".chain({})", self.whole(&arguments[1])),
            Op::Enumerate => ".enumerate()".to_owned(),
            Op::Reverse => ".rev()".to_owned(),
            Op::Skip => format!(".skip({})", self.whole(&arguments[1])),
            Op::Take => format!(".take({})", self.whole(&arguments[1])),
            Op::StepBy => format!(".step_by({})", self.whole(&arguments[1])),
            Op::TakeWhile(apart) => format!(".take_while({})", self.filter(*apart, &arguments[1])),
            Op::SkipWhile(apart) => format!(".skip_while({})", self.filter(*apart, &arguments[1])),
            Op::FilterMap => format!(".filter_map({})", self.whole(&arguments[1])),
            Op::MapWhile => format!(".map_while({})", self.whole(&arguments[1])),
            Op::FlatMap(pairs) => format!(".flat_map({})", self.ranges(*pairs, &arguments[1])),
            Op::Scan => format!(".scan({}, {})", self.result(&arguments[1]), self.scanned(&arguments[2])),
            Op::Chunks(width) => format!(".as_slice().chunks_exact({width})"),
            Op::Copied => ".copied()".to_owned(),
            Op::Sum => format!(".sum::<{}>()", self.scalar),
            Op::SumTensors(ty) => format!(".sum::<{}>()", self.type_name(ty)),
            Op::Product => format!(".product::<{}>()", self.scalar),
            Op::Fold => format!(".fold({}, {})", self.result(&arguments[1]), self.whole(&arguments[2])),
            Op::CountItems => ".count()".to_owned(),
            Op::Length | Op::ListLength => ".len()".to_owned(),
            Op::Collect => format!(".collect::<Vec<{}>>()", self.scalar),
            _ => return None,
        };
        Some(format!("{}{method}", self.iterated(op, first)))
    }

    /// What `iter()` and windows are asked of: arrays as they are.
    fn iterated(&mut self, op: &Op, expr: &Expr) -> String {
        match (op, expr) {
            (Op::Iterate, Expr::Input(input)) => self.input(*input),
            (Op::Windows(_) | Op::Chunks(_), expr) if !matches!(expr, Expr::Input(_) | Expr::Name(..)) => {
                let owned = self.owned(expr);
                format!("({owned})")
            }
            _ => self.receiver(expr),
        }
    }

    /// `|i| a..b`, or of pairs `|i| (a..b).map(move |j| (i, j))`.
    fn ranges(&mut self, pairs: bool, closure: &Expr) -> String {
        let Expr::Lambda(patterns, range) = closure else { return self.whole(closure) };
        let pattern = patterns.first().map(|p| self.pattern(p, 0)).unwrap_or_default();
        let range = self.whole(range);
        if pairs { format!("|{pattern}| ({range}).map(move |j| ({pattern}, j))") } else { format!("|{pattern}| {range}") }
    }

    /// `|s, item| { *s = ..; Some(*s) }`
    fn scanned(&mut self, closure: &Expr) -> String {
        let Expr::Lambda(patterns, value) = closure else { return self.whole(closure) };
        self.mutable.extend(patterns[0].names().into_iter().map(|(name, _)| name));
        let (state, item) = (self.pattern(&patterns[0], 1), self.pattern(&patterns[1], 0));
        format!("|{state}, {item}| {{ *{state} = {}; Some(*{state}) }}", self.result(value))
    }

    fn range(&mut self, op: &Op, arguments: &[Expr]) -> String {
        let dots = if *op == Op::Range { ".." } else { "..=" };
        let (start, end) = (self.operand(&arguments[0]), self.operand(&arguments[1]));
        // Nothing else says what the integers are.
        match arguments {
            _ if !arguments.iter().all(is_untyped) => format!("{start}{dots}{end}"),
            [_, Expr::Count(_)] => format!("{start}{dots}{end}_usize"),
            [Expr::Count(_), _] => format!("{start}_usize{dots}{end}"),
            _ => format!("{start} as usize{dots}{end}"),
        }
    }

    pub(super) fn filter(&mut self, apart: bool, closure: &Expr) -> String {
        let Expr::Lambda(patterns, body) = closure else { return self.whole(closure) };
        let more = usize::from(!apart);
        let pattern = patterns.first().map(|p| self.pattern(p, more)).unwrap_or_default();
        let and = if apart { "&" } else { "" };
        format!("|{and}{pattern}| {}", self.whole(body))
    }
}

/// Whether it is made of integers as they are written alone.
fn is_untyped(expr: &Expr) -> bool {
    match expr {
        Expr::Count(_) => true,
        Expr::Size(extent) => extent.dimension.is_none(),
        Expr::Apply(Op::IndexAdd | Op::IndexSubtract | Op::IndexMultiply | Op::IndexDivide | Op::IndexRemainder, arguments) => {
            arguments.iter().all(is_untyped)
        }
        _ => false,
    }
}
