//! How loud the line is when nobody speaks.

/// The quietest frame of the last three seconds. Even fluent speech leaves gaps, so it needs no
/// opinion about what speech is (minimum statistics; R. Martin, EUSIPCO 1994).
pub struct NoiseFloor {
    /// The quietest level of each stretch, the current one included, in dBov.
    stretches: [f32; NoiseFloor::STRETCHES],
    at: usize,
    frames: u32,
}

impl NoiseFloor {
    const STRETCHES: usize = 12;
    const STRETCH_FRAMES: u32 = 12;
    /// Louder than this is not called noise, so that nothing makes us deaf for good.
    const LOUDEST: f32 = -22.0;

    pub fn new() -> NoiseFloor {
        NoiseFloor {
            stretches: [0.0; NoiseFloor::STRETCHES],
            at: 0,
            frames: 0,
        }
    }

    /// Takes the level of the next frame and gives the noise's.
    pub fn follow(&mut self, level: f32) -> f32 {
        if self.frames == Self::STRETCH_FRAMES {
            self.frames = 0;
            self.at = (self.at + 1) % Self::STRETCHES;
            if let Some(stretch) = self.stretches.get_mut(self.at) {
                *stretch = 0.0;
            }
        }
        self.frames += 1;
        if let Some(stretch) = self.stretches.get_mut(self.at) {
            *stretch = stretch.min(level);
        }
        let floor = self.stretches.iter().copied().fold(0.0, f32::min);
        floor.min(Self::LOUDEST)
    }
}
