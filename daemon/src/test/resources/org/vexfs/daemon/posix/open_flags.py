make("log", b"")
one = os.open("log", os.O_WRONLY | os.O_APPEND)
other = os.open("log", os.O_WRONLY | os.O_APPEND)
for i in range(50):
    os.write(one, b"one %d\n" % i)
    os.write(other, b"other %d\n" % i)
show(content("log") == b"".join(b"one %d\nother %d\n" % (i, i) for i in range(50)))
show("an offset counts for nothing", os.pwrite(one, b"end\n", 0), content("log")[-4:])
children = []
for number in range(4):
    child = os.fork()
    if child == 0:
        log = os.open("shared", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        for i in range(200):
            os.write(log, b"%d %04d %s\n" % (number, i, b"x" * (i % 50)))
        os._exit(0)
    children.append(child)
for child in children:
    os.waitpid(child, 0)
lines = content("shared").splitlines()
show(len(lines), sorted(lines) == sorted(b"%d %04d %s" % (n, i, b"x" * (i % 50)) for n in range(4) for i in range(200)))

# What is mapped through a descriptor that appends stays in its place; so does what is written once it appends no more.
make("mapped", b"m" * 10_000)
log = os.open("mapped", os.O_RDWR | os.O_APPEND)
with mmap.mmap(log, 10_000) as memory:
    memory[5_000:5_006] = b"mapped"
    memory.flush()
show(os.fstat(log).st_size, os.pread(log, 8, 4_999))
fcntl.fcntl(log, fcntl.F_SETFL, 0)
show(os.pwrite(log, b"placed", 7), os.fstat(log).st_size, os.pread(log, 8, 6))
fcntl.fcntl(log, fcntl.F_SETFL, os.O_APPEND)
show(os.write(log, b"at the end"), os.fstat(log).st_size)
os.close(log)
plain = os.open("mapped", os.O_RDWR)
fcntl.fcntl(plain, fcntl.F_SETFL, os.O_APPEND)
show(os.write(plain, b"at the end"), os.fstat(plain).st_size, content("mapped")[-20:])

make("file", b"0123456789")
os.close(os.open("file", os.O_RDONLY))
descriptor = os.open("file", os.O_WRONLY | os.O_TRUNC)
show(os.fstat(descriptor).st_size)
attempt("read from one for writing", os.read, descriptor, 1)
attempt("exclusively", os.open, "file", os.O_CREAT | os.O_EXCL | os.O_WRONLY)
attempt("a directory", os.open, ".", os.O_WRONLY)
attempt("no directory", os.open, "file", os.O_DIRECTORY)
attempt("create a directory", os.open, "none", os.O_CREAT | os.O_DIRECTORY | os.O_RDONLY)
os.symlink("file", "link")
attempt("not through a link", os.open, "link", os.O_RDONLY | os.O_NOFOLLOW)
os.symlink("made", "dangling")
show("through a dangling link", os.write(os.open("dangling", os.O_CREAT | os.O_WRONLY), b"made"), content("made"))
attempt("exclusively through it", os.open, "dangling", os.O_CREAT | os.O_EXCL | os.O_WRONLY)

for label, flags in (("sync", os.O_SYNC), ("dsync", os.O_DSYNC), ("noatime", os.O_NOATIME)):
    descriptor = os.open(label, os.O_CREAT | os.O_RDWR | flags, 0o644)
    show(label, os.write(descriptor, b"text"), os.pread(descriptor, 9, 0), bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & flags))

# Direct I/O: aligned, whole, and seen by whoever reads through the page cache.
block = mmap.mmap(-1, 8192)
block.write(bytes(range(256)) * 32)
direct = os.open("direct", os.O_CREAT | os.O_RDWR | os.O_DIRECT, 0o644)
show(os.pwrite(direct, block, 0), os.fstat(direct).st_size, content("direct") == block[:])
show(os.pwrite(os.open("direct", os.O_WRONLY), b"cached", 4096))
back = mmap.mmap(-1, 8192)
show(os.preadv(direct, [back], 0), back[4096:4102], back[:4096] == block[:4096])
show(os.preadv(direct, [back], 8192))
os.ftruncate(direct, 4096)
show(os.preadv(direct, [back], 0))

# As root: no permission stops it; as another: the mode decides, also for a descriptor that was opened before.
make("closed", b"text", 0o000)
show(content("closed"))


def refused():
    attempt("closed", content, "closed")
    attempt("write to one for reading", os.open, "log", os.O_WRONLY)
    mine = os.open("mine", os.O_CREAT | os.O_RDWR, 0o000)
    show("created without permissions", os.write(mine, b"text"), mode("mine"))
    attempt("opened again", os.open, "mine", os.O_RDONLY)


user(OTHER, OTHER, [], refused)
