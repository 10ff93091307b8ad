make("file", b"text", 0o640)
os.link("file", "second")
os.mkdir("folder")
os.link("second", "folder/third")
names = ("file", "second", "folder/third")


def all_alike():
    found = [os.lstat(name) for name in names]
    show([(f.st_nlink, f.st_size, oct(f.st_mode), f.st_uid) for f in found], len({f.st_ino for f in found}))


all_alike()
os.setxattr("second", "user.note", b"by the second")
show(os.getxattr("folder/third", "user.note"))
os.removexattr("file", "user.note")
show(os.listxattr("second"))
os.chmod("folder/third", 0o604)
os.chown("second", OWNER, GROUP)
with open("file", "ab") as file:
    file.write(b" and more")
all_alike()
show(content("folder/third"))
show("onto itself", os.rename("file", "second"), sorted(os.listdir(".")))
os.rename("second", "folder/moved")
os.unlink("file")
show(os.lstat("folder/moved").st_nlink, content("folder/moved"))
attempt("a directory", os.link, "folder", "linked")
attempt("over another", os.link, "folder/moved", "folder/third")
attempt("a link itself", os.symlink, "folder/third", "soft")
attempt("linked without following", os.link, "soft", "hard-soft", follow_symlinks=False)
show(os.readlink("hard-soft"), os.lstat("soft").st_nlink)
attempt("from nowhere", os.link, "none", "x")
