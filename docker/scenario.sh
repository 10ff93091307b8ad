#!/usr/bin/env bash
# Runs one scenario in full, in containers of its own, and prints its figures and its verdict. For
# Debian 12, as root; installs what it needs. Every build runs the short form of each.
#
#   docker/scenario.sh mount-cycles     mounted and unmounted a thousand times
#   docker/scenario.sh large-vectors    up to a million vectors, up to 4,096 values in one
#   docker/scenario.sh graph-extremes   M 8 to 128, efConstruction 100 to 1,600, ef 50 to 2,000
#   docker/scenario.sh mixed-threads    1 to 32 threads of mixed load
#   docker/scenario.sh small-stacks     receivers with as little stack as the JVM gives
#   docker/scenario.sh faults           a host whose calls fail with ENOSPC, EIO, EACCES
#   docker/scenario.sh memory-limits    containers with 128 to 256 MiB
#
# Further arguments are passed on to Maven: -Dvexfs.scenario.vectors=N leaves out what is larger.
set -euo pipefail

if [[ $# -eq 0 || $1 == -* ]]; then
  sed -n 's/^#   //p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
name=$1
shift
exec bash "$(dirname "${BASH_SOURCE[0]}")/test.sh" -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=ScenariosIT -Dvexfs.scenario.full=true "-Dvexfs.scenario=$name" "$@"
