#!/bin/bash
# What watching costs: `stat` and search through two mounts of the same directory, one as it is by default, with requests and
# searches counted and timed and every 64th callback's stack measured, one with all of that off (no_metrics,stack_sample=0).
#
#   mvn -DskipTests package && daemon/bench/overhead.sh
#
# Needs root or fusermount3, and Python 3. BENCH_DIRECTORY is where the files lie (default: daemon/target), VEXFS the launcher
# (default: that of the image); ROUNDS (21), MILLIS (500, of each measurement), WARMUP_MILLIS (10000, of each operation on each
# mount) and FILES (5000, with a vector of 64 values each) say how long it takes: about a minute and a half. Rounds alternate
# between the mounts, each beginning where the one before ended; a ratio is one of neighbours. What the daemons take of the
# processors, all rounds together, says more than the clock, of which most is waking up and being woken. Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
vexfs=${VEXFS:-$target/vexfs/bin/vexfs}

[ -x "$vexfs" ] || { echo "overhead.sh: no image: run mvn -DskipTests package first" >&2; exit 1; }

work=$(mktemp -d "${BENCH_DIRECTORY:-$target}/bench.XXXXXX")

cleanup() {
  for mount in on off; do
    if mountpoint -q "$work/$mount"; then "$vexfs" umount "$work/$mount" || fusermount3 -u -z "$work/$mount"; fi
  done
  rm -rf "$work"
}
trap cleanup EXIT

mkdir "$work/source" "$work/on" "$work/off" "$work/store-on" "$work/store-off"
# No attributes are kept by the kernel, so that each stat comes to the daemon.
"$vexfs" mount "$work/source" "$work/on" --store "$work/store-on" -o attr_timeout=0,entry_timeout=0
"$vexfs" mount "$work/source" "$work/off" --store "$work/store-off" -o attr_timeout=0,entry_timeout=0,no_metrics,stack_sample=0

python3 - "$work" "${FILES:-5000}" "${ROUNDS:-21}" "${MILLIS:-500}" "${WARMUP_MILLIS:-10000}" <<'PYTHON'
import array, itertools, json, os, random, statistics, sys, time

work, files, rounds, millis, warmup = sys.argv[1], *map(int, sys.argv[2:])
dimension = 64
numbers = random.Random(20251122)
mounts = [f"{work}/on", f"{work}/off"]
for i in range(files):
    name = f"f{i}"
    open(f"{mounts[0]}/{name}", "x").close()
    vector = array.array("f", [numbers.gauss(0, 1) for _ in range(dimension)]).tobytes()
    for mount in mounts:
        os.setxattr(f"{mount}/{name}", "user.vexfs.vector", vector)
for mount in mounts:
    while '"pending":0' not in open(f"{mount}/.vexfs/status").read():
        time.sleep(0.1)
handles = {mount: os.open(f"{mount}/.vexfs/search", os.O_RDWR) for mount in mounts}
queries = [json.dumps({"vector": [round(numbers.gauss(0, 1), 4) for _ in range(dimension)]}).encode() for _ in range(20_000)]

def stat(mount, count):
    os.stat(f"{mount}/f{count % files}")

def search(mount, count):
    os.pwrite(handles[mount], queries[count % len(queries)], 0)
    os.pread(handles[mount], 65536, 0)

# Goes on through the questions from call to call, or kept answers would be given again.
asked = itertools.count()
daemons = {mount: json.load(open(f"{mount}/.vexfs/status"))["pid"] for mount in mounts}
spent = {}

def processor_seconds(mount):
    fields = open(f"/proc/{daemons[mount]}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

def microseconds(operation, mount, duration):
    count, before, start = 0, processor_seconds(mount), time.perf_counter()
    while True:
        operation(mount, next(asked))
        count += 1
        took = time.perf_counter() - start
        if took * 1000 >= duration:
            seconds, operations = spent.get(mount, (0, 0))
            spent[mount] = seconds + processor_seconds(mount) - before, operations + count
            return took / count * 1e6

print(f"{files:,} files with {dimension} values each, {rounds} rounds of {millis} ms on each mount in turn")
print()
print("| operation | watched, us | not watched, us | ratio, median | quartiles | processor time, ratio |")
print("|---|---|---|---|---|---|")
for operation in (stat, search):
    for mount in mounts:
        microseconds(operation, mount, warmup)
    spent.clear()
    on, off = [], []
    for number in range(rounds):
        order = mounts if number % 2 == 0 else mounts[::-1]
        took = {mount: microseconds(operation, mount, millis) for mount in order}
        on.append(took[mounts[0]])
        off.append(took[mounts[1]])
    ratios = [a / b for a, b in zip(on, off)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    watched, unwatched = (seconds / operations for seconds, operations in map(spent.get, mounts))
    print(f"| {operation.__name__} | {statistics.median(on):.1f} | {statistics.median(off):.1f} "
          f"| {middle:.3f} | {low:.3f} to {high:.3f} | {watched / unwatched:.3f} |")
PYTHON
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
