#!/bin/bash
# The search benchmark: the same vectors searched in process and through a mount, and what attaching them costs.
#
#   mvn -DskipTests package && daemon/bench/search.sh
#
# Needs root or fusermount3, gcc, a JDK 25 (JAVA_HOME) and the data sets (DATA, default: shared/data beside the project).
# BENCH_DIRECTORY is where the stores lie (default: daemon/target), ROUNDS how often each way to search is measured (5) and
# attaching is (7). Takes about 3 minutes. Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
vexfs=$target/vexfs/bin/vexfs
data=${DATA:-$here/../../../shared/data}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
rounds=${ROUNDS:-5}

# Each round attaches to so many fresh files.
attached=1500
dimension=384

[ -x "$vexfs" ] || { echo "search.sh: no image: run mvn -DskipTests package first" >&2; exit 1; }
[ -d "$data" ] || { echo "search.sh: no data sets at $data: set DATA" >&2; exit 1; }

work=$(mktemp -d "${BENCH_DIRECTORY:-$target}/bench.XXXXXX")
mount=$work/attach/mount

cleanup() {
  for name in capdocs mnist-20k attach; do
    mountpoint -q "$work/$name/mount" && fusermount3 -u -z "$work/$name/mount"
  done
  rm -rf "$work"
}
trap cleanup EXIT

median() { sort -g | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

for name in capdocs mnist-20k; do
  mkdir "$work/$name"
  "$java" -XX:+UseSerialGC "@$here/java.options" \
    -cp "$target/test-classes:$target/classes:$target/modules/*" org.vexfs.daemon.bench.SearchBenchmark \
    "$name" "$data" "$work/$name" "$vexfs" "$rounds" 2> >(grep -v 'incubator modules' >&2)
done

gcc -O2 -Wall -pthread -o "$work/load" "$here/load.c"
mkdir -p "$work/attach/source" "$mount"
"$vexfs" mount "$work/attach/source" "$mount"
for round in $(seq 0 7); do
  first=$((round * attached))
  # An attribute without a meaning, then the same bytes as a vector; then the index catches up. The first round warms up.
  plain=$("$work/load" attach "$mount" user.plain "$first" "$attached" "$dimension")
  vector=$("$work/load" attach "$mount" user.vexfs.vector "$first" "$attached" "$dimension")
  until grep -q '"pending":0' "$mount/.vexfs/status"; do sleep 0.1; done
  if [ "$round" -gt 0 ]; then echo "$plain $vector"; fi
done >"$work/attach.txt"
echo
echo "| setxattr of $((4 * dimension)) bytes on the mount | a second |"
echo "|---|---|"
echo "| plain attribute | $(cut -d' ' -f1 "$work/attach.txt" | median) |"
echo "| vector, its index being built | $(cut -d' ' -f2 "$work/attach.txt" | median) |"
echo "| vector / plain, median of the rounds' ratios | $(awk '{print $2 / $1}' "$work/attach.txt" | median) |"
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
