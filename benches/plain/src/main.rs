//! Recognises noise with a model as plainly as `whisper-rs` allows: `plain MODEL` reads a length in
//! seconds per line, and answers with milliseconds of CPU time and the number of tokens.

use std::error::Error;
use std::io::{BufRead, Write};
use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters};

mod measure;

fn main() -> Result<(), Box<dyn Error>> {
    let model = std::env::args().nth(1).ok_or("usage: plain MODEL")?;
    whisper_rs::install_logging_hooks();
    let context = WhisperContext::new_with_params(&model, WhisperContextParameters::default())?;
    let mut state = context.create_state()?;
    for line in std::io::stdin().lock().lines() {
        let seconds: f32 = line?.trim().parse()?;
        let sound: Vec<f32> = measure::noise(seconds, 16_000)
            .into_iter()
            .map(|sample| f32::from(sample) / 32_768.0)
            .collect();
        let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 5 });
        parameters.set_n_threads(1);
        parameters.set_print_progress(false);
        // Two things are not whisper.cpp's defaults, and both are in its favour: random weights
        // would make it write a text of timestamps, and try again five times at rising
        // temperatures for the little probability of what they say.
        parameters.set_no_timestamps(true);
        parameters.set_temperature_inc(0.0);
        parameters.set_language(Some("en"));
        let begun = measure::cpu_ms();
        state.full(parameters, &sound)?;
        let cpu = measure::cpu_ms() - begun;
        let tokens: i32 = state.as_iter().map(|segment| segment.n_tokens()).sum();
        println!("{cpu} {tokens}");
        std::io::stdout().flush()?;
    }
    Ok(())
}
