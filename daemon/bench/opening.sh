#!/bin/bash
# What a start costs with many vectors in the store: time to the first stat and to the first search of a mount, beside those of
# an empty store, by turns; and the bytes that the store takes.
#
#   mvn -DskipTests package && daemon/bench/opening.sh [VECTORS [DIMENSION]]     # 1000000 and 128 where none are named
#
# Needs root or fusermount3, Python 3 and NumPy. OPENING_DIRECTORY is where files and store lie; they are made where they are not
# there, which takes a quarter of an hour for a million on two cores, and left there (default: a directory in daemon/target that
# is removed). ROUNDS is how often each is started (7), VEXFS the program (default: that of the image). Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
vexfs=${VEXFS:-$here/../target/vexfs/bin/vexfs}
vectors=${1:-1000000}
dimension=${2:-128}
rounds=${ROUNDS:-7}

[ -x "$vexfs" ] || { echo "opening.sh: no image: run mvn -DskipTests package first" >&2; exit 1; }

work=$(mktemp -d "$here/../target/bench.XXXXXX")
data=${OPENING_DIRECTORY:-$work/data}
mount=$work/mount
mkdir -p "$mount" "$data" "$work/nothing"
trap 'mountpoint -q "$mount" && fusermount3 -u -z "$mount"; rm -rf "$work"' EXIT

field() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$mount/.vexfs/status"; }
unmount() {
  local pid
  pid=$(field pid)
  "$vexfs" umount "$mount"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

if [ ! -d "$data/store" ]; then
  mkdir -p "$data/source"
  python3 - "$data" "$vectors" "$dimension" <<'PYTHON'
import os, sys
import numpy
data, vectors, dimension = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(data + "/paths", "w") as paths:
    for i in range(vectors):
        directory = f"{data}/source/d{i // 1000}"
        if i % 1000 == 0:
            os.mkdir(directory)
        name = f"document-{i}.md"
        os.close(os.open(f"{directory}/{name}", os.O_CREAT | os.O_WRONLY))
        paths.write(f"d{i // 1000}/{name}\n")
random = numpy.random.default_rng(1)
matrix = numpy.lib.format.open_memmap(data + "/vectors.npy", "w+", numpy.float32, (vectors, dimension))
for i in range(0, vectors, 100000):
    matrix[i:i + 100000] = random.random((min(100000, vectors - i), dimension), numpy.float32)
matrix.flush()
PYTHON
  "$vexfs" mount "$data/source" "$mount" --store "$data/store"
  "$vexfs" import "$mount" "$data/vectors.npy" --paths "$data/paths" >&2
  until [ "$(field pending)" = 0 ]; do sleep 1; done
  unmount
fi

python3 - "$vexfs" "$work" "$data" "$dimension" "$rounds" <<'PYTHON'
import json, os, re, statistics, struct, subprocess, sys, time
vexfs, work, data, dimension, rounds = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
mount = work + "/mount"
question = struct.pack(f"<{dimension}f", *([0.5] * dimension))

def search():
    start = time.monotonic()
    handle = os.open(mount + "/.vexfs/search", os.O_RDWR)
    try:
        os.write(handle, question)
        hits = os.pread(handle, 65536, 0)
    finally:
        os.close(handle)
    assert hits.count(b"\n") > 10, hits
    return 1000 * (time.monotonic() - start)

def unmount(pid):
    subprocess.run([vexfs, "umount", mount], check=True, stdout=subprocess.DEVNULL)
    while os.path.exists(f"/proc/{pid}"):
        time.sleep(0.05)

def start(source, store):
    begun = time.monotonic()
    subprocess.run([vexfs, "mount", source, mount, "--store", store], check=True, stdout=subprocess.DEVNULL)
    os.stat(mount + "/.")
    taken = 1000 * (time.monotonic() - begun)
    return taken, json.load(open(mount + "/.vexfs/status"))["pid"]

empty, full, first, second, resident = [], [], [], [], []
for round in range(rounds):
    taken, pid = start(work + "/nothing", f"{work}/empty{round}")
    empty.append(taken)
    unmount(pid)
    taken, pid = start(data + "/source", data + "/store")
    full.append(taken)
    first.append(search())
    second.append(search())
    resident.append(int(re.search(r"VmRSS:\s*(\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024)
    unmount(pid)

def row(name, values):
    print(f"| {name} | {statistics.median(values):.0f} | {' '.join(f'{value:.0f}' for value in sorted(values))} |")

store = sum(entry.stat().st_size for entry in os.scandir(data + "/store"))
vectors = sum(1 for entry in os.scandir(data + "/source") for _ in os.scandir(entry))
print(f"{vectors} vectors of {dimension} dimensions, a file each; milliseconds, {rounds} rounds by turns")
print()
print("| | median | all |")
print("|---|---|---|")
row("first stat, empty store", empty)
row("first stat, with the vectors", full)
row("first search after it", first)
row("second search", second)
row("resident then, MiB", resident)
print()
print(f"First stat with the vectors / empty: {statistics.median(full) / statistics.median(empty):.2f}")
print(f"Bytes of the store / bytes of the vectors: {store / (4 * dimension * vectors):.3f}")
PYTHON
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
