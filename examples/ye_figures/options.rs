//! The command line.

use std::path::PathBuf;

use super::figure::Setting;

/// What the command line asks for.
pub struct Options {
    /// Where the liver-disorders data are.
    pub data: Option<PathBuf>,
    /// One setting, or both.
    pub settings: Vec<Setting>,
    /// Where the pictures go.
    pub pictures: PathBuf,
}

const USAGE: &str = "usage: ye_figures [--data DIR] [--setting paper|script] [--pictures DIR]";

impl Options {
    /// Reads the arguments after the name of the program.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let pictures = crate::pictures::default("ye");
        let mut options = Self { data: None, settings: vec![Setting::Script, Setting::Paper], pictures };
        while let Some(word) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match (word.as_str(), value.as_str()) {
                ("--data", _) => options.data = Some(value.into()),
                ("--pictures", _) => options.pictures = value.into(),
                ("--setting", "paper") => options.settings = vec![Setting::Paper],
                ("--setting", "script") => options.settings = vec![Setting::Script],
                _ => return Err(format!("`{word} {value}` is not known; {USAGE}")),
            }
        }
        Ok(options)
    }
}
