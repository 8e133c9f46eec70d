//! What is wrong with a dialplan: where, why, and what to do about it.
//!
//! `Display` is one line, `file:line:column: message; help`, for logs and editors;
//! [`Diagnostic::pretty`] shows the place in the file, for people at a terminal.

use miette::{GraphicalReportHandler, LabeledSpan, NamedSource, SourceCode};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Whether a dialplan can be used all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Usable, but hardly what is meant.
    Warning,
    /// Not usable.
    Error,
}

/// One mistake.
#[derive(Clone)]
pub struct Diagnostic {
    pub severity: Severity,
    /// The file's name as it was given.
    pub file: Arc<str>,
    /// None when the whole file is meant.
    pub place: Option<Place>,
    /// What is wrong, without the place.
    pub message: String,
    /// What to do.
    pub help: String,
    source: Arc<str>,
    /// Another place that has to do with it, and what it is.
    also: Option<(Range<usize>, String)>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// In bytes of the file.
    pub span: Range<usize>,
}

impl Place {
    fn of(source: &str, span: Range<usize>) -> Place {
        let start = floor_char_boundary(source, span.start);
        let end = floor_char_boundary(source, span.end).max(start);
        let before = source.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: before.matches('\n').count() + 1,
            column: before.chars().count()
                - before.get(..line_start).unwrap_or_default().chars().count()
                + 1,
            span: start..end,
        }
    }
}

fn floor_char_boundary(source: &str, at: usize) -> usize {
    let mut at = at.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text of a dialplan and its name, as mistakes refer to it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) file: Arc<str>,
    pub(crate) text: Arc<str>,
}

impl Source {
    pub(crate) fn new(file: &str, text: &str) -> Source {
        Source {
            file: file.into(),
            text: text.into(),
        }
    }

    /// A mistake at `span`, or in the file as a whole.
    pub(crate) fn diagnostic(
        &self,
        severity: Severity,
        span: Option<Range<usize>>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity,
            file: self.file.clone(),
            place: span.map(|span| Place::of(&self.text, span)),
            message: message.into(),
            help: help.into(),
            source: self.text.clone(),
            also: None,
        }
    }

    /// The line of a byte, from 1.
    pub(crate) fn line(&self, at: usize) -> usize {
        Place::of(&self.text, at..at).line
    }
}

impl Diagnostic {
    pub(super) fn and_see(mut self, span: Range<usize>, what: impl Into<String>) -> Diagnostic {
        self.also = Some((span, what.into()));
        self
    }

    /// The line from 1, or 0 for the whole file.
    pub fn line(&self) -> usize {
        self.place.as_ref().map_or(0, |place| place.line)
    }

    /// With the lines of the file, the place underlined. Coloured and drawn with line characters
    /// when standard output and error are a terminal, unless `NO_COLOR` is set.
    pub fn pretty(&self) -> String {
        let shown = Shown {
            diagnostic: self,
            source: NamedSource::new(&self.file, self.source.to_string()).with_language("TOML"),
        };
        let mut text = String::new();
        match GraphicalReportHandler::new().render_report(&mut text, &shown) {
            Ok(()) => text,
            Err(fmt::Error) => self.to_string(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(place) = &self.place {
            write!(f, "{}:{}:", place.line, place.column)?;
        }
        if self.severity == Severity::Warning {
            write!(f, " warning:")?;
        }
        write!(f, " {}; {}", self.message, self.help)
    }
}

impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Diagnostic({self})")
    }
}

/// Why a dialplan cannot be used: every mistake in it, in the order of the file.
#[derive(Debug, Clone)]
pub struct LoadError {
    /// At least one is an error; warnings are among them.
    pub diagnostics: Vec<Diagnostic>,
}

impl LoadError {
    /// Every mistake as [`Diagnostic::pretty`] shows it.
    pub fn pretty(&self) -> String {
        let shown: Vec<String> = self.diagnostics.iter().map(Diagnostic::pretty).collect();
        shown.join("\n")
    }
}

/// A line for each mistake.
impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, diagnostic) in self.diagnostics.iter().enumerate() {
            if number > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}

/// A diagnostic for miette, which shows place and help by itself.
struct Shown<'d> {
    diagnostic: &'d Diagnostic,
    source: NamedSource<String>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.diagnostic.place.is_none() {
            write!(f, "{}: ", self.diagnostic.file)?;
        }
        f.write_str(&self.diagnostic.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.diagnostic, f)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.diagnostic.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.diagnostic.place.as_ref()?;
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.diagnostic.place.as_ref()?;
        let here = LabeledSpan::new_primary_with_span(Some("here".to_owned()), place.span.clone());
        let also = self.diagnostic.also.iter();
        let also = also.map(|(span, what)| LabeledSpan::at(span.clone(), what.clone()));
        Some(Box::new(std::iter::once(here).chain(also)))
    }
}
