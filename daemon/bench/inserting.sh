#!/bin/bash
# The benchmark of searching while others insert.
#
#   mvn -DskipTests package && daemon/bench/inserting.sh [DATA SET ...]    # mnist-20k where none is named
#
# Needs a JDK 25 (JAVA_HOME) and the data sets (DATA, default: shared/data beside the project). BENCH_DIRECTORY is where the
# store lies (default: daemon/target). Takes about a minute. Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
data=${DATA:-$here/../../../shared/data}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
[ $# -gt 0 ] || set -- mnist-20k

work=$(mktemp -d "${BENCH_DIRECTORY:-$target}/bench.XXXXXX")
trap 'rm -rf "$work"' EXIT

for name in "$@"; do
  "$java" -XX:+UseSerialGC "@$here/java.options" \
    -cp "$target/test-classes:$target/classes:$target/modules/*" org.vexfs.daemon.bench.InsertingBenchmark \
    "$name" "$data" "$work" 2> >(grep -v 'incubator modules' >&2)
  rm -rf "$work/inserted"
done
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
