os.mkdir("setgid")
os.chown("setgid", OWNER, GROUP)
os.chmod("setgid", 0o2777)


def fill(name):
    os.umask(0)
    os.close(os.open(f"setgid/{name}", os.O_CREAT, 0o2777))
    os.mkdir(f"setgid/{name}-folder", 0o777)
    os.mknod(f"setgid/{name}-pipe", stat.S_IFIFO | 0o2666)
    os.symlink("x", f"setgid/{name}-link")


user(OTHER, OTHER, [], lambda: fill("stranger"))
user(OTHER, OTHER, [GROUP], lambda: fill("member"))
fill("root")
for name in sorted(os.listdir("setgid")):
    show(name, mode("setgid/" + name), owner("setgid/" + name))

os.mkdir("group")
os.chown("group", 0, GROUP)
os.chmod("group", 0o770)
user(OTHER, OTHER, [GROUP], lambda: attempt("member", make, "group/member"))
user(OTHER, OTHER, [], lambda: attempt("stranger", make, "group/stranger"))
show(owner("group/member"))

os.mkdir("sticky")
os.chmod("sticky", 0o1777)
for name in ("a", "b", "c", "d"):
    user(OWNER, OWNER, [], lambda: make("sticky/" + name, b"", 0o666))
os.mkdir("sticky/folder")
os.chown("sticky/folder", OWNER, OWNER)


def disturb():
    attempt("unlink", os.unlink, "sticky/a")
    attempt("rename", os.rename, "sticky/b", "sticky/other")
    make("sticky/mine")
    attempt("rename over", os.rename, "sticky/mine", "sticky/c")
    attempt("rmdir", os.rmdir, "sticky/folder")
    attempt("link", os.link, "sticky/d", "sticky/linked")
    attempt("own", os.unlink, "sticky/mine")


user(OTHER, OTHER, [], disturb)
user(OWNER, OWNER, [], lambda: attempt("by the owner", os.unlink, "sticky/a"))
show(sorted(os.listdir("sticky")))
