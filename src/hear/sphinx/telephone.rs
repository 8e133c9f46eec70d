//! The acoustic model as a telephone hears it.
//!
//! The model was trained on sound up to 6.8 kHz; a telephone ends at 4 kHz, and what is made up
//! for the missing filters (silence, in sound that was resampled) is unlike anything it knows. So
//! nothing is made up. Seen through the filters that are left, each of the model's Gaussians over
//! cepstra is a Gaussian over their log energies: the inverse cosine transform gives its spectrum,
//! and what the cepstra do not tell of a spectrum is noise of a fixed variance. Energies are turned
//! into the cepstra that are most likely under all Gaussians together (the linear
//! least-mean-square estimate), and the Gaussians are put through the same two maps, so that model
//! and sound lose the same. No speech is needed to make this; the model's own files are enough.
//!
//! Feature streams without 4 to 8 kHz and the Gaussians to match: [`Telephone`].

use super::mfcc::Layout;
use std::f64::consts::PI;

/// Cepstra of a frame.
pub const CEPSTRA: usize = 13;
pub type Cepstra = [f32; CEPSTRA];

/// The variance of a log energy that the cepstra do not explain; and of its differences in time,
/// as a share of it. Measured: 0.3 to 1 are as good, 0.1 and 3 are worse.
const UNEXPLAINED: f64 = 0.5;
const UNEXPLAINED_CHANGE: f64 = 0.5;
/// Every how manieth Gaussian [`Telephone::gaussians`] holds.
const STRIDE: usize = 4;

/// Made of a model's files.
pub struct Telephone {
    /// [`CEPSTRA`] rows, a column for each filter that is heard.
    projection: Vec<Vec<f32>>,
    /// Files of the model's format.
    pub means: Vec<u8>,
    pub variances: Vec<u8>,
    /// What single frames are like, over all sounds of the language and silence.
    pub gaussians: Vec<Gaussian>,
}

/// With a diagonal covariance.
pub struct Gaussian {
    pub mean: Cepstra,
    /// One over the variance.
    pub precision: Cepstra,
    /// Half of the precision's log determinant.
    pub log_norm: f32,
}

impl Telephone {
    /// `means` and `variances` are the contents of the model's files. The error is a clause
    /// without a subject.
    pub fn new(means: &[u8], variances: &[u8], layout: &Layout) -> Result<Telephone, String> {
        let mut means = Parameters::parse(means)?;
        let mut variances = Parameters::parse(variances)?;
        if means.values.len() != variances.values.len() {
            return Err("has means and variances that do not fit together".to_owned());
        }
        let spectrum = spectrum_of_cepstra(layout);
        let covariance = covariance(&means, &variances);
        let explained = product(&product(&spectrum, &covariance), &transposed(&spectrum));
        let mut observed = explained;
        for (i, row) in observed.iter_mut().enumerate() {
            if let Some(x) = row.get_mut(i) {
                *x += UNEXPLAINED;
            }
        }
        let inverse = inverse(observed).ok_or("has variances that are no variances")?;
        let projection = product(&product(&covariance, &transposed(&spectrum)), &inverse);
        let through = product(&projection, &spectrum);
        let noise: Vec<f64> = projection
            .iter()
            .map(|row| row.iter().map(|x| x * x * UNEXPLAINED).sum())
            .collect();

        for (mean, variance) in means.frames().zip(variances.frames()) {
            let share = if mean.is_static {
                1.0
            } else {
                UNEXPLAINED_CHANGE
            };
            let (m, v) = (wide(mean.values), wide(variance.values));
            for (i, (row, noise)) in through.iter().zip(&noise).enumerate() {
                let new_mean: f64 = row.iter().zip(&m).map(|(t, m)| t * m).sum();
                let new_variance: f64 = row.iter().zip(&v).map(|(t, v)| t * t * v).sum();
                if let (Some(m), Some(v)) = (mean.values.get_mut(i), variance.values.get_mut(i)) {
                    *m = new_mean as f32;
                    *v = (new_variance + noise * share) as f32;
                }
            }
        }
        let gaussians = means
            .frames()
            .zip(variances.frames())
            .filter(|(mean, _)| mean.is_static)
            .step_by(STRIDE)
            .map(|(mean, variance)| Gaussian::new(mean.values, variance.values))
            .collect();
        Ok(Telephone {
            projection: projection
                .iter()
                .map(|row| row.iter().map(|&x| x as f32).collect())
                .collect(),
            means: means.to_file(),
            variances: variances.to_file(),
            gaussians,
        })
    }

