//! Syntax as text for messages: what the user wrote, without the spaces of a token stream.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;

/// Longer texts are cut: a message names an operand, it does not repeat the program.
const LIMIT: usize = 60;

/// An expression as a user writes it: `&data.a_tr * x`.
pub fn spell(syntax: &impl ToTokens) -> String {
    let mut text = String::new();
    write(&mut text, syntax.to_token_stream());
    if text.chars().count() > LIMIT {
        let cut: String = text.chars().take(LIMIT - 2).collect();
        return format!("{} ..", cut.trim_end());
    }
    text
}

#[expect(clippy::wildcard_enum_match_arm, reason = "syn has more kinds than are read")]
fn write(text: &mut String, tokens: TokenStream) {
    // Whether a space goes between what is written and the next token.
    let mut space = false;
    let mut operand = false;
    let mut joint = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                let is_index = operand && group.delimiter() != Delimiter::Brace;
                if space && !is_index && !text.is_empty() || group.delimiter() == Delimiter::Brace && operand {
                    text.push(' ');
                }
                text.push_str(open);
                write(text, group.stream());
                text.push_str(close);
                (space, operand, joint) = (true, true, false);
            }
            TokenTree::Punct(punct) => {
                let character = punct.as_char();
                let prefix = !operand && matches!(character, '&' | '-' | '!' | '*' | '|');
                let tight = joint || matches!(character, '.' | ',' | ';' | ':' | '?') || character == '<' && text.ends_with("::");
                let parted = if prefix { text.ends_with(' ') } else { tight };
                if space && !parted {
                    text.push(' ');
                }
                text.push(character);
                joint = punct.spacing() == Spacing::Joint;
                space = !prefix && !matches!(character, '.' | ':');
                operand = false;
            }
            other => {
                if space && !text.is_empty() && !text.ends_with(' ') {
                    text.push(' ');
                }
                text.push_str(&other.to_string());
                (space, operand, joint) = (true, true, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_look_as_written() {
        for text in ["&data.a_tr * x", "x.component_mul(&y)[i + 1]", "-(a - b)", "f64::exp(t)", "a[(i, j)] + 2.0", "n - 1 - i"] {
            assert_eq!(spell(&syn::parse_str::<syn::Expr>(text).unwrap()), text);
        }
    }
}
