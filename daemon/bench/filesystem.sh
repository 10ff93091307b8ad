#!/bin/bash
# The file system benchmark: the same operations on one directory, bare, through bindfs and through VexFS, in turn.
#
#   mvn -DskipTests package && daemon/bench/filesystem.sh
#
# Needs root or fusermount3, gcc and bindfs. BENCH_DIRECTORY is where the files lie (default: daemon/target, which ought to be
# on a real disk); ROUNDS (7), MILLIS (300, of each measurement) and WARMUP_MILLIS (3000, of each operation on each mount,
# for the JIT compiler) say how long it takes: about 5 minutes. Prints Markdown; the single figures go to filesystem.tsv in the directory.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
vexfs=$here/../target/vexfs/bin/vexfs
rounds=${ROUNDS:-7}
millis=${MILLIS:-300}
warmup=${WARMUP_MILLIS:-3000}
operations="stat open create readdir write read"
variants="bare bindfs bindfs-0 vexfs vexfs-0"

[ -x "$vexfs" ] || { echo "filesystem.sh: no image: run mvn -DskipTests package first" >&2; exit 1; }
command -v bindfs >/dev/null || { echo "filesystem.sh: bindfs is missing: apt-get install bindfs" >&2; exit 1; }

work=$(mktemp -d "${BENCH_DIRECTORY:-$here/../target}/bench.XXXXXX")
load=$work/load
figures=$work/filesystem.tsv

cleanup() {
  for variant in $variants start; do
    mountpoint -q "$work/$variant" && fusermount3 -u -z "$work/$variant"
  done
  rm -rf "$work/source" "$work"/store-*
}
trap cleanup EXIT

directory_of() { if [ "$1" = bare ]; then echo "$work/source"; else echo "$work/$1"; fi; }
measure() { "$load" run "$(directory_of "$1")" "$2" "$3" "$4"; }
# What the process behind a variant has used of the processors, in clock ticks.
ticks() { if [ "$1" = bare ]; then echo 0; else awk '{print $14 + $15}' "/proc/${process[$1]}/stat"; fi; }
resident_kib() { awk '/^VmRSS/ {print $2}' "/proc/$1/status"; }
daemon_of() { sed 's/.*"pid":\([0-9]*\).*/\1/' "$work/$1/.vexfs/status"; }
median() { sort -g | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

gcc -O2 -Wall -pthread -o "$load" "$here/load.c"
for variant in source $variants start store-d store-0 store-start; do mkdir -p "$work/$variant"; done
rmdir "$work/bare"
"$load" prepare "$work/source"

# Start-up: the process, the JVM's included, until the mount point answers a stat from the new file system.
echo "| start, ms, median of 10 | |"
echo "|---|---|"
for command in "bindfs -f $work/source $work/start" \
  "$vexfs mount --foreground --store $work/store-start $work/source $work/start"; do
  for _ in $(seq 10); do
    # shellcheck disable=SC2086 # a command is words
    "$load" start "$work/start" $command
    fusermount3 -u "$work/start" || { sleep 0.2; fusermount3 -u -z "$work/start"; }
    while [ -n "$(pgrep -f -- "$work/start" || true)" ]; do sleep 0.02; done
  done | median | sed "s|^|\| $(basename "${command%% *}") \| |; s/\$/ |/"
done
echo

declare -A process
bindfs -f "$work/source" "$work/bindfs" &
process[bindfs]=$!
bindfs -f -o attr_timeout=0,entry_timeout=0 "$work/source" "$work/bindfs-0" &
process[bindfs-0]=$!
"$vexfs" mount --store "$work/store-d" "$work/source" "$work/vexfs"
process[vexfs]=$(daemon_of vexfs)
"$vexfs" mount --store "$work/store-0" -o attr_timeout=0,entry_timeout=0 "$work/source" "$work/vexfs-0"
process[vexfs-0]=$(daemon_of vexfs-0)
daemon=${process[vexfs]}
resident_mounted=$(resident_kib "$daemon")

for variant in $variants; do
  for operation in $operations; do
    measure "$variant" "$operation" 4 "$warmup" >/dev/null
  done
done
for round in $(seq "$rounds"); do
  for operation in $operations; do
    for clients in 1 4; do
      for variant in $variants; do
        before=$(ticks "$variant")
        rate=$(measure "$variant" "$operation" "$clients" "$millis")
        used=$(($(ticks "$variant") - before))
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$round" "$operation" "$clients" "$variant" "$rate" "$used" >>"$figures"
      done
    done
  done
done
resident_loaded=$(resident_kib "$daemon")
status=$(cat "$work/vexfs/.vexfs/status")

awk -F'\t' -v variants="$variants" -v operations="$operations" -v rounds="$rounds" \
  -v millis="$millis" -v ticks_per_second="$(getconf CLK_TCK)" -f "$here/filesystem.awk" "$figures"
echo
echo "| VexFS, resident | MiB |"
echo "|---|---|"
echo "| mounted | $((resident_mounted / 1024)) |"
echo "| after the load | $((resident_loaded / 1024)) |"
echo
echo "Status after the load: \`$(echo "$status" | grep -o '"inodes".*}')\`"
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
