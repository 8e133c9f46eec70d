# make demo   a whole call on this machine: caller, bot, person
# make test   everything that is checked
export PATH := $(HOME)/.cargo/bin:$(PATH)

.PHONY: demo test setup whisper-model fixtures

demo: setup
	cargo build --locked
	@scripts/whisper-model
	@cargo run --locked --quiet -- demo

test: setup
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked

setup:
	@scripts/setup

whisper-model: setup
	@scripts/whisper-model --get

# The caller recordings, made anew (needs Debian's flite and sox).
fixtures:
	scripts/make-fixtures
