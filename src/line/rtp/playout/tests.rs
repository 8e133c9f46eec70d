use super::conceal::Concealer;
use super::*;
use crate::audio::{level, tone};
use crate::line::codec::Encoder;
use proptest::prelude::*;
use std::f32::consts::TAU;

/// A vowel: the harmonics of a voice, so many samples a second.
fn voice(pitch: f32, hz: u32, length: usize) -> Vec<i16> {
    let sample = |n: usize| {
        let t = n as f32 / hz as f32;
        let harmonics = (1..15).map(|k| k as f32 * pitch).filter(|&f| f < 3400.0);
        let formants = |f: f32| 1.0 / (1.0 + ((f - 600.0) / 300.0).powi(2)) + 0.05;
        harmonics
            .map(|f| formants(f) * (TAU * f * t).sin())
            .sum::<f32>()
    };
    (0..length).map(|n| (sample(n) * 4_000.0) as i16).collect()
}

fn tones(low: f32, high: f32, hz: u32, length: usize) -> Vec<i16> {
    tone::sines(&[low, high], 5_000.0, hz, 0)
        .take(length)
        .collect()
}

fn noise(length: usize) -> Vec<i16> {
    let mut random = 1u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) as i16 / 8
    };
    (0..length).map(|_| next()).collect()
}

/// `sound` with a hole of `missing` after `before` samples, as it is heard.
fn heard(rate: LineRate, sound: &[i16], before: usize, missing: usize) -> Vec<i16> {
    let mut concealer = Concealer::new(rate);
    let mut heard = Vec::new();
    let received = |heard: &mut Vec<i16>, concealer: &mut Concealer, piece: &[i16]| {
        for packet in piece.chunks(rate.frame_len()) {
            let start = heard.len();
            heard.extend_from_slice(packet);
            concealer.received(&mut heard[start..]);
        }
    };
    received(&mut heard, &mut concealer, &sound[..before]);
    concealer.make_up(missing, &mut heard);
    received(&mut heard, &mut concealer, &sound[before + missing..]);
    heard
}

fn steepest(sound: &[i16]) -> i32 {
    let steps = sound.windows(2).map(|w| i32::from(w[1]) - i32::from(w[0]));
    steps.map(i32::abs).max().unwrap()
}

const RATES: [LineRate; 2] = [LineRate::Narrow, LineRate::Wide];

#[test]
fn a_voice_goes_on_at_its_pitch_without_a_click() {
    for rate in RATES {
        let ms = rate.hz() as usize / 1000;
        for pitch in [70.0, 103.0, 144.0, 218.0, 310.0] {
            let sound = voice(pitch, rate.hz(), 200 * ms);
            let heard = heard(rate, &sound, 100 * ms, 20 * ms);
            assert_eq!(heard.len(), sound.len());
            let gap = 100 * ms..120 * ms;
            let same = alike(&heard[gap.clone()], &sound[gap.clone()]);
            assert!(same > 0.9, "{pitch} Hz: {same}");
            assert!(steepest(&heard) * 4 < steepest(&sound) * 5, "{pitch} Hz");
            assert_eq!(heard[..gap.start], sound[..gap.start], "before the gap");
            let after = gap.end + 8 * ms;
            assert_eq!(heard[after..], sound[after..], "after the cross-fade");
        }
    }
}

#[test]
fn made_up_sound_fades_to_silence_and_received_sound_comes_back_without_a_click() {
    for rate in RATES {
        let ms = rate.hz() as usize / 1000;
        let sound = voice(120.0, rate.hz(), 300 * ms);
        let heard = heard(rate, &sound, 100 * ms, 100 * ms);
        let levels: Vec<f32> = heard[100 * ms..200 * ms]
            .chunks(10 * ms)
            .map(level::dbov)
            .collect();
        assert!(
            levels[..6].is_sorted_by(|a, b| b < a || a - b > -1.0),
            "{levels:?}"
        );
        assert!(levels[4] < levels[0] - 6.0, "{levels:?}");
        assert_eq!(levels[6..], [level::SILENCE; 4]);
        assert!(steepest(&heard[195 * ms..]) * 4 < steepest(&sound) * 5);
        assert_eq!(heard[204 * ms..], sound[204 * ms..]);
    }
}