    /// The cepstra of a frame, of its filters' log energies.
    pub fn cepstra(&self, energies: &[f32]) -> Cepstra {
        let mut cepstra = [0.0; CEPSTRA];
        for (c, row) in cepstra.iter_mut().zip(&self.projection) {
            *c = row.iter().zip(energies).map(|(a, b)| a * b).sum();
        }
        cepstra
    }
}

impl Gaussian {
    fn new(mean: &[f32], variance: &[f32]) -> Gaussian {
        let mut gaussian = Gaussian {
            mean: [0.0; CEPSTRA],
            precision: [1.0; CEPSTRA],
            log_norm: 0.0,
        };
        for (to, from) in gaussian.mean.iter_mut().zip(mean) {
            *to = *from;
        }
        for (to, from) in gaussian.precision.iter_mut().zip(variance) {
            *to = 1.0 / from.max(1e-3);
            gaussian.log_norm += 0.5 * to.ln();
        }
        gaussian
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&x| f64::from(x)).collect()
}

type Matrix = Vec<Vec<f64>>;

/// What the log energies of the filters that are heard are for each of the cepstra: the inverse
/// of the orthonormal cosine transform and the lifter.
fn spectrum_of_cepstra(layout: &Layout) -> Matrix {
    let n = layout.filters as f64;
    (0..layout.heard())
        .map(|filter| {
            (0..CEPSTRA)
                .map(|i| {
                    let i = i as f64;
                    let share = if i == 0.0 { 1.0 } else { 2.0 };
                    let scale = (share / n).sqrt();
                    let lifter = if layout.lifter > 0.0 {
                        1.0 + layout.lifter / 2.0 * (PI * i / layout.lifter).sin()
                    } else {
                        1.0
                    };
                    scale * (PI * i * (filter as f64 + 0.5) / n).cos() / lifter
                })
                .collect()
        })
        .collect()
}

/// Of single frames' cepstra, over all Gaussians alike.
fn covariance(means: &Parameters, variances: &Parameters) -> Matrix {
    let frames: Vec<(Vec<f64>, Vec<f64>)> = means
        .static_values()
        .zip(variances.static_values())
        .map(|(m, v)| (wide(m), wide(v)))
        .collect();
    let n = frames.len().max(1) as f64;
    let mut average = vec![0.0; CEPSTRA];
    for (mean, _) in &frames {
        for (sum, x) in average.iter_mut().zip(mean) {
            *sum += x / n;
        }
    }
    let mut covariance = vec![vec![0.0; CEPSTRA]; CEPSTRA];
    for (mean, variance) in &frames {
        let off: Vec<f64> = mean.iter().zip(&average).map(|(x, a)| x - a).collect();
        for (i, (row, a)) in covariance.iter_mut().zip(&off).enumerate() {
            for (j, (sum, b)) in row.iter_mut().zip(&off).enumerate() {
                let own = variance.get(i).filter(|_| i == j).copied();
                *sum += (a * b + own.unwrap_or_default()) / n;
            }
        }
    }
    covariance
}

fn transposed(a: &Matrix) -> Matrix {
    let columns = a.first().map_or(0, Vec::len);
    (0..columns)
        .map(|j| a.iter().filter_map(|row| row.get(j).copied()).collect())
        .collect()
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let columns = transposed(b);
    a.iter()
        .map(|row| {
            columns
                .iter()
                .map(|column| row.iter().zip(column).map(|(x, y)| x * y).sum())
                .collect()
        })
        .collect()
}

