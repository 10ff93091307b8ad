"""Does random things to two directories side by side and demands that both do the same.

    tree_model.py run MOUNT PLAIN SEED SECONDS    random operations, trees compared after every round
    tree_model.py check MOUNT PLAIN               trees compared once

PLAIN is the model: a directory of the host's own file system, where `user.vexfs.vector` is an attribute like any other.
So what becomes of a vector must be what becomes of an attribute. A difference ends the program with the seed, the number
of the step, and what was done before it."""
import collections, ctypes, errno, hashlib, json, mmap, os, random, stat, struct, sys, time

NOREPLACE, EXCHANGE = 1, 2
KEEP, PUNCH, ZERO = 1, 2, 16
STEPS_PER_ROUND = 400
MAX_BYTES = 200_000
# Times that are set lie before it, those of changes after it.
OLD_NS = 1_500_000_000 * 10 ** 9
VECTOR = "user.vexfs.vector"
libc = ctypes.CDLL(None, use_errno=True)


class Difference(Exception):
    pass


def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return result


def shown(found):
    """What two files must have in common."""
    kind = stat.S_IFMT(found.st_mode)
    size = found.st_size if kind != stat.S_IFDIR else None
    old = found.st_mtime_ns if found.st_mtime_ns < OLD_NS else None
    return found.st_mode, found.st_uid, found.st_gid, found.st_nlink, size, found.st_rdev, old


def attributes(file, nameless=False):
    """Attributes by name; a nameless file has no vectors on the mount."""
    names = sorted(os.listxattr(file, follow_symlinks=False) if isinstance(file, str) else os.listxattr(file))
    if nameless:
        names = [name for name in names if name != VECTOR]
    if isinstance(file, str):
        return [(name, os.getxattr(file, name, follow_symlinks=False)) for name in names]
    return [(name, os.getxattr(file, name)) for name in names]


def tree(root):
    """Everything below a directory, by path."""
    found = {}
    pending = [""]
    while pending:
        directory = pending.pop()
        for name in os.listdir(os.path.join(root, directory)):
            path = os.path.join(directory, name)
            at = os.path.join(root, path)
            status = os.lstat(at)
            what = None
            if stat.S_ISDIR(status.st_mode):
                pending.append(path)
            elif stat.S_ISREG(status.st_mode):
                with open(at, "rb") as file:
                    what = hashlib.sha256(file.read()).hexdigest()
            elif stat.S_ISLNK(status.st_mode):
                what = os.readlink(at)
            found[path] = (shown(status), what, attributes(at))
    return found


def compare_trees(mount, plain):
    expected, actual = tree(plain), tree(mount)
    for path in sorted(expected.keys() | actual.keys()):
        if expected.get(path) != actual.get(path):
            raise Difference(f"{path}: plain {expected.get(path)}, mount {actual.get(path)}")
    compare_hits(mount, plain)
    return len(expected)


def compare_hits(mount, plain):
    """A search for everything finds each file that has a vector once, by one of its names."""
    names = collections.defaultdict(set)
    for path, (_, _, found) in tree(plain).items():
        if VECTOR in dict(found):
            names[os.lstat(os.path.join(plain, path)).st_ino].add(path)
    if not names:
        return
    search = os.open(os.path.join(mount, ".vexfs/search"), os.O_RDWR)
    try:
        os.write(search, b'{"vector":[0,0,0,0],"k":10000}')
        answer = b""
        while part := os.pread(search, 1 << 16, len(answer)):
            answer += part
    finally:
        os.close(search)
    hits = [line["path"] for line in map(json.loads, answer.splitlines()) if "path" in line]
    left = list(names.values())
    for hit in hits:
        owners = [paths for paths in left if hit in paths]
        if not owners:
            raise Difference(f"hit {hit}, of {hits}; plain has {sorted(map(sorted, names.values()))}")
        left.remove(owners[0])
    if left:
        raise Difference(f"no hits for {left} among {hits}")


