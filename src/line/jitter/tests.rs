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
        noise: None,
    }
}

fn push(buffer: &mut JitterBuffer, number: u16) {
    buffer.push(packet(number, &[number as u8]));
}

/// A buffer with who plays from it: a tick at a time, and keeps what is more than a tick.
struct Player {
    buffer: JitterBuffer,
    left: u32,
}

impl Player {
    fn new() -> Player {
        Player {
            buffer: JitterBuffer::new(8000),
            left: 0,
        }
    }

    /// Plays steadily: 0 to 9 have arrived, 0 to 8 are played.
    fn steady() -> Player {
        let mut player = Player::new();
        for number in 0..10 {
            push(&mut player.buffer, number);
            player.play();
        }
        assert_eq!(player.buffer.held(), TICK);
        player
    }

    /// One tick: what is to be played in it.
    fn play(&mut self) -> String {
        self.buffer.tick(self.left);
        let mut shown = Vec::new();
        while self.left < TICK {
            let next = self.buffer.pull();
            shown.push(show(&next));
            self.left += match next {
                Next::Audio(_) => TICK,
                Next::Missing(units) | Next::Pause(units) => units,
                Next::Nothing => TICK - self.left,
            };
        }
        self.left -= TICK;
        shown.join(" ")
    }

    /// So many ticks, and then the delay of what is played.
    fn plays(&mut self, ticks: usize) -> Vec<String> {
        (0..ticks).map(|_| self.play()).collect()
    }
}

fn show(next: &Next<'_>) -> String {
    match next {
        Next::Audio(audio) => audio.iter().map(u8::to_string).collect(),
        Next::Missing(units) => format!("missing {units}"),
        Next::Pause(units) => format!("pause {units}"),
        Next::Nothing => "-".into(),
    }
}

/// Each inner slice is what arrives before a tick.
fn run(arrivals: &[&[u16]]) -> (Vec<String>, Counts) {
    let mut player = Player::new();
    let played = arrivals
        .iter()
        .map(|numbers| {
            for &number in *numbers {
                push(&mut player.buffer, number);
            }
            player.play()
        })
        .collect();
    (played, player.buffer.counts())
}

#[test]
fn playing_begins_20_ms_after_the_first_packet_and_numbers_wrap() {
    let (played, counts) = run(&[&[], &[0], &[1], &[2], &[3], &[4], &[5], &[6], &[7], &[8]]);
    assert_eq!(
        played,
        ["-", "pause 160", "0", "1", "2", "3", "4", "5", "6", "7"],
        "sequence and timestamp both wrap in here"
    );
    assert_eq!(counts, Counts::default());
}

#[test]
fn reordered_packets_come_out_in_order() {
    let (played, counts) = run(&[&[0], &[2], &[1, 3], &[5], &[4], &[6], &[7]]);
    assert_eq!(played, ["pause 160", "0", "1", "2", "3", "4", "5"]);
    assert_eq!(counts, Counts::default());
}

#[test]
fn a_lost_packet_is_missing_at_its_turn() {
    let (played, counts) = run(&[&[0], &[1], &[], &[3], &[4], &[5]]);
    assert_eq!(played, ["pause 160", "0", "1", "missing 160", "3", "4"]);
    assert_eq!(counts.lost, 1);
}

#[test]
fn a_burst_of_losses_takes_the_time_it_had() {
    let (played, counts) = run(&[&[0], &[1], &[], &[], &[], &[], &[6], &[7], &[8]]);
    assert_eq!(
        played,
        [
            "pause 160",
            "0",
            "1",
            "-",
            "-",
            "-",
            "missing 160",
            "6",
            "7"
        ]
    );
    assert_eq!(counts.lost, 4);
}

#[test]
fn late_and_doubled_packets_are_counted_and_not_played() {
    let (played, counts) = run(&[&[0, 0], &[1], &[3], &[4], &[5], &[2, 6], &[2, 3, 7, 7]]);
    assert_eq!(
        played,
        ["pause 160", "0", "1", "missing 160", "3", "4", "5"]
    );
    assert_eq!((counts.lost, counts.late, counts.duplicate), (1, 1, 4));
}

#[test]
fn a_stall_is_waited_for_and_nothing_of_it_lost() {
    let (played, counts) = run(&[&[0], &[1], &[], &[], &[], &[2, 3, 4, 5], &[6], &[7]]);
    assert_eq!(played, ["pause 160", "0", "1", "-", "-", "2", "3", "4"]);
    assert_eq!(counts, Counts::default());
}

/// How many ticks packets wait for their turn.
fn waits(player: &mut Player, number: u16) -> i32 {
    let playing: u8 = player.play().parse().unwrap();
    i32::from((number as u8).wrapping_sub(playing))
}

