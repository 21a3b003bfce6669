//! Lists of names, as one text: to recognise a word, and to suggest the nearest.

/// Words separated by spaces.
#[derive(Clone, Copy)]
pub struct Words(pub &'static str);

impl Words {
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.0.split_ascii_whitespace()
    }

    /// The word itself, if it is one of the list.
    pub fn find(self, name: &str) -> Option<&'static str> {
        self.iter().find(|word| *word == name)
    }

    pub fn contains(self, name: &str) -> bool {
        self.find(name).is_some()
    }
}
