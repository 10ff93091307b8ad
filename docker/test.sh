#!/usr/bin/env bash
# Runs all tests, unit and container, as root on Debian 12: installs what they need, a Docker engine
# included where there is none, runs `mvn verify`, and ends with Maven's status.
#
# Arguments are passed on to Maven, e.g.  docker/test.sh -Dit.test=ContainerIT
set -euo pipefail

# shellcheck source=docker/engine.sh
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"

packages=(
  fuse3 libfuse3-3 libfuse3-dev      # the library, its headers, and the tools that mount and unmount
  gcc libc6-dev                      # structure sizes and offsets are compared with the headers'
  acl attr git rsync procps tar      # everyday work inside a mount
  e2fsprogs                          # a small disk that is filled up
  bindfs                             # the file system that speed is compared with
  python3 python3-numpy              # what a script sees of the mount
  util-linux mount                   # mount, umount, setpriv, mountpoint
)

main() {
  require_root
  require_fuse
  trap 'clean_up $?' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  install_packages "${packages[@]}"
  use_debian_python
  prepare_jdk
  engine_start
  engine_base_images
  run_maven "$@"
}

# Some other Python before Debian's on the PATH may lack NumPy.
use_debian_python() {
  python3 -c 'import numpy' 2>/dev/null || export PATH=/usr/bin:$PATH
}

prepare_jdk() {
  local jdk
  jdk=$(find_jdk) || fail "no JDK 25 or later. $(jdk_advice)"
  use_jdk "$jdk"
  install_maven
  say "JDK: $JAVA_HOME"
}

run_maven() {
  # The format is looked at first: it takes seconds, the tests a quarter of an hour.
  local arguments=(-B -ntp spotless:check verify) limit
  limit=$(engine_api_limit)
  [[ -z $limit ]] || arguments+=("-Dapi.version=$limit")
  # Ryuk sweeps up after a test run that was killed; its image has to come from a registry.
  engine_has_registry || export TESTCONTAINERS_RYUK_DISABLED=true
  say "mvn ${arguments[*]} $*"
  (cd "$project" && mvn "${arguments[@]}" "$@" </dev/null)
}

# Quiet, so that Maven's summary stays the last thing to read.
clean_up() {
  trap - EXIT
  remove_test_containers || true
  engine_stop_own || true
  exit "$1"
}

# The tests remove their containers; some are left only if Maven was killed. Each build of the test
# image leaves its predecessor without a name.
remove_test_containers() {
  local left
  engine_answers || return 0
  mapfile -t left < <(docker ps --all --quiet --filter label=org.vexfs.test=true)
  [[ ${#left[@]} -eq 0 ]] || docker rm --force "${left[@]}" >/dev/null
  docker image prune --force --filter label=org.opencontainers.image.title=VexFS >/dev/null
}

main "$@"
