#!/usr/bin/env bash
# A Docker engine, wherever this runs: uses the one that answers, else installs Debian's and starts it.
#
#   docker/engine.sh start   ensure that an engine answers and has the base images
#   docker/engine.sh stop    end the engine that `start` started; one that ran before is left alone
#
# Other scripts source this file and call the functions.

# shellcheck source=docker/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The releases of Debian whose libfuse VexFS is tested with: 3.14, and 3.17, which has another ABI.
# The first is the one that the image is made from.
base_releases=(bookworm trixie)
# What this script started leaves its traces here: dockerd's pid, its log, the wrapper runtime.
engine_directory=/run/vexfs-engine
engine_seconds=60
# Testcontainers speaks this version of the API unless told otherwise.
testcontainers_api=1.44

engine_answers() {
  command -v docker >/dev/null && timeout 10 docker version >/dev/null 2>&1
}

# Ensures that an engine answers, and remembers in engine_started whether it had to start one itself.
engine_start() {
  engine_started=false
  if engine_answers; then return; fi
  command -v dockerd >/dev/null || install_packages docker.io iptables
  if [[ -d /run/systemd/system ]]; then
    systemctl start docker
  else
    engine_started=true
    engine_spawn
  fi
  engine_await
}

# Ends the engine if this script's engine_start started it; one that others use is left alone.
engine_stop_own() {
  [[ ${engine_started:-false} == true ]] || return 0
  engine_stop
  engine_started=false
}

# Starts dockerd in its own session, so that an interrupt at the terminal does not reach it before the
# containers were taken down. It picks its storage driver itself: overlay2, or vfs where that fails.
engine_spawn() {
  local arguments=(--pidfile "$engine_directory/pid")
  mkdir -p "$engine_directory"
  if ! has_sys_resource; then
    write_runtime "$engine_directory/runc"
    arguments+=(--add-runtime "vexfs-runc=$engine_directory/runc" --default-runtime vexfs-runc)
  fi
  say "starting dockerd, log in $engine_directory/log"
  setsid dockerd "${arguments[@]}" >"$engine_directory/log" 2>&1 </dev/null &
}

engine_await() {
  local deadline=$((SECONDS + engine_seconds))
  until engine_answers; do
    if ((SECONDS >= deadline)); then
      [[ ! -f $engine_directory/log ]] || tail -n 20 "$engine_directory/log" >&2
      fail "no Docker engine answers after $engine_seconds s"
    fi
    sleep 0.2
  done
}

# CAP_SYS_RESOURCE is bit 24 of the capabilities that this process can ever have.
has_sys_resource() {
  local bounding
  bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
  (((16#$bounding >> 24) & 1))
}

# Where the machine itself lacks CAP_SYS_RESOURCE, runc cannot give it to a privileged container and
# gives up. This runtime takes it out of what it is asked for: out of the bundle's config.json for a
# new container, out of the process file for an exec into one.
write_runtime() {
  cat >"$1" <<'RUNTIME'
#!/bin/bash
previous=
for argument in "$@"; do
  case $previous in
    --bundle | -b) specification=$argument/config.json ;;
    --process | -p) specification=$argument ;;
    *) specification= ;;
  esac
  if [[ -f $specification ]]; then
    sed -i -e 's/"CAP_SYS_RESOURCE",//g' -e 's/,\?"CAP_SYS_RESOURCE"//g' "$specification"
  fi
  previous=$argument
done
exec runc "$@"
RUNTIME
  chmod 755 "$1"
}

base_image() {
  echo "debian:$1-slim"
}

# Ensures the base images: pulled, or where no registry is in reach, made by debootstrap under their
# tags.
engine_base_images() {
  local release image
  for release in "${base_releases[@]}"; do
    image=$(base_image "$release")
    docker image inspect "$image" >/dev/null 2>&1 ||
      timeout 120 docker pull --quiet "$image" >/dev/null 2>&1 </dev/null ||
      engine_bootstrap "$release"
  done
}

engine_bootstrap() {
  local release=$1 root
  say "$(base_image "$release") cannot be pulled: making it with debootstrap"
  install_packages debootstrap
  root=$(mktemp -d)
  if ! debootstrap --variant=minbase "$release" "$root/root" >"$root/log" 2>&1; then
    tail -n 20 "$root/log" >&2
    rm -rf "$root"
    fail "debootstrap failed: no base image of $release"
  fi
  tar -C "$root/root" --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' -c . |
    docker import --change 'CMD ["bash"]' - "$(base_image "$release")" >/dev/null
  rm -rf "$root"
}

# True if images can be pulled here.
engine_has_registry() {
  timeout 20 docker manifest inspect "$(base_image "${base_releases[0]}")" >/dev/null 2>&1 </dev/null
}

# Prints the API version that Testcontainers must be held to, or nothing where the engine is new enough.
engine_api_limit() {
  local version older
  version=$(docker version --format '{{.Server.APIVersion}}')
  older=$(printf '%s\n' "$version" "$testcontainers_api" | sort -V | sed -n 1p)
  [[ $older == "$testcontainers_api" ]] || echo "$version"
}

# Ends the dockerd that engine_spawn started, on SIGTERM, which takes its containers and its
# containerd with it.
engine_stop() {
  local pid deadline=$((SECONDS + engine_seconds))
  pid=$(cat "$engine_directory/pid" 2>/dev/null) || return 0
  # The number may have passed to some other process since.
  [[ $(cat "/proc/$pid/comm" 2>/dev/null) == dockerd ]] || return 0
  kill "$pid"
  while [[ -d /proc/$pid ]]; do
    ((SECONDS < deadline)) || fail "dockerd (pid $pid) does not end"
    sleep 0.2
  done
  rm -rf "$engine_directory"
}

engine_main() {
  set -euo pipefail
  require_root
  case ${1:-} in
    start)
      engine_start
      engine_base_images
      docker version --format 'a Docker engine answers: {{.Server.Version}}, API {{.Server.APIVersion}}'
      ;;
    stop) engine_stop ;;
    *) fail "usage: docker/engine.sh start | stop" ;;
  esac
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then engine_main "$@"; fi
