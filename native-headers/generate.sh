#!/usr/bin/env bash
# Regenerates bindings/ with the jextract on the PATH (github.com/openjdk/jextract, Java 23 or newer, libclang 13 or newer).
# Needs the headers of libfuse 3.14 (Debian 12: apt-get install libfuse3-dev); bindings made from them serve libfuse 3.10 to 3.18.
# CLANG_INCLUDE names libclang's own header folder where jextract does not find it by itself.
set -euo pipefail
cd "$(dirname "$0")"
command -v jextract >/dev/null || { echo "generate.sh: no jextract on the PATH; build it from github.com/openjdk/jextract" >&2; exit 1; }
target=../bindings/src/main/java
clang_include=()
[ -z "${CLANG_INCLUDE:-}" ] || clang_include=(-I "$CLANG_INCLUDE")

generate() { # NAME [jextract option ...]
  local name=$1; shift
  rm -rf "$target/org/vexfs/bindings/$name"
  jextract "@$name.includes" --output "$target" -t "org.vexfs.bindings.$name" \
    --header-class-name "${name^}" "${clang_include[@]}" "$@" "$name.h"
}

generate fuse -I "${FUSE_INCLUDE:-/usr/include/fuse3}"
generate libc
