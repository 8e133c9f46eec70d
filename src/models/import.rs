//! Taking in a file of a model that came on a stick, or that was fetched on another machine.

use super::part::{self, Unfit};
use super::unpack::unpack;
use super::{Catalogue, Content, Model, ModelFile, ModelsError, check};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// A file that was taken in.
#[derive(Debug)]
pub struct Imported<'a> {
    pub model: &'a Model,
    pub file: &'a ModelFile,
    /// What the model still needs.
    pub missing: Vec<&'a ModelFile>,
}

/// Installs a file in `folder`, under the name it has there, or what the catalogue wants out of it
/// when it is an archive. It is recognised by its checksum, whatever it is called; a file that is
/// not in the catalogue is not taken, because nothing could tell whether it is whole.
pub fn import<'a>(
    path: &Path,
    catalogue: &'a Catalogue,
    folder: &Path,
) -> Result<Imported<'a>, ModelsError> {
    let unreadable = |error| ModelsError::file("be read", path, error);
    let sha256 = check::sha256(path).map_err(unreadable)?;
    let is_it = |(_, file): &(&Model, &ModelFile)| {
        file.installed().sha256 == sha256 || file.sha256 == sha256
    };
    let Some((model, file)) = catalogue.files().find(is_it) else {
        return Err(match catalogue.files_elsewhere().find(is_it) {
            Some((model, _)) => {
                let name = format!("{}: {}", path.display(), model.name);
                ModelsError::other_machine(&name, model)
            }
            None => unknown(path, catalogue),
        });
    };
    let from = File::open(path).map_err(unreadable)?;
    match &file.unpack {
        Some(member) if file.installed().sha256 != sha256 => {
            let shown = path.display().to_string();
            unpack(BufReader::new(from), &shown, file, member, folder)?;
        }
        _ => part::install(from, file, folder).map_err(|unfit| match unfit {
            Unfit::Unreadable(error) => unreadable(error),
            // A stick may be pulled out, and a file changed, between the two readings.
            Unfit::Different(_) => damaged(path, "it changed while it was copied".to_owned()),
            Unfit::Unwritable(error) => error,
        })?,
    }
    part::sweep(folder, file);
    Ok(Imported {
        model,
        file,
        missing: model.missing_in(folder),
    })
}

fn damaged(path: &Path, why: String) -> ModelsError {
    ModelsError::DamagedImport {
        file: path.to_owned(),
        why,
    }
}

/// What to say of a file whose checksum is not in the catalogue.
fn unknown(path: &Path, catalogue: &Catalogue) -> ModelsError {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    let called_so = catalogue.files().find_map(|(model, file)| {
        let form = forms(file).into_iter().find(|(known, _)| *known == name)?;
        Some((model, form.1.size))
    });
    if let Some((model, expected)) = called_so {
        return damaged(
            path,
            match size == expected {
                true => format!(
                    "it is called like a file of {}, and its checksum is wrong",
                    model.name
                ),
                false => format!(
                    "it is called like a file of {}, which has {expected} bytes, and has {size}",
                    model.name
                ),
            },
        );
    }
    // Voices are often of one length: then that says nothing.
    let mut as_long = catalogue
        .files()
        .filter(|(_, file)| forms(file).iter().any(|(_, content)| content.size == size));
    match (as_long.next(), as_long.next()) {
        (Some((model, _)), None) => damaged(
            path,
            format!(
                "it is as long as a file of {}, and its checksum is wrong",
                model.name
            ),
        ),
        _ => ModelsError::UnknownImport {
            file: path.to_owned(),
        },
    }
}

/// Names and contents of a file: as it is installed, and as it is published.
fn forms(file: &ModelFile) -> [(&str, Content); 2] {
    let published = file.url.rsplit('/').next().unwrap_or_default();
    [(&file.name, file.installed()), (published, file.download())]
}
