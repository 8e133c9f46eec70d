//! Taking in a model file that came on a stick, or that was fetched on another machine.

use super::part::Part;
use super::{Catalogue, Model, ModelsError, check};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Copies a file into `folder`, under the name its model has there, and says which model it is.
/// It is recognised by its checksum, whatever it is called; a file that is not in the catalogue
/// is not taken, because nothing could tell whether it is whole.
pub fn import<'a>(
    file: &Path,
    catalogue: &'a Catalogue,
    folder: &Path,
) -> Result<&'a Model, ModelsError> {
    let unreadable = |error| ModelsError::file("be read", file, error);
    let sha256 = check::sha256(file).map_err(unreadable)?;
    let models = catalogue.models();
    let Some(model) = models.iter().find(|model| model.sha256 == sha256) else {
        return Err(unknown(file, models));
    };
    let mut part = Part::open(folder, model)?;
    match copy(file, model, &mut part) {
        Ok(()) => part.install().map(|()| model),
        Err(error) => {
            part.discard()?;
            Err(error)
        }
    }
}

fn copy(file: &Path, model: &Model, part: &mut Part) -> Result<(), ModelsError> {
    let unreadable = |error| ModelsError::file("be read", file, error);
    part.start_over()?;
    part.make_sure_of_room(model.size)?;
    let mut from = File::open(file).map_err(unreadable)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => part.append(buffer.get(..n).unwrap_or_default())?,
            Err(error) => return Err(unreadable(error)),
        }
    }
    // A stick may be pulled out, and a file changed, between the two readings.
    match part.sha256()? == model.sha256 {
        true => Ok(()),
        false => Err(ModelsError::DamagedImport {
            file: file.to_owned(),
            why: "it changed while it was copied".to_owned(),
        }),
    }
}

/// What to say of a file whose checksum is not in the catalogue.
fn unknown(file: &Path, models: &[Model]) -> ModelsError {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let size = std::fs::metadata(file).map(|file| file.len()).ok();
    let meant = models
        .iter()
        .find(|model| *model.file == *name)
        .or_else(|| models.iter().find(|model| Some(model.size) == size));
    match meant {
        Some(model) if Some(model.size) == size => ModelsError::DamagedImport {
            file: file.to_owned(),
            why: format!("it is as long as {}, and its checksum is wrong", model.name),
        },
        Some(model) => ModelsError::DamagedImport {
            file: file.to_owned(),
            why: format!(
                "it is called like {}, which has {} bytes, and has {}",
                model.name,
                model.size,
                size.unwrap_or_default()
            ),
        },
        None => ModelsError::UnknownImport {
            file: file.to_owned(),
        },
    }
}
