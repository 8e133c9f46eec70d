//! The handful of calls into Debian's libpocketsphinx (0.8+5prealpha) that one kind of
//! recognition needs: whole utterances with a word n-gram model of our own.
//!
//! [`Decoder`] is the safe side. The C API is documented in `/usr/include/pocketsphinx`.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::Path;
use std::ptr;
use std::sync::{Mutex, Once, PoisonError};

#[repr(C)]
struct PsDecoder {
    _private: [u8; 0],
}

#[repr(C)]
struct CmdLn {
    _private: [u8; 0],
}

#[link(name = "pocketsphinx")]
unsafe extern "C" {
    fn ps_args() -> *const c_void;
    fn ps_init(config: *mut CmdLn) -> *mut PsDecoder;
    fn ps_free(decoder: *mut PsDecoder) -> c_int;
    fn ps_add_word(
        decoder: *mut PsDecoder,
        word: *const c_char,
        phones: *const c_char,
        update: c_int,
    ) -> c_int;
    fn ps_set_lm_file(decoder: *mut PsDecoder, name: *const c_char, path: *const c_char) -> c_int;
    fn ps_set_search(decoder: *mut PsDecoder, name: *const c_char) -> c_int;
    fn ps_start_stream(decoder: *mut PsDecoder) -> c_int;
    fn ps_start_utt(decoder: *mut PsDecoder) -> c_int;
    fn ps_process_raw(
        decoder: *mut PsDecoder,
        samples: *const i16,
        count: usize,
        no_search: c_int,
        full_utterance: c_int,
    ) -> c_int;
    fn ps_end_utt(decoder: *mut PsDecoder) -> c_int;
    fn ps_get_hyp(decoder: *mut PsDecoder, best_score: *mut i32) -> *const c_char;
}

#[link(name = "sphinxbase")]
unsafe extern "C" {
    fn cmd_ln_parse_r(
        previous: *mut CmdLn,
        definitions: *const c_void,
        count: i32,
        arguments: *mut *mut c_char,
        strict: i32,
    ) -> *mut CmdLn;
    fn cmd_ln_free_r(config: *mut CmdLn) -> c_int;
    fn err_set_logfp(stream: *mut c_void);
}

const SEARCH: &CStr = c"phrases";

/// One decoder: an acoustic model, a vocabulary, a language model. About 5 MB and 20 ms to make,
/// because the acoustic model is mapped, not read.
pub struct Decoder(ptr::NonNull<PsDecoder>);

// SAFETY: a decoder is a heap object without thread affinity, owned by this value alone and
// reached only through `&mut self`; what the library shares between decoders (its log) is
// switched off before the first is made.
unsafe impl Send for Decoder {}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: made by ps_init, freed once.
        unsafe { ps_free(self.0.as_ptr()) };
    }
}

/// What did not work, as a clause without a subject.
pub type Failure = String;

impl Decoder {
    /// `acoustic_model` is a folder with `mdef`, `means` and so on; `words` are pairs of word and
    /// phones; `language_model` is a model in the ARPA format over those words.
    pub fn new(
        acoustic_model: &Path,
        words: &[(String, String)],
        language_model: &str,
    ) -> Result<Decoder, Failure> {
        let mut decoder = Decoder::with_acoustic_model(acoustic_model)?;
        for (word, phones) in words {
            decoder.add_word(word, phones)?;
        }
        decoder.set_language_model(language_model)?;
        Ok(decoder)
    }

