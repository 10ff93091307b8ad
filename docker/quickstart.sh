#!/usr/bin/env bash
# From nothing to a search: installs what is missing, builds VexFS, mounts a directory, indexes its
# texts, and searches them with `cat`. For Debian 12, as root.
#
#   docker/quickstart.sh [DIRECTORY]
#
# Without DIRECTORY a copy of the licence texts that every Debian carries is mounted. With it, that
# directory is mounted as it is; nothing in it changes, but the vectors are kept in DIRECTORY/.vexfs.
set -euo pipefail

# shellcheck source=docker/engine.sh
source "$(dirname "${BASH_SOURCE[0]}")/engine.sh"

mount_point=/mnt/vexfs
sample_source=/usr/share/common-licenses
sample=/var/lib/vexfs-quickstart/licences
sample_words='patent license granted by contributors'
sample_file=GPL-3

main() {
  [[ $# -le 1 && ${1:-} != -* ]] || fail "usage: docker/quickstart.sh [DIRECTORY]"
  require_root
  require_fuse
  choose_directory "$@"
  install_packages fuse3 libfuse3-3
  build
  unmount_old
  trap 'take_down $?' EXIT
  mount_and_search
  trap - EXIT
  say_what_next
}

# Sets `directory`, and the `words` and the `file` to search it by.
choose_directory() {
  if [[ $# -eq 1 ]]; then
    directory=$(realpath --canonicalize-existing "$1") || fail "$1: no such directory"
    [[ -d $directory ]] || fail "$1 is not a directory"
    [[ $mount_point/ != "$directory"/* && $directory/ != "$mount_point"/* ]] ||
      fail "$1 and the mount point $mount_point lie one in the other"
    choose_example
  else
    directory=$sample words=$sample_words file=$sample_file
    copy_sample
  fi
}

# A copy, so that nothing a person tries in the mount can reach the system's own files.
copy_sample() {
  [[ -d $sample_source ]] || fail "$sample_source is missing: name a directory of texts to mount"
  show mkdir -p "$sample"
  show cp --archive --update "$sample_source/." "$sample"
}

# The example is the first text of the directory that has a line of at least three words: those words
# are looked for, and then the files most like that one.
choose_example() {
  local candidate line
  while IFS= read -r -d '' candidate; do
    line=$(example_words "$candidate")
    if [[ -n $line ]]; then
      words=$line file=${candidate#"$directory"/}
      return
    fi
  done < <(find "$directory" -mindepth 1 -xdev -name '.?*' -prune -o -type f -size -1024k -print0 | sort -z)
  fail "$directory has no text file to search by"
}

# Up to five words of the first line of FILE that has three; nothing for a binary or wordless one.
example_words() {
  local expression='([[:alpha:]]{2,}[ ,]+){2,4}[[:alpha:]]{2,}'
  { LC_ALL=C grep --binary-files=without-match -E -o -m 1 "$expression" "$1" || true; } |
    sed -n 1p | tr -s ' ,' ' '
}

# Leaves the launcher: from the last build if it is current, else by a JDK of this machine, else in a
# container.
build() {
  local jdk
  if build_is_current; then
    say "the build is current: $launcher"
  elif jdk=$(find_jdk); then
    say "building with $jdk (the first build fetches its libraries)"
    build_with_jdk "$jdk"
  else
    say "no JDK 25 or later here: building in a container of $build_image"
    build_with_engine
  fi
  [[ -x $launcher ]] || fail "the build left no $launcher"
}

build_with_engine() {
  trap engine_stop_own EXIT
  engine_start
  build_in_container || fail "the build in a container failed. $(jdk_advice)"
  trap - EXIT
  engine_stop_own
}

# A mount that an earlier run left, alive or dead, goes first; anything else is not ours to unmount.
unmount_old() {
  local type
  type=$(mounted_type)
  case $type in
    '') ;;
    fuse.vexfs)
      say "an earlier run left $mount_point mounted"
      show "$launcher" umount "$mount_point" || show umount --lazy "$mount_point"
      ;;
    *) fail "$mount_point is taken by a $type file system: unmount it first" ;;
  esac
  show mkdir -p "$mount_point"
}

# The type of the topmost file system at the mount point; nothing where none is mounted. Read from the
# table, because a dead mount answers no call.
mounted_type() {
  awk -v point="$mount_point" '$2 == point { type = $3 } END { print type }' /proc/self/mounts
}

mount_and_search() {
  show "$launcher" mount "$directory" "$mount_point"
  show "$launcher" index "$mount_point"
  say
  show cat "$mount_point/.vexfs/find/$words"
  say
  show cat "$mount_point/.vexfs/near/$file"
  say
}

# After a failure nothing stays mounted.
take_down() {
  trap - EXIT
  if [[ -n $(mounted_type) ]]; then
    "$launcher" umount "$mount_point" 2>/dev/null || umount --lazy "$mount_point" || true
  fi
  say "failed; nothing is left mounted at $mount_point" >&2
  exit "$1"
}

say_what_next() {
  cat <<NEXT
$directory is mounted at $mount_point. Every directory there has a hidden .vexfs:
  cat $mount_point/.vexfs/help
  cat $mount_point/.vexfs/find/'your own words'
Unmount with
  $launcher umount $mount_point
NEXT
}

main "$@"
