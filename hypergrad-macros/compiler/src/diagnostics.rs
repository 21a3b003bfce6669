//! The error accumulator: every mistake of a module is reported in one compile.

use proc_macro2::{Ident, Span, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;
use std::fmt::Display;

/// Collected errors, in the order in which they were found.
#[derive(Default, Debug)]
pub struct Diagnostics {
    errors: Vec<Diagnostic>,
    /// The function that is being read: where a fault of ours is reported.
    reading: Option<Span>,
}

/// One error at its narrowest span: what was found and what is accepted, and the edit that mends it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// Where it begins.
    pub span: Span,
    /// Where it ends: the last token, or the same span again.
    pub end: Span,
    pub message: String,
    pub help: Option<String>,
    /// What stands outside of the module and would mend it, if it could be read.
    pub wanted: Option<Wanted>,
}

/// An item that stands outside of the module.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// A struct of another annotated module, by its name in this one.
    Struct(Ident),
    /// A function, constant or type with an attribute of its own, as written.
    Item(Box<syn::Path>),
}

/// Where an error stands: a span, or a reference to the syntax that is to be underlined. A
/// reference is better: on stable, `Spanned::span` of many tokens is the span of the first.
pub trait Place {
    /// The spans of the first and of the last token.
    fn ends(self) -> (Span, Span);
}

impl Place for Span {
    fn ends(self) -> (Span, Span) {
        (self, self)
    }
}

impl Place for (Span, Span) {
    fn ends(self) -> (Span, Span) {
        self
    }
}

impl<T: ToTokens> Place for &T {
    fn ends(self) -> (Span, Span) {
        let mut tokens = self.to_token_stream().into_iter();
        let Some(first) = tokens.next() else { return (Span::call_site(), Span::call_site()) };
        let start = opening(&first);
        (start, tokens.last().map_or_else(|| closing(&first), |last| closing(&last)))
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn opening(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) => group.span_open(),
        other => other.span(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn closing(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    }
}

impl Diagnostic {
    pub fn new(place: impl Place, message: impl Display) -> Self {
        let (span, end) = place.ends();
        Self { span, end, message: message.to_string(), help: None, wanted: None }
    }

    /// With the edit that mends it.
    #[must_use]
    pub fn help(self, help: impl Display) -> Self {
        Self { help: Some(help.to_string()), ..self }
    }

    /// It would be none if the fields of this imported type were known.
    #[must_use]
    pub fn wants(self, name: Ident) -> Self {
        Self { wanted: Some(Wanted::Struct(name)), ..self }
    }

    /// It would be none if this item could be read.
    #[must_use]
    pub fn wants_item(self, path: syn::Path) -> Self {
        Self { wanted: Some(Wanted::Item(Box::new(path))), ..self }
    }

    /// The message with its help.
    pub fn text(&self) -> String {
        match &self.help {
            Some(help) => format!("{}\nhelp: {help}", self.message),
            None => self.message.clone(),
        }
    }
}

impl Diagnostics {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    /// Says what is being read from now on, and gives what was before.
    pub fn read(&mut self, span: Option<Span>) -> Option<Span> {
        std::mem::replace(&mut self.reading, span)
    }

    /// Where a fault of ours is reported.
    pub fn reading(&self) -> Span {
        self.reading.unwrap_or_else(Span::call_site)
    }

    pub fn error(&mut self, place: impl Place, message: impl Display) {
        self.push(Diagnostic::new(place, message));
    }

    pub fn error_with_help(&mut self, place: impl Place, message: impl Display, help: impl Display) {
        self.push(Diagnostic::new(place, message).help(help));
    }

    /// A field that a struct does not have: rustc says so too, without saying what follows from it.
    pub fn no_field<'n>(&mut self, written: &(impl ToTokens + Display), structure: &str, fields: impl Iterator<Item = &'n str>) {
        let message = format!("`{structure}` has no field `{written}`");
        match nearest(&written.to_string(), fields) {
            Some(near) => self.error_with_help(written, message, format!("did you mean `{near}`?")),
            None => self.error(written, message),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Takes back what was said since there were so many.
    pub fn truncate(&mut self, length: usize) {
        self.errors.truncate(length);
    }

    /// What was said since there were so many.
    pub fn since(&self, length: usize) -> Vec<Diagnostic> {
        self.errors[length..].to_vec()
    }

    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// The first error, if there is one.
    pub fn into_first(self) -> Option<Diagnostic> {
        self.errors.into_iter().next()
    }

    /// The first error that an answer from outside would mend: that a struct is missing hides other errors; the others
    /// wait until nothing else is wrong.
    pub fn wanted(&self) -> Option<(&Diagnostic, &Wanted)> {
        let mut wants = self.errors.iter().filter_map(|error| Some((error, error.wanted.as_ref()?)));
        let all = self.errors.iter().all(|error| error.wanted.is_some());
        wants.find(|(_, wanted)| all || matches!(wanted, Wanted::Struct(_)))
    }

    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.errors.iter()
    }

    /// The errors in the order in which they were found, without exact repetitions.
    pub fn into_errors(self) -> Vec<Diagnostic> {
        let mut seen = BTreeSet::new();
        let mut errors = self.errors;
        errors.retain(|error| {
            let start = error.span.start();
            seen.insert((start.line, start.column, error.message.clone()))
        });
        errors
    }
}

/// The candidate that is nearest to what was written, if one is near: `None` rather than a guess.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match written.chars().count() {
        0..=1 => 0,
        length => length.max(3) / 3,
    };
    // Of short words the first letter has to be right: `pow` is not `row`.
    let first = |word: &str| word.chars().next().map(|letter| letter.to_ascii_lowercase());
    let plausible = |candidate: &&str| written.len() > 4 || first(candidate) == first(written);
    candidates
        .into_iter()
        .filter(plausible)
        .map(|candidate| (distance(written, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance; a difference in case alone counts nothing.
fn distance(left: &str, right: &str) -> usize {
    let (left, right) = (left.to_lowercase(), right.to_lowercase());
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_near_or_nothing() {
        let words = ["norm", "norm_squared", "normalize", "dot"];
        assert_eq!(nearest("nrom", words), None);
        assert_eq!(nearest("nor", words), Some("norm"));
        assert_eq!(nearest("norm_sqared", words), Some("norm_squared"));
        assert_eq!(nearest("Dot", words), Some("dot"));
        assert_eq!(nearest("determinant", words), None);
        assert_eq!(nearest("pow", ["row", "powi"]), Some("powi"));
        assert_eq!(nearest("pow", ["row"]), None);
    }

    #[test]
    fn repetitions_are_reported_once() {
        let mut diagnostics = Diagnostics::default();
        diagnostics.error(Span::call_site(), "one");
        diagnostics.error(Span::call_site(), "one");
        diagnostics.error_with_help(Span::call_site(), "two", "mend");
        let texts: Vec<String> = diagnostics.into_errors().iter().map(Diagnostic::text).collect();
        assert_eq!(texts, ["one", "two\nhelp: mend"]);
    }
}
