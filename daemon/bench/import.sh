#!/bin/bash
# The benchmark of loading many vectors at once: in process, by the command, by JSON lines.
#
#   mvn -DskipTests package && daemon/bench/import.sh [DATA SET ...]    # mnist where none is named
#
# Needs root or fusermount3, a JDK 25 (JAVA_HOME) and the data sets (DATA, default: shared/data beside the project).
# BENCH_DIRECTORY is where the stores lie (default: daemon/target). Takes some minutes. Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
vexfs=${VEXFS:-$target/vexfs/bin/vexfs}
data=${DATA:-$here/../../../shared/data}
classes=${CLASSES:-$target/test-classes:$target/classes:$target/modules/*}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
[ $# -gt 0 ] || set -- mnist

work=$(mktemp -d "${BENCH_DIRECTORY:-$target}/bench.XXXXXX")
cleanup() {
  for way in array lines; do
    if mountpoint -q "$work/$way/mount"; then fusermount3 -u -z "$work/$way/mount"; fi
  done
  rm -rf "$work"
}
trap cleanup EXIT

for name in "$@"; do
  "$java" -XX:+UseSerialGC "@$here/java.options" \
    -cp "$classes" org.vexfs.daemon.bench.ImportBenchmark \
    "$name" "$data" "$work" "$vexfs" 2> >(grep -v 'incubator modules' >&2)
  rm -rf "${work:?}"/*
done
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
