use super::*;
use proptest::prelude::*;

const SSRC: u32 = 0xCAFE;
const TICK: u32 = 160;

/// A stream of 20 ms packets whose only byte is their number.
fn packet(number: u16, audio: &[u8]) -> Packet<'_> {
    Packet {
        ssrc: SSRC,
        sequence: number.wrapping_add(65_530),
        timestamp: u32::from(number).wrapping_mul(TICK).wrapping_sub(3 * TICK),
        audio,
        duration: TICK,
    }
}

fn push(buffer: &mut JitterBuffer, number: u16) {
    buffer.push(packet(number, &[number as u8]));
}

/// One tick: what is to be played in it.
fn play(buffer: &mut JitterBuffer) -> String {
    buffer.tick();
    show(buffer.pull())
}

fn show(next: Next<'_>) -> String {
    match next {
        Next::Audio(audio) => audio.iter().map(u8::to_string).collect(),
        Next::Missing(units) => format!("missing {units}"),
        Next::Pause(units) => format!("pause {units}"),
        Next::Nothing => "-".into(),
    }
}

/// Each inner slice is what arrives before a tick.
fn run(arrivals: &[&[u16]]) -> (Vec<String>, Counts) {
    let mut buffer = JitterBuffer::new(8000);
    let played = arrivals
        .iter()
        .map(|numbers| {
            for &number in *numbers {
                push(&mut buffer, number);
            }
            play(&mut buffer)
        })
        .collect();
    (played, buffer.counts())
}

/// A buffer that plays steadily: 0 to 9 have arrived, 0 to 7 are played.
fn steady() -> JitterBuffer {
    let mut buffer = JitterBuffer::new(8000);
    for number in 0..10 {
        push(&mut buffer, number);
        play(&mut buffer);
    }
    assert_eq!(buffer.held(), 2 * TICK);
    buffer
}

#[test]
fn playing_begins_40_ms_after_the_first_packet_and_numbers_wrap() {
    let (played, counts) = run(&[&[], &[0], &[1], &[2], &[3], &[4], &[5], &[6], &[7], &[8]]);
    assert_eq!(
        played,
        ["-", "-", "-", "0", "1", "2", "3", "4", "5", "6"],
        "sequence and timestamp both wrap in here"
    );
    assert_eq!(counts, Counts::default());
}

#[test]
fn reordered_packets_come_out_in_order() {
    let (played, counts) = run(&[&[0], &[2], &[1, 3], &[5], &[4], &[6], &[7]]);
    assert_eq!(played, ["-", "-", "0", "1", "2", "3", "4"]);
    assert_eq!(counts, Counts::default());
}

#[test]
fn a_lost_packet_is_missing_at_its_turn() {
    let (played, counts) = run(&[&[0], &[1], &[3], &[4], &[5], &[6]]);
    assert_eq!(played, ["-", "-", "0", "1", "missing 160", "3"]);
    assert_eq!(counts.lost, 1);
}

#[test]
fn late_and_doubled_packets_are_counted_and_not_played() {
    let (played, counts) = run(&[&[0, 0], &[1], &[3], &[4], &[5], &[2, 6], &[2, 3, 7, 7]]);
    assert_eq!(played, ["-", "-", "0", "1", "missing 160", "3", "4"]);
    assert_eq!((counts.lost, counts.late, counts.duplicate), (1, 1, 4));
}

#[test]
fn a_dry_buffer_waits_for_the_sender_and_builds_up_the_delay_again() {
    let (played, counts) = run(&[&[0], &[1], &[], &[], &[], &[2], &[3], &[4], &[5]]);
    assert_eq!(played, ["-", "-", "0", "1", "-", "-", "-", "2", "3"]);
    assert_eq!(counts.lost, 0, "late as a whole is not lost");
}

#[test]
fn a_pause_of_the_sender_is_not_loss() {
    let mut buffer = steady();
    // Numbered on, 60 ms later on its clock.
    buffer.push(Packet {
        timestamp: packet(13, &[]).timestamp,
        ..packet(10, &[10])
    });
    let played: Vec<_> = (0..4).map(|_| play(&mut buffer)).collect();
    assert_eq!(played, ["8", "9", "pause 480", "10"]);
    assert_eq!(buffer.counts().lost, 0);
}

#[test]
fn packets_without_audio_take_part_in_the_numbering() {
    let mut buffer = steady();
    for number in 10..18 {
        buffer.push(Packet {
            audio: &[],
            duration: 0,
            timestamp: packet(10, &[]).timestamp,
            ..packet(number, &[])
        });
        play(&mut buffer);
    }
    assert!(!buffer.playing());
    for number in 18..22 {
        push(&mut buffer, number);
    }
    assert_eq!(play(&mut buffer), "-");
    assert_eq!(play(&mut buffer), "-");
    assert_eq!(play(&mut buffer), "18");
    assert_eq!(buffer.counts(), Counts::default());
}

#[test]
fn a_jump_of_the_senders_clock_is_followed() {
    let mut buffer = steady();
    for number in 10..13 {
        buffer.push(Packet {
            timestamp: 77_777 + u32::from(number) * TICK,
            ..packet(number, &[number as u8])
        });
    }
    let played: Vec<_> = (0..5).map(|_| play(&mut buffer)).collect();
    assert_eq!(played, ["8", "9", "10", "11", "12"]);
}

