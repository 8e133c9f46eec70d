//! `zeroline calls review`

use super::{Done, Failure, Verdict, load};
use crate::dialplan::Dialplan;
use crate::dialplan::values::meant;
use crate::record::Store;
use crate::rehearse;
use crate::review::{
    Effect, Gathered, Proposal, Proposals, Remembered, Target, addition, edit, propose, replace,
    text,
};
use jiff::civil::Date;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What callers wanted and did not get, and what to do about it.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zeroline calls review dialplans/clinic.toml --since 2026-11-16\n  \
    zeroline calls review dialplans/clinic.toml --since 2026-11-16 --accept 1 --accept 3=new:flu-shot\n  \
    zeroline calls review dialplans/clinic.toml --since 2026-11-16 --accept 1 --write"
)]
pub struct Args {
    /// The dialplan that answered the calls
    dialplan: PathBuf,
    /// Leave out calls before this day
    #[arg(long, value_name = "DAY")]
    since: Option<Date>,
    /// Accept a proposal of the list, or give it another place; nothing is changed without --write
    #[arg(long, value_name = "NUMBER[=INTENT|=new:NAME|=out-of-scope]")]
    accept: Vec<Accept>,
    /// Do not propose this again
    #[arg(long, value_name = "NUMBER")]
    reject: Vec<usize>,
    /// Conversation tests, to be run before and after
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "accept")]
    tests: Vec<PathBuf>,
    /// Change the dialplan
    #[arg(long, requires = "accept")]
    write: bool,
    /// Also where that makes something worse
    #[arg(long, requires = "write")]
    even_so: bool,
    /// One JSON object a line: the proposals, or what a change does
    #[arg(long)]
    json: bool,
}

/// A number of the list, and where it shall go instead of where it is proposed to.
#[derive(Debug, Clone)]
struct Accept {
    number: usize,
    target: Option<Target>,
}

impl std::str::FromStr for Accept {
    type Err = String;

    fn from_str(written: &str) -> Result<Accept, String> {
        let (number, target) = match written.split_once('=') {
            Some((number, target)) => (number, Some(target)),
            None => (written, None),
        };
        let number = number.parse().map_err(|_| {
            format!("\"{number}\" is no number of the list; write 2, or 2=opening-hours")
        })?;
        let target = match target {
            None => None,
            Some("") => return Err("after = comes an intent, new:NAME or out-of-scope".to_owned()),
            Some("out-of-scope") => Some(Target::OutOfScope),
            Some(name) => Some(match name.strip_prefix("new:") {
                Some(name) => Target::New(new_name(name)?),
                None => Target::Intent(name.to_owned()),
            }),
        };
        Ok(Accept { number, target })
    }
}

fn new_name(name: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    match name.starts_with(char::is_alphabetic) && name.chars().all(is_name) {
        true => Ok(name.to_owned()),
        false => Err(format!(
            "\"{name}\" cannot be an intent's name: begin with a letter and use letters, digits, - and _ only"
        )),
    }
}

/// What a change does, for programs.
#[derive(Serialize)]
struct Outcome<'o> {
    harms: bool,
    effect: &'o Effect,
    diff: &'o str,
    written: bool,
}

pub fn run(args: &Args, data: &Path) -> Done {
    let today = jiff::Zoned::now().date();
    let dialplan = Arc::new(load::dialplan(Some(&args.dialplan))?);
    let source = std::fs::read_to_string(&args.dialplan).map_err(|error| {
        Failure(format!(
            "{}: cannot be read: {error}",
            args.dialplan.display()
        ))
    })?;
    if !data.exists() {
        return Err(Failure(format!(
            "{}: there is no such folder, so no calls are recorded; `--data` says where they are",
            data.display()
        )));
    }
    let store = Store::open(data);
    let gathered = Gathered::from(store.transcripts()?, &dialplan, args.since)?;
    let mut remembered = Remembered::read(data)?;
    let mut known: Vec<String> = remembered
        .phrases(&dialplan.name)
        .map(str::to_owned)
        .collect();
    known.extend(edit::known_out_of_scope(&source));
    let list = propose(&dialplan, &gathered.missed, &known);

    for number in &args.reject {
        let proposal = numbered(&list, *number)?;
        remembered.reject(&dialplan.name, today, proposal.remembered(&dialplan));
    }
    if !args.reject.is_empty() {
        remembered.write(data)?;
    }
    for number in &args.reject {
        say(args, &format!("{number} is not proposed again."));
    }
    if !args.accept.is_empty() {
        let accepted = accepted(args, &dialplan, &list)?;
        return change(args, &dialplan, &source, &gathered, &accepted);
    }
    if args.reject.is_empty() {
        show(args, &dialplan, &gathered, &list)?;
    }
    Ok(Verdict::Yes)
}

fn say(args: &Args, line: &str) {
    if !args.json {
        println!("{line}");
    }
}

fn show(
    args: &Args,
    dialplan: &Dialplan,
    gathered: &Gathered,
    list: &Proposals,
) -> Result<(), Failure> {
    if args.json {
        for proposal in &list.proposals {
            println!("{}", serde_json::to_string(proposal)?);
        }
        return Ok(());
    }
    print!("{}", text::list(&dialplan.name, gathered, list));
    if !list.proposals.is_empty() {
        println!("Accept one with --accept NUMBER, which shows what it would change.");
    }
    Ok(())
}

fn numbered(list: &Proposals, number: usize) -> Result<&Proposal, Failure> {
    let found = number.checked_sub(1).and_then(|at| list.proposals.get(at));
    found.ok_or_else(|| {
        let most = list.proposals.len();
        Failure(match most {
            0 => format!("there is no proposal {number}: the list is empty"),
            _ => format!("there is no proposal {number}: the list goes from 1 to {most}"),
        })
    })
}

