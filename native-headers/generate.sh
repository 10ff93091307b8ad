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

# Takes out what reads single elements of arrays in structs. The handles for it, made when a struct is first touched, would
# take longer than anything else in the start of a mount, and the arrays are but padding, or read whole.
trim() {
  local member='\n    /\*\*(?:(?!\*/).)*\*/\n    public static [^\n]*\blong index0\b[^\n]*\{\n(?:(?!\n    \}\n).)*\n    \}\n'
  find "$target/org/vexfs/bindings" -name '*.java' -print0 |
    xargs -0 perl -0pi -e "s{$member}{}gs; s{[^\\n]*\\\$ELEM_HANDLE = [^\\n]*\\n}{}g"
}

generate fuse -I "${FUSE_INCLUDE:-/usr/include/fuse3}"
generate libc
trim
