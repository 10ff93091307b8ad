#!/bin/sh
# Vectors and search with nothing but a POSIX shell, coreutils and attr:
#   sh notes.sh /mnt/notes
# The directory gets a few small files whose vectors are places in a plane.
set -eu
cd "$1"

# Three ways to give a file a vector.
echo bakery >bakery
setfattr -n user.vexfs.vector -v '[1, 1]' bakery
echo station >station
echo '8, 2' >.vexfs/vectors/station.npy
echo '[2, 1]' >cafe.vec                              # a file that is its own vector

# Many at once.
echo museum >museum
echo harbour >harbour
printf '%s\n' '{"path":"museum","vector":[9,3]}' '{"path":"harbour","vector":[2,9]}' >.vexfs/import

echo "read back: $(getfattr --only-values -n user.vexfs.vector bakery | od -A n -t f4 | tr -s ' ')"

echo "near the bakery:"
cat .vexfs/near/bakery

echo "nearest to (8, 3):"
exec 3<>.vexfs/search
echo '{"vector":[8,3],"k":2}' >&3
cut -d , -f 2,3 <&3
exec 3>&-

# A saved query is a directory; its hits are links that open the files.
mkdir .vexfs/queries/east
echo '{"vector":[9,3],"k":2}' >.vexfs/queries/east/query
ls .vexfs/queries/east/hits
cat .vexfs/queries/east/hits/*

# What is wrong, and why.
if ! setfattr -n user.vexfs.vector -v '[1, 2, 3]' museum 2>/dev/null; then
  echo "refused: $(tail -n 1 .vexfs/errors | grep -o '"cause":.*')"
fi
rmdir .vexfs/queries/east