/// Of a positive definite matrix, by Gauss and Jordan; `None` for another.
fn inverse(mut a: Matrix) -> Option<Matrix> {
    let n = a.len();
    for (i, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|j| if i == j { 1.0 } else { 0.0 }));
    }
    for i in 0..n {
        let mut pivot = a.get(i)?.clone();
        let diagonal = *pivot.get(i)?;
        if diagonal.is_nan() || diagonal < 1e-9 {
            return None;
        }
        pivot.iter_mut().for_each(|x| *x /= diagonal);
        for (j, row) in a.iter_mut().enumerate() {
            if i == j {
                row.clone_from(&pivot);
                continue;
            }
            let factor = *row.get(i)?;
            for (x, p) in row.iter_mut().zip(&pivot) {
                *x -= factor * p;
            }
        }
    }
    Some(
        a.into_iter()
            .map(|row| row.into_iter().skip(n).collect())
            .collect(),
    )
}

/// The contents of a `means` or `variances` file (Sphinx 3's format): for each codebook, stream
/// and Gaussian, a vector. The streams together are the cepstra, their first and their second
/// differences in time.
struct Parameters {
    codebooks: u32,
    gaussians: u32,
    streams: Vec<u32>,
    values: Vec<f32>,
}

const BYTE_ORDER: u32 = 0x1122_3344;
const HEADER: &[u8] = b"s3\nversion 1.0\nendhdr\n";
/// More than this many values is no model of ours.
const MOST_VALUES: u64 = 64 << 20;

struct FrameValues<'a> {
    values: &'a mut [f32],
    /// Not a difference.
    is_static: bool,
}

