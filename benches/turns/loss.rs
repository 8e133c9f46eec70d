//! What a bad network costs: callers' speech and keys through a real [`RtpSession`], against the same
//! over a clean network.
//!
//! One long call per set of clips: what is said, a pause with one key press in it, the next. What
//! comes out is cut into utterances and recognised as in any call. The delay is measured from the
//! samples alone: where a frame that is played was in what was sent.

use crate::coffee::Coffee;
use crate::network::{Conditions, Jitter, Network};
use crate::sets::{Item, Plan, Sets, Want};
use std::collections::HashMap;
use std::error::Error;
use std::net::SocketAddr;
use zeroline::audio::{Clip, Frame, Key, LineRate};
use zeroline::dialplan::Dialplan;
use zeroline::hear::{Expected, Heard, Listener, Recogniser, Sphinx, Stop, Vad};
use zeroline::line::codec::{Codec, Decoder, Encoder};
use zeroline::line::rtp::RtpSession;
use zeroline::line::sdp::Media;
use zeroline::understand::{Language, asks_for_human, spoken};

const RATE: LineRate = LineRate::Narrow;
/// Of the coffee orders, evenly chosen, at least this many are heard.
const ORDERS: usize = 60;
/// Before each clip and after the last, in ticks.
const PAUSE: usize = 75;
/// When in a pause the key is pressed.
const PRESS: usize = 60;
const SEED: u64 = 7;

