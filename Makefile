# make demo   a whole call on this machine: caller, bot, person
# make test   everything that is checked
export PATH := $(HOME)/.cargo/bin:$(PATH)
# Where the tests find the library that Piper voices need.
FETCHED := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/zeroline/models

.PHONY: demo test setup interop fuzz fixtures bench-capacity bench-recognition bench-accuracy bench-intents bench-voice bench-turns bench-queue bench-codecs

demo: setup
	cargo build --locked
	@cargo run --locked --quiet -- demo

test: setup
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo build --locked
	@ZEROLINE_MODELS=$(FETCHED) cargo run --locked --quiet -- models pull onnxruntime
	cargo test --locked

setup:
	@scripts/setup

# Calls with what others have made: Kamailio, Linphone, baresip, SIPp; Asterisk where its chroot is. docs/interop.md says which.
interop:
	@scripts/setup interop
	ZEROLINE_INTEROP=1 cargo test --locked --test interop --test sipp --test phones --test registration --test asterisk -- --nocapture
	QUEUE_TEST=real_phones cargo test --locked --test queue they_talk

# What comes from the network, made up: each reader for FUZZ_SECONDS (600).
fuzz:
	@scripts/fuzz

# How many calls a machine takes, beside Asterisk where its chroot is.
bench-capacity: setup
	cargo bench --locked --bench capacity

# How fast Whisper is; docs/recognition.md holds the result.
bench-recognition: setup
	cargo bench --locked --profile dev --bench recognition

# How well the engines hear; docs/recognition.md holds the result.
bench-accuracy: setup
	cargo bench --locked --profile dev --bench accuracy

# How well wishes are understood; docs/understanding.md holds the result.
bench-intents: setup
	cargo bench --locked --profile dev --bench intents

# How soon callers hear the bot; docs/voice.md holds the result.
bench-voice: setup
	cargo bench --locked --profile dev --bench voice

# How soon callers are answered, and when they are not let finish; docs/turn-taking.md holds the result.
bench-turns: setup
	cargo bench --locked --profile dev --bench turns

# What a codec costs a call; docs/codecs.md holds the result.
bench-codecs: setup
	cargo bench --locked --bench codecs

# What callers who wait are told, against what came; docs/waiting.md holds the result.
bench-queue: setup
	cargo bench --locked --profile dev --bench queue

# The caller recordings, made anew (needs Debian's flite and sox).
fixtures:
	scripts/make-fixtures
