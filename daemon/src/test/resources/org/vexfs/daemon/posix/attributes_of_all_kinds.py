make("file", b"", 0o666)
attempt("trusted", os.setxattr, "file", "trusted.note", b"for root")
attempt("security", os.setxattr, "file", "security.note", b"for modules")
attempt("user", os.setxattr, "file", "user.note", b"for all")
attempt("system", os.setxattr, "file", "system.note", b"nobody's")
attempt("no kind", os.setxattr, "file", "note", b"")
show(sorted(os.listxattr("file")))


def as_somebody():
    show(sorted(os.listxattr("file")))
    for name in ("trusted.note", "security.note", "user.note"):
        attempt("get " + name, os.getxattr, "file", name)
        attempt("set " + name, os.setxattr, "file", name, b"changed")
    attempt("remove trusted", os.removexattr, "file", "trusted.note")


user(OTHER, OTHER, [], as_somebody)
os.symlink("file", "link")
attempt("user on a link", os.setxattr, "link", "user.note", b"x", follow_symlinks=False)
attempt("trusted on a link", os.setxattr, "link", "trusted.note", b"x", follow_symlinks=False)
os.mkfifo("pipe")
attempt("user on a pipe", os.setxattr, "pipe", "user.note", b"x")
attempt("trusted on a pipe", os.setxattr, "pipe", "trusted.note", b"x")
attempt("get through the pipe", os.getxattr, "pipe", "trusted.note")

# Capabilities are lost when the content changes.
shutil.copy("/bin/true", "program")
capability = struct.pack("<IIIII", 0x02000000 | 1, 1 << 10, 0, 0, 0)
attempt("capability", os.setxattr, "program", "security.capability", capability)
attempt("read capability", os.getxattr, "program", "security.capability")
with open("program", "ab") as file:
    file.write(b"more")
attempt("capability after a write", os.getxattr, "program", "security.capability")
os.setxattr("program", "security.capability", capability)
os.chown("program", OTHER, OTHER)
attempt("capability after chown", os.getxattr, "program", "security.capability")
