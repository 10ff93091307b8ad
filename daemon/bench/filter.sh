#!/bin/bash
# The benchmark of searches among shares of a collection: below a directory, and by a filter.
#
#   mvn -DskipTests package && daemon/bench/filter.sh [DATA SET ...]    # mnist-20k where none is named
#
# Needs a JDK 25 (JAVA_HOME) and the data sets (DATA, default: shared/data beside the project). BENCH_DIRECTORY is where the
# store lies (default: daemon/target), ROUNDS how often each way is measured (5). Takes about a minute and, with `million`, as
# long as a graph of a million takes to build. Prints Markdown.
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
    -cp "$target/test-classes:$target/classes:$target/modules/*" org.vexfs.daemon.bench.FilterBenchmark \
    "$name" "$data" "$work" "${ROUNDS:-5}" 2> >(grep -v 'incubator modules' >&2)
  rm -rf "$work/filtered"
done
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
