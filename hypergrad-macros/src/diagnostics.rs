//! The error accumulator: every mistake of a module is reported in one compile.

use proc_macro2::Span;
use std::fmt::Display;

/// Collected errors, in the order in which they were found.
#[derive(Default, Debug)]
pub struct Diagnostics {
    errors: Vec<Diagnostic>,
}

/// One error at its narrowest span: what was found and what is accepted, and the edit that mends it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    pub span: Span,
    pub message: String,
    pub help: Option<String>,
}

impl Diagnostics {
    pub fn error(&mut self, span: Span, message: impl Display) {
        self.errors.push(Diagnostic { span, message: message.to_string(), help: None });
    }

    pub fn error_with_help(&mut self, span: Span, message: impl Display, help: impl Display) {
        self.errors.push(Diagnostic { span, message: message.to_string(), help: Some(help.to_string()) });
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn len(&self) -> usize {
        self.errors.len()
    }

    /// The errors as one `syn::Error`, each at its own span, without exact repetitions.
    pub fn into_error(self) -> Option<syn::Error> {
        let mut seen: Vec<(String, String)> = Vec::new();
        let mut combined: Option<syn::Error> = None;
        for diagnostic in self.errors {
            let key = (format!("{:?}", diagnostic.span.start()), diagnostic.message.clone());
            if seen.contains(&key) {
                continue;
            }
            seen.push(key);
            let text = match &diagnostic.help {
                Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
                None => diagnostic.message.clone(),
            };
            let error = syn::Error::new(diagnostic.span, text);
            match &mut combined {
                Some(all) => all.combine(error),
                None => combined = Some(error),
            }
        }
        combined
    }
}
