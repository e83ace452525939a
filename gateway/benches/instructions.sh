#!/bin/sh
# Instructions per message of our codec and of another one: two runs under callgrind differ by the measured messages only.
#   gateway/benches/instructions.sh
set -eu
cd "$(dirname "$0")/../.."
command -v valgrind >/dev/null || { echo "valgrind is not installed" >&2; exit 1; }
cargo build --quiet --release -p gateway --example codec_instructions
program=${CARGO_TARGET_DIR:-target}/release/examples/codec_instructions

count() {
    out=$(mktemp)
    valgrind --tool=callgrind --callgrind-out-file="$out" "$program" "$@" >/dev/null 2>&1
    awk '/^(summary|totals):/ { print $2; exit }' "$out"
    rm -f "$out"
}

per_message() {
    less=$(count "$@" 1000)
    more=$(count "$@" 3000)
    echo $(( (more - less) / 2000 ))
}

echo "message  parse  parse, ironfix  to_command  format  format, ironfix"
for kind in D F G 8; do
    command=-
    [ $kind = 8 ] || command=$(per_message to_command $kind ours)
    printf '%-7s %6s %15s %11s %7s %16s\n' $kind "$(per_message parse $kind ours)" "$(per_message parse $kind ironfix)" \
        "$command" "$(per_message format $kind ours)" "$(per_message format $kind ironfix)"
done
