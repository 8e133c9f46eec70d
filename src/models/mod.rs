//! The catalogue of models: what exists, where it comes from, how to tell that it is unharmed,
//! under which licence; and the folder they are installed in.
//!
//! [`pull`] downloads, [`import`] takes a file that came on a stick, [`verify`] looks at what is
//! there. Whatever is installed is whole and has the catalogue's checksum: it is written beside as
//! `FILE.part` and renamed when it has been checked. A file that is published in a zip archive is
//! taken out of it. Nothing here knows what a model is used for, and nothing is downloaded unless
//! [`pull`] is called.

mod catalogue;
mod check;
mod error;
mod http;
mod import;
mod model;
mod part;
mod pull;
mod resume;
mod sha256;
mod unpack;
mod verify;

pub use catalogue::Catalogue;
pub use error::ModelsError;
pub use import::{Imported, import};
pub use model::{Content, Engine, Model, ModelFile, Unpack};
pub use pull::{Limits, Outcome, Step, pull};
pub use sha256::Sha256;
pub use verify::{Finding, State, verify};
