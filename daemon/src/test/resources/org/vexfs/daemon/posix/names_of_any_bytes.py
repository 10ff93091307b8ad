for byte in list(range(1, 47)) + list(range(48, 256)):
    name = bytes([byte]) * 255
    with open(name, "wb") as file:
        file.write(name)
    os.setxattr(name, "user.note", name)
for name in sorted(os.listdir(b".")):
    assert content(name) == name and os.getxattr(name, "user.note") == name and len(name) == 255
    os.rename(name, name[:1] * 254)
    os.symlink(name, b"link" + name[:1])
    os.link(name[:1] * 254, name)
    os.unlink(name[:1] * 254)
show(hash(tuple(sorted(os.listdir(b".")))) == hash(tuple(sorted(
    [bytes([b]) * 255 for b in range(1, 256) if b != 47] + [b"link" + bytes([b]) for b in range(1, 256) if b != 47]))))
show([os.readlink(b"link" + bytes([b]))[:3] for b in (1, 32, 92, 127, 128, 255)])
attempt("256 bytes", os.mkdir, b"\xff" * 256)
attempt("256 bytes in a link", os.symlink, "x", b"\xff" * 256)
attempt("256 bytes renamed to", os.rename, b"a" * 255, b"b" * 256)
os.mkdir("deep")
path = b"deep"
while len(path) + 201 < 4000:
    path += b"/" + b"d" * 200
    os.mkdir(path)
make(path + b"/file", b"deep down")
show(content(path + b"/file"), len(path))
attempt("longest target", os.symlink, b"t" * 4095, "longest")
show(len(os.readlink("longest")), os.lstat("longest").st_size)
attempt("target too long", os.symlink, b"t" * 4096, "too-long")
shutil.rmtree(b"deep")
show(os.path.exists("deep"))
