//! What people asked banks, cars and assistants, where those sets are there: for tests of what must not
//! be taken for something else.

use std::path::Path;

/// How many requests there are, and those for which `find` has something, with their label and that.
pub(super) fn requests(find: impl Fn(&str) -> Option<String>) -> Option<(usize, Vec<String>)> {
    let folder = Path::new("../shared/data/intents");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: there is no {}", folder.display());
        return None;
    };
    let mut texts = 0;
    let mut found = Vec::new();
    for file in files.flatten() {
        let lines = std::fs::read_to_string(file.path()).unwrap();
        for (text, label) in lines.lines().filter_map(|line| line.rsplit_once('\t')) {
            texts += 1;
            found.extend(find(text).map(|what| format!("{label}: {text} {what}")));
        }
    }
    Some((texts, found))
}
