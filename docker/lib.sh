#!/usr/bin/env bash
# What the scripts of this folder share: messages, packages, the JDK, the build. Sourced, never run.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
launcher=$project/daemon/target/vexfs/bin/vexfs
build_image=${VEXFS_BUILD_IMAGE:-maven:3-eclipse-temurin-25}

say() {
  printf '%s\n' "$*"
}

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Prints a command as a person would type it.
announce() {
  local word line='$'
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=+-]+$ ]] || word=${word@Q}
    line+=" $word"
  done
  say "$line"
}

# Prints a command and runs it.
show() {
  announce "$@"
  "$@" </dev/null
}

require_root() {
  [[ $EUID -eq 0 ]] || fail "run me as root: I install packages and mount file systems"
}

# Without the device nothing can be mounted, and the reason is better said before a build than after it.
require_fuse() {
  [[ -e /dev/fuse ]] || modprobe fuse 2>/dev/null || true
  [[ -e /dev/fuse ]] ||
    fail "/dev/fuse is missing: no FUSE in this kernel, or a container without --device /dev/fuse"
}

package_installed() {
  [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Installs those of the named packages that are missing; asks the mirrors only if there are any.
install_packages() {
  local package missing=()
  for package in "$@"; do
    package_installed "$package" || missing+=("$package")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  announce apt-get install --yes --no-install-recommends "${missing[@]}"
  apt_get update
  apt_get install --yes --no-install-recommends "${missing[@]}"
}

# Quiet unless it fails. A third party's broken source makes `update` fail though Debian's own
# mirrors answered, so a failed `update` is not the end: `install` says what is really missing.
apt_get() {
  local log status=0
  log=$(mktemp)
  DEBIAN_FRONTEND=noninteractive apt-get "$@" >"$log" 2>&1 </dev/null || status=$?
  if [[ $status -ne 0 && $1 != update ]]; then
    cat "$log" >&2
    rm -f "$log"
    fail "apt-get $* failed"
  fi
  rm -f "$log"
}

# Maven comes from Debian unless some `mvn` is there already.
install_maven() {
  command -v mvn >/dev/null || install_packages maven
}

# The major version that a JDK's `release` file states; 0 where DIRECTORY holds no JDK. A JRE has no
# jlink, and the image needs it.
jdk_version() {
  local directory=$1 version
  [[ -x $directory/bin/javac && -x $directory/bin/jlink && -r $directory/release ]] || { echo 0; return; }
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$directory/release")
  echo "${version:-0}"
}

# Prints the home of a JDK 25 or later: JAVA_HOME if it is one, else the oldest such JDK in the usual
# folders (the nearest to what the project is built with). Fails where there is none.
find_jdk() {
  local directory version best='' best_version=0
  if [[ -n ${JAVA_HOME:-} && $(jdk_version "$JAVA_HOME") -ge 25 ]]; then
    echo "$JAVA_HOME"
    return
  fi
  for directory in /usr/lib/jvm/* /usr/local/lib/jvm/* /opt/java/* /opt/jdk* /opt/*jdk* \
    "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
    version=$(jdk_version "$directory")
    if [[ $version -ge 25 && ($best_version -eq 0 || $version -lt $best_version) ]]; then
      best=$directory best_version=$version
    fi
  done
  [[ -n $best ]] && echo "$best"
}

# How to get a JDK, for machines where none was found.
jdk_advice() {
  cat <<'ADVICE'
VexFS is built with a JDK 25 or later, and none was found. Any of these helps:
  - unpack one from https://adoptium.net/temurin/releases into /opt/java/ and run this again;
  - set JAVA_HOME to one that lies elsewhere;
  - give this machine a Docker engine that can pull images: the build then runs in a container.
ADVICE
}

# True if the launcher is there and no source is newer than the linked image.
build_is_current() {
  [[ -x $launcher && -f $project/daemon/target/vexfs/release ]] || return 1
  [[ -z $(find "$project/pom.xml" "$project"/{bindings,daemon}/{pom.xml,src/main} \
    -newer "$project/daemon/target/vexfs/release" -print -quit) ]]
}

# Makes the JDK at the given home the one that everything after uses: Maven goes by JAVA_HOME, and the
# tools that the build calls (jar, jlink) must come from the same JDK.
use_jdk() {
  export JAVA_HOME=$1 PATH=$1/bin:$PATH
}

# Builds with the JDK at the given home; leaves the launcher.
build_with_jdk() {
  install_maven
  say "\$ cd $project && JAVA_HOME=$1 PATH=$1/bin:\$PATH mvn -DskipTests package"
  (
    use_jdk "$1"
    cd "$project" || exit
    mvn -B -q -ntp -DskipTests package </dev/null
  )
}

# Builds in a container of the Maven image over the project's own folder, so that the result lies
# where a local build would leave it. Needs a running engine; fails where the image cannot be had.
build_in_container() {
  docker image inspect "$build_image" >/dev/null 2>&1 ||
    timeout 600 docker pull --quiet "$build_image" </dev/null || return 1
  docker run --rm --network=host --volume "$project:/vexfs" --workdir /vexfs "$build_image" \
    mvn -B -q -ntp -DskipTests package </dev/null
}
