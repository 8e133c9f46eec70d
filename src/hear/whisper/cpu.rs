//! Whether the CPU at hand has the instructions that whisper.cpp was compiled for.
//!
//! It is compiled for the machine that builds it, and does not look at the machine that runs it:
//! moved to a lesser one, the whole process would die of an illegal instruction. ggml's own list
//! of instruction sets is asked for; what a compiler may use beyond it comes with CPUs that have
//! the listed ones.

/// What is missing, in words for an error.
pub fn check() -> Result<(), String> {
    let lacking = lacking(&instruction_sets());
    if lacking.is_empty() {
        return Ok(());
    }
    Err(format!(
        "this program was built for a CPU with {}, which this machine's CPU does not have. Build \
         it on this machine, or use a package made by scripts/package",
        lacking.join(", ")
    ))
}

/// Whether large matrices are multiplied block by block. Without it recognition takes several
/// times as long; it is switched on in `.cargo/config.toml`.
pub fn has_blocked_multiply() -> bool {
    ggml::ggml_cpu_has_llamafile() != 0
}

struct InstructionSet {
    name: &'static str,
    compiled: bool,
    here: bool,
}

fn lacking(sets: &[InstructionSet]) -> Vec<&'static str> {
    sets.iter()
        .filter(|set| set.compiled && !set.here)
        .map(|set| set.name)
        .collect()
}

#[cfg(target_arch = "x86_64")]
fn instruction_sets() -> Vec<InstructionSet> {
    use std::arch::is_x86_feature_detected as here;
    let set = |name, compiled, here| InstructionSet {
        name,
        compiled: compiled != 0,
        here,
    };
    let avx512 = here!("avx512f")
        && here!("avx512bw")
        && here!("avx512cd")
        && here!("avx512dq")
        && here!("avx512vl");
    vec![
        set("SSE3", ggml::ggml_cpu_has_sse3(), here!("sse3")),
        set("SSSE3", ggml::ggml_cpu_has_ssse3(), here!("ssse3")),
        set("AVX", ggml::ggml_cpu_has_avx(), here!("avx")),
        set("AVX2", ggml::ggml_cpu_has_avx2(), here!("avx2")),
        set("FMA", ggml::ggml_cpu_has_fma(), here!("fma")),
        set("F16C", ggml::ggml_cpu_has_f16c(), here!("f16c")),
        set("BMI2", ggml::ggml_cpu_has_bmi2(), here!("bmi2")),
        set("AVX-VNNI", ggml::ggml_cpu_has_avx_vnni(), here!("avxvnni")),
        set("AVX-512", ggml::ggml_cpu_has_avx512(), avx512),
        set(
            "AVX-512 VBMI",
            ggml::ggml_cpu_has_avx512_vbmi(),
            here!("avx512vbmi"),
        ),
        set(
            "AVX-512 VNNI",
            ggml::ggml_cpu_has_avx512_vnni(),
            here!("avx512vnni"),
        ),
        set(
            "AVX-512 BF16",
            ggml::ggml_cpu_has_avx512_bf16(),
            here!("avx512bf16"),
        ),
    ]
}

#[cfg(not(target_arch = "x86_64"))]
fn instruction_sets() -> Vec<InstructionSet> {
    Vec::new()
}

/// Linked with whisper.cpp. Each gives a constant that the compiler put there, and does nothing
/// else: safe to call on any CPU, unlike `whisper_print_system_info`, which calculates tables.
mod ggml {
    use std::ffi::c_int;

    unsafe extern "C" {
        pub safe fn ggml_cpu_has_llamafile() -> c_int;
    }

    #[cfg(target_arch = "x86_64")]
    unsafe extern "C" {
        pub safe fn ggml_cpu_has_sse3() -> c_int;
        pub safe fn ggml_cpu_has_ssse3() -> c_int;
        pub safe fn ggml_cpu_has_avx() -> c_int;
        pub safe fn ggml_cpu_has_avx2() -> c_int;
        pub safe fn ggml_cpu_has_fma() -> c_int;
        pub safe fn ggml_cpu_has_f16c() -> c_int;
        pub safe fn ggml_cpu_has_bmi2() -> c_int;
        pub safe fn ggml_cpu_has_avx_vnni() -> c_int;
        pub safe fn ggml_cpu_has_avx512() -> c_int;
        pub safe fn ggml_cpu_has_avx512_vbmi() -> c_int;
        pub safe fn ggml_cpu_has_avx512_vnni() -> c_int;
        pub safe fn ggml_cpu_has_avx512_bf16() -> c_int;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compiled_in_and_is_not_here_is_lacking() {
        let set = |name, compiled, here| InstructionSet {
            name,
            compiled,
            here,
        };
        let sets = [
            set("AVX", true, true),
            set("AVX2", true, false),
            set("FMA", false, true),
            set("AVX-512", false, false),
        ];
        assert_eq!(lacking(&sets), ["AVX2"]);
        assert!(lacking(&sets[..1]).is_empty());
    }

    #[test]
    fn this_machine_runs_what_was_built_on_it_and_fast() {
        assert_eq!(check(), Ok(()));
        assert!(
            has_blocked_multiply(),
            "whisper.cpp was built without .cargo/config.toml's settings: run `cargo clean -p \
             whisper-rs-sys`"
        );
    }
}
