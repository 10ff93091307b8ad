#!/bin/bash
# What deleting gives back: the daemon's memory and the store's bytes with many vectors, after nine of ten of their files were
# removed and the store was compacted, and of a daemon that never had more than what is left.
#
#   mvn -DskipTests package && daemon/bench/memory.sh [VECTORS [DIMENSION]]     # 100000 and 128 where none are named
#
# Needs root or fusermount3 and Python 3. BENCH_DIRECTORY is where the store lies (default: daemon/target), VEXFS the program
# (default: that of the image). Takes about 3 minutes. Prints Markdown.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
vexfs=${VEXFS:-$here/../target/vexfs/bin/vexfs}
vectors=${1:-100000}
dimension=${2:-128}

[ -x "$vexfs" ] || { echo "memory.sh: no image: run mvn -DskipTests package first" >&2; exit 1; }

work=$(mktemp -d "${BENCH_DIRECTORY:-$here/../target}/bench.XXXXXX")
source=$work/source
mount=$work/mount
mkdir "$source" "$mount"
trap 'mountpoint -q "$mount" && fusermount3 -u -z "$mount"; rm -rf "$work"' EXIT

daemon() { sed -n 's/.*"pid":\([0-9]*\).*/\1/p' "$mount/.vexfs/status"; }
kibibytes() { sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" "/proc/$(daemon)/status"; }
settled() { until grep -q '"pending":0' "$mount/.vexfs/status"; do sleep 0.2; done; }
line() { # WHAT
  echo "| $1 | $(($(kibibytes VmRSS) / 1024)) | $(($(kibibytes RssAnon) / 1024)) | $(($(kibibytes RssFile) / 1024)) |" \
    "$(($(du -sk "$source/.vexfs" | cut -f1) / 1024)) |"
}
unmount() {
  local pid
  pid=$(daemon)
  "$vexfs" umount "$mount"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}
search() {
  python3 - "$mount" "$dimension" <<'PYTHON'
import json, os, random, sys
random.seed(2)
with open(sys.argv[1] + "/.vexfs/search", "r+b", buffering=0) as search:
    for _ in range(200):
        query = {"vector": [random.gauss(0, 1) for _ in range(int(sys.argv[2]))], "k": 10}
        search.write(json.dumps(query).encode())
        search.seek(0)
        while search.read(65536):
            pass
PYTHON
}

echo "$vectors vectors of $dimension dimensions, a file each; MiB"
echo
echo "| | resident | of it anonymous | of it files | store |"
echo "|---|---|---|---|---|"
python3 - "$source" "$vectors" <<'PYTHON'
import os, sys
for i in range(int(sys.argv[2])):
    directory = f"{sys.argv[1]}/{i // 1000}"
    if i % 1000 == 0:
        os.mkdir(directory)
    os.close(os.open(f"{directory}/{i}", os.O_CREAT | os.O_WRONLY))
PYTHON
"$vexfs" mount "$source" "$mount"
line "mounted, without a vector"
python3 - "$mount" "$vectors" "$dimension" <<'PYTHON'
import array, os, random, sys
random.seed(1)
dimension = int(sys.argv[3])
for i in range(int(sys.argv[2])):
    vector = array.array("f", [random.gauss(0, 1) for _ in range(dimension)])
    os.setxattr(f"{sys.argv[1]}/{i // 1000}/{i}", "user.vexfs.vector", vector.tobytes())
PYTHON
settled
search
line "all attached and indexed, 200 searches"
python3 - "$mount" "$vectors" <<'PYTHON'
import os, sys
for i in range(int(sys.argv[2])):
    if i % 10:
        os.unlink(f"{sys.argv[1]}/{i // 1000}/{i}")
PYTHON
settled
line "nine of ten removed"
"$vexfs" compact "$mount" >/dev/null
settled
search
line "compacted, 200 searches"
sleep "${REST_SECONDS:-20}"
line "${REST_SECONDS:-20} s later"
unmount
"$vexfs" mount "$source" "$mount"
search
settled
line "mounted anew, 200 searches"
unmount
