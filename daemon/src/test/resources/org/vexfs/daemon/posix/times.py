NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanos", ctypes.c_long)]


def utimens(name, access, modification):
    times = (Timespec * 2)(Timespec(*access), Timespec(*modification))
    return checked(libc.utimensat(-100, name.encode(), times, 0x100))


def times(name):
    found = os.lstat(name)
    return found.st_atime_ns, found.st_mtime_ns


os.mkdir("folder")
os.symlink("nowhere", "link")
make("file", b"text")
for name in ("file", "folder", "link"):
    utimens(name, (1_000_000_000, 123_456_789), (2_000_000_000, 987_654_321))
    show(name, times(name))
    utimens(name, (0, OMIT), (1, 1))
    show(name, times(name))
    utimens(name, (5, 5), (0, OMIT))
    show(name, times(name))
    before = os.lstat(name).st_ctime_ns
    utimens(name, (0, OMIT), (0, OMIT))
    show(name, times(name), os.lstat(name).st_ctime_ns == before)
    start = time.time_ns() - 2_000_000_000
    utimens(name, (0, OMIT), (0, NOW))
    show(name, times(name)[0], start < times(name)[1] <= time.time_ns())
    utimens(name, (0, NOW), (7, 7))
    show(name, times(name)[1], start < times(name)[0] <= time.time_ns())
attempt("bad nanoseconds", utimens, "file", (0, 1_000_000_000), (0, 0))
attempt("before the epoch", utimens, "file", (-5, 1), (-7, 999_999_999))
show(times("file"))
attempt("after 2038", utimens, "file", (5_000_000_000, 1), (6_000_000_000, 2))
show(times("file"))

os.chmod("file", 0o666)
os.chown("file", OWNER, OWNER)
user(OTHER, OTHER, [], lambda: attempt("now by one who may write", os.utime, "file"))
user(OTHER, OTHER, [], lambda: attempt("then by one who may write", os.utime, "file", (1, 1)))
os.chmod("file", 0o600)
user(OTHER, OTHER, [], lambda: attempt("now by one who may not", os.utime, "file"))

# Writing, truncating, renaming and linking move the times that they move on a plain file.
def moved(label, change):
    utimens("moving", (1, 0), (1, 0))
    utimens(".", (1, 0), (1, 0))
    before = os.lstat("moving").st_ctime_ns
    time.sleep(0.02)
    change()
    found = os.lstat("moving")
    show(label, found.st_mtime_ns > 10 ** 9, found.st_ctime_ns > before, os.lstat(".").st_mtime_ns > 10 ** 9)


make("moving", b"text")
moved("write", lambda: os.pwrite(os.open("moving", os.O_WRONLY), b"x", 0))
moved("truncate", lambda: os.truncate("moving", 3))
moved("truncate to the same", lambda: os.truncate("moving", 3))
moved("chmod", lambda: os.chmod("moving", 0o600))
moved("link", lambda: os.link("moving", "linked"))
moved("unlink", lambda: os.unlink("linked"))
moved("setxattr", lambda: os.setxattr("moving", "user.a", b"b"))
moved("allocate", lambda: os.posix_fallocate(os.open("moving", os.O_RDWR), 0, 4096))
