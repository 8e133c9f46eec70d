//! A lookup as a dialplan defines it, checked before any call needs it.

use super::address::{Address, Origin};
use super::body::Body;
use super::headers::Header;
use super::{Failed, Secrets, Wrong, answer};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;
use ureq::http::{HeaderName, HeaderValue, header};

/// Nobody waits longer on the phone.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(20);
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(100);
const MOST_RETRIES: u32 = 5;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A lookup as it is written. It has no `Debug`, since a header may hold a secret after all.
#[derive(Clone)]
pub struct Definition {
    pub name: String,
    pub method: Method,
    /// With `{slots}` in path and query.
    pub url: String,
    /// With `{slots}`, and `$NAME` for secrets.
    pub headers: BTreeMap<String, String>,
    /// The body of a POST; each text in it may have `{slots}`.
    pub send: Option<Map<String, Value>>,
    /// Names of values, and where they stand in the answer (JSON Pointer, RFC 6901).
    pub gives: BTreeMap<String, String>,
    /// Of the whole lookup with its retries.
    pub timeout: Duration,
    /// None: one for GET, none for POST, which gets an `Idempotency-Key` when there are any.
    pub retries: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The keys that lead to it in the lookup's table, like `["headers", "Authorization"]`.
    pub at: Vec<String>,
    pub message: String,
    /// What to do.
    pub help: String,
}

/// A lookup that can be asked, by [`super::Lookups::ask`].
#[derive(Clone)]
pub struct Lookup {
    name: String,
    method: Method,
    address: Address,
    headers: Vec<Header>,
    send: Option<Body>,
    pub(super) gives: BTreeMap<String, String>,
    timeout: Duration,
    pub(super) retries: u32,
}

/// What is sent; each retry sends the same.
pub(super) struct Request {
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// Of a POST, if only an empty one.
    pub(super) body: Option<Vec<u8>>,
}

impl Definition {
    /// A GET without headers that gives nothing yet, within 2 seconds.
    pub fn get(name: &str, url: &str) -> Definition {
        Definition {
            name: name.to_owned(),
            method: Method::Get,
            url: url.to_owned(),
            headers: BTreeMap::new(),
            send: None,
            gives: BTreeMap::new(),
            timeout: Duration::from_secs(2),
            retries: None,
        }
    }

    /// The same as a POST.
    pub fn post(name: &str, url: &str) -> Definition {
        Definition {
            method: Method::Post,
            ..Definition::get(name, url)
        }
    }
}

