def program(name, bits):
    make(name, b"text", 0o777)
    os.chown(name, OWNER, GROUP)
    os.chmod(name, bits)


def overwrite(name):
    with open(name, "r+b") as file:
        file.write(b"T")


def append(name):
    with open(name, "ab") as file:
        file.write(b"T")


def copy_over(name):
    with open("original", "rb") as original, open(name, "r+b") as file:
        os.copy_file_range(original.fileno(), file.fileno(), 4)


# Where a stranger finds the set-group-ID bit of a file that its group cannot execute: pages of a
# mapping are written by nobody in particular, and the kernel's FUSE client asks for no change where
# there is none.
KNOWN_TO_DIFFER = ("map", "chown-to-nothing")


def kept_mode(name):
    """The mode alone, for which the kernel asks nobody where it thinks it knows."""
    STATX_MODE, MODE_OFFSET = 2, 28
    answer = ctypes.create_string_buffer(256)
    if libc.statx(-100, name.encode(), 0, STATX_MODE, answer) != 0:
        return os.strerror(ctypes.get_errno())
    return oct(int.from_bytes(answer[MODE_OFFSET : MODE_OFFSET + 2], "little") & 0o7777)


def each(label, change):
    for bits in (0o6777, 0o4777, 0o2777, 0o2767, 0o6666):
        for who, uid, gid in (("root", 0, 0), ("owner", OWNER, GROUP), ("stranger", OTHER, OTHER)):
            if who == "stranger" and bits & 0o2010 == 0o2000 and label in KNOWN_TO_DIFFER:
                continue
            name = f"{label}-{oct(bits)}-{who}"
            program(name, bits)
            user(uid, gid, [], lambda: attempt(name, change, name))
            show(kept_mode(name), mode(name), owner(name))


def mapped(name):
    with open(name, "r+b") as file, mmap.mmap(file.fileno(), 4) as memory:
        memory[0:1] = b"M"


make("original", b"text", 0o777)
each("write", overwrite)
each("append", append)
each("copy", copy_over)
each("truncate", lambda name: os.truncate(name, 2))
each("extend", lambda name: os.truncate(name, 9))
each("open-truncating", lambda name: os.close(os.open(name, os.O_WRONLY | os.O_TRUNC)))
each("allocate", lambda name: os.posix_fallocate(os.open(name, os.O_RDWR), 0, 100))
each("map", mapped)
each("chmod", lambda name: os.chmod(name, 0o6755))
each("chown-to-group", lambda name: os.chown(name, -1, GROUP))
each("chown-to-nothing", lambda name: os.chown(name, -1, -1) if os.getuid() else None)
each("utime", lambda name: os.utime(name))
for target in (OWNER, OTHER):
    program(f"chown-{target}", 0o6777)
    os.chown(f"chown-{target}", target, target)
    show(mode(f"chown-{target}"), owner(f"chown-{target}"))
os.mkdir("folder")
os.chmod("folder", 0o6777)
os.chown("folder", OTHER, OTHER)
show(mode("folder"))
