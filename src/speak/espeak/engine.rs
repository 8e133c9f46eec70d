//! The engine itself: one set of global variables, started once, synchronous, and used by one thread
//! at a time under one lock. Whoever else links it (Piper's phonemiser does, and starts it
//! asynchronous) has to come under the same lock.

use super::readable;
use crate::speak::{SpeakError, data};
use espeak_rs_sys as sys;
use std::cell::RefCell;
use std::ffi::{CStr, CString, c_int, c_short, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Digits and emoji are many times longer spoken than written.
pub(super) const MOST_SECONDS: usize = 300;

static ENGINE: Mutex<Engine> = Mutex::new(Engine {
    hz: None,
    voice: None,
});

/// The one engine of the process. Only reached through [`ENGINE`]'s lock.
pub(super) struct Engine {
    /// Its sample rate once it runs.
    hz: Option<u32>,
    /// Chosen last.
    voice: Option<CString>,
}

impl Engine {
    pub(super) fn lock() -> MutexGuard<'static, Engine> {
        ENGINE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Chosen last; none before the first.
    pub(super) fn voice(&self) -> Option<&CString> {
        self.voice.as_ref()
    }

    /// Starts it, the first time; gives its sample rate.
    pub(super) fn start(&mut self) -> Result<u32, SpeakError> {
        if let Some(hz) = self.hz {
            return Ok(hz);
        }
        let folder = data::find()?;
        let unusable = |why: &str| SpeakError::BadData {
            path: folder.clone(),
            why: why.to_owned(),
        };
        let path = CString::new(folder.as_os_str().as_encoded_bytes())
            .map_err(|_| unusable("its path holds a zero byte"))?;
        // SAFETY: the path is a C string that outlives the call, and the lock keeps every other
        // user of the engine away.
        let hz = unsafe {
            sys::espeak_Initialize(
                sys::espeak_AUDIO_OUTPUT_AUDIO_OUTPUT_SYNCHRONOUS,
                0,
                path.as_ptr(),
                sys::espeakINITIALIZE_DONT_EXIT as c_int,
            )
        };
        let hz = u32::try_from(hz)
            .ok()
            .filter(|&hz| hz > 0)
            .ok_or_else(|| unusable("the engine does not start from it"))?;
        // SAFETY: `collect` has the type that the engine expects and lives as long as it.
        unsafe { sys::espeak_SetSynthCallback(Some(collect)) };
        self.hz = Some(hz);
        Ok(hz)
    }

    pub(super) fn choose(&mut self, voice: &CString) -> Result<(), SpeakError> {
        // SAFETY: a C string, after `start`, under the lock.
        let outcome = unsafe { sys::espeak_SetVoiceByName(voice.as_ptr()) };
        if outcome == sys::espeak_ERROR_EE_OK {
            self.voice = Some(voice.clone());
            return Ok(());
        }
        self.voice = None;
        Err(SpeakError::Engine(format!(
            "it has no voice {} (error {outcome})",
            voice.to_string_lossy()
        )))
    }

    /// Each choice of a voice waits in a queue of 170 until something is spoken, and the engine does
    /// not look whether there is room.
    pub(super) fn flush(&mut self) -> Result<(), SpeakError> {
        self.synthesise(c".", 175).map(drop)
    }

    pub(super) fn ipa(&mut self, word: &CString) -> String {
        let clauses = self.clauses(word).into_iter().map(|(said, _)| said);
        clauses.collect::<String>().trim().to_owned()
    }

    /// Each clause in IPA, and the sign that ends it.
    pub(super) fn clauses(&mut self, words: &CStr) -> Vec<(String, char)> {
        /// For `espeak_TextToPhonemes`; the header names no constant.
        const IPA: c_int = 0x02;
        let text = words.to_bytes_with_nul();
        let mut clauses = Vec::new();
        let mut from = 0;
        // A call takes a clause and moves on, to null after the last.
        while let Some(rest) = text.get(from..) {
            let mut place: *const c_void = rest.as_ptr().cast();
            // SAFETY: `place` points into `words`, which outlives the loop and ends in a zero; the
            // result is the engine's and is copied before it is called again; after `start`,
            // under the lock.
            let said = unsafe {
                let said =
                    sys::espeak_TextToPhonemes(&mut place, sys::espeakCHARS_UTF8 as c_int, IPA);
                if said.is_null() {
                    break;
                }
                CStr::from_ptr(said).to_string_lossy().into_owned()
            };
            let to = match place.is_null() {
                true => words.count_bytes(),
                false => (place as usize).saturating_sub(text.as_ptr() as usize),
            };
            let read = text.get(from..to).unwrap_or_default();
            clauses.push((
                said,
                readable::end_of_clause(&String::from_utf8_lossy(read)),
            ));
            // It always moves on; were it not to, this would never end.
            if place.is_null() || to <= from {
                break;
            }
            from = to;
        }
        clauses
    }

    pub(super) fn synthesise(
        &mut self,
        words: &CStr,
        words_a_minute: c_int,
    ) -> Result<Spoken, SpeakError> {
        SPOKEN.take();
        // SAFETY: `words` is a C string that outlives the call; synchronous, so the callback runs
        // in this thread and no more when this returns; after `start`, under the lock.
        let outcome = unsafe {
            sys::espeak_ng_SetRandSeed(1);
            sys::espeak_SetParameter(sys::espeak_PARAMETER_espeakRATE, words_a_minute, 0);
            sys::espeak_Synth(
                words.as_ptr().cast(),
                words.to_bytes_with_nul().len(),
                0,
                sys::espeak_POSITION_TYPE_POS_CHARACTER,
                0,
                // Without the pause at the end, the last sound is cut off as it fades.
                sys::espeakCHARS_UTF8 | sys::espeakENDPAUSE,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        };
        let spoken = SPOKEN.take();
        if outcome != sys::espeak_ERROR_EE_OK {
            return Err(SpeakError::Engine(format!("synthesis, error {outcome}")));
        }
        Ok(spoken)
    }
}

// The engine calls these two libraries, and `espeak-rs-sys` forgets to link them. (They change
// the speed and play sound, both of which stay unused here.)
#[link(name = "sonic")]
#[link(name = "pcaudio")]
unsafe extern "C" {}

/// What the engine has said in one call to it.
#[derive(Default)]
pub(super) struct Spoken {
    pub(super) samples: Vec<i16>,
    /// At which sample a word begins, and with which character of what it reads, from 1.
    pub(super) words: Vec<(usize, usize)>,
}

thread_local! {
    /// Of the running call. Of the thread, so that the callback needs no pointer that could outlive
    /// what it points to.
    static SPOKEN: RefCell<Spoken> = const {
        RefCell::new(Spoken {
            samples: Vec::new(),
            words: Vec::new(),
        })
    };
}

/// Called by the engine with each piece of sound; a result of 1 makes it stop.
unsafe extern "C" fn collect(
    sound: *mut c_short,
    count: c_int,
    events: *mut sys::espeak_EVENT,
) -> c_int {
    // SAFETY: the engine hands over `count` samples and a list of events with an end, or null; both
    // stay until this returns.
    let (sound, words) = unsafe { (samples(sound, count), word_starts(events)) };
    SPOKEN.with_borrow_mut(|spoken| {
        spoken.samples.extend_from_slice(sound);
        spoken.words.extend(words);
        // 22,050 is the only rate that there is.
        c_int::from(spoken.samples.len() > MOST_SECONDS * 22_050)
    })
}

/// # Safety
/// `sound` is null or points to `count` samples that live as long as the result is used.
unsafe fn samples<'a>(sound: *const c_short, count: c_int) -> &'a [i16] {
    match usize::try_from(count) {
        // SAFETY: as the caller promises.
        Ok(count) if count > 0 && !sound.is_null() => unsafe {
            std::slice::from_raw_parts(sound, count)
        },
        _ => &[],
    }
}

/// # Safety
/// `event` is null or points to events of which the last is `LIST_TERMINATED`.
unsafe fn word_starts(mut event: *const sys::espeak_EVENT) -> Vec<(usize, usize)> {
    let mut starts = Vec::new();
    // SAFETY: as the caller promises; nothing is read beyond the last.
    while let Some(this) = unsafe { event.as_ref() } {
        match this.type_ {
            sys::espeak_EVENT_TYPE_espeakEVENT_LIST_TERMINATED => break,
            sys::espeak_EVENT_TYPE_espeakEVENT_WORD => {
                let sample = usize::try_from(this.sample).unwrap_or(0);
                let character = usize::try_from(this.text_position).unwrap_or(0);
                starts.push((sample, character));
            }
            _ => {}
        }
        // SAFETY: this was not the last.
        event = unsafe { event.add(1) };
    }
    starts
}
