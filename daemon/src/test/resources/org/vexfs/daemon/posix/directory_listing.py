class Entry(ctypes.Structure):
    _fields_ = [("inode", ctypes.c_ulong), ("offset", ctypes.c_long), ("length", ctypes.c_ushort),
                ("kind", ctypes.c_ubyte), ("name", ctypes.c_char * 256)]


libc.opendir.restype = ctypes.c_void_p
libc.readdir.restype = ctypes.POINTER(Entry)
libc.telldir.restype = ctypes.c_long
for function in (libc.readdir, libc.telldir, libc.rewinddir, libc.closedir):
    function.argtypes = [ctypes.c_void_p]
libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]


def rest(directory):
    names = []
    while entry := libc.readdir(directory):
        names.append(entry.contents.name)
    return names


COUNT = 2000
os.mkdir("folder")
for i in range(COUNT):
    os.close(os.open(f"folder/entry-{i:05}", os.O_CREAT, 0o644))
directory = libc.opendir(b"folder")
first, places = [], []
for _ in range(COUNT + 2):
    places.append(libc.telldir(directory))
    first.append(libc.readdir(directory).contents.name)
show(len(set(first)), len(set(places)), bool(libc.readdir(directory)))
for index in (0, 1, 700, 1999, 2001, 5):
    libc.seekdir(directory, places[index])
    show(index, libc.readdir(directory).contents.name == first[index])
libc.seekdir(directory, places[1500])
show(rest(directory) == first[1500:])
libc.rewinddir(directory)
show(rest(directory) == first)

# While names come and go, each that stays is seen exactly once.
libc.rewinddir(directory)
seen = []
for step in range(COUNT * 2):
    entry = libc.readdir(directory)
    if not entry:
        break
    seen.append(entry.contents.name)
    if step < 500:
        os.close(os.open(f"folder/added-{step:05}", os.O_CREAT, 0o644))
        os.unlink(f"folder/entry-{step * 2 + 1:05}")
stays = [b"entry-%05d" % i for i in range(COUNT) if i >= 1000 or i % 2 == 0]
show(all(seen.count(name) == 1 for name in stays), len(seen) == len(set(seen)))
libc.rewinddir(directory)
again = rest(directory)
show(len(again), len(set(again)), all(name in again for name in stays))
for name in again:
    if name not in (b".", b".."):
        os.unlink(b"folder/" + name)
libc.rewinddir(directory)
show(sorted(rest(directory)))
libc.closedir(directory)
show(os.lstat("folder").st_nlink, os.rmdir("folder"))