#[test]
fn late_packets_are_waited_for_longer_and_longer_ones_no_more() {
    let mut player = Player::steady();
    let mut late = 0;
    // Every fourth comes 60 ms later than the others.
    for number in 10..100u16 {
        if number % 4 != 0 {
            push(&mut player.buffer, number);
        }
        if number % 4 == 3 && number > 12 {
            push(&mut player.buffer, number - 3);
        }
        if player.play().starts_with("missing") {
            late += 1;
            assert!(number < 30, "{number}");
        }
    }
    assert!(late <= 3, "{late}");
    // The network is calm again.
    for number in 100..160 {
        push(&mut player.buffer, number);
        player.play();
    }
    assert_eq!(player.buffer.surplus(), 0, "not believed so soon");
    for number in 160..1000 {
        push(&mut player.buffer, number);
        player.play();
    }
    assert_eq!(player.buffer.surplus(), 2 * TICK as i32);
    push(&mut player.buffer, 1000);
    assert_eq!(waits(&mut player, 1000), 3, "until somebody leaves it out");
}

#[test]
fn packets_that_come_around_the_edge_of_a_tick_are_all_played_in_turn() {
    // The two sides' ticks drift past each other: at first all come before the tick, at last all
    // after it, so in the next one; in between, it is chance.
    for seed in 0..5u64 {
        let mut player = Player::new();
        let mut random = seed;
        let mut after = |number: u16| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) % 2000 < u64::from(number)
        };
        let mut held_back = false;
        for tick in 0..2000u16 {
            if held_back {
                push(&mut player.buffer, tick - 1);
            }
            held_back = after(tick);
            if !held_back {
                push(&mut player.buffer, tick);
            }
            let played = player.play();
            assert!(
                tick < 2 || played == (tick as u8).wrapping_sub(1).to_string(),
                "{tick}: {played}"
            );
        }
        assert_eq!(player.buffer.counts(), Counts::default());
        assert_eq!(player.buffer.surplus(), 0);
    }
}

#[test]
fn a_pause_of_the_sender_is_not_loss() {
    let mut player = Player::steady();
    // Numbered on, 60 ms later on its clock.
    player.buffer.push(Packet {
        timestamp: packet(13, &[]).timestamp,
        ..packet(10, &[10])
    });
    assert_eq!(player.plays(5), ["9", "pause 480", "", "", "10"]);
    assert_eq!(player.buffer.counts().lost, 0);
}

#[test]
fn a_long_pause_is_as_long_as_the_sender_made_it() {
    let mut player = Player::steady();
    player.plays(100);
    // 100 packets' time in which it sent nothing; the last was 9.
    player.buffer.push(Packet {
        timestamp: packet(110, &[]).timestamp,
        ..packet(10, &[10])
    });
    assert_eq!(player.plays(2), ["pause 160", "10"]);
    assert_eq!(player.buffer.counts(), Counts::default());
}

#[test]
fn a_sender_whose_clock_stands_still_in_a_pause_is_waited_for_no_longer_than_before() {
    let mut player = Player::steady();
    player.plays(101);
    for number in 10..100 {
        push(&mut player.buffer, number);
        let played = player.play();
        if number > 10 {
            assert_eq!(played, (number - 1).to_string());
        }
    }
    assert_eq!(player.buffer.surplus(), 0);
}

#[test]
fn packets_without_audio_take_part_in_the_numbering() {
    let mut player = Player::steady();
    for number in 10..18 {
        player.buffer.push(Packet {
            audio: &[],
            duration: 0,
            noise: None,
            timestamp: packet(10, &[]).timestamp,
            ..packet(number, &[])
        });
        player.play();
    }
    for number in 18..22 {
        push(&mut player.buffer, number);
        player.play();
    }
    push(&mut player.buffer, 22);
    assert_eq!(player.play(), "21");
    assert_eq!(player.buffer.counts(), Counts::default());
}

#[test]
fn a_jump_of_the_senders_clock_is_followed() {
    let mut player = Player::steady();
    let mut played = Vec::new();
    for number in 10..40 {
        player.buffer.push(Packet {
            timestamp: 77_777 + u32::from(number) * TICK,
            ..packet(number, &[number as u8])
        });
        played.push(player.play());
    }
    let expected: Vec<_> = (9..39).map(|n: u8| n.to_string()).collect();
    assert_eq!(played, expected);
    assert_eq!(player.buffer.surplus(), 0);
}

