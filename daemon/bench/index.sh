#!/bin/bash
# The index benchmark: this project's index beside JVector and Lucene on the same vectors, in one process.
#
#   mvn -DskipTests package && daemon/bench/index.sh [mnist|mnist-20k|capdocs|sift|million|million-100k ...] [NAME=COMMAND ...]
#
# Without names: mnist, capdocs, sift and million, which takes about an hour on two cores and 12 GiB. NAME=COMMAND puts an index
# of another program beside them, which is told what to do by lines: see ExternalIndex. Needs a JDK 25 (JAVA_HOME) and the data
# sets (DATA, default: shared/data beside the project). ROUNDS is how often each breadth is measured (5). Prints Markdown; the
# plots go to PLOTS (default: daemon/target/plots).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
data=${DATA:-$here/../../../shared/data}

[ -d "$target/peers" ] || { echo "index.sh: nothing built: run mvn -DskipTests package first" >&2; exit 1; }
[ -d "$data" ] || { echo "index.sh: no data sets at $data: set DATA" >&2; exit 1; }

names=() external=()
for argument in "$@"; do
  case $argument in *=*) external+=("$argument") ;; *) names+=("$argument") ;; esac
done
[ ${#names[@]} -gt 0 ] || names=(mnist capdocs sift million)

"$java" -Xmx10g -XX:+UseParallelGC "@$here/java.options" \
  -cp "$target/test-classes:$target/classes:$target/modules/*:$target/peers/*" org.vexfs.daemon.bench.IndexBenchmark \
  "$data" "${PLOTS:-$target/plots}" "${ROUNDS:-5}" "${names[@]}" "${external[@]}"
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