#[test]
fn noise_does_not_become_a_voice() {
    let heard = heard(LineRate::Narrow, &noise(1600), 800, 320);
    let made_up = &heard[800..960];
    // No pitch between 110 and 400 Hz.
    for lag in 20..72 {
        assert!(alike(&made_up[lag..], made_up) < 0.5, "{lag}");
    }
}

#[test]
fn a_key_goes_on_over_a_short_gap_and_not_beyond_a_long_one() {
    for rate in RATES {
        let ms = rate.hz() as usize / 1000;
        for low in [697.0, 770.0, 852.0, 941.0] {
            for high in [1209.0, 1336.0, 1477.0, 1633.0] {
                let sound = tones(low, high, rate.hz(), 160 * ms);
                let over = heard(rate, &sound, 60 * ms, 20 * ms);
                let full = level::dbov(&sound);
                for piece in over.chunks(10 * ms) {
                    let level = level::dbov(piece);
                    assert!((level - full).abs() < 3.0, "{low} {high}: {level}");
                }
                let beyond = heard(rate, &sound, 60 * ms, 100 * ms);
                assert_eq!(beyond[105 * ms..160 * ms], vec![0; 55 * ms]);
            }
        }
    }
}

#[test]
fn what_is_too_short_for_a_key_is_not_made_longer() {
    for rate in RATES {
        let ms = rate.hz() as usize / 1000;
        for length in [12, 20, 30, 35] {
            let quiet = vec![0; 100 * ms];
            let tone = tones(770.0, 1336.0, rate.hz(), length * ms);
            let sound = [quiet.clone(), tone, quiet].concat();
            let heard = heard(rate, &sound, (100 + length) * ms, 60 * ms);
            let after = (100 + length + 4) * ms;
            assert!(heard[after..].iter().all(|&s| s == 0), "{length} ms");
        }
    }
}

#[test]
fn sound_fades_into_a_pause() {
    let mut concealer = Concealer::new(LineRate::Narrow);
    let mut sound = voice(120.0, 8_000, 800);
    concealer.received(&mut sound);
    concealer.pause(400, &mut sound);
    assert!(level::dbov(&sound[800..816]) > level::dbov(&sound[..800]) - 12.0);
    assert_eq!(sound[832..], [0; 368]);
}

/// A phone's packets of 20 ms.
struct Phone<'a> {
    sound: &'a [u8],
}

impl Phone<'_> {
    fn send(&self, number: usize, to: &mut Playout) {
        let Some(audio) = self.sound.chunks(160).nth(number) else {
            return;
        };
        to.push(Packet {
            ssrc: 1,
            sequence: (number as u16).wrapping_add(65_500),
            timestamp: (number as u32 * 160).wrapping_sub(5_000),
            audio,
            duration: audio.len() as u32,
            noise: None,
        });
    }
}

fn take(playout: &mut Playout) -> (bool, Vec<i16>) {
    let mut frame = Frame::silence(LineRate::Narrow);
    let received = playout.take(&mut frame);
    (received, frame.samples().to_vec())
}

/// Sound that differs everywhere: ten frames loud, ten quiet.
fn loud_and_quiet(frames: usize) -> Vec<u8> {
    let sounds = noise(frames * 160).into_iter().enumerate();
    let sounds: Vec<i16> = sounds
        .map(|(n, s)| if n / 1600 % 2 == 0 { s } else { s / 256 })
        .collect();
    let mut payload = Vec::new();
    let mut bytes = Vec::new();
    for frame in sounds.chunks(160) {
        Encoder::new(Codec::Pcmu).encode(frame, &mut payload);
        bytes.extend_from_slice(&payload);
    }
    bytes
}

fn decoded(bytes: &[u8]) -> Vec<i16> {
    let mut samples = Vec::new();
    Decoder::new(Codec::Pcmu).decode(bytes, &mut samples);
    samples
}

/// Where in `all` the first samples of `piece` are.
fn find(all: &[i16], piece: &[i16]) -> Option<usize> {
    all.windows(piece.len()).position(|window| window == piece)
}

