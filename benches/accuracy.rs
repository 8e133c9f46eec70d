//! How well each installed engine hears real telephone speech, clean and in noise, and how often it
//! believes speech about something else. Prints the tables of `docs/recognition.md`.
//!
//!     cargo bench --profile dev --bench accuracy              everything
//!     cargo bench --profile dev --bench accuracy -- clean     without noise
//!
//! PocketSphinx always; Whisper with each model in `$ZEROLINE_MODELS` and `./models`. Reads
//! `../shared/data`; what is not there is skipped. Each engine hears 8 kHz clips as they are, without
//! voice activity detection before or after.

#[path = "accuracy/coffee.rs"]
mod coffee;
#[path = "accuracy/noise.rs"]
mod noise;
#[path = "accuracy/sets.rs"]
mod sets;

use coffee::Coffee;
use noise::Noise;
use sets::{Item, Plan, Sets, Want};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use zeroline::audio::Clip;
use zeroline::dialplan::Dialplan;
use zeroline::hear::{Expected, Recogniser, Sphinx, Stop, Whisper};
use zeroline::understand::{Language, asks_for_human, spoken};

const THREADS: usize = 2;
const RATIOS: [f64; 4] = [24.0, 18.0, 12.0, 6.0];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let coffee = Coffee::read()?;
    let today = jiff::Zoned::now().date();
    let clinic = Dialplan::load(&sets::root().join("dialplans/clinic.toml"), today)?.dialplan;
    let sets = Sets::read(&clinic)?;
    if sets.items.is_empty() {
        println!("skipped: there is nothing to hear in ../shared/data or audio-fixtures");
        return Ok(());
    }
    let bench = Bench {
        coffee,
        clinic,
        sets,
        shows: has("show"),
    };

    let mut engines = vec![bench.sphinx()?];
    engines.extend(whisper_models().into_iter().filter_map(|path| {
        let model = Whisper::load(&path, "en-US");
        let model = model.map_err(|error| println!("skipped: {error}")).ok()?;
        Some(Engine::Any(Box::new(model)))
    }));
    let mut conditions = vec![None];
    if !has("clean") {
        for noise in [Noise::Pink, Noise::Babble] {
            conditions.extend(RATIOS.map(|ratio| Some((noise, ratio))));
        }
    }
    println!(
        "| engine | noise | coffee: all slots right | digits: errors | of these another digit | fixtures: intent right | other speech believed: coffee | digits | clinic | of real time |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    for engine in &engines {
        for &condition in &conditions {
            println!("{}", bench.row(engine, condition)?);
        }
    }
    Ok(())
}

/// Models that people use: with weights, and not made for a test.
fn whisper_models() -> Vec<PathBuf> {
    let own = std::env::var_os("ZEROLINE_MODELS").map(PathBuf::from);
    let folders = own.into_iter().chain([sets::root().join("models")]);
    let mut models: Vec<PathBuf> = folders
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("ggml-")
                && name.ends_with(".bin")
                && !name.contains("zero-weights")
                && !name.contains("fixture")
        })
        .collect();
    models.sort();
    models.dedup();
    models
}

enum Engine {
    /// Each plan has a language of its own.
    Sphinx(BTreeMap<Plan, Sphinx>),
    Any(Box<dyn Recogniser>),
}

impl Engine {
    fn for_plan(&self, plan: Plan) -> Option<&dyn Recogniser> {
        match self {
            Engine::Sphinx(engines) => engines.get(&plan).map(|engine| engine as &dyn Recogniser),
            Engine::Any(engine) => Some(&**engine),
        }
    }
}

struct Bench {
    coffee: Coffee,
    clinic: Dialplan,
    sets: Sets,
    shows: bool,
}

/// Right or believed, of all.
#[derive(Default, Clone, Copy)]
struct Share {
    yes: usize,
    all: usize,
}

impl Share {
    fn add(&mut self, yes: bool) {
        self.yes += usize::from(yes);
        self.all += 1;
    }

    fn percent(self) -> String {
        match self.all {
            0 => "-".to_owned(),
            all => format!("{:.1} %", 100.0 * self.yes as f64 / all as f64),
        }
    }
}

impl Bench {
    fn sphinx(&self) -> Result<Engine, Box<dyn Error>> {
        let digits = Expected::new(&["{digit}".to_owned()], &BTreeMap::new())?;
        let clinic = Expected::from_phrases(&self.clinic.phrases());
        let mut engines = BTreeMap::new();
        for (plan, expected) in [
            (Plan::Coffee, self.coffee.expected()?),
            (Plan::Digits, digits),
            (Plan::Clinic, clinic),
        ] {
            let (sphinx, _) = Sphinx::new(None, &expected, &|_| None)?;
            engines.insert(plan, sphinx);
        }
        Ok(Engine::Sphinx(engines))
    }

