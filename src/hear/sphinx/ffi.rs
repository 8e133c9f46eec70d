//! The handful of calls into Debian's libpocketsphinx (0.8+5prealpha) that one kind of
//! recognition needs: whole utterances, as cepstra, with an n-gram model of our own.
//!
//! [`Decoder`] is the safe side. The C API is documented in `/usr/include/pocketsphinx`.

use super::acoustic::Acoustic;
use super::pace::{Kind, Piece};
use super::telephone::Cepstra;
use crate::hear::Stop;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::ptr;
use std::sync::{Mutex, Once, PoisonError};

#[repr(C)]
struct PsDecoder {
    _private: [u8; 0],
}

#[repr(C)]
struct Segment {
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
    fn ps_process_cep(
        decoder: *mut PsDecoder,
        frames: *mut *mut f32,
        count: c_int,
        no_search: c_int,
        full_utterance: c_int,
    ) -> c_int;
    fn ps_end_utt(decoder: *mut PsDecoder) -> c_int;
    fn ps_seg_iter(decoder: *mut PsDecoder) -> *mut Segment;
    fn ps_seg_next(segment: *mut Segment) -> *mut Segment;
    fn ps_seg_word(segment: *mut Segment) -> *const c_char;
    fn ps_seg_frames(segment: *mut Segment, first: *mut c_int, last: *mut c_int);
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

/// Frames between two looks at whether to stop: 0.2 s of sound, searched in about 10 ms.
const PIECE: usize = 20;

/// One decoder: an acoustic model, a vocabulary, a language model. About 7 MB and 30 ms to make,
/// because most of the acoustic model is mapped, not read.
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
    /// `words` are pairs of word and phones; `language_model` is a model in the ARPA format over
    /// those words.
    pub fn new(
        acoustic: &Acoustic,
        words: &[(String, String)],
        language_model: &str,
    ) -> Result<Decoder, Failure> {
        let mut decoder = Decoder::with_acoustic_model(acoustic)?;
        for (word, phones) in words {
            decoder.add_word(word, phones)?;
        }
        decoder.set_language_model(language_model)?;
        Ok(decoder)
    }

