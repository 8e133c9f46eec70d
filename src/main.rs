use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    zeroline::cli::Cli::parse().run()
}
