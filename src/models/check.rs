//! Whether a file is what it should be.

use super::{Content, Sha256};
use sha2::Digest;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The checksum of a whole file.
pub fn sha256(path: &Path) -> io::Result<Sha256> {
    sum(&mut File::open(path)?)
}

/// The checksum of what is left to read.
pub fn sum(file: &mut impl Read) -> io::Result<Sha256> {
    let mut hash = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(Sha256(hash.finalize().into())),
            Ok(n) => hash.update(buffer.get(..n).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether a file is what it should be: what is wrong with it, or nothing.
pub fn against(path: &Path, content: Content) -> io::Result<Result<(), String>> {
    let size = std::fs::metadata(path)?.len();
    if size != content.size {
        return Ok(Err(format!("{size} bytes instead of {}", content.size)));
    }
    Ok(match sha256(path)? == content.sha256 {
        true => Ok(()),
        false => Err("its checksum is wrong".to_owned()),
    })
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Format {
    /// What whisper.cpp reads.
    Ggml,
    Onnx,
}

/// Whether a file begins as one of this format does. All that can be told of a file that is in
/// no catalogue.
pub fn begins_like(path: &Path, format: Format) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(match format {
        // "ggml" as a little-endian number.
        Format::Ggml => start == *b"lmgg",
        // A protobuf message; its first field is the version of the format.
        Format::Onnx => matches!(*start, [0x08, 1..=30, _, _]),
    })
}
