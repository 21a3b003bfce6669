//! The command line.

use std::path::PathBuf;

/// What can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Experiment {
    Figure1,
    Parkinsons,
    Distillation,
    Equilibrium,
}

/// All of them, by their names.
const NAMES: [(&str, Experiment); 4] = [
    ("figure1", Experiment::Figure1),
    ("parkinsons", Experiment::Parkinsons),
    ("distillation", Experiment::Distillation),
    ("equilibrium", Experiment::Equilibrium),
];

/// What the command line asks for.
pub struct Options {
    /// One experiment, or all.
    pub experiments: Vec<Experiment>,
    /// Where the data are; else they are generated.
    pub data: Option<PathBuf>,
    /// Of everything that is drawn.
    pub seed: u64,
    /// Smaller sizes, fewer steps.
    pub quick: bool,
    /// Where pictures go.
    pub pictures: PathBuf,
}

const USAGE: &str =
    "usage: grazzi [figure1|parkinsons|distillation|equilibrium] [--data DIR] [--seed K] [--quick] [--pictures DIR]";

impl Options {
    /// Reads the arguments after the name of the program.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn std::error::Error>> {
        let pictures = PathBuf::from("target/hypergrad-grazzi");
        let mut options = Self { experiments: Vec::new(), data: None, seed: 0, quick: false, pictures };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(USAGE);
            match word.as_str() {
                "--data" => options.data = Some(value()?.into()),
                "--seed" => options.seed = value()?.parse()?,
                "--pictures" => options.pictures = value()?.into(),
                "--quick" => options.quick = true,
                name => {
                    let found = NAMES.iter().find(|(known, _)| *known == name);
                    options.experiments.push(found.ok_or(USAGE)?.1);
                }
            }
        }
        if options.experiments.is_empty() {
            options.experiments = NAMES.iter().map(|(_, experiment)| *experiment).collect();
        }
        Ok(options)
    }
}
