//! Texts as bags of words: generated, or the LIBSVM files of 20 newsgroups.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use flate2::read::GzDecoder;
use libsvm_rs::io::load_problem_from_reader;
use nalgebra::DMatrix;
use nalgebra_sparse::{CooMatrix, CsrMatrix};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::problem::multinomial::Data;

/// Features and classes of 20 newsgroups.
pub const WORDS: usize = 101_631;
/// The newsgroups.
pub const CLASSES: usize = 20;
/// Texts that are generated, about as many as the file has.
const TEXTS: usize = 11_314;
/// Words of a generated text, about as many different ones as in a text of the file.
const LENGTH: usize = 90;

/// A text: its class, and its words with their weights, ascending.
pub struct Text {
    class: usize,
    words: Vec<(usize, f64)>,
}

/// The texts of `20news_tfidf_train.libsvm.gz` in a directory.
pub fn read(directory: &Path) -> Result<Vec<Text>, Box<dyn Error>> {
    let file = File::open(directory.join("20news_tfidf_train.libsvm.gz"))?;
    let problem = load_problem_from_reader(BufReader::new(GzDecoder::new(file)))?;
    let text = |(label, nodes): (f64, Vec<libsvm_rs::SvmNode>)| {
        let words = nodes.iter().map(|node| (node.index as usize - 1, node.value)).collect();
        Text { class: label as usize, words }
    };
    Ok(problem.labels.into_iter().zip(problem.instances).map(text).collect())
}

/// Texts of random words, rare and frequent as in a language; each class prefers some.
pub fn generate(seed: u64) -> Vec<Text> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // Two of each class in turn: one to fit, one to choose by.
    (0..TEXTS).map(|i| sample(&mut random, i / 2 % CLASSES)).collect()
}

fn sample(random: &mut ChaCha8Rng, class: usize) -> Text {
    let mut words: Vec<usize> = (0..LENGTH)
        .map(|_| {
            // Ranks by Zipf's law: log-uniform.
            let rank = (WORDS as f64).powf(random.random::<f64>()) as usize;
            let preferred = random.random::<f64>() < 0.3;
            if preferred { (rank * CLASSES + class) % WORDS } else { rank % WORDS }
        })
        .collect();
    words.sort_unstable();
    words.dedup();
    let weight = 1.0 / (words.len() as f64).sqrt();
    Text { class, words: words.into_iter().map(|word| (word, weight)).collect() }
}

/// Every second text to fit, the others to choose the weights by.
pub fn split(texts: &[Text]) -> Result<Data, Box<dyn Error>> {
    let (a_tr, labels_tr) = table(texts.iter().step_by(2))?;
    let (a_val, labels_val) = table(texts.iter().skip(1).step_by(2))?;
    Ok(Data { a_tr, labels_tr, a_val, labels_val })
}

fn table<'t>(texts: impl Iterator<Item = &'t Text>) -> Result<(CsrMatrix<f64>, DMatrix<f64>), Box<dyn Error>> {
    let texts: Vec<&Text> = texts.collect();
    let mut entries = CooMatrix::new(texts.len(), WORDS);
    for (i, text) in texts.iter().enumerate() {
        for (word, weight) in &text.words {
            if *word >= WORDS {
                return Err(format!("word {word} of text {i}: expected at most {WORDS}").into());
            }
            entries.push(i, *word, *weight);
        }
    }
    let labels = DMatrix::from_fn(texts.len(), CLASSES, |i, k| if texts[i].class == k { 1.0 } else { 0.0 });
    Ok((CsrMatrix::from(&entries), labels))
}