#[test]
fn another_stream_takes_over_when_two_of_its_packets_come_in_a_row() {
    let mut player = Player::steady();
    let other = |number: u16| Packet {
        ssrc: 1,
        sequence: number,
        timestamp: u32::from(number) * TICK,
        audio: b"x",
        duration: TICK,
        noise: None,
    };
    // Mixed into the first it is ignored.
    for number in 10..20 {
        push(&mut player.buffer, number);
        player.buffer.push(other(number));
        assert_ne!(player.play(), "120");
    }
    let counts = player.buffer.counts();
    assert_eq!((counts.stray, counts.restarts), (10, 0));
    player.buffer.push(other(500));
    player.buffer.push(other(501));
    assert_eq!(player.play(), "pause 160");
    player.buffer.push(other(502));
    assert_eq!(player.plays(2), ["120", "120"]);
    assert_eq!(player.buffer.counts().restarts, 1);
}

#[test]
fn a_sender_that_starts_its_numbers_over_is_followed() {
    let mut player = Player::steady();
    for number in 40_000..40_002 {
        push(&mut player.buffer, number);
    }
    assert_eq!(player.buffer.counts().restarts, 1);
    let expected = (40_001u16 as u8).to_string();
    assert_eq!(player.plays(2), ["pause 160", &expected]);
}

#[test]
fn after_an_outage_it_goes_on_with_what_comes() {
    let mut player = Player::steady();
    player.plays(500);
    let mut played = Vec::new();
    for number in 510..513 {
        push(&mut player.buffer, number);
        played.push(player.play());
    }
    let number = |n: u16| (n as u8).to_string();
    assert_eq!(played, ["pause 160".into(), number(510), number(511)]);
    assert_eq!(player.buffer.counts().lost, 500);
}

#[test]
fn what_piles_up_is_dropped_and_the_newest_kept() {
    let mut player = Player::steady();
    for number in 10..40 {
        push(&mut player.buffer, number);
        assert!(player.buffer.held() <= 8000 / 1000 * MOST_HELD_MS);
    }
    // No gap where the others were.
    assert_eq!(player.plays(2), ["25", "26"]);
    let counts = player.buffer.counts();
    assert_eq!((counts.lost, counts.dropped), (0, 16));
}

#[test]
fn a_steady_stream_allocates_nothing() {
    let mut player = Player::new();
    let audio = [0u8; 160];
    let addresses = |buffer: &JitterBuffer| -> Vec<_> {
        buffer.places.iter().map(|p| p.audio.as_ptr()).collect()
    };
    let mut go = |numbers: std::ops::Range<u16>| {
        for number in numbers {
            player.buffer.push(packet(number, &audio));
            player.play();
        }
        addresses(&player.buffer)
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
                    noise: None,
                }),
                Step::Play => {
                    buffer.tick(0);
                    for n in 0.. {
                        prop_assert!(n < 100, "a tick must come to an end");
                        if buffer.pull() == Next::Nothing { break; }
                    }
                }
            }
            let filled: Vec<_> = buffer.places.iter().filter(|p| p.filled).collect();
            prop_assert_eq!(buffer.filled, filled.len());
            prop_assert_eq!(buffer.held, filled.iter().map(|p| p.duration).sum::<u32>());
            prop_assert!(buffer.held <= 8 * MOST_HELD_MS);
        }
    }

    /// Once the delay has grown to what is needed, the network's disorder is invisible.
    #[test]
    fn disorder_is_invisible_once_it_is_known(
        jitter in prop::collection::vec((0u32..4, 0u32..4), 250),
    ) {
        let mut player = Player::new();
        let mut played = Vec::new();
        for tick in 0..250 {
            for (n, &(late, twice)) in jitter.iter().enumerate() {
                let when = n as u32 + late;
                if when == tick || (when + 1 == tick && twice == 0) {
                    push(&mut player.buffer, n as u16);
                }
            }
            played.push(player.play());
        }
        let numbers: Vec<u16> = played[50..].iter().map(|p| p.parse().unwrap_or(999)).collect();
        prop_assert!(numbers.windows(2).all(|w| w[1] == w[0] + 1), "{played:?}");
        prop_assert!(numbers[199] >= 245, "{played:?}");
    }

    /// With loss beside it, every packet that was not lost is played or counted as late, and what is
    /// played is in order.
    #[test]
    fn nothing_disappears(
        packets in prop::collection::vec((0u32..4, 0u32..20), 250),
    ) {
        let mut player = Player::new();
        let mut played = Vec::new();
        for tick in 0..260 {
            for (n, &(late, lost)) in packets.iter().enumerate() {
                if n as u32 + late == tick && lost != 0 {
                    push(&mut player.buffer, n as u16);
                }
            }
            played.extend(player.play().parse::<u8>());
        }
        let arrived = packets.iter().filter(|(_, lost)| *lost != 0).count();
        let late = player.buffer.counts().late as usize;
        prop_assert!(late <= 12, "{late}");
        prop_assert_eq!(played.len() + late, arrived);
        prop_assert!(played.windows(2).all(|w| w[0] < w[1]), "{:?}", played);
    }
}
