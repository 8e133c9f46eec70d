pub mod audio;
pub mod line;
