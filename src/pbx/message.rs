//! AMI messages: lines of `Name: value`, closed by an empty line. The very first line is a greeting.
//! What is kept of a message that has not ended is bounded.

use std::borrow::Cow;

/// In bytes, with all that belongs to it. Queue events have a few hundred.
const LONGEST_MESSAGE: usize = 32 * 1024;
const MOST_FIELDS: usize = 256;
/// How every Asterisk since 1.0 greets.
const GREETING: &str = "Asterisk Call Manager/";

/// A response or an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    fields: Vec<(String, String)>,
}

impl Message {
    /// The first field of that name; names are compared without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut named = self.fields.iter();
        let found = named.find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    #[cfg(test)]
    pub fn of(fields: &[(&str, &str)]) -> Message {
        let fields = fields.iter();
        Message {
            fields: fields
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }
}

/// Nothing that follows can be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The first line greets otherwise; its beginning.
    Greeting(String),
    TooLong,
}

/// Puts messages together from what arrives, in whatever pieces.
#[derive(Debug, Default)]
pub struct Reader {
    greeted: bool,
    line: Vec<u8>,
    message: Message,
    /// Of the message so far, with its line ends.
    length: usize,
}

impl Reader {
    /// The messages that these bytes complete. After an error the reader is of no use.
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<Message>, Broken> {
        let mut whole = Vec::new();
        for &byte in bytes {
            self.length += 1;
            if self.length > LONGEST_MESSAGE {
                return Err(match self.greeted {
                    true => Broken::TooLong,
                    false => Broken::Greeting(beginning(&self.line)),
                });
            }
            match byte {
                b'\n' => self.end_line(&mut whole)?,
                byte => self.line.push(byte),
            }
        }
        Ok(whole)
    }

    fn end_line(&mut self, whole: &mut Vec<Message>) -> Result<(), Broken> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if !self.greeted {
            if !line.starts_with(GREETING.as_bytes()) {
                return Err(Broken::Greeting(beginning(line)));
            }
            (self.greeted, self.length) = (true, 0);
        } else if line.is_empty() {
            self.length = 0;
            let message = std::mem::take(&mut self.message);
            if !message.fields.is_empty() {
                whole.push(message);
            }
        } else if let Some((name, value)) = split(&text(line)) {
            if self.message.fields.len() == MOST_FIELDS {
                return Err(Broken::TooLong);
            }
            self.message.fields.push((name, value));
        }
        Ok(())
    }
}

/// A line without a colon says nothing to us.
fn split(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// Names of people may come in any encoding.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn beginning(line: &[u8]) -> String {
    text(line.get(..40).unwrap_or(line)).into_owned()
}

/// An action as it is sent. `None` where a value would end its line, or the action.
pub fn action(fields: &[(&str, &str)]) -> Option<Vec<u8>> {
    let mut lines = String::new();
    for (name, value) in fields {
        if value.contains(char::is_control) {
            return None;
        }
        lines.push_str(name);
        lines.push_str(": ");
        lines.push_str(value);
        lines.push_str("\r\n");
    }
    lines.push_str("\r\n");
    Some(lines.into_bytes())
}
