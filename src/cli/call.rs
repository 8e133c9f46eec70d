//! `zeroline call` and `zeroline answer`: both ends of the line, to try things out.

use super::{Done, Failure, Verdict, clock, runtime};
use crate::audio::{Key, LineRate, wav};
use crate::caller::{Step, What, When};
use crate::phone::{self, Behaviour, Happening, Person};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Be a caller: place a real SIP call, say recordings, press keys, record both sides.
#[derive(clap::Args)]
#[command(
    after_help = "The recordings are said in order, each when the other side has finished speaking, then the keys\n\
    are pressed. `0@3.5` presses 0 at 3.5 s after the answer.\n\nExample:\n  \
    zeroline call sip:bot@127.0.0.1:5060 --say audio-fixtures/opening-hours.wav --keys 0"
)]
pub struct CallArgs {
    /// Whom to call
    #[arg(value_name = "SIP-ADDRESS")]
    target: String,
    /// A recording to say; may be given several times
    #[arg(long, value_name = "FILE.wav")]
    say: Vec<PathBuf>,
    /// Keys to press, after all that is said, or at a time: 0@3.5
    #[arg(long, value_name = "KEYS[@SECONDS]")]
    keys: Vec<String>,
    /// Save both sides: left what was said, right what was heard
    #[arg(long, value_name = "FILE.wav")]
    record: Option<PathBuf>,
    /// The address of this machine to call from
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    from: IpAddr,
}

/// Be a person whose phone rings: answer calls, say a recording, hang up.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zeroline answer --listen 127.0.0.1:5080 --say audio-fixtures/person.wav"
)]
pub struct AnswerArgs {
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:5080")]
    listen: SocketAddr,
    /// What to say
    #[arg(long, value_name = "FILE.wav", required_unless_present = "busy")]
    say: Option<PathBuf>,
    /// Be on another call: refuse with 486
    #[arg(long)]
    busy: bool,
    /// Be an agent: hear who is calling, press 1, then speak
    #[arg(long)]
    take: bool,
    /// End after so many calls
    #[arg(long, value_name = "N")]
    calls: Option<u32>,
}

pub fn call(args: &CallArgs) -> Done {
    let mut script = Vec::new();
    let mut timed = Vec::new();
    for path in &args.say {
        script.push(Step {
            when: When::MyTurn,
            what: say(path)?,
        });
    }
    for keys in &args.keys {
        let (keys, when) = keys_and_time(keys)?;
        let step = Step {
            when,
            what: What::Press(keys.into()),
        };
        match when {
            When::At { .. } => timed.push(step),
            _ => script.push(step),
        }
    }
    // What has a time comes when it is due, before what waits for a turn.
    timed.extend(script);
    let recording = runtime()?.block_on(phone::call(&args.target, args.from, timed, tell))?;
    if let Some(path) = &args.record {
        recording.save(path)?;
        println!("        both sides are in {}", path.display());
    }
    Ok(Verdict::Yes)
}

pub fn answer(args: &AnswerArgs) -> Done {
    let behaviour = match &args.say {
        Some(path) if !args.busy => match say(path)? {
            What::Say(frames) if args.take => Behaviour::Take(frames),
            What::Say(frames) => Behaviour::Say(frames),
            _ => Behaviour::Busy,
        },
        _ => Behaviour::Busy,
    };
    runtime()?.block_on(async {
        let mut person = Person::listen(args.listen, behaviour).await?;
        println!("        waiting for calls on {}", person.address());
        let mut left = args.calls;
        while left != Some(0) {
            person.take_call(tell).await;
            left = left.map(|n| n - 1);
        }
        Ok(Verdict::Yes)
    })
}

fn say(path: &std::path::Path) -> Result<What, Failure> {
    let wav = wav::read(path)?;
    Ok(What::Say(wav.clip.frames(LineRate::Narrow).into()))
}

/// `12#` or `0@3.5`
fn keys_and_time(text: &str) -> Result<(Vec<Key>, When), Failure> {
    let (keys, when) = match text.split_once('@') {
        None => (text, When::MyTurn),
        Some((keys, seconds)) => match seconds.parse::<f64>() {
            Ok(seconds) if (0.0..86_400.0).contains(&seconds) => {
                let ms = (seconds * 1000.0) as u64;
                (keys, When::At { ms })
            }
            _ => {
                return Err(Failure(format!(
                    "--keys {text}: `{seconds}` is no time in seconds"
                )));
            }
        },
    };
    let keys: Option<Vec<Key>> = keys.chars().map(Key::from_char).collect();
    match keys {
        Some(keys) if !keys.is_empty() => Ok((keys, when)),
        _ => Err(Failure(format!(
            "--keys {text}: keys are 0 to 9, *, # and A to D"
        ))),
    }
}

fn tell(at_ms: u64, happening: Happening) {
    println!("{:>7} {}", clock(at_ms), in_words(&happening));
}

/// What happens on a phone, for people.
pub fn in_words(happening: &Happening) -> String {
    match happening {
        Happening::Answered => "the call is answered".to_owned(),
        Happening::Pressed(key) => format!("we press {key}"),
        Happening::Referred(target) => format!("we are asked to call {target}"),
        Happening::Connected(target) => format!("{target} has answered"),
        Happening::NotConnected(_, why) => format!("not connected: {why}"),
        Happening::OtherSideHungUp => "the other side hangs up".to_owned(),
        Happening::WeHungUp => "we hang up".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_may_have_a_time() {
        let read = |text| keys_and_time(text).map_err(|Failure(why)| why);
        assert_eq!(read("0").unwrap(), (vec![Key::ZERO], When::MyTurn));
        assert_eq!(
            read("0@3.5").unwrap(),
            (vec![Key::ZERO], When::At { ms: 3500 })
        );
        assert_eq!(read("12#").unwrap().0.len(), 3);
        assert!(read("zero").unwrap_err().contains("keys are"));
        assert!(read("0@soon").unwrap_err().contains("soon"));
        assert!(read("@1").is_err());
    }
}
