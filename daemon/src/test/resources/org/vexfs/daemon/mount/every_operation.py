"""Asks a mount for every operation that a program can bring the kernel to ask for, with vectors wherever they have a part.

Arguments: the mount point, and how many rounds.
"""

import array
import ctypes
import fcntl
import json
import os
import struct
import sys

mount, rounds = sys.argv[1], int(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
VECTOR = struct.pack("<2f", 1, 2)
SEARCH = 3 << 30 | 256 << 16 | ord("V") << 8 | 0x51


def lock(descriptor, command, kind):
    return fcntl.fcntl(descriptor, command, struct.pack("hhqqi4x", kind, os.SEEK_SET, 0, 9, 0))


def go_round(number):
    home = f"{mount}/d{number}"
    os.mkdir(home)
    path = f"{home}/a"
    os.mknod(path, 0o644)
    os.setxattr(path, "user.vexfs.vector", VECTOR)
    os.getxattr(path, "user.vexfs.vector")
    os.listxattr(path)
    os.setxattr(path, "user.vexfs.vector.b", VECTOR)
    os.removexattr(path, "user.vexfs.vector.b")
    os.chmod(path, 0o600)
    with open(f"{home}/c.vec", "w+") as vector:
        vector.write("[1, 2]")
        vector.flush()
        os.fsync(vector.fileno())
    with open(path, "r+b", buffering=0) as file:
        file.write(b"text")
        os.posix_fallocate(file.fileno(), 0, 8192)
        os.lseek(file.fileno(), 0, os.SEEK_DATA)
        os.copy_file_range(file.fileno(), file.fileno(), 4, 0, 4096)
        lock(file.fileno(), fcntl.F_GETLK, fcntl.F_WRLCK)
        lock(file.fileno(), fcntl.F_SETLK, fcntl.F_WRLCK)
        fcntl.flock(file, fcntl.LOCK_EX)
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.read()
    os.link(path, f"{home}/hard")
    os.symlink("a", f"{home}/link")
    os.readlink(f"{home}/link")
    open(f"{home}/.vexfs/near/a").read()
    hits = f"{home}/.vexfs/links/a"
    for name in os.listdir(hits):
        os.readlink(f"{hits}/{name}")
    with open(f"{home}/.vexfs/search", "r+b", buffering=0) as search:
        search.write(json.dumps({"vector": [1, 2], "k": 3}).encode())
        assert search.read(4096)
        query = bytearray(256)
        struct.pack_into("<4sHHIIIfII2f", query, 0, b"VXQ1", 0, 0, 3, 0, 0, 0, 2, 0, 1, 2)
        assert fcntl.ioctl(search, SEARCH, query) > 0
    os.mkdir(f"{home}/.vexfs/queries/q")
    with open(f"{home}/.vexfs/queries/q/query", "w") as query:
        query.write("[1, 2]")
    os.listdir(f"{home}/.vexfs/queries/q/hits")
    os.rmdir(f"{home}/.vexfs/queries/q")
    with os.scandir(home) as entries:
        for entry in entries:
            entry.stat()
    directory = os.open(home, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    os.statvfs(home)
    os.rename(path, f"{home}/moved")
    for name in ("moved", "hard", "link", "c.vec"):
        os.unlink(f"{home}/{name}")
    os.rmdir(home)


for number in range(rounds):
    go_round(number)
# The kernel forgets what it has no more use for.
with open("/proc/sys/vm/drop_caches", "w") as caches:
    caches.write("2")