    fn row(
        &self,
        engine: &Engine,
        condition: Option<(Noise, f64)>,
    ) -> Result<String, Box<dyn Error>> {
        // What is about something else is not worth hearing again in noise.
        let items: Vec<&Item> = self
            .sets
            .items
            .iter()
            .filter(|item| condition.is_none() || item.want != Want::Nothing)
            .collect();
        let (texts, busy) = self.hear(engine, condition, &items)?;
        let mut right: BTreeMap<Plan, Share> = BTreeMap::new();
        let mut believed: BTreeMap<Plan, Share> = BTreeMap::new();
        let mut another_digit = 0;
        for (item, text) in items.iter().zip(&texts) {
            let (is_right, is_believed) = self.judge(item, text);
            let (shares, yes) = match item.want {
                Want::Nothing => (&mut believed, is_believed),
                _ => (&mut right, is_right),
            };
            shares.entry(item.plan).or_default().add(yes);
            if matches!(item.want, Want::Digit(_)) && is_believed && !is_right {
                another_digit += 1;
            }
            if self.shows && yes == (item.want == Want::Nothing) {
                eprintln!("{:?} {} {text:?} {:?}", item.plan, item.name, item.want);
            }
        }
        let of =
            |shares: &BTreeMap<Plan, Share>, plan| shares.get(&plan).copied().unwrap_or_default();
        let digits = of(&right, Plan::Digits);
        let share = |yes| Share {
            yes,
            all: digits.all,
        };
        let condition = match condition {
            None => "none".to_owned(),
            Some((noise, ratio)) => format!("{}, {ratio} dB", format!("{noise:?}").to_lowercase()),
        };
        let sound: f64 = items
            .iter()
            .map(|item| item.clip.milliseconds() as f64 / 1e3)
            .sum();
        let name = engine
            .for_plan(Plan::Coffee)
            .map_or("", |engine| engine.name());
        Ok(format!(
            "| {name} | {condition} | {} | {} | {} | {} | {} | {} | {} | {:.3} |",
            of(&right, Plan::Coffee).percent(),
            share(digits.all - digits.yes).percent(),
            share(another_digit).percent(),
            of(&right, Plan::Clinic).percent(),
            of(&believed, Plan::Coffee).percent(),
            of(&believed, Plan::Digits).percent(),
            of(&believed, Plan::Clinic).percent(),
            busy.as_secs_f64() / sound,
        ))
    }

    /// The text of each item, and the CPU time of all.
    fn hear(
        &self,
        engine: &Engine,
        condition: Option<(Noise, f64)>,
        items: &[&Item],
    ) -> Result<(Vec<String>, Duration), Box<dyn Error>> {
        let next = AtomicUsize::new(0);
        let texts = Mutex::new(vec![String::new(); items.len()]);
        let failure = Mutex::new(None);
        let begun = process_time();
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(at) else { return };
                        let noisy: Clip = match condition {
                            Some((noise, ratio)) => {
                                noise::mixed(&item.clip, noise, ratio, &self.sets.voices)
                            }
                            None => item.clip.clone(),
                        };
                        let Some(engine) = engine.for_plan(item.plan) else {
                            return;
                        };
                        match engine.recognise(&noisy, &Stop::never()) {
                            Ok(hypothesis) => {
                                let mut texts =
                                    texts.lock().unwrap_or_else(PoisonError::into_inner);
                                if let Some(text) = texts.get_mut(at) {
                                    *text = hypothesis.text;
                                }
                            }
                            Err(error) => {
                                let mut failure =
                                    failure.lock().unwrap_or_else(PoisonError::into_inner);
                                *failure = Some(error);
                                return;
                            }
                        }
                    }
                });
            }
        });
        let busy = process_time().saturating_sub(begun);
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error.into()),
            None => Ok((
                texts.into_inner().unwrap_or_else(PoisonError::into_inner),
                busy,
            )),
        }
    }

    /// Whether a text is right, and whether anything would be done on it.
    fn judge(&self, item: &Item, text: &str) -> (bool, bool) {
        // Engines differ in how they write numbers.
        let text = &spoken(Language::EnglishUs, text).join(" ");
        let intent = || self.clinic.intent_of(text);
        let human = || asks_for_human(self.clinic.language, text);
        let believed = match item.plan {
            Plan::Coffee => !self.coffee.slots(text).is_empty(),
            Plan::Digits => text.split(' ').any(|word| sets::DIGITS.contains(&word)),
            Plan::Clinic => human() || intent().is_some(),
        };
        let right = match &item.want {
            Want::Slots(slots) => self.coffee.slots(text) == *slots,
            Want::Digit(digit) => text == *digit,
            Want::Intent(wanted) => intent().is_some_and(|found| **found == **wanted),
            Want::Human => human(),
            Want::Nothing => !believed,
        };
        (right, believed)
    }
}

/// CPU time of all threads so far.
fn process_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a clock that every Linux has, and a place for its time.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}