#[test]
fn another_stream_takes_over_when_two_of_its_packets_come_in_a_row() {
    let mut buffer = steady();
    let other = |number: u16| Packet {
        ssrc: 1,
        sequence: number,
        timestamp: u32::from(number) * TICK,
        audio: b"x",
        duration: TICK,
    };
    // Mixed into the first it is ignored.
    for number in 10..20 {
        push(&mut buffer, number);
        buffer.push(other(number));
        assert_ne!(play(&mut buffer), "120");
    }
    assert_eq!((buffer.counts().stray, buffer.counts().restarts), (10, 0));
    buffer.push(other(500));
    buffer.push(other(501));
    buffer.push(other(502));
    let played: Vec<_> = (0..4).map(|_| play(&mut buffer)).collect();
    assert_eq!(played, ["-", "-", "120", "120"]);
    assert_eq!(buffer.counts().restarts, 1);
}

#[test]
fn a_sender_that_starts_its_numbers_over_is_followed() {
    let mut buffer = steady();
    for number in 40_000..40_004 {
        push(&mut buffer, number);
    }
    assert_eq!(buffer.counts().restarts, 1);
    let played: Vec<_> = (0..3).map(|_| play(&mut buffer)).collect();
    assert_eq!(played, ["-", "-", (40_001u16 as u8).to_string().as_str()]);
}

#[test]
fn after_an_outage_it_goes_on_with_what_comes() {
    let mut buffer = steady();
    for _ in 0..500 {
        play(&mut buffer);
    }
    for number in 510..513 {
        push(&mut buffer, number);
    }
    let played: Vec<_> = (0..3).map(|_| play(&mut buffer)).collect();
    assert_eq!(played, ["-", "-", (510u16 as u8).to_string().as_str()]);
    assert_eq!(buffer.counts().lost, 500);
}

#[test]
fn what_piles_up_is_dropped_and_the_newest_kept() {
    let mut buffer = steady();
    for number in 10..40 {
        push(&mut buffer, number);
        assert!(buffer.held() <= 8000 / 1000 * MOST_MS);
    }
    let next: u16 = play(&mut buffer).parse().unwrap();
    assert!(next > 28, "{next} is too old");
    let counts = buffer.counts();
    assert_eq!(counts.lost, 0);
    assert_eq!(counts.dropped, u64::from(next) - 8);
}

#[test]
fn what_was_dropped_leaves_no_gap() {
    let mut buffer = steady();
    for number in 10..20 {
        push(&mut buffer, number);
    }
    assert_eq!(buffer.counts().dropped, 9);
    assert_eq!(play(&mut buffer), "17");
}

#[test]
fn a_steady_stream_allocates_nothing() {
    let mut buffer = JitterBuffer::new(8000);
    let audio = [0u8; 160];
    let addresses = |buffer: &JitterBuffer| -> Vec<_> {
        buffer.places.iter().map(|p| p.audio.as_ptr()).collect()
    };
    let mut go = |numbers: std::ops::Range<u16>| {
        for number in numbers {
            buffer.push(packet(number, &audio));
            play(&mut buffer);
        }
        addresses(&buffer)
    };
    let before = go(0..40);
    assert_eq!(go(40..400), before);
}

#[derive(Debug, Clone)]
enum Step {
    Push {
        ssrc: u32,
        sequence: u16,
        timestamp: u32,
        length: usize,
    },
    Play,
}

fn step() -> impl Strategy<Value = Step> {
    let anything = (0u32..2, any::<u16>(), any::<u32>(), 0usize..300);
    let likely = (Just(0), 0u16..90, 0u32..20_000, 0usize..300);
    prop_oneof![
        1 => anything.prop_map(Step::from),
        4 => likely.prop_map(Step::from),
        3 => Just(Step::Play),
    ]
}

impl From<(u32, u16, u32, usize)> for Step {
    fn from((ssrc, sequence, timestamp, length): (u32, u16, u32, usize)) -> Step {
        Step::Push {
            ssrc,
            sequence,
            timestamp,
            length,
        }
    }
}

proptest! {
    #[test]
    fn anything_is_survived_and_what_is_held_stays_bounded(
        steps in prop::collection::vec(step(), 0..400),
    ) {
        let mut buffer = JitterBuffer::new(8000);
        for step in steps {
            match step {
                Step::Push { ssrc, sequence, timestamp, length } => buffer.push(Packet {
                    ssrc, sequence, timestamp,
                    audio: &vec![0; length],
                    duration: length as u32,
                }),
                Step::Play => {
                    buffer.tick();
                    for n in 0.. {
                        prop_assert!(n < 100, "a tick must come to an end");
                        if buffer.pull() == Next::Nothing { break; }
                    }
                }
            }
            let filled: Vec<_> = buffer.places.iter().filter(|p| p.filled).collect();
            prop_assert_eq!(buffer.filled, filled.len());
            prop_assert_eq!(buffer.held, filled.iter().map(|p| p.duration).sum::<u32>());
            prop_assert!(buffer.held <= 1600);
        }
    }

    /// Within what the delay can absorb, the network's disorder is invisible.
    #[test]
    fn disorder_within_the_delay_is_invisible(
        jitter in prop::collection::vec((0u32..3, 0u32..4), 60),
    ) {
        let mut buffer = JitterBuffer::new(8000);
        let mut played = Vec::new();
        // The first is prompt, so the whole delay is there to be used.
        let arrives = |n: usize| match n {
            0 => (0, 0),
            n => (n as u32 + jitter[n].0, jitter[n].1),
        };
        for tick in 0..63 {
            for n in 0..60usize {
                let (when, twice) = arrives(n);
                if when == tick || (when + 1 == tick && twice == 0) {
                    push(&mut buffer, n as u16);
                }
            }
            played.push(play(&mut buffer));
        }
        let expected: Vec<_> = (0..60).map(|n: u8| n.to_string()).collect();
        prop_assert_eq!(&played[2..62], &expected[..]);
        prop_assert_eq!(buffer.counts().lost, 0);
    }
}
