//! Was it said as people speak? The search must explain all of a sound, and what is no speech comes
//! out as words that are drawn out, or with more noise between them than words.

/// A piece of what was recognised, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// As the decoder knows it: `word`, or `word(2)` for another way to say it.
    pub name: String,
    pub kind: Kind,
    /// How long it took, in frames of 10 ms.
    pub frames: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    /// A sound that is no word.
    Noise,
    Silence,
}

/// A word lasts at most this, and this for each of its phones. Of the words of real callers that were
/// recognised rightly, none lasted longer (the longest had 0.19 s a phone); of hold music, nearly all.
const WORD_FRAMES: usize = 20;
const PHONE_FRAMES: usize = 20;
/// Of the time that is not silence, the share of noise. In what was recognised rightly: 0.1.
const MOST_NOISE: f32 = 0.3;

/// `phones` is how many phones a piece has.
pub fn is_natural(pieces: &[Piece], phones: impl Fn(&str) -> usize) -> bool {
    let of_kind = |kind| pieces.iter().filter(move |piece| piece.kind == kind);
    let drawn_out = |piece: &Piece| piece.frames > WORD_FRAMES + PHONE_FRAMES * phones(&piece.name);
    let frames = |kind| of_kind(kind).map(|piece| piece.frames).sum::<usize>() as f32;
    let (words, noise) = (frames(Kind::Word), frames(Kind::Noise));
    !of_kind(Kind::Word).any(drawn_out) && noise <= MOST_NOISE * (words + noise)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn natural(pieces: &[(&str, Kind, usize)]) -> bool {
        let pieces: Vec<Piece> = pieces
            .iter()
            .map(|&(name, kind, frames)| Piece {
                name: name.to_owned(),
                kind,
                frames,
            })
            .collect();
        is_natural(&pieces, |name| name.len())
    }

    #[test]
    fn what_is_drawn_out_or_mostly_noise_is_not_speech() {
        use Kind::{Noise, Silence, Word};
        assert!(natural(&[("six", Word, 70), ("", Silence, 300)]));
        assert!(!natural(&[("six", Word, 90)]));
        assert!(natural(&[("six", Word, 30), ("", Noise, 10)]));
        assert!(!natural(&[("six", Word, 30), ("", Noise, 30)]));
        assert!(natural(&[]));
    }
}
