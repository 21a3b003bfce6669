//! Prints the modules of some seeds: `cargo run -p program-generator --example spell -- 7 12`.
#![allow(missing_docs, reason = "an example")]

fn main() {
    let seeds = std::env::args().skip(1).filter_map(|a| a.parse().ok());
    for seed in seeds {
        println!("{}", program_generator::spell::module(&program_generator::generate::program(seed), &format!("seed{seed}")));
    }
}