    fn with_acoustic_model(acoustic: &Acoustic) -> Result<Decoder, Failure> {
        static SILENCED: Once = Once::new();
        // SAFETY: NULL means no log (err.h).
        SILENCED.call_once(|| unsafe { err_set_logfp(ptr::null_mut()) });

        let folder = c_string(&acoustic.folder.to_string_lossy())?;
        let options = HandedOver::new(acoustic.feature_options.as_bytes())?;
        let means = HandedOver::new(&acoustic.telephone.means)?;
        let variances = HandedOver::new(&acoustic.telephone.variances)?;
        // The first pass alone: the others re-score for a large vocabulary and gain nothing here.
        let arguments = [
            c"zeroline",
            c"-hmm",
            &folder,
            c"-fwdflat",
            c"no",
            c"-bestpath",
            c"no",
            c"-featparams",
            &options.path,
            c"-mean",
            &means.path,
            c"-var",
            &variances.path,
            // Measured, on real speech with slots and on a plan without: see docs/recognition.md.
            // The look-ahead fails an assertion when features are given in pieces, and saves nothing.
            c"-pl_window",
            c"0",
            c"-lw",
            c"8",
            c"-fillprob",
            c"1e-20",
            c"-topn",
            c"8",
            c"-beam",
            c"1e-60",
            c"-pbeam",
            c"1e-60",
            c"-wbeam",
            c"1e-40",
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
        let file = HandedOver::new(arpa.as_bytes())?;
        // SAFETY: a live decoder and strings that outlive the calls; the file is read in the call.
        let failed = unsafe {
            ps_set_lm_file(self.0.as_ptr(), SEARCH.as_ptr(), file.path.as_ptr()) != 0
                || ps_set_search(self.0.as_ptr(), SEARCH.as_ptr()) != 0
        };
        if failed {
            return Err("does not accept the language model".to_owned());
        }
        Ok(())
    }

    /// What one whole utterance is made of; empty when nothing was recognised, `None` when `stop`
    /// was due before the end.
    pub fn decode(
        &mut self,
        frames: &[Cepstra],
        stop: &Stop,
    ) -> Result<Option<Vec<Piece>>, Failure> {
        let decoder = self.0.as_ptr();
        // SAFETY: a live decoder.
        if unsafe { ps_start_stream(decoder) < 0 || ps_start_utt(decoder) < 0 } {
            return Err("cannot start an utterance".to_owned());
        }
        let mut stopped = false;
        let mut failed = false;
        for piece in frames.chunks(PIECE) {
            stopped = stop.is_due();
            if stopped || failed {
                break;
            }
            let mut piece = piece.to_vec();
            let mut rows: Vec<*mut f32> = piece.iter_mut().map(|f| f.as_mut_ptr()).collect();
            // SAFETY: a live decoder; as many rows as said, each of as many cepstra as the model
            // has, read (and not kept) during the call.
            let processed =
                unsafe { ps_process_cep(decoder, rows.as_mut_ptr(), rows.len() as c_int, 0, 0) };
            failed = processed < 0;
        }
        // SAFETY: a live decoder in an utterance.
        if unsafe { ps_end_utt(decoder) } < 0 || failed {
            return Err("cannot decode this utterance".to_owned());
        }
        if stopped {
            return Ok(None);
        }
        Ok(Some(self.pieces()))
    }

    /// Of the last utterance.
    fn pieces(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        // SAFETY: a live decoder between utterances; each segment is valid until it is asked for
        // the next, which frees the last one; its word belongs to the decoder and is copied.
        unsafe {
            let mut segment = ps_seg_iter(self.0.as_ptr());
            while !segment.is_null() {
                let (mut first, mut last) = (0, 0);
                ps_seg_frames(segment, &mut first, &mut last);
                let word = ps_seg_word(segment);
                if !word.is_null() {
                    let name = CStr::from_ptr(word).to_string_lossy().into_owned();
                    pieces.push(Piece {
                        kind: kind(&name),
                        name,
                        frames: usize::try_from(last - first + 1).unwrap_or_default(),
                    });
                }
                segment = ps_seg_next(segment);
            }
        }
        pieces
    }
}

/// What is no word has its name in brackets: `<sil>`, `[NOISE]`.
fn kind(name: &str) -> Kind {
    match name.chars().next() {
        Some('<') => Kind::Silence,
        Some('[') => Kind::Noise,
        _ => Kind::Word,
    }
}

fn c_string(text: &str) -> Result<CString, Failure> {
    CString::new(text).map_err(|_| format!("cannot use \"{text}\": it holds a zero byte"))
}

/// Bytes as a file without a name, which is how the library takes them: it only reads files.
struct HandedOver {
    path: CString,
    /// The path is good for as long as this is open.
    _file: File,
}

impl HandedOver {
    fn new(content: &[u8]) -> Result<HandedOver, Failure> {
        let file = memory_file(content)
            .map_err(|error| format!("cannot be handed a part of its model: {error}"))?;
        Ok(HandedOver {
            path: c_string(&format!("/proc/self/fd/{}", file.as_raw_fd()))?,
            _file: file,
        })
    }
}

fn memory_file(content: &[u8]) -> std::io::Result<File> {
    // SAFETY: a constant name; the descriptor is checked and then owned by the file alone.
    let mut file = unsafe {
        let descriptor = libc::memfd_create(c"model".as_ptr(), libc::MFD_CLOEXEC);
        if descriptor < 0 {
            return Err(std::io::Error::last_os_error());
        }
        File::from_raw_fd(descriptor)
    };
    file.write_all(content)?;
    Ok(file)
}
