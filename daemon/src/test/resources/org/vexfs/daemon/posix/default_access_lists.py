os.mkdir("folder", 0o755)
os.chown("folder", OWNER, GROUP)
run("setfacl", "-d", "-m", f"u::rwx,g::rwx,o::-,u:{OTHER}:rw", "folder")
run("getfacl", "-n", "folder")


def fill(name):
    os.umask(0o077)  # of no account where the directory has a default list
    make_plain = os.open(f"folder/{name}", os.O_CREAT | os.O_WRONLY, 0o666)
    os.close(make_plain)
    os.close(os.open(f"folder/{name}-private", os.O_CREAT | os.O_WRONLY, 0o600))
    os.close(os.open(f"folder/{name}-program", os.O_CREAT | os.O_WRONLY, 0o4755))
    os.mkdir(f"folder/{name}-folder", 0o777)
    os.mkfifo(f"folder/{name}-pipe", 0o666)
    os.symlink("target", f"folder/{name}-link")


fill("root")
user(OWNER, OWNER, [GROUP], lambda: fill("owner"))
for name in sorted(os.listdir("folder")):
    show(name, mode("folder/" + name), owner("folder/" + name))
    if not name.endswith("-link"):
        run("getfacl", "-n", "-c", "folder/" + name)
make("folder/root-folder/inner")
show(mode("folder/root-folder/inner"))
run("setfacl", "-k", "folder")
os.umask(0o027)
os.mkdir("folder/after")
show(mode("folder/after"), os.listxattr("folder/after"))
os.umask(0o022)
run("cp", "-a", "folder", "copy")
run("getfacl", "-R", "-n", "copy")