    fn with_acoustic_model(folder: &Path) -> Result<Decoder, Failure> {
        static SILENCED: Once = Once::new();
        // SAFETY: NULL means no log (err.h).
        SILENCED.call_once(|| unsafe { err_set_logfp(ptr::null_mut()) });

        let folder = c_string(&folder.to_string_lossy())?;
        // The first pass alone: the others re-score for a large vocabulary and gain nothing here.
        let arguments = [
            c"zeroline",
            c"-hmm",
            &folder,
            c"-fwdflat",
            c"no",
            c"-bestpath",
            c"no",
            // Costs more words on a clean line than it saves on a noisy one.
            c"-remove_noise",
            c"no",
            // Measured: 8 invents phrases from other speech, 6.5 loses words of real ones.
            c"-lw",
            c"7.2",
        ];
        let mut pointers = arguments.map(|argument| argument.as_ptr().cast_mut());
        // Whether initialising is re-entrant is documented nowhere; it is rare and short.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the arguments live until both calls are done; the library copies what it keeps
        // and counts its own reference to the configuration.
        let decoder = unsafe {
            let config = cmd_ln_parse_r(
                ptr::null_mut(),
                ps_args(),
                pointers.len() as i32,
                pointers.as_mut_ptr(),
                1,
            );
            if config.is_null() {
                return Err("refuses its own options: is it another version?".to_owned());
            }
            let decoder = ps_init(config);
            cmd_ln_free_r(config);
            decoder
        };
        ptr::NonNull::new(decoder)
            .map(Decoder)
            .ok_or_else(|| "cannot load the acoustic model".to_owned())
    }

    fn add_word(&mut self, word: &str, phones: &str) -> Result<(), Failure> {
        let (c_word, c_phones) = (c_string(word)?, c_string(phones)?);
        // SAFETY: a live decoder and two strings that are copied.
        let added = unsafe { ps_add_word(self.0.as_ptr(), c_word.as_ptr(), c_phones.as_ptr(), 0) };
        if added < 0 {
            return Err(format!("cannot use the word \"{word}\" ({phones})"));
        }
        Ok(())
    }

    fn set_language_model(&mut self, arpa: &str) -> Result<(), Failure> {
        let file = memory_file(arpa.as_bytes())
            .map_err(|error| format!("cannot hand over the language model: {error}"))?;
        let path = c_string(&format!("/proc/self/fd/{}", file.as_raw_fd()))?;
        // SAFETY: a live decoder and strings that outlive the calls; the file is read in the call.
        let failed = unsafe {
            ps_set_lm_file(self.0.as_ptr(), SEARCH.as_ptr(), path.as_ptr()) != 0
                || ps_set_search(self.0.as_ptr(), SEARCH.as_ptr()) != 0
        };
        if failed {
            return Err("does not accept the language model".to_owned());
        }
        Ok(())
    }

    /// The words of one whole utterance at 16 kHz; empty when there are none.
    pub fn decode(&mut self, samples: &[i16]) -> Result<String, Failure> {
        let decoder = self.0.as_ptr();
        // A new stream forgets the noise of the last one, and a whole utterance at once has its
        // cepstral mean taken over itself alone: nothing is left of what was heard before.
        // SAFETY: a live decoder; the samples are read during the call; the hypothesis belongs to
        // the decoder and is copied before it is used again.
        unsafe {
            if ps_start_stream(decoder) < 0 || ps_start_utt(decoder) < 0 {
                return Err("cannot start an utterance".to_owned());
            }
            let processed = ps_process_raw(decoder, samples.as_ptr(), samples.len(), 0, 1);
            if ps_end_utt(decoder) < 0 || processed < 0 {
                return Err("cannot decode this utterance".to_owned());
            }
            let text = ps_get_hyp(decoder, ptr::null_mut());
            if text.is_null() {
                return Ok(String::new());
            }
            Ok(CStr::from_ptr(text).to_string_lossy().into_owned())
        }
    }
}

fn c_string(text: &str) -> Result<CString, Failure> {
    CString::new(text).map_err(|_| format!("cannot use \"{text}\": it holds a zero byte"))
}

/// A file that has no name: the library reads language models only by path.
fn memory_file(content: &[u8]) -> std::io::Result<File> {
    // SAFETY: a constant name; the descriptor is checked and then owned by the file alone.
    let mut file = unsafe {
        let descriptor = libc::memfd_create(c"language-model".as_ptr(), libc::MFD_CLOEXEC);
        if descriptor < 0 {
            return Err(std::io::Error::last_os_error());
        }
        File::from_raw_fd(descriptor)
    };
    file.write_all(content)?;
    Ok(file)
}
