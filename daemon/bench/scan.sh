#!/bin/bash
# The benchmark of exact search: plain, in blocks, on several threads.
#
#   mvn -DskipTests package && daemon/bench/scan.sh [DATA SET ...]      # mnist-20k and capdocs where none is named
#
# Needs a JDK 25 (JAVA_HOME) and the data sets (DATA, default: shared/data beside the project). ROUNDS: how often each way is
# measured (7). Takes about a minute. Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
data=${DATA:-$here/../../../shared/data}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
[ $# -gt 0 ] || set -- mnist-20k capdocs

"$java" -XX:+UseSerialGC "@$here/java.options" \
  -cp "$target/test-classes:$target/classes:$target/modules/*" org.vexfs.daemon.bench.ScanBenchmark \
  "$data" "${ROUNDS:-7}" "$@" 2> >(grep -v 'incubator modules' >&2)
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
