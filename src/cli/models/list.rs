//! `zeroline models list`

use super::{Done, Verdict, megabytes};
use crate::models::{Catalogue, Engine, Model, ModelFile};
use std::io::IsTerminal;
use std::path::Path;

#[derive(serde::Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    model: &'a Model,
    installed: bool,
    /// Names of files.
    missing: Vec<&'a str>,
}

/// Quick on purpose: looks at lengths. `verify` reads whole files.
pub fn run(catalogue: &Catalogue, folder: &Path, json: bool) -> Done {
    if json {
        for model in catalogue.models() {
            let missing = model.missing_in(folder);
            let line = Line {
                model,
                installed: missing.is_empty(),
                missing: missing.iter().map(|file| &*file.name).collect(),
            };
            println!("{}", serde_json::to_string(&line)?);
        }
        return Ok(Verdict::Yes);
    }
    let rows = catalogue
        .models()
        .iter()
        .map(|model| row(model, &model.missing_in(folder)))
        .collect();
    print!("{}", table(rows, width()));
    Ok(Verdict::Yes)
}

/// Columns of the terminal, where it is one that says.
fn width() -> Option<usize> {
    let out = std::io::stdout();
    if !out.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(out).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

const COLUMNS: usize = 5;

struct Row {
    engine: Engine,
    cells: [String; COLUMNS],
    good_for: String,
}

fn row(model: &Model, missing: &[&ModelFile]) -> Row {
    let state = match missing.len() {
        0 => "installed",
        some if some < model.files.len() => "partly",
        _ => "",
    };
    Row {
        engine: model.engine,
        cells: [
            model.name.clone(),
            megabytes(model.size()),
            model.languages.join(" ").replace('*', "many"),
            model.licence.clone(),
            state.to_owned(),
        ],
        good_for: model.good_for.clone(),
    }
}

/// A part for each engine, with columns as wide as what is in them.
fn table(mut rows: Vec<Row>, width: Option<usize>) -> String {
    rows.sort_by_key(|row| row.engine);
    let parts = rows.chunk_by(|one, next| one.engine == next.engine);
    let parts: Vec<String> = parts.map(|rows| part(rows, width)).collect();
    parts.join("\n")
}

fn part(rows: &[Row], width: Option<usize>) -> String {
    const HEAD: [&str; COLUMNS] = ["NAME", "SIZE", "LANGUAGE", "LICENCE", ""];
    let mut widths = HEAD.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(&row.cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = rows.first().map_or("", |row| title(row.engine)).to_owned();
    text.push('\n');
    text.push_str(&line(HEAD, widths, "GOOD FOR", width));
    for row in rows {
        let cells = row.cells.each_ref().map(String::as_str);
        text.push_str(&line(cells, widths, &row.good_for, width));
    }
    text
}

/// What a model is good for is broken to the width of the terminal; where there is little of it
/// left, it goes below.
fn line(
    cells: [&str; COLUMNS],
    widths: [usize; COLUMNS],
    good_for: &str,
    width: Option<usize>,
) -> String {
    const LITTLE: usize = 30;
    const BELOW: usize = 4;
    let mut text = String::new();
    for (number, (cell, width)) in cells.into_iter().zip(widths).enumerate() {
        text.push_str(&match number {
            // Sizes.
            1 => format!("{cell:>width$}  "),
            _ => format!("{cell:<width$}  "),
        });
    }
    let used = text.chars().count();
    let indent = match width {
        Some(all) if all < used + LITTLE => {
            text.truncate(text.trim_end().len());
            text.push_str(&format!("\n{:BELOW$}", ""));
            BELOW
        }
        _ => used,
    };
    let room = width.map_or(usize::MAX, |all| all.saturating_sub(indent));
    let next = format!("\n{:indent$}", "");
    text.push_str(&broken(good_for, room).join(&next));
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// A text in lines of at most `room` characters, if its words are not longer.
fn broken(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn title(engine: Engine) -> &'static str {
    match engine {
        Engine::Whisper => "Recognition: Whisper",
        Engine::SileroVad => "Telling speech from noise: Silero VAD",
        Engine::Piper => "Voices: Piper",
        Engine::OnnxRuntime => "The library that Piper voices need",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let catalogue = Catalogue::built_in().unwrap();
        let models = catalogue.models().iter();
        models.map(|model| row(model, &[])).collect()
    }

    #[test]
    fn the_table_fits_the_terminal() {
        for width in [80, 100, 132, 200] {
            for line in table(rows(), Some(width)).lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn nothing_is_lost_whatever_the_width() {
        let words = |width| {
            let table = table(rows(), width);
            let words = table.split_whitespace().map(str::to_owned);
            words.collect::<Vec<_>>()
        };
        let all = words(None);
        for width in [1, 20, 66, 80, 120] {
            assert_eq!(words(Some(width)), all);
        }
    }

    #[test]
    fn in_a_pipe_a_model_is_one_line() {
        let table = table(rows(), None);
        for model in Catalogue::built_in().unwrap().models() {
            let start = format!("{} ", model.name);
            let line = table.lines().find(|line| line.starts_with(&start));
            assert!(line.is_some_and(|line| line.ends_with(&model.good_for)));
        }
    }
}