impl Lookup {
    /// All mistakes at once.
    pub fn new(definition: Definition) -> Result<Lookup, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let method = definition.method;
        let address = Address::new(&definition.url);
        let address = address.map_err(|wrong| mistakes.push(wrong.at(&[method.key()])));
        let headers = read_headers(&definition.headers, &mut mistakes);
        let send = definition
            .send
            .map(|send| read_body(method, &send, &mut mistakes));
        for (name, pointer) in &definition.gives {
            if let Err(wrong) = answer::check_pointer(pointer) {
                mistakes.push(wrong.at(&["gives", name]));
            }
        }
        let timeout = definition.timeout;
        if !(SHORTEST_TIMEOUT..=LONGEST_TIMEOUT).contains(&timeout) {
            let wrong = Wrong::new(
                format!("a timeout of {timeout:?} helps no caller"),
                format!("write a time from {SHORTEST_TIMEOUT:?} to {LONGEST_TIMEOUT:?}"),
            );
            mistakes.push(wrong.at(&["timeout"]));
        }
        let retries = definition.retries.unwrap_or(match method {
            Method::Get => 1,
            Method::Post => 0,
        });
        if retries > MOST_RETRIES {
            let wrong = Wrong::new(
                format!("{retries} retries are too many"),
                format!("write a number from 0 to {MOST_RETRIES}; all share one timeout"),
            );
            mistakes.push(wrong.at(&["retries"]));
        }
        match address {
            Ok(address) if mistakes.is_empty() => Ok(Lookup {
                name: definition.name,
                method,
                address,
                headers,
                send,
                gives: definition.gives,
                timeout,
                retries,
            }),
            _ => Err(mistakes),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long [`super::Lookups::ask`] takes at most.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The server that is asked.
    pub fn origin(&self) -> &Origin {
        self.address.origin()
    }

    /// The names of the values that an answer holds.
    pub fn gives(&self) -> impl Iterator<Item = &str> {
        self.gives.keys().map(String::as_str)
    }

    /// The slots that must have a value.
    pub fn slots(&self) -> BTreeSet<&str> {
        let headers = self.headers.iter().flat_map(Header::slots);
        let send = self.send.iter().flat_map(Body::slots);
        self.address.slots().chain(headers).chain(send).collect()
    }

    /// The secrets that must be set.
    pub fn secrets(&self) -> BTreeSet<&str> {
        self.headers.iter().flat_map(Header::secrets).collect()
    }

    pub(super) fn request(
        &self,
        values: &dyn Fn(&str) -> Option<String>,
        secrets: &Secrets,
    ) -> Result<Request, Failed> {
        let mut headers = Vec::new();
        for header in &self.headers {
            headers.push((header.name.clone(), header.fill(values, secrets)?));
        }
        let has = |name: &HeaderName| self.headers.iter().any(|header| header.name == *name);
        let body = match self.method {
            Method::Get => None,
            Method::Post => {
                if self.retries > 0 && !has(&IDEMPOTENCY_KEY) {
                    // Not in the quotes of draft-ietf-httpapi-idempotency-key-header-07: systems
                    // of today take the key as it comes, and some want a UUID.
                    let key = uuid::Uuid::now_v7().to_string();
                    // A UUID can always stand in a header.
                    headers.extend(HeaderValue::try_from(key).map(|key| (IDEMPOTENCY_KEY, key)));
                }
                if self.send.is_some() && !has(&header::CONTENT_TYPE) {
                    let json = HeaderValue::from_static("application/json");
                    headers.push((header::CONTENT_TYPE, json));
                }
                let body = self.send.as_ref().map(|send| send.fill(values));
                let body = body.transpose()?;
                Some(body.map_or_else(Vec::new, |body| body.to_string().into_bytes()))
            }
        };
        Ok(Request {
            url: self.address.fill(values)?,
            headers,
            body,
        })
    }
}

/// Shows no header, since one may hold a secret, and no path.
impl fmt::Debug for Lookup {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lookup")
            .field("name", &self.name)
            .field("method", &self.method)
            .field("origin", self.origin())
            .finish_non_exhaustive()
    }
}

impl Method {
    /// The key under which the address is written.
    fn key(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Post => "post",
        }
    }
}

impl Wrong {
    fn at(self, keys: &[&str]) -> Mistake {
        Mistake {
            at: keys.iter().map(|&key| key.to_owned()).collect(),
            message: self.message,
            help: self.help,
        }
    }
}

fn read_headers(written: &BTreeMap<String, String>, mistakes: &mut Vec<Mistake>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    for (name, value) in written {
        let header = Header::new(name, value).and_then(|header| {
            match headers.iter().any(|other| other.name == header.name) {
                true => Err(Wrong::new(
                    format!("the header {} is there twice", header.name),
                    "capital and small letters make no difference: leave one of them out",
                )),
                false => Ok(header),
            }
        });
        match header {
            Ok(header) => headers.push(header),
            Err(wrong) => mistakes.push(wrong.at(&["headers", name])),
        }
    }
    headers
}

fn read_body(method: Method, written: &Map<String, Value>, mistakes: &mut Vec<Mistake>) -> Body {
    if method == Method::Get {
        let wrong = Wrong::new(
            "a GET sends nothing".to_owned(),
            "write `post` instead of `get`, or put the values into the address",
        );
        mistakes.push(wrong.at(&["send"]));
    }
    let mut members = Vec::new();
    for (key, value) in written {
        match Body::new(value) {
            Ok(body) => members.push((key.clone(), body)),
            Err(wrong) => mistakes.push(wrong.at(&["send", key])),
        }
    }
    Body::Object(members)
}
