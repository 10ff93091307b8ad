"""What the behaviours beside this file share. Each runs in an empty directory, once on a plain file system and once on
a mount, and prints what it sees: the two must not differ."""
import ctypes, errno, fcntl, mmap, os, select, shutil, signal, stat, struct, subprocess, sys, time

OWNER, OTHER, GROUP = 4001, 4002, 4711
libc = ctypes.CDLL(None, use_errno=True)
here = os.fsencode(sys.argv[1])
os.chdir(here)
os.chmod(".", 0o777)
os.umask(0o022)


def show(*values):
    print(*values, flush=True)


def attempt(label, call, *arguments, **keywords):
    """Prints what a call returns, or the name of its error; returns what it returned."""
    try:
        result = call(*arguments, **keywords)
        show(label, "->", result)
        return result
    except OSError as failure:
        show(label, "->", errno.errorcode[failure.errno])
        return None


def checked(result):
    """The result of a C function, or the OSError that it tells of."""
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def make(name, content=b"", mode=0o644):
    with open(name, "wb") as file:
        file.write(content)
    os.chmod(name, mode)
    return name


def content(name):
    with open(name, "rb") as file:
        return file.read()


def mode(name):
    return oct(stat.S_IMODE(os.lstat(name).st_mode))


def owner(name):
    found = os.lstat(name)
    return (found.st_uid, found.st_gid)


def user(uid, gid, groups, action):
    """Runs an action in a process of that user."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups(groups)
            os.setgid(gid)
            os.setuid(uid)
            action()
            status = 0
        except BaseException as failure:
            show("failed:", repr(failure))
        finally:
            sys.stdout.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0, status


def run(*words):
    """Runs a program and prints its output and status."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    show(words[0], done.returncode, done.stdout.decode())
