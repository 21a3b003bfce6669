//! The attribute's arguments: `#[bilevel(f = loss, psi = none, crate = path)]`.

use proc_macro2::{Ident, Punct, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};

use super::foreign::{Adopted, Foreign};
use super::keyword::Keyword;
use crate::diagnostics::{Diagnostic, Diagnostics, nearest};

/// The option that is a word alone.
const CHECKPOINTS: &str = "checkpoints";

#[derive(Debug, Clone, Default)]
pub struct Options {
    pub roles: Vec<RoleOption>,
    /// Where hypergrad is, where the user says so.
    pub crate_path: Option<syn::Path>,
    /// Recursions keep checkpoints in place of all their states.
    pub checkpoints: bool,
    /// Structs of other annotated modules: no word of the user's.
    pub foreign: Vec<Foreign>,
    /// Items with an attribute of their own: the same.
    pub adopted: Vec<Adopted>,
    /// Something was not understood, perhaps a role.
    pub incomplete: bool,
}

/// Whether these are the options of a module that is read for the first time.
pub fn is_first(attribute: &TokenStream) -> bool {
    Options::parse(attribute.clone(), &mut Diagnostics::default()).is_first()
}

/// `key = function` or `key = none`.
#[derive(Debug, Clone)]
pub struct RoleOption {
    pub keyword: Keyword,
    /// `None`: no function has this role.
    pub function: Option<Ident>,
}

impl Options {
    pub fn parse(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for argument in arguments(tokens) {
            if let Err(error) = options.read(&argument) {
                options.incomplete = true;
                diagnostics.push(error);
            }
        }
        options
    }

    /// Whether the module is read for the first time: nobody outside of it was asked.
    pub fn is_first(&self) -> bool {
        self.foreign.is_empty() && self.adopted.is_empty()
    }

    /// What the user said about this role.
    pub fn role(&self, keyword: Keyword) -> Option<&RoleOption> {
        self.roles.iter().find(|option| option.keyword == keyword)
    }

    fn read(&mut self, argument: &TokenStream) -> Result<(), Diagnostic> {
        if let Some(foreign) = hidden(argument, "fields") {
            self.foreign.push(foreign);
            return Ok(());
        }
        if let Some(adopted) = hidden(argument, "items") {
            self.adopted.push(adopted);
            return Ok(());
        }
        if syn::parse2::<Ident>(argument.clone()).is_ok_and(|word| word == CHECKPOINTS) {
            return self.read_checkpoints(argument);
        }
        let parsed = (|input: ParseStream<'_>| {
            let key = input.call(Ident::parse_any)?;
            input.parse::<syn::Token![=]>()?;
            Ok((key, input.parse::<TokenStream>()?))
        })
        .parse2(argument.clone());
        let Ok((key, value)) = parsed else {
            return Err(
                Diagnostic::new(argument, "expected `key = value`").help("for example `#[bilevel(f = loss, g = validation)]`")
            );
        };
        if key == "crate" {
            return self.read_crate(&key, value);
        }
        if key == CHECKPOINTS {
            return Err(Diagnostic::new(&value, "`checkpoints` is a word without a value").help("write `checkpoints`"));
        }
        let name = key.to_string();
        let keyword = Keyword::read(&name).ok_or_else(|| unknown_key(&key, &name))?;
        if self.role(keyword).is_some() {
            return Err(Diagnostic::new(&key, format!("`{name}` is given twice")));
        }
        let function = function(&value)?;
        self.roles.push(RoleOption { keyword, function });
        Ok(())
    }

    fn read_checkpoints(&mut self, word: &TokenStream) -> Result<(), Diagnostic> {
        if self.checkpoints {
            return Err(Diagnostic::new(word, "`checkpoints` is given twice"));
        }
        self.checkpoints = true;
        Ok(())
    }

    fn read_crate(&mut self, key: &Ident, value: TokenStream) -> Result<(), Diagnostic> {
        if self.crate_path.is_some() {
            return Err(Diagnostic::new(key, "`crate` is given twice"));
        }
        let wrong = Diagnostic::new(&value, "expected the path of hypergrad").help("for example `crate = ::my_crate::hypergrad`");
        self.crate_path = Some(syn::Path::parse_mod_style.parse2(value).map_err(|_| wrong)?);
        Ok(())
    }
}

/// `fields(Data = struct Data { .. })`, `items(crate::rate = fn rate(..) { .. })`, which only expansions write.
fn hidden<T: syn::parse::Parse>(argument: &TokenStream, name: &str) -> Option<T> {
    let list = syn::parse2::<syn::MetaList>(argument.clone()).ok()?;
    if list.path.is_ident(name) { list.parse_args().ok() } else { None }
}

fn function(value: &TokenStream) -> Result<Option<Ident>, Diagnostic> {
    match syn::parse2::<Ident>(value.clone()) {
        Ok(name) if name == "none" => Ok(None),
        Ok(name) => Ok(Some(name)),
        Err(_) => {
            let bare = value.to_string().trim_matches('"').to_owned();
            let wrong = Diagnostic::new(value, "expected the name of a function of this module, or `none`");
            Err(if syn::parse_str::<Ident>(&bare).is_ok() { wrong.help(format!("write `{bare}`")) } else { wrong })
        }
    }
}

fn unknown_key(key: &Ident, name: &str) -> Diagnostic {
    let keys: Vec<&str> = Keyword::spellings().chain(["crate", CHECKPOINTS]).collect();
    let diagnostic = Diagnostic::new(key, format!("unknown key `{name}`; the keys are `{}`", keys.join("`, `")));
    match nearest(name, keys) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// Splits at commas, so that one wrong argument does not hide the others.
fn arguments(tokens: TokenStream) -> Vec<TokenStream> {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if Punct::as_char(punct) == ',');
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let parts = tokens.split(is_comma).filter(|part| !part.is_empty());
    parts.map(|part| part.iter().cloned().collect()).collect()
}
