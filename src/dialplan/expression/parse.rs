//! An expression out of its text, by recursive descent.

use super::{Comparison, Fact, Mistake, Node, Operand};
use std::ops::Range;

/// So many brackets may stand within each other.
const DEEPEST: usize = 20;

pub(super) fn parse(text: &str) -> Result<Node, Mistake> {
    let tokens = tokens(text)?;
    let mut reader = Reader {
        tokens: &tokens,
        end: text.len(),
        depth: 0,
    };
    let node = reader.either()?;
    match reader.tokens.first() {
        None => Ok(node),
        Some((token, at)) => Err(mistake(
            at.clone(),
            format!("{} is too much here", token.shown()),
            "join conditions with `and` or `or`",
        )),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Or,
    And,
    Not,
    Said,
    Open,
    Close,
    Comparison(Comparison, &'static str),
    Operand(Operand),
}

impl Token {
    fn shown(&self) -> String {
        let written = match self {
            Token::Or => "or",
            Token::And => "and",
            Token::Not => "not",
            Token::Said => "said",
            Token::Open => "(",
            Token::Close => ")",
            Token::Comparison(_, written) => written,
            Token::Operand(Operand::Name(name)) => name,
            Token::Operand(Operand::Value(Fact::Text(text))) => return format!("\"{text}\""),
            Token::Operand(Operand::Value(value)) => return format!("`{value}`"),
        };
        format!("`{written}`")
    }
}

/// The longer ones first.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Unequal),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::More),
];

type Tokens = Vec<(Token, Range<usize>)>;

fn tokens(text: &str) -> Result<Tokens, Mistake> {
    let mut tokens = Tokens::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
            continue;
        }
        let (token, length) = token(rest)
            .map_err(|(length, message, help)| mistake(at..at + length, message, help))?;
        tokens.push((token, at..at + length));
        at += length;
    }
    Ok(tokens)
}

/// The first token of `rest`, and its length; or the length of what is none, and what to say.
fn token(rest: &str) -> Result<(Token, usize), (usize, String, &'static str)> {
    let first = rest.chars().next().unwrap_or_default();
    if matches!(first, '"' | '\'') {
        let inside = rest.get(1..).unwrap_or_default();
        let Some(length) = inside.find(first) else {
            let message = "this text does not end".to_owned();
            return Err((rest.len(), message, "close the quotes"));
        };
        let text = inside.get(..length).unwrap_or_default().to_owned();
        return Ok((Token::Operand(Operand::Value(Fact::Text(text))), length + 2));
    }
    if matches!(first, '(' | ')') {
        let token = if first == '(' {
            Token::Open
        } else {
            Token::Close
        };
        return Ok((token, 1));
    }
    let comparison = COMPARISONS
        .iter()
        .find(|(written, _)| rest.starts_with(written));
    if let Some((written, comparison)) = comparison {
        return Ok((Token::Comparison(*comparison, written), written.len()));
    }
    let belongs = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let word: String = rest.chars().take_while(belongs).collect();
    if word.is_empty() {
        let message = format!("`{first}` means nothing here");
        let help =
            "it is made of names, \"texts\", numbers, = != < <= > >=, and, or, not, said and ( )";
        return Err((first.len_utf8(), message, help));
    }
    let length = word.len();
    let token = match word.to_lowercase().as_str() {
        "or" => Token::Or,
        "and" => Token::And,
        "not" => Token::Not,
        "said" => Token::Said,
        "true" => Token::Operand(Operand::Value(Fact::Truth(true))),
        "false" => Token::Operand(Operand::Value(Fact::Truth(false))),
        _ if first.is_alphabetic() => Token::Operand(Operand::Name(word)),
        _ => match word.parse() {
            Ok(number) => Token::Operand(Operand::Value(Fact::Number(number))),
            Err(_) => {
                let message = format!("`{word}` is no number and no name");
                return Err((length, message, "put texts, dates and times in quotes"));
            }
        },
    };
    Ok((token, length))
}

struct Reader<'t> {
    tokens: &'t [(Token, Range<usize>)],
    end: usize,
    depth: usize,
}

impl Reader<'_> {
    fn either(&mut self) -> Result<Node, Mistake> {
        let mut nodes = vec![self.both()?];
        while self.take(&Token::Or) {
            nodes.push(self.both()?);
        }
        Ok(one_or(nodes, Node::Or))
    }

    fn both(&mut self) -> Result<Node, Mistake> {
        let mut nodes = vec![self.one()?];
        while self.take(&Token::And) {
            nodes.push(self.one()?);
        }
        Ok(one_or(nodes, Node::And))
    }

    fn one(&mut self) -> Result<Node, Mistake> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = "this is nested too deeply".to_owned();
            return Err(mistake(self.here(), message, "split it into several cases"));
        }
        let node = if self.take(&Token::Not) {
            Node::Not(Box::new(self.one()?))
        } else if self.take(&Token::Open) {
            let node = self.either()?;
            if !self.take(&Token::Close) {
                return Err(mistake(
                    self.here(),
                    "`)` is missing".to_owned(),
                    "close the bracket",
                ));
            }
            node
        } else if self.take(&Token::Said) {
            self.said()?
        } else {
            self.condition()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn said(&mut self) -> Result<Node, Mistake> {
        let here = self.here();
        match self.operand() {
            Some(Operand::Value(Fact::Text(words))) if !words.trim().is_empty() => {
                Ok(Node::Said(words))
            }
            _ => {
                let message = "`said` needs words in quotes".to_owned();
                Err(mistake(here, message, "write it like: said \"refund\""))
            }
        }
    }

    fn condition(&mut self) -> Result<Node, Mistake> {
        let missing = |at| {
            let help = "write a condition such as: open, or: status = \"late\"";
            mistake(at, "a condition is missing here".to_owned(), help)
        };
        let here = self.here();
        let left = self.operand().ok_or_else(|| missing(here))?;
        let Some((Token::Comparison(comparison, _), _)) = self.tokens.first() else {
            return Ok(Node::Is(left));
        };
        let comparison = *comparison;
        self.skip();
        let here = self.here();
        let right = self.operand().ok_or_else(|| missing(here))?;
        Ok(Node::Compare(left, comparison, right))
    }

    fn operand(&mut self) -> Option<Operand> {
        let (Token::Operand(operand), _) = self.tokens.first()? else {
            return None;
        };
        let operand = operand.clone();
        self.skip();
        Some(operand)
    }

    fn take(&mut self, wanted: &Token) -> bool {
        let there = self
            .tokens
            .first()
            .is_some_and(|(token, _)| token == wanted);
        if there {
            self.skip();
        }
        there
    }

    fn skip(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
    }

    fn here(&self) -> Range<usize> {
        let next = self.tokens.first().map(|(_, at)| at.clone());
        next.unwrap_or(self.end..self.end)
    }
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => many(nodes),
    }
}

fn mistake(at: Range<usize>, message: String, help: &str) -> Mistake {
    Mistake {
        at,
        message,
        help: help.to_owned(),
    }
}
