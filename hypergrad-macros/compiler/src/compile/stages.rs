//! A measurement: what each stage takes on the modules of a folder, in a debug build.
//!
//! `HYPERGRAD_MODULES=folder cargo test -p hypergrad-compiler stage_times -- --ignored --nocapture`

use std::path::Path;

use cpu_time::ThreadTime;
use proc_macro2::TokenStream;

use super::growth::{functions, tokens};
use crate::diagnostics::Diagnostics;
use crate::emit::Emission;
use crate::syntax;
use crate::{analysis, differentiate, emit, exploit, lower, model, print};

#[test]
#[ignore = "a measurement, not a test"]
fn stage_times() {
    let Some(folder) = std::env::var_os("HYPERGRAD_MODULES") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().for_each(|path| measure(path));
}

/// Seconds of processor time since the last call.
struct Laps {
    last: ThreadTime,
    text: String,
}

impl Laps {
    fn end(&mut self, stage: &str) {
        self.text += &format!(" {stage} {:.2}", self.last.elapsed().as_secs_f64());
        self.last = ThreadTime::now();
    }
}

fn measure(path: &Path) {
    let name = path.file_stem().unwrap().to_string_lossy();
    let item: TokenStream = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut laps = Laps { last: ThreadTime::now(), text: String::new() };
    let mut diagnostics = Diagnostics::default();
    let (options, module) = syntax::parse(TokenStream::new(), item, &mut diagnostics).unwrap();
    let crate_path = emit::crate_path(options.crate_path.as_ref());
    let Some(mut model) = model::build(&module, &options, &crate_path, &mut diagnostics) else {
        let first = diagnostics.into_first().map(|error| error.text());
        return println!("{name}: refused: {}", first.unwrap_or_default());
    };
    laps.end("read");
    let read = model.graph.len();
    let mut quantities = differentiate::derive(&mut model);
    exploit::untranspose(&mut model.graph, &mut quantities);
    laps.end("differentiate");
    let derived = model.graph.len();
    let facts = analysis::structure(&mut model.graph, &model.sizes, &quantities);
    exploit::exploit(&mut model.graph, &mut quantities, &facts);
    laps.end("analyse");
    lower::normalise(&mut model.graph, &model.sizes, &mut quantities);
    let derivation = print::derivation(&model, &quantities, &facts);
    laps.end("print");
    let program = lower::lower(&mut model.graph, &model.sizes, &mut quantities);
    laps.end("lower");
    let docs = |name: &str| derivation.quantity(name).unwrap_or_default();
    let emitted = Emission::new(&model, &quantities, &program, &facts, derivation.text(), &docs).tokens(&model.crate_path);
    laps.end("emit");
    let (nodes, buffers, count) = (model.graph.len(), program.buffers.len(), tokens(emitted.clone()));
    println!("{name}: nodes {read} {derived} {nodes}, buffers {buffers}, tokens {count};{}", laps.text);
    let mut largest = functions(emitted);
    largest.sort_by_key(|(_, tokens)| std::cmp::Reverse(*tokens));
    println!("    {:?}", &largest[..largest.len().min(12)]);
}