/// Prints a table with a row for each network.
pub fn measure(coffee: &Coffee, clinic: &Dialplan, sets: &Sets) -> Result<(), Box<dyn Error>> {
    let wanted = |item: &&Item, plan| item.plan == plan && item.want != Want::Nothing;
    let of = |plan| sets.items.iter().filter(move |item| wanted(item, plan));
    let orders: Vec<&Item> = of(Plan::Coffee).collect();
    let apart = (orders.len() / ORDERS).max(1);
    let orders: Vec<&Item> = orders.into_iter().step_by(apart).collect();
    let fixtures: Vec<&Item> = of(Plan::Clinic).collect();
    let (waiter, _) = Sphinx::new(None, &coffee.expected()?, &|_| None)?;
    let phrases = Expected::from_phrases(&clinic.phrases());
    let (receptionist, _) = Sphinx::new(None, &phrases, &|_| None)?;
    let right = |item: &Item, text: &str| {
        let text = &spoken(Language::EnglishUs, text).join(" ");
        match &item.want {
            Want::Slots(slots) => coffee.slots(text) == *slots,
            Want::Intent(wanted) => clinic
                .intent_of(text)
                .is_some_and(|found| **found == **wanted),
            Want::Human => asks_for_human(clinic.language, text),
            Want::Digit(_) | Want::Nothing => false,
        }
    };

    println!(
        "| network | orders: all slots right | against clean | fixtures: intent right | turns | keys heard of pressed | made up | mean delay |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    let mut clean = None;
    for (name, conditions) in networks() {
        let mut line = Vec::new();
        for (items, recogniser) in [(&orders, &waiter), (&fixtures, &receptionist)] {
            let call = call(items, conditions);
            let texts = recognise(recogniser, &call.utterances)?;
            let mut heard = vec![String::new(); items.len()];
            for (text, (at, _)) in texts.iter().zip(&call.utterances) {
                if let Some(heard) = heard.get_mut(*at) {
                    heard.push_str(text);
                    heard.push(' ');
                }
            }
            let judged = items.iter().zip(&heard);
            let right = judged.filter(|(item, text)| right(item, text)).count();
            line.push((right, items.len(), call));
        }
        let [(ordered, orders, a), (meant, fixtures, b)] = &line[..] else {
            continue;
        };
        let percent = |part: usize, all: usize| 100.0 * part as f64 / all.max(1) as f64;
        let share = percent(*ordered, *orders);
        let against = share - *clean.get_or_insert(share);
        let delays = a.delays.iter().chain(&b.delays);
        let mean = delays.clone().sum::<f64>() / delays.count().max(1) as f64;
        println!(
            "| {name} | {share:.1} % | {against:+.1} | {meant} of {fixtures} | {} | {} of {} | {:.1} % | {mean:.0} ms |",
            a.utterances.len() + b.utterances.len(),
            a.keys_right + b.keys_right,
            a.keys_pressed + b.keys_pressed + a.keys_wrong + b.keys_wrong,
            percent(a.made_up + b.made_up, a.frames + b.frames),
        );
    }
    Ok(())
}

fn networks() -> Vec<(&'static str, Conditions)> {
    let clean = Conditions::default();
    let loss = Conditions {
        loss: 0.05,
        ..clean
    };
    vec![
        ("clean", clean),
        (
            "sent when the receiver looks, ± 4 ms",
            Conditions {
                edge_ms: 4.0,
                ..clean
            },
        ),
        ("5 % lost", loss),
        (
            "bursts of 100 ms lost, 20 a minute",
            Conditions {
                bursts_a_minute: 20.0,
                ..clean
            },
        ),
        (
            "5 % come 40 ms later, 2 % twice",
            Conditions {
                reordered: 0.05,
                duplicated: 0.02,
                ..clean
            },
        ),
        (
            "60 ms of jitter, evenly",
            Conditions {
                jitter: Jitter::Uniform(60.0),
                ..clean
            },
        ),
        (
            "20 ms of jitter, exponential",
            Conditions {
                jitter: Jitter::Exponential(20.0),
                ..clean
            },
        ),
        (
            "5 % lost, 10 bursts a minute, 60 ms of jitter, 2 % twice",
            Conditions {
                bursts_a_minute: 10.0,
                jitter: Jitter::Uniform(60.0),
                duplicated: 0.02,
                ..loss
            },
        ),
    ]
}

/// What came of a call.
#[derive(Default)]
struct Outcomes {
    /// Each with the number of the clip in whose time it ended.
    utterances: Vec<(usize, Clip)>,
    keys_pressed: usize,
    /// Heard in the order in which they were pressed.
    keys_right: usize,
    /// Heard without being pressed.
    keys_wrong: usize,
    frames: usize,
    /// Frames nothing of which was received.
    made_up: usize,
    /// Of frames that can be found in what was sent, in milliseconds.
    delays: Vec<f64>,
}

fn call(items: &[&Item], conditions: Conditions) -> Outcomes {
    let (here, there) = (address(1), address(2));
    let mut caller = RtpSession::new(&media(there), 1, 60_000, 1);
    let mut line = RtpSession::new(&media(here), 2, 1, 1);
    let mut network = Network::new(conditions, SEED);
    let mut listener = Listener::new(RATE, Vad::Fvad.start(RATE));
    let mut outcomes = Outcomes::default();
    let mut sent: Vec<i16> = Vec::new();
    let mut played: Vec<(bool, Frame)> = Vec::new();
    let mut keys = "0123456789*#".chars().filter_map(Key::from_char).cycle();
    let (mut pressed, mut heard) = (Vec::new(), Vec::new());
    let mut random = SEED;
    let silence = Frame::silence(RATE);

    for at in 0..=items.len() {
        let clip = items.get(at).map(|item| item.clip.frames(RATE));
        let pause = (0..PAUSE).map(|_| room(&mut random));
        for (tick, frame) in pause.chain(clip.into_iter().flatten()).enumerate() {
            if tick == PRESS
                && let Some(key) = keys.next()
            {
                pressed.extend(caller.press(key).then_some(key));
            }
            if let Some((packet, _)) = caller.packet(&frame) {
                network.send(packet);
            }
            sent.extend(through_codec(&frame));
            for datagram in network.tick() {
                line.receive(&datagram, here);
            }
            heard.extend(std::iter::from_fn(|| line.take_key()));
            let mut frame = Frame::silence(RATE);
            let received = line.take_frame(&mut frame);
            if let Some(Heard::SpeechEnded(utterance)) = listener.hear(&frame, &silence, 700) {
                // A clip's utterances end in the pause after it.
                let of = if tick < PAUSE { at.wrapping_sub(1) } else { at };
                outcomes.utterances.push((of, utterance.clip));
            }
            played.push((received, frame));
        }
    }
    outcomes.keys_pressed = pressed.len();
    let mut left = heard.iter().peekable();
    for key in &pressed {
        outcomes.keys_right += usize::from(left.next_if_eq(&key).is_some());
    }
    outcomes.keys_wrong = left.count();
    outcomes.frames = played.len();
    outcomes.made_up = played.iter().filter(|(received, _)| !received).count();
    outcomes.delays = delays(&sent, &played);
    outcomes
}

/// Where frames that are played were in what was sent.
fn delays(sent: &[i16], played: &[(bool, Frame)]) -> Vec<f64> {
    const PIECE: usize = 24;
    let mut places: HashMap<&[i16], Option<usize>> = HashMap::new();
    for (at, piece) in sent.windows(PIECE).enumerate() {
        // What comes twice tells nothing.
        places
            .entry(piece)
            .and_modify(|place| *place = None)
            .or_insert(Some(at));
    }
    // The end of a frame is as it was sent even when its beginning is a cross-fade.
    let offset = RATE.frame_len() - PIECE;
    let found = played.iter().enumerate().filter_map(|(tick, (_, frame))| {
        let piece = frame.samples().get(offset..)?;
        let place = (*places.get(piece)?)?;
        let now = tick * RATE.frame_len() + offset;
        Some((now as f64 - place as f64) / f64::from(RATE.hz()) * 1000.0)
    });
    found.collect()
}

/// A quiet room: noise at about -60 dBov.
fn room(random: &mut u64) -> Frame {
    let mut frame = Frame::silence(RATE);
    for sample in frame.samples_mut() {
        *random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *sample = ((*random >> 33) % 113) as i16 - 56;
    }
    frame
}

fn through_codec(frame: &Frame) -> Vec<i16> {
    let (mut payload, mut samples) = (Vec::new(), Vec::new());
    Encoder::new(Codec::Pcmu).encode(frame.samples(), &mut payload);
    Decoder::new(Codec::Pcmu).decode(&payload, &mut samples);
    samples
}

fn recognise(
    recogniser: &dyn Recogniser,
    utterances: &[(usize, Clip)],
) -> Result<Vec<String>, Box<dyn Error>> {
    let half = utterances.len().div_ceil(2).max(1);
    let results = std::thread::scope(|scope| {
        let parts = utterances.chunks(half).map(|part| {
            scope.spawn(move || -> Vec<_> {
                let one = |(_, clip): &(usize, Clip)| recogniser.recognise(clip, &Stop::never());
                part.iter().map(one).collect()
            })
        });
        let parts: Vec<_> = parts.collect();
        let joined = parts.into_iter().filter_map(|part| part.join().ok());
        joined.flatten().collect::<Vec<_>>()
    });
    let mut texts = Vec::new();
    for result in results {
        texts.push(result?.text);
    }
    Ok(texts)
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn media(remote: SocketAddr) -> Media {
    Media::plain(remote, Codec::Pcmu)
}
