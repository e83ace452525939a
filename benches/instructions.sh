#!/bin/sh
# Instructions per command of decide and evolve, clients' mix and venue's answers together: unlike a time, the number
# means the same on a busy machine. Two runs under callgrind differ by the measured blocks only.
#   benches/instructions.sh [OPEN_ORDERS]
set -eu
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 1; }
open=${1:-1000}
target=${CARGO_TARGET_DIR:-target}
: "${DUCKDB_LIB_DIR:=$(pwd)/target/duckdb}"
export DUCKDB_LIB_DIR
cargo build --quiet --release -p millrace --example instructions

count() {
    out=$(mktemp)
    commands=$(valgrind --tool=callgrind --callgrind-out-file="$out" --collect-atstart=no \
        --toggle-collect='*apply_all*' "$target/release/examples/instructions" "$open" "$1" 2>/dev/null)
    instructions=$(awk '/^(summary|totals):/ { print $2; exit }' "$out")
    rm -f "$out"
}

count 0
before=$instructions
count 50
echo "$(( (instructions - before) / commands )) instructions per command, $open open orders, $commands commands"
