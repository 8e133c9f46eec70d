//! What the sound of a call costs, by its codec: processor time a frame and memory a call; and what it
//! costs to have prompts ready for lines of both rates. `make bench-codecs`; `docs/codecs.md` holds the
//! result.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use zeroline::audio::halfband::RateChange;
use zeroline::audio::{Clip, Frame, LineRate, wav};
use zeroline::call::Music;
use zeroline::dialplan::Dialplan;
use zeroline::line::codec::{Codec, Decoder, Encoder};
use zeroline::line::rtp::RtpSession;
use zeroline::line::sdp::Media;
use zeroline::speak::{Espeak, PromptBook, Speaker, say::Pronunciations};

/// Seconds of speech that go through each codec.
const SECONDS: usize = 60;

/// Counts what is allocated.
struct Counting;

static BYTES: AtomicUsize = AtomicUsize::new(0);
static TIMES: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        BYTES.fetch_add(layout.size(), Ordering::Relaxed);
        TIMES.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let speech = speech(&root.join("audio-fixtures"));
    println!(
        "| codec | encoding | decoding | both, with RTP and jitter buffer | allocations a frame | memory |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    for codec in Codec::ALL {
        let frames = Clip::new(8_000, speech.clone()).frames(codec.line_rate());
        let (encoding, decoding) = alone(codec, &frames);
        let (both, allocations, memory) = session(codec, &frames);
        println!(
            "| {} | {} | {} | {} | {allocations:.2} | {} kB |",
            codec.name(),
            us(encoding),
            us(decoding),
            us(both),
            memory / 1_000,
        );
    }
    for (from, to) in [
        (LineRate::Wide, LineRate::Narrow),
        (LineRate::Narrow, LineRate::Wide),
    ] {
        let frames = Clip::new(8_000, speech.clone()).frames(from);
        let mut change = RateChange::default();
        let mut out = Frame::silence(to);
        let took = cpu(|| {
            for frame in &frames {
                change.convert(black_box(frame), &mut out);
                black_box(&out);
            }
        });
        let each = took / frames.len() as u32;
        println!(
            "\nA frame from {} to {} Hz: {}",
            from.hz(),
            to.hz(),
            us(each)
        );
    }
    prompts(root);
}

/// The fixtures over and over, at 8 kHz.
fn speech(folder: &Path) -> Vec<i16> {
    let mut speech = Vec::new();
    while speech.len() < SECONDS * 8_000 {
        for name in ["address", "opening-hours", "insurance", "reschedule"] {
            let clip = wav::read(&folder.join(name).with_extension("wav")).unwrap();
            speech.extend(clip.clip.samples);
        }
    }
    speech.truncate(SECONDS * 8_000);
    speech
}

/// A frame's encoding and decoding.
fn alone(codec: Codec, frames: &[Frame]) -> (Duration, Duration) {
    let mut payloads = vec![Vec::new(); frames.len()];
    let mut encoder = Encoder::new(codec);
    let encoding = cpu(|| {
        for (frame, payload) in frames.iter().zip(&mut payloads) {
            encoder.encode(black_box(frame.samples()), payload);
        }
    });
    let mut decoder = Decoder::new(codec);
    let mut samples = Vec::new();
    let decoding = cpu(|| {
        for payload in &payloads {
            samples.clear();
            decoder.decode(black_box(payload), &mut samples);
            black_box(&samples);
        }
    });
    let count = frames.len() as u32;
    (encoding / count, decoding / count)
}

/// A frame both ways through a session that talks to itself; allocations a frame, and the memory of one.
fn session(codec: Codec, frames: &[Frame]) -> (Duration, f64, usize) {
    let before = BYTES.load(Ordering::Relaxed);
    let here = SocketAddr::from(([127, 0, 0, 1], 4000));
    let media = Media::plain(here, codec);
    let mut session = Box::new(RtpSession::new(&media, 1, 1, 1));
    let mut heard = Frame::silence(codec.line_rate());
    let mut datagram = Vec::with_capacity(2_048);
    let mut tick = |session: &mut RtpSession, frame: &Frame| {
        if let Some((packet, _)) = session.packet(frame) {
            datagram.clear();
            datagram.extend_from_slice(packet);
        }
        session.receive(&datagram, here);
        session.take_frame(&mut heard);
        black_box(&heard);
    };
    let (first, rest) = frames.split_at(200);
    for frame in first {
        tick(&mut session, frame);
    }
    let memory = BYTES.load(Ordering::Relaxed) - before;
    let times = TIMES.load(Ordering::Relaxed);
    let took = cpu(|| {
        for frame in rest {
            tick(&mut session, frame);
        }
    });
    let allocations = (TIMES.load(Ordering::Relaxed) - times) as f64 / rest.len() as f64;
    (took / rest.len() as u32, allocations, memory)
}

/// The clinic's prompts by eSpeak NG, for one rate and for both.
fn prompts(root: &Path) {
    let clinic = root.join("dialplans/clinic.toml");
    let today = jiff::Zoned::now().date();
    let clinic = Dialplan::load(&clinic, today).unwrap().dialplan;
    let speaker = || {
        let voice = Espeak::new(clinic.language.tag()).unwrap();
        let none = Pronunciations::default();
        Speaker::new(Box::new(voice), clinic.language, none, &clinic.folder)
    };
    let texts = clinic.fixed_texts();
    let before = BYTES.load(Ordering::Relaxed);
    let begun = Instant::now();
    let narrow = speaker();
    let made: Vec<_> = texts
        .iter()
        .filter_map(|text| narrow.prompt(text, LineRate::Narrow).ok())
        .collect();
    let one = (begun.elapsed(), BYTES.load(Ordering::Relaxed) - before);
    let seconds: f64 = made.iter().map(|p| p.duration().as_secs_f64()).sum();
    drop((made, narrow));
    let before = BYTES.load(Ordering::Relaxed);
    let begun = Instant::now();
    let wide = speaker();
    let (book, _) = PromptBook::prepare(&wide, &texts, &|_, _| {});
    let both = (begun.elapsed(), BYTES.load(Ordering::Relaxed) - before);
    drop((book, wide));
    let before = BYTES.load(Ordering::Relaxed);
    let music = Music::built_in();
    let of_music = BYTES.load(Ordering::Relaxed) - before;
    drop(music);
    println!(
        "\nThe clinic's {} texts ({seconds:.0} s): narrow only {} ms and {} kB, both {} ms and {} kB; music at \
         both {} kB",
        texts.len(),
        one.0.as_millis(),
        one.1 / 1_000,
        both.0.as_millis(),
        both.1 / 1_000,
        of_music / 1_000,
    );
}

/// Processor time of this thread: others may be at work on this machine.
fn cpu(work: impl FnOnce()) -> Duration {
    let begun = thread_time();
    work();
    thread_time() - begun
}

fn thread_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn us(time: Duration) -> String {
    format!("{:.1} µs", time.as_secs_f64() * 1e6)
}