class Model:
    def __init__(self, mount, plain, seed):
        self.roots = (mount, plain)
        self.random = random.Random(seed)
        self.handles = []
        self.history = collections.deque(maxlen=25)
        self.steps = 0
        self.succeeded = collections.Counter()

    def path(self):
        """One that is there, or one that may not be."""
        if self.random.random() < 0.6:
            path = ""
            while names := self.names_in(path):
                path = os.path.join(path, self.random.choice(names))
                if self.random.random() < 0.3:
                    break
            if path:
                return path
        depth = self.random.choice((0, 0, 1, 1, 2, 3))
        names = [f"d{self.random.randrange(3)}" for _ in range(depth)] + [self.random.choice("abcdefg") + "x" * self.random.choice((0, 0, 0, 200))]
        if self.random.random() < 0.15:
            names[-1] = f"d{self.random.randrange(3)}"
        return "/".join(names)

    def names_in(self, path):
        at = self.at(1, path)
        return sorted(os.listdir(at)) if os.path.isdir(at) and not os.path.islink(at) else []

    def bytes(self):
        return self.random.randbytes(self.random.choice((0, 1, 100, 4096, 5000, self.random.randrange(70_000))))

    def both(self, label, action):
        """Does something to both; `action` takes 0 for the mount and 1 for the plain directory."""
        self.history.append(label)
        outcomes = []
        for side in (0, 1):
            try:
                outcomes.append(("ok", action(side)))
            except OSError as failure:
                outcomes.append(("error", errno.errorcode[failure.errno]))
        self.succeeded[label.split(" ")[0].split("-")[0] + (" ok" if outcomes[1][0] == "ok" else " refused")] += 1
        if outcomes[0] != outcomes[1]:
            raise Difference(f"{label}: mount {str(outcomes[0])[:300]}, plain {str(outcomes[1])[:300]}")
        return outcomes

    def at(self, side, path):
        return os.path.join(self.roots[side], path)

    def on_path(self, label, call):
        path = self.path()
        return self.both(f"{label} {path}", lambda side: call(self.at(side, path)))

    def step(self):
        self.steps += 1
        self.random.choice((
            self.create, self.create, self.overwrite, self.mkdir, self.mkdir, self.rmdir, self.unlink, self.rename,
            self.rename, self.rename, self.link, self.link, self.symlink, self.truncate, self.chmod, self.chown,
            self.set_times, self.set_attribute, self.remove_attribute, self.set_vector, self.set_vector, self.read,
            self.status, self.listing, self.mknod, self.open, self.open, self.use_handle, self.use_handle,
            self.use_handle, self.use_handle, self.copy_range, self.close))()

    def create(self):
        mode, data = self.random.choice((0o644, 0o600, 0o6755, 0o666)), self.bytes()
        flags = os.O_CREAT | os.O_WRONLY | self.random.choice((0, os.O_EXCL, os.O_TRUNC))

        def action(at):
            if os.path.exists(at) and not stat.S_ISREG(os.stat(at).st_mode):
                raise OSError(errno.EBADF, "")
            file = os.open(at, flags, mode)
            try:
                return os.write(file, data)
            finally:
                os.close(file)
        self.on_path("create", action)

    def overwrite(self):
        offset, data = self.random.randrange(MAX_BYTES), self.bytes()

        def action(at):
            file = os.open(at, os.O_WRONLY)
            try:
                return os.pwrite(file, data, offset)
            finally:
                os.close(file)
        self.on_path("overwrite", self.regular(action))

    def mkdir(self):
        mode = self.random.choice((0o755, 0o700, 0o2775, 0o1777))
        self.on_path("mkdir", lambda at: os.mkdir(at, mode))

    def rmdir(self):
        self.on_path("rmdir", os.rmdir)

    def unlink(self):
        self.on_path("unlink", os.unlink)

    def rename(self):
        path, other, flags = self.path(), self.path(), self.random.choice((0, 0, 0, NOREPLACE, EXCHANGE, EXCHANGE))
        self.both(f"rename {path} {other} {flags}", lambda side: checked(libc.renameat2(
            -100, os.fsencode(self.at(side, path)), -100, os.fsencode(self.at(side, other)), flags)))

    def link(self):
        path, other = self.path(), self.path()
        self.both(f"link {path} {other}",
                  lambda side: os.link(self.at(side, path), self.at(side, other), follow_symlinks=False))

    def symlink(self):
        target = self.path()
        self.on_path(f"symlink-to-{target}", lambda at: os.symlink(target, at))

    def mknod(self):
        mode = self.random.choice((stat.S_IFIFO, stat.S_IFREG, stat.S_IFSOCK, stat.S_IFCHR)) | 0o640
        self.on_path("mknod", lambda at: os.mknod(at, mode, os.makedev(1, 3)))

    def regular(self, action):
        """Not devices, which a mount without privileges refuses, nor pipes, which block."""
        def guarded(at):
            if not stat.S_ISREG(os.lstat(at).st_mode):
                raise OSError(errno.EBADF, "")
            return action(at)
        return guarded

    def truncate(self):
        size = self.random.randrange(MAX_BYTES)
        self.on_path("truncate", self.regular(lambda at: os.truncate(at, size)))

    def chmod(self):
        mode = self.random.choice((0o755, 0o700, 0o4755, 0o2711, 0o1777, 0))
        self.on_path("chmod", lambda at: os.chmod(at, mode))

    def chown(self):
        uid, gid = self.random.choice((0, 1000, 4001)), self.random.choice((0, 1000, 4711))
        self.on_path("chown", lambda at: os.chown(at, uid, gid, follow_symlinks=False))

    def set_times(self):
        times = (self.random.randrange(OLD_NS), self.random.randrange(OLD_NS))
        self.on_path("utimens", lambda at: os.utime(at, ns=times, follow_symlinks=False))

    def set_attribute(self):
        name, value = "user." + self.random.choice("pqr"), self.random.randbytes(self.random.choice((0, 10, 200)))
        flags = self.random.choice((0, 0, os.XATTR_CREATE, os.XATTR_REPLACE))
        self.on_path(f"setxattr-{name}", lambda at: os.setxattr(at, name, value, flags, follow_symlinks=False))

    def remove_attribute(self):
        name = self.random.choice(("user.p", "user.q", VECTOR))
        self.on_path(f"removexattr-{name}", self.regular(lambda at: os.removexattr(at, name)))

    def set_vector(self):
        value = struct.pack("<4f", *(self.random.random() for _ in range(4)))
        flags = self.random.choice((0, 0, 0, os.XATTR_CREATE, os.XATTR_REPLACE))
        self.on_path("attach", self.regular(lambda at: os.setxattr(at, VECTOR, value, flags)))

    def read(self):
        def action(at):
            with open(at, "rb") as file:
                return file.read()
        self.on_path("read", self.regular(action))

    def status(self):
        self.on_path("stat", lambda at: (shown(os.lstat(at)), attributes(at)))

    def listing(self):
        self.on_path("readdir", lambda at: sorted(os.listdir(at)))

    def open(self):
        if len(self.handles) >= 6:
            self.close()
        path = self.path()
        flags = os.O_RDWR | os.O_NOFOLLOW | self.random.choice((0, os.O_APPEND, os.O_CREAT, os.O_CREAT | os.O_TRUNC))
        opened = {}

        def action(side):
            at = self.at(side, path)
            if os.path.lexists(at) and not stat.S_ISREG(os.lstat(at).st_mode):
                raise OSError(errno.EBADF, "")
            opened[side] = os.open(at, flags, 0o640)
        self.both(f"open {path} {flags}", action)
        if opened:
            self.handles.append((opened[0], opened[1]))

    def close(self):
        if self.handles:
            handle = self.handles.pop(self.random.randrange(len(self.handles)))
            self.both("close", lambda side: os.close(handle[side]))

    def use_handle(self):
        if not self.handles:
            return
        handle = self.random.choice(self.handles)
        offset, size, data = self.random.randrange(MAX_BYTES), self.random.randrange(MAX_BYTES), self.bytes()
        times = (self.random.randrange(OLD_NS), self.random.randrange(OLD_NS))
        mode = self.random.choice((0o640, 0o755, 0o600))
        how = self.random.choice((0, KEEP, PUNCH | KEEP, ZERO, ZERO | KEEP))
        whence = self.random.choice((os.SEEK_DATA, os.SEEK_HOLE))
        length = self.random.randrange(1, 70_000)

        def mapped(file):
            total = os.fstat(file).st_size
            if total == 0:
                raise OSError(errno.EINVAL, "")
            with mmap.mmap(file, total) as memory:
                part = data[: max(0, total - offset)] if offset < total else b""
                memory[offset:offset + len(part)] = part
                return hashlib.sha256(memory).hexdigest()

        label, call = self.random.choice((
            ("pwrite", lambda file: os.pwrite(file, data, offset)),
            ("append", lambda file: (os.lseek(file, 0, os.SEEK_END), os.write(file, data))),
            ("pread", lambda file: os.pread(file, size, offset)),
            ("ftruncate", lambda file: os.ftruncate(file, size)),
            ("fstat", lambda file: (shown(os.fstat(file)), attributes(file, os.fstat(file).st_nlink == 0))),
            ("fchmod", lambda file: os.fchmod(file, mode)),
            ("fchown", lambda file: os.fchown(file, 1000, 4711)),
            ("futimens", lambda file: os.utime(file, ns=times)),
            ("fsetxattr", lambda file: os.setxattr(file, "user.s", data[:50])),
            ("fallocate", lambda file: checked(libc.fallocate(
                file, how, ctypes.c_long(offset), ctypes.c_long(length)))),
            ("lseek", lambda file: os.lseek(file, offset, whence)),
            ("fsync", os.fsync),
            ("mmap", mapped),
        ))
        self.both(f"{label} {offset} {size} {len(data)} {how} {length}", lambda side: call(handle[side]))

    def copy_range(self):
        if not self.handles:
            return
        source, target = self.random.choice(self.handles), self.random.choice(self.handles)
        size, at, to = (self.random.randrange(70_000) for _ in range(3))

        def action(side):
            """A copy may come to an end early, for reasons of its own; the whole of it counts."""
            done = 0
            while part := os.copy_file_range(source[side], target[side], size - done, at + done, to + done):
                done += part
                if done == size:
                    break
            return done
        self.both(f"copy_file_range {at} {to} {size}", action)

    def run(self, seconds):
        end = time.monotonic() + seconds
        rounds = entries = 0
        while rounds == 0 or time.monotonic() < end:
            for _ in range(STEPS_PER_ROUND):
                self.step()
            entries = compare_trees(*self.roots)
            rounds += 1
        print(f"{self.steps} steps, {rounds} rounds, {entries} entries in the end;", dict(sorted(self.succeeded.items())))


def main():
    mount, plain = sys.argv[2:4]
    os.umask(0o022)
    if sys.argv[1] == "check":
        print(compare_trees(mount, plain), "entries")
        return
    model = Model(mount, plain, int(sys.argv[4]))
    try:
        model.run(float(sys.argv[5]))
    except Difference as difference:
        print(f"seed {sys.argv[4]}, step {model.steps}: {difference}")
        print("before it:", *model.history, sep="\n  ")
        sys.exit(1)


main()
