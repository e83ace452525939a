# Cargo does the work; this puts DuckDB's library where the binaries look for it first. One profile for everything, so
# that each dependency is compiled once.

TARGET := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
export DUCKDB_LIB_DIR := $(TARGET)/duckdb
# Empty where a prebuilt library is to be had; else DuckDB is compiled from source.
FEATURES = $(shell deploy/fetch-duckdb.sh "$(DUCKDB_LIB_DIR)" || echo --features bundled)
TESTS := $(if $(shell command -v cargo-nextest),nextest run,test)

.PHONY: build demo test lint bench static

build:
	cargo build --release --workspace $(FEATURES)

# The main job: make demo ARGS="--for 30s --headless --assert"
demo:
	cargo build --release $(FEATURES)
	"$(TARGET)/release/millrace" demo $(ARGS)

# The tests that start the binaries need them built.
test: build
	cargo $(TESTS) --release --workspace $(FEATURES)
	cargo $(TESTS) --release -p journal --features sabotage --test simulation broken

lint:
	cargo clippy --release --workspace --all-targets $(FEATURES) -- -D warnings

bench:
	cargo bench $(FEATURES)
	cargo bench -p gateway --bench fix_codec

# One binary with DuckDB inside, for deployment.
static:
	cargo build --release --features bundled
