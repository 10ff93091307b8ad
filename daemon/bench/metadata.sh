#!/bin/bash
# The benchmark of filters on files' attributes, through a mount: what the first costs, which asks the host for every file's
# attributes, and what those after it cost, by the share of files that pass.
#
#   mvn -DskipTests package && daemon/bench/metadata.sh
#
# Needs root or fusermount3, and Python 3 with NumPy. BENCH_DIRECTORY is where the files lie (default: daemon/target), FILES
# how many there are (20000), VEXFS the launcher (default: that of the image). Takes about a minute. Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target=$here/../target
vexfs=${VEXFS:-$target/vexfs/bin/vexfs}

[ -x "$vexfs" ] || { echo "metadata.sh: no image: run mvn -DskipTests package first" >&2; exit 1; }

work=$(mktemp -d "${BENCH_DIRECTORY:-$target}/bench.XXXXXX")

cleanup() {
  mountpoint -q "$work/mount" && fusermount3 -u -z "$work/mount"
  rm -rf "$work"
}
trap cleanup EXIT

mkdir "$work/source" "$work/mount"
"$vexfs" mount "$work/source" "$work/mount"

/usr/bin/python3 - "$work/mount" "${FILES:-20000}" <<'PYTHON'
import json, os, statistics, sys, time
import numpy as np

mount, files = sys.argv[1], int(sys.argv[2])
dimension, rounds = 64, 50
random = np.random.default_rng(20251122)
vectors = random.standard_normal((files, dimension)).astype("<f4")
shares = random.permutation(files)
for i in range(files):
    path = f"{mount}/d{i % 100}/f{i}"
    if i < 100:
        os.mkdir(os.path.dirname(path))
    open(path, "x").close()
    os.setxattr(path, "user.vexfs.vector", vectors[i].tobytes())
    os.setxattr(path, "user.place", str(shares[i]).encode())
while '"pending":0' not in open(mount + "/.vexfs/status").read():
    time.sleep(0.1)

search = os.open(mount + "/.vexfs/search", os.O_RDWR)

def ask(condition):
    query = {"vector": [round(float(x), 4) for x in random.standard_normal(dimension)]}
    if condition:
        query["filter"] = condition
    data = json.dumps(query).encode()
    start = time.perf_counter()
    os.pwrite(search, data, 0)
    answer = os.pread(search, 1 << 20, 0)
    took = time.perf_counter() - start
    closing = json.loads(answer.decode().splitlines()[-1])
    return took * 1e3, closing

def passing(share):
    return {"key": "user.place", "range": {"lt": int(files * share)}}

print(f"{files:,} files, {dimension} values, k 10, through the mount, every question another")
print()
print("| filter | median, ms | hits | exact |")
print("|---|---|---|---|")
cold, closing = ask(passing(0.01))
print(f"| 1 % pass, the first of all: nothing is known of any file | {cold:.2f} | {closing['hits']} | {closing['exact']} |")
for _ in range(20 * rounds):
    ask(None)
cases = [("none", None)] + [(f"{share:.0%} pass", passing(share)) for share in (0.01, 0.1, 0.5, 1)]
cases.append(("50 % pass, by size and name", {"must": [{"key": "size", "range": {"lt": 1}}, {"key": "name", "match": {"glob": "*[02468]"}}]}))
for name, condition in cases:
    for _ in range(rounds):
        ask(condition)
    answers = [ask(condition) for _ in range(rounds)]
    closing = answers[-1][1]
    print(f"| {name} | {statistics.median(a[0] for a in answers):.2f} | {closing['hits']} | {closing['exact']} |")
time.sleep(1.5)
late, _ = ask(passing(0.01))
print(f"| 1 % pass, the first after a second without any: times of change are compared | {late:.2f} | | |")
PYTHON
echo
echo "Load of the machine at the end: $(cut -d' ' -f1-3 /proc/loadavg)"