impl Parameters {
    fn parse(file: &[u8]) -> Result<Parameters, String> {
        let unusable = || "is in a format that is not known here".to_owned();
        let end = b"endhdr\n";
        let header = file
            .windows(end.len())
            .position(|bytes| bytes == end)
            .ok_or_else(unusable)?;
        let mut numbers = file
            .get(header + end.len()..)
            .unwrap_or_default()
            .chunks_exact(4)
            .filter_map(|bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?)));
        let mut next = || numbers.next().ok_or_else(unusable);
        if next()? != BYTE_ORDER {
            return Err(unusable());
        }
        let (codebooks, stream_count, gaussians) = (next()?, next()?, next()?);
        if stream_count > 8 {
            return Err(unusable());
        }
        let streams = (0..stream_count)
            .map(|_| next())
            .collect::<Result<Vec<u32>, String>>()?;
        let width: u64 = streams.iter().map(|&n| u64::from(n)).sum();
        let count = u64::from(next()?);
        let whole = u64::from(codebooks)
            .checked_mul(u64::from(gaussians))
            .and_then(|n| n.checked_mul(width));
        if whole != Some(count)
            || count > MOST_VALUES
            || width != 3 * CEPSTRA as u64
            || streams.iter().any(|n| n % CEPSTRA as u32 != 0)
        {
            return Err(unusable());
        }
        let values: Vec<f32> = numbers.take(count as usize).map(f32::from_bits).collect();
        if values.len() as u64 != count || !values.iter().all(|x| x.is_finite()) {
            return Err("is cut short or damaged".to_owned());
        }
        Ok(Parameters {
            codebooks,
            gaussians,
            streams,
            values,
        })
    }

    /// Whether each vector of [`CEPSTRA`] values of a codebook is static, in order.
    fn kinds(&self) -> Vec<bool> {
        let mut kinds = Vec::new();
        let mut before = 0;
        for &length in &self.streams {
            for _ in 0..self.gaussians {
                for part in 0..length / CEPSTRA as u32 {
                    kinds.push(before + part == 0);
                }
            }
            before += length / CEPSTRA as u32;
        }
        kinds
    }

    fn frames(&mut self) -> impl Iterator<Item = FrameValues<'_>> {
        let kinds = self.kinds();
        self.values
            .chunks_exact_mut(CEPSTRA)
            .zip(kinds.into_iter().cycle())
            .map(|(values, is_static)| FrameValues { values, is_static })
    }

    fn static_values(&self) -> impl Iterator<Item = &[f32]> {
        self.values
            .chunks_exact(CEPSTRA)
            .zip(self.kinds().into_iter().cycle())
            .filter(|(_, is_static)| *is_static)
            .map(|(values, _)| values)
    }

    fn to_file(&self) -> Vec<u8> {
        let counts = [
            BYTE_ORDER,
            self.codebooks,
            self.streams.len() as u32,
            self.gaussians,
        ];
        let numbers = counts
            .into_iter()
            .chain(self.streams.iter().copied())
            .chain([self.values.len() as u32])
            .chain(self.values.iter().map(|x| x.to_bits()));
        let bytes = numbers.flat_map(u32::to_le_bytes);
        HEADER.iter().copied().chain(bytes).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Two Gaussians in three streams.
    fn file(values: impl Fn(usize) -> f32) -> Vec<u8> {
        let parameters = Parameters {
            codebooks: 1,
            gaussians: 2,
            streams: vec![13, 13, 13],
            values: (0..78).map(values).collect(),
        };
        parameters.to_file()
    }

    #[test]
    fn a_gaussian_is_where_the_telephone_puts_its_own_sound() {
        let means = file(|i| if i < 13 { 3.0 } else { (i % 7) as f32 - 3.0 });
        let variances = file(|_| 30.0);
        let telephone = Telephone::new(&means, &variances, &Layout::of_debian()).unwrap();
        // The spectrum of the first Gaussian's mean, as the front end would measure it.
        let spectrum: Vec<f32> = spectrum_of_cepstra(&Layout::of_debian())
            .iter()
            .map(|row| row.iter().map(|x| 3.0 * x).sum::<f64>() as f32)
            .collect();
        let cepstra = telephone.cepstra(&spectrum);
        for (is, put) in cepstra.iter().zip(&telephone.gaussians[0].mean) {
            assert!((is - put).abs() < 1e-3, "{is} {put}");
        }
        // What is seen through the telephone says most of what the whole band says.
        assert!((cepstra[0] - 3.0).abs() < 1.0, "{cepstra:?}");
    }

    #[test]
    fn a_damaged_model_is_an_error() {
        let whole = file(|i| i as f32);
        for cut in [0, 10, 30, 50, whole.len() - 1] {
            assert!(Parameters::parse(&whole[..cut]).is_err(), "{cut}");
        }
        assert!(Parameters::parse(&file(|_| f32::NAN)).is_err());
        let zero = file(|_| 0.0);
        assert!(Telephone::new(&zero, &zero, &Layout::of_debian()).is_ok());
        assert!(Telephone::new(&zero, &file(|_| -1e9), &Layout::of_debian()).is_err());
    }

    proptest! {
        #[test]
        fn bytes_are_a_model_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut after_header = HEADER.to_vec();
            after_header.extend(BYTE_ORDER.to_le_bytes());
            after_header.extend(&bytes);
            let _ = Parameters::parse(&bytes);
            let _ = Parameters::parse(&after_header);
        }
    }

    #[test]
    fn an_inverse_is_an_inverse() {
        let a = vec![
            vec![4.0, 1.0, 0.5],
            vec![1.0, 3.0, 0.2],
            vec![0.5, 0.2, 2.0],
        ];
        let one = product(&a, &inverse(a.clone()).unwrap());
        for (i, row) in one.iter().enumerate() {
            for (j, x) in row.iter().enumerate() {
                assert!((x - if i == j { 1.0 } else { 0.0 }).abs() < 1e-9);
            }
        }
        assert_eq!(inverse(vec![vec![0.0]]), None);
    }
}