fn accepted<'l>(
    args: &Args,
    dialplan: &Dialplan,
    list: &'l Proposals,
) -> Result<Vec<(&'l Proposal, Target)>, Failure> {
    let mut new: Vec<String> = Vec::new();
    let mut accepted: Vec<(&Proposal, Target)> = Vec::new();
    for Accept { number, target } in &args.accept {
        let proposal = numbered(list, *number)?;
        if accepted.iter().any(|(known, _)| known.number == *number) {
            return Err(Failure(format!(
                "{number} is accepted twice; it can go to one place"
            )));
        }
        let target = target.clone().or_else(|| proposal.target.clone());
        let Some(target) = target else {
            return Err(Failure(format!(
                "{number} has no place of its own: write --accept {number}=INTENT, {number}=new:NAME or \
                 {number}=out-of-scope"
            )));
        };
        let is_there = |name: &str| dialplan.intents.iter().any(|intent| *intent.name == *name);
        let target = match target {
            Target::Intent(name) if !is_there(&name) && !new.contains(&name) => {
                return Err(Failure(no_intent(dialplan, *number, &name)));
            }
            Target::New(name) if is_there(&name) => {
                return Err(Failure(format!(
                    "there is an intent \"{name}\" already: write --accept {number}={name}"
                )));
            }
            // Two groups may go to one new intent.
            Target::New(name) if new.contains(&name) => Target::Intent(name),
            Target::New(name) => {
                new.push(name.clone());
                Target::New(name)
            }
            target => target,
        };
        accepted.push((proposal, target));
    }
    Ok(accepted)
}

fn no_intent(dialplan: &Dialplan, number: usize, name: &str) -> String {
    let names: Vec<&str> = dialplan
        .intents
        .iter()
        .map(|intent| &*intent.name)
        .collect();
    match meant(name, &names) {
        Some(near) => format!("there is no intent \"{name}\"; did you mean {number}={near}?"),
        None => format!("there is no intent \"{name}\"; {number}=new:{name} makes one"),
    }
}

fn change(
    args: &Args,
    dialplan: &Arc<Dialplan>,
    source: &str,
    gathered: &Gathered,
    accepted: &[(&Proposal, Target)],
) -> Done {
    let mut additions = Vec::new();
    for (proposal, target) in accepted {
        let (addition, withheld) = addition(dialplan, proposal, target);
        for (_, why) in &withheld {
            say(
                args,
                &format!("{}: a phrase is kept out: {}.", proposal.number, why.why()),
            );
        }
        let Some(addition) = addition else {
            return Err(Failure(format!(
                "{}: nothing is left to write, since every phrase holds what belongs to its caller",
                proposal.number
            )));
        };
        additions.push(addition);
    }
    let changed = edit::with(source, dialplan.language, &additions)?;
    let file = args.dialplan.display().to_string();
    let today = jiff::Zoned::now().date();
    let loaded = Dialplan::parse(&changed, &file, today).map_err(|error| {
        Failure(format!(
            "with this change the dialplan would not load, so it stays as it is:\n{}",
            error.pretty()
        ))
    })?;
    let warned = Dialplan::parse(source, &file, today).map(|loaded| loaded.warnings);
    let warned = warned.unwrap_or_default();
    for warning in &loaded.warnings {
        if warned.iter().all(|known| known.message != warning.message) {
            tracing::warn!("{warning}");
        }
    }
    let mut after = loaded.dialplan;
    after.folder.clone_from(&dialplan.folder);
    load::proved(&after).map_err(|Failure(traps)| {
        Failure(format!(
            "with this change callers could get stuck, so the dialplan stays as it is:\n{traps}"
        ))
    })?;
    let after = Arc::new(after);
    // Files that cannot be used are told of before anything is compared.
    rehearse::as_text(dialplan, &args.tests).map_err(|error| Failure(error.pretty()))?;
    let run = |plan: &Arc<Dialplan>| {
        let outcomes = rehearse::as_text(plan, &args.tests).unwrap_or_default();
        let outcomes = outcomes.into_iter();
        outcomes
            .map(|outcome| (outcome.name, outcome.unmet))
            .collect()
    };
    let effect = Effect::of((dialplan, &after), gathered, accepted, &run);
    let diff = diff(source, &changed, &file);
    let harms = effect.harms();
    let writes = args.write && (!harms || args.even_so);
    if writes {
        write(args, source, &changed)?;
    }
    if args.json {
        let outcome = Outcome {
            harms,
            effect: &effect,
            diff: &diff,
            written: writes,
        };
        println!("{}", serde_json::to_string(&outcome)?);
    } else {
        print!("{}\n{diff}\n", text::effect(&effect));
        println!("{}", verdict(args, harms));
    }
    Ok(match harms && !writes {
        true => Verdict::No,
        false => Verdict::Yes,
    })
}

fn verdict(args: &Args, harms: bool) -> String {
    let file = args.dialplan.display();
    match (args.write, harms) {
        (true, true) if !args.even_so => {
            format!("{file} stays as it is, since this harms; --even-so writes it all the same.")
        }
        (true, _) => format!("{file} is changed."),
        (false, _) => format!("{file} stays as it is; --write changes it."),
    }
}

fn write(args: &Args, source: &str, changed: &str) -> Result<(), Failure> {
    let now = std::fs::read_to_string(&args.dialplan).unwrap_or_default();
    if now != source {
        return Err(Failure(format!(
            "{}: somebody has changed it just now; run this again",
            args.dialplan.display()
        )));
    }
    replace(&args.dialplan, changed)?;
    Ok(())
}

fn diff(before: &str, after: &str, file: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let mut unified = diff.unified_diff();
    unified.context_radius(2).header(file, file).to_string()
}
