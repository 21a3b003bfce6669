use hypergrad::bilevel;

#[bilevel]
#[path = "file/ridge.rs"]
mod ridge;

fn main() {}
