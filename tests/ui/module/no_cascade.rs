use hypergrad::bilevel;

#[bilevel]
mod toy {
    use nalgebra::DVector;

    pub struct Data {
        pub a: DVector<f64>,
    }

    pub fn g(x: &DVector<f64>, _y: &DVector<f64>, data: &Data) -> f64 {
        (x - &data.a).norm_squared()
    }
}

fn evaluate(problem: &toy::Problem, x: &nalgebra::DVector<f64>) -> Result<f64, Box<dyn std::error::Error>> {
    let at = problem.at(x, x)?;
    Ok(at.Omega()?.norm() + at.g())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let a = nalgebra::DVector::zeros(3);
    let data = toy::Data { a: a.clone() };
    let problem = toy::Problem::new(&data)?;
    println!("{} {}", evaluate(&problem, &a)?, toy::g(&a, &a, &data));
    println!("{:?} {}", toy::Problem::STRUCTURE, toy::Problem::DERIVATION);
    Ok(())
}