/// Sends `count` frames, each as many ticks late as `late` says. Gives what is played.
fn play(count: usize, late: impl Fn(usize) -> usize) -> (Vec<i16>, Vec<i16>, Playout) {
    let bytes = loud_and_quiet(count);
    let phone = Phone { sound: &bytes };
    let mut playout = Playout::new(Codec::Pcmu);
    let mut played = Vec::new();
    for tick in 0..count {
        for number in tick.saturating_sub(5)..=tick {
            if number + late(number) == tick {
                phone.send(number, &mut playout);
            }
        }
        played.extend(take(&mut playout).1);
    }
    (decoded(&bytes), played, playout)
}

#[test]
fn the_delay_is_cut_in_pauses_when_the_network_is_calm_again() {
    let calm = 300;
    let (sent, played, playout) = play(2000, |n| if n < calm { n * 7 % 4 } else { 0 });
    // What was loud since is all there, each piece once and in order.
    let mut from = 0;
    let mut delays = Vec::new();
    for at in (calm * 160..sent.len() - 1600).step_by(3200) {
        let loud = &sent[at..at + 1600];
        let found = find(&played[from..], loud);
        let found = from + found.unwrap_or_else(|| panic!("{at} {delays:?}"));
        delays.push((found - at) / 8);
        from = found;
    }
    assert!(delays[0] >= 60, "{delays:?}");
    assert_eq!(delays.last(), Some(&20), "{delays:?}");
    assert!(playout.skipped() <= 4);
    assert_eq!(playout.counts().lost, playout.counts().late);
}

#[test]
fn the_delay_grows_in_pauses_when_packets_begin_to_be_late() {
    // One in twenty-five: too few to notice at once.
    let (_, _, playout) = play(1000, |n| if n % 25 == 24 { 2 } else { 0 });
    let counts = playout.counts();
    assert!((1..=12).contains(&counts.late), "{counts:?}");
}

#[test]
fn sound_without_a_pause_is_shortened_by_periods() {
    let sound = voice(130.0, 8_000, 160 * 400);
    let mut bytes = Vec::new();
    let mut payload = Vec::new();
    for frame in sound.chunks(160) {
        Encoder::new(Codec::Pcmu).encode(frame, &mut payload);
        bytes.extend_from_slice(&payload);
    }
    let phone = Phone { sound: &bytes };
    let mut playout = Playout::new(Codec::Pcmu);
    let mut played = Vec::new();
    for tick in 0..400 {
        // The network stands still for a while and then brings all of it.
        match tick {
            200..210 => {}
            210 => (200..=210).for_each(|n| phone.send(n, &mut playout)),
            _ => phone.send(tick, &mut playout),
        }
        played.extend(take(&mut playout).1);
    }
    assert_eq!(playout.counts().lost, 0);
    assert!(playout.skipped() >= 8, "{}", playout.skipped());
    assert!(playout.surplus() < MUCH * 160);
    let after = &played[211 * 160..];
    assert!(steepest(after) * 4 < steepest(&sound) * 5);
    let quietest = after.chunks(160).map(level::dbov).fold(0.0, f32::min);
    assert!(quietest > level::dbov(&sound) - 3.0, "{quietest}");
}

proptest! {
    /// Also when packets come now before the tick, now after it.
    #[test]
    fn on_a_clean_network_not_one_sample_is_changed(after in prop::collection::vec(0usize..2, 300)) {
        let (sent, played, playout) = play(300, |n| if n == 0 { 0 } else { after[n] });
        prop_assert!(played[..160].iter().all(|&s| s == 0));
        prop_assert!(played[160..] == sent[..sent.len() - 160]);
        prop_assert_eq!(playout.counts(), Counts::default());
    }

    #[test]
    fn whatever_packets_come_a_frame_comes_and_what_is_held_is_bounded(
        packets in prop::collection::vec(
            (0u16..120, 0u32..20_000, 0usize..1600, 0u32..2, any::<bool>()), 0..300,
        ),
    ) {
        let mut playout = Playout::new(Codec::Pcmu);
        for (sequence, timestamp, length, ssrc, tick) in packets {
            playout.push(Packet {
                ssrc, sequence, timestamp,
                audio: &vec![0x85; length],
                duration: length as u32,
                noise: None,
            });
            if tick {
                take(&mut playout);
            }
            prop_assert!(playout.waiting() <= 2 * 1600 + 2 * 2400, "{}", playout.waiting());
        }
    }
}
