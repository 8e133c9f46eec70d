//! The normal distribution, as exact as estimates need it.

/// How much of it lies below `z`; within 1e-7 (Abramowitz and Stegun 26.2.17).
pub fn below(z: f64) -> f64 {
    const B: [f64; 5] = [
        1.330274429,
        -1.821255978,
        1.781477937,
        -0.356563782,
        0.319381530,
    ];
    let t = 1.0 / (1.0 + 0.2316419 * z.abs());
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let above = density * B.iter().fold(0.0, |sum, b| (sum + b) * t);
    if z < 0.0 { above } else { 1.0 - above }
}

/// Below which `share` of it lies; within 5e-4 (Abramowitz and Stegun 26.2.23).
pub fn quantile(share: f64) -> f64 {
    let tail = share.min(1.0 - share).max(1e-9);
    let t = (-2.0 * tail.ln()).sqrt();
    let z = t
        - (2.515517 + t * (0.802853 + t * 0.010328))
            / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    if share < 0.5 { -z } else { z }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_in_the_tables() {
        for (z, share) in [(-1.6449, 0.05), (0.0, 0.5), (0.5, 0.69146), (2.3263, 0.99)] {
            assert!((below(z) - share).abs() < 1e-4, "below {z}: {}", below(z));
            assert!((quantile(share) - z).abs() < 1e-3, "{share}");
        }
        assert!(quantile(0.0).is_finite() && quantile(1.0).is_finite());
    }
}
