#!/usr/bin/env bash
# Puts a prebuilt libduckdb.so into the given folder, so that nobody waits for a million lines of C++.
# Exit 0: the library is there. Exit 3: it is not; the caller compiles DuckDB from source (feature `bundled`).
set -euo pipefail

folder="${1:?usage: fetch-duckdb.sh FOLDER}"
mkdir -p "$folder"
[ -s "$folder/libduckdb.so" ] && exit 0

# A library of the user's own.
if [ -n "${MILLRACE_DUCKDB_LIB:-}" ]; then
    cp "$MILLRACE_DUCKDB_LIB" "$folder/libduckdb.so.new" && mv "$folder/libduckdb.so.new" "$folder/libduckdb.so"
    exit 0
fi

# The library inside an npm package of DuckDB's own makers, of exactly the version that Cargo.toml pins.
case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=@duckdb/node-bindings-linux-x64 sha256=3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633 ;;
    *) package= ;;
esac
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if [ -n "$package" ] && command -v npm >/dev/null; then
    if (cd "$work" && npm pack --silent "$package@1.5.6-r.1" >/dev/null && tar xzf ./*.tgz package/libduckdb.so); then
        if echo "$sha256  $work/package/libduckdb.so" | sha256sum --check --quiet; then
            mv "$work/package/libduckdb.so" "$folder/libduckdb.so.new" && mv "$folder/libduckdb.so.new" "$folder/libduckdb.so"
            exit 0
        fi
        echo "fetch-duckdb: the downloaded library is not the one that was reviewed; it is not used" >&2
    fi
fi

cat >&2 <<'WHY'
fetch-duckdb: no prebuilt DuckDB library could be had (that takes npm and its registry, on Linux x86_64).
DuckDB will be compiled from source, once: about a million lines of C++, some 50 CPU minutes. To avoid that, install npm,
or set MILLRACE_DUCKDB_LIB to a libduckdb.so of version 1.5.6.
WHY
exit 3
